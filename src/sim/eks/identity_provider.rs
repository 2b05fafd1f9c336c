//! Identity providers for people who log in to Kubernetes.

use serde_json::{Value, json};

use super::part;
use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{PartKind, State};

const KIND: PartKind = PartKind::IdentityProvider;

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let configs = part::of_kind(call.cluster(state)?, KIND)
        .map(|(name, _)| (name, json!({"type": "oidc", "name": name})));
    let page = call.page(configs)?;
    Ok(reply::page(
        "identityProviderConfigs",
        page.items,
        page.next,
    ))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let config = call
        .object("identityProviderConfig")?
        .ok_or_else(|| call.missing("identityProviderConfig"))?;
    let member = |name: &str| {
        config
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| call.missing(&format!("identityProviderConfig.{name}")))
    };
    let (kind, name) = (member("type")?, member("name")?);
    if kind != "oidc" {
        return Err(call.about_cluster(Failure::invalid_parameter(format!(
            "The identity provider type must be oidc, not {kind}."
        ))));
    }
    let found = part::find(cluster, KIND, name).ok_or_else(|| part::unknown(call, KIND, name))?;
    let oidc = part::document(cluster, KIND, name, found, call.now);
    Ok(Reply::Json(
        json!({"identityProviderConfig": {"oidc": oidc}}),
    ))
}
