//! The two hops of Pod Identity, and what is known of the requests that they make.

use crate::model::trust::SESSION_TAGS;
use crate::model::trust::context::{Context, Fact, Part};
use crate::model::trust::evaluate::{Action, Caller, Request};
use crate::model::{Arn, ClusterArn};

/// The first hop: EKS assumes the role of an association for a pod.
#[derive(Debug, Clone, Copy)]
pub struct AssociationHop<'a> {
    pub cluster: &'a ClusterArn,
    pub namespace: &'a str,
    pub service_account: &'a str,
    /// Whether the six session tags are sent, which is so unless `disableSessionTags` is set.
    pub session_tags: bool,
    /// The ARN of the association, once it exists.
    pub association: Option<&'a str>,
}

/// The second hop: the session of the association's role assumes the target role.
#[derive(Debug, Clone, Copy)]
pub struct TargetHop<'a> {
    pub source: AssociationHop<'a>,
    /// The role of the association.
    pub role: &'a Arn,
    /// As EKS reports it.
    pub external_id: Option<&'a str>,
}

/// The one hop of IRSA: STS assumes the role for whoever holds a token of the cluster's issuer.
#[derive(Debug, Clone, Copy)]
pub struct WebIdentityHop<'a> {
    /// The OIDC provider in the account of the role.
    pub provider: &'a Arn,
    /// Without `https://`.
    pub issuer: &'a str,
    pub namespace: &'a str,
    pub service_account: &'a str,
    pub audience: &'a str,
}

/// The external id as it is documented: `region/account/cluster/namespace/serviceaccount`.
///
/// For text to copy while the association does not exist; evaluations use what EKS reports.
pub fn expected_external_id(hop: &AssociationHop<'_>) -> String {
    let AssociationHop {
        cluster,
        namespace,
        service_account,
        ..
    } = hop;
    let (region, account, name) = (cluster.region(), cluster.account(), cluster.name());
    format!("{region}/{account}/{name}/{namespace}/{service_account}")
}

impl AssociationHop<'_> {
    /// The ARNs of the cluster's associations, up to their id.
    pub(super) fn association_prefix(&self) -> String {
        let cluster = self.cluster;
        format!(
            "arn:{}:eks:{}:{}:podidentityassociation/{}/",
            cluster.partition(),
            cluster.region(),
            cluster.account(),
            cluster.name()
        )
    }

    pub fn request(&self, action: Action) -> Request {
        // Public examples name the cluster's ARN, some the association's; AWS does not document which is sent.
        let association = match self.association {
            Some(arn) => Part::Exact(arn.to_owned()),
            None => Part::Starts(self.association_prefix() + "a-"),
        };
        let sources = [Part::Exact(self.cluster.as_str().to_owned()), association];
        let context = Context::new()
            .with("aws:SourceAccount", Fact::is(self.cluster.account()))
            .with("aws:SourceArn", Fact::one_of(sources))
            .closing("aws:RequestTag/");
        let (context, keys) = if self.session_tags {
            (
                self.tagged(context, "aws:RequestTag/"),
                Fact::set(SESSION_TAGS),
            )
        } else {
            (context, Fact::absent())
        };
        let context = context
            .with("aws:TagKeys", keys.clone())
            .with("sts:TransitiveTagKeys", keys);
        Request {
            caller: Caller::PodIdentity,
            action,
            context,
        }
    }

    fn tagged(&self, context: Context, prefix: &str) -> Context {
        let facts = [
            Fact::is(self.cluster.as_str()),
            Fact::is(self.cluster.name()),
            Fact::is(self.namespace),
            Fact::is(self.service_account),
            // The pod is yet to come.
            Fact::starts(""),
            Fact::starts(""),
        ];
        SESSION_TAGS
            .into_iter()
            .zip(facts)
            .fold(context, |context, (tag, fact)| {
                context.with(&format!("{prefix}{tag}"), fact)
            })
    }
}

impl TargetHop<'_> {
    pub fn request(&self, action: Action) -> Request {
        let external_id = match self.external_id {
            Some(id) => Fact::is(id),
            None => Fact::starts(""),
        };
        let context = Context::new()
            .with("aws:PrincipalArn", Fact::is(self.role.as_str()))
            .with("aws:PrincipalAccount", Fact::is(self.role.account()))
            .with("aws:PrincipalType", Fact::is("AssumedRole"));
        let context = if self.source.session_tags {
            let context = self.source.tagged(context, "aws:RequestTag/");
            // Whether the external id is sent beside tags is not documented.
            self.source
                .tagged(context, "aws:PrincipalTag/")
                .with("sts:ExternalId", external_id.or_absent())
        } else {
            SESSION_TAGS
                .into_iter()
                .fold(context, |context, tag| {
                    context.with(&format!("aws:RequestTag/{tag}"), Fact::absent())
                })
                .with("sts:ExternalId", external_id)
        };
        Request {
            caller: Caller::Role(self.role.clone()),
            action,
            context,
        }
    }
}

impl WebIdentityHop<'_> {
    pub fn request(&self) -> Request {
        let Self {
            issuer,
            namespace,
            service_account,
            audience,
            ..
        } = self;
        let subject = format!("system:serviceaccount:{namespace}:{service_account}");
        Request {
            caller: Caller::WebIdentity(self.provider.clone()),
            action: Action::AssumeRoleWithWebIdentity,
            context: Context::new()
                .with(&format!("{issuer}:sub"), Fact::is(subject))
                .with(&format!("{issuer}:aud"), Fact::is(*audience)),
        }
    }
}
