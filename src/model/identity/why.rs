//! Why a container holds what it holds, and what will change with new pods.

use jiff::SignedDuration;

use super::evidence::{Associated, Evidence, Fact, Machine};
use super::resolve::{Outcome, has_pod_identity};
use super::stale::{Change, lag};
use super::verdict::{Mechanism, Note};
use crate::model::pod::{Container, ContainerKind, Likelihood, Unseen, Variable};

/// How long a new association may take to reach the webhook.
pub(super) const PROPAGATION: SignedDuration = SignedDuration::from_secs(30);

pub(super) fn notes(
    evidence: &Evidence<'_>,
    container: &Container,
    outcome: &Outcome,
) -> Vec<Note> {
    let mut notes = Vec::new();
    let injected = has_pod_identity(container);
    let association = evidence.association();
    let account = evidence.service_account();
    let annotated = account
        .present()
        .and_then(|account| account.role_arn.as_ref());
    if let Fact::Present(associated) = association {
        if !injected {
            notes.push(why_not(
                evidence,
                container,
                Wanted::PodIdentity(associated),
            ));
            if !matches!(evidence.machine(), Machine::Fargate | Machine::Windows)
                && outcome.mechanism != Mechanism::PodIdentity
                && container.kind != ContainerKind::Ephemeral
                && !is_left_alone(evidence, container)
            {
                notes.push(Note::NewPodsGetPodIdentity);
            }
        } else if let Some(role) = annotated.filter(|_| outcome.mechanism == Mechanism::PodIdentity)
        {
            notes.push(Note::AnnotationIgnored { role: role.clone() });
        }
    }
    if outcome.mechanism == Mechanism::PodIdentity {
        let detail = association.present().map(|associated| associated.detail);
        match detail {
            Some(None) => notes.push(Note::RoleNotRead),
            Some(Some(detail)) if detail.role.is_some() => {
                let change = lag(evidence);
                let until = change.and_then(Change::until);
                notes.extend(until.map(|until| Note::RoleMayLag { until }));
                let until = change.and_then(Change::until_if_chained);
                let until = until.filter(|until| *until > evidence.now);
                notes.extend(until.map(|until| Note::LagsLessIfChained { until }));
            }
            Some(Some(_)) | None => {}
        }
        if evidence.machine() == Machine::Hybrid {
            notes.push(Note::HybridAgent);
        }
        if evidence.pod.host_network {
            notes.push(Note::HostNetwork);
        }
        if evidence.pod.marks.own_interface {
            notes.push(Note::OwnInterface);
        }
    }
    if injected {
        match evidence.machine() {
            Machine::Fargate => notes.push(Note::FargateUnsupported),
            Machine::Windows => notes.push(Note::WindowsUnsupported),
            Machine::Ec2 | Machine::Auto | Machine::Hybrid | Machine::Unknown => {}
        }
    }
    let web = container.env.likelihood(Variable::WebIdentityTokenFile) > Likelihood::No;
    match (account, annotated) {
        (Fact::Present(_), Some(annotated)) if outcome.mechanism == Mechanism::Irsa => {
            let same = outcome
                .role
                .as_ref()
                .is_none_or(|role| role.arn == *annotated);
            if !same {
                let annotated = annotated.clone();
                notes.push(Note::AnnotationDiffers { annotated });
            }
        }
        (Fact::Present(_) | Fact::Absent, None) if outcome.mechanism == Mechanism::Irsa => {
            notes.push(Note::AnnotationGone);
        }
        (_, Some(role)) if !web && !matches!(association, Fact::Present(_)) => {
            notes.push(match why_not(evidence, container, Wanted::WebIdentity) {
                Note::NotInjected | Note::MayPredate => {
                    Note::AnnotationForNewPods { role: role.clone() }
                }
                why => why,
            });
        }
        _ => {}
    }
    if evidence.pod.phase.is_ended() {
        notes.push(Note::Ended);
    }
    notes
}

/// What the webhook should have written.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    PodIdentity(Associated<'a>),
    WebIdentity,
}

/// Why a container lacks what the webhook writes.
pub(super) fn why_not(evidence: &Evidence<'_>, container: &Container, wanted: Wanted<'_>) -> Note {
    let marks = &evidence.pod.marks;
    let own = match wanted {
        Wanted::PodIdentity(_) => [
            Variable::FullUri,
            Variable::TokenFile,
            Variable::RelativeUri,
        ]
        .as_slice(),
        Wanted::WebIdentity => &[Variable::RoleArn, Variable::WebIdentityTokenFile],
    };
    if container.kind == ContainerKind::Ephemeral {
        return Note::Ephemeral;
    }
    match marks.unseen {
        Some(Unseen::StaticPod) => return Note::StaticPod,
        Some(Unseen::OptedOut) => return Note::OptedOut,
        None => {}
    }
    if marks.skip_containers.contains(&container.name) {
        return Note::Skipped;
    }
    if let Some(variable) = own
        .iter()
        .copied()
        .find(|variable| container.env.defines(*variable))
    {
        return Note::DefinesItself { variable };
    }
    let Wanted::PodIdentity(associated) = wanted else {
        return Note::NotInjected;
    };
    match evidence.machine() {
        Machine::Fargate => return Note::FargateUnsupported,
        Machine::Windows => return Note::WindowsUnsupported,
        Machine::Ec2 | Machine::Auto | Machine::Hybrid | Machine::Unknown => {}
    }
    let associated_at = associated.detail.and_then(|detail| detail.created);
    let (Some(pod), Some(association)) = (evidence.pod.created, associated_at) else {
        return Note::MayPredate;
    };
    let later = pod.duration_since(association);
    if later.is_negative() {
        Note::AdmittedBefore { pod, association }
    } else if later <= PROPAGATION {
        Note::InPropagationWindow {
            seconds: later.as_secs(),
        }
    } else {
        Note::NotInjected
    }
}

/// Whether the lack is meant, or nothing that a new pod would mend.
pub(super) fn is_excluded(note: &Note) -> bool {
    matches!(
        note,
        Note::Skipped
            | Note::OptedOut
            | Note::DefinesItself { .. }
            | Note::Ephemeral
            | Note::StaticPod
            | Note::FargateUnsupported
            | Note::WindowsUnsupported
    )
}

fn is_left_alone(evidence: &Evidence<'_>, container: &Container) -> bool {
    evidence.association().present().is_some_and(|associated| {
        is_excluded(&why_not(
            evidence,
            container,
            Wanted::PodIdentity(associated),
        ))
    })
}
