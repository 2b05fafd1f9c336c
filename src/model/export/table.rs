//! Tables of text: aligned by what a terminal shows, safe against what a terminal would do.

use unicode_width::UnicodeWidthStr as _;

use crate::model::text::visible;

/// Lines whose columns stand below each other, two spaces apart; the last column is not padded.
///
/// Every cell is made visible, so that a row takes exactly one line whatever it holds.
pub fn lines(header: Option<&[&str]>, rows: &[Vec<String>]) -> Vec<String> {
    let header = header.map(|titles| titles.iter().map(|&title| title.to_owned()).collect());
    let rows: Vec<Vec<String>> = header
        .into_iter()
        .chain(
            rows.iter()
                .map(|row| row.iter().map(|cell| shown(cell)).collect()),
        )
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(move |row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn shown(cell: &str) -> String {
    // An empty cell would let a reader that splits at white space lose count of the columns.
    if cell.is_empty() {
        "-".to_owned()
    } else {
        visible(cell).into_owned()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        line.push_str(cell);
        if index + 1 < row.len() {
            let fill = width.saturating_sub(cell.width()) + 2;
            line.extend(std::iter::repeat_n(' ', fill));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::is_hidden;
    use proptest::prelude::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn columns_are_aligned_by_width_on_screen() {
        let rows = [row(&["日本", "x", ""]), row(&["a\u{1b}[1m", "", "end"])];
        assert_eq!(
            lines(Some(&["NAME", "B", "C"]), &rows),
            [
                "NAME        B  C",
                "日本        x  -",
                r"a\u{1b}[1m  -  end",
            ]
        );
        assert_eq!(lines(None, &[row(&["a", "b"])]), ["a  b"]);
    }

    proptest! {
        #[test]
        fn a_row_is_one_safe_line(cells in prop::collection::vec(any::<String>(), 1..5)) {
            let lines = lines(None, &[cells]);
            prop_assert_eq!(lines.len(), 1);
            prop_assert!(!lines[0].chars().any(is_hidden));
        }
    }
}
