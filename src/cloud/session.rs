//! One route to AWS: its clients, and who is calling.

mod access_entries;
mod addons;
mod associations;
mod call;
mod changes;
mod clusters;
mod eks_auth;
mod identity_providers;
mod kubernetes;
mod nodegroups;
mod permissions;
mod policies;
mod roles;
mod updates;

use std::sync::{Arc, Weak};

use aws_config::SdkConfig;
use aws_sdk_eks::config::Region as SdkRegion;
use tokio::time::Instant;

use crate::cloud::credentials::Keyring;
use crate::cloud::{Cloud, Urgency, convert, readonly};
use crate::model::{Caller, Failure, Guard, Partition, Region, Route, Text};
use call::Call;

pub use changes::{Changed, is_uncertain};
pub(in crate::cloud) use eks_auth::refuse_credentials;
pub use eks_auth::{Assumed, Unassumed};
pub use policies::AttachedPolicy;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The token of the next page, if there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    fn new(items: Vec<T>, next: Option<&str>) -> Self {
        Self {
            items,
            next: next.filter(|token| !token.is_empty()).map(str::to_owned),
        }
    }
}

/// Exact filters of `ListPodIdentityAssociations`; both together narrow down to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssociationFilter {
    pub namespace: Option<String>,
    pub service_account: Option<String>,
}

/// One profile in one region. Every method can be cancelled by dropping its future.
#[derive(Debug)]
pub struct Session {
    cloud: Weak<Cloud>,
    route: Route,
    keyring: Arc<Keyring>,
    eks: aws_sdk_eks::Client,
    eks_auth: aws_sdk_eksauth::Client,
    sts: aws_sdk_sts::Client,
    sts_region: Region,
    iam: aws_sdk_iam::Client,
    /// IAM has one endpoint a partition, and its calls are signed for this region wherever the route leads.
    iam_region: Region,
    /// Where the calls go, if not where AWS says.
    endpoint: Option<Text>,
}

