//! Associations with their pods, each looked at once by the rules of identity.

use super::finding::{Finding, Subject};
use super::look::{Binding, Look};
use super::rule::Rule;
use crate::model::census::{Part, Picture};
use crate::model::identity::{self, Injection, Note, Verdict as Identity, effective, injection};
use crate::model::pod::{Container, ContainerKind, Pod};
use crate::model::text::visible;
use crate::model::verdict::Verdict;
use crate::model::{Learned, Text};

/// Of how many pods the proofs are told.
const SHOWN: usize = 3;

/// An association, and the pods of its service account that have neither ended nor are about to.
#[derive(Debug, Clone)]
pub(super) struct Served<'a> {
    pub(super) binding: Binding<'a>,
    pub(super) pods: Vec<Seen<'a>>,
}

/// A pod that should have the role of an association.
#[derive(Debug, Clone)]
pub(super) struct Seen<'a> {
    pub(super) pod: &'a Pod,
    pub(super) evidence: identity::Evidence<'a>,
    pub(super) injection: Injection,
    identities: Vec<Identity>,
}

pub(super) fn all<'a>(picture: Picture<'a>, bindings: &[Binding<'a>]) -> Vec<Served<'a>> {
    let of = |binding: &Binding<'a>| {
        let association = binding.association;
        let pods = picture
            .census
            .pods_of(&association.namespace, &association.service_account);
        let live = pods.filter(|pod| !pod.terminating && !pod.phase.is_ended());
        Served {
            binding: *binding,
            pods: live.map(|pod| Seen::of(picture, pod)).collect(),
        }
    };
    bindings.iter().map(of).collect()
}

impl<'a> Seen<'a> {
    fn of(picture: Picture<'a>, pod: &'a Pod) -> Self {
        let evidence = picture.evidence(pod);
        Self {
            pod,
            evidence,
            injection: injection(&evidence),
            identities: effective(&evidence),
        }
    }

    /// Its containers, but for those that were added for debugging.
    pub(super) fn containers(&self) -> impl Iterator<Item = (&'a Container, &Identity)> {
        let containers = self.pod.containers.iter().zip(&self.identities);
        containers.filter(|(container, _)| container.kind != ContainerKind::Ephemeral)
    }

    /// Names of the containers of which something is noted.
    pub(super) fn noted(&self, is_meant: impl Fn(&Note) -> bool) -> Vec<&'a Text> {
        self.containers()
            .filter(|(_, identity)| identity.notes.iter().any(&is_meant))
            .map(|(container, _)| &container.name)
            .collect()
    }

    pub(super) fn is_noted(&self, is_meant: impl Fn(&Note) -> bool) -> Verdict {
        Verdict::from(!self.noted(is_meant).is_empty())
    }

    /// `GET pods payments/api-1`
    pub(super) fn call(&self) -> String {
        call(self.pod)
    }
}

/// `GET pods payments/api-1`
pub(super) fn call(pod: &Pod) -> String {
    format!("GET pods {}/{}", pod.namespace, pod.name)
}

impl<'a> Served<'a> {
    /// A finding of the pods that are surely met, and one of those that may be.
    ///
    /// `said` is what they have in common; `fill` adds proofs of a few of them, and remedies for all.
    pub(super) fn findings<'s>(
        &'s self,
        rule: &Rule,
        said: &str,
        judge: impl Fn(&Seen<'a>) -> Verdict,
        fill: impl Fn(Finding, &Met<'s, 'a>) -> Finding,
    ) -> Vec<Finding> {
        let (mut surely, mut maybe) = (Vec::new(), Vec::new());
        for seen in &self.pods {
            match judge(seen) {
                Verdict::No => {}
                Verdict::Unknown => maybe.push(seen),
                Verdict::Yes => surely.push(seen),
            }
        }
        let subject = self.binding.subject();
        let tell = |pods: Vec<&'s Seen<'a>>, finding: fn(&Rule, Subject, String) -> Finding| {
            if pods.is_empty() {
                return None;
            }
            let met = Met { served: self, pods };
            let summary = format!("{said}: {}", met.words());
            let finding = finding(rule, subject.clone(), summary)
                .pods(met.pods())
                .of_association(self.binding.association);
            Some(fill(finding, &met))
        };
        let found = tell(surely, Rule::found);
        let possible = tell(maybe, Rule::possible);
        found.into_iter().chain(possible).collect()
    }
}

/// Pods of one association that a rule met.
pub(super) struct Met<'s, 'a> {
    pub(super) served: &'s Served<'a>,
    pods: Vec<&'s Seen<'a>>,
}

impl<'s, 'a> Met<'s, 'a> {
    pub(super) fn pods(&self) -> impl Iterator<Item = &'a Pod> {
        self.pods.iter().map(|seen| seen.pod)
    }

    /// All of them, as they were looked at.
    pub(super) fn seen(&self) -> impl Iterator<Item = &'s Seen<'a>> {
        self.pods.iter().copied()
    }

    /// A few of them, whose evidence stands for that of the others.
    pub(super) fn shown(&self) -> impl Iterator<Item = &'s Seen<'a>> {
        self.seen().take(SHOWN)
    }

    /// `pod api-1`, `all 3 pods`, `2 of 3 pods`
    fn words(&self) -> String {
        let (met, all) = (self.pods.len(), self.served.pods.len());
        match self.pods.first() {
            Some(only) if met == 1 => format!("pod {}", visible(&only.pod.name)),
            _ if met == all => format!("all {all} pods"),
            _ => format!("{met} of {all} pods"),
        }
    }
}

/// Applies a rule to every association, and says what was not read of what it looks at.
pub(super) fn each<'s, 'a>(
    rule: &Rule,
    look: &'s Look<'a>,
    parts: &[Part],
    judge: impl Fn(&'s Served<'a>) -> Vec<Finding>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = look.served().iter().flat_map(judge).collect();
    findings.extend(unread(rule, look, parts));
    findings
}

/// That a rule cannot look at everything: associations, or what it needs of Kubernetes, were not read.
pub(super) fn unread(rule: &Rule, look: &Look<'_>, parts: &[Part]) -> Option<Finding> {
    if is_idle(look) {
        return None;
    }
    let census = || parts.iter().find_map(|part| look.census_gap(*part));
    let gap = look.bindings_gap().or_else(census)?;
    Some(rule.unknown(Subject::Cluster, gap))
}

/// Begins a finding that matters only where there are associations, which may not be known.
pub(super) fn found(
    rule: &Rule,
    look: &Look<'_>,
    subject: Subject,
    said: impl Into<Text>,
) -> Finding {
    if look.bindings_gap().is_some() {
        return rule.possible(subject, said);
    }
    rule.found(subject, said)
}

/// Whether nobody is to have a role by an association.
pub(super) fn is_idle(look: &Look<'_>) -> bool {
    look.bindings().next().is_none() && look.bindings_gap().is_none()
}

/// A list that was read; "there are none" is an empty one.
pub(super) fn listed<T>(learned: &Learned<Vec<T>>) -> Option<&[T]> {
    match learned {
        Learned::Known(list) => Some(list),
        Learned::Absent => Some(&[]),
        Learned::NotAsked | Learned::Needs(_) | Learned::Failed(_) => None,
    }
}
