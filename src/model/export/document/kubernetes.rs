//! Service accounts and pods: Kubernetes's member names, and then what follows for their identity.

use serde_json::{Map, Value, json};

use super::{object, text};
use crate::model::arn::ClusterArn;
use crate::model::census::{AccountRow, ContainerRow, Explanation, Part, Picture};
use crate::model::document::Document;
use crate::model::identity::{
    AccountMechanism, Aging, Certainty, Change, Fact, Injection, Mechanism, Role, Staleness,
    injection, staleness,
};
use crate::model::service_account::ServiceAccount;

/// A document in the making, with what is not known of it and why.
#[derive(Default)]
struct Draft {
    document: Document,
    unknown: Map<String, Value>,
}

impl Draft {
    fn add(&mut self, document: Document) {
        self.document.extend(document);
    }

    fn set(&mut self, member: &str, value: impl Into<Value>) {
        self.document.insert(member.to_owned(), value.into());
    }

    fn unknown(&mut self, member: &str, why: impl Into<String>) {
        self.set(member, Value::Null);
        self.unknown
            .insert(member.to_owned(), Value::String(why.into()));
    }

    fn done(mut self) -> Document {
        if !self.unknown.is_empty() {
            self.set("unknown", self.unknown.clone());
        }
        self.document
    }
}

/// A service account, or an association without one; `role_gap` says why the association's role was not read.
pub fn service_account(
    cluster: &ClusterArn,
    picture: &Picture<'_>,
    row: &AccountRow<'_>,
    role_gap: Option<String>,
) -> Document {
    account(cluster, picture, row, role_gap).done()
}

/// The same, with everything that speaks for it and its pods.
pub fn service_account_explained(
    cluster: &ClusterArn,
    picture: &Picture<'_>,
    row: &AccountRow<'_>,
    role_gap: Option<String>,
) -> Document {
    let mut draft = account(cluster, picture, row, role_gap);
    explain(&mut draft, picture.explain_account(row));
    if row.tally.is_some() {
        let pods = picture.census.pods_of(row.namespace, row.name).map(|pod| {
            json!({
                "name": &*pod.name,
                "phase": pod.phase.as_str(),
                "injection": injection_word(&injection(&picture.evidence(pod))),
                "credentials": staleness_word(staleness(&picture.evidence(pod))),
            })
        });
        draft.set("podList", pods.collect::<Vec<_>>());
    }
    draft.done()
}

fn account(
    cluster: &ClusterArn,
    picture: &Picture<'_>,
    row: &AccountRow<'_>,
    role_gap: Option<String>,
) -> Draft {
    let mut draft = Draft::default();
    draft.set("namespace", &**row.namespace);
    draft.set("name", &**row.name);
    let account_gap = || gap(picture, Part::ServiceAccounts);
    match row.account {
        Fact::Present(account) => {
            draft.add(of_kubernetes(account));
            draft.set("exists", true);
        }
        Fact::Absent => draft.set("exists", false),
        Fact::Unknown => {
            for member in ["uid", "creationTimestamp", "annotations", "exists"] {
                draft.unknown(member, account_gap());
            }
        }
    }
    let associations_gap = || picture.associations.gap().unwrap_or_default().to_owned();
    match row.association {
        Fact::Present(associated) => {
            draft.set("associationId", &*associated.association.key.id);
        }
        Fact::Absent => {}
        Fact::Unknown => draft.unknown("associationId", associations_gap()),
    }
    let why = if row.association.is_unknown() {
        associations_gap()
    } else {
        account_gap()
    };
    match account_mechanism(row.new_pods.mechanism) {
        Some(word) => draft.set("mechanism", word),
        None => draft.unknown("mechanism", why.clone()),
    }
    draft.set("certainty", certainty(row.new_pods.certainty));
    match row.role() {
        Some(role) => draft.add(of_role(role)),
        None if row.new_pods.mechanism == AccountMechanism::Unknown => {
            draft.unknown("roleArn", why);
        }
        None if row.is_role_unknown() => {
            let why = role_gap.unwrap_or_else(|| "the association was not described".to_owned());
            draft.unknown("roleArn", why);
        }
        None => {}
    }
    draft.set("dormant", row.is_dormant());
    match row.tally {
        Some(tally) => draft.set(
            "pods",
            json!({"running": tally.running, "lacking": tally.lacking, "unknown": tally.unknown}),
        ),
        None => draft.unknown("pods", gap(picture, Part::Pods)),
    }
    match row.tally {
        Some(tally) => draft.set("podCredentials", aging(tally.aging)),
        None => draft.unknown("podCredentials", gap(picture, Part::Pods)),
    }
    draft.set("cluster", cluster.name());
    draft
}

