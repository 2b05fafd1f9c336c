//! Intents: what is written down of a plan, as whole documents under AWS's member names.

use serde_json::{Map, Value};

use crate::model::Document;
use crate::model::journal::{ChangeKind, Image, Target};
use crate::model::plan::{Change, Definition, Plan};

/// One call of a plan, before it has a token and a time.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) kind: ChangeKind,
    pub(super) target: Target,
    pub(super) before: Image,
    pub(super) planned: Image,
}

/// The calls of a plan in their order; `found` is the association as it stands.
pub(super) fn steps(plan: &Plan, found: Option<&Document>) -> Vec<Step> {
    let of_target = || target(plan);
    let present = |document: Option<&Document>| {
        document.map_or(Image::Absent, |document| Image::Present(document.clone()))
    };
    let Some(after) = plan.after() else {
        return vec![deletion(plan, found)];
    };
    match plan.change() {
        Change::Delete => vec![deletion(plan, found)],
        Change::Update(_) => vec![Step {
            kind: ChangeKind::UpdateAssociation,
            target: of_target(),
            before: present(found),
            planned: Image::Present(changed(found, after)),
        }],
        Change::Create(new) => vec![creation(plan, after, new.session_tags)],
        Change::Move(new) => vec![
            creation(plan, after, new.session_tags),
            deletion(plan, found),
        ],
        Change::Tag(edit) => {
            let mut steps = Vec::new();
            let mut before = found.cloned().unwrap_or_default();
            let tags = |document: &Document| {
                let tags = document.get("tags").and_then(Value::as_object);
                tags.cloned().unwrap_or_default()
            };
            let mut push = |kind, all: Map<String, Value>| {
                let mut planned = before.clone();
                planned.insert("tags".to_owned(), Value::Object(all));
                steps.push(Step {
                    kind,
                    target: of_target(),
                    before: Image::Present(before.clone()),
                    planned: Image::Present(planned.clone()),
                });
                before = planned;
            };
            let mut all = tags(&found.cloned().unwrap_or_default());
            if !edit.set().is_empty() {
                let set = edit.set().iter();
                all.extend(set.map(|(key, value)| (key.to_string(), Value::from(&**value))));
                push(ChangeKind::TagAssociation, all.clone());
            }
            if !edit.removed().is_empty() {
                all.retain(|key, _| !edit.removed().contains(key.as_str()));
                push(ChangeKind::UntagAssociation, all);
            }
            steps
        }
    }
}

fn target(plan: &Plan) -> Target {
    let target = plan.target();
    Target {
        namespace: Some(target.namespace.clone()),
        name: target.service_account.clone(),
        id: target.id.clone(),
    }
}

fn deletion(plan: &Plan, found: Option<&Document>) -> Step {
    Step {
        kind: ChangeKind::DeleteAssociation,
        target: target(plan),
        before: found.map_or(Image::Unknown, |found| Image::Present(found.clone())),
        planned: Image::Absent,
    }
}

fn creation(plan: &Plan, after: &Definition, session_tags: Option<bool>) -> Step {
    let mut document = Document::new();
    for (name, value) in [
        ("clusterName", plan.cluster().name()),
        ("namespace", &after.namespace),
        ("serviceAccount", &after.service_account),
    ] {
        document.insert(name.to_owned(), Value::from(value));
    }
    settle(&mut document, after);
    match session_tags {
        Some(on) => document.insert("disableSessionTags".to_owned(), Value::from(!on)),
        // Not said, so not sent.
        None => document.remove("disableSessionTags"),
    };
    let tags = after.tags.iter();
    let tags: Map<String, Value> = tags
        .map(|(key, value)| (key.to_string(), Value::from(&**value)))
        .collect();
    document.insert("tags".to_owned(), Value::Object(tags));
    Step {
        kind: ChangeKind::CreateAssociation,
        target: Target {
            namespace: Some(after.namespace.clone()),
            name: after.service_account.clone(),
            id: None,
        },
        before: Image::Absent,
        planned: Image::Present(document),
    }
}

fn changed(found: Option<&Document>, after: &Definition) -> Document {
    let mut document = found.cloned().unwrap_or_default();
    settle(&mut document, after);
    document
}

/// Puts the settable members other than tags into a document.
fn settle(document: &mut Document, after: &Definition) {
    for (name, value) in [
        ("roleArn", &after.role),
        ("targetRoleArn", &after.target_role),
        ("policy", &after.policy),
    ] {
        match value {
            Some(value) => document.insert(name.to_owned(), Value::from(&**value)),
            None => document.remove(name),
        };
    }
    let disabled = Value::from(!after.session_tags);
    document.insert("disableSessionTags".to_owned(), disabled);
}
