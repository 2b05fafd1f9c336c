//! Theme files: `role = "words"`, where words are modifiers, a colour, and `on` a colour.

use std::collections::BTreeMap;
use std::fmt;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::theme::{Role, Theme};

/// Why a text is no theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTheme(String);

impl fmt::Display for BadTheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadTheme {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Names for colours, to be used in roles.
    #[serde(default)]
    palette: BTreeMap<String, String>,
    roles: BTreeMap<String, String>,
}

pub(super) fn parse(text: &str) -> Result<Theme, BadTheme> {
    let file: File = toml::from_str(text)
        .map_err(|error| BadTheme(format!("the theme cannot be read: {error}")))?;
    let mut palette = BTreeMap::new();
    for (name, written) in &file.palette {
        palette.insert(name.as_str(), colour(written, &BTreeMap::new())?);
    }
    let mut styles = BTreeMap::new();
    for (name, words) in &file.roles {
        let role = Role::parse(name).ok_or_else(|| {
            BadTheme(format!(
                "\"{}\" is not a role; there are {}",
                name.escape_debug(),
                all_roles()
            ))
        })?;
        let style = style(words, &palette)
            .map_err(|BadTheme(reason)| BadTheme(format!("role {role}: {reason}")))?;
        styles.insert(role, style);
    }
    let missing: Vec<_> = Role::ALL
        .iter()
        .filter(|role| !styles.contains_key(role))
        .collect();
    if let Some(first) = missing.first() {
        let more = match missing.len() {
            1 => String::new(),
            count => format!(", and {} more are missing", count - 1),
        };
        let sentence = first.sentence();
        return Err(BadTheme(format!(
            "role {first} is missing ({sentence}){more}; a theme names every role, \"\" for plain text"
        )));
    }
    Ok(Theme::new(|role| {
        styles.get(&role).copied().unwrap_or_default()
    }))
}

fn all_roles() -> String {
    Role::ALL
        .iter()
        .map(|role| role.name())
        .collect::<Vec<_>>()
        .join(", ")
}

fn style(words: &str, palette: &BTreeMap<&str, Color>) -> Result<Style, BadTheme> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        style = match (word, modifier(word)) {
            (_, Some(modifier)) => style.add_modifier(modifier),
            ("on", None) => {
                let word = words
                    .next()
                    .ok_or_else(|| BadTheme("a colour must follow \"on\"".to_owned()))?;
                style.bg(colour(word, palette)?)
            }
            _ => style.fg(colour(word, palette)?),
        };
    }
    Ok(style)
}

fn modifier(word: &str) -> Option<Modifier> {
    Some(match word {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        _ => return None,
    })
}

fn colour(word: &str, palette: &BTreeMap<&str, Color>) -> Result<Color, BadTheme> {
    if let Some(colour) = palette.get(word) {
        return Ok(*colour);
    }
    word.parse().map_err(|_| {
        BadTheme(format!(
            "\"{}\" is neither a colour (a name such as lightblue, a number from 0 to 255, #rrggbb, or a name from [palette]) nor one of bold, dim, italic, underlined, reversed, on",
            word.escape_debug()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &str, without: &str) -> String {
        let mut text = "[palette]\nsky = \"117\"\n[roles]\n".to_owned();
        for role in Role::ALL.iter().filter(|role| role.name() != without) {
            text.extend([role.name(), " = \"\"\n"]);
        }
        text + lines
    }

    #[test]
    fn words_make_styles() {
        let text = with("muted = \"bold underlined sky on #102030\"\n", "muted");
        let style = Theme::parse(&text).unwrap().style(Role::Muted);
        let expected = Style::new()
            .fg(Color::Indexed(117))
            .bg(Color::Rgb(0x10, 0x20, 0x30))
            .add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        assert_eq!(style, expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            (with("", "border"), "role border is missing"),
            (with("shiny = \"\"\n", ""), "\"shiny\" is not a role"),
            (
                with("muted = \"mauvish\"\n", "muted"),
                "role muted: \"mauvish\"",
            ),
            (with("muted = \"red on\"\n", "muted"), "must follow"),
            ("[colors]\n".to_owned(), "colors"),
            ("= nonsense".to_owned(), "cannot be read"),
        ] {
            let error = Theme::parse(&text).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
