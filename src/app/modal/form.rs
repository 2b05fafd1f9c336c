//! The form of a change: what is typed, field by field, before it is a plan.

mod picker;
mod read;
mod reading;
mod stop;

pub use picker::{KnownRole, Suggestion};
pub use reading::Freshness;
use reading::Held;
pub use stop::Stop;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::editor::Editor;
use crate::app::line::Line;
use crate::app::remote::Remote;
use crate::model::export::json;
use crate::model::plan::{Field, Invalid, Ranked, is_reserved};
use crate::model::{AssociationRecord, ClusterArn, Known, Text};

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Edit,
    /// An association of a pair that has one already is changed instead, and the form says so.
    Create,
    Tags,
}

/// A change while it is typed.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other: of suggestions, of a field, of the whole form"
)]
pub struct ChangeForm {
    pub purpose: Purpose,
    pub cluster: ClusterArn,
    /// The association that is changed; of a creation, the one that the pair has already.
    pub before: Option<Known<AssociationRecord>>,
    pub namespace: Line,
    pub service_account: Line,
    pub role: Line,
    pub target_role: Line,
    /// `None` as long as nobody has said anything about them.
    pub session_tags: Option<bool>,
    pub policy: Editor,
    pub tags: Editor,
    /// The policy as the form showed it first: what is not touched is not sent.
    shown_policy: String,
    pub stop: Stop,
    /// The roles of the account, for choosing one.
    pub roles: Arc<Vec<KnownRole>>,
    pub listing: Remote<usize>,
    /// The roles in the order in which they are offered.
    ranked: Vec<Ranked>,
    /// The suggestion that enter takes.
    pub choice: Option<usize>,
    /// The field was typed into since it took the keys, so its suggestions stand open.
    pub is_open: bool,
    /// The field has just taken the keys: what is typed takes the place of what it holds.
    pub is_fresh: bool,
    /// What is wrong, as of the last try to review it.
    pub wrong: Vec<Invalid>,
    /// Somebody has tried to review it, so what is wrong is said at once from now on.
    pub tried: bool,
    /// What the form held at first: the rest was typed.
    start: Held,
    pub freshness: Freshness,
    /// What has changed since the association was shown in the list, field by field.
    pub news: Vec<String>,
    /// Whoever typed wanted to leave, and was told what that loses.
    pub leaving: bool,
}

impl ChangeForm {
    /// A form that changes an association, filled in with what it is now.
    pub fn edit(before: Known<AssociationRecord>) -> Self {
        let association = &before.value.association;
        let mut form = Self::empty(Purpose::Edit, association.key.cluster.clone());
        form.namespace = Line::new(&association.namespace);
        form.service_account = Line::new(&association.service_account);
        let detail = &before.value.detail;
        form.role = Line::new(detail.role.as_deref().unwrap_or_default());
        form.target_role = Line::new(detail.target_role.as_deref().unwrap_or_default());
        form.session_tags = Some(detail.session_tags());
        if let Some(policy) = detail.policy() {
            // Indented, unless that would change more than white space.
            let value = json::parsed_exactly(policy);
            let text = value.map_or_else(|| policy.to_string(), |value| json::pretty(&value));
            form.policy = Editor::new(text.trim_end());
        }
        form.shown_policy = form.policy.text();
        form.before = Some(before);
        form.stop = Stop::Role;
        form.start = form.held();
        form
    }

    pub fn create(cluster: ClusterArn, namespace: &str, service_account: &str) -> Self {
        let mut form = Self::empty(Purpose::Create, cluster);
        form.namespace = Line::new(namespace);
        form.service_account = Line::new(service_account);
        form.stop = match (namespace, service_account) {
            ("", _) => Stop::Namespace,
            (_, "") => Stop::ServiceAccount,
            _ => Stop::Role,
        };
        form.start = form.held();
        form
    }

    /// A form for the tags of an association, one a line; those of AWS are not among them.
    pub fn tags(before: Known<AssociationRecord>) -> Self {
        let association = &before.value.association;
        let mut form = Self::empty(Purpose::Tags, association.key.cluster.clone());
        form.namespace = Line::new(&association.namespace);
        form.service_account = Line::new(&association.service_account);
        let tags: Vec<String> = own_tags(&before.value)
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        form.tags = Editor::new(&tags.join("\n"));
        form.before = Some(before);
        form.stop = Stop::Tags;
        form.start = form.held();
        form
    }

    fn empty(purpose: Purpose, cluster: ClusterArn) -> Self {
        Self {
            purpose,
            cluster,
            before: None,
            namespace: Line::default(),
            service_account: Line::default(),
            role: Line::default(),
            target_role: Line::default(),
            session_tags: None,
            policy: Editor::new(""),
            tags: Editor::new(""),
            shown_policy: String::new(),
            stop: Stop::Review,
            roles: Arc::default(),
            listing: Remote::default(),
            ranked: Vec::new(),
            choice: None,
            is_open: false,
            is_fresh: true,
            wrong: Vec::new(),
            tried: false,
            start: Held::default(),
            freshness: Freshness::default(),
            news: Vec::new(),
            leaving: false,
        }
    }

