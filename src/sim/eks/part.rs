//! Add-ons, node groups, Fargate profiles and capabilities: listed by name, described in full.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Cluster, Part, PartKind, State, UpdateScope};

pub(crate) fn list_addons(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    names(call, state, PartKind::Addon, "addons")
}

pub(crate) fn describe_addon(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    describe(call, state, PartKind::Addon, "addonName", "addon")
}

pub(crate) fn list_nodegroups(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    names(call, state, PartKind::Nodegroup, "nodegroups")
}

pub(crate) fn describe_nodegroup(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    describe(
        call,
        state,
        PartKind::Nodegroup,
        "nodegroupName",
        "nodegroup",
    )
}

pub(crate) fn list_fargate_profiles(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    names(call, state, PartKind::FargateProfile, "fargateProfileNames")
}

pub(crate) fn describe_fargate_profile(
    call: &Call<'_>,
    state: &mut State,
) -> Result<Reply, Failure> {
    describe(
        call,
        state,
        PartKind::FargateProfile,
        "fargateProfileName",
        "fargateProfile",
    )
}

pub(crate) fn list_capabilities(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let page = call.page(of_kind(cluster, PartKind::Capability))?;
    let members = [
        "capabilityName",
        "arn",
        "type",
        "status",
        "version",
        "createdAt",
        "modifiedAt",
    ];
    let items = page
        .items
        .into_iter()
        .map(|(name, part)| {
            let whole = document(cluster, PartKind::Capability, name, part, call.now);
            members
                .iter()
                .filter_map(|member| Some(((*member).to_owned(), whole.get(*member)?.clone())))
                .collect::<serde_json::Map<_, _>>()
                .into()
        })
        .collect();
    Ok(reply::page("capabilities", items, page.next))
}

pub(crate) fn describe_capability(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    describe(
        call,
        state,
        PartKind::Capability,
        "capabilityName",
        "capability",
    )
}

fn names(call: &Call<'_>, state: &State, kind: PartKind, member: &str) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let page = call.page(of_kind(cluster, kind).map(|(name, _)| (name, Value::from(name))))?;
    Ok(reply::page(member, page.items, page.next))
}

fn describe(
    call: &Call<'_>,
    state: &State,
    kind: PartKind,
    label: &'static str,
    member: &str,
) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let name = call.label(label);
    let part =
        find(cluster, kind, name).ok_or_else(|| unknown(call, kind, name).about(label, name))?;
    let mut answer = serde_json::Map::new();
    answer.insert(
        member.to_owned(),
        document(cluster, kind, name, part, call.now),
    );
    Ok(Reply::Json(Value::Object(answer)))
}

/// Returns a part by kind and name.
pub(super) fn find<'s>(cluster: &'s Cluster, kind: PartKind, name: &str) -> Option<&'s Part> {
    cluster.parts.get(&(kind, name.to_owned()))
}

/// Returns the parts of one kind in the order of their names, ready to be paged.
pub(super) fn of_kind(
    cluster: &Cluster,
    kind: PartKind,
) -> impl Iterator<Item = (&str, (&str, &Part))> {
    cluster
        .parts
        .iter()
        .filter(move |((other, _), _)| *other == kind)
        .map(|((_, name), part)| (name.as_str(), (name.as_str(), part)))
}

/// Returns the refusal for a part that is not there.
pub(super) fn unknown(call: &Call<'_>, kind: PartKind, name: &str) -> Failure {
    let cluster = call.label("name");
    let message = match kind {
        PartKind::Addon => format!("No addon: {name} found in cluster: {cluster}"),
        PartKind::Nodegroup => format!("No node group found for name: {name}."),
        PartKind::FargateProfile => format!("No Fargate Profile found with name: {name}."),
        PartKind::Capability => format!("No capability found for name: {name}."),
        PartKind::IdentityProvider => {
            format!("Identity provider config {name} not found in cluster {cluster}.")
        }
        PartKind::AccessEntry => format!(
            "The specified principalArn could not be found. You can view your available access \
             entries with 'list-access-entries'. principalArn: {name}"
        ),
    };
    call.about_cluster(Failure::resource_not_found(message))
}

/// Returns the version that an add-on has by now.
pub(super) fn addon_version<'s>(
    cluster: &'s Cluster,
    name: &str,
    addon: &'s Part,
    now: Timestamp,
) -> &'s str {
    let scope = UpdateScope::Addon(name.to_owned());
    cluster
        .updated_to(&scope, "AddonVersion", now)
        .or(addon.version.as_deref())
        .unwrap_or_default()
}

/// Returns the ARNs of the associations that a part owns.
fn owned(cluster: &Cluster, arn: &str) -> Vec<String> {
    cluster
        .associations
        .values()
        .filter(|one| one.owner_arn.as_deref() == Some(arn))
        .map(|one| {
            reply::association_arn(&cluster.region, &cluster.account, &cluster.name, &one.id)
        })
        .collect()
}

/// Returns everything there is to tell of a part, with what running and finished updates make of it.
pub(super) fn document(
    cluster: &Cluster,
    kind: PartKind,
    name: &str,
    part: &Part,
    now: Timestamp,
) -> Value {
    let mut members = part.document.clone();
    let mut insert = |member: &str, value: Value| members.insert(member.to_owned(), value);
    let (arn, scope, version, param) = match kind {
        PartKind::Addon => (
            "addonArn",
            Some(UpdateScope::Addon(name.to_owned())),
            "addonVersion",
            "AddonVersion",
        ),
        PartKind::Nodegroup => (
            "nodegroupArn",
            Some(UpdateScope::Nodegroup(name.to_owned())),
            "version",
            "Version",
        ),
        PartKind::Capability => (
            "arn",
            Some(UpdateScope::Capability(name.to_owned())),
            "version",
            "Version",
        ),
        PartKind::FargateProfile => ("fargateProfileArn", None, "", ""),
        PartKind::IdentityProvider => ("identityProviderConfigArn", None, "", ""),
        PartKind::AccessEntry => ("accessEntryArn", None, "", ""),
    };
    insert(arn, json!(part.arn));
    if let (PartKind::Addon, Some(scope)) = (kind, &scope) {
        insert("podIdentityAssociations", json!(owned(cluster, &part.arn)));
        for (param, member) in [
            ("ServiceAccountRoleArn", "serviceAccountRoleArn"),
            ("ConfigurationValues", "configurationValues"),
        ] {
            if let Some(value) = cluster.updated_to(scope, param, now) {
                insert(member, json!(value));
            }
        }
    }
    insert("tags", json!(part.tags));
    let busy = scope
        .as_ref()
        .is_some_and(|scope| cluster.running_update(scope, now).is_some());
    if let Some(status) = &part.status {
        let is_made = part.ready.is_none_or(|ready| ready <= now);
        let current = match (part.gone, is_made) {
            (Some(_), _) => "DELETING",
            (None, false) => "CREATING",
            (None, true) if busy => "UPDATING",
            (None, true) => status,
        };
        insert("status", json!(current));
    }
    if let (Some(current), Some(scope)) = (&part.version, &scope) {
        insert(
            version,
            json!(cluster.updated_to(scope, param, now).unwrap_or(current)),
        );
    }
    Value::Object(members)
}
