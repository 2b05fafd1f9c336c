//! Reading documents: what is tolerated, and what is refused and why.

use roledex::model::trust::Policy;
use roledex::model::verdict::Verdict::{Unknown, Yes};
use serde_json::json;

use super::{TAGGED, pods, policy, statements};

#[test]
fn spellings_that_mean_the_same() {
    let statement = pods();
    for document in [
        json!({"Version": "2012-10-17", "Statement": [statement]}),
        json!({"Version": "2012-10-17", "Statement": statement}),
        json!({"version": "2012-10-17", "STATEMENT": [statement], "Id": "x"}),
        json!({"Statement": [{
            "effect": "Allow",
            "principal": {"SERVICE": ["pods.eks.amazonaws.com"]},
            "ACTION": ["sts:AssumeRole", "sts:TagSession"],
            "sid": "Pods",
        }]}),
    ] {
        assert_eq!(
            TAGGED.judge(&policy(document.clone())).verdict,
            Yes,
            "{document}"
        );
    }
}

#[test]
fn members_that_iam_does_not_know_spoil_a_yes() {
    let mut statement = pods();
    statement["Conditions"] = json!({"StringEquals": {"aws:SourceAccount": "444455556666"}});
    let judgement = TAGGED.judge(&statements(json!([statement])));
    assert_eq!(judgement.verdict, Unknown);
    let reason = judgement.reasons().join("\n");
    assert!(reason.contains("\"Conditions\""), "{reason}");
}

#[test]
fn what_is_no_policy_is_refused_by_name() {
    let allow = r#""Effect":"Allow","Principal":"*","Action":"*""#;
    for (text, expected) in [
        (String::new(), "it is not JSON: EOF"),
        ("[]".into(), "it must be a JSON object"),
        ("{}".into(), "it has no Statement"),
        (
            r#"{"Statement":7}"#.into(),
            "Statement must be an object or a list",
        ),
        (
            r#"{"Statement":[7]}"#.into(),
            "Statement[0] must be an object",
        ),
        (r#"{"Statement":[{}]}"#.into(), "Statement[0] has no Effect"),
        (
            r#"{"Statement":{"Effect":"allow"}}"#.into(),
            "Statement.Effect must be \"Allow\" or \"Deny\"",
        ),
        (
            r#"{"Statement":[{"Effect":"Allow"}]}"#.into(),
            "Statement[0] has no Principal",
        ),
        (
            r#"{"Statement":[{"Effect":"Allow","Principal":"*"}]}"#.into(),
            "Statement[0] has no Action",
        ),
        (
            r#"{"Statement":[{"Effect":"Allow","Principal":"me","Action":"*"}]}"#.into(),
            "Statement[0].Principal must be",
        ),
        (
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":null},"Action":"*"}]}"#.into(),
            "Statement[0].Principal.AWS must be a text or a list of texts",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"NotPrincipal":"*"}}]}}"#),
            "has both Principal and NotPrincipal",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"NotAction":"*"}}]}}"#),
            "has both Action and NotAction",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"Sid":1}}]}}"#),
            "Statement[0].Sid must be a text",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"Condition":[]}}]}}"#),
            "Statement[0].Condition must be",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"Condition":{{"Null":true}}}}]}}"#),
            "Statement[0].Condition.Null must be an object of condition keys",
        ),
        (
            format!(
                r#"{{"Statement":[{{{allow},"Condition":{{"StringEquals":{{"a":[["b"]]}}}}}}]}}"#
            ),
            "Statement[0].Condition.StringEquals.a must be a text or a list of texts",
        ),
        (
            format!(
                r#"{{"Statement":[{{{allow},"Condition":{{"StringEquals":{{"a:b":"1","A:B":"2"}}}}}}]}}"#
            ),
            "names \"a:b\" twice",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"Action":"*"}}]}}"#),
            "the member \"Action\" appears twice",
        ),
        (
            format!(r#"{{"Statement":[{{{allow},"action":"*"}}]}}"#),
            "names \"action\" twice",
        ),
        (
            format!(r#"{{"Version":"2024-01-01","Statement":[{{{allow}}}]}}"#),
            "Version must be",
        ),
        (
            format!(r#"{{"Statement":[{{{allow}}}]}} x"#),
            "trailing characters at line 1",
        ),
        ("[".repeat(100_000), "recursion limit"),
    ] {
        let error = Policy::parse(&text).unwrap_err().to_string();
        assert!(
            error.starts_with("the trust policy cannot be read: "),
            "{error}"
        );
        assert!(error.contains(expected), "{error}\nlacks {expected}");
    }
}

#[test]
fn encoded_documents_are_decoded_by_rfc_3986() {
    let encoded = "%7B%22Statement%22%3A%5B%7B%22Sid%22%3A%22a+b%20%C3%A9%22%2c%22Effect%22%3A%22Allow%22%2C\
        %22Principal%22%3A%22%2A%22%2C%22Action%22%3A%22sts%3A%2A%22%7D%5D%7D";
    let policy = Policy::parse_encoded(encoded).unwrap();
    assert_eq!(policy.statements[0].sid.as_deref(), Some("a+b é"));
    for (bad, expected) in [
        ("%7B%2", "% without two hexadecimal digits at byte 3"),
        ("%zz", "% without two hexadecimal digits at byte 0"),
        ("%é", "% without two"),
        ("%FF", "not UTF-8"),
    ] {
        let error = Policy::parse_encoded(bad).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn errors_show_no_raw_control_characters() {
    let error = Policy::parse(
        "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"\u{1b}]0;x\\u0007\":{}},\"Action\":\"*\"}}",
    );
    assert!(!error.unwrap_err().to_string().chars().any(char::is_control));
    let text = r#"{"Statement":{"Effect":"Allow","Principal":{"\u001b[2J":{}},"Action":"*"}}"#;
    let error = Policy::parse(text).unwrap_err().to_string();
    assert!(
        error.contains("u{1b}") && !error.chars().any(char::is_control),
        "{error}"
    );
}
