//! Undo and redo: which change is next, and what it takes to bring it back.

use std::collections::BTreeSet;

use crate::model::Text;
use crate::model::journal::three_way::{Case, Reversal};
use crate::model::journal::{Entry, EntryId, Family, Image, Link, Outcome, Standing, Way};

/// The journal as undo and redo see it.
///
/// A change is undone if the last applied undo or redo of it is an undo. That is told by links alone, so an
/// undo from the command line counts in the TUI, tomorrow and after a crash.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Newest first.
    entries: &'a [Entry],
}

/// What it takes to bring back what was one act of its maker: at one place, or at two if it was a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    pub link: Link,
    /// One for each place.
    pub places: Vec<Reversal>,
}

impl From<Reversal> for WayBack {
    fn from(only: Reversal) -> Self {
        let link = only.link.clone();
        let places = vec![only];
        Self { link, places }
    }
}

impl WayBack {
    /// Whether it can be made as a whole.
    pub fn standing(&self) -> Standing {
        let standings = || self.places.iter().map(|place| &place.standing);
        let impossible = standings().find(|one| matches!(one, Standing::Impossible { .. }));
        if let Some(impossible) = impossible {
            return impossible.clone();
        }
        if standings().all(|one| *one == Standing::AlreadyThere) {
            return Standing::AlreadyThere;
        }
        if standings().any(|one| *one == Standing::Drifted) {
            return Standing::Drifted;
        }
        Standing::Clean
    }

    pub fn tramples(&self) -> bool {
        self.places.iter().any(Reversal::tramples)
    }

    /// Why a name must be typed: whose work would be lost.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.places.iter().any(Reversal::overwrites_others) {
            reasons.push("it overwrites what somebody else changed since".to_owned());
        }
        let own: BTreeSet<&EntryId> = self
            .places
            .iter()
            .flat_map(Reversal::overwrites_own)
            .collect();
        reasons.extend(
            own.into_iter()
                .map(|id| format!("it overwrites the later change {}", id.short())),
        );
        reasons
    }

    /// One phrase: `undo of 1234abcd`.
    pub fn phrase(&self) -> String {
        format!("{} of {}", self.link.way.word(), self.link.entry.short())
    }
}

impl<'a> History<'a> {
    /// Takes entries newest first, as the journal gives them.
    pub fn new(entries: &'a [Entry]) -> Self {
        Self { entries }
    }