impl Session {
    pub(super) fn new(
        cloud: &Arc<Cloud>,
        route: Route,
        home: &Region,
        keyring: Arc<Keyring>,
        config: &SdkConfig,
    ) -> Self {
        let mut eks = aws_sdk_eks::config::Builder::from(config);
        let mut eks_auth = aws_sdk_eksauth::config::Builder::from(config);
        let mut sts =
            aws_sdk_sts::config::Builder::from(config).region(SdkRegion::new(home.to_string()));
        let iam_region = Partition::of(&route.region).home();
        let mut iam = aws_sdk_iam::config::Builder::from(config)
            .region(SdkRegion::new(iam_region.to_string()));
        if cloud.read_only() {
            eks = eks.interceptor(readonly::ReadOnly);
            eks_auth = eks_auth.interceptor(readonly::ReadOnly);
            sts = sts.interceptor(readonly::ReadOnly);
            iam = iam.interceptor(readonly::ReadOnly);
        }
        Self {
            cloud: Arc::downgrade(cloud),
            endpoint: cloud.eks_endpoint(config),
            eks: aws_sdk_eks::Client::from_conf(eks.build()),
            eks_auth: aws_sdk_eksauth::Client::from_conf(eks_auth.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            sts_region: home.clone(),
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            iam_region,
            keyring,
            route,
        }
    }

    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Another endpoint than AWS's own: another world, even where its clusters have the same ARNs.
    pub fn endpoint(&self) -> Option<&Text> {
        self.endpoint.as_ref()
    }

    /// What may be changed.
    pub fn guard(&self) -> Guard {
        let cloud = self.cloud.upgrade();
        cloud.map_or_else(Guard::read_only, |cloud| cloud.guard().clone())
    }

    /// The account, once STS named it.
    pub fn account(&self) -> Option<Text> {
        self.keyring.account()
    }

    /// Who AWS says is calling; asked once per key and shared by all regions of the profile.
    pub async fn caller(&self, urgency: Urgency) -> Result<Caller, Failure> {
        self.caller_since(urgency, None).await
    }

    /// Who is calling, as STS said when it was asked at a moment or later.
    pub(in crate::cloud) async fn caller_since(
        &self,
        urgency: Urgency,
        since: Option<Instant>,
    ) -> Result<Caller, Failure> {
        let credentials = self.keyring.credentials().await?;
        let ask = || async move {
            let call = Call {
                service: "sts",
                operation: "GetCallerIdentity",
                doing: format!(
                    "ask who is calling as profile {}",
                    self.route.profile_name()
                ),
                urgency,
            };
            let answer = self
                .call(&call, || self.sts.get_caller_identity().send())
                .await?;
            let member = |member: Option<&str>, name| {
                convert::required(member, name, &call.doing).map(Text::from)
            };
            Ok(Caller {
                account: member(answer.account(), "Account")?,
                arn: member(answer.arn(), "Arn")?,
                user_id: answer.user_id().unwrap_or_default().into(),
            })
        };
        self.keyring
            .caller(credentials.access_key_id(), since, ask)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Settings;
    use crate::model::FailureKind;
    use futures_util::FutureExt as _;
    use std::time::Duration;

    fn settings(directory: &std::path::Path, url: String, read_only: bool) -> Settings {
        let file = |name: &str| directory.join(name);
        std::fs::write(file("config"), "").unwrap();
        let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = b\n";
        std::fs::write(file("credentials"), keys).unwrap();
        let mut settings = Settings::isolated(file("config"), file("credentials"), url);
        settings.guard.read_only = read_only;
        settings
    }

    /// A write through the very client that sessions use: no byte may leave.
    #[tokio::test]
    async fn a_read_only_session_cannot_write() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let directory = tempfile::tempdir().unwrap();
        let write = |read_only| {
            let settings = settings(directory.path(), url.clone(), read_only);
            async move {
                let cloud = Cloud::new(settings).unwrap();
                let session = cloud.session(&Route::new(None, "eu-west-1")).await.unwrap();
                let call = session.eks_call(
                    "DeletePodIdentityAssociation",
                    Urgency::Interactive,
                    "delete",
                );
                let send = || {
                    let request = session.eks.delete_pod_identity_association();
                    request.cluster_name("demo").association_id("a-1").send()
                };
                session.call(&call, send).await.map(|_| ()).unwrap_err()
            }
        };
        let failure = write(true).await;
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert!(failure.cause.contains("read-only"), "{failure}");
        let reached = Box::pin(listener.accept());
        assert!(reached.now_or_never().is_none(), "not even a connection");

        // Without the gate the same call reaches the wire, so it was the gate that held it. It is not retried.
        let accepted = async {
            let (connection, _) = listener.accept().await.unwrap();
            drop(connection);
        };
        let (failure, ()) = tokio::join!(write(false), accepted);
        assert_eq!(failure.kind, FailureKind::Unreachable, "{failure}");
    }

    #[tokio::test]
    async fn nothing_secret_is_in_what_can_be_printed() {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = settings(directory.path(), "http://127.0.0.1:1".to_owned(), false);
        std::fs::write(
            directory.path().join("credentials"),
            "[default]\naws_access_key_id = AKIDSECRET\naws_secret_access_key = SECRETKEY\naws_session_token = SECRETTOKEN\n",
        )
        .unwrap();
        settings.deadlines.interactive = Duration::from_secs(2);
        let cloud = Cloud::new(settings).unwrap();
        let session = cloud.session(&Route::new(None, "eu-west-1")).await.unwrap();
        let failure = session
            .list_clusters(Urgency::Interactive, None)
            .await
            .unwrap_err();
        let shown = format!("{failure} {failure:?} {cloud:?} {session:?}");
        for secret in ["SECRETKEY", "SECRETTOKEN"] {
            assert!(!shown.contains(secret), "{secret} is in {shown}");
        }
    }
}
