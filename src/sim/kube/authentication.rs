//! Who a bearer token stands for: a presigned `GetCallerIdentity`, and the access entry of whom it identifies.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::authorization::Access;
use super::seed::Seed;
use crate::sim::sigv4::{Claim, Wire, parameters};
use crate::sim::state::{Caller, Cluster, PartKind, State};

const PREFIX: &str = "k8s-aws-v1.";
const LIFE_SECONDS: i64 = 15 * 60;
const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// A person or program that the API server knows.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) username: String,
    pub(crate) groups: Vec<String>,
    pub(crate) access: Access,
}

/// When and where a token is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) cluster: &'a Cluster,
    pub(crate) seed: &'a Seed,
    /// The time of the machine, by which clients sign.
    pub(crate) now: Timestamp,
    /// The time of the world, in which credentials expire.
    pub(crate) world_now: Timestamp,
}

/// Returns the principal that a request comes from, or nothing where the answer is 401.
pub(crate) fn authenticate(headers: &HeaderMap, scene: Scene<'_>) -> Option<Principal> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let caller = caller(token.trim(), scene)?;
    let principal = principal_arn(scene.state, &caller);
    let entry = scene
        .cluster
        .parts
        .get(&(PartKind::AccessEntry, principal.clone()));
    let is_creator = scene.cluster.creator.as_deref() == Some(principal.as_str());
    let mut groups = vec!["system:authenticated".to_owned()];
    let username = match entry {
        Some(entry) => {
            let more = entry
                .document
                .get("kubernetesGroups")
                .and_then(Value::as_array);
            groups.extend(
                more.into_iter()
                    .flatten()
                    .filter_map(|group| Some(group.as_str()?.to_owned())),
            );
            let session = caller.arn.rsplit('/').next().unwrap_or_default();
            let name = entry
                .document
                .get("username")
                .and_then(Value::as_str)
                .unwrap_or_default();
            name.replace("{{SessionNameRaw}}", session)
                .replace("{{SessionName}}", &session.replace('@', "-"))
        }
        None if is_creator => {
            groups.push("system:masters".to_owned());
            "kubernetes-admin".to_owned()
        }
        None => return None,
    };
    let policies = scene.cluster.access_policies.get(&principal);
    let access = Access::new(&groups, policies, &scene.seed.grants);
    Some(Principal {
        username,
        groups,
        access,
    })
}

/// Sends the presigned request that a token holds to STS, so to speak.
fn caller(token: &str, scene: Scene<'_>) -> Option<Caller> {
    let spelled = token.strip_prefix(PREFIX)?.trim_end_matches('=');
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(spelled).ok()?).ok()?;
    let (scheme, rest) = url.split_once("://")?;
    let (host, target) = rest.split_once('/').or_else(|| {
        let (host, query) = rest.split_once('?')?;
        Some((host, query))
    })?;
    let query = target.trim_start_matches('?');
    if scheme != "https" {
        return None;
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_str(host).ok()?);
    headers.insert(
        HeaderName::from_static(CLUSTER_HEADER),
        HeaderValue::from_str(&scene.cluster.name).ok()?,
    );
    let pairs = parameters(query);
    let is = |name: &str, wanted: &str| {
        pairs
            .iter()
            .any(|(key, value)| key == name && value == wanted)
    };
    let life: i64 = pairs
        .iter()
        .find(|(key, _)| key == "X-Amz-Expires")
        .and_then(|(_, value)| value.parse().ok())?;
    if !is("Action", "GetCallerIdentity") || !(1..=LIFE_SECONDS).contains(&life) {
        return None;
    }
    let wire = Wire {
        method: "GET",
        path: "/",
        query,
        headers: &headers,
        body: b"",
    };
    // STS accepts a presigned request for a quarter of an hour, whatever it says of itself.
    let claim = Claim::read(&wire).ok()?.valid_for(LIFE_SECONDS);
    let key = scene.state.access_key(&claim.access_key_id)?;
    let is_good = claim.service == "sts"
        && is_sts_host(host, &claim.region)
        && claim.signs(CLUSTER_HEADER)
        && claim.session_token == key.session_token
        && key.expires.is_none_or(|expires| scene.world_now < expires)
        && (scene.state.has_region(&claim.region) || claim.region == "us-east-1")
        && claim.verify(&wire, &key.secret, scene.now).is_ok();
    is_good.then(|| key.caller.clone())
}

/// Says whether a token names a host that API servers know: the regional one of STS, or the global one.
///
/// A token that was made for a configured endpoint, such as this simulator's own, is worth nothing.
fn is_sts_host(host: &str, region: &str) -> bool {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    host == format!("sts.{region}.{suffix}")
        || (host == "sts.amazonaws.com" && region == "us-east-1")
}

/// Returns the ARN that an access entry has for a caller: of the role, with its path, not of the session.
pub(crate) fn principal_arn(state: &State, caller: &Caller) -> String {
    let Some((_, rest)) = caller.arn.split_once(":assumed-role/") else {
        return caller.arn.clone();
    };
    let name = rest.split('/').next().unwrap_or_default();
    state
        .accounts
        .get(&caller.account)
        .and_then(|account| account.roles.get(name))
        .map_or_else(
            || format!("arn:aws:iam::{}:role/{name}", caller.account),
            |role| role.arn.clone(),
        )
}
