//! Where things stand on the screen, as plain numbers, so that `update` knows what is in view.

use crate::app::pane::PaneId;

/// Columns and rows of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// Cuts rows off the top.
    fn cut_top(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        let cut = Self {
            height: rows,
            ..*self
        };
        self.y = self.y.saturating_add(rows);
        self.height -= rows;
        cut
    }

    /// Cuts rows off the bottom.
    fn cut_bottom(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        self.height -= rows;
        Self {
            y: self.y.saturating_add(self.height),
            height: rows,
            ..*self
        }
    }

    /// Cuts columns off the left.
    fn cut_left(&mut self, columns: u16) -> Self {
        let columns = columns.min(self.width);
        let cut = Self {
            width: columns,
            ..*self
        };
        self.x = self.x.saturating_add(columns);
        self.width -= columns;
        cut
    }
}

/// The parts of the screen; a part of height 0 is not there.
///
/// ```text
/// ┌ header ────────────────────────────────────────────────┐
/// │ clusters            │ associations                     │   at 120x30 and above: four views together
/// │                     │                                  │   below, zoomed, or another view: tabs and one
/// │ updates             │ service accounts                 │
/// └ prompt (while a filter is typed or set) ── footer ─────┘
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub header: Area,
    pub tabs: Area,
    pub panes: Vec<(PaneId, Area)>,
    pub footer: Area,
}

/// From this size on the panes stand together.
pub const TOGETHER: Size = Size {
    width: 120,
    height: 30,
};

impl Layout {
    pub fn new(size: Size, focus: PaneId, zoomed: bool, header: bool) -> Self {
        let mut rest = Area {
            x: 0,
            y: 0,
            width: size.width,
            height: size.height,
        };
        let together = size.width >= TOGETHER.width && size.height >= TOGETHER.height;
        let header_rows = match (header, size.height) {
            (false, _) | (_, 0..=5) => 0,
            (true, 6..=15) => 1,
            (true, _) => 2,
        };
        let header = rest.cut_top(header_rows);
        let footer = rest.cut_bottom(u16::from(size.height >= 4));
        let mut tabs = Area::default();
        if zoomed || !together || !focus.is_together() {
            if size.height >= 8 {
                tabs = rest.cut_top(1);
            }
            return Self {
                header,
                tabs,
                panes: vec![(focus, rest)],
                footer,
            };
        }
        let left_width = (rest.width * 2 / 5).clamp(52, 88);
        let mut left = rest.cut_left(left_width);
        let mut right = rest;
        let updates = left.cut_bottom(left.height / 2);
        let service_accounts = right.cut_bottom((right.height / 4).max(5));
        let panes = vec![
            (PaneId::Clusters, left),
            (PaneId::Associations, right),
            (PaneId::Updates, updates),
            (PaneId::ServiceAccounts, service_accounts),
        ];
        Self {
            header,
            tabs,
            panes,
            footer,
        }
    }

    pub fn pane(&self, id: PaneId) -> Option<Area> {
        self.panes
            .iter()
            .find(|(pane, _)| *pane == id)
            .map(|(_, area)| *area)
    }
}

/// Where the lines of a text view stand: the screen without the footer, the view's frame and a blank at each side.
pub fn text_lines(size: Size) -> Area {
    let height = size.height.saturating_sub(u16::from(size.height >= 4));
    if height < 3 || size.width < 5 {
        return Area {
            x: 0,
            y: 0,
            width: size.width,
            height,
        };
    }
    Area {
        x: 2,
        y: 1,
        width: size.width - 4,
        height: height - 2,
    }
}

/// Rows of data that a pane's area has room for: without its frame and its column titles.
pub fn table_rows(area: Area) -> usize {
    usize::from(area.height.saturating_sub(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn panes_stand_together_from_120_by_30_on() {
        for (width, height, focus, zoomed, panes) in [
            (120, 30, PaneId::Associations, false, 4),
            (119, 30, PaneId::Associations, false, 1),
            (120, 29, PaneId::Associations, false, 1),
            (140, 40, PaneId::Associations, true, 1),
            (140, 40, PaneId::Pods, false, 1),
        ] {
            let layout = Layout::new(Size { width, height }, focus, zoomed, true);
            assert_eq!(layout.panes.len(), panes, "{width}x{height}");
        }
    }

    proptest! {
        #[test]
        fn parts_lie_on_the_screen_and_apart(width in 0u16..400, height in 0u16..200, view in 0usize..10, zoomed: bool, header: bool) {
            let layout = Layout::new(Size { width, height }, PaneId::ALL[view], zoomed, header);
            let mut cells = 0u32;
            for area in [layout.header, layout.tabs, layout.footer].into_iter().chain(layout.panes.iter().map(|(_, a)| *a)) {
                prop_assert!(area.x + area.width <= width && area.y + area.height <= height);
                cells += u32::from(area.width) * u32::from(area.height);
            }
            prop_assert_eq!(cells, u32::from(width) * u32::from(height));
        }
    }
}
