//! Keys in the notation that users write: `j`, `G`, `ctrl-d`, `shift-tab`, `f5`, `space`.

use std::fmt;
use std::str::FromStr;

/// A key press, normalised so that each press has one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

/// What was pressed, without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// Named keys; the first name of a code is the one that is shown.
const NAMES: [(&str, Code); 20] = [
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("return", Code::Enter),
    ("esc", Code::Esc),
    ("escape", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pageup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("pagedown", Code::PageDown),
    ("minus", Code::Char('-')),
];

impl Key {
    /// Makes a key, folding what terminals report differently: shift is part of a character, and control
    /// characters have no case.
    pub fn new(code: Code, ctrl: bool, alt: bool, shift: bool) -> Self {
        match code {
            Code::Char(character) if ctrl => Self {
                code: Code::Char(character.to_ascii_lowercase()),
                ctrl,
                alt,
                shift: false,
            },
            Code::Char(_) => Self {
                code,
                ctrl,
                alt,
                shift: false,
            },
            _ => Self {
                code,
                ctrl,
                alt,
                shift,
            },
        }
    }

    pub fn plain(code: Code) -> Self {
        Self::new(code, false, false, false)
    }

    /// The character that this key types into a line, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(character) if !self.ctrl && !self.alt => Some(character),
            _ => None,
        }
    }
}

/// Why a text names no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAKey(String);

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is not a key; write a character or a name such as enter, esc, tab, space, up, pgdn, f5, with ctrl-, alt- or shift- before it",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for NotAKey {}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let refuse = || NotAKey(text.to_owned());
        let (mut rest, mut ctrl, mut alt, mut shift) = (text, false, false, false);
        loop {
            let (flag, tail) = if let Some(tail) = rest.strip_prefix("ctrl-") {
                (&mut ctrl, tail)
            } else if let Some(tail) = rest.strip_prefix("alt-") {
                (&mut alt, tail)
            } else if let Some(tail) = rest.strip_prefix("shift-") {
                (&mut shift, tail)
            } else {
                break;
            };
            *flag = true;
            rest = tail;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(only), None) => Code::Char(only),
            _ => named(rest).ok_or_else(refuse)?,
        };
        match code {
            Code::Char(character) if shift && !ctrl => {
                let upper = character.to_ascii_uppercase();
                if upper == character {
                    Err(refuse())
                } else {
                    Ok(Self::new(Code::Char(upper), ctrl, alt, false))
                }
            }
            _ => Ok(Self::new(code, ctrl, alt, shift)),
        }
    }
}

fn named(name: &str) -> Option<Code> {
    let found = NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, code)| *code);
    found.or_else(|| {
        let number: u8 = name.strip_prefix('f')?.parse().ok()?;
        (1..=12).contains(&number).then_some(Code::F(number))
    })
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (set, prefix) in [
            (self.ctrl, "ctrl-"),
            (self.alt, "alt-"),
            (self.shift, "shift-"),
        ] {
            if set {
                f.write_str(prefix)?;
            }
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(character) => write!(f, "{character}"),
            Code::F(number) => write!(f, "f{number}"),
            code => {
                let name = NAMES
                    .iter()
                    .find(|(_, known)| *known == code)
                    .map_or("?", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_have_one_spelling() {
        for (written, shown) in [
            ("j", "j"),
            ("G", "G"),
            ("shift-g", "G"),
            ("ctrl-D", "ctrl-d"),
            ("shift-tab", "shift-tab"),
            ("pagedown", "pgdn"),
            ("space", "space"),
            ("-", "-"),
            ("ctrl--", "ctrl--"),
            ("ctrl-\\", "ctrl-\\"),
            ("f12", "f12"),
            ("alt-x", "alt-x"),
        ] {
            assert_eq!(
                written.parse::<Key>().unwrap().to_string(),
                shown,
                "{written}"
            );
        }
        for bad in ["", "ctrl-", "f13", "nope", "jj", "shift-1"] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn shown_keys_parse_back(character in any::<char>(), ctrl: bool, alt: bool) {
            let key = Key::new(Code::Char(character), ctrl, alt, false);
            prop_assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        }
    }
}
