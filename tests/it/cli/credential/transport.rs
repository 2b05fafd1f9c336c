//! The way to each service, broken: it says nothing about the pod, and is told so.

use super::{Site, report, site, step};

const TOKEN: &str = "kube:create:serviceaccounts/token";
const ASSUME: &str = "AssumeRoleForPodIdentity";

/// The test of a pod with its role, with something between roledex and the services.
fn broken(site: &Site, environment: &[(&str, &str)]) -> serde_json::Value {
    let mut command = site.command(&["test", "shop", "shop/api", "-o", "json"]);
    command.envs(environment.iter().copied());
    let ended = super::Ended::new(&command.output().unwrap());
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (1, Some("untestable")),
        "{report}"
    );
    let verdict = step(&report, "verdict");
    assert_eq!(verdict["state"], "unknown", "{verdict}");
    assert!(
        verdict["said"]
            .as_str()
            .unwrap()
            .starts_with("not tested: "),
        "{verdict}"
    );
    // The next best evidence.
    assert!(
        verdict["evidence"]
            .to_string()
            .contains("names arn:aws:iam::111122223333:role/shop-api"),
        "{verdict}"
    );
    assert_eq!(report["session"], serde_json::Value::Null);
    report
}

#[test]
fn no_token_comes() {
    for (effect, says) in [
        ("reset", "cannot be reached from here"),
        ("lost", "cannot be reached from here"),
        ("truncate", "cannot be reached from here"),
        ("throttle", "the API server is busy"),
        (
            "error:500:InternalError:etcd is away",
            "the API server issued no token",
        ),
        (
            "error:422:Invalid:may not specify",
            "does not take the request for a token",
        ),
    ] {
        let site = site(&[&format!("{TOKEN}={effect}")]);
        let report = broken(&site, &[]);
        let token = step(&report, "token");
        assert_eq!(token["state"], "failed", "{effect}");
        assert!(
            token["said"].as_str().unwrap().contains(says),
            "{effect}: {token}"
        );
        assert!(
            token["evidence"].to_string().contains("(it said: "),
            "{effect}: {token}"
        );
        for kind in ["claims", "assumeRole", "caller"] {
            assert_eq!(step(&report, kind)["state"], "skipped", "{effect}");
        }
        // Asked once: the yes was for one token.
        assert_eq!(site.simulated.log().count(TOKEN), 1, "{effect}");
        assert_eq!(site.simulated.log().count(ASSUME), 0, "{effect}");
    }
}

#[test]
fn eks_auth_does_not_answer() {
    for (effect, says) in [
        ("reset", "EKS Auth cannot be reached from here"),
        // The credentials may exist; nobody has them.
        ("lost", "EKS Auth cannot be reached from here"),
        ("truncate", "the answer of EKS Auth cannot be read"),
    ] {
        let site = site(&[&format!("{ASSUME}={effect}")]);
        let report = broken(&site, &[]);
        let assume = step(&report, "assumeRole");
        assert_eq!(assume["state"], "failed", "{effect}");
        assert!(
            assume["said"].as_str().unwrap().contains(says),
            "{effect}: {assume}"
        );
        assert!(!assume["remedies"].as_array().unwrap().is_empty());
        assert_eq!(step(&report, "caller")["state"], "skipped", "{effect}");
        assert_eq!(site.simulated.log().count(ASSUME), 1, "{effect}");
        let journal = site.run(&["journal", "-o", "json"]).out;
        assert!(journal.contains("cannot-be-told"), "{effect}: {journal}");
    }
}

#[test]
fn eks_auth_is_not_there() {
    let site = site(&[]);
    let tls = site.simulated.simulator().url().replace("http:", "https:");
    for (url, says) in [
        ("http://127.0.0.1:1", "refused"),
        ("http://eks-auth.invalid", "dns error"),
        // It speaks, but no TLS.
        (tls.as_str(), ""),
    ] {
        let report = broken(&site, &[("AWS_ENDPOINT_URL_EKS_AUTH", url)]);
        let assume = step(&report, "assumeRole");
        assert!(
            assume["said"]
                .as_str()
                .unwrap()
                .contains("EKS Auth cannot be reached from here"),
            "{assume}"
        );
        assert!(assume.to_string().contains(says), "{url}: {assume}");
        // Whoever reads it opens the network for the right host.
        assert!(
            assume["remedies"]
                .to_string()
                .contains("https://eks-auth.eu-west-1.api.aws"),
            "{assume}"
        );
    }
    assert_eq!(site.simulated.log().count(ASSUME), 0);
}

#[test]
fn the_api_server_is_not_there() {
    let site = site(&[]);
    site.simulated.simulator().refuse_connections("shop", true);
    let ended = site.run(&["test", "shop", "shop/api", "-o", "json"]);
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
            .contains("the pods could not be listed"),
        "{report}"
    );
    for (kind, state) in [
        ("cluster", "passed"),
        ("association", "passed"),
        ("agent", "unknown"),
        ("serviceAccount", "unknown"),
        ("pod", "failed"),
        ("verdict", "unknown"),
    ] {
        assert_eq!(step(&report, kind)["state"], state, "{kind} {report}");
    }
    assert_eq!(site.simulated.log().count(ASSUME), 0);
}
