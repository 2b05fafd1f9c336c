//! The bearer token of EKS: a presigned `GetCallerIdentity`, which the API server sends to STS to learn who we are.
//!
//! Made here and not by `aws eks get-token`, so that no AWS CLI is needed and no process sees it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cloud::credentials::Keyring;
use crate::cloud::shared::Shared;
use crate::model::{ClusterArn, Failure, FailureKind, Partition, Region, Text};

/// A token is good for 15 minutes, whatever it says of itself; a request must still arrive in time.
const RENEW_AFTER: Duration = Duration::from_mins(13);

/// What the token says of itself, because every other maker of such tokens says so.
const SAID_LIFE: Duration = Duration::from_mins(1);

/// Binds the token to one cluster, so that the API server of another cannot use it.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A token as the value of the header; it never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token {
    bearer: HeaderValue,
    minted: SystemTime,
    /// The access key that signed it: when a profile gets other keys, its tokens are somebody else's.
    key: Text,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("minted", &self.minted)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// The value of the header `Authorization`, marked as a secret.
    pub(super) fn bearer(&self) -> HeaderValue {
        self.bearer.clone()
    }

    /// A clock that was set back makes a token of the future, which STS refuses.
    fn is_good(&self, now: SystemTime) -> bool {
        now.duration_since(self.minted)
            .is_ok_and(|age| age < RENEW_AFTER)
    }
}

/// Makes the tokens of one cluster for one profile.
#[derive(Debug)]
pub(super) struct Mint {
    keyring: Arc<Keyring>,
    cluster: ClusterArn,
    /// What the cluster header holds: the name, or the id of a cluster on Outposts.
    id: Text,
    kept: Shared<Token>,
    clock: fn() -> SystemTime,
}

impl Mint {
    pub(super) fn new(keyring: Arc<Keyring>, cluster: ClusterArn, id: Text) -> Self {
        Self {
            keyring,
            cluster,
            id,
            kept: Shared::default(),
            clock: now,
        }
    }

    /// A token that is good now.
    pub(super) async fn token(&self) -> Result<Token, Failure> {
        let credentials = self.keyring.credentials().await?;
        let now = (self.clock)();
        self.kept
            .get(
                |token| *token.key == *credentials.access_key_id() && token.is_good(now),
                |_| async { sign_token(&credentials, &self.cluster, &self.id, now) },
            )
            .await
    }

