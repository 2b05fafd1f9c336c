//! Tokens of service accounts: `TokenRequest`, and what EKS Auth reads from them.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::object::{date, text};
use super::route::Request;
use super::seed::the;
use super::status::Status;
use super::store::Store;
use crate::sim::sigv4::hexadecimal;

const LONGEST: i64 = 86_400;
const SHORTEST: i64 = 600;
pub(crate) const AUDIENCE: &str = "pods.eks.amazonaws.com";

/// The key that all clusters of this process sign with; making one is slow, so it is made when it is first needed.
static KEY: LazyLock<Option<RsaKeyPair>> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).ok());

/// A token that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) answer: Value,
    pub(super) warning: Option<String>,
}

/// Answers a `TokenRequest`.
pub(super) fn create(
    request: &Request,
    body: &Value,
    store: &Store,
    issuer: &str,
    now: Timestamp,
) -> Result<Made, Status> {
    let namespace = request.namespace.as_deref().unwrap_or_default();
    let name = request.name.as_deref().unwrap_or_default();
    let kind = text(body, "/kind");
    if !kind.is_empty() && kind != "TokenRequest" {
        return Err(Status::bad_request(format!("{kind} is no TokenRequest")));
    }
    let account = store
        .get(the("ServiceAccount"), namespace, name)
        .ok_or_else(|| Status::not_found("serviceaccounts", name))?;
    let asked = match body.pointer("/spec/expirationSeconds") {
        None | Some(Value::Null) => 3600,
        Some(value) => value
            .as_i64()
            .ok_or_else(|| Status::bad_request("spec.expirationSeconds must be an integer"))?,
    };
    let invalid = |reason: &str| {
        Status::invalid(format!(
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid \
             value: {asked}: {reason}"
        ))
    };
    if asked < SHORTEST {
        return Err(invalid("may not specify a duration less than 10 minutes"));
    }
    if asked > 1 << 32 {
        return Err(invalid(
            "may not specify a duration larger than 2^32 seconds",
        ));
    }
    let seconds = asked.min(LONGEST);
    let warning = (seconds < asked).then(|| {
        format!("299 - \"requested expiration of {asked} seconds shortened to {seconds} seconds\"")
    });
    let audiences: Vec<Value> = match body.pointer("/spec/audiences") {
        Some(Value::Array(audiences)) if !audiences.is_empty() => audiences.clone(),
        _ => vec![json!("https://kubernetes.default.svc"), json!(issuer)],
    };
    let mut bound = Map::new();
    bound.insert("namespace".to_owned(), json!(namespace));
    if let Some(reference) = body
        .pointer("/spec/boundObjectRef")
        .filter(|value| !value.is_null())
    {
        bind(reference, namespace, name, store, &mut bound)?;
    }
    bound.insert(
        "serviceaccount".to_owned(),
        json!({"name": name, "uid": account.uid}),
    );
    let expires = now + SignedDuration::from_secs(seconds);
    let claims = json!({
        "aud": audiences,
        "exp": expires.as_second(),
        "iat": now.as_second(),
        "iss": issuer,
        "jti": Uuid::new_v4().to_string(),
        "kubernetes.io": bound,
        "nbf": now.as_second(),
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
    });
    let token = sign(&claims).ok_or_else(|| {
        Status::new(
            500,
            "InternalError",
            "failed to generate token: no signing key",
        )
    })?;
    let mut spec = match body.get("spec") {
        Some(Value::Object(spec)) => spec.clone(),
        _ => Map::new(),
    };
    spec.insert("audiences".to_owned(), Value::Array(audiences));
    spec.insert("expirationSeconds".to_owned(), json!(seconds));
    Ok(Made {
        warning,
        answer: json!({
            "kind": "TokenRequest",
            "apiVersion": "authentication.k8s.io/v1",
            "metadata": {"name": name, "namespace": namespace, "creationTimestamp": date(now)},
            "spec": spec,
            "status": {"token": token, "expirationTimestamp": date(expires)},
        }),
    })
}