    /// The places that take keys, from the top.
    pub fn stops(&self) -> &'static [Stop] {
        use Stop as S;
        match self.purpose {
            Purpose::Tags => &[S::Tags, S::Review],
            // The tags of an association that exists are another change.
            Purpose::Edit => &[
                S::Namespace,
                S::ServiceAccount,
                S::Role,
                S::TargetRole,
                S::SessionTags,
                S::Policy,
                S::Review,
            ],
            Purpose::Create => &[
                S::Namespace,
                S::ServiceAccount,
                S::Role,
                S::TargetRole,
                S::SessionTags,
                S::Policy,
                S::Tags,
                S::Review,
            ],
        }
    }

    pub fn title(&self) -> String {
        let name = format!("{}/{}", self.namespace.text(), self.service_account.text());
        let cluster = self.cluster.name();
        match (self.purpose, &self.before) {
            (Purpose::Edit, Some(before)) => {
                format!("Change {} of {cluster}", before.value.association.name())
            }
            (Purpose::Tags, _) => format!("Tags of {name} of {cluster}"),
            (Purpose::Create, Some(_)) => format!("Change {name} of {cluster}"),
            _ => format!("Create an association in {cluster}"),
        }
    }

    /// What is to be said of the form as a whole.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.freshness_notes();
        match (self.purpose, &self.before) {
            (Purpose::Create, Some(before)) => notes.push(format!(
                "{} has an association already: this changes it; what is left empty stays as it is, and tags that are typed are added",
                before.value.association.name()
            )),
            (Purpose::Edit, Some(before)) if self.is_move(&before.value) => notes.push(format!(
                "EKS cannot move an association: {}/{} is created, and then {} is deleted",
                self.namespace.text(),
                self.service_account.text(),
                before.value.association.name()
            )),
            (Purpose::Tags, _) => notes
                .push("one tag a line, as KEY=VALUE; a line that goes removes its tag".to_owned()),
            _ => {}
        }
        notes
    }

    fn is_move(&self, before: &AssociationRecord) -> bool {
        let found = &before.association;
        self.namespace.text() != *found.namespace
            || self.service_account.text() != *found.service_account
    }

    pub fn is_editing_text(&self) -> bool {
        self.stop.is_text()
    }

    /// The line that takes the keys, if a line does.
    pub fn line(&self) -> Option<&Line> {
        self.line_of(self.stop)
    }

    pub fn line_of(&self, stop: Stop) -> Option<&Line> {
        match stop {
            Stop::Namespace => Some(&self.namespace),
            Stop::ServiceAccount => Some(&self.service_account),
            Stop::Role => Some(&self.role),
            Stop::TargetRole => Some(&self.target_role),
            Stop::SessionTags | Stop::Policy | Stop::Tags | Stop::Review => None,
        }
    }

    pub fn line_mut(&mut self) -> Option<&mut Line> {
        match self.stop {
            Stop::Namespace => Some(&mut self.namespace),
            Stop::ServiceAccount => Some(&mut self.service_account),
            Stop::Role => Some(&mut self.role),
            Stop::TargetRole => Some(&mut self.target_role),
            Stop::SessionTags | Stop::Policy | Stop::Tags | Stop::Review => None,
        }
    }

    pub fn editor_of(&self, stop: Stop) -> Option<&Editor> {
        match stop {
            Stop::Policy => Some(&self.policy),
            Stop::Tags => Some(&self.tags),
            _ => None,
        }
    }

    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        match self.stop {
            Stop::Policy => Some(&mut self.policy),
            Stop::Tags => Some(&mut self.tags),
            _ => None,
        }
    }

    /// Whether session tags will be sent, and whether that is only what EKS does by itself.
    pub fn session_tags_shown(&self) -> (bool, bool) {
        let found = self.before.as_ref();
        let found = found.map(|before| before.value.detail.session_tags());
        match self.session_tags.or(found) {
            Some(on) => (on, false),
            None => (true, true),
        }
    }

    pub fn toggle(&mut self) {
        let (on, _) = self.session_tags_shown();
        self.session_tags = Some(!on);
    }

    /// Moves to another field; what was open closes.
    pub fn go(&mut self, stop: Stop) {
        self.stop = stop;
        self.choice = None;
        self.is_open = false;
        self.is_fresh = true;
    }

    pub fn go_by(&mut self, by: isize) {
        let stops = self.stops();
        let here = stops.iter().position(|stop| *stop == self.stop);
        let here = isize::try_from(here.unwrap_or(0)).unwrap_or(0);
        let len = isize::try_from(stops.len()).unwrap_or(1).max(1);
        let next = usize::try_from(here.saturating_add(by).rem_euclid(len)).unwrap_or(0);
        if let Some(stop) = stops.get(next) {
            self.go(*stop);
        }
    }

    /// What is wrong with a field.
    pub fn wrong_at(&self, stop: Stop) -> impl Iterator<Item = String> {
        let here = move |wrong: &&Invalid| Stop::of(&wrong.field) == Some(stop);
        self.wrong
            .iter()
            .filter(here)
            .map(|wrong| match &wrong.field {
                Field::Tag(key) => format!("{key}: {}", wrong.rule),
                _ => wrong.rule.to_string(),
            })
    }

    /// What is wrong and belongs to no field of the form.
    pub fn wrong_elsewhere(&self) -> impl Iterator<Item = String> {
        let stops = self.stops();
        self.wrong
            .iter()
            .filter(move |wrong| Stop::of(&wrong.field).is_none_or(|stop| !stops.contains(&stop)))
            .map(ToString::to_string)
    }

    /// Takes over what is wrong, and goes to the first field of it.
    pub fn refuse(&mut self, wrong: Vec<Invalid>) {
        self.wrong = wrong;
        self.tried = true;
        let stops = self.stops();
        let first = stops
            .iter()
            .find(|stop| self.wrong_at(**stop).next().is_some());
        if let Some(first) = first {
            self.go(*first);
        }
    }
}

/// The tags of an association without those that AWS keeps for itself.
pub(in crate::app) fn own_tags(record: &AssociationRecord) -> BTreeMap<Text, Text> {
    let tags = record.detail.tags();
    tags.filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
