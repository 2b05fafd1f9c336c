//! The person's own AWS configuration, each time in a process with an environment of its own.
//!
//! Variables of this process are shared by all tests, so the test binary runs itself again for each question.

use std::collections::BTreeMap;
use std::path::Path;

use roledex::cloud::{Cloud, Settings, Urgency};
use roledex::model::Route;
use serde_json::json;

use super::server::{Answer, Request, Server};

/// What the process reports: `ok` or the words of the failure.
type Report = BTreeMap<String, String>;

/// The question, asked by [`ask`] in the other process: list the clusters of a profile.
#[tokio::test]
#[ignore = "started by the other tests of this file with an environment of its own"]
async fn child() {
    let report: Report = match question().await {
        Ok(count) => [("ok".to_owned(), count.to_string())].into(),
        Err(failure) => [
            ("kind", format!("{:?}", failure.kind)),
            ("text", failure.to_string()),
            ("hint", failure.hint.unwrap_or_default().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    };
    println!("REPORT {}", serde_json::to_string(&report).unwrap());
}

async fn question() -> Result<usize, roledex::model::Failure> {
    let profile = std::env::var("TEST_PROFILE").ok();
    let cloud = Cloud::new(Settings::ambient())?;
    let route = Route::new(profile.as_deref(), "eu-west-1");
    let session = cloud.session(&route).await?;
    Ok(session
        .list_clusters(Urgency::Interactive, None)
        .await?
        .items
        .len())
}

/// Asks in a process that knows nothing but `variables` and `home`.
async fn ask(home: &Path, variables: &[(&str, &str)]) -> Report {
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "cloud::ambient::child",
            "--ignored",
            "--nocapture",
        ])
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report = text
        .lines()
        .find_map(|line| Some(line.split_once("REPORT ")?.1));
    let report =
        report.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(report).unwrap()
}

fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}

fn keys(server: &Server) -> Vec<String> {
    server
        .seen()
        .iter()
        .map(|request| request.key().to_owned())
        .collect()
}

async fn clusters() -> Server {
    Server::saying(vec![Answer::json(200, &json!({"clusters": ["a"]}))]).await
}

const ENVIRONMENT_KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"),
    ("AWS_SECRET_ACCESS_KEY", "s"),
];

#[tokio::test]
async fn a_named_profile_comes_before_keys_in_the_environment() {
    let server = clusters().await;
    let home = home("[profile prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = s\n");
    let endpoint = ("AWS_ENDPOINT_URL", server.url.as_str());
    let [id, secret] = ENVIRONMENT_KEYS;
    let report = ask(
        home.path(),
        &[id, secret, endpoint, ("TEST_PROFILE", "prod")],
    )
    .await;
    assert_eq!(report["ok"], "1");
    ask(home.path(), &[id, secret, endpoint]).await;
    ask(home.path(), &[endpoint, ("AWS_PROFILE", "prod")]).await;
    assert_eq!(keys(&server), ["AKIDPROD", "AKIDENVIRONMENT", "AKIDPROD"]);
}

