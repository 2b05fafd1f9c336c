//! Associations that are missing, and those that nobody can use.

use std::collections::BTreeSet;

use crate::model::census::{Part, Scope};
use crate::model::diagnosis::remedy::{advice, command, kubectl};
use crate::model::diagnosis::renew::renewed_then;
use crate::model::diagnosis::{Binding, Finding, Look, Rule, RuleId, Severity, Subject};
use crate::model::identity::{Doubt, Fact};
use crate::model::pod::Pod;
use crate::model::preflight::QUOTA;
use crate::model::text::visible;
use crate::model::{Learned, Text};

const LIST: &str = "eks:ListPodIdentityAssociations";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("association-missing"),
        rows: &[5],
        severity: Severity::Error,
        title: "no association is for the service account",
        explanation: "its pods get no role from EKS: the token is refused with ResourceNotFoundException, or nothing is written into the pods at all",
        after: &[RuleId("names-nearly-match")],
        judge: missing,
    },
    Rule {
        id: RuleId("association-deleted"),
        rows: &[70],
        severity: Severity::Error,
        title: "pods were prepared for an association that is gone",
        explanation: "they keep credentials that they already have for up to six hours, and get no others; new pods get none",
        after: &[RuleId("names-nearly-match")],
        judge: deleted,
    },
    Rule {
        id: RuleId("service-account-missing"),
        rows: &[7],
        severity: Severity::Warning,
        title: "the service account of an association does not exist",
        explanation: "EKS takes any name, so the association waits for a service account that nobody made; who makes one gets the role",
        after: &[RuleId("names-nearly-match"), RuleId("namespace-missing")],
        judge: no_account,
    },
    Rule {
        id: RuleId("namespace-missing"),
        rows: &[8],
        severity: Severity::Warning,
        title: "the namespace of an association does not exist",
        explanation: "EKS takes any name, so the association waits for a namespace that nobody made; who makes one gets the role",
        after: &[RuleId("names-nearly-match")],
        judge: no_namespace,
    },
    Rule {
        id: RuleId("association-quota"),
        rows: &[72],
        severity: Severity::Warning,
        title: "the cluster has nearly all the associations that it can have",
        explanation: "the quota cannot be raised, and beyond it no association can be created",
        after: &[],
        judge: quota,
    },
];

fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let accounts = asked_for(look);
    if accounts.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (namespace, name) in accounts {
        let subject = Subject::account(&namespace, &name);
        match look.picture.associations.of(&namespace, &name) {
            Fact::Present(_) => continue,
            Fact::Unknown => {
                let gap = look.bindings_gap();
                findings.extend(gap.map(|needs| rule.unknown(subject, needs)));
                continue;
            }
            Fact::Absent => {}
        }
        match look.census().service_account(&namespace, &name) {
            Fact::Present(account) if account.role_arn.is_some() => continue,
            Fact::Unknown => {
                let gap = look.census_gap(Part::ServiceAccounts);
                findings.extend(gap.map(|needs| rule.unknown(subject, needs)));
                continue;
            }
            Fact::Present(_) | Fact::Absent => {}
        }
        let pods = look.pods(&namespace, &name);
        // Of those that were prepared, another rule speaks.
        if pods.iter().any(|pod| asks_in_vain(look, pod)) {
            continue;
        }
        let shown = shown(&namespace, &name);
        findings.push(
            rule.found(subject, format!("no association is for {shown}"))
                .pods(pods.iter().copied())
                .proof(LIST, "associations[]", format!("none for {shown}"))
                .remedy(creation(look, &namespace, &name))
                .remedies(renewed_then(look, pods)),
        );
    }
    findings
}

/// The service accounts that whoever asks has named.
fn asked_for(look: &Look<'_>) -> BTreeSet<(Text, Text)> {
    let Scope {
        namespaces,
        service_accounts,
    } = look.census().scope();
    if service_accounts.is_empty() {
        return BTreeSet::new();
    }
    let census = look.census();
    let known = census
        .service_accounts()
        .map(|account| (&account.namespace, &account.name));
    let used = census
        .pods()
        .map(|pod| (&pod.namespace, &pod.service_account));
    let named = namespaces
        .iter()
        .flat_map(|namespace| service_accounts.iter().map(move |name| (namespace, name)));
    known
        .chain(used)
        .chain(named)
        .filter(|(namespace, name)| look.is_asked_for(namespace, name))
        .map(|(namespace, name)| (namespace.clone(), name.clone()))
        .collect()
}

fn deleted(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let gap = look.bindings_gap().or_else(|| look.census_gap(Part::Pods));
    let mut findings: Vec<_> = gap
        .map(|needs| rule.unknown(Subject::Cluster, needs))
        .into_iter()
        .collect();
    let accounts: BTreeSet<_> = look
        .census()
        .pods()
        .map(|pod| (&pod.namespace, &pod.service_account))
        .collect();
    for (namespace, name) in accounts {
        if look.picture.associations.of(namespace, name) != Fact::Absent {
            continue;
        }
        let mut pods = look.pods(namespace, name);
        pods.retain(|pod| asks_in_vain(look, pod));
        if pods.is_empty() {
            continue;
        }
        let shown = shown(namespace, name);
        let has = match pods.len() {
            1 => "1 pod asks".to_owned(),
            several => format!("{several} pods ask"),
        };
        findings.push(
            rule.found(
                Subject::account(namespace, name),
                format!("{has} for the role of {shown}, which has no association any more"),
            )
            .pods(pods.iter().copied())
            .proof(LIST, "associations[]", format!("none for {shown}"))
            .proof(
                "GET pods",
                "spec.containers[].env[].name",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            )
            .remedy(creation(look, namespace, name))
            // They ask by themselves, again and again; made anew without an association they would not even ask.
            .remedy(advice(
                "nothing is to be restarted then: the pods were prepared for it, and ask again by themselves",
            ))
            .remedy(advice(
                "if it was deleted on purpose, and they are to lose the role at once, revoke the sessions of the role in IAM; a restart alone leaves them to what stands behind, such as the role of the node",
            )),
        );
    }
    findings
}

