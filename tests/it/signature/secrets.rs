//! What of a log is never shown, and what stays, so that a person understands the line.

use proptest::prelude::*;

use super::{TOKEN, any_fragments, only};
use roledex::model::signature::scan;

const KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn secrets_are_hidden() {
    let words = "Service account token cannot be parsed";
    for secret in [
        TOKEN,
        KEY_ID,
        SECRET,
        "AKIAIOSFODNN7EXAMPLE",
        "IQoJb3JpZ2luX2VjEHoaCXVzLXdlc3QtMiJHMEUCIQDexampleexampleexampleexample",
    ] {
        for line in [
            format!("{secret} {words}"),
            format!("{words}: {secret}"),
            format!(r#"{{"msg":"{words}","Token":"{secret}"}}"#),
            format!("Authorization: Bearer {secret}; {words}"),
        ] {
            let shown = only(&line).line;
            assert!(!shown.contains(secret), "{shown}");
            assert!(
                shown.contains("(hidden)") && shown.contains(words),
                "{shown}"
            );
        }
    }
    for (line, secret) in [
        (format!("{words} password=hunter"), "hunter"),
        (
            format!(r#"{words} {{\"SecretAccessKey\":\"short\"}}"#),
            "short",
        ),
        (
            format!("{words} authorization: Basic dXNlcjpwYXNz"),
            "dXNlcjpwYXNz",
        ),
        (
            format!("http://x/?X-Amz-Signature=0a1b2c {words}"),
            "0a1b2c",
        ),
        (
            format!("via http://app:S3cr3t@proxy:3128 {words}"),
            "S3cr3t",
        ),
        (format!("postgres://app:a/b@c@db/shop {words}"), "a/b@c"),
        (
            format!("https://x-oauth@git.example.com {words}"),
            "x-oauth",
        ),
        (
            format!(r#"{words} {{"password": "correct horse battery"}}"#),
            "horse battery",
        ),
        (format!("{words} db_password='a b;c'"), "b;c"),
        (format!("Set-Cookie: sid=abc; {words}"), "sid=abc"),
        (format!("{words} JSESSIONID=0a1b"), "0a1b"),
        (format!("{words} using glpat-abcDEF123456"), "abcDEF"),
        (format!("{words}, token=canary"), "canary"),
        (format!(r#"{words} {{"sessionToken": "canary"}}"#), "canary"),
        (format!("{words} ghp_16C7e42F292c6912E7"), "292c6912"),
        // After a colon stands a value, even if it looks like a word.
        (format!("{words} secret:canary"), "canary"),
        (format!("{words} token:canary"), "canary"),
        (format!("{words} token: canary"), "canary"),
        (format!("{words} tokens: canary"), "canary"),
        (format!("{words} token_value : canary"), "canary"),
        (format!("{words} signature:canary"), "canary"),
        (format!("{words} Authorization: canary"), "canary"),
        (format!("{words} Authorization: user:canary"), "canary"),
        (format!("{words} Authorization: token canary"), "canary"),
        (format!("{words} Authorization: Custom canary"), "canary"),
        (format!("{words} authorization Bearer canary"), "canary"),
        (format!("{words} token user:canary"), "canary"),
        (format!(r#"{words} {{"token":"canary"}}"#), "canary"),
        (format!(r#"{words} {{"token" : "a canary"}}"#), "canary"),
        (format!(r#"{words} {{"token":"a\"canary"}}"#), "canary"),
        (format!(r#"{words} {{\"token\":\"canary\"}}"#), "canary"),
        (format!(r#"{words} {{"tokens":["a","canary"]}}"#), "canary"),
        (
            format!(r#"{words} {{"secret":{{"value":"canary"}}}}"#),
            "canary",
        ),
        (
            format!(r#"{words} {{"auths":{{"x":{{"auth":"canary"}}}}}}"#),
            "canary",
        ),
        (format!("{words} {{token:canary}}"), "canary"),
        (format!("{words} &{{Token:canary Next:1}}"), "canary"),
        (format!("{words} token := canary"), "canary"),
        (format!("{words} :token=>canary"), "canary"),
        (format!("{words} password=a,canary"), "canary"),
        (format!("{words} password=a&canary"), "canary"),
        (format!("{words} run --password canary"), "canary"),
        (format!("{words} run --api-token canary"), "canary"),
        (format!("{words} Cookie: a=b; c=canary"), "canary"),
        (format!("{words} aws_access_key: canary"), "canary"),
        (format!("InvalidToken: canary {words}"), "canary"),
    ] {
        let shown = only(&line).line;
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// What a person needs to understand the line stays.
#[test]
fn what_is_no_secret_stays() {
    for line in [
        "User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api is not authorized to perform: s3:ListBucket",
        "cannot read /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token: no EC2 IMDS role found",
        "InvalidSignatureException: Signature expired: 20261121T080000Z is now earlier",
        "Service account token cannot be parsed: bearer token is missing",
        "GET http://169.254.170.23:80/v1/credentials: connection refused, tell ops@example.com",
        "no EC2 IMDS role found, token_file=/var/run/secrets/eks/token",
        "InvalidIdentityToken: No OpenIDConnect provider found in your account",
        "InvalidIdentityToken: Incorrect token audience",
        "SignatureDoesNotMatch: Signature expired: 20261121T080000Z is now earlier",
        "CredentialsProviderError: 169.254.170.23 is not a valid container metadata service hostname",
        "get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
        "open /var/run/secrets/token: no such file, then no EC2 IMDS role found",
        "arn:aws:sts::111122223333:assumed-role/PaymentsApiRoleOfTheShop/eks-shop-api-7d9f is not authorized to perform: s3:ListBucket",
        "User: x:assumed-role/api/eks-s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-west-2:111122223333:secret:db-AbCdEf",
        "arn:aws:sts::111122223333:assumed-role/api/eks-shop-api-7d9f is not authorized to perform: ecr:GetAuthorizationToken on resource: *",
    ] {
        assert_eq!(only(line).line, line);
    }
}

/// Keys and tokens as AWS gives them out.
fn any_secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "(AKIA|ASIA)[A-Z2-7]{16}",
        "[A-Za-z0-9/+]{40}",
        "eyJ[A-Za-z0-9_-]{20,60}\\.eyJ[A-Za-z0-9_-]{20,90}\\.[A-Za-z0-9_-]{43}",
        "(IQoJb3JpZ2luX2Vj|FwoGZXIvYXdzE)[A-Za-z0-9/+]{100,300}={0,2}",
    ]
}

/// How programs write what they hold.
fn any_writing() -> impl Strategy<Value = fn(&str) -> String> {
    prop::sample::select(vec![
        (|secret| secret.to_owned()) as fn(&str) -> String,
        |secret| format!("{secret:?}"),
        |secret| secret.replace('/', "\\/"),
        |secret| {
            secret
                .replace('/', "%2F")
                .replace('+', "%2B")
                .replace('=', "%3D")
        },
        |secret| format!(r#"{{\"value\":\"{secret}\"}}"#),
        |secret| format!("arn:aws:sts::111122223333:assumed-role/{secret}"),
        |secret| format!("/var/run/secrets/{secret}"),
        |secret| format!("0000-0000-0000-0000-0000-0000-0000-0000-0000/{secret}"),
        |secret| format!("error: {secret}: no"),
    ])
}

proptest! {
    #[test]
    fn no_key_and_no_token_is_ever_shown(
        secret in any_secret(), written in any_writing(), words in any_fragments(),
        before in ".{0,40}", between in ".{0,20}", sign in "[ :=,;@/\"'(<]?",
        first in any::<bool>(), cut in 0_usize..300,
    ) {
        let written = written(&secret);
        let line = if first {
            format!("{before}{sign}{written}{between} {words}")
        } else {
            format!("{before}{words}{between}{sign}{written}")
        };
        let part: String = written.chars().skip(cut).take(10).collect();
        let is_part = part.len() == 10 && secret.contains(&part);
        for found in scan([line.as_str()]) {
            prop_assert!(!found.line.contains(&secret), "{}", found.line);
            prop_assert!(!is_part || !found.line.contains(&part), "{part}: {}", found.line);
        }
    }
}
