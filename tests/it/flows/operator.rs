//! Somebody else who changes the world while roledex looks on: associations at AWS, workloads in Kubernetes.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_eks::config::{BehaviorVersion, Region};
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use roledex::model::{Cluster, ClusterArn};
use roledex::sim::Simulator;

/// An administrator of the account that a cluster is in.
pub(crate) struct Operator {
    cluster: ClusterArn,
    credentials: Credentials,
    eks: aws_sdk_eks::Client,
    kubernetes: kube::Client,
}

impl Operator {
    pub(crate) fn new(simulator: &Simulator, cluster: &ClusterArn, detail: &Cluster) -> Self {
        let account = simulator.accounts();
        let account = account
            .iter()
            .find(|account| account.id == cluster.account())
            .unwrap();
        let credentials = Credentials::new(
            &account.access_key_id,
            &account.secret_access_key,
            None,
            None,
            "test",
        );
        let config = aws_sdk_eks::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(cluster.region().to_owned()))
            .endpoint_url(simulator.url())
            .credentials_provider(credentials.clone())
            .build();
        Self {
            cluster: cluster.clone(),
            credentials,
            eks: aws_sdk_eks::Client::from_conf(config),
            kubernetes: connect(detail),
        }
    }

    pub(crate) async fn associate(&self, namespace: &str, service_account: &str, role: &str) {
        let call = self.eks.create_pod_identity_association();
        let call = call
            .cluster_name(self.cluster.name())
            .namespace(namespace)
            .service_account(service_account)
            .role_arn(role);
        call.send().await.unwrap();
    }

    /// What `kubectl rollout restart` does.
    pub(crate) async fn restart(&self, namespace: &str, deployment: &str, now: &str) {
        let annotations = serde_json::json!({"kubectl.kubernetes.io/restartedAt": now});
        let patch = serde_json::json!({
            "spec": {"template": {"metadata": {"annotations": annotations}}}
        });
        let request = http::Request::patch(format!(
            "/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"
        ))
        .header("content-type", "application/strategic-merge-patch+json")
        .header("authorization", format!("Bearer {}", self.token()))
        .body(serde_json::to_vec(&patch).unwrap())
        .unwrap();
        self.kubernetes.request_text(request).await.unwrap();
    }

    /// What `aws eks get-token` prints.
    fn token(&self) -> String {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_mins(1));
        let identity = self.credentials.clone().into();
        #[expect(
            clippy::disallowed_methods,
            reason = "signatures are made by the time of the machine"
        )]
        let now = SystemTime::now();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.cluster.region())
            .name("sts")
            .time(now)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = format!(
            "https://sts.{}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            self.cluster.region()
        );
        let headers = [("x-k8s-aws-id", self.cluster.name())];
        let request =
            SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(b""));
        let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
        let mut request = http::Request::get(&url).body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        format!(
            "k8s-aws-v1.{}",
            URL_SAFE_NO_PAD.encode(request.uri().to_string())
        )
    }
}

/// A client that trusts what EKS says is to be trusted.
fn connect(detail: &Cluster) -> kube::Client {
    let endpoint = detail.endpoint.as_deref().unwrap();
    let authority = detail.document["certificateAuthority"]["data"]
        .as_str()
        .unwrap();
    let pem = String::from_utf8(STANDARD.decode(authority).unwrap()).unwrap();
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let mut config = kube::Config::new(endpoint.parse().unwrap());
    config.root_cert = Some(vec![STANDARD.decode(body).unwrap()]);
    kube::Client::try_from(config).unwrap()
}
