//! The rules that need more than the field itself: the cluster, the route, the record as it was read.

use crate::model::association::AssociationRecord;
use crate::model::plan::change::New;
use crate::model::plan::definition::Definition;
use crate::model::plan::diff::Field;
use crate::model::plan::invalid::{Invalid, Rule};
use crate::model::plan::role::RoleArn;
use crate::model::plan::{Basis, name};
use crate::model::{ClusterArn, Known};

/// Refuses a way that does not lead to the cluster.
pub(super) fn place(basis: &Basis, cluster: &ClusterArn) -> Vec<Invalid> {
    let mut wrong = Vec::new();
    let region = basis.route.region.as_str();
    if region != cluster.region() {
        wrong.push(Rule::OtherRegion {
            route: region.into(),
            cluster: cluster.region().into(),
        });
    }
    let caller = basis.caller.as_ref();
    if let Some(caller) = caller.filter(|caller| *caller.account != *cluster.account()) {
        wrong.push(Rule::OtherCaller {
            caller: caller.account.clone(),
            cluster: cluster.account().into(),
        });
    }
    wrong
        .into_iter()
        .map(|rule| Invalid::new(Field::Cluster, rule))
        .collect()
}

pub(super) fn subject(before: &Known<AssociationRecord>) -> Option<Invalid> {
    let id = name::association_id(&before.value.association.key.id);
    id.err()
        .map(|rule| Invalid::new(Field::AssociationId, rule))
}

pub(super) fn roles(
    role: Option<&RoleArn>,
    target: Option<&RoleArn>,
    cluster: &ClusterArn,
) -> Vec<Invalid> {
    let role = role.and_then(|role| role.check_role(cluster).err());
    let target = target.and_then(|target| target.check_target(cluster).err());
    let role = role.map(|rule| Invalid::new(Field::Role, rule));
    let target = target.map(|rule| Invalid::new(Field::TargetRole, rule));
    role.into_iter().chain(target).collect()
}

pub(super) fn policy_and_tags(after: &Definition) -> Option<Invalid> {
    let is_wrong = after.policy.is_some() && after.session_tags;
    is_wrong.then(|| Invalid::new(Field::Policy, Rule::PolicyNeedsTagsOff))
}

pub(super) fn of_new(new: &New, after: &Definition, cluster: &ClusterArn) -> Vec<Invalid> {
    let mut wrong = roles(Some(&new.role), new.target_role.as_ref(), cluster);
    wrong.extend(policy_and_tags(after));
    wrong
}
