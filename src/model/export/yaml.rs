//! YAML text, lossless and safe to look at.
//!
//! General emitters write bidirectional overrides as they come, so this one is our own: block style,
//! strings bare only where no YAML version could read them as anything else, else in double quotes.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::model::text::is_hidden;

/// A value as a YAML document without its `---`, ending in a line break.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0, false),
        Value::Array(items) if !items.is_empty() => sequence(&mut out, items, 0),
        scalar => {
            out.push_str(&inline(scalar));
            out.push('\n');
        }
    }
    out
}

/// One element of a top-level sequence, so that long sequences can be written as they come.
pub fn element(value: &Value) -> String {
    let mut out = String::new();
    sequence(&mut out, std::slice::from_ref(value), 0);
    out
}

/// Writes the members; the first one stands on the line of a dash if `after_dash`.
fn mapping(out: &mut String, map: &Map<String, Value>, indent: usize, after_dash: bool) {
    for (index, (key, value)) in map.iter().enumerate() {
        if !(after_dash && index == 0) {
            pad(out, indent);
        }
        out.push_str(&string(key));
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                mapping(out, inner, indent + 2, false);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                sequence(out, items, indent);
            }
            scalar => push_line(out, scalar),
        }
    }
}

fn sequence(out: &mut String, items: &[Value], indent: usize) {
    for item in items {
        pad(out, indent);
        out.push('-');
        match item {
            Value::Object(map) if !map.is_empty() => {
                out.push(' ');
                mapping(out, map, indent + 2, true);
            }
            Value::Array(inner) if !inner.is_empty() => {
                out.push('\n');
                sequence(out, inner, indent + 2);
            }
            scalar => push_line(out, scalar),
        }
    }
}

fn push_line(out: &mut String, scalar: &Value) {
    out.push(' ');
    out.push_str(&inline(scalar));
    out.push('\n');
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        other => other.to_string(),
    }
}

/// A string, bare or in double quotes.
fn string(text: &str) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            hidden if is_hidden(hidden) || is_special(hidden) => {
                // Writing to a String cannot fail.
                write!(quoted, "\\U{:08X}", u32::from(hidden)).unwrap_or_default();
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that YAML does not count as printable though they are not hidden.
fn is_special(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn is_bare(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./@+=,:".contains(c));
    // Words that some YAML version reads as a boolean or as nothing.
    let word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    starts && plain && !word && !text.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn yaml_reads_well() {
        let value = json!({
            "name": "shop",
            "arn": "arn:aws:eks:us-west-2:111122223333:cluster/shop",
            "version": "1.34",
            "tags": {"on": "yes", "team": "a b"},
            "none": {},
            "list": ["x", {"k": 1, "l": [true, []]}],
            "nothing": null,
        });
        assert_eq!(
            document(&value),
            r#"name: shop
arn: arn:aws:eks:us-west-2:111122223333:cluster/shop
version: "1.34"
tags:
  "on": "yes"
  team: "a b"
none: {}
list:
- x
- k: 1
  l:
  - true
  - []
nothing: null
"#
        );
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[a-zA-Z0-9:#~.\\-]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn yaml_is_lossless_and_safe(value in values()) {
            let written = document(&value);
            prop_assert!(!written.chars().any(|c| c != '\n' && is_hidden(c)));
            prop_assert_eq!(&serde_norway::from_str::<Value>(&written).unwrap(), &value);
            let read: Value = serde_norway::from_str(&element(&value)).unwrap();
            prop_assert_eq!(read, json!([value]));
        }
    }
}
