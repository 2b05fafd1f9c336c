//! The picture of the README: a screen as SVG, made from a scene, so that it can never show what is not there.
//!
//! `ROLEDEX_BLESS=1 cargo test --test it picture` writes it anew.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell, CellWidth as _};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use roledex::theme::Theme;
use roledex::ui;

use super::scenes;

/// Pixels of a cell, and around the screen.
const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 14.0;
const GROUND: &str = "#14161b";
const TEXT: &str = "#d4d6db";

#[test]
fn the_picture_shows_the_program() {
    let script = scenes::picture(140, 40);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 140, 40));
    ui::draw(&script.state, &Theme::named("dark").unwrap(), &mut buffer);
    let drawn = svg(&buffer);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/roledex.svg");
    if std::env::var_os("ROLEDEX_BLESS").is_some() {
        std::fs::write(file, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        kept == drawn,
        "assets/roledex.svg is out of date: ROLEDEX_BLESS=1 cargo test --test it picture writes it anew"
    );
}

fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (
        columns * CELL.0 + 2.0 * MARGIN,
        rows * CELL.1 + 2.0 * MARGIN,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <title>roledex: clusters, Pod Identity associations and updates</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{GROUND}\"/>\n"
    );
    for area in buffer.area.rows() {
        grounds(buffer, area, &mut out);
    }
    frames(buffer, &mut out);
    for area in buffer.area.rows() {
        texts(buffer, area, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn left(column: u16) -> f32 {
    MARGIN + f32::from(column) * CELL.0
}

fn top(row: u16) -> f32 {
    MARGIN + f32::from(row) * CELL.1
}

/// Backgrounds that are not the terminal's own, and full blocks, between which fonts leave gaps.
fn grounds(buffer: &Buffer, row: Rect, out: &mut String) {
    let fill = |cell: &Cell| match (cell.symbol(), cell.bg) {
        ("█", _) => Some(hex(cell.fg)),
        (_, Color::Reset) => None,
        (_, ground) => Some(hex(ground)),
    };
    for (from, to) in runs(buffer, row, fill) {
        let fill = fill(&buffer[(from, row.y)]).unwrap();
        let (x, y, width) = (left(from), top(row.y), f32::from(to - from) * CELL.0);
        let height = CELL.1;
        writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>"
        )
        .unwrap();
    }
}

/// Text, word by word: the width of each is given, so that columns stay aligned in any font.
fn texts(buffer: &Buffer, row: Rect, out: &mut String) {
    let style = |cell: &Cell| {
        let drawn = !matches!(cell.symbol(), " " | "█") && arms(cell.symbol()).is_none();
        drawn.then(|| (hex(cell.fg), cell.modifier))
    };
    for (from, to) in runs(buffer, row, style) {
        let first = &buffer[(from, row.y)];
        let mut text = String::new();
        let mut x = from;
        while x < to {
            text.push_str(buffer[(x, row.y)].symbol());
            x += buffer[(x, row.y)].cell_width().max(1);
        }
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let (x, y, length) = (left(from), top(row.y) + 13.5, f32::from(to - from) * CELL.0);
        let mut extra = String::new();
        if first.modifier.contains(Modifier::BOLD) {
            extra.push_str(" font-weight=\"700\"");
        }
        if first.modifier.contains(Modifier::UNDERLINED) {
            extra.push_str(" text-decoration=\"underline\"");
        }
        let fill = hex(first.fg);
        writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fill}\"{extra}>{text}</text>"
        )
        .unwrap();
    }
}

/// Neighbouring cells of a row that are alike, as columns from and to.
fn runs<T: PartialEq>(
    buffer: &Buffer,
    row: Rect,
    like: impl Fn(&Cell) -> Option<T>,
) -> Vec<(u16, u16)> {
    let mut runs: Vec<(u16, u16, T)> = Vec::new();
    for x in row.left()..row.right() {
        let covered = x > row.left() && buffer[(x - 1, row.y)].cell_width() > 1;
        match (like(&buffer[(x, row.y)]), runs.last_mut()) {
            (Some(key), Some((_, to, last))) if *to == x && *last == key => *to = x + 1,
            (None, Some((_, to, _))) if *to == x && covered => *to = x + 1,
            (Some(key), _) => runs.push((x, x + 1, key)),
            (None, _) => {}
        }
    }
    runs.into_iter().map(|(from, to, _)| (from, to)).collect()
}

/// Up, right, down, left of a frame's character, and whether it is heavy.
fn arms(symbol: &str) -> Option<([bool; 4], bool)> {
    Some(match symbol {
        "┌" | "┏" => ([false, true, true, false], symbol == "┏"),
        "┐" | "┓" => ([false, false, true, true], symbol == "┓"),
        "└" | "┗" => ([true, true, false, false], symbol == "┗"),
        "┘" | "┛" => ([true, false, false, true], symbol == "┛"),
        "─" | "━" => ([false, true, false, true], symbol == "━"),
        "│" | "┃" => ([true, false, true, false], symbol == "┃"),
        _ => return None,
    })
}

/// Frames as lines: fonts leave gaps between their characters.
fn frames(buffer: &Buffer, out: &mut String) {
    let area = buffer.area;
    let mut lines: Vec<(f32, f32, f32, f32, String, bool)> = Vec::new();
    for x in area.left()..area.right() {
        for y in area.top()..area.bottom() {
            let cell = &buffer[(x, y)];
            let Some(([up, right, down, leftwards], heavy)) = arms(cell.symbol()) else {
                continue;
            };
            let (x0, y0) = (left(x), top(y));
            let (middle, centre) = (x0 + CELL.0 / 2.0, y0 + CELL.1 / 2.0);
            let colour = hex(cell.fg);
            let mut add = |x1: f32, y1: f32, x2: f32, y2: f32| {
                let near = |a: f32, b: f32| (a - b).abs() < 0.01;
                let joined = lines.iter_mut().find(|(ax, ay, bx, by, other, weight)| {
                    let vertical = near(*ax, *bx) && near(x1, x2) && near(*ax, x1);
                    let level = near(*ay, *by) && near(y1, y2) && near(*ay, y1);
                    *other == colour
                        && *weight == heavy
                        && (vertical || level)
                        && near(*bx, x1)
                        && near(*by, y1)
                });
                match joined {
                    Some(line) => (line.2, line.3) = (x2, y2),
                    None => lines.push((x1, y1, x2, y2, colour.clone(), heavy)),
                }
            };
            if leftwards || right {
                add(
                    if leftwards { x0 } else { middle },
                    centre,
                    if right { x0 + CELL.0 } else { middle },
                    centre,
                );
            }
            if up || down {
                add(
                    middle,
                    if up { y0 } else { centre },
                    middle,
                    if down { y0 + CELL.1 } else { centre },
                );
            }
        }
    }
    for (x1, y1, x2, y2, colour, heavy) in lines {
        let width = if heavy { 2.0 } else { 1.0 };
        writeln!(
            out,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"square\"/>"
        )
        .unwrap();
    }
}

/// A colour as browsers write it; the sixteen named ones as the usual terminals show them.
fn hex(colour: Color) -> String {
    match colour {
        Color::Indexed(index @ 16..=231) => {
            let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let n = index - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(n / 36),
                level(n / 6 % 6),
                level(n % 6)
            )
        }
        Color::Indexed(index @ 232..) => format!("#{0:02x}{0:02x}{0:02x}", 8 + 10 * (index - 232)),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Reset => TEXT.to_owned(),
        other => panic!("the dark theme uses no named colours, but {other:?}"),
    }
}