    pub fn entry(&self, id: &EntryId) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.id == *id)
    }

    /// The undo that holds of a change, if it is undone; an undo or a redo is itself never undone.
    pub fn undone_by(&self, id: &EntryId) -> Option<&'a Entry> {
        let mut settled = self.entries.iter().filter(|entry| entry.is_applied());
        let last = settled.find(|entry| {
            let link = entry.intent.link.as_ref();
            link.is_some_and(|link| link.settles(id))
        })?;
        let link = last.intent.link.as_ref()?;
        (link.way == Way::Undo).then_some(last)
    }

    /// Changes that `z` offers, the next one first; of what was one act, the newest.
    ///
    /// More than one, because only the live state tells that somebody took the first back by hand.
    pub fn undoable(self) -> impl Iterator<Item = &'a Entry> {
        self.undo_candidates().filter_map(Result::ok)
    }

    /// The same, and between them the changes of which nobody knows whether they were made.
    ///
    /// Passing over one of those in silence would take back another change than the one its maker has in mind.
    pub fn undo_candidates(self) -> impl Iterator<Item = Result<&'a Entry, &'a Entry>> {
        let mut seen = BTreeSet::new();
        self.entries.iter().filter_map(move |entry| {
            let intent = &entry.intent;
            intent.kind.family()?;
            if entry.outcome().is_none_or(|outcome| !outcome.is_definite()) {
                return (!self.is_overtaken(entry)).then_some(Err(entry));
            }
            let is_offered = intent.link.is_none()
                && entry.is_applied()
                && self.undone_by(&entry.id).is_none()
                && intent
                    .batch
                    .as_ref()
                    .is_none_or(|batch| seen.insert(batch.clone()));
            is_offered.then_some(Ok(entry))
        })
    }

    /// The id of what a change, or the last undo or redo of it, left standing.
    pub fn left_id(&self, id: &EntryId) -> Option<Text> {
        let entry = self.entry(id)?;
        let last = self.last_of(&[entry]).unwrap_or(entry);
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
            let link = undo.intent.link.as_ref()?;
            if link.way != Way::Undo || self.undone_by(&link.entry)?.id != undo.id {
                return None;
            }
            let entry = self.entry(&link.entry)?;
            let of_act: Vec<_> = link.entries().filter_map(|id| self.entry(id)).collect();
            let superseded = self.entries.iter().take(index).any(|later| {
                let is_change = later.intent.link.is_none() && later.is_applied();
                is_change && of_act.iter().any(|entry| same_thing(later, entry))
            });
            (!superseded).then_some(entry)
        })
    }

    /// What was made together with a change and is to be brought back with it, newest first.
    ///
    /// What of it was brought back by itself already stays out of it.
    pub fn act(&self, id: &EntryId) -> Vec<&'a Entry> {
        let Some(named) = self.entry(id) else {
            return Vec::new();
        };
        let is_undone = |entry: &Entry| self.undone_by(&entry.id).is_some();
        let belongs = |entry: &&Entry| {
            entry.id == named.id
                || named.intent.link.is_none()
                    && entry.intent.batch.is_some()
                    && entry.intent.batch == named.intent.batch
                    && why_not(entry).is_none()
                    && is_undone(entry) == is_undone(named)
        };
        self.entries.iter().filter(belongs).collect()
    }

    /// Weighs the undoing of a change against what stands there now; `None` if the history lacks the entry.
    pub fn undo(&self, id: &EntryId, now: &Image) -> Option<Reversal> {
        let entry = self.entry(id)?;
        Some(self.weigh(&[entry], Link::undoes(id.clone()), now))
    }

    /// Weighs the redoing of a change against what stands there now; `None` if the history lacks the entry.
    pub fn redo(&self, id: &EntryId, now: &Image) -> Option<Reversal> {
        let entry = self.entry(id)?;
        Some(self.weigh(&[entry], Link::redoes(id.clone()), now))
    }

    /// The entries of an act by the place that they are about; places and entries newest first.
    pub fn places(act: &[&'a Entry]) -> Vec<Vec<&'a Entry>> {
        let mut places: Vec<Vec<&Entry>> = Vec::new();
        for entry in act {
            let place = places
                .iter_mut()
                .find(|place| place.first().is_some_and(|first| same_thing(first, entry)));
            match place {
                Some(place) => place.push(entry),
                None => places.push(vec![entry]),
            }
        }
        places
    }

    /// Weighs bringing back what was done at one place, newest first, against what stands there now.
    pub fn weigh(&self, done: &[&'a Entry], link: Link, now: &Image) -> Reversal {
        let (Some(newest), Some(oldest)) = (done.first(), done.last()) else {
            return Reversal::impossible(link, "the journal has no such entry");
        };
        let intent = &newest.intent;
        let family = match (
            intent.kind.family(),
            done.iter().find_map(|entry| why_not(entry)),
        ) {
            (Some(family), None) => family,
            (None, None) => return Reversal::impossible(link, "it is no change of a document"),
            (_, Some(why)) => return Reversal::impossible(link, why),
        };
        let to = intent.planned.or(newest.left());
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
            from: &oldest.intent.before,
            to,
            wanted: match link.way {
                Way::Undo => &oldest.intent.before,
                Way::Redo => to,
            },
            left: self.last_of(done).unwrap_or(newest).left(),
            now,
            own_ids: self.own_ids(newest),
            later: self.later(done),
        };
        case.weigh(link)
    }

    /// Says whether a later undo or redo of the same change was made.
    fn is_overtaken(&self, entry: &Entry) -> bool {
        let link = entry.intent.link.as_ref();
        let change = link.map_or(&entry.id, |link| &link.entry);
        let mut later = self.entries.iter().take_while(|other| other.id != entry.id);
        later.any(|other| {
            let link = other.intent.link.as_ref();
            other.is_applied() && link.is_some_and(|link| link.names(change))
        })
    }

    /// The last that was made of changes at one place and of their undos and redos.
    fn last_of(&self, done: &[&'a Entry]) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| {
            entry.is_applied()
                && done
                    .iter()
                    .any(|one| is_of(entry, one) && same_thing(entry, one))
        })
    }

    /// What roledex changed at the place after all that, newest first.
    fn later(&self, done: &[&'a Entry]) -> Vec<(EntryId, &'a Image, &'a Image)> {
        let is_of_these = |entry: &Entry| done.iter().any(|one| is_of(entry, one));
        let newer = self.entries.iter().take_while(|entry| !is_of_these(entry));
        newer
            .filter(|entry| entry.is_applied())
            .filter(|entry| done.first().is_some_and(|one| same_thing(entry, one)))
            .map(|entry| (entry.id.clone(), &entry.intent.before, entry.left()))
            .collect()
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

/// Says whether an entry is a change, or an undo or redo of it.
fn is_of(entry: &Entry, change: &Entry) -> bool {
    let link = entry.intent.link.as_ref();
    entry.id == change.id || link.is_some_and(|link| link.names(&change.id))
}

/// Why there is nothing to bring back, whatever stands there now.
fn why_not(entry: &Entry) -> Option<Text> {
    if let Some(why) = entry.intent.kind.final_because() {
        return Some(why.into());
    }
    if let Some(link) = &entry.intent.link {
        let (is, instead) = match link.way {
            Way::Undo => (Way::Undo, Way::Redo),
            Way::Redo => (Way::Redo, Way::Undo),
        };
        let why = format!(
            "it is itself the {} of {}; {} that one instead",
            is.word(),
            link.entry.short(),
            instead.word()
        );
        return Some(why.into());
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
