//! Pods that lack what the webhook writes into them.

use crate::model::census::Part;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::advice;
use crate::model::diagnosis::renew::renewed;
use crate::model::diagnosis::served::{Met, Seen, each};
use crate::model::diagnosis::{Finding, Look, Rule, RuleId, Severity};
use crate::model::identity::{Injection, Note};
use crate::model::pod::ContainerKind;
use crate::model::pod::volume::POD_IDENTITY_VOLUME;
use crate::model::verdict::Verdict;

pub(super) const OLDER: RuleId = RuleId("pod-older-than-association");
pub(super) const RACED: RuleId = RuleId("pod-created-with-association");
pub(super) const NOT_INJECTED: RuleId = RuleId("pod-not-injected");
pub(super) const OPTED_OUT: RuleId = RuleId("pod-opted-out");
pub(super) const VOLUME_TAKEN: RuleId = RuleId("token-volume-taken");

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: OLDER,
        rows: &[10],
        severity: Severity::Error,
        title: "pods are older than the association",
        explanation: "the webhook writes variables and token into a pod when it is created and never again, so a pod that was there before stays as it was",
        after: &[],
        judge: older,
    },
    Rule {
        id: RACED,
        rows: &[11],
        severity: Severity::Error,
        title: "pods were created before the association reached the webhook",
        explanation: "a new association takes some seconds to reach the webhook, and a pod that is created meanwhile never gets its variables and token",
        after: &[],
        judge: raced,
    },
    Rule {
        id: NOT_INJECTED,
        rows: &[12],
        severity: Severity::Error,
        title: "pods lack what the webhook writes, although the association was there before them",
        explanation: "the webhook was not asked, or failed, and Kubernetes created the pod without it: the policy for its failures is Ignore",
        after: &[
            super::webhook::MISSING,
            super::webhook::ALTERED,
            VOLUME_TAKEN,
            OPTED_OUT,
        ],
        judge: not_injected,
    },
    Rule {
        id: OPTED_OUT,
        rows: &[14],
        severity: Severity::Warning,
        title: "pods keep the webhook away",
        explanation: "a label or an annotation of the pod tells the webhook to leave it, or some of its containers, alone; that may be meant",
        after: &[],
        judge: opted_out,
    },
    Rule {
        id: VOLUME_TAKEN,
        rows: &[15],
        severity: Severity::Error,
        title: "pods bring a volume of their own under the name of the webhook's",
        explanation: "the webhook keeps a volume that is already there, so the token of EKS Pod Identity is never mounted",
        after: &[],
        judge: volume_taken,
    },
];

/// Says of the pods with this note that they lack what the webhook writes.
fn lacking(rule: &Rule, look: &Look<'_>, said: &str, is_why: fn(&Note) -> Verdict) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        let notes = seen.containers().flat_map(|(_, identity)| &identity.notes);
        let why = Verdict::any(notes.map(is_why));
        match seen.injection {
            Injection::Lacking { .. } => why,
            // Its node was not read, and it may be one where nothing is to be written.
            Injection::Unknown => why.and(Verdict::Unknown),
            _ => Verdict::No,
        }
    };
    let fill = |finding: Finding, met: &Met<'_, '_>| {
        let detail = met.served.binding.detail.known();
        let created = detail.and_then(|detail| detail.created);
        let finding = match created {
            Some(created) => finding.proof(
                "eks:DescribePodIdentityAssociation",
                "association.createdAt",
                created.to_string(),
            ),
            None => finding,
        };
        let finding = met.shown().fold(finding, |finding, seen| {
            let created = seen.pod.created.map(|created| created.to_string());
            let lacking = seen.noted(|note| !is_why(note).is_no());
            lacking.into_iter().fold(
                finding.proof(
                    seen.call(),
                    "metadata.creationTimestamp",
                    created.unwrap_or_else(|| "absent".to_owned()),
                ),
                |finding, container| {
                    finding.proof(
                        seen.call(),
                        format!("spec.containers[{container}].env"),
                        "no AWS_CONTAINER_CREDENTIALS_FULL_URI of the agent",
                    )
                },
            )
        });
        finding.remedies(renewed(look, met.pods()))
    };
    each(rule, look, &[Part::Pods], |served| {
        served.findings(rule, said, judge, fill)
    })
}

