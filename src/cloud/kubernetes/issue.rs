//! Tokens of service accounts, issued for a test that is written down.

use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroize as _;

use super::request::Ask;
use super::{Kubernetes, Size};
use crate::cloud::session::refuse_credentials;
use crate::cloud::{Secret, Urgency};
use crate::model::credential::{AUDIENCE, TOKEN_SECONDS};
use crate::model::journal::{ChangeKind, Recorded};
use crate::model::{Failure, FailureKind};

#[derive(Deserialize)]
struct TokenRequest {
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    token: String,
}

impl Kubernetes {
    /// Has the API server issue a token for EKS Auth, bound to a pod.
    ///
    /// Whose token it is, the journal's record says: the service account that it names and no other.
    pub async fn create_token(
        &self,
        recorded: &Recorded,
        pod: &str,
        pod_uid: &str,
    ) -> Result<Secret, Failure> {
        let intent = recorded.intent();
        let name = &*intent.target.name;
        let namespace = intent.target.namespace.as_deref().unwrap_or_default();
        let doing = self.doing(&format!("have a token issued for {namespace}/{name}"));
        if intent.kind != ChangeKind::TestCredentials
            || intent.place.cluster != self.arn
            || namespace.is_empty()
            || name.is_empty()
        {
            let cause = "what was written down is no test of this cluster";
            return Err(Failure::new(FailureKind::Bug, doing, cause));
        }
        let guard = self.cloud(&doing)?.guard().clone();
        refuse_credentials(&guard, &self.arn, self.route.profile_name(), &doing)?;
        let body = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": {
                "audiences": [AUDIENCE],
                "expirationSeconds": TOKEN_SECONDS,
                "boundObjectRef": {
                    "apiVersion": "v1", "kind": "Pod", "name": pod, "uid": pod_uid,
                },
            },
        });
        let ask = Ask::token(namespace, name, body.to_string().into_bytes());
        let mut answer = self
            .whole(&ask, &doing, Urgency::Interactive, Size::Small)
            .await?;
        let read = serde_json::from_slice::<TokenRequest>(&answer);
        answer.zeroize();
        match read {
            Ok(read) if !read.status.token.is_empty() => Ok(Secret::new(read.status.token)),
            // A parser likes to say at what it stumbled, which may be the token.
            Ok(_) | Err(_) => {
                let cause = "the answer holds no token";
                Err(Failure::new(FailureKind::Malformed, doing, cause))
            }
        }
    }
}
