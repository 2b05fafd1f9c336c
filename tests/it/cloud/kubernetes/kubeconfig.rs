//! `--kubeconfig`: used where it fits, and only there.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use roledex::cloud::{Cloud, Deadlines, ObjectFilter, Settings, Urgency};
use roledex::model::{FailureKind, Route};

use super::{Authority, CANARY, described, page};
use crate::cloud::cluster;
use crate::cloud::server::Server;

/// How the tokens that roledex makes begin.
const OWN_TOKEN: &str = "Bearer k8s-aws-v1.";

struct Given {
    deadlines: Deadlines,
    server: Server,
    authority: Authority,
    directory: tempfile::TempDir,
}

impl Given {
    async fn new() -> Self {
        let authority = Authority::new();
        let acceptor = authority.acceptor.clone();
        let server = Server::listen(Some(acceptor), |_| page("1", None, &[])).await;
        Self {
            deadlines: Deadlines::default(),
            server,
            authority,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Lists as whom a kubeconfig says.
    async fn list(
        &self,
        server: &str,
        user: &str,
        mapped: Option<&str>,
    ) -> Result<(), roledex::model::Failure> {
        let file = |name: &str| self.directory.path().join(name);
        std::fs::write(file("config"), "").unwrap();
        let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = b\n";
        std::fs::write(file("credentials"), keys).unwrap();
        let kubeconfig = format!(
            "current-context: it\n\
             clusters:\n- name: c\n  cluster: {{server: '{server}', insecure-skip-tls-verify: true}}\n\
             contexts:\n- name: it\n  context: {{cluster: c, user: u}}\n\
             users:\n- name: u\n  user: {user}\n"
        );
        std::fs::write(file("kubeconfig"), kubeconfig).unwrap();
        let url = "http://127.0.0.1:1".to_owned();
        let mut settings = Settings::isolated(file("config"), file("credentials"), url);
        settings.deadlines = self.deadlines;
        settings.kubeconfig = Some(file("kubeconfig"));
        if let Some(context) = mapped {
            settings.contexts = [(cluster("demo"), context.to_owned())].into();
        }
        let cloud: Arc<Cloud> = Cloud::new(settings).unwrap();
        let session = cloud.session(&Route::new(None, "eu-west-1")).await.unwrap();
        let described = described(&self.server.url, &self.authority.data);
        let kubernetes = session.kubernetes(&cluster("demo"), &described).await?;
        let all = ObjectFilter::default();
        kubernetes.pods(Urgency::Interactive, &all, None).await?;
        Ok(())
    }

    fn last_bearer(&self) -> String {
        let seen = self.server.seen();
        seen.last().unwrap().headers["authorization"].clone()
    }
}

#[tokio::test]
async fn a_context_with_the_same_server_is_used() {
    let given = Given::new().await;
    let url = given.server.url.clone();
    given.list(&url, "{token: mine}", None).await.unwrap();
    assert_eq!(given.last_bearer(), "Bearer mine");
}

#[tokio::test]
async fn another_cluster_of_the_kubeconfig_changes_nothing() {
    let given = Given::new().await;
    let elsewhere = "https://127.0.0.1:1";
    given.list(elsewhere, "{token: mine}", None).await.unwrap();
    assert!(given.last_bearer().starts_with(OWN_TOKEN));
    // The configuration says so: then it is used, although nobody listens there.
    let mapped = given.list(elsewhere, "{token: mine}", Some("it")).await;
    assert_eq!(mapped.unwrap_err().kind, FailureKind::Unreachable);
    let mapped = given.list(elsewhere, "{token: mine}", Some("gone")).await;
    assert_eq!(mapped.unwrap_err().kind, FailureKind::Unconfigured);
}

#[tokio::test]
async fn no_token_goes_to_a_server_without_tls() {
    let given = Given::new().await;
    let plain = Server::start(|_| page("1", None, &[])).await;
    let authority = &given.authority.data;
    // The authority fits, and nothing would check it.
    let url = format!("{}', certificate-authority-data: '{authority}", plain.url);
    given.list(&url, "{token: mine}", None).await.unwrap();
    assert!(given.last_bearer().starts_with(OWN_TOKEN));
    assert_eq!(plain.seen().len(), 0);
    // Named by the configuration, it may go to this machine, and nowhere else.
    given
        .list(&plain.url, "{token: mine}", Some("it"))
        .await
        .unwrap();
    assert!(!plain.seen().is_empty());
    let elsewhere = given.list("http://192.0.2.1", "{token: mine}", Some("it"));
    let failure = elsewhere.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unconfigured);
    assert!(failure.cause.contains("no https URL"), "{failure}");
}

#[tokio::test]
async fn credential_plugins_are_not_waited_for_without_end() {
    let mut given = Given::new().await;
    given.deadlines.background = Duration::from_millis(100);
    let file = |name: &str| given.directory.path().join(name);
    let made = Command::new("mkfifo").arg(file("pipe")).status();
    assert!(made.unwrap().success());
    // Open at both ends: the plugin reads from it until the test is over.
    let mut both = std::fs::OpenOptions::new();
    let pipe = both.read(true).write(true).open(file("pipe")).unwrap();
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: cat, args: ['{}']}}}}",
        file("pipe").display()
    );
    let url = given.server.url.clone();
    let failure = given.list(&url, &user, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(failure.cause.contains("credential plugin"), "{failure}");
    drop(pipe);
}

#[tokio::test]
async fn credential_plugins_are_run_and_their_output_stays_secret() {
    let given = Given::new().await;
    let url = given.server.url.clone();
    let plugin = given.directory.path().join("plugin");
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: '{}', interactiveMode: Always}}}}",
        plugin.display()
    );
    for (script, is_good) in [
        (
            "#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"plugged\"}}'\n".to_owned(),
            true,
        ),
        (format!("#!/bin/sh\necho {CANARY}; echo {CANARY} >&2; exit 3\n"), false),
        (format!("#!/bin/sh\necho '{{{CANARY}'\n"), false),
    ] {
        std::fs::write(&plugin, script).unwrap();
        std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
        let listed = given.list(&url, &user, None).await;
        if is_good {
            listed.unwrap();
            assert_eq!(given.last_bearer(), "Bearer plugged");
        } else {
            let failure = listed.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Unconfigured);
            assert!(failure.cause.contains("credential plugin"), "{failure}");
            assert!(!format!("{failure:?}").contains(CANARY), "{failure:?}");
        }
    }
}
