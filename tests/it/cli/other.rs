//! `roledex test` against a server that is not our simulator and shares nothing with it: what AWS and Kubernetes may
//! write differently is written differently there.

mod server;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Ended, Home};
use server::{Other, Request};

const OPERATOR: &str = "AKIDOPERATOR";

/// Who answers what, in the words of the recorded documents.
fn route(request: &Request) -> &'static str {
    let line = request.line.as_str();
    let (target, _) = line.split_once('?').unwrap_or((line, ""));
    match target {
        "POST /" if request.body.contains("Action=GetCallerIdentity") => match request.key.as_str()
        {
            OPERATOR => "caller",
            _ => "pod-caller",
        },
        "POST /" if request.body.contains("Action=GetRole&") => "role",
        "GET /clusters" => "clusters",
        "GET /clusters/demo" => "cluster",
        "GET /clusters/demo/pod-identity-associations" => "associations",
        "GET /clusters/demo/pod-identity-associations/a-abcdefgh123456789" => "association",
        "GET /clusters/demo/addons/eks-pod-identity-agent" => "addon",
        "POST /clusters/demo/assume-role-for-pod-identity" => "assume",
        "GET /version" => "version",
        "GET /api/v1/nodes/ip-10-0-0-1" => "node",
        "GET /api/v1/namespaces/payments/serviceaccounts/api" => "service-account",
        "GET /api/v1/namespaces/payments/pods" => "pods",
        "GET /api/v1/namespaces/kube-system/pods" => "agents",
        "GET /apis/apps/v1/namespaces/kube-system/daemonsets/eks-pod-identity-agent" => {
            "daemon-set"
        }
        "GET /apis/networking.k8s.io/v1/namespaces/payments/networkpolicies" => "network-policies",
        "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => "review",
        "POST /api/v1/namespaces/payments/serviceaccounts/api/token" => "token",
        other => panic!("{other} was not to be asked: {}", request.body),
    }
}

/// A token as the API server of the cluster would make it, signed by nobody.
fn token() -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "aud": ["pods.eks.amazonaws.com"], "exp": 4_000_000_000.0, "iat": 1_000_000_000, "nbf": 1_000_000_000,
        "iss": "https://oidc.eks.us-west-2.amazonaws.com/id/ABCDEF", "sub": "system:serviceaccount:payments:api",
        "kubernetes.io": {"namespace": "payments", "serviceaccount": {"name": "api", "uid": "s-1"},
            "pod": {"name": "api-7d9f", "uid": "p-1"}, "node": {"name": "ip-10-0-0-1", "uid": "n-1"}},
    });
    let signature = URL_SAFE_NO_PAD.encode("signed by nobody c4n4ry");
    format!(
        "{}.{}.{signature}",
        part(json!({"alg": "RS256", "kid": "0"})),
        part(claims)
    )
}

/// Runs the test with one answer in another's place.
fn test(role_id: &str, instead: (&'static str, &'static str)) -> (Other, Ended, Value) {
    let fillings = vec![("{{TOKEN}}", token()), ("{{ROLE_ID}}", role_id.to_owned())];
    let other = Other::start(fillings, move |request| {
        let named = route(request);
        let named = if named == instead.0 { instead.1 } else { named };
        named.to_owned()
    });
    let home = Home::new();
    let mut command = home.command(&["test", "demo", "payments/api", "-o", "json"]);
    command
        .env("AWS_ENDPOINT_URL", &other.url)
        .env("AWS_ACCESS_KEY_ID", OPERATOR)
        .env("AWS_SECRET_ACCESS_KEY", "operators")
        .env("AWS_REGION", "us-west-2");
    let ended = Ended::new(&command.output().unwrap());
    for secret in ["c4n4ry", "ASIAPODPODPODPOD", "eyJ"] {
        assert!(
            !format!("{ended:?}").contains(secret),
            "{secret}: {ended:?}"
        );
    }
    let report =
        serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    (other, ended, report)
}

fn step<'r>(report: &'r Value, kind: &str) -> &'r Value {
    let mut steps = report["steps"].as_array().unwrap().iter();
    steps.find(|step| step["step"] == kind).unwrap()
}

const AS_IT_IS: (&str, &str) = ("", "");

