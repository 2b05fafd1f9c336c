//! The connection to an API server: its authority, the proxy in between, the time it gets.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use kube::Config;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::model::{Cluster, ClusterArn, Failure, FailureKind};

/// Where the API server of a cluster is, and how to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) uri: Uri,
    /// The certificates of its authority, in DER; nobody else's are accepted. None where there is no TLS.
    pub(super) authority: Vec<Vec<u8>>,
}

impl Endpoint {
    /// Reads what `DescribeCluster` said.
    pub(super) fn of(arn: &ClusterArn, cluster: &Cluster) -> Result<Self, Failure> {
        let doing = format!("connect to the API server of cluster {}", arn.name());
        let refuse = |kind, cause: &str| Failure::new(kind, doing.as_str(), cause);
        let Some(endpoint) = cluster.endpoint.as_deref() else {
            let status = cluster.status.as_deref().unwrap_or("not told");
            let cause = format!("the cluster has no endpoint; its status is {status}");
            return Err(refuse(FailureKind::Unreachable, &cause)
                .hint("a cluster gets its endpoint some minutes after it was created"));
        };
        let malformed = |cause: &str| refuse(FailureKind::Malformed, cause);
        let uri: Uri = endpoint
            .parse()
            .map_err(|_| malformed("its endpoint is no URL"))?;
        if !is_private(&uri) {
            return Err(malformed(
                "its endpoint is no https URL, and not on this machine",
            ));
        }
        if !is_encrypted(&uri) {
            let authority = Vec::new();
            return Ok(Self { uri, authority });
        }
        let data = cluster
            .document
            .get("certificateAuthority")
            .and_then(|authority| authority.get("data"))
            .and_then(Value::as_str)
            .ok_or_else(|| malformed("EKS does not say its certificate authority"))?;
        let authority = authority(data).map_err(|cause| {
            malformed(&format!("its certificate authority is unreadable: {cause}"))
        })?;
        Ok(Self { uri, authority })
    }

    /// What kube needs to reach it directly.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::new(self.uri.clone());
        if is_encrypted(&self.uri) {
            config.root_cert = Some(self.authority.clone());
        }
        config
    }
}

pub(super) fn is_encrypted(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

/// Whether a token may go there: without TLS it would be everybody's, unless it stays on this machine, as with
/// `kubectl proxy` and servers for tests.
pub(super) fn is_private(uri: &Uri) -> bool {
    let scheme = uri.scheme_str();
    uri.host().is_some() && (is_encrypted(uri) || scheme == Some("http") && is_here(uri))
}

/// Whether it is this machine, by an address or by the one name that never means another (RFC 6761).
fn is_here(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The certificates in base64 of PEM text, each checked: what TLS cannot use must not come up later.
pub(super) fn authority(data: &str) -> Result<Vec<Vec<u8>>, String> {
    let pem = STANDARD
        .decode(data.trim())
        .map_err(|_| "it is not base64".to_owned())?;
    certificates(&pem)
}

pub(super) fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut roots = rustls::RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots
            .add(certificate.clone())
            .map_err(|error| error.to_string())?;
        found.push(certificate.to_vec());
    }
    if found.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    Ok(found)
}

/// Makes the client; runs the credential plugin of a kubeconfig if there is one, so it may block.
fn client(mut config: Config, connect: Duration) -> Result<kube::Client, kube::Error> {
    config.connect_timeout = Some(connect);
    config.read_timeout = None;
    // Our own retries are counted, and know the budget.
    config.default_retry = false;
    let agent = concat!("roledex/", env!("CARGO_PKG_VERSION"));
    config.headers.push((
        http::header::USER_AGENT,
        http::HeaderValue::from_static(agent),
    ));
    Ok(kube::client::ClientBuilder::try_from(config)?.build())
}

