//! The command palette: any command by a few letters of its name.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::line::Line;
use crate::input::{Command, Context};

/// What is typed, and which match is chosen.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    pub line: Line,
    pub cursor: usize,
}

/// A command as the matcher sees it, by one of its texts.
struct Candidate {
    command: Command,
    text: &'static str,
}

impl AsRef<str> for Candidate {
    fn as_ref(&self) -> &str {
        self.text
    }
}

/// One of the texts of a command.
type Text = fn(Command) -> &'static str;

impl Palette {
    /// Commands that match by name, the best first, and then those that match by what they do.
    pub fn matches(&self) -> Vec<Command> {
        let typed = self.line.text();
        let by_name = Pattern::parse(&typed, CaseMatching::Ignore, Normalization::Smart);
        // Scattered letters of a sentence are no match that anybody meant.
        let by_sentence = Pattern::new(
            &typed,
            CaseMatching::Ignore,
            Normalization::Smart,
            AtomKind::Substring,
        );
        let mut ranker = Matcher::new(Config::DEFAULT);
        let mut found: Vec<Command> = Vec::new();
        let texts: [(Text, Pattern); 2] =
            [(Command::name, by_name), (Command::sentence, by_sentence)];
        for (text, pattern) in texts {
            let here = Command::ALL.iter().copied().filter(|command| {
                let contexts = command.contexts().iter();
                let mut reachable =
                    contexts.filter(|c| matches!(c, Context::Main | Context::Everywhere));
                reachable.next().is_some() && !found.contains(command)
            });
            let candidates: Vec<_> = here
                .map(|command| Candidate {
                    command,
                    text: text(command),
                })
                .collect();
            let hits = pattern.match_list(candidates, &mut ranker);
            found.extend(hits.into_iter().map(|(candidate, _)| candidate.command));
        }
        found
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
