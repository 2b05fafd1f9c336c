//! A list to choose one thing from.

use crate::input::Command;

/// A titled list with a cursor.
#[derive(Debug, Clone)]
pub struct Menu {
    pub title: String,
    pub items: Vec<Item>,
    pub cursor: usize,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub label: String,
    /// A key, or what would be copied.
    pub note: String,
    pub action: Action,
}

/// What choosing an item does.
#[derive(Debug, Clone)]
pub enum Action {
    Run(Command),
    SortBy(usize),
    Copy {
        text: String,
        what: &'static str,
    },
    /// Cannot be chosen, and this is why.
    Refused(String),
}

impl Menu {
    pub fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        Self {
            title: title.into(),
            items,
            cursor: 0,
        }
    }

    /// What can be copied of what lies on top, each with its label and what it is called; none if there is nothing.
    pub fn of_copies(copies: Vec<(String, String, &'static str)>) -> Option<Self> {
        let items = copies.into_iter().map(|(label, text, what)| Item {
            label,
            note: text.lines().next().unwrap_or_default().to_owned(),
            action: Action::Copy { text, what },
        });
        let items: Vec<Item> = items.collect();
        (!items.is_empty()).then(|| Self::new("Copy", items))
    }

    pub fn move_by(&mut self, rows: isize) {
        let last = self.items.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    pub fn chosen(&self) -> Option<&Item> {
        self.items.get(self.cursor)
    }
}
