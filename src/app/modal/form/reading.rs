//! The association behind a form is read again while the form is open; what was typed stays.

use super::{ChangeForm, Purpose};
use crate::app::editor::Editor;
use crate::app::line::Line;
use crate::model::known::Origin;
use crate::model::plan::Definition;
use crate::model::{AssociationRecord, Failure, Known};

/// What a form holds, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Held {
    namespace: String,
    service_account: String,
    role: String,
    target_role: String,
    session_tags: Option<bool>,
    policy: String,
    tags: String,
}

/// How fresh the association is that the form started from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Freshness {
    /// It was read just now, or there is none.
    #[default]
    Read,
    /// It is being read again.
    Reading,
    /// It could not be read again; why.
    Unread(String),
    /// Somebody deleted it.
    Gone,
}

impl ChangeForm {
    pub(super) fn held(&self) -> Held {
        Held {
            namespace: self.namespace.text(),
            service_account: self.service_account.text(),
            role: self.role.text(),
            target_role: self.target_role.text(),
            session_tags: self.session_tags,
            policy: self.policy.text(),
            tags: self.tags.text(),
        }
    }

    /// Whether something would be lost if the form closed.
    pub fn is_touched(&self) -> bool {
        self.held() != self.start
    }

    /// Takes over what stands there now; a field that was typed into keeps what was typed.
    pub fn renew(&mut self, now: Known<AssociationRecord>) {
        let Some(before) = &self.before else { return };
        if before.value.association.key != now.value.association.key {
            return;
        }
        let differs = Definition::of(&before.value).differences(&Definition::of(&now.value));
        self.news = differs.iter().map(ToString::to_string).collect();
        self.freshness = Freshness::Read;
        if self.purpose == Purpose::Create {
            // Nothing of it stands in the fields.
            self.before = Some(now);
            return;
        }
        let fresh = match self.purpose {
            Purpose::Tags => Self::tags(now),
            _ => Self::edit(now),
        };
        let held = self.held();
        let lines = [
            (&mut self.role, &held.role, &self.start.role, &fresh.role),
            (
                &mut self.target_role,
                &held.target_role,
                &self.start.target_role,
                &fresh.target_role,
            ),
        ];
        for (line, held, start, new) in lines {
            if held == start && new.text() != *held {
                *line = Line::new(&new.text());
            }
        }
        let texts = [
            (
                &mut self.policy,
                &held.policy,
                &self.start.policy,
                &fresh.policy,
            ),
            (&mut self.tags, &held.tags, &self.start.tags, &fresh.tags),
        ];
        for (text, held, start, new) in texts {
            if held == start && new.text() != *held {
                *text = Editor::new(&new.text());
            }
        }
        if held.session_tags == self.start.session_tags {
            self.session_tags = fresh.session_tags;
        }
        self.start = fresh.start;
        self.shown_policy = fresh.shown_policy;
        self.before = fresh.before;
        self.rank();
    }

    /// Takes over that it could not be read again.
    pub fn unread(&mut self, failure: &Failure) {
        self.freshness = if failure.is_gone() {
            Freshness::Gone
        } else {
            Freshness::Unread(failure.to_string())
        };
    }

    /// What is to be said of what the form started from.
    pub(super) fn freshness_notes(&self) -> Vec<String> {
        let Some(before) = &self.before else {
            return Vec::new();
        };
        let name = before.value.association.name();
        let mut notes = Vec::new();
        match &self.freshness {
            Freshness::Reading => {
                let from = match before.origin {
                    Origin::Cache => "from the cache",
                    Origin::Live => "as it was read before",
                };
                notes.push(format!("{name} is shown {from}, and is being read again"));
            }
            Freshness::Gone => notes.push(format!(
                "{name} is gone: somebody deleted it since it was read, so there is nothing to change"
            )),
            Freshness::Unread(why) => {
                notes.push(format!("{name} could not be read again: {why}"));
            }
            Freshness::Read => {}
        }
        if !self.news.is_empty() {
            notes.push(format!(
                "it has changed since it was last read: {}",
                self.news.join("; ")
            ));
        }
        notes
    }
}
