//! Tokens that a person gives, signed as clusters sign them: each one that EKS Auth does not take is told apart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roledex::model::credential::AUDIENCE;
use serde_json::{Value, json};

use super::{Site, report, site, step};

/// The claims of a good token for `shop/api`, as the test reads them from the pod that it picks.
fn good(site: &Site) -> Value {
    let report = report(&site.run(&["test", "shop", "shop/api", "-o", "json"]));
    let (iss, pod) = (&report["claims"]["iss"], &report["claims"]["podName"]);
    json!({
        "aud": [AUDIENCE], "iss": iss, "sub": "system:serviceaccount:shop:api",
        "iat": 1_000_000_000, "nbf": 1_000_000_000, "exp": 4_000_000_000_u64, "jti": "1",
        "kubernetes.io": {
            "namespace": "shop",
            "serviceaccount": {"name": "api", "uid": "s-1"},
            "pod": {"name": pod, "uid": report["claims"]["podUid"]},
        },
    })
}

fn ask(site: &Site, claims: &Value) -> (i32, Value) {
    let token = site.simulated.simulator().sign(claims).unwrap();
    let path = site.home.write("token", &format!("{token}\n"));
    let path = path.to_str().unwrap();
    let ended = site.run(&[
        "test",
        "shop",
        "shop/api",
        "--token-file",
        path,
        "-o",
        "json",
    ]);
    (ended.code, report(&ended))
}

#[test]
fn a_good_token_gets_the_role() {
    let site = site(&[]);
    let (code, report) = ask(&site, &good(&site));
    assert_eq!(
        (code, report["verdict"].as_str()),
        (0, Some("matches")),
        "{report}"
    );
    assert_eq!(step(&report, "token")["state"], "skipped");
    assert_eq!(step(&report, "pod")["state"], "skipped");
    assert_eq!(report["unknown"], json!([]));
}

#[test]
fn each_token_that_is_not_taken_is_told_apart() {
    let site = site(&[]);
    let good = good(&site);
    let auto = report(&site.run(&["test", "auto", "shop/api", "-o", "json"]));
    let other_issuer = auto["claims"]["iss"].clone();
    assert_ne!(other_issuer, good["iss"]);
    // Who it is for is told by the claims; what EKS Auth said of it, by the answer.
    for (member, value, what, why) in [
        (
            "/aud",
            json!(["sts.amazonaws.com"]),
            "does not take the token",
            "its audience is sts.amazonaws.com",
        ),
        (
            "/aud",
            json!(["https://kubernetes.default.svc", "https://oidc"]),
            "does not take the token",
            "and must be pods.eks.amazonaws.com",
        ),
        (
            "/exp",
            json!(1_000_003_600),
            "the token expired at 2001-09-09T02:46:40Z",
            "good until its exp",
        ),
        (
            "/nbf",
            json!(3_900_000_000_u64),
            "does not take the token",
            "it is not valid before",
        ),
        (
            "/kubernetes.io/pod",
            Value::Null,
            "does not take the token",
            "it is not bound to a pod",
        ),
        (
            "/iss",
            other_issuer,
            "does not take the token",
            "its issuer is https://oidc.eks.eu-west-1.amazonaws.com/id/",
        ),
    ] {
        let mut claims = good.clone();
        *claims.pointer_mut(member).unwrap() = value;
        let (status, report) = ask(&site, &claims);
        assert_eq!(
            (status, report["verdict"].as_str()),
            (7, Some("refused")),
            "{member} {report}"
        );
        let assume = step(&report, "assumeRole");
        assert_eq!(assume["state"], "failed", "{assume}");
        assert!(
            assume["said"].as_str().unwrap().contains(what),
            "{member}: {assume}"
        );
        let evidence = assume["evidence"].to_string();
        assert!(evidence.contains(why), "{member}: {assume}");
        // A token as it must be can be copied.
        let remedies = assume["remedies"].to_string();
        for part in [
            "kubectl",
            "create token api",
            "--audience pods.eks.amazonaws.com",
            "--bound-object-kind Pod",
        ] {
            assert!(remedies.contains(part), "{member}: {part} in {remedies}");
        }
        assert_eq!(
            step(&report, "claims")["state"],
            "failed",
            "{member}: it is seen before it is sent"
        );
    }
}

