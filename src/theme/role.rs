//! Roles: what a piece of the screen is, apart from how it looks.

use std::fmt;

/// Writes the enum, the list and the names from one row a role.
macro_rules! roles {
    ($($variant:ident $name:literal $sentence:literal;)+) => {
        /// What a piece of the screen is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $(#[doc = $sentence] $variant),+ }

        impl Role {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in theme files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// One sentence for people who write themes.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),+ }
            }
        }
    };
}

roles! {
    // What text says.
    Text               "text"                "Plain text";
    Muted              "muted"               "Text that is present, but not the point";
    Name               "name"                "Names of things, and headings";
    Good               "good"                "What is as it should be";
    Busy               "busy"                "What is going on";
    Warning            "warning"             "What deserves a look";
    Bad                "bad"                 "What failed";
    // Frames.
    Border             "border"              "Frames";
    BorderFocused      "border-focused"      "The frame around what takes the keys";
    Title              "title"               "Titles in frames";
    TitleFocused       "title-focused"       "The title of what takes the keys";
    Count              "count"               "Counts, positions and other figures in frames";
    ColumnTitle        "column-title"        "Titles of columns";
    ColumnSorted       "column-sorted"       "The title of the column that rows are sorted by";
    Tab                "tab"                 "Tabs";
    TabChosen          "tab-chosen"          "The tab that is shown";
    Thumb              "thumb"               "The part of a frame that shows where in its contents the view stands";
    // Laid over other styles.
    Selected           "selected"            "The row under the cursor, over the styles of its cells";
    SelectedUnfocused  "selected-unfocused"  "The row under the cursor of a pane that does not take the keys";
    Match              "match"               "What a search found, over the style of its text";
    // Header.
    Product            "product"             "The name of the program";
    BadgeDemo          "badge-demo"          "The badge that says that the world is simulated";
    BadgeReadOnly      "badge-read-only"     "The badge that says that nothing can be changed";
    BadgeReadWrite     "badge-read-write"    "The badge that says that changes can be made";
    // Keys and choices.
    Key                "key"                 "Keys";
    Label              "label"               "What a key does";
    Off                "off"                 "What cannot be done now";
    Marked             "marked"              "The sign of a marked row";
    Cursor             "cursor"              "The sign of the row under the cursor";
    Prompt             "prompt"              "The sign before a line that is typed";
    Button             "button"              "Buttons";
    ButtonChosen       "button-chosen"       "The button that enter presses";
    NoticeGood         "notice-good"         "A notice that something went well";
    NoticeBad          "notice-bad"          "A notice that something did not";
}

impl Role {
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// Says whether the role is laid over the style of what is there already.
    pub fn is_overlay(self) -> bool {
        matches!(self, Self::Selected | Self::SelectedUnfocused | Self::Match)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
