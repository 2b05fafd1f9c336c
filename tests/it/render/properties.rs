//! What must hold for every screen: no panic at any size, nothing outside, no key that does nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::layout::Rect;
use roledex::app::layout::Size;
use roledex::app::{self, Msg};
use roledex::input::Key;
use roledex::model::text::is_hidden;
use roledex::theme::{NAMES, Role, Theme};
use roledex::ui;

use super::dump::{draw, row};
use super::scenes;
use crate::script::Script;

/// Keys that open, close, type and move; enough of them to get anywhere.
const KEYS: [&str; 40] = [
    "j",
    "k",
    "g",
    "G",
    "l",
    "h",
    "tab",
    "shift-tab",
    "enter",
    "d",
    "y",
    "J",
    "f",
    "F",
    "0",
    "P",
    "/",
    "n",
    "N",
    "w",
    "S",
    "I",
    "p",
    "space",
    "ctrl-w",
    "ctrl-e",
    "R",
    "C",
    ":",
    "m",
    "esc",
    "q",
    "?",
    "pgdn",
    "backspace",
    "a",
    "x",
    "ctrl-d",
    "down",
    "ctrl-u",
];

proptest! {
    #[test]
    fn any_scene_can_be_drawn_at_any_size(
        scene in 0..scenes::ALL.len(),
        keys in prop::collection::vec(0..KEYS.len(), 0..12),
        width in 0u16..=200,
        height in 0u16..=60,
        off in 0u16..3,
    ) {
        let mut script = scenes::ALL[scene](140, 40);
        for key in keys {
            if !script.state.quitting {
                script.keys(KEYS[key]);
            }
        }
        script.send(Msg::Resize(Size { width, height }));
        app::arrange(&mut script.state);
        // The terminal may be smaller or larger than the state knows: a resize is on its way.
        let area = Rect::new(0, 0, width.saturating_sub(off), height.saturating_add(off).saturating_sub(1));
        let theme = Theme::named(NAMES[scene % NAMES.len()]).unwrap();
        let mut buffer = Buffer::empty(area);
        let cursor = ui::draw(&script.state, &theme, &mut buffer);
        if let Some((x, y)) = cursor {
            prop_assert!(x < area.right() && y < area.bottom());
        }
        for y in area.top()..area.bottom() {
            let mut x = area.left();
            while x < area.right() {
                let cell = &buffer[(x, y)];
                prop_assert!(!cell.symbol().chars().any(is_hidden), "{:?}", cell.symbol());
                let width = cell.cell_width();
                prop_assert!(x + width <= area.right(), "{:?} reaches out", cell.symbol());
                for covered in x + 1..x + width {
                    prop_assert_eq!(buffer[(covered, y)].symbol(), " ", "half of {:?}", cell.symbol());
                }
                x += width.max(1);
            }
        }
    }

    #[test]
    fn widths_are_the_terminal_librarys(text in "[\\PC\u{ff9e}\u{ff9f}]{0,12}") {
        use roledex::model::measure::graphemes;
        for (grapheme, width) in graphemes(&text) {
            prop_assert_eq!(width, usize::from(grapheme.cell_width()), "{:?}", grapheme);
        }
    }
}

#[test]
fn small_screens_can_be_drawn_cell_by_cell() {
    for scene in scenes::ALL {
        let mut script = scene(140, 40);
        for width in 0..=24 {
            for height in 0..=8 {
                script.send(Msg::Resize(Size { width, height }));
                draw(&script.state);
            }
        }
    }
}

/// Every key that a footer shows is bound, where the keys go now, to a command of the label beside it.
#[test]
fn the_footer_shows_only_keys_that_work() {
    for scene in scenes::ALL {
        let script = scene(200, 40);
        let state = &script.state;
        if state.notice.is_some() {
            continue;
        }
        let (buffer, _) = draw(state);
        let footer = row(&buffer, 39);
        let mut hints = 0;
        for hint in footer.trim().split("  ").filter(|hint| !hint.is_empty()) {
            let Some((key, label)) = hint.trim().split_once(' ') else {
                continue;
            };
            // Not a key, but what is wrong with the line that is typed.
            if key == "▲" {
                continue;
            }
            let Ok(key) = key.parse::<Key>() else {
                continue;
            };
            let command = state.options.keymap.command(state.context(), key);
            let shown = command.map(|command| command.label_in(state.context()));
            assert_eq!(shown, Some(label), "{footer}");
            hints += 1;
        }
        assert!(hints > 1 || footer.contains('▲'), "{footer}");
    }
}

