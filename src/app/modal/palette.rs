//! The command palette: any command by a few letters of its name.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::line::Line;
use crate::input::{Command, Context};

/// What is typed, and which match is chosen.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    pub line: Line,
    pub cursor: usize,
}

/// A command as the matcher sees it: its name first, then what it does.
struct Candidate {
    command: Command,
    text: String,
}

impl AsRef<str> for Candidate {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Palette {
    /// Commands that match, the best first; all of the panes' commands while nothing is typed.
    pub fn matches(&self) -> Vec<Command> {
        let here = |command: &&Command| {
            command
                .contexts()
                .iter()
                .any(|context| matches!(context, Context::Main | Context::Everywhere))
        };
        let candidates = Command::ALL.iter().filter(here).map(|command| Candidate {
            command: *command,
            text: format!("{} {}", command.name(), command.sentence()),
        });
        let pattern = Pattern::parse(
            &self.line.text(),
            CaseMatching::Ignore,
            Normalization::Smart,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let found = pattern.match_list(candidates, &mut matcher);
        found
            .into_iter()
            .map(|(candidate, _)| candidate.command)
            .collect()
    }

    pub fn move_by(&mut self, rows: isize) {
        let last = self.matches().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    pub fn chosen(&self) -> Option<Command> {
        self.matches().get(self.cursor).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_letters_find_a_command() {
        for (typed, found) in [
            ("quit", Command::Quit),
            ("refall", Command::RefreshAll),
            ("yaml", Command::Yaml),
        ] {
            let palette = Palette {
                line: Line::new(typed),
                cursor: 0,
            };
            assert_eq!(palette.chosen(), Some(found), "{typed}");
        }
        assert_eq!(
            Palette {
                line: Line::new("zzzz"),
                cursor: 0
            }
            .chosen(),
            None
        );
        assert!(Palette::default().matches().len() > 20);
    }
}
