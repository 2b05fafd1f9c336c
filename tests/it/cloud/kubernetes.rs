//! The Kubernetes API of a cluster, played by a TLS server that says what a test tells it to.

mod access;
mod kubeconfig;
mod list;
mod reach;
mod simulated;
mod watch;

use std::sync::Arc;
use std::time::Duration;

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

/// What every API server is asked before its first list.
const VERSION: &str = "/version";

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

    /// Waits not long for a connection or a short answer.
    async fn impatient(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        // A handshake of TLS must have time on a busy machine.
        Self::with(&impatient(Duration::from_secs(2)), script).await
    }

    async fn with(
        options: &Options,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        // What is asked first of every API server is no part of the scripts.
        let script = move |request: &Request| match &*request.path {
            VERSION => Answer::json(200, &json!({"gitVersion": "v1.34.1"})),
            _ => script(request),
        };
        // Nothing is at this address: no token may name it.
        Self::at("http://127.0.0.1:1", options, script).await
    }

    /// With AWS at an address, and a script that is asked everything.
    async fn at(
        aws: &str,
        options: &Options,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let authority = Authority::new();
        let server = Server::listen(Some(authority.acceptor.clone()), script).await;
        let described = described(&server.url, &authority.data);
        let client = Client::with(aws, options);
        let kubernetes = client.kubernetes(&described).await;
        Self {
            server,
            client,
            described,
            kubernetes,
        }
    }

    /// The requests in order, without the first greeting.
    fn asked(&self) -> Vec<Request> {
        let mut seen = self.server.seen();
        seen.retain(|request| request.path != VERSION);
        seen
    }

    /// The targets that were asked for, in order.
    fn targets(&self) -> Vec<String> {
        let seen = self.asked();
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

fn impatient(connect: Duration) -> Options {
    let options = Options::default();
    Options {
        deadlines: Deadlines {
            connect,
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
