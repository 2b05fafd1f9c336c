//! Roles.

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::iam::paged;
use crate::sim::reply::{self, Reply};
use crate::sim::sigv4::encoded;
use crate::sim::state::{Role, State, Tags};
use crate::sim::xml::Element;

pub(crate) fn get(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let role = named(call, state)?;
    let mut elements = summary(role);
    if let Some(boundary) = &role.boundary {
        elements.push(Element::node(
            "PermissionsBoundary",
            vec![
                Element::text("PermissionsBoundaryType", "Policy"),
                Element::text("PermissionsBoundaryArn", boundary.as_str()),
            ],
        ));
    }
    if !role.tags.is_empty() {
        elements.push(Element::list("Tags", tags(&role.tags).collect()));
    }
    let last_used = role.last_used.map_or_else(Vec::new, |moment| {
        vec![
            Element::text("LastUsedDate", reply::date(moment)),
            Element::text("Region", role.last_used_region.as_str()),
        ]
    });
    elements.push(Element::node("RoleLastUsed", last_used));
    Ok(Reply::Xml(vec![Element::node("Role", elements)]))
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let prefix = call.parameter("PathPrefix").unwrap_or("/");
    let roles = call
        .account(state)?
        .roles
        .values()
        .filter(|role| role.path.starts_with(prefix));
    let page = call.page(roles.map(|role| (role.name.as_str(), summary(role))))?;
    Ok(Reply::Xml(paged("Roles", page)))
}

pub(crate) fn list_tags(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let role = named(call, state)?;
    let page = call.page(role.tags.keys().zip(tags(&role.tags)))?;
    Ok(Reply::Xml(paged("Tags", page)))
}

/// Returns the role that the parameter `RoleName` names.
pub(super) fn named<'s>(call: &Call<'_>, state: &'s State) -> Result<&'s Role, Failure> {
    let name = call.required_parameter("RoleName")?;
    call.account(state)?.roles.get(name).ok_or_else(|| {
        Failure::no_such_entity(format!("The role with name {name} cannot be found."))
    })
}

/// Returns what both `GetRole` and `ListRoles` tell.
fn summary(role: &Role) -> Vec<Element> {
    let mut elements = vec![
        Element::text("Path", role.path.as_str()),
        Element::text("RoleName", role.name.as_str()),
        Element::text("RoleId", role.id.as_str()),
        Element::text("Arn", role.arn.as_str()),
        Element::text("CreateDate", reply::date(role.created)),
        Element::text("AssumeRolePolicyDocument", encoded(&role.trust.to_string())),
    ];
    if let Some(description) = &role.description {
        elements.push(Element::text("Description", description.as_str()));
    }
    elements.push(Element::text(
        "MaxSessionDuration",
        role.max_session_seconds.to_string(),
    ));
    elements
}

fn tags(tags: &Tags) -> impl Iterator<Item = Vec<Element>> {
    tags.iter().map(|(key, value)| {
        vec![
            Element::text("Key", key.as_str()),
            Element::text("Value", value.as_str()),
        ]
    })
}
