//! Whether the caller may do something, as the API server itself says.

use serde::Deserialize;
use serde_json::json;

use super::request::Ask;
use super::{Kubernetes, Size, failure};
use crate::cloud::Urgency;
use crate::model::{Failure, Text};

/// Something that RBAC decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Action<'a> {
    /// `get`, `list`, `watch`, `create`, `patch`, …
    pub verb: &'a str,
    /// Empty for the core group.
    pub group: &'a str,
    pub resource: &'a str,
    /// Such as `token` of `serviceaccounts`; empty for the object itself.
    pub subresource: &'a str,
    /// `None` for all namespaces, and for kinds without.
    pub namespace: Option<&'a str>,
    /// `None` for every name.
    pub name: Option<&'a str>,
}

/// The answer to "may I?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub allowed: bool,
    /// Why, in the words of whoever decided; most do not say.
    pub reason: Option<Text>,
}

#[derive(Deserialize)]
struct Review {
    status: Verdict,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    allowed: bool,
    reason: Option<String>,
    evaluation_error: Option<String>,
}

impl Kubernetes {
    /// Asks whether the caller may do something.
    ///
    /// A "no" of one authorizer may be an error of it; then the reason says so.
    pub async fn can(&self, urgency: Urgency, action: &Action<'_>) -> Result<Permission, Failure> {
        let resource = match action.subresource {
            "" => action.resource.to_owned(),
            subresource => format!("{}/{subresource}", action.resource),
        };
        let doing = self.doing(&format!("ask for the right to {} {resource}", action.verb));
        // Empty members mean "any" and "none", as absent ones do.
        let attributes = json!({
            "verb": action.verb, "group": action.group, "resource": action.resource,
            "subresource": action.subresource,
            "namespace": action.namespace.unwrap_or_default(),
            "name": action.name.unwrap_or_default(),
        });
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        });
        let ask = Ask::review(body.to_string().into_bytes());
        let answer = self.whole(&ask, &doing, urgency, Size::Small).await?;
        let review: Review =
            serde_json::from_slice(&answer).map_err(|error| failure::malformed(&doing, error))?;
        let said = [review.status.reason, review.status.evaluation_error];
        let reason = said.into_iter().flatten().find(|text| !text.is_empty());
        Ok(Permission {
            allowed: review.status.allowed,
            reason: reason.map(Text::from),
        })
    }
}
