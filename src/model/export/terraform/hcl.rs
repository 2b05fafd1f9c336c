//! The few forms of HCL that an export writes, laid out as `terraform fmt` lays them out.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::text::is_hidden;

/// Lines of `name = value`; equals signs stand below each other among neighbours that take one line.
pub(super) fn aligned(arguments: &[(String, String)], indent: usize) -> String {
    let mut out = String::new();
    let one_line = |pair: &&(String, String)| !pair.1.contains('\n');
    let mut rest = arguments;
    while !rest.is_empty() {
        let run = rest.iter().take_while(one_line).count();
        let (group, tail) = rest.split_at(run.max(1));
        let widths = group.iter().map(|(name, _)| name.chars().count());
        let width = widths.max().unwrap_or(0);
        for (name, value) in group {
            let fill = width - name.chars().count();
            // Writing to a String cannot fail.
            writeln!(out, "{:indent$}{name}{:fill$} = {value}", "", "").unwrap_or_default();
        }
        rest = tail;
    }
    out
}

/// A JSON value as an HCL expression, for a line that is indented by `indent`.
pub(super) fn expression(value: &Value, indent: usize) -> String {
    let inner = indent + 2;
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<_> = items.iter().map(|item| expression(item, inner)).collect();
            let short = items.iter().map(|item| item.len() + 2).sum::<usize>() <= 72;
            if short && !items.iter().any(|item| item.contains('\n')) {
                return format!("[{}]", items.join(", "));
            }
            let mut out = "[\n".to_owned();
            for item in items {
                writeln!(out, "{:inner$}{item},", "").unwrap_or_default();
            }
            format!("{out}{:indent$}]", "")
        }
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter();
            let members: Vec<_> = members
                .map(|(key, value)| (quoted(key), expression(value, inner)))
                .collect();
            format!("{{\n{}{:indent$}}}", aligned(&members, inner), "")
        }
        other => other.to_string(),
    }
}

/// A string as an HCL template that means exactly this text.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    let mut previous = None;
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' => {
                let next = characters.peek().copied();
                // `$${` is itself an escape, so a run before a brace cannot be escaped by doubling.
                if previous == Some(character) || next == Some(character) {
                    push_code(&mut out, character);
                } else {
                    out.push(character);
                    if next == Some('{') {
                        out.push(character);
                    }
                }
            }
            hidden if is_hidden(hidden) => push_code(&mut out, hidden),
            shown => out.push(shown),
        }
        previous = Some(character);
    }
    out.push('"');
    out
}

fn push_code(out: &mut String, character: char) {
    let code = u32::from(character);
    // Writing to a String cannot fail.
    if code > 0xffff {
        write!(out, "\\U{code:08x}").unwrap_or_default();
    } else {
        write!(out, "\\u{code:04x}").unwrap_or_default();
    }
}

/// A text as an HCL identifier of ASCII letters.
pub(super) fn identifier(text: &str) -> String {
    let keep = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = text.chars().map(keep).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("_{name}")
    }
}
