//! What lies over the panes.

mod credential;
mod form;
mod history;
mod menu;
mod palette;
mod popup;
mod progress;
mod quit;
mod review;
mod text;

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::layout::Layout;
use crate::app::modal::Modal;
use crate::ui::painter::Painter;

/// Draws every modal, the topmost last; returns where the cursor stands if one has a line that is typed.
pub(super) fn draw(
    state: &State,
    painter: &mut Painter<'_>,
    layout: &Layout,
) -> Option<(u16, u16)> {
    let screen = painter.area();
    let footer = layout.footer.height.min(screen.height);
    let area = Rect::new(screen.x, screen.y, screen.width, screen.height - footer);
    let mut cursor = None;
    for (index, modal) in state.modals.iter().enumerate() {
        let top = index + 1 == state.modals.len();
        cursor = match modal {
            Modal::Text(view) => {
                text::draw(state, view, painter, area, top);
                None
            }
            Modal::Menu(menu) => {
                menu::draw(menu, painter, area);
                None
            }
            Modal::Palette(palette) => palette::draw(state, palette, painter, area),
            Modal::Quit(dialog) => {
                quit::draw(*dialog, painter, area);
                None
            }
            Modal::Form(form) => form::draw(state, form, painter, area, top),
            Modal::Review(review) => review::draw(state, review, painter, area, top),
            Modal::Progress => {
                progress::draw(state, painter, area);
                None
            }
            Modal::History(view) => {
                history::draw(state, view, painter, area, top);
                None
            }
            Modal::Credential(panel) => {
                credential::draw(state, panel, painter, area, top);
                None
            }
            // The filter is typed in the footer, where it hides no row.
            Modal::Filter(_) => None,
        };
    }
    cursor
}
