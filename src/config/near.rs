//! Words that are not known, and those that were probably meant.

/// Says what is unknown, and what was probably meant.
pub(super) fn unknown<'a>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> String {
    let known: Vec<_> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|name| (distance(word, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= name.len() / 3 + 1);
    let word = word.escape_debug();
    match near {
        Some((_, name)) => format!("there is no {what} \"{word}\"; did you mean {name}?"),
        None if known.len() <= 8 => {
            format!(
                "there is no {what} \"{word}\"; there are {}",
                known.join(", ")
            )
        }
        None => format!("there is no {what} \"{word}\"; roledex config sample lists them all"),
    }
}

/// Insertions, deletions and replacements that turn one word into the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, from) in one.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((to, above), corner) in other.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or(0);
            let replaced = corner + usize::from(from != *to);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