/// Where room is short the keys stay without which nobody gets on, and what does nothing now goes first.
#[test]
fn a_short_footer_keeps_the_keys_that_are_needed() {
    let at_associations = |width, height| {
        let mut script = scenes::ready(width, height);
        script.keys("2");
        script
    };
    let at = |script: &Script| {
        let (buffer, _) = draw(&script.state);
        row(&buffer, script.state.size.height - 1)
    };
    let needed = ["enter open", "d describe", "x explain", "? help", "e edit"];
    for (script, needed) in [
        (at_associations(80, 24), &needed[..]),
        (at_associations(40, 12), &["enter open", "? help"]),
        (
            scenes::review_blocking(40, 12),
            &["enter press", "tab switch", "? help"],
        ),
        (
            scenes::history(40, 12),
            &["enter show", "? help", "esc back", "z undo"],
        ),
    ] {
        let footer = at(&script);
        for hint in needed {
            assert!(footer.contains(hint), "{hint} is not in {footer}");
        }
    }
    // No association, nothing to edit: the room is for something else.
    let clusters = at(&scenes::ready(80, 24));
    assert!(!clusters.contains("e edit"), "{clusters}");
    assert!(clusters.contains("/ filter"), "{clusters}");
}

/// What a row of the list has no room for stands below it, whole.
#[test]
fn the_history_says_all_of_the_entry_under_the_cursor() {
    for (width, height) in [(40, 12), (80, 24), (120, 30)] {
        let script = scenes::history(width, height);
        let (buffer, _) = draw(&script.state);
        let rows: Vec<String> = (0..height).map(|y| row(&buffer, y)).collect();
        let text = rows.join("\n").replace(['┃', '\n'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for wanted in [
            "update-association payments/worker of demo",
            "role: old → new",
        ] {
            assert!(text.contains(wanted), "{width}x{height}: {text}");
        }
        let listed = rows.iter().find(|row| row.contains('▸')).unwrap();
        assert!(listed.contains("now  update paym"), "{width}: {listed}");
    }
}

/// A command that is dim does nothing when its key is pressed, and one that is bright does not complain.
#[test]
fn dim_hints_are_those_that_do_nothing_now() {
    let script = scenes::loading(400, 40);
    let (buffer, _) = draw(&script.state);
    let footer = row(&buffer, 39);
    let at = footer
        .find("enter open")
        .expect("the footer offers to open a row");
    let at = u16::try_from(footer[..at].chars().count()).unwrap();
    let off = Role::Off as u8 + 1;
    assert_eq!(buffer[(at, 39)].fg, ratatui::style::Color::Indexed(off));
}

#[test]
fn the_selected_row_can_be_told_without_colour() {
    let script = scenes::ready(140, 40);
    let (buffer, _) = draw(&script.state);
    let signs = (0..40).filter(|y| row(&buffer, *y).contains('▸')).count();
    assert!(signs >= 1);
}

/// Rows from the cache never stand there without saying so, however narrow the pane is.
#[test]
fn stale_rows_say_so_at_any_width_that_leaves_room_for_it() {
    for width in [60, 80, 119, 120, 140, 200] {
        for keys in ["", "tab"] {
            let mut script = scenes::stale_and_failed(width, 40);
            script.keys(keys);
            let (buffer, _) = draw(&script.state);
            let text: String = (0..40).map(|y| row(&buffer, y)).collect();
            assert!(text.contains("READ"), "{width} {keys}");
        }
    }
}

/// Among other panes there is no room for every column: how many pods lack something is not what goes first.
#[test]
fn service_accounts_among_other_panes_say_what_their_pods_lack() {
    for (width, height, titles) in [(120, 30, &["LACKING"][..]), (140, 40, &["ROLE", "LACKING"])] {
        let script = scenes::service_accounts(width, height);
        let (buffer, _) = draw(&script.state);
        let mut rows = (0..height).map(|y| row(&buffer, y));
        let heads = rows.find(|row| row.contains("MECHANISM")).unwrap();
        for title in titles {
            assert!(heads.contains(title), "{width}: {heads}");
        }
    }
}

#[test]
fn mono_uses_no_colour_on_any_screen() {
    let theme = Theme::named("mono").unwrap();
    for scene in scenes::ALL {
        let script = scene(120, 30);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 30));
        ui::draw(&script.state, &theme, &mut buffer);
        let colours: BTreeSet<_> = buffer
            .content
            .iter()
            .map(|cell| format!("{:?} {:?}", cell.fg, cell.bg))
            .collect();
        assert_eq!(colours.into_iter().collect::<Vec<_>>(), ["Reset Reset"]);
    }
}

/// A mark of its own width makes three cells out of one letter, and a popup's frame may fall on any of them.
#[test]
fn a_popup_hides_all_of_what_reaches_into_it() {
    for width in 60..=200 {
        let mut script = scenes::hostile_text(140, 40);
        script.send(Msg::Resize(Size { width, height: 12 }));
        script.keys("S");
        let (buffer, _) = draw(&script.state);
        for y in 3..8 {
            let frames = row(&buffer, y).matches(['┃', '┏', '┓', '█']).count();
            assert!(frames >= 2, "{width}: {}", row(&buffer, y));
        }
    }
}
