//! What a plan changes, field by field, from the old value to the new one.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::model::Text;
use crate::model::export::json;
use crate::model::plan::definition::Definition;
use crate::model::plan::policy::SessionPolicy;
use crate::model::text::visible;

/// A field of an association or of the form that changes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Cluster,
    AssociationId,
    Namespace,
    ServiceAccount,
    Role,
    TargetRole,
    SessionTags,
    Policy,
    Tags,
    Tag(Text),
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cluster => "cluster",
            Self::AssociationId => "association id",
            Self::Namespace => "namespace",
            Self::ServiceAccount => "service account",
            Self::Role => "role",
            Self::TargetRole => "target role",
            Self::SessionTags => "session tags",
            Self::Policy => "session policy",
            Self::Tags => "tags",
            Self::Tag(key) => return write!(f, "tag {}", visible(key)),
        })
    }
}

/// One field, before and after; `None` where there is nothing.
///
/// The values are safe to print. A session policy has several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDiff {
    pub field: Field,
    pub old: Option<String>,
    pub new: Option<String>,
}

impl fmt::Display for FieldDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let (old, new) = (shown(&self.old), shown(&self.new));
        write!(f, "{}: {old} → {new}", self.field)
    }
}

/// Every field that differs, in the order of forms; tags last.
pub(super) fn diff(before: Option<&Definition>, after: Option<&Definition>) -> Vec<FieldDiff> {
    let mut fields = vec![
        Field::Namespace,
        Field::ServiceAccount,
        Field::Role,
        Field::TargetRole,
        Field::SessionTags,
        Field::Policy,
    ];
    let both = [before, after].into_iter().flatten();
    let keys: BTreeSet<&Text> = both.flat_map(|side| side.tags.keys()).collect();
    fields.extend(keys.into_iter().cloned().map(Field::Tag));
    let differs = |field: &Field| match (before, after) {
        (Some(before), Some(after)) => !is_same(field, before, after),
        (None, None) => false,
        (Some(side), None) | (None, Some(side)) => printed(field, side).is_some(),
    };
    fields
        .into_iter()
        .filter(differs)
        .map(|field| FieldDiff {
            old: before.and_then(|side| printed(&field, side)),
            new: after.and_then(|side| printed(&field, side)),
            field,
        })
        .collect()
}

fn is_same(field: &Field, before: &Definition, after: &Definition) -> bool {
    match field {
        Field::Namespace => before.namespace == after.namespace,
        Field::ServiceAccount => before.service_account == after.service_account,
        Field::Role => before.role == after.role,
        Field::TargetRole => before.target_role == after.target_role,
        Field::SessionTags => before.session_tags == after.session_tags,
        Field::Policy => match (&before.policy, &after.policy) {
            (Some(before), Some(after)) => SessionPolicy::as_read(before).means(after),
            (before, after) => before == after,
        },
        Field::Tag(key) => before.tags.get(key) == after.tags.get(key),
        Field::Cluster | Field::AssociationId | Field::Tags => true,
    }
}

fn printed(field: &Field, side: &Definition) -> Option<String> {
    let text = |text: &Text| visible(text).into_owned();
    match field {
        Field::Namespace => Some(text(&side.namespace)),
        Field::ServiceAccount => Some(text(&side.service_account)),
        Field::Role => side.role.as_ref().map(text),
        Field::TargetRole => side.target_role.as_ref().map(text),
        Field::SessionTags => Some(if side.session_tags { "on" } else { "off" }.to_owned()),
        Field::Policy => side.policy.as_deref().map(printed_policy),
        Field::Tag(key) => side.tags.get(key).map(text),
        Field::Cluster | Field::AssociationId | Field::Tags => None,
    }
}

/// A policy as people read it: indented, unless that would change more than white space.
fn printed_policy(policy: &str) -> String {
    let value: Option<Value> = json::parsed_exactly(policy);
    value.map_or_else(
        || visible(policy).into_owned(),
        |value| json::pretty(&value),
    )
}
