//! Identity provider configs.

use aws_sdk_eks::types;
use serde_json::Value;

use super::clusters::PAGE;
use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{
    ClusterArn, Described, Document, Failure, FailureKind, IdentityProvider, IdentityProviderKey,
};

impl Session {
    /// Types and names; what a type of a newer API is called is kept.
    pub async fn list_identity_providers(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        token: Option<&str>,
    ) -> Result<Page<IdentityProviderKey>, Failure> {
        let what = format!("list identity providers of cluster {}", cluster.name());
        let call = self.eks_call("ListIdentityProviderConfigs", urgency, &what);
        let ask = || {
            self.eks
                .list_identity_provider_configs()
                .cluster_name(cluster.name())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        // One without a name cannot be asked about, and nothing else is lost with it.
        let named = answer
            .identity_provider_configs()
            .iter()
            .filter(|config| !config.name().is_empty());
        let keys = named.map(|config| IdentityProviderKey {
            cluster: cluster.clone(),
            kind: config.r#type().into(),
            name: config.name().into(),
        });
        Ok(Page::new(keys.collect(), answer.next_token()))
    }

    pub async fn describe_identity_provider(
        &self,
        urgency: Urgency,
        key: &IdentityProviderKey,
    ) -> Result<Described<IdentityProvider>, Failure> {
        let what = format!(
            "describe identity provider {} of cluster {}",
            key.name,
            key.cluster.name()
        );
        let call = self.eks_call("DescribeIdentityProviderConfig", urgency, &what);
        let named = types::IdentityProviderConfig::builder()
            .r#type(&*key.kind)
            .name(&*key.name)
            .build();
        let named = named.map_err(|error| {
            Failure::new(FailureKind::Bug, call.doing.as_str(), error.to_string())
        })?;
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .describe_identity_provider_config()
                .cluster_name(key.cluster.name())
                .identity_provider_config(named.clone());
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let member = "identityProviderConfig";
        let described = convert::required(answer.identity_provider_config(), member, &call.doing)?;
        Ok(Described {
            value: convert::identity_provider(described, key),
            document: unwrapped(capture.document(member, &call.doing)?, &key.kind),
        })
    }
}

/// Lifts the members of a config out of the object that is called like its type, and keeps the type.
fn unwrapped(mut document: Document, kind: &str) -> Document {
    let inner = match document.remove(kind) {
        Some(Value::Object(inner)) => inner,
        Some(other) => [(kind.to_owned(), other)].into_iter().collect(),
        None => Document::new(),
    };
    let mut lifted: Document = [("type".to_owned(), kind.into())].into_iter().collect();
    lifted.extend(inner);
    // Beside it AWS sends nothing today.
    lifted.extend(document);
    lifted
}