/// Makes the client, and gives up on a credential plugin that takes longer than `patience`.
///
/// In a thread of its own and not one of the runtime's, which would wait for the plugin when the program ends.
pub(super) async fn in_time(
    config: Config,
    connect: Duration,
    patience: Duration,
    doing: &str,
) -> Result<Result<kube::Client, kube::Error>, Failure> {
    let (sender, made) = oneshot::channel();
    let runtime = Handle::current();
    let thread = std::thread::Builder::new().name("credential-plugin".to_owned());
    let started = thread.spawn(move || {
        let _entered = runtime.enter();
        // Nobody listens any more if it took too long.
        let _sent = sender.send(client(config, connect));
    });
    if let Err(error) = started {
        let cause = format!("no thread can be started: {error}");
        return Err(Failure::new(FailureKind::Other, doing, cause));
    }
    match timeout(patience, made).await {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(_panicked)) => {
            let cause = "the client could not be made";
            Err(Failure::new(FailureKind::Bug, doing, cause))
        }
        Err(_elapsed) => {
            let cause = format!(
                "the credential plugin of the kubeconfig gave no answer within {patience:?}"
            );
            Err(Failure::new(FailureKind::Timeout, doing, cause).hint(
                "a plugin must not ask questions: it has no terminal here; try the same context with kubectl, or \
                 leave --kubeconfig out: roledex makes tokens of its own",
            ))
        }
    }
}

/// The proxy between here and there, as the variables of the environment name it.
///
/// Decided here and not by kube, which asks NO_PROXY about the proxy instead of the API server.
pub(super) fn proxy(target: &Uri, doing: &str) -> Result<Option<Uri>, Failure> {
    // A proxy elsewhere cannot reach this machine, and would read a token that goes without TLS.
    if !is_encrypted(target) {
        return Ok(None);
    }
    through(&Matcher::from_env(), target, doing)
}

fn through(matcher: &Matcher, target: &Uri, doing: &str) -> Result<Option<Uri>, Failure> {
    let Some(intercept) = matcher.intercept(target) else {
        return Ok(None);
    };
    // Only the scheme is named: the rest may hold a password.
    let scheme = intercept.uri().scheme_str().unwrap_or_default();
    if scheme != "http" {
        let cause = format!("HTTPS_PROXY names a proxy of the kind {scheme}://");
        return Err(Failure::new(FailureKind::Unsupported, doing, cause).hint(
            "Kubernetes is reached through http:// proxies only; name the API server in NO_PROXY to go without",
        ));
    }
    spelled(&intercept).map(Some).ok_or_else(|| {
        let cause = "HTTPS_PROXY is not the URL of a proxy";
        Failure::new(FailureKind::Unconfigured, doing, cause)
    })
}

/// Puts the password back into the URL, because that is where kube looks for it.
fn spelled(intercept: &Intercept) -> Option<Uri> {
    let uri = intercept.uri();
    let Some(header) = intercept.basic_auth() else {
        return Some(uri.clone());
    };
    let spelled = header.to_str().ok()?.strip_prefix("Basic ")?;
    let user = STANDARD.decode(spelled).ok()?;
    let user = percent_encode(&user, NON_ALPHANUMERIC);
    format!("http://{user}@{}/", uri.authority()?).parse().ok()
}

