//! What Kubernetes said of one cluster, who reads it, and how far that got.

mod rows;
mod stale;
mod withheld;

pub use rows::{AccountKey, AccountRow, ContainerKey, ContainerRow};

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::pane::{Cell, Tone, glyph, provenance};
use crate::app::remote::{Failed, Reading, Ticket};
use crate::model::age::age;
use crate::model::census::{Census, NodeRoles, Reading as Progress};
use crate::model::kubernetes::{WatchEvent, WatchedKind};
use crate::model::{Failure, Origin};
use stale::Stale;

/// How a cluster's objects are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Once.
    List,
    /// Listed, and then watched until that is cancelled.
    Watch,
}

/// The objects of one cluster.
#[derive(Debug, Clone, Default)]
pub struct Kubernetes {
    pub census: Census,
    /// Roles of nodes, as far as EKS tells them.
    pub node_roles: NodeRoles,
    /// The question that is open; what comes under another ticket does not land.
    asked: Option<(Ticket, Mode)>,
    /// To be asked when there is room, and it is known where.
    pub(super) wanted: Option<Mode>,
    /// Why it could not even be asked.
    failed: Option<Failed>,
    /// When each kind was last known as it was then.
    known: BTreeMap<WatchedKind, Timestamp>,
    /// Rows that rest on something that has changed since they were made.
    stale: Stale,
}

impl Kubernetes {
    /// A question is open from now on, in place of the one before, which is returned.
    pub fn ask(&mut self, ticket: Ticket, mode: Mode, now: Timestamp) -> Option<Ticket> {
        let before = self.stop(now);
        (self.asked, self.wanted) = (Some((ticket, mode)), None);
        self.failed = None;
        self.stale.all();
        before
    }

    /// Closes the open question; what is known stays, and is as old as this moment where it was live.
    pub fn stop(&mut self, now: Timestamp) -> Option<Ticket> {
        for kind in WatchedKind::ALL {
            if self.is_live(kind) {
                self.known.insert(kind, now);
            }
        }
        self.census.rest();
        self.asked.take().map(|(ticket, _)| ticket)
    }

    /// How it is being read, if it is.
    pub fn mode(&self) -> Option<Mode> {
        self.asked.map(|(_, mode)| mode)
    }