#[tokio::test]
async fn a_role_is_assumed_and_each_service_has_its_own_endpoint() {
    let sts = Server::start(|request: &Request| {
        assert_eq!((request.key(), request.service()), ("AKIDBASE", "sts"));
        Answer::xml(
            200,
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
             <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        )
    })
    .await;
    let eks = clusters().await;
    let home = home(
        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n\
         [profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\nregion = eu-west-1\n",
    );
    let report = ask(
        home.path(),
        &[
            ("AWS_ENDPOINT_URL_STS", &sts.url),
            ("AWS_ENDPOINT_URL_EKS", &eks.url),
            ("TEST_PROFILE", "role"),
        ],
    )
    .await;
    assert_eq!(
        report.get("ok").map(String::as_str),
        Some("1"),
        "{report:?}"
    );
    assert_eq!(keys(&eks), ["ASIAROLE"]);
    assert_eq!(sts.seen().len(), 1);
}

#[tokio::test]
async fn a_credential_process_is_run_and_its_failure_is_told() {
    let server = clusters().await;
    let home = home(
        r#"[profile works]
credential_process = echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"}'
[profile fails]
credential_process = echo "session of wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ended" >&2; exit 3
"#,
    );
    let endpoint = ("AWS_ENDPOINT_URL", server.url.as_str());
    let report = ask(home.path(), &[endpoint, ("TEST_PROFILE", "works")]).await;
    assert_eq!(
        report.get("ok").map(String::as_str),
        Some("1"),
        "{report:?}"
    );
    assert_eq!(keys(&server), ["AKIDPROCESS"]);
    let report = ask(home.path(), &[endpoint, ("TEST_PROFILE", "fails")]).await;
    assert!(report["text"].contains("session of … ended"), "{report:?}");
    assert!(report["text"].contains("profile fails"), "{report:?}");
}

#[tokio::test]
async fn a_single_sign_on_that_ended_names_the_command() {
    let home = home(
        "[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
         [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\
         [profile chained]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = corp\n",
    );
    for profile in ["corp", "chained"] {
        let report = ask(home.path(), &[("TEST_PROFILE", profile)]).await;
        assert_eq!(report["kind"], "Expired", "{report:?}");
        assert_eq!(
            report["hint"], "aws sso login --profile corp",
            "the profile that has the session"
        );
    }
}

#[tokio::test]
async fn profiles_that_want_a_conversation_name_the_way_out() {
    let home = home(
        "[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n\
         [profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::111122223333:mfa/me\n\
         [profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n",
    );
    for profile in ["mfa", "console"] {
        let report = ask(home.path(), &[("TEST_PROFILE", profile)]).await;
        assert_eq!(report["kind"], "Unsupported", "{report:?}");
        let way =
            format!("credential_process = aws configure export-credentials --profile {profile}");
        assert!(report["hint"].contains(&way), "{report:?}");
    }
}

#[tokio::test]
async fn nothing_at_all_says_what_was_looked_for_and_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let report = ask(empty.path(), &[]).await;
    assert_eq!(report["kind"], "Unconfigured");
    for part in [
        "AWS_ACCESS_KEY_ID is not set",
        "~/.aws/config",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER",
    ] {
        assert!(report["text"].contains(part), "{part}: {report:?}");
    }
    for step in [
        "1. aws configure sso",
        "2. roledex --profile",
        "3. roledex --demo",
    ] {
        assert!(report["hint"].contains(step), "{step}: {report:?}");
    }
    let home = home("[profile one]\nregion = x\n[profile two]\nregion = y\n");
    let report = ask(home.path(), &[("TEST_PROFILE", "three")]).await;
    assert_eq!(report["kind"], "Unconfigured");
    assert!(
        report["text"].contains("no such profile") && report["text"].contains("one, two"),
        "{report:?}"
    );
}

#[tokio::test]
async fn proxies_are_used_and_their_exceptions_kept() {
    let proxy = clusters().await;
    let [id, secret] = ENVIRONMENT_KEYS;
    let endpoint = ("AWS_ENDPOINT_URL", "http://eks.invalid");
    let home = home("");
    let through = ("HTTP_PROXY", proxy.url.as_str());
    let report = ask(home.path(), &[id, secret, endpoint, through]).await;
    assert_eq!(
        report.get("ok").map(String::as_str),
        Some("1"),
        "{report:?}"
    );
    assert!(
        proxy.seen()[0]
            .path
            .starts_with("http://eks.invalid/clusters"),
        "{:?}",
        proxy.seen()
    );
    let report = ask(
        home.path(),
        &[id, secret, endpoint, through, ("NO_PROXY", "eks.invalid")],
    )
    .await;
    assert_eq!(report["kind"], "Unreachable", "{report:?}");
    assert_eq!(proxy.seen().len(), 1);
}

#[tokio::test]
async fn a_bad_bundle_of_certificates_is_told_at_once() {
    let home = home("");
    let report = ask(home.path(), &[("AWS_CA_BUNDLE", "/absent/bundle.pem")]).await;
    assert_eq!(report["kind"], "Unconfigured", "{report:?}");
    assert!(report["text"].contains("/absent/bundle.pem"), "{report:?}");
}
