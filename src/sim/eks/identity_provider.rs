//! Identity providers for people who log in to Kubernetes.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{part, update};
use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Cluster, Part, PartKind, State, UpdateScope};

const KIND: PartKind = PartKind::IdentityProvider;
/// The API servers are replaced one by one, which takes its time.
const TAKES: SignedDuration = SignedDuration::from_mins(20);
const MOST: usize = 10;

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let configs =
        part::of_kind(cluster, KIND).map(|(name, _)| (name, json!({"type": "oidc", "name": name})));
    let page = call.page(configs)?;
    Ok(reply::page(
        "identityProviderConfigs",
        page.items,
        page.next,
    ))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let name = named(call)?;
    let found = part::find(cluster, KIND, name).ok_or_else(|| part::unknown(call, KIND, name))?;
    let oidc = part::document(cluster, KIND, name, found, call.now);
    Ok(Reply::Json(
        json!({"identityProviderConfig": {"oidc": oidc}}),
    ))
}

pub(crate) fn associate(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let wrong = |message: String| call.about_cluster(Failure::invalid_parameter(message));
    let tags = call.tags()?.unwrap_or_default();
    super::tag::check(&tags, &Code::InvalidParameter)?;
    let oidc = call.object("oidc")?.ok_or_else(|| call.missing("oidc"))?;
    let member = |name: &str| match oidc.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(call.missing(&format!("oidc.{name}"))),
    };
    let (name, issuer) = (member("identityProviderConfigName")?, member("issuerUrl")?);
    member("clientId")?;
    if !issuer.starts_with("https://") || issuer.contains('?') {
        return Err(wrong(format!(
            "The issuer URL must begin with https:// and have no query: {issuer}"
        )));
    }
    let cluster = call.cluster_mut(state)?;
    if issuer == cluster.issuer() {
        return Err(wrong(
            "Identity Provider URL cannot be same as OpenID Connect (OIDC) issuer URL".to_owned(),
        ));
    }
    refuse_busy(call, cluster)?;
    let count = part::of_kind(cluster, KIND).count();
    if count >= MOST || part::find(cluster, KIND, name).is_some() {
        return Err(call.about_cluster(Failure::invalid_request(format!(
            "Identity provider config {name} cannot be associated with cluster {}: it has {count} \
             already",
            cluster.name
        ))));
    }
    let mut document: Map<String, Value> = oidc
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    document.insert("clusterName".to_owned(), json!(cluster.name));
    for (member, value) in [
        ("usernameClaim", json!("sub")),
        ("requiredClaims", json!({})),
    ] {
        document.entry(member).or_insert(value);
    }
    let part = Part {
        arn: format!(
            "arn:aws:eks:{}:{}:identityproviderconfig/{}/oidc/{name}/{}",
            cluster.region,
            cluster.account,
            cluster.name,
            Uuid::new_v4()
        ),
        status: Some("ACTIVE".to_owned()),
        version: None,
        document,
        tags: tags.clone(),
        ready: Some(call.now + TAKES),
        gone: None,
    };
    cluster.parts.insert((KIND, name.to_owned()), part);
    let param = json!([{"type": "oidc", "name": name}]).to_string();
    let update = begin(call, cluster, param);
    Ok(Reply::Json(json!({"update": update, "tags": tags})))
}

pub(crate) fn disassociate(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let name = named(call)?;
    let cluster = call.cluster_mut(state)?;
    refuse_busy(call, cluster)?;
    let gone = call.now + TAKES;
    match cluster.parts.get_mut(&(KIND, name.to_owned())) {
        Some(part) => part.gone = Some(gone),
        None => {
            return Err(call.about_cluster(Failure::invalid_request(format!(
                "Identity provider config is not associated with cluster {}",
                cluster.name
            ))));
        }
    }
    let update = begin(call, cluster, "[]".to_owned());
    Ok(Reply::Json(json!({"update": update})))
}

fn refuse_busy(call: &Call<'_>, cluster: &Cluster) -> Result<(), Failure> {
    match cluster.running_update(&UpdateScope::Cluster, call.now) {
        None => Ok(()),
        Some(update) => Err(call.about_cluster(Failure::new(
            Code::ResourceInUse,
            format!(
                "Cannot {} because cluster {} currently has update {} in progress",
                call.operation.name, cluster.name, update.id
            ),
        ))),
    }
}

/// Starts the update of the type that is called like the operation.
fn begin(call: &Call<'_>, cluster: &mut Cluster, param: String) -> Value {
    let begun = update::Begun {
        kind: call.operation.name,
        scope: UpdateScope::Cluster,
        params: [("IdentityProviderConfig".to_owned(), param)].into(),
        takes: TAKES,
    };
    update::begin(call, cluster, begun)
}

/// Returns the name that the body gives, of the only type that there is.
fn named<'c>(call: &'c Call<'_>) -> Result<&'c str, Failure> {
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
    Ok(name)
}
