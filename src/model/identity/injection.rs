//! Which pods lack what the webhook would write into a new one.

use super::account::{AccountMechanism, of_new_pods};
use super::effective;
use super::evidence::{Evidence, Fact};
use super::first::comes_first;
use super::resolve::has_pod_identity;
use super::stale::{Aging, staleness};
use super::verdict::Note;
use super::why::{Wanted, is_excluded, why_not};
use crate::model::Text;
use crate::model::pod::{Container, ContainerKind, Likelihood, Phase, Variable};

/// Whether a pod holds what a new pod of its service account would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Injection {
    /// Every container that should have it has it.
    Injected,
    /// New pods would have it: the workload must be restarted.
    Lacking {
        containers: Vec<Lack>,
    },
    /// It lacks it on purpose, or where it would be of no use.
    Excluded {
        note: Note,
    },
    /// The service account has neither association nor role.
    NotExpected,
    /// The pod has ended.
    Ended,
    Unknown,
}

/// A container without what it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    pub container: Text,
    pub why: Note,
}

pub fn injection(evidence: &Evidence<'_>) -> Injection {
    let wanted = match wanted(evidence) {
        Ok(wanted) => wanted,
        Err(injection) => return injection,
    };
    let mut is_injected = false;
    let mut lacks = Vec::new();
    let mut excluded = None;
    for container in evidence.pod.containers.iter() {
        if container.kind == ContainerKind::Ephemeral {
            continue;
        }
        if has(container, wanted) {
            is_injected = true;
            continue;
        }
        let why = why_not(evidence, container, wanted);
        if is_excluded(&why) {
            excluded.get_or_insert(why);
        } else {
            lacks.push(Lack {
                container: container.name.clone(),
                why,
            });
        }
    }
    match excluded {
        _ if !lacks.is_empty() && may_be_excluded(evidence, wanted) => Injection::Unknown,
        _ if !lacks.is_empty() => Injection::Lacking { containers: lacks },
        Some(note) if !is_injected => Injection::Excluded { note },
        _ if is_injected => Injection::Injected,
        _ => Injection::Unknown,
    }
}

/// The same of one container alone.
pub fn injection_of(evidence: &Evidence<'_>, container: &Container) -> Injection {
    let wanted = match wanted(evidence) {
        Ok(wanted) => wanted,
        Err(injection) => return injection,
    };
    if has(container, wanted) {
        return Injection::Injected;
    }
    let why = why_not(evidence, container, wanted);
    if is_excluded(&why) {
        return Injection::Excluded { note: why };
    }
    if may_be_excluded(evidence, wanted) {
        return Injection::Unknown;
    }
    Injection::Lacking {
        containers: vec![Lack {
            container: container.name.clone(),
            why,
        }],
    }
}

/// What a new pod would get, or what is to be said where nothing is wanted.
fn wanted<'a>(evidence: &Evidence<'a>) -> Result<Wanted<'a>, Injection> {
    if evidence.pod.phase.is_ended() {
        return Err(Injection::Ended);
    }
    let association = evidence.association();
    let new = of_new_pods(evidence.service_account(), association, evidence.now);
    match (new.mechanism, association) {
        (AccountMechanism::PodIdentity | AccountMechanism::Both, Fact::Present(associated)) => {
            Ok(Wanted::PodIdentity(associated))
        }
        (AccountMechanism::Irsa, _) => Ok(Wanted::WebIdentity),
        (AccountMechanism::None, _) => Err(Injection::NotExpected),
        _ => Err(Injection::Unknown),
    }
}

/// Whether the pod may run where Pod Identity is of no use: its node was not read, and it does not say so itself.
fn may_be_excluded(evidence: &Evidence<'_>, wanted: Wanted<'_>) -> bool {
    matches!(wanted, Wanted::PodIdentity(_))
        && evidence.pod.node.is_some()
        && evidence.pod.os.is_none()
        && evidence.node.is_unknown()
}

fn has(container: &Container, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::PodIdentity(_) => has_pod_identity(container),
        Wanted::WebIdentity => {
            let has = |variable| container.env.likelihood(variable) == Likelihood::Yes;
            has(Variable::RoleArn) && has(Variable::WebIdentityTokenFile)
        }
    }
}

/// The pods of a service account, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub running: usize,
    /// Of all that have not ended and are not on their way out.
    pub lacking: usize,
    /// Of those that lack it: where something of their own comes first, so that a restart changes nothing.
    pub in_vain: usize,
    pub unknown: usize,
    /// Which credentials they hold.
    pub aging: Aging,
}

impl Tally {
    pub fn add(&mut self, evidence: &Evidence<'_>) {
        let pod = evidence.pod;
        if pod.terminating {
            return;
        }
        self.running += usize::from(pod.phase == Phase::Running);
        match injection(evidence) {
            Injection::Lacking { .. } => {
                self.lacking += 1;
                let first = comes_first(evidence, &effective(evidence));
                self.in_vain += usize::from(!first.is_empty());
            }
            Injection::Unknown => self.unknown += 1,
            Injection::Injected
            | Injection::Excluded { .. }
            | Injection::NotExpected
            | Injection::Ended => {}
        }
        self.aging.add(staleness(evidence));
    }

    /// Pods that a restart gives what a new one would get.
    pub fn to_restart(&self) -> usize {
        self.lacking.saturating_sub(self.in_vain)
    }
}