    /// Forgets a token that the API server refused.
    pub(super) fn forget(&self, bad: &Token) {
        self.kept.forget(|token| token == bad);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time in a signature is between the clock and STS; nothing that is shown depends on it"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The host of STS that API servers accept in a token: the regional one, whatever endpoints are configured.
///
/// A token for another host, such as that of a proxy for STS, would be refused.
fn sts_host(region: &Region) -> String {
    format!("sts.{region}.{}", Partition::of(region).dns_suffix())
}

fn sign_token(
    credentials: &Credentials,
    cluster: &ClusterArn,
    id: &str,
    now: SystemTime,
) -> Result<Token, Failure> {
    let failed = |cause: String| {
        let doing = format!("make a token for cluster {}", cluster.name());
        Failure::new(FailureKind::Other, doing, cause)
    };
    let region = Region::new(cluster.region());
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(SAID_LIFE);
    let identity: Identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| failed(error.to_string()))?
        .into();
    let mut url = format!(
        "https://{}/?Action=GetCallerIdentity&Version=2011-06-15",
        sts_host(&region)
    );
    let headers = std::iter::once((CLUSTER_HEADER, id));
    let signed = SignableRequest::new("GET", url.as_str(), headers, SignableBody::Bytes(b""))
        .and_then(|request| sign(request, &params))
        .map_err(|error| failed(error.to_string()))?;
    let (instructions, _signature) = signed.into_parts();
    for (name, value) in instructions.params() {
        url.push('&');
        url.push_str(name);
        url.push('=');
        url.extend(utf8_percent_encode(value, UNRESERVED));
    }
    let spelled = format!("Bearer k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url));
    let mut bearer =
        HeaderValue::from_str(&spelled).map_err(|_| failed("it fits in no header".to_owned()))?;
    bearer.set_sensitive(true);
    Ok(Token {
        bearer,
        minted: now,
        key: credentials.access_key_id().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Environment, Profiles};
    use std::sync::atomic::{AtomicU64, Ordering};

    const THEN: Duration = Duration::from_hours(498_675);

    fn token(region: &str, session: Option<&str>) -> Token {
        let keys = Credentials::new(
            "AKIDPROD",
            "SECRETKEY",
            session.map(str::to_owned),
            None,
            "test",
        );
        let cluster = ClusterArn::new(&Region::new(region), "111122223333", "demo");
        sign_token(&keys, &cluster, "demo", SystemTime::UNIX_EPOCH + THEN).unwrap()
    }

    fn url(token: &Token) -> String {
        let bearer = token.bearer();
        let spelled = bearer.to_str().unwrap();
        let spelled = spelled.strip_prefix("Bearer k8s-aws-v1.").unwrap();
        String::from_utf8(URL_SAFE_NO_PAD.decode(spelled).unwrap()).unwrap()
    }

    #[test]
    fn tokens_name_the_regional_sts_of_the_partition() {
        for (region, host) in [
            ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
            ("us-east-1", "sts.us-east-1.amazonaws.com"),
            ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
            ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"),
            ("eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
        ] {
            let url = url(&token(region, None));
            let start = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15&");
            assert!(url.starts_with(&start), "{url}");
            let scope = format!("Credential=AKIDPROD%2F20261121%2F{region}%2Fsts%2Faws4_request&");
            assert!(url.contains(&scope), "{url}");
            for part in [
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&",
                "X-Amz-Date=20261121T",
                "X-Amz-Expires=60&",
                "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&",
                "X-Amz-Signature=",
            ] {
                assert!(url.contains(part), "{part} in {url}");
            }
        }
    }

    #[test]
    fn tokens_are_short_enough_for_the_server_and_hold_only_what_it_allows() {
        let session = "IQoJb3JpZ2lu/+=".repeat(60);
        let token = token("eu-west-1", Some(&session));
        let url = url(&token);
        assert!(token.bearer().len() < 4096, "{}", token.bearer().len());
        let (_, query) = url.split_once('?').unwrap();
        let mut names: Vec<_> = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "Action",
                "Version",
                "X-Amz-Algorithm",
                "X-Amz-Credential",
                "X-Amz-Date",
                "X-Amz-Expires",
                "X-Amz-Security-Token",
                "X-Amz-Signature",
                "X-Amz-SignedHeaders",
            ]
        );
    }

    #[tokio::test]
    async fn a_token_is_kept_until_it_is_refused() {
        static SECONDS: AtomicU64 = AtomicU64::new(0);
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        std::fs::write(file("config"), "").unwrap();
        let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = b\n";
        std::fs::write(file("credentials"), keys).unwrap();
        let environment = Environment::Isolated {
            config: file("config"),
            credentials: file("credentials"),
        };
        let profiles = Profiles::read(&environment).await.unwrap();
        let region = "eu-west-1";
        let http = crate::cloud::http::isolated();
        let keyring = Keyring::new(None, environment, http, region.into(), &profiles);
        let cluster = ClusterArn::new(&Region::new(region), "111122223333", "demo");
        let mint = Mint {
            // Signatures count seconds: only in the next one does a new token look different.
            clock: || {
                let seconds = SECONDS.fetch_add(1, Ordering::Relaxed);
                SystemTime::UNIX_EPOCH + THEN + Duration::from_secs(seconds)
            },
            ..Mint::new(Arc::new(keyring), cluster, "demo".into())
        };
        let first = mint.token().await.unwrap();
        assert_eq!(mint.token().await.unwrap(), first);
        mint.forget(&first);
        let second = mint.token().await.unwrap();
        assert_ne!(second, first);
        mint.forget(&first);
        assert_eq!(mint.token().await.unwrap(), second, "that one was not bad");
    }

    #[test]
    fn tokens_are_renewed_in_time_and_shown_nowhere() {
        let token = token("eu-west-1", Some("SESSION"));
        for (seconds, expected) in [(0, true), (779, true), (780, false), (9999, false)] {
            let later = token.minted + Duration::from_secs(seconds);
            assert_eq!(token.is_good(later), expected, "{seconds}");
        }
        assert!(!token.is_good(token.minted - Duration::from_secs(1)));
        let shown = format!("{token:?} {:?}", token.bearer());
        for secret in ["SESSION", "SECRETKEY", "k8s-aws", "AKID"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
