//! EKS Auth: credentials for a pod, in exchange for its token. Asked once, and never again by itself.

use aws_sdk_eksauth::operation::assume_role_for_pod_identity::AssumeRoleForPodIdentityOutput;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_types::request_id::RequestId as _;
use jiff::Timestamp;

use super::Session;
use super::call::Call;
use crate::cloud::{PodCredentials, Secret, Urgency, convert, readonly};
use crate::model::credential;
use crate::model::journal::{ChangeKind, Recorded};
use crate::model::{Caller, ClusterArn, Failure, FailureKind, Text};

/// What EKS Auth gave: who the pod is, and its keys.
#[derive(Debug)]
pub struct Assumed {
    pub session: credential::Session,
    pub credentials: PodCredentials,
    pub request_id: Option<Text>,
}

/// Why EKS Auth gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unassumed {
    pub failure: Failure,
    /// Of the answer, if there was one: it tells who refused where two refuse with the same code.
    pub status: Option<u16>,
}

impl From<Failure> for Unassumed {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            status: None,
        }
    }
}

impl Session {
    /// Asks EKS Auth for the credentials of the pod that a token is bound to.
    ///
    /// Only for a test that is written down. The call is made once: whoever wants to ask again does so in
    /// the open.
    pub async fn assume_for_pod_identity(
        &self,
        recorded: &Recorded,
        token: &Secret,
    ) -> Result<Assumed, Unassumed> {
        let cluster = &recorded.intent().place.cluster;
        let what = format!(
            "ask EKS Auth for credentials of a pod in cluster {}",
            cluster.name()
        );
        let call = Call {
            service: "eks-auth",
            ..self.eks_call("AssumeRoleForPodIdentity", Urgency::Interactive, &what)
        };
        self.may_issue(recorded, &call.doing)?;
        let send = || {
            let request = self.eks_auth.assume_role_for_pod_identity();
            request
                .cluster_name(cluster.name())
                .token(token.expose())
                .send()
        };
        let answer = self.once(&call, send).await.map_err(|mut unassumed| {
            // An error message may repeat what it complains about.
            let safe = without(&unassumed.failure.cause, token.expose());
            unassumed.failure.cause = safe.into();
            unassumed
        })?;
        read(answer, &call.doing).map_err(Unassumed::from)
    }

    /// Who AWS says has the credentials of a pod.
    pub async fn caller_with(
        &self,
        recorded: &Recorded,
        credentials: &PodCredentials,
    ) -> Result<Caller, Failure> {
        let doing = "ask who has the credentials of the pod";
        let call = Call {
            service: "sts",
            operation: "GetCallerIdentity",
            doing: doing.to_owned(),
            urgency: Urgency::Interactive,
        };
        self.may_issue(recorded, doing)?;
        let keys = Credentials::new(
            credentials.access_key_id.expose(),
            credentials.secret_access_key.expose(),
            Some(credentials.session_token.expose().to_owned()),
            None,
            "roledex",
        );
        let provider = SharedCredentialsProvider::new(keys);
        let send = || {
            let theirs = aws_sdk_sts::config::Builder::new().credentials_provider(provider.clone());
            let request = self.sts.get_caller_identity().customize();
            request.config_override(theirs).send()
        };
        let answer = self
            .once(&call, send)
            .await
            .map_err(|failed| failed.failure)?;
        let member =
            |member: Option<&str>, name| convert::required(member, name, doing).map(Text::from);
        Ok(Caller {
            account: member(answer.account(), "Account")?,
            arn: member(answer.arn(), "Arn")?,
            user_id: answer.user_id().unwrap_or_default().into(),
        })
    }

    /// Refuses what this session may not do, whoever asks for it: it holds below every screen and command.
    fn may_issue(&self, recorded: &Recorded, doing: &str) -> Result<(), Failure> {
        let intent = recorded.intent();
        if intent.kind != ChangeKind::TestCredentials {
            let cause = "what was written down is no test of credentials";
            return Err(Failure::new(FailureKind::Bug, doing, cause));
        }
        let cluster = &intent.place.cluster;
        refuse_credentials(&self.guard(), cluster, self.route.profile_name(), doing)?;
        let is_here = cluster.region() == self.route.region.as_str()
            && intent.place.endpoint == self.endpoint;
        if !is_here {
            let cause = format!("{} is not the way to {cluster}", self.route);
            return Err(Failure::new(FailureKind::Refused, doing, cause)
                .hint("use a profile of the cluster's own account, in its region"));
        }
        Ok(())
    }
}

/// What a guard says against credentials of a cluster, as a failure.
pub(in crate::cloud) fn refuse_credentials(
    guard: &crate::model::Guard,
    cluster: &ClusterArn,
    profile: &str,
    doing: &str,
) -> Result<(), Failure> {
    if guard.read_only {
        return Err(readonly::refused(doing));
    }
    match guard.against_credentials(cluster, &[profile]) {
        Some(why) => Err(Failure::new(FailureKind::Refused, doing, why)
            .hint("see read-only and no-credential-tests in the configuration")),
        None => Ok(()),
    }
}

fn read(answer: AssumeRoleForPodIdentityOutput, doing: &str) -> Result<Assumed, Failure> {
    let request_id = answer.request_id().map(Text::from);
    // Taken out of the answer, so that the texts are wiped and not copied.
    let keys = convert::required(answer.credentials, "credentials", doing)?;
    let expires = Timestamp::from_second(keys.expiration.secs())
        .map_err(|_| failure_of("credentials.expiration", doing))?;
    let credentials = PodCredentials {
        access_key_id: Secret::new(keys.access_key_id),
        secret_access_key: Secret::new(keys.secret_access_key),
        session_token: Secret::new(keys.session_token),
        expires,
    };
    let association = convert::required(
        answer.pod_identity_association,
        "podIdentityAssociation",
        doing,
    )?;
    let user = convert::required(answer.assumed_role_user, "assumedRoleUser", doing)?;
    let subject = convert::required(answer.subject, "subject", doing)?;
    let (role_id, session_name) = user.assume_role_id.split_once(':').unwrap_or_default();
    let session = credential::Session {
        association: association.association_id.into(),
        namespace: subject.namespace.into(),
        service_account: subject.service_account.into(),
        role_id: role_id.into(),
        session_name: session_name.into(),
        role_arn: user.arn.into(),
        expires,
        access_key_suffix: credentials.access_key_suffix().into(),
    };
    Ok(Assumed {
        session,
        credentials,
        request_id,
    })
}

fn failure_of(member: &str, doing: &str) -> Failure {
    let cause = format!("the answer has no usable {member}");
    Failure::new(FailureKind::Malformed, doing, cause)
}

/// A text without a token and without the parts of it.
pub(in crate::cloud) fn without(text: &str, token: &str) -> String {
    let parts = token.split('.').filter(|part| part.len() >= 16);
    let parts = std::iter::once(token)
        .filter(|token| !token.is_empty())
        .chain(parts);
    parts.fold(text.to_owned(), |text, part| text.replace(part, "…"))
}
