//! What text views say, as lines of toned spans.

mod account;
mod association;
mod cluster;
mod credential;
mod entry;
mod explanation;
mod finding;
mod help;
mod logs;
mod parts;
mod pod;
mod radius;
mod review;
mod role;
mod row;
mod scopes;
mod update;

pub(in crate::app) use account::account;
pub(in crate::app) use association::association;
pub(in crate::app) use cluster::cluster;
pub(in crate::app) use credential::{
    FIRST_POD as CREDENTIAL_FIRST_POD, copies as credential_copies,
    last_top as credential_last_top, room as credential_room,
};
pub use credential::{
    area as credential_area, lines as credential_lines, title as credential_title,
};
pub use entry::{label as entry_label, note as entry_note, standing as entry_standing};
pub(in crate::app) use explanation::{explanation, explanation_copies};
pub(in crate::app) use finding::remedies;
pub(in crate::app) use parts::{access_entry, addon, identity_provider};
pub(in crate::app) use pod::pod;
pub(in crate::app) use radius::radius_copies;
pub use review::{area as review_area, lines as review_lines};
pub(in crate::app) use review::{
    copies as review_copies, last_top as review_last_top, room as review_room,
};
pub(in crate::app) use role::role;
pub(in crate::app) use row::provenance;
pub(in crate::app) use update::update;

use std::borrow::Cow;

use crate::app::modal::{Form, Subject, TextView};
use crate::app::pane::Tone;
use crate::app::state::State;
use crate::model::arn::role_name;

/// A line of text in pieces; each piece is already visible text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextLine {
    pub spans: Vec<(Tone, String)>,
}

impl TextLine {
    pub fn empty() -> Self {
        Self::default()
    }

    pub fn new(tone: Tone, text: &str) -> Self {
        Self::empty().with(tone, text)
    }

    /// A heading over what follows.
    pub fn heading(text: &str) -> Self {
        Self::new(Tone::Name, text)
    }

    /// A label and its value, the value in a column of its own.
    pub fn member(label: &str, tone: Tone, value: &str) -> Self {
        Self::new(Tone::Muted, &format!("  {label:<18} ")).with(tone, value)
    }

    #[must_use]
    pub fn with(mut self, tone: Tone, text: &str) -> Self {
        // Everything that reaches a text view passes here, so nothing hidden can.
        self.spans
            .push((tone, crate::model::text::visible(text).into_owned()));
        self
    }

    pub fn text(&self) -> Cow<'_, str> {
        match self.spans.as_slice() {
            [(_, only)] => Cow::Borrowed(only),
            spans => Cow::Owned(spans.iter().map(|(_, text)| text.as_str()).collect()),
        }
    }
}

/// The title of a text view.
pub fn title(state: &State, view: &TextView) -> String {
    match &view.subject {
        Subject::Help(_) => "Help".to_owned(),
        Subject::Scopes => "Scopes".to_owned(),
        Subject::Entry(id) => format!("Change {}", id.short()),
        Subject::Explanation(key) => {
            format!("Explained: {}", key.view().name(&state.fleet, key))
        }
        Subject::Radius { role, .. } => format!("Blast radius: {}", role_name(role)),
        Subject::Row(key) => {
            let form = match view.form {
                Form::Explained => "",
                Form::Yaml => " (YAML)",
                Form::Json => " (JSON)",
            };
            format!("{}{form}", key.view().name(&state.fleet, key))
        }
    }
}

/// The lines of a text view, as they are now.
pub fn lines(state: &State, view: &TextView) -> Vec<TextLine> {
    match (&view.subject, view.form) {
        (Subject::Help(context), _) => help::lines(state, *context),
        (Subject::Scopes, _) => scopes::lines(state),
        (Subject::Entry(id), _) => entry::lines(state, id),
        (Subject::Radius { role, of }, _) => radius::radius(state, role, of),
        (Subject::Explanation(key), _) => explanation(state, key, &view.logs),
        (Subject::Row(key), Form::Explained) => row::explained(state, key),
        (Subject::Row(key), form) => row::raw(state, key, view, form),
    }
}
