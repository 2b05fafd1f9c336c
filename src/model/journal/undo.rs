//! Undo and redo: which change is next, and what it takes to bring it back.

use std::collections::BTreeSet;

use crate::model::Text;
use crate::model::journal::three_way::{Case, Reversal};
use crate::model::journal::{Entry, EntryId, Family, Image, Link, Outcome};

/// The journal as undo and redo see it.
///
/// A change is undone if the last applied undo or redo of it is an undo. That is told by links alone, so an
/// undo from the command line counts in the TUI, tomorrow and after a crash.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Newest first.
    entries: &'a [Entry],
}

impl<'a> History<'a> {
    /// Takes entries newest first, as the journal gives them.
    pub fn new(entries: &'a [Entry]) -> Self {
        Self { entries }
    }

    pub fn entry(&self, id: &EntryId) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.id == *id)
    }

    /// The undo that holds of a change, if it is undone.
    pub fn undone_by(&self, id: &EntryId) -> Option<&'a Entry> {
        let last = self.chain(id).find(|entry| entry.is_applied())?;
        matches!(last.intent.link, Some(Link::Undoes(_))).then_some(last)
    }

    /// Changes that `z` offers, the next one first.
    ///
    /// More than one, because only the live state tells that somebody took the first back by hand.
    pub fn undoable(self) -> impl Iterator<Item = &'a Entry> {
        let offered = move |entry: &&Entry| {
            entry.intent.link.is_none()
                && entry.is_applied()
                && entry.intent.kind.family().is_some()
                && self.undone_by(&entry.id).is_none()
        };
        self.entries.iter().filter(offered)
    }

    /// What a `z` without a choice takes back; or the newer change of which nobody knows whether it was made.
    ///
    /// Passing over that one in silence would take back another change than the one its maker has in mind.
    pub fn next_undo(self) -> Result<Option<&'a Entry>, &'a Entry> {
        let first = self.undoable().next();
        let newer = self.entries.iter();
        let mut newer = newer.take_while(|entry| first.is_none_or(|first| entry.id != first.id));
        let undecided = newer.find(|entry| {
            entry.intent.kind.family().is_some()
                && entry.outcome().is_none_or(|outcome| !outcome.is_definite())
                && !self.is_overtaken(entry)
        });
        undecided.map_or(Ok(first), Err)
    }

    /// The id of what a change, or the last undo or redo of it, left standing.
    pub fn left_id(&self, id: &EntryId) -> Option<Text> {
        let entry = self.entry(id)?;
        let last = self.chain(id).find(|entry| entry.is_applied());
        let last = last.unwrap_or(entry);
        let document = last.left().document()?;
        let id = entry.intent.kind.family()?.id(document);
        id.map(Into::into).or_else(|| last.intent.target.id.clone())
    }

    /// Changes that `Z` offers: the one undone last comes first.
    ///
    /// A change that was made to the same thing after the undo ends the offer, as in an editor.
    pub fn redoable(self) -> impl Iterator<Item = &'a Entry> {
        let entries = self.entries.iter().enumerate();
        entries.filter_map(move |(index, undo)| {
            let Some(Link::Undoes(id)) = &undo.intent.link else {
                return None;
            };
            if self.undone_by(id)?.id != undo.id {
                return None;
            }
            let entry = self.entry(id)?;
            let superseded = self.entries.iter().take(index).any(|later| {
                later.intent.link.is_none() && later.is_applied() && same_thing(later, entry)
            });
            (!superseded).then_some(entry)
        })
    }

    /// Weighs the undoing of a change against what stands there now; `None` if the history lacks the entry.
    pub fn undo(&self, id: &EntryId, now: &Image) -> Option<Reversal> {
        let entry = self.entry(id)?;
        Some(self.weigh(entry, Link::Undoes(id.clone()), &entry.intent.before, now))
    }

    /// Weighs the redoing of a change against what stands there now; `None` if the history lacks the entry.
    pub fn redo(&self, id: &EntryId, now: &Image) -> Option<Reversal> {
        let entry = self.entry(id)?;
        let wanted = entry.intent.planned.or(entry.left());
        Some(self.weigh(entry, Link::Redoes(id.clone()), wanted, now))
    }

    fn weigh(&self, entry: &Entry, link: Link, wanted: &Image, now: &Image) -> Reversal {
        let intent = &entry.intent;
        let family = match (intent.kind.family(), why_not(entry)) {
            (Some(family), None) => family,
            (None, None) => return Reversal::impossible(link, "it is no change of a document"),
            (_, Some(why)) => return Reversal::impossible(link, why),
        };
        let last = self.chain(&entry.id).find(|entry| entry.is_applied());
        let case = Case {
            family,
            names: match family {
                Family::Association => {
                    let namespace = intent.target.namespace.clone().unwrap_or_default();
                    let service_account = intent.target.name.clone();
                    vec![
                        ("namespace", namespace),
                        ("serviceAccount", service_account),
                    ]
                }
                Family::IdentityProvider => Vec::new(),
            },
            from: &intent.before,
            to: intent.planned.or(entry.left()),
            wanted,
            left: last.unwrap_or(entry).left(),
            now,
            own_ids: self.own_ids(entry),
        };
        case.weigh(link)
    }

    /// Says whether a later undo or redo of the same change was made.
    fn is_overtaken(&self, entry: &Entry) -> bool {
        let change = entry.intent.link.as_ref().map_or(&entry.id, Link::entry);
        let mut later = self.chain(change).take_while(|other| other.id != entry.id);
        later.any(Entry::is_applied)
    }

    /// A change with its undos and redos, newest first.
    fn chain(&self, id: &EntryId) -> impl Iterator<Item = &'a Entry> {
        let belongs = move |entry: &&Entry| {
            let link = entry.intent.link.as_ref();
            entry.id == *id || link.is_some_and(|link| link.entry() == id)
        };
        self.entries.iter().filter(belongs)
    }

    /// Ids of what roledex itself left at the place: an undone deletion has another id than what was deleted.
    fn own_ids(&self, entry: &Entry) -> BTreeSet<&'a str> {
        let Some(family) = entry.intent.kind.family() else {
            return BTreeSet::new();
        };
        self.entries
            .iter()
            .filter(|other| other.is_applied() && same_thing(other, entry))
            .filter_map(|other| family.id(other.left().document()?))
            .collect()
    }
}

