//! The change that is being made, step by step.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::applying::Applying;
use crate::app::msg::ChangeStep;
use crate::app::pane::glyph;
use crate::input::Command;
use crate::model::measure::wrap;
use crate::theme::Role;
use crate::ui::cells;
use crate::ui::modal::popup;
use crate::ui::painter::{Painter, Piece, piece};

/// Cells that a line wants at most.
const WIDTH: usize = 76;

pub(super) fn draw(state: &State, painter: &mut Painter<'_>, screen: Rect) {
    let Some(applying) = &state.applying else {
        return;
    };
    let room = usize::from(screen.width.saturating_sub(6)).min(WIDTH);
    let mut lines: Vec<Piece<'_>> = Vec::new();
    let mut say = |role: Role, text: &str| {
        let text = piece(role, text).text.into_owned();
        for range in wrap(&text, room.max(1), 2) {
            let indent = if range.start > 0 { "  " } else { "" };
            let part = text.get(range).unwrap_or_default().trim_end();
            lines.push(piece(role, format!("{indent}{part}")));
        }
    };
    say(Role::Name, &applying.title);
    for (index, step) in applying.steps.iter().enumerate() {
        let last = applying.is_running() && index + 1 == applying.steps.len();
        let (sign, role) = if last {
            (glyph::BUSY, Role::Busy)
        } else {
            (glyph::GOOD, Role::Good)
        };
        match words(step) {
            Ok(text) => say(role, &format!("{sign} {text}")),
            Err(remark) => say(Role::Warning, &format!("{} {remark}", glyph::WARNING)),
        }
    }
    end(applying, &mut say);
    if let (false, Some(_)) = (applying.is_running(), &applying.offer) {
        let key = state.options.keymap.shown(Command::Test);
        let key = key.unwrap_or_else(|| Command::Test.name().to_owned());
        let text = format!("{key} tests until a pod gets the new role; esc closes");
        say(Role::Key, &text);
    }
    let inside = popup::draw(painter, screen, "Change", (WIDTH, lines.len()));
    // The end is what matters where not all of it fits.
    let skipped = lines.len().saturating_sub(usize::from(inside.height));
    for (offset, line) in lines.iter().skip(skipped).enumerate() {
        let y = inside.y.saturating_add(cells(offset));
        painter.pieces(inside.x, y, inside.width, std::slice::from_ref(line));
    }
}

fn end(applying: &Applying, say: &mut impl FnMut(Role, &str)) {
    match &applying.outcome {
        None if applying.steps.is_empty() => {
            say(Role::Busy, &format!("{} beginning", glyph::BUSY));
        }
        None => {}
        Some(Ok(())) if applying.is_as_planned() => {
            say(Role::Good, &format!("{} done", glyph::GOOD));
        }
        Some(Ok(())) => {
            let text = format!("{} {}", glyph::WARNING, Applying::UNLIKE);
            say(Role::Warning, &text);
        }
        Some(Err(failure)) => {
            say(Role::Bad, &format!("{} {failure}", glyph::BAD));
            if let Some(hint) = &failure.hint {
                say(Role::Text, hint);
            }
            if let Some(request) = &failure.request_id {
                say(Role::Muted, &format!("request id {request}"));
            }
        }
    }
}

/// What a step says; a remark is no step.
fn words(step: &ChangeStep) -> Result<String, &str> {
    Ok(match step {
        ChangeStep::ReadingAgain => "read again: it must still be what was reviewed".to_owned(),
        ChangeStep::Journalled(id) => format!("written down as {id}"),
        ChangeStep::Sent(call) => format!("sent: {call}"),
        ChangeStep::Waiting(why) => format!("waiting: {why}"),
        ChangeStep::ReadingBack => "reading back".to_owned(),
        ChangeStep::Remark(text) | ChangeStep::Unlike(text) => return Err(text),
    })
}
