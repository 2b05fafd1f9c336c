//! `roledex test`: a pod's role, asked for.

mod chain;
mod given;
mod journal;
mod kept;
mod permissions;
mod secrets;
mod transport;

use std::fs;

use roledex::sim::World;
use serde_json::{Value, json};

use super::{Ended, Site};

const WORLD: &str = include_str!("kubernetes/world.yaml");

fn site(faults: &[&str]) -> Site {
    Site::new(World::parse(WORLD).unwrap(), faults)
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn step<'r>(report: &'r Value, kind: &str) -> &'r Value {
    let mut steps = report["steps"].as_array().unwrap().iter();
    let found = steps.find(|step| step["step"] == kind);
    found.unwrap_or_else(|| panic!("no step {kind} in {report}"))
}

#[test]
fn a_pod_gets_the_role_of_its_association() {
    let site = site(&[]);
    let ended = site.run(&["test", "shop", "shop/api", "-o", "json"]);
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    let session = &report["session"];
    let arn = session["assumedRoleArn"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:sts::111122223333:assumed-role/shop-api/eks-"),
        "{arn}"
    );
    assert!(
        ended.err.contains("eks-auth:AssumeRoleForPodIdentity"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("--pod picks another"), "{}", ended.err);
    for kind in [
        "cluster",
        "association",
        "agent",
        "serviceAccount",
        "pod",
        "permission",
        "token",
        "claims",
        "assumeRole",
        "caller",
        "verdict",
    ] {
        assert_eq!(step(&report, kind)["state"], "passed", "{report}");
    }
    let shown = site.run(&["test", "shop", "shop/api"]);
    assert!(
        shown
            .out
            .contains("EKS Auth gives shop-api to shop/api, as its association says"),
        "{}",
        shown.out
    );
    let journal = site.run(&["journal", "-o", "json"]).out;
    assert_eq!(journal.matches("test-credentials").count(), 2, "{journal}");
}

#[test]
fn the_readme_names_every_member_of_the_report() {
    let readme = include_str!("../../../README.md");
    let report = report(&site(&[]).run(&["test", "shop", "shop/api", "-o", "json"]));
    let members = report.as_object().unwrap().keys();
    for name in members.chain(step(&report, "verdict").as_object().unwrap().keys()) {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

/// Each error of EKS Auth with the status that it comes with.
#[test]
fn every_refusal_is_explained() {
    for (fault, code, verdict, says) in [
        (
            "404:ResourceNotFoundException:The token included in the request has no service account role association for it.",
            7,
            "refused",
            "knows no association",
        ),
        (
            "400:AccessDeniedException:Unauthorized Exception! EKS does not have permissions to assume the associated role.",
            7,
            "refused",
            "EKS may not assume the role shop-api",
        ),
        (
            "400:ExpiredTokenException:expired",
            7,
            "refused",
            "the token expired",
        ),
        (
            "400:InvalidTokenException:bad",
            7,
            "refused",
            "does not take the token",
        ),
        (
            "400:InvalidParameterException:bad",
            1,
            "untestable",
            "cannot read the request",
        ),
        (
            "400:InvalidRequestException:bad",
            1,
            "untestable",
            "cannot read the request",
        ),
        (
            "429:ThrottlingException:slow",
            1,
            "untestable",
            "too many questions",
        ),
        (
            "500:InternalServerException:x",
            1,
            "untestable",
            "failed by itself",
        ),
        (
            "503:ServiceUnavailableException:x",
            1,
            "untestable",
            "not available",
        ),
        (
            "403:AccessDeniedException:User x is not authorized to perform: eks-auth:AssumeRoleForPodIdentity",
            1,
            "untestable",
            "may not ask EKS Auth",
        ),
    ] {
        let fault = format!("AssumeRoleForPodIdentity=error:{fault}");
        let site = site(&[&fault]);
        let ended = site.run(&["test", "shop", "shop/api", "-o", "json"]);
        let report = report(&ended);
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (code, Some(verdict)),
            "{fault} {report}"
        );
        let assume = step(&report, "assumeRole");
        assert!(
            assume["said"].as_str().unwrap().contains(says),
            "{fault} {assume}"
        );
        assert!(!assume["evidence"].as_array().unwrap().is_empty());
        // Asked once, whatever it said.
        assert_eq!(
            site.simulated.log().count("AssumeRoleForPodIdentity"),
            1,
            "{fault}"
        );
    }
}

#[test]
fn what_may_not_be_asked_for_is_not() {
    let site = site(&[]);
    let refused = site.run(&["test", "shop", "shop/api", "--read-only"]);
    assert_eq!(refused.code, 4, "{refused:?}");
    let dry = site.run(&["test", "shop", "shop/api", "--dry-run"]);
    assert_eq!((dry.code, dry.out.as_str()), (0, ""), "{dry:?}");
    let dry = site.run(&["test", "shop", "shop/api", "--dry-run", "--read-only"]);
    assert_eq!(dry.code, 4, "{dry:?}");
    assert!(dry.err.contains("it would be refused: "), "{}", dry.err);
    let config = site.home.path("config/roledex/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("no-credential-tests = ['sh*']\n{text}")).unwrap();
    let off = site.run(&["test", "shop", "shop/api"]);
    assert_eq!(off.code, 4, "{off:?}");
    assert!(
        off.err.contains("turns credential tests off"),
        "{}",
        off.err
    );
    let entries = site.simulated.log().entries();
    let issued = |name: &str| name == "AssumeRoleForPodIdentity" || name.contains("token");
    assert!(!entries.iter().any(|entry| issued(entry.operation)));
}

#[test]
fn without_a_pod_it_says_what_it_would_need() {
    let site = site(&[]);
    let ended = site.run(&["test", "shop", "shop/nobody", "-o", "json"]);
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (1, Some("untestable")),
        "{report}"
    );
    assert!(
        report["reason"]
            .as_str()
            .unwrap()
            .contains("it takes a pod"),
        "{report}"
    );
    // The next best evidence.
    let verdict = step(&report, "verdict").to_string();
    assert!(verdict.contains("shop-nobody"), "{verdict}");
}

#[test]
fn nothing_secret_is_written_anywhere() {
    let site = site(&[]);
    let mut written = Vec::new();
    for (arguments, code) in [
        (&["test", "shop", "shop/api"][..], 0),
        (&["test", "shop", "shop/api", "-o", "json"], 0),
        (&["test", "shop", "shop/plain"], 7),
        (&["test", "shop", "shop/plain", "-o", "json"], 7),
    ] {
        let mut command = site.command(arguments);
        let ended = Ended::new(&command.env("ROLEDEX_LOG", "trace").output().unwrap());
        assert_eq!(ended.code, code, "{ended:?}");
        written.extend([ended.out, ended.err]);
    }
    let printed = written.len();
    let mut folders = vec![site.home.path("state"), site.home.path("cache")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                written.push(String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
            }
        }
    }
    assert!(written.len() > printed + 1, "a journal and a log are there");
    let issued = site.simulated.simulator().issued();
    assert!(issued.len() >= 6, "two tests had credentials issued");
    for text in written {
        for secret in &issued {
            assert!(!text.contains(secret), "{text}");
        }
        // A JWT begins like this; ids of keys that are issued like that.
        assert!(!text.contains("eyJ"), "{text}");
        assert!(!text.contains("ASIA"), "{text}");
    }
}

#[test]
fn what_could_not_be_compared_is_said() {
    let site = site(&["GetRole=denied"]);
    let ended = site.run(&["test", "shop", "shop/api", "-o", "json"]);
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    let told = "role id not compared: needs iam:GetRole";
    assert_eq!(report["unknown"], json!([told]));
    assert_eq!(step(&report, "association")["state"], "unknown", "{report}");
    let shown = site.run(&["test", "shop", "shop/api"]).out;
    assert!(shown.contains(&format!("says; {told}")), "{shown}");
}

#[test]
fn a_pod_that_was_never_injected_cannot_ask_though_its_role_is_given() {
    let site = site(&[]);
    let ended = site.run(&["test", "shop", "shop/late", "-o", "json"]);
    let report = report(&ended);
    // The exit status rests on the answer of EKS Auth alone.
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    assert_eq!(report["kept"][0]["by"], "neverInjected", "{report}");
    let verdict = step(&report, "verdict");
    assert_eq!(verdict["state"], "warning", "{verdict}");
    assert!(
        verdict["said"]
            .as_str()
            .unwrap()
            .contains("EKS Auth gives shop-late to shop/late, as its association says, but this pod was never injected: restart it"),
        "{verdict}"
    );
}

#[test]
fn without_the_right_to_create_tokens_nothing_is_asked() {
    let site = site(&[]);
    let ended = site.run(&["test", "narrow", "shop/api", "-o", "json"]);
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (1, Some("untestable")),
        "{report}"
    );
    assert_eq!(step(&report, "token")["state"], "failed", "{report}");
    assert_eq!(site.simulated.log().count("AssumeRoleForPodIdentity"), 0);
}