/// Why there is nothing to bring back, whatever stands there now.
fn why_not(entry: &Entry) -> Option<Text> {
    if let Some(why) = entry.intent.kind.final_because() {
        return Some(why.into());
    }
    match &entry.intent.link {
        Some(Link::Undoes(id)) => {
            let why = format!(
                "it is itself the undo of {}; redo that one instead",
                id.short()
            );
            return Some(why.into());
        }
        Some(Link::Redoes(id)) => {
            let why = format!(
                "it is itself the redo of {}; undo that one instead",
                id.short()
            );
            return Some(why.into());
        }
        None => {}
    }
    match entry.outcome() {
        Some(Outcome::Applied { .. } | Outcome::CannotBeTold { .. }) => None,
        None => Some("it is not known yet whether it was applied".into()),
        Some(Outcome::Failed { .. } | Outcome::NotApplied { .. }) => {
            Some("it was never applied".into())
        }
        Some(Outcome::Other { .. }) => Some(
            "a newer version of roledex wrote what came of it; undo it with that version".into(),
        ),
    }
}

/// Says whether two entries are about the same thing, whatever its id was at the time.
fn same_thing(one: &Entry, other: &Entry) -> bool {
    let (one, other) = (&one.intent, &other.intent);
    one.kind.family() == other.kind.family()
        && one.place.cluster == other.place.cluster
        && one.place.endpoint == other.place.endpoint
        && one.target.namespace == other.target.namespace
        && one.target.name == other.target.name
}
