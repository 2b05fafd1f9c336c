//! Themes: what each role looks like.
//!
//! Drawing names roles, never colours. A theme is data: one style a role, in the words of
//! `assets/themes/*.toml`. A role that a theme leaves out, or a name that is no role, is an error when the
//! theme is read, so that a half-written theme never makes text invisible.

mod parse;
mod role;

use ratatui::style::Style;

pub use parse::BadTheme;
pub use role::Role;

/// Names of the themes that are built in, the default first.
pub const NAMES: [&str; 4] = ["dark", "light", "mono", "deuteranopia"];

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Indexed by [`Role`], in the order of [`Role::ALL`].
    styles: Vec<Style>,
}

impl Theme {
    /// Makes a theme out of a function, which cannot leave a role out.
    pub fn new(style: impl Fn(Role) -> Style) -> Self {
        Self {
            styles: Role::ALL.iter().map(|role| style(*role)).collect(),
        }
    }

    /// A built-in theme; `None` if the name is none of [`NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let text = match name {
            "dark" => include_str!("../assets/themes/dark.toml"),
            "light" => include_str!("../assets/themes/light.toml"),
            "mono" => include_str!("../assets/themes/mono.toml"),
            "deuteranopia" => include_str!("../assets/themes/deuteranopia.toml"),
            _ => return None,
        };
        // A test reads every built-in theme; one without styles is still readable.
        Some(Self::parse(text).unwrap_or_else(|_| Self::new(|_| Style::new())))
    }

    /// Reads a theme in the notation of the built-in ones.
    pub fn parse(text: &str) -> Result<Self, BadTheme> {
        parse::parse(text)
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::named(NAMES[0]).unwrap_or_else(|| Self::new(|_| Style::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_themes_can_be_read() {
        for name in NAMES {
            let file = format!("{}/assets/themes/{name}.toml", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(file).unwrap();
            let theme = Theme::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(Theme::named(name), Some(theme));
        }
        assert_eq!(Theme::named("nope"), None);
    }

    #[test]
    fn mono_has_no_colours() {
        let mono = Theme::named("mono").unwrap();
        for role in Role::ALL {
            let style = mono.style(*role);
            assert_eq!(
                (style.fg, style.bg, style.underline_color),
                (None, None, None),
                "{role}"
            );
        }
    }

    /// Without colour, what the user must find on a screen has to differ by something else.
    #[test]
    fn overlays_differ_from_plain_text_in_every_theme() {
        for name in NAMES {
            let theme = Theme::named(name).unwrap();
            for role in [
                Role::Selected,
                Role::Match,
                Role::ButtonChosen,
                Role::TabChosen,
            ] {
                assert_ne!(theme.style(role), theme.style(Role::Text), "{name} {role}");
            }
        }
    }
}
