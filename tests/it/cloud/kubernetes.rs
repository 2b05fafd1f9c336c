//! The Kubernetes API of a cluster, played by a TLS server that says what a test tells it to.

mod access;
mod kubeconfig;
mod list;
mod reach;
mod simulated;
mod watch;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use roledex::cloud::{Deadlines, Kubernetes, ObjectFilter};
use roledex::model::{Cluster, Document};
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::server::{Answer, Request, Server};
use super::{Client, Options, cluster};

static ALL: ObjectFilter = ObjectFilter {
    namespace: None,
    service_account: None,
    labels: None,
};

/// A secret that must come out nowhere.
const CANARY: &str = "CANARY-5b1f";

/// An API server, and a cloud that knows it as the cluster `demo`.
struct Demo {
    server: Server,
    client: Client,
    described: Cluster,
    kubernetes: Arc<Kubernetes>,
}

impl Demo {
    async fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::with(&Options::default(), script).await
    }

    /// Waits only so long for a connection or a short answer.
    async fn impatient(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::with(&impatient(), script).await
    }

    async fn with(
        options: &Options,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let authority = Authority::new();
        let server = Server::listen(Some(authority.acceptor.clone()), script).await;
        let described = described(&server.url, &authority.data);
        // Nothing is at this address: it must not be asked, and no token may name it.
        let client = Client::with("http://127.0.0.1:1", options);
        let kubernetes = client.kubernetes(&described).await;
        Self {
            server,
            client,
            described,
            kubernetes,
        }
    }

    /// The targets that were asked for, in order.
    fn targets(&self) -> Vec<String> {
        let seen = self.server.seen();
        let target = |request: &Request| {
            let pairs = request.query.iter();
            let query: Vec<_> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!("{}?{}", request.path, query.join("&"))
        };
        seen.iter().map(target).collect()
    }
}

impl Client {
    async fn kubernetes(&self, described: &Cluster) -> Arc<Kubernetes> {
        let session = self.session().await;
        session
            .kubernetes(&cluster("demo"), described)
            .await
            .unwrap()
    }
}

fn impatient() -> Options {
    let options = Options::default();
    Options {
        deadlines: Deadlines {
            connect: std::time::Duration::from_millis(100),
            ..options.deadlines
        },
        ..options
    }
}

/// What EKS would say of a cluster.
fn described(endpoint: &str, authority: &str) -> Cluster {
    let document = json!({"certificateAuthority": {"data": authority}});
    Cluster {
        endpoint: Some(endpoint.into()),
        document: object(document),
        ..Cluster::default()
    }
}

fn object(value: Value) -> Document {
    let Value::Object(document) = value else {
        panic!("{value} is no object")
    };
    document
}

/// A certificate authority of its own, with a certificate for the loopback interface.
struct Authority {
    acceptor: TlsAcceptor,
    data: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "kubernetes");
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(root.der())
        );
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            data: STANDARD.encode(pem),
        }
    }
}

/// The URL that the token of a request holds.
fn presigned(request: &Request) -> String {
    let spelled = request.headers["authorization"]
        .strip_prefix("Bearer k8s-aws-v1.")
        .unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(spelled).unwrap()).unwrap()
}

fn page(version: &str, next: Option<&str>, items: &[Value]) -> Answer {
    Answer::json(
        200,
        &json!({
            "kind": "List", "apiVersion": "v1",
            "metadata": {"resourceVersion": version, "continue": next.unwrap_or_default()},
            "items": items,
        }),
    )
}

fn status(code: u16, reason: &str, message: &str) -> Answer {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    Answer::json(code, &body)
}

fn account(name: &str) -> Value {
    json!({"metadata": {"namespace": "payments", "name": name, "uid": format!("u-{name}"), "resourceVersion": "7"}})
}

/// A pod with more in it than anybody should see.
fn pod(name: &str) -> Value {
    let env = json!([
        {"name": "DB_PASSWORD", "value": CANARY},
        {"name": "AWS_SECRET_ACCESS_KEY", "value": CANARY},
        {"name": "HTTPS_PROXY", "value": format!("http://me:{CANARY}@proxy:3128")},
        {"name": "AWS_REGION", "value": "eu-west-1"},
    ]);
    json!({
        "metadata": {
            "namespace": "payments", "name": name, "uid": format!("u-{name}"), "resourceVersion": "8",
            "managedFields": [{"manager": CANARY}], "fromTheFuture": {"deep": [CANARY]},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": CANARY},
        },
        "spec": {
            "serviceAccountName": "api", "fromTheFuture": true,
            "containers": [{"name": "app", "env": env, "futureMember": {"x": CANARY}}],
            "initContainers": [{"name": "init", "env": env}],
        },
        "status": {"phase": "Running"},
    })
}
