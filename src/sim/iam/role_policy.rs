//! The policies of roles, attached and inline.

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::iam::{paged, paged_texts, role};
use crate::sim::reply::Reply;
use crate::sim::sigv4::encoded;
use crate::sim::state::State;
use crate::sim::xml::Element;

pub(crate) fn list_attached(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let role = role::named(call, state)?;
    let prefix = call.parameter("PathPrefix").unwrap_or("/");
    let policies = role.attached.iter().filter(|(_, arn)| {
        arn.split_once(":policy")
            .is_some_and(|(_, path)| path.starts_with(prefix))
    });
    let page = call.page(policies.map(|(name, arn)| {
        let policy = vec![
            Element::text("PolicyName", name.as_str()),
            Element::text("PolicyArn", arn.as_str()),
        ];
        (name, policy)
    }))?;
    Ok(Reply::Xml(paged("AttachedPolicies", page)))
}

pub(crate) fn list_inline(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let role = role::named(call, state)?;
    let page = call.page(role.inline.keys().map(|name| (name, name.clone())))?;
    Ok(Reply::Xml(paged_texts("PolicyNames", page)))
}

pub(crate) fn get_inline(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let role = role::named(call, state)?;
    let name = call.required_parameter("PolicyName")?;
    let document = role.inline.get(name).ok_or_else(|| {
        Failure::no_such_entity(format!("The role policy with name {name} cannot be found."))
    })?;
    Ok(Reply::Xml(vec![
        Element::text("RoleName", role.name.as_str()),
        Element::text("PolicyName", name),
        Element::text("PolicyDocument", encoded(&document.to_string())),
    ]))
}