/// What may keep this machine from the endpoint, by what `DescribeCluster` says of it.
pub(super) fn exposure(cluster: &Cluster) -> String {
    let network = cluster.document.get("resourcesVpcConfig");
    let member = |name| network.and_then(|network| network.get(name));
    if member("endpointPublicAccess").and_then(Value::as_bool) == Some(false) {
        return "the endpoint is private: connect to its VPC (VPN, bastion), or set HTTPS_PROXY"
            .to_owned();
    }
    let allowed: Vec<&str> = member("publicAccessCidrs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if allowed.is_empty() || allowed.contains(&"0.0.0.0/0") {
        return "check the network, HTTPS_PROXY and NO_PROXY".to_owned();
    }
    format!(
        "the endpoint lets in {} only: check the VPN, HTTPS_PROXY and NO_PROXY",
        allowed.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Document, Region};
    use serde_json::json;

    fn cluster(endpoint: Option<&str>, document: Value) -> Cluster {
        let Value::Object(document) = document else {
            unreachable!()
        };
        Cluster {
            endpoint: endpoint.map(Into::into),
            status: Some("CREATING".into()),
            document,
            ..Cluster::default()
        }
    }

    #[test]
    fn what_cannot_be_trusted_is_refused_in_words() {
        let arn = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo");
        let ca = |pem: &str| json!({"certificateAuthority": {"data": STANDARD.encode(pem)}});
        let good = "https://x.eks.amazonaws.com";
        for (endpoint, document, cause) in [
            (None, json!({}), "status is CREATING"),
            (Some("http://x"), json!({}), "no https URL"),
            (Some("http://localhost.example"), json!({}), "no https URL"),
            (
                Some("http://127.0.0.1.evil.example"),
                json!({}),
                "no https URL",
            ),
            (Some("ftp://127.0.0.1"), json!({}), "no https URL"),
            (Some("::"), json!({}), "is no URL"),
            (
                Some(good),
                json!({}),
                "does not say its certificate authority",
            ),
            (
                Some(good),
                json!({"certificateAuthority": {"data": "!"}}),
                "not base64",
            ),
            (Some(good), ca("hello"), "holds no certificate"),
            (
                Some(good),
                ca("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                "is unreadable",
            ),
        ] {
            let failure = Endpoint::of(&arn, &cluster(endpoint, document)).unwrap_err();
            assert!(failure.cause.contains(cause), "{failure}");
        }
    }

    #[test]
    fn a_server_on_this_machine_needs_no_certificate() {
        let arn = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo");
        for endpoint in [
            "http://127.0.0.1:8001",
            "http://[::1]:8001",
            "http://localhost",
        ] {
            let found = Endpoint::of(&arn, &cluster(Some(endpoint), json!({}))).unwrap();
            assert_eq!(found.config().root_cert, None);
            assert_eq!(proxy(&found.uri, "list pods").unwrap(), None);
        }
    }

    #[test]
    fn proxies_are_asked_about_the_server_and_keep_their_password() {
        let target: Uri = "https://x.gr7.eu-west-1.eks.amazonaws.com".parse().unwrap();
        let find = |proxy: &str, no: &str| {
            let matcher = Matcher::builder()
                .https(proxy.to_owned())
                .no(no.to_owned())
                .build();
            through(&matcher, &target, "list pods")
        };
        assert_eq!(find("", "").unwrap(), None);
        assert_eq!(
            find("http://proxy:3128", "proxy").unwrap().unwrap(),
            "http://proxy:3128/",
            "NO_PROXY is about the server"
        );
        assert_eq!(
            find("http://proxy:3128", ".eks.amazonaws.com").unwrap(),
            None
        );
        let uri = find("http://me:p%40ss:w@proxy:3128", "").unwrap().unwrap();
        assert_eq!(uri.authority().unwrap(), "me%3Ap%40ss%3Aw@proxy:3128");
        for scheme in ["https", "socks5"] {
            let failure = find(&format!("{scheme}://me:CANARY@proxy:1"), "").unwrap_err();
            assert_eq!(failure.kind, FailureKind::Unsupported);
            assert!(!format!("{failure:?}").contains("CANARY"));
        }
    }

    #[test]
    fn hints_follow_what_the_endpoint_lets_in() {
        for (document, words) in [
            (json!({}), "check the network"),
            (
                json!({"resourcesVpcConfig": {"endpointPublicAccess": false}}),
                "the endpoint is private",
            ),
            (
                json!({"resourcesVpcConfig": {"endpointPublicAccess": true, "publicAccessCidrs": ["0.0.0.0/0"]}}),
                "check the network",
            ),
            (
                json!({"resourcesVpcConfig": {"endpointPublicAccess": true, "publicAccessCidrs": ["192.0.2.0/24"]}}),
                "lets in 192.0.2.0/24 only",
            ),
        ] {
            let hint = exposure(&cluster(None, document));
            assert!(hint.contains(words), "{hint}");
        }
        assert!(
            exposure(&Cluster {
                document: Document::new(),
                ..Cluster::default()
            })
            .contains("NO_PROXY")
        );
    }
}