#[test]
fn a_pod_gets_its_role() {
    let (other, ended, report) = test("AROAPAYMENTSAPI:", AS_IT_IS);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    assert_eq!(report["unknown"], json!([]));
    for found in report["steps"].as_array().unwrap() {
        assert_eq!(found["state"], "passed", "{found}");
    }
    assert_eq!(report["session"]["expiration"], "2030-12-31T00:00:00Z");
    assert_eq!(report["session"]["sessionName"], "eks-demo-api-7d9f-0f2c");
    assert_eq!(report["claims"]["podUid"], "p-1");
    assert_eq!(other.count("assume-role-for-pod-identity AKIDOPERATOR"), 1);
    assert_eq!(other.count("POST / ASIAPODPODPODPOD"), 1);
    assert_eq!(other.count("/token"), 1);
}

#[test]
fn each_answer_of_eks_auth_is_told_apart() {
    for (error, code, verdict, says) in [
        (
            "errors/not-found",
            7,
            "refused",
            "knows no association for payments/api",
        ),
        (
            "errors/denied",
            7,
            "refused",
            "EKS may not assume the role payments-api",
        ),
        ("errors/expired", 7, "refused", "the token expired"),
        (
            "errors/invalid-token",
            7,
            "refused",
            "does not take the token",
        ),
        (
            "errors/invalid-parameter",
            1,
            "untestable",
            "cannot read the request",
        ),
        (
            "errors/invalid-request",
            1,
            "untestable",
            "cannot read the request",
        ),
        ("errors/throttled", 1, "untestable", "too many questions"),
        ("errors/internal", 1, "untestable", "failed by itself"),
        ("errors/unavailable", 1, "untestable", "is not available"),
        (
            "errors/caller",
            1,
            "untestable",
            "assumed-role/Operator/alice may not ask EKS Auth",
        ),
        ("errors/gateway", 1, "untestable", ""),
    ] {
        let (other, ended, report) = test("AROAPAYMENTSAPI:", ("assume", error));
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (code, Some(verdict)),
            "{error} {report}"
        );
        let assume = step(&report, "assumeRole");
        assert!(
            assume["said"].as_str().unwrap().contains(says),
            "{error}: {assume}"
        );
        assert!(
            !assume["remedies"].as_array().unwrap().is_empty(),
            "{error}: {assume}"
        );
        assert_eq!(other.count("assume-role-for-pod-identity"), 1, "{error}");
        assert_eq!(step(&report, "caller")["state"], "skipped", "{error}");
    }
}

#[test]
fn each_answer_to_the_token_request_is_told_apart() {
    for (error, says) in [
        (
            "token-forbidden",
            "may not have tokens of payments/api issued",
        ),
        ("token-conflict", "pod api-7d9f is another one by now"),
        (
            "token-unauthorized",
            "the API server does not know assumed-role/Operator/alice",
        ),
    ] {
        let (other, ended, report) = test("AROAPAYMENTSAPI:", ("token", error));
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (1, Some("untestable")),
            "{error} {report}"
        );
        let token = step(&report, "token")["said"].as_str().unwrap();
        assert!(token.contains(says), "{error}: {token}");
        assert_eq!(other.count("assume-role-for-pod-identity"), 0, "{error}");
    }
}

/// EKS Auth gives a session of a role that IAM does not have any more under that id.
#[test]
fn a_session_of_a_role_that_was_made_anew_differs() {
    let (_, ended, report) = test("AROADELETEDROLE:", AS_IT_IS);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (7, Some("differs")),
        "{report}"
    );
    let reason = report["reason"].as_str().unwrap();
    assert!(reason.contains("made anew under the same name"), "{reason}");
    assert!(
        reason.contains("AROADELETEDROLE, and IAM has AROAPAYMENTSAPI"),
        "{reason}"
    );
}

#[test]
fn an_answer_without_the_id_of_the_role_is_compared_by_name_and_says_so() {
    let (_, ended, report) = test("", AS_IT_IS);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    assert_eq!(
        report["unknown"],
        json!(["role id not compared: EKS Auth told none"])
    );
}

/// The verdict rests on what EKS Auth gave; that STS does not answer is a warning.
#[test]
fn sts_may_refuse_the_pods_own_credentials() {
    let (_, ended, report) = test("AROAPAYMENTSAPI:", ("pod-caller", "sts-denied"));
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    let caller = step(&report, "caller");
    assert_eq!(caller["state"], "warning");
    assert!(
        caller["said"]
            .as_str()
            .unwrap()
            .contains("an explicit deny"),
        "{caller}"
    );
}

#[test]
fn sts_may_name_somebody_else() {
    let (_, ended, report) = test("AROAPAYMENTSAPI:", ("pod-caller", "caller"));
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    assert_eq!(step(&report, "caller")["state"], "warning", "{report}");
}