/// A token of somebody else is good for somebody else: credentials come, and it is said of whom.
#[test]
fn a_token_of_another_service_account_differs() {
    let site = site(&[]);
    let mut claims = good(&site);
    claims["kubernetes.io"]["serviceaccount"]["name"] = json!("both");
    claims["sub"] = json!("system:serviceaccount:shop:both");
    let (status, report) = ask(&site, &claims);
    assert_eq!(
        (status, report["verdict"].as_str()),
        (7, Some("differs")),
        "{report}"
    );
    assert_eq!(report["session"]["serviceAccount"], "both");
    let reason = report["reason"].as_str().unwrap();
    assert!(
        reason.contains("association a-")
            && reason.contains("its role is shop-both and not shop-api"),
        "{reason}"
    );
    // Earlier red steps are warnings once credentials came.
    assert_eq!(step(&report, "claims")["state"], "warning");
}

/// The signature is not seen in the claims, so only the answer can tell.
#[test]
fn a_token_with_good_claims_and_a_bad_signature_is_refused_for_that() {
    let site = site(&[]);
    let claims = good(&site);
    let token = site.simulated.simulator().sign(&claims).unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let path = site
        .home
        .write("token", &format!("{signed}.c2lnbmVkLWJ5LW5vYm9keQ"));
    let arguments = [
        "test",
        "shop",
        "shop/api",
        "--token-file",
        path.to_str().unwrap(),
        "-o",
        "json",
    ];
    let ended = site.run(&arguments);
    let report = report(&ended);
    assert_eq!(
        (ended.code, report["verdict"].as_str()),
        (7, Some("refused")),
        "{report}"
    );
    assert_eq!(step(&report, "claims")["state"], "passed", "{report}");
    let evidence = step(&report, "assumeRole")["evidence"].to_string();
    assert!(
        evidence.contains("its claims look as they must, so it is the signature"),
        "{evidence}"
    );
}

/// A token with these claims, which nobody signed.
fn token(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        part("{}"),
        part(&claims.to_string()),
        part("nobody")
    )
}

#[test]
fn what_is_wrong_with_a_given_token_is_told() {
    let site = site(&[]);
    let good = report(&site.run(&["test", "shop", "shop/api", "-o", "json"]));
    let good = json!({
        "aud": ["pods.eks.amazonaws.com"],
        "iss": good["claims"]["iss"],
        "sub": "system:serviceaccount:shop:api",
        "exp": 4_000_000_000_u64,
        "kubernetes.io": {
            "namespace": "shop",
            "serviceaccount": {"name": "api"},
            "pod": {"name": good["claims"]["podName"], "uid": good["claims"]["podUid"]},
        },
    });
    for (member, value, says, headline) in [
        (
            "/iss",
            json!("https://other.example"),
            "https://other.example",
            "the token is of another cluster: its issuer is https://other.example",
        ),
        (
            "/aud",
            json!(["sts.amazonaws.com"]),
            "sts.amazonaws.com",
            "the audience of the token is sts.amazonaws.com, and must be pods.eks.amazonaws.com",
        ),
        ("/exp", json!(1_000), "expired", "the token expired at"),
        (
            "/kubernetes.io/pod",
            Value::Null,
            "not bound to a pod",
            "the token is not bound to a pod",
        ),
        (
            "/kubernetes.io/serviceaccount/name",
            json!("late"),
            "shop/late and not to shop/api",
            "the token is of shop/late, and not of shop/api",
        ),
    ] {
        let mut claims = good.clone();
        *claims.pointer_mut(member).unwrap() = value;
        let path = site.home.write("token", &token(&claims));
        let path = path.to_str().unwrap();
        let ended = site.run(&[
            "test",
            "shop",
            "shop/api",
            "--token-file",
            path,
            "-o",
            "json",
        ]);
        let report = report(&ended);
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (7, Some("refused")),
            "{member} {report}"
        );
        let found = step(&report, "claims");
        assert_eq!(found["state"], "failed", "{member}");
        assert!(found["said"].as_str().unwrap().contains(says), "{found}");
        let verdict = step(&report, "verdict")["said"].as_str().unwrap();
        assert!(
            verdict.starts_with(&format!("this token gets no credentials: {headline}")),
            "{verdict}"
        );
        let reason = report["reason"].as_str().unwrap();
        assert!(reason.starts_with(headline), "{reason}");
    }
}

#[test]
fn a_given_text_that_is_no_token_is_not_sent() {
    let site = site(&[]);
    let path = site.home.write("token", "hunter2\n");
    let ended = site.run(&[
        "test",
        "shop",
        "shop/api",
        "--token-file",
        path.to_str().unwrap(),
        "-o",
        "json",
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("it was not sent"), "{}", ended.out);
    assert!(!format!("{ended:?}").contains("hunter2"));
}