/// Whether a container of the pod asks the agent for credentials that no association gives.
fn asks_in_vain(look: &Look<'_>, pod: &Pod) -> bool {
    let evidence = look.picture.evidence(pod);
    let verdicts = crate::model::identity::effective(&evidence);
    verdicts
        .iter()
        .any(|verdict| verdict.doubts.contains(&Doubt::AssociationAbsent))
}

fn no_account(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    for binding in look.bindings() {
        let association = binding.association;
        let (namespace, name) = (&association.namespace, &association.service_account);
        let needs = match look.census().service_account(namespace, name) {
            Fact::Present(_) => continue,
            Fact::Absent => None,
            Fact::Unknown => look.census_gap(Part::ServiceAccounts),
        };
        if let Some(needs) = needs {
            findings.push(rule.unknown(binding.subject(), needs));
            continue;
        }
        let summary = format!("the service account {} does not exist", binding.name());
        let creation = kubectl(
            &look.evidence.arn,
            &["create", "serviceaccount", name, "--namespace", namespace],
        );
        findings.push(
            rule.found(binding.subject(), summary)
                .of_association(association)
                .proof(
                    LIST,
                    "associations[].associationId",
                    association.key.id.clone(),
                )
                .proof(
                    format!("GET serviceaccounts {}", binding.name()),
                    "code",
                    "404",
                )
                .remedy(command("create the service account", creation))
                .remedy(deletion(look, &binding)),
        );
    }
    findings
}

fn no_namespace(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    let namespaces = match &look.evidence.namespaces {
        Learned::Known(namespaces) => namespaces,
        unknown => {
            let needs = unknown.unknown();
            let needs = needs.unwrap_or_else(|| "Kubernetes has no namespaces".to_owned());
            let is_open = look.bindings().next().is_some();
            findings.extend(is_open.then(|| rule.unknown(Subject::Cluster, needs)));
            return findings;
        }
    };
    for binding in look.bindings() {
        let association = binding.association;
        if namespaces.contains_key(&association.namespace) {
            continue;
        }
        let shown = visible(&association.namespace).into_owned();
        let creation = kubectl(
            &look.evidence.arn,
            &["create", "namespace", &association.namespace],
        );
        findings.push(
            rule.found(
                binding.subject(),
                format!("the namespace {shown} does not exist"),
            )
            .of_association(association)
            .proof(
                LIST,
                "associations[].namespace",
                association.namespace.clone(),
            )
            .proof(format!("GET namespaces {shown}"), "code", "404")
            .remedy(command("create the namespace", creation))
            .remedy(deletion(look, &binding)),
        );
    }
    findings
}

fn quota(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let count = match &look.evidence.association_count {
        Learned::Known(count) => *count,
        Learned::Absent => return Vec::new(),
        unknown => {
            let needs = unknown.unknown();
            let finding = needs.map(|needs| rule.unknown(Subject::Cluster, needs));
            return finding.into_iter().collect();
        }
    };
    if count < QUOTA / 10 * 9 {
        return Vec::new();
    }
    let summary = format!("it has {count} of {QUOTA} associations");
    let finding = rule
        .found(Subject::Cluster, summary)
        .proof(LIST, "associations[]", count.to_string())
        .remedy(advice(
            "delete associations that wait for service accounts that do not exist, and let workloads with the same role share a service account",
        ));
    vec![finding]
}

/// Creates an association; which role it should have is for a person to say.
fn creation(look: &Look<'_>, namespace: &str, name: &str) -> crate::model::diagnosis::Remedy {
    let arn = &look.evidence.arn;
    let role = format!("arn:{}:iam::{}:role/ROLE", arn.partition(), arn.account());
    let written = look.eks(
        "create-pod-identity-association",
        &[
            ("--namespace", namespace),
            ("--service-account", name),
            ("--role-arn", &role),
        ],
    );
    command(
        "create an association, with a role in place of ROLE",
        written,
    )
}

/// Deletes an association, or says whose it is.
pub(super) fn deletion(look: &Look<'_>, binding: &Binding<'_>) -> crate::model::diagnosis::Remedy {
    let association = binding.association;
    if let Some(owner) = association.owner_name() {
        let owner = visible(owner);
        return advice(format!(
            "take it out of the Pod Identity associations of the add-on {owner}, which owns it"
        ));
    }
    let id = [("--association-id", &*association.key.id)];
    let written = look.eks("delete-pod-identity-association", &id);
    command("or delete the association", written)
}

fn shown(namespace: &str, name: &str) -> String {
    visible(&format!("{namespace}/{name}")).into_owned()
}
