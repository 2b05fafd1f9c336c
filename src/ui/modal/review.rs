//! A change as it would be made, with its buttons below.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::describe;
use crate::app::modal::Review;
use crate::model::preflight::Consent;
use crate::theme::Role;
use crate::ui::modal::text;
use crate::ui::painter::{Frame, Painter, piece};
use crate::ui::{prompt, rect, scrollbar};

pub(super) fn draw(
    state: &State,
    review: &Review,
    painter: &mut Painter<'_>,
    area: Rect,
    top: bool,
) -> Option<(u16, u16)> {
    painter.clear(area);
    let frame = Frame { focused: top };
    let framed = area.height >= 3 && area.width >= 5;
    if framed {
        painter.frame(area, frame);
        let title = capital(&review.title());
        painter.on_frame(area, area.y, &[piece(frame.title_role(), title)]);
    }
    let inside = rect(describe::review_area(state.size));
    let lines = describe::review_lines(review);
    let drawn = text::draw_wrapped(&lines, review.top, painter, inside);
    if framed {
        let track = Rect::new(area.right().saturating_sub(1), inside.y, 1, inside.height);
        scrollbar::draw(painter, track, review.top, drawn, lines.len());
    }
    let buttons = Rect::new(inside.x, inside.bottom(), inside.width, 1);
    draw_buttons(review, painter, buttons)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn draw_buttons(review: &Review, painter: &mut Painter<'_>, line: Rect) -> Option<(u16, u16)> {
    if line.y >= painter.area().bottom() {
        return None;
    }
    if let (Some(typed), Some(Consent::TypedName(wanted))) = (&review.naming, review.consent()) {
        let sign = format!("type {wanted} to apply: ");
        return prompt::draw(painter, (line.x, line.y), line.width, &sign, typed);
    }
    // Brackets say which one enter presses, so that it can be told without colour.
    let button = |text: &str, chosen: bool, role: Role| {
        if chosen {
            piece(Role::ButtonChosen, format!("[ {text} ]"))
        } else {
            piece(role, format!("  {text}  "))
        }
    };
    let (label, can) = match review.consent() {
        None => ("Apply (checks are being asked)", false),
        Some(Consent::Refused(_)) => ("Apply (refused)", false),
        Some(Consent::TypedName(_)) => ("Apply by typing the name", true),
        Some(Consent::Plain) => ("Apply", true),
    };
    let pieces = [
        button("Cancel", !review.apply, Role::Button),
        piece(Role::Text, "  "),
        button(
            label,
            review.apply,
            if can { Role::Button } else { Role::Off },
        ),
    ];
    painter.pieces(line.x, line.y, line.width, &pieces);
    None
}
