//! JSON text that is safe to look at: what a terminal would act on is escaped, which JSON allows everywhere.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::text::is_hidden;

/// One line.
pub fn line(value: &Value) -> String {
    escape(&value.to_string())
}

/// Indented by two spaces.
pub fn pretty(value: &Value) -> String {
    escape(&format!("{value:#}"))
}

/// Escapes hidden characters; they occur only within strings, because a newline outside of one is layout
/// and inside of one is already escaped.
fn escape(text: &str) -> String {
    if !text.chars().any(|c| c != '\n' && is_hidden(c)) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if character != '\n' && is_hidden(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                write!(safe, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Parses a JSON text; `None` if writing it again would change more than the white space between tokens
/// (a member twice, an unusual number or escape).
pub(crate) fn parsed_exactly(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_string = character == '"';
        }
        compact.push(character);
    }
    let written = value.to_string();
    (written == compact).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn exactness_is_recognised() {
        for (text, exact) in [
            (r#"{ "a" : [ 1, "x y \" z" ] }"#, true),
            (r#"{"a":1,"a":2}"#, false),
            (r#"{"a":1.10}"#, false),
            (r#"{"a":"\/"}"#, false),
            ("not json", false),
        ] {
            assert_eq!(parsed_exactly(text).is_some(), exact, "{text}");
        }
    }

    proptest! {
        #[test]
        fn json_is_lossless_and_safe(text in any::<String>(), key in any::<String>()) {
            let value = json!({"a": [text.clone(), "\u{e0041}\u{202e}\u{9b}"], key: text});
            for written in [line(&value), pretty(&value)] {
                prop_assert!(!written.chars().any(|c| c != '\n' && is_hidden(c)));
                prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
            }
        }
    }
}
