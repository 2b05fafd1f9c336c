//! Help: the keys that work in a context, as they are bound now.

use crate::app::describe::TextLine;
use crate::app::filter::SYNTAX;
use crate::app::pane::Tone;
use crate::app::state::State;
use crate::input::{Command, Context, Group};

pub(super) fn lines(state: &State, context: Context) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let commands: Vec<_> = Command::ALL
            .iter()
            .filter(|command| command.group() == group)
            .collect();
        let mut rows = Vec::new();
        for command in commands {
            let here = command
                .contexts()
                .iter()
                .any(|c| *c == context || *c == Context::Everywhere);
            if !here {
                continue;
            }
            let keys = state.options.keymap.keys(*command);
            let keys = keys
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ");
            let (tone, keys) = if keys.is_empty() {
                (Tone::Muted, "unbound")
            } else {
                (Tone::Busy, keys.as_str())
            };
            rows.push(
                TextLine::new(tone, &format!("  {keys:<16} "))
                    .with(Tone::Plain, &format!("{:<18} ", command.name()))
                    .with(Tone::Muted, command.sentence()),
            );
        }
        if !rows.is_empty() {
            lines.push(TextLine::heading(group.title()));
            lines.append(&mut rows);
            lines.push(TextLine::empty());
        }
    }
    if context == Context::Main {
        lines.push(TextLine::heading("What a filter may say"));
        for (term, meaning) in SYNTAX {
            lines.push(
                TextLine::new(Tone::Busy, &format!("  {term:<16} ")).with(Tone::Muted, meaning),
            );
        }
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Signs"));
        for (sign, meaning) in [
            (
                "● live",
                "read within the last five minutes, or watched: it is as it was just now",
            ),
            ("○ 12m ago", "read in this run, that long ago"),
            (
                "▲ 2h old",
                "known from an earlier run, or from before a watch broke: it may no longer hold",
            ),
            (
                "… queued",
                "not read yet, or about to be read again; what is shown is the last known",
            ),
            (
                "✗ denied",
                "the last call failed; describe the row to see why and what to do",
            ),
        ] {
            lines.push(
                TextLine::new(Tone::Plain, &format!("  {sign:<16} ")).with(Tone::Muted, meaning),
            );
        }
    }
    lines
}