    /// Whether it was asked for, or is about to be.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
            || self.wanted.is_some()
            || self.failed.is_some()
            || !self.known.is_empty()
    }

    /// Takes what came under a ticket; says whether it was taken.
    pub fn take(
        &mut self,
        ticket: Ticket,
        events: impl IntoIterator<Item = (WatchedKind, WatchEvent)>,
        now: Timestamp,
    ) -> bool {
        let Some((_, mode)) = self.asked.filter(|(open, _)| *open == ticket) else {
            return false;
        };
        for (kind, event) in events {
            let was_live = self.is_live(kind);
            self.take_one(kind, event, mode, now);
            if was_live && !self.is_live(kind) {
                self.known.insert(kind, now);
            }
        }
        true
    }

    fn take_one(&mut self, kind: WatchedKind, event: WatchEvent, mode: Mode, now: Timestamp) {
        let revision = self.census.revision();
        match event {
            WatchEvent::Applied(object) => {
                let id = object.id();
                let before = stale::pod(&self.census, &id);
                self.census.apply(object);
                if self.census.revision() != revision {
                    self.stale.note(&self.census, &id, before.as_ref());
                }
            }
            WatchEvent::Deleted(id) => {
                let before = stale::pod(&self.census, &id);
                self.census.delete(&id);
                if self.census.revision() != revision {
                    self.stale.note(&self.census, &id, before.as_ref());
                }
            }
            WatchEvent::Synced => {
                match mode {
                    Mode::List => self.census.synced(kind),
                    Mode::Watch => self.census.live(kind),
                }
                self.known.insert(kind, now);
                self.stale.all();
            }
            event @ (WatchEvent::Restarted
            | WatchEvent::Unreadable { .. }
            | WatchEvent::Failed(_)) => {
                self.census.take(kind, event);
                self.stale.all();
            }
        }
    }

    /// The open question has ended by itself.
    pub fn finish(&mut self, ticket: Ticket, outcome: Result<(), Failure>, now: Timestamp) {
        if self.asked.is_none_or(|(open, _)| open != ticket) {
            return;
        }
        self.stop(now);
        if let Err(failure) = outcome {
            self.fail(failure, now);
        }
        self.stale.all();
    }

    /// It cannot be asked, and why.
    pub fn fail(&mut self, failure: Failure, now: Timestamp) {
        self.wanted = None;
        self.failed = Some(Failed { failure, at: now });
        self.stale.all();
    }

    /// Something else than Kubernetes has changed that all rows may rest on.
    pub fn touch(&mut self) {
        self.stale.all();
    }

    /// The association of a service account has changed.
    pub fn touch_account(&mut self, namespace: &str, name: &str) {
        self.stale.account(namespace.into(), name.into());
    }

    /// Whether a watch keeps a kind as it is now.
    pub fn is_live(&self, kind: WatchedKind) -> bool {
        self.mode() == Some(Mode::Watch) && self.census.reading(kind) == Progress::Live
    }

    /// Whether the open question has nothing left to bring but what will change.
    pub fn is_settled(&self) -> bool {
        let settled = |kind| {
            matches!(
                self.census.reading(kind),
                Progress::Live | Progress::Failed(_)
            )
        };
        self.mode() == Some(Mode::Watch) && WatchedKind::ALL.into_iter().all(settled)
    }

    /// Why a kind is not as it is now, if that failed.
    pub fn failure(&self, kind: WatchedKind) -> Option<&Failure> {
        match self.census.reading(kind) {
            _ if self.failed.is_some() => self.failed.as_ref().map(|failed| &failed.failure),
            Progress::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    pub fn known_at(&self, kind: WatchedKind) -> Option<Timestamp> {
        self.known.get(&kind).copied()
    }

    pub fn reading(&self, kind: WatchedKind) -> Reading<'_> {
        let failure = self.failure(kind);
        let asked = self.wanted.is_some() || self.asked.is_some() && !self.is_live(kind);
        Reading {
            is_known: self.known.contains_key(&kind),
            is_waiting: asked && failure.is_none(),
            failure,
        }
    }

    /// How fresh a kind is, in a word: `live`, `3m ago`, `3m old` behind a watch that broke, `denied`.
    pub fn freshness(&self, kind: WatchedKind, now: Timestamp) -> Cell<'static> {
        if self.is_live(kind) {
            return Cell::sign(glyph::GOOD, "live", Tone::Muted);
        }
        let reading = self.reading(kind);
        match (reading.failure, self.known_at(kind)) {
            (Some(_), Some(at)) => {
                let old = format!("{} old", age(at, now));
                Cell::sign(glyph::WARNING, old, Tone::Warning)
            }
            (Some(failure), None) => Cell::sign(glyph::BAD, failure.kind.word(), Tone::Bad),
            (None, _) if reading.is_waiting => Cell::sign("…", "loading", Tone::Muted),
            (None, Some(at)) => provenance(Origin::Live, at, now),
            (None, None) => Cell::sign(glyph::OFF, "not read", Tone::Muted),
        }
    }

    /// A cell for what a kind would tell and does not: why, or that it is about to.
    pub fn unknown(&self, kind: WatchedKind) -> Cell<'static> {
        let reading = self.reading(kind);
        match reading.failure {
            Some(failure) => {
                let why = format!("unknown: {}", failure.kind.word());
                Cell::new(why, Tone::Warning)
            }
            None if reading.is_waiting => Cell::pending(),
            None if reading.is_known => Cell::new("unknown", Tone::Warning),
            None => Cell::muted("unknown: not read"),
        }
    }
}
