//! Text from outside: shared cheaply, and made visible before a terminal sees it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

/// A shared, immutable string, as it came from outside.
///
/// Rows repeat the same namespaces, roles and cluster ARNs many thousand times, so the layer that decodes
/// them interns them and rows hold references.
pub type Text = Arc<str>;

/// Makes control characters, escape sequences and bidirectional overrides visible.
///
/// A tag or an error message may hold an escape sequence that repaints the terminal, or an override that
/// makes one name look like another. Each such character becomes `\u{…}` (or `\n`, `\t`, …), so that the
/// reader sees that it is there. Text without any is borrowed.
///
/// ```
/// assert_eq!(roledex::model::text::visible("a\u{1b}[31mb"), r"a\u{1b}[31mb");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        push_visible(&mut safe, character);
    }
    Cow::Owned(safe)
}

/// Like [`visible`], but keeps line breaks, for text views that lay out lines themselves.
pub fn visible_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(visible)
}

fn push_visible(safe: &mut String, character: char) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        hidden if is_hidden(hidden) => {
            // Writing to a String cannot fail.
            write!(safe, "\\u{{{:x}}}", u32::from(hidden)).unwrap_or_default();
        }
        shown => safe.push(shown),
    }
}

/// Says whether a character has no honest glyph of its own: controls, bidi controls, zero-width and other
/// format characters, line and paragraph separators, variation of direction by tags, and the byte order mark.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Quotes a word for a POSIX shell, or refuses where the terminal would act on it while it is pasted.
///
/// A control character in a pasted command is executed by the terminal's line editor before the shell ever
/// parses the quotes, so no quoting can make it safe.
pub fn shell_word(word: &str) -> Result<Cow<'_, str>, UnsafeWord> {
    if word.chars().any(is_hidden) {
        return Err(UnsafeWord {
            shown: visible(word).into_owned(),
        });
    }
    let plain = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
    // A leading tilde or equals sign would be expanded by some shells; neither is in the plain set at the front.
    if plain && !word.starts_with('=') {
        return Ok(Cow::Borrowed(word));
    }
    Ok(Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))))
}

/// A word that must not be pasted into a shell, already made visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsafeWord {
    /// The word with its control characters made visible.
    pub shown: String,
}

impl std::fmt::Display for UnsafeWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "\"{}\" holds control characters and cannot be copied into a command",
            self.shown
        )
    }
}

impl std::error::Error for UnsafeWord {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_text_is_made_visible() {
        for (raw, shown) in [
            ("plain", "plain"),
            ("日本語 é", "日本語 é"),
            ("a\u{1b}]0;pwned\u{7}b", r"a\u{1b}]0;pwned\u{7}b"),
            ("evil\u{202e}cod", r"evil\u{202e}cod"),
            ("two\nlines\ttab\r", r"two\nlines\ttab\r"),
            ("zero\u{200b}width", r"zero\u{200b}width"),
            ("c1\u{9b}31m", r"c1\u{9b}31m"),
        ] {
            assert_eq!(visible(raw), shown);
        }
    }

    #[test]
    fn shell_words_are_quoted_only_where_needed() {
        assert_eq!(
            shell_word("arn:aws:iam::111122223333:role/x").unwrap(),
            "arn:aws:iam::111122223333:role/x"
        );
        assert_eq!(shell_word("it's $HOME").unwrap(), r"'it'\''s $HOME'");
        assert_eq!(shell_word("").unwrap(), "''");
        assert!(shell_word("a\nb").is_err());
    }

    proptest! {
        #[test]
        fn nothing_hidden_survives(raw in any::<String>()) {
            prop_assert!(!visible(&raw).chars().any(is_hidden));
        }

        #[test]
        fn a_quoted_word_has_no_open_quote(raw in "[^\\p{C}]{0,40}") {
            if let Ok(word) = shell_word(&raw) {
                let unescaped = word.replace(r"'\''", "");
                prop_assert!(unescaped.matches('\'').count() % 2 == 0);
            }
        }
    }
}