fn older(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    lacking(
        rule,
        look,
        "created before the association, and never given its variables",
        |note| match note {
            Note::AdmittedBefore { .. } => Verdict::Yes,
            // When the association was created, or the pod, is not known.
            Note::MayPredate => Verdict::Unknown,
            _ => Verdict::No,
        },
    )
}

fn raced(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = lacking(
        rule,
        look,
        "created within seconds of the association, and not given its variables",
        |note| matches!(note, Note::InPropagationWindow { .. }).into(),
    );
    findings.extend(undated(rule, look));
    findings
}

/// That it is not known which came first: then it may be this rule that tells why pods lack their variables.
fn undated(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let is_undated = |seen: &Seen<'_>| {
        let may_lack = matches!(
            seen.injection,
            Injection::Lacking { .. } | Injection::Unknown
        );
        may_lack && !seen.is_noted(|note| *note == Note::MayPredate).is_no()
    };
    let undated = look
        .served()
        .iter()
        .filter(|served| served.pods.iter().any(is_undated));
    undated
        .map(|served| {
            let binding = &served.binding;
            let needs = gap(binding.detail);
            let needs = needs.unwrap_or_else(|| {
                "when the association and the pod were created is not known".into()
            });
            rule.unknown(binding.subject(), needs)
                .of_association(binding.association)
        })
        .collect()
}

fn not_injected(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let findings = lacking(
        rule,
        look,
        "created after the association, and yet not given its variables",
        |note| matches!(note, Note::NotInjected).into(),
    );
    let advised = |finding: Finding| {
        // What is not known has nobody to restart either.
        if finding.pods.is_empty() {
            return finding;
        }
        finding.remedy(advice(
            "if new pods lack them too, see whether the configuration pod-identity-webhook was altered, and ask AWS support",
        ))
    };
    let findings = findings.into_iter().map(advised);
    findings.chain(undated(rule, look)).collect()
}

fn opted_out(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let is_left = |note: &Note| matches!(note, Note::Skipped | Note::OptedOut);
    let is_whole = move |seen: &Seen<'_>| {
        let mut main = seen
            .containers()
            .filter(|(container, _)| container.kind == ContainerKind::Main);
        main.all(|(_, identity)| identity.notes.iter().any(is_left))
    };
    let fill = |finding: Finding, met: &Met<'_, '_>| {
        let finding = met.shown().fold(finding, |finding, seen| {
            let finding = match seen.pod.marks.unseen {
                Some(_) => finding.proof(
                    seen.call(),
                    "metadata.labels[eks.amazonaws.com/skip-pod-identity-webhook]",
                    "present",
                ),
                None => finding,
            };
            if seen.pod.marks.skip_containers.is_empty() {
                return finding;
            }
            finding.proof(
                seen.call(),
                "metadata.annotations[eks.amazonaws.com/skip-containers]",
                seen.pod.marks.skip_containers.join(","),
            )
        });
        finding.remedy(advice(
            "if it is not meant, take the label or annotation out of the template of the pods, which makes them anew",
        ))
    };
    each(rule, look, &[Part::Pods], |served| {
        let whole = served.findings(
            rule,
            "kept from the webhook by label or annotation",
            |seen| seen.is_noted(is_left).and(is_whole(seen).into()),
            fill,
        );
        let some = served.findings(
            rule,
            "some containers kept from the webhook by annotation",
            |seen| seen.is_noted(is_left).and((!is_whole(seen)).into()),
            fill,
        );
        let some = some
            .into_iter()
            .map(|finding| finding.severity(Severity::Info));
        whole.into_iter().chain(some).collect()
    })
}

fn volume_taken(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let is_taken = |seen: &Seen<'_>| {
        let volume = seen.pod.volume(POD_IDENTITY_VOLUME);
        Verdict::from(volume.is_some_and(|volume| !volume.has_token_for("pods.eks.amazonaws.com")))
    };
    each(rule, look, &[Part::Pods], |served| {
        served.findings(
            rule,
            "with a volume eks-pod-identity-token of their own",
            is_taken,
            |finding, met| {
                let finding = met.shown().fold(finding, |finding, seen| {
                    finding.proof(
                        seen.call(),
                        "spec.volumes[eks-pod-identity-token]",
                        "no token for pods.eks.amazonaws.com",
                    )
                });
                finding.remedy(advice(
                    "give the volume another name in the template of the pods, and in the mounts that use it",
                ))
            },
        )
    })
}