/// A container with its pod; `role_gap` says why the role of its association or node was not read.
pub fn container(
    cluster: &ClusterArn,
    picture: &Picture<'_>,
    row: &ContainerRow<'_>,
    role_gap: Option<String>,
) -> Document {
    let mut draft = Draft::default();
    pod_members(&mut draft, picture, row);
    draft.set("container", &*row.verdict.container);
    container_members(&mut draft, picture, row, role_gap);
    draft.set("cluster", cluster.name());
    draft.done()
}

/// A pod with its containers, and everything that speaks for each; `None` if it has no container.
pub fn pod_explained(
    cluster: &ClusterArn,
    picture: &Picture<'_>,
    rows: &[ContainerRow<'_>],
    role_gap: impl Fn(&ContainerRow<'_>) -> Option<String>,
) -> Option<Document> {
    let mut draft = Draft::default();
    pod_members(&mut draft, picture, rows.first()?);
    draft.set("cluster", cluster.name());
    let containers = rows.iter().map(|row| {
        let mut draft = Draft::default();
        draft.set("name", &*row.verdict.container);
        container_members(&mut draft, picture, row, role_gap(row));
        explain(&mut draft, picture.explain_container(row));
        let choices = row.verdict.choices.iter().map(|choice| {
            let word = mechanism(choice.mechanism).unwrap_or("Unknown");
            (choice.sdk.word().to_owned(), Value::from(word))
        });
        let choices: Map<String, Value> = choices.collect();
        if !choices.is_empty() {
            draft.set("mechanismBySdk", choices);
        }
        Value::Object(draft.done())
    });
    draft.set("containers", containers.collect::<Vec<_>>());
    Some(draft.done())
}

fn pod_members(draft: &mut Draft, picture: &Picture<'_>, row: &ContainerRow<'_>) {
    let pod = row.pod;
    let phase = Some(pod.phase.as_str()).filter(|word| !word.is_empty());
    draft.add(object([
        ("namespace", text(Some(&pod.namespace))),
        ("name", text(Some(&pod.name))),
        ("uid", text(Some(&pod.uid).filter(|uid| !uid.is_empty()))),
        (
            "creationTimestamp",
            pod.created.map(|at| at.to_string().into()),
        ),
        ("serviceAccountName", text(Some(&pod.service_account))),
        ("nodeName", text(pod.node.as_ref())),
        ("hostNetwork", pod.host_network.then_some(Value::Bool(true))),
        ("phase", phase.map(Value::from)),
        ("ready", pod.ready.map(Value::from)),
        ("terminating", pod.terminating.then_some(Value::Bool(true))),
        (
            "workload",
            row.workload
                .as_ref()
                .map(|owner| json!({"kind": &*owner.kind, "name": &*owner.name})),
        ),
    ]));
    match row.compute() {
        Some(word) => draft.set("compute", word),
        None if pod.node.is_none() => {}
        None if row.node == Fact::Absent => {
            draft.unknown("compute", "the node is not there any more");
        }
        None => draft.unknown("compute", gap(picture, Part::Nodes)),
    }
}

fn container_members(
    draft: &mut Draft,
    picture: &Picture<'_>,
    row: &ContainerRow<'_>,
    role_gap: Option<String>,
) {
    let verdict = &row.verdict;
    draft.set("containerKind", verdict.kind.word());
    let is_known = verdict.certainty != Certainty::Unknown;
    let gaps = picture.gaps(verdict);
    let why = gaps.into_iter().next().unwrap_or_else(|| row.why());
    match mechanism(verdict.mechanism) {
        Some(word) if is_known => draft.set("mechanism", word),
        possible => {
            draft.unknown("mechanism", why.clone());
            if let Some(word) = possible {
                draft.set("possibleMechanism", word);
            }
        }
    }
    draft.set("certainty", certainty(verdict.certainty));
    match row.role() {
        Some(role) => draft.add(of_role(role)),
        None if row.is_role_unknown() => {
            draft.unknown("roleArn", role_gap.unwrap_or(why));
        }
        None => {}
    }
    if let Some(word) = injection_word(&row.injection) {
        draft.set("injection", word);
    } else {
        let association = picture.associations.gap().map(str::to_owned);
        let account = || gap(picture, Part::ServiceAccounts);
        draft.unknown("injection", association.unwrap_or_else(account));
    }
    match (row.staleness, staleness_word(row.staleness)) {
        (Staleness::NotConcerned, _) => {}
        (staleness, Some(word)) => {
            draft.set("credentials", word);
            if let Staleness::MayBeOld(change) = staleness {
                draft.set("oldCredentialsUntil", until(change));
            }
        }
        (_, None) => {
            let association = picture.associations.gap().map(str::to_owned);
            let why = || "when the association or the pod was made is not known".to_owned();
            draft.unknown("credentials", association.unwrap_or_else(why));
        }
    }
    draft.set("reason", row.why());
}

fn staleness_word(staleness: Staleness) -> Option<&'static str> {
    Some(match staleness {
        Staleness::NotConcerned => "NotConcerned",
        Staleness::Fresh => "Fresh",
        Staleness::NeverInjected => "NeverInjected",
        Staleness::MayBeOld(_) => "MayBeOld",
        Staleness::Unknown => return None,
    })
}

/// When the last old credentials have expired; null where AWS does not tell when the association went.
fn until(change: Change) -> Value {
    change
        .until()
        .map_or(Value::Null, |at| at.to_string().into())
}

fn aging(aging: Aging) -> Value {
    let mut value = json!({
        "concerned": aging.concerned, "mayBeOld": aging.may_be_old, "unknown": aging.unknown,
    });
    if let (Some(change), Value::Object(members)) = (aging.change, &mut value) {
        members.insert("oldCredentialsUntil".to_owned(), until(change));
    }
    value
}

fn explain(draft: &mut Draft, explanation: Explanation) {
    draft.set("reasons", explanation.reasons);
    draft.set("doubts", explanation.doubts);
    draft.set("notes", explanation.notes);
}

fn of_kubernetes(account: &ServiceAccount) -> Document {
    let others = account.annotations.iter();
    let others = others.map(|(name, value)| (name.to_string(), value));
    let role = account.role_arn.iter();
    let role = role.map(|role| ("role-arn".to_owned(), role));
    let annotations: Map<String, Value> = role
        .chain(others)
        .map(|(name, value)| (format!("eks.amazonaws.com/{name}"), Value::from(&**value)))
        .collect();
    object([
        (
            "uid",
            text(Some(&account.uid).filter(|uid| !uid.is_empty())),
        ),
        (
            "creationTimestamp",
            account.created.map(|at| at.to_string().into()),
        ),
        (
            "annotations",
            (!annotations.is_empty()).then_some(Value::Object(annotations)),
        ),
        (
            "automountServiceAccountToken",
            account.automount.map(Value::from),
        ),
    ])
}

fn of_role(role: &Role) -> Document {
    object([
        ("roleArn", text(Some(&role.arn))),
        ("throughRoleArn", text(role.through.as_ref())),
    ])
}

fn gap(picture: &Picture<'_>, part: Part) -> String {
    let gap = picture.census.gap(part);
    gap.unwrap_or_else(|| format!("{} tell nothing of it", part.words()))
}

fn account_mechanism(mechanism: AccountMechanism) -> Option<&'static str> {
    Some(match mechanism {
        AccountMechanism::PodIdentity => "PodIdentity",
        AccountMechanism::Irsa => "IRSA",
        AccountMechanism::Both => "Both",
        AccountMechanism::None => "None",
        AccountMechanism::Unknown => return None,
    })
}

fn mechanism(mechanism: Mechanism) -> Option<&'static str> {
    Some(match mechanism {
        Mechanism::PodIdentity => "PodIdentity",
        Mechanism::Irsa => "IRSA",
        Mechanism::StaticKeys => "StaticKeys",
        Mechanism::Profile => "Profile",
        Mechanism::WebIdentity => "WebIdentity",
        Mechanism::Endpoint => "Endpoint",
        Mechanism::NodeRole => "NodeRole",
        Mechanism::None => "None",
        Mechanism::Unknown => return None,
    })
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "Certain",
        Certainty::Likely => "Likely",
        Certainty::Unknown => "Unknown",
    }
}

fn injection_word(injection: &Injection) -> Option<&'static str> {
    Some(match injection {
        Injection::Injected => "Injected",
        Injection::Lacking { .. } => "Lacking",
        Injection::Excluded { .. } => "Excluded",
        Injection::NotExpected => "NotExpected",
        Injection::Ended => "Ended",
        Injection::Unknown => return None,
    })
}
