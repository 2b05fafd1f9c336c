//! The stale clock: whether a container may still hold credentials that the association gave out before it changed.
//!
//! Credentials are handed on twice. The agent keeps what EKS Auth gave it for three hours at most, and the SDK keeps
//! what the agent gave it until it expires: so the last credentials of the old role, fetched just before the change,
//! are gone when they expire, which is six hours after it (one hour for those of a target role, which EKS keeps for
//! 59 minutes whatever becomes of the association). All of this bounds from above: AWS tells only the last change,
//! not what it changed, and nobody tells when an SDK asked. So it is "may", and never "does".

use jiff::{SignedDuration, Timestamp};

use super::evidence::{Evidence, Fact};
use super::resolve::has_pod_identity;
use super::verdict::Mechanism;
use super::why::PROPAGATION;
use crate::model::pod::{Container, ContainerKind, Phase};

/// How long credentials of an association's role last.
const SESSION: SignedDuration = SignedDuration::from_hours(6);

/// How long credentials of a target role last: chained roles have an hour.
const CHAINED_SESSION: SignedDuration = SignedDuration::from_hours(1);

/// Which credentials of the association a container or a pod holds, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Staleness {
    /// None are to be expected, neither old nor new.
    #[default]
    NotConcerned,
    /// Nothing that the association gave out before its last change can be left.
    Fresh,
    /// It has an association and was made without it, so that it never had any.
    NeverInjected,
    Unknown,
    MayBeOld(Change),
}

/// The last change of an association that a pod has lived through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// When it was; absent for an association that is gone, since AWS does not tell when it went.
    pub at: Option<Timestamp>,
    /// Whether the association has a target role now.
    pub has_target: bool,
}

impl Change {
    /// When the last credentials from before the change have expired, whatever it changed.
    pub fn until(self) -> Option<Timestamp> {
        self.end(SESSION)
    }

    /// The same, if the association had a target role before, too.
    pub fn until_if_chained(self) -> Option<Timestamp> {
        self.end(CHAINED_SESSION).filter(|_| self.has_target)
    }

    fn end(self, life: SignedDuration) -> Option<Timestamp> {
        // For some seconds the old role may be given out although the change is made.
        let last = self.at?.checked_add(PROPAGATION).ok()?;
        last.checked_add(life).ok()
    }
}

impl Staleness {
    /// The same at a moment, which may be later than the one at which it was found out.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self {
            Self::MayBeOld(change) if change.until().is_some_and(|until| until <= now) => {
                Self::Fresh
            }
            other => other,
        }
    }

    /// Of two containers of a pod, the one that matters more.
    #[must_use]
    fn or_worse(self, other: Self) -> Self {
        let rank = |staleness| match staleness {
            Self::NotConcerned => 0,
            Self::Fresh => 1,
            Self::NeverInjected => 2,
            Self::Unknown => 3,
            Self::MayBeOld(_) => 4,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }
}

/// Says it of one container.
pub fn staleness_of(evidence: &Evidence<'_>, container: &Container) -> Staleness {
    // An init container that has done its work holds nothing any more.
    let is_done = container.kind == ContainerKind::Init && evidence.pod.phase == Phase::Running;
    if evidence.pod.phase.is_ended() || is_done {
        return Staleness::NotConcerned;
    }
    let staleness = match (has_pod_identity(container), evidence.association()) {
        (false, Fact::Absent) => return Staleness::NotConcerned,
        (false, Fact::Unknown) => return Staleness::Unknown,
        (false, Fact::Present(_)) => return Staleness::NeverInjected,
        (true, Fact::Unknown) => Staleness::Unknown,
        (true, Fact::Absent) => Staleness::MayBeOld(Change {
            at: None,
            has_target: false,
        }),
        (true, Fact::Present(_)) => match last_change(evidence) {
            Fact::Unknown => Staleness::Unknown,
            Fact::Absent => Staleness::Fresh,
            Fact::Present(change) => Staleness::MayBeOld(change).at(evidence.now),
        },
    };
    // What others have set up in front of it, it never uses; asked last, because it costs most.
    let mechanism = super::of_container(evidence, container).mechanism;
    match mechanism {
        Mechanism::PodIdentity | Mechanism::Unknown => staleness,
        _ => Staleness::NotConcerned,
    }
}

/// Says it of a pod: as of that container that matters most.
pub fn staleness(evidence: &Evidence<'_>) -> Staleness {
    let containers = evidence.pod.containers.iter();
    containers
        .filter(|container| container.kind != ContainerKind::Ephemeral)
        .map(|container| staleness_of(evidence, container))
        .fold(Staleness::NotConcerned, Staleness::or_worse)
}

/// The last change of the association that the pod has lived through.
fn last_change(evidence: &Evidence<'_>) -> Fact<Change> {
    let known = || {
        let detail = evidence.association().present()?.detail?;
        // One that is younger than the pod and yet in it took the place of another.
        let changed = detail.modified.max(detail.created)?;
        let born = evidence.pod.created?;
        // A pod of the very moment may have been given the old role, too.
        let settled = changed.checked_add(PROPAGATION).ok()?;
        // Before its first change there was nothing to hold.
        let is_first = detail.created == Some(changed) && born >= changed;
        Some((settled > born && !is_first).then_some(Change {
            at: Some(changed),
            has_target: detail.target_role.is_some(),
        }))
    };
    match known() {
        None => Fact::Unknown,
        Some(None) => Fact::Absent,
        Some(Some(change)) => Fact::Present(change),
    }
}

/// The change after which a container of the pod may still act as before, if there was one not long ago.
pub(super) fn lag(evidence: &Evidence<'_>) -> Option<Change> {
    let change = last_change(evidence).present()?;
    (Staleness::MayBeOld(change).at(evidence.now) != Staleness::Fresh).then_some(change)
}

/// The pods of a service account, counted by what they may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aging {
    /// Pods that have, or should have, credentials of the association.
    pub concerned: usize,
    pub may_be_old: usize,
    pub unknown: usize,
    /// What those that may hold old ones have lived through; the same for all of one association.
    pub change: Option<Change>,
}

impl Aging {
    pub fn add(&mut self, staleness: Staleness) {
        self.concerned += usize::from(staleness != Staleness::NotConcerned);
        match staleness {
            Staleness::MayBeOld(change) => {
                self.may_be_old += 1;
                self.change = self.change.max(Some(change));
            }
            Staleness::Unknown => self.unknown += 1,
            Staleness::NotConcerned | Staleness::Fresh | Staleness::NeverInjected => {}
        }
    }

    /// The same at a moment, which may be later than the one at which they were counted.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let ended = |change| Staleness::MayBeOld(change).at(now) == Staleness::Fresh;
        if self.change.is_some_and(ended) {
            Self {
                may_be_old: 0,
                change: None,
                ..self
            }
        } else {
            self
        }
    }
}