/// Binds a token to a pod or a node.
fn bind(
    reference: &Value,
    namespace: &str,
    account: &str,
    store: &Store,
    bound: &mut Map<String, Value>,
) -> Result<(), Status> {
    let (kind, name) = (text(reference, "/kind"), text(reference, "/name"));
    let resource = match kind {
        "Pod" => the("Pod"),
        "Node" => the("Node"),
        "Secret" => return Err(Status::not_found("secrets", name)),
        _ => {
            return Err(Status::bad_request(format!(
                "cannot bind token to object of type {}, Kind={kind}",
                text(reference, "/apiVersion")
            )));
        }
    };
    let namespace = if resource.is_namespaced {
        namespace
    } else {
        ""
    };
    let object = store
        .get(resource, namespace, name)
        .ok_or_else(|| Status::not_found(resource.plural, name))?;
    let value = object.value();
    if kind == "Pod" && text(&value, "/spec/serviceAccountName") != account {
        return Err(Status::bad_request(format!(
            "cannot bind token for serviceaccount \"{account}\" to pod running with different \
             serviceaccount name."
        )));
    }
    let uid = text(reference, "/uid");
    if !uid.is_empty() && uid != object.uid {
        return Err(Status::new(409, "Conflict", format!(
            "Operation cannot be fulfilled on {} \"{name}\": the UID in the bound object reference \
             ({uid}) does not match the UID in record. The object might have been deleted and then \
             recreated",
            resource.plural
        ))
        .about(resource.plural, name));
    }
    let named = json!({"name": name, "uid": object.uid});
    if kind == "Pod" {
        let node = text(&value, "/spec/nodeName");
        if let Some(found) = store.get(the("Node"), "", node) {
            bound.insert("node".to_owned(), json!({"name": node, "uid": found.uid}));
        }
    }
    bound.insert(kind.to_ascii_lowercase(), named);
    Ok(())
}

/// Signs claims, whatever they are.
pub(crate) fn sign(claims: &Value) -> Option<String> {
    let key = KEY.as_ref()?;
    let header = json!({"alg": "RS256", "kid": key_id(key)});
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .ok()?;
    Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key_id(key: &RsaKeyPair) -> String {
    use sha2::Digest as _;
    let digest = hexadecimal(&sha2::Sha256::digest(key.public_key().as_ref()));
    digest.chars().take(40).collect()
}

/// What EKS Auth needs to know of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) namespace: String,
    pub(crate) service_account: String,
    pub(crate) pod: String,
    pub(crate) pod_uid: String,
}

/// Why a token is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not three parts of the right letters.
    Malformed,
    Signature,
    Issuer,
    Audience,
    Expired,
    NotYetValid,
    NotBound,
}

impl Claims {
    /// Reads a token as EKS Auth does for one cluster.
    pub(crate) fn read(token: &str, issuer: &str, now: Timestamp) -> Result<Self, Refused> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(Refused::Malformed);
        };
        let is_spelled = |part: &&str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
        };
        if !parts.iter().all(is_spelled) {
            return Err(Refused::Malformed);
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
        let signed = format!("{header}.{claims}");
        let key = KEY.as_ref().ok_or(Refused::Signature)?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref());
        let signature = decode(signature).ok_or(Refused::Signature)?;
        public
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| Refused::Signature)?;
        let claims: Value = decode(claims)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or(Refused::Malformed)?;
        if text(&claims, "/iss") != issuer {
            return Err(Refused::Issuer);
        }
        let audiences = claims.get("aud").and_then(Value::as_array);
        if !audiences.is_some_and(|list| list.iter().any(|audience| audience == AUDIENCE)) {
            return Err(Refused::Audience);
        }
        let moment = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or_default();
        if now.as_second() >= moment("exp") {
            return Err(Refused::Expired);
        }
        if now.as_second() < moment("nbf") {
            return Err(Refused::NotYetValid);
        }
        let bound = claims.get("kubernetes.io").unwrap_or(&Value::Null);
        let member = |pointer: &str| text(bound, pointer).to_owned();
        if member("/pod/name").is_empty() {
            return Err(Refused::NotBound);
        }
        Ok(Self {
            namespace: member("/namespace"),
            service_account: member("/serviceaccount/name"),
            pod: member("/pod/name"),
            pod_uid: member("/pod/uid"),
        })
    }
}
