//! The account's alias and its OpenID Connect providers.

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::iam::paged_texts;
use crate::sim::reply::{self, Reply};
use crate::sim::state::State;
use crate::sim::xml::Element;

pub(crate) fn list_aliases(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let alias = &call.account(state)?.alias;
    let page = call.page(alias.iter().map(|alias| (alias, alias.clone())))?;
    Ok(Reply::Xml(paged_texts("AccountAliases", page)))
}

pub(crate) fn list_providers(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let providers = call.account(state)?.identity_providers.keys();
    let arns = providers
        .map(|arn| vec![Element::text("Arn", arn.as_str())])
        .collect();
    Ok(Reply::Xml(vec![Element::list(
        "OpenIDConnectProviderList",
        arns,
    )]))
}

pub(crate) fn get_provider(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let arn = call.required_parameter("OpenIDConnectProviderArn")?;
    let provider = call
        .account(state)?
        .identity_providers
        .get(arn)
        .ok_or_else(|| {
            Failure::no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}"))
        })?;
    Ok(Reply::Xml(vec![
        Element::text("Url", provider.url.as_str()),
        Element::texts("ClientIDList", provider.audiences.iter().cloned()),
        Element::texts("ThumbprintList", []),
        Element::text("CreateDate", reply::date(provider.created)),
    ]))
}
