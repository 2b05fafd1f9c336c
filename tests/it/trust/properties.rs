//! What holds of every policy.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use roledex::model::ClusterArn;
use roledex::model::trust::{Action, Fact, Policy, evaluate};
use roledex::model::verdict::Verdict;
use serde_json::{Value, json};

use super::{ASSOCIATION, CLUSTER, NOT_YET_THERE, Stage, TAGGED, UNTAGGED, statements};

static CLUSTER_ARN: LazyLock<ClusterArn> = LazyLock::new(|| ClusterArn::parse(CLUSTER).unwrap());

const KEYS: [&str; 9] = [
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:RequestTag/kubernetes-namespace",
    "aws:RequestTag/kubernetes-pod-name",
    "aws:RequestTag/team",
    "aws:TagKeys",
    "sts:ExternalId",
    "aws:PrincipalOrgID",
    "aws:principalarn",
];

const OPERATORS: [&str; 12] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnLike",
    "ArnNotEquals",
    "Null",
    "Bool",
    "NumericEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotEquals",
];

const VALUES: [&str; 12] = [
    "*",
    "true",
    "false",
    "web",
    "WEB",
    "w?b",
    "111122223333",
    "kubernetes-*",
    "${aws:SourceAccount}",
    "${aws:username}",
    CLUSTER,
    ASSOCIATION,
];

fn condition() -> impl Strategy<Value = Value> {
    let operator = (select(&OPERATORS), any::<bool>()).prop_map(|(operator, if_exists)| {
        if if_exists {
            format!("{operator}IfExists")
        } else {
            operator.to_owned()
        }
    });
    let values = prop::collection::vec(select(&VALUES), 1..3);
    let keys = prop::collection::btree_map(select(&KEYS), values, 1..3);
    prop::collection::btree_map(operator, keys, 0..3).prop_map(|operators| json!(operators))
}

fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let principal = prop_oneof![
        6 => Just(json!({"Service": "pods.eks.amazonaws.com"})),
        1 => Just(json!({"AWS": ["*", "111122223333"]})),
        1 => Just(json!("*")),
        1 => Just(json!({"Service": ["ec2.amazonaws.com"]})),
    ];
    let principal = (prop::bool::weighted(0.1), principal)
        .prop_map(|(negated, value)| (if negated { "NotPrincipal" } else { "Principal" }, value));
    let action = prop_oneof![
        4 => Just(("Action", json!("sts:*"))),
        2 => Just(("Action", json!(["sts:AssumeRole", "sts:TagSession"]))),
        1 => Just(("Action", json!("sts:AssumeRole"))),
        1 => Just(("NotAction", json!("sts:TagSession"))),
    ];
    (select(effects), principal, action, condition()).prop_map(
        |(effect, (who, principal), (what, action), condition)| {
            json!({"Effect": effect, who: principal, what: action, "Condition": condition})
        },
    )
}

fn statement_list() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(&["Allow", "Allow", "Deny"]), 0..4)
}

fn stage() -> impl Strategy<Value = Stage> {
    select(&[TAGGED, UNTAGGED, NOT_YET_THERE])
}

fn judged(stage: Stage, list: &[Value]) -> Verdict {
    stage.judge(&statements(json!(list))).verdict
}

/// The members of every object in reverse order, and every list of values too.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .rev()
                .map(|(name, value)| (name.clone(), reversed(value)))
                .collect(),
        ),
        Value::Array(items) => items.iter().rev().map(reversed).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn order_does_not_matter(list in statement_list(), stage in stage()) {
        prop_assert_eq!(judged(stage, &list), stage.judge(&statements(reversed(&json!(list)))).verdict);
    }

    #[test]
    fn a_denial_never_raises(
        list in statement_list(), denial in statement(&["Deny"]), at in any::<Index>(), stage in stage(),
    ) {
        let before = judged(stage, &list);
        let mut more = list;
        more.insert(at.index(more.len() + 1), denial);
        prop_assert!(judged(stage, &more) <= before);
    }

    #[test]
    fn an_allowance_never_lowers(list in statement_list(), allow in statement(&["Allow"]), stage in stage()) {
        let before = judged(stage, &list);
        let mut more = list;
        more.push(allow);
        prop_assert!(judged(stage, &more) >= before);
    }

    /// Forgetting what the request carries may blur an answer, and never turns it round.
    #[test]
    fn forgetting_never_turns_an_answer_round(
        list in statement_list(), keys in prop::sample::subsequence(KEYS.to_vec(), 1..4), stage in stage(),
    ) {
        let policy = statements(json!(list));
        for action in [Action::AssumeRole, Action::TagSession] {
            let known = stage.hop(&CLUSTER_ARN).request(action);
            let before = evaluate(&policy, &known).verdict;
            let mut blurred = known;
            for key in &keys {
                blurred.context = blurred.context.with(key, Fact::unknown());
            }
            let after = evaluate(&policy, &blurred).verdict;
            prop_assert!(after == before || before.is_unknown() || after.is_unknown(), "{before} to {after}");
        }
    }

    /// A part of the policy that cannot be decided never turns a "no" into a "yes".
    #[test]
    fn an_unknown_part_never_turns_a_no_into_a_yes(
        list in statement_list(), at in any::<Index>(), effect in select(&["Allow", "Deny"]), stage in stage(),
    ) {
        let before = judged(stage, &list);
        let mut spoiled = list.clone();
        if !spoiled.is_empty() {
            let index = at.index(spoiled.len());
            spoiled[index]["Condition"]["StringSounds"] = json!({"aws:x": "y"});
            prop_assert!(!(before.is_no() && judged(stage, &spoiled).is_yes()));
            spoiled[index] = list[index].clone();
            spoiled[index]["Mystery"] = json!(true);
            prop_assert!(!(before.is_no() && judged(stage, &spoiled).is_yes()));
        }
        let mut more = list;
        more.push(json!({
            "Effect": effect, "Principal": {"Robot": "x"}, "Action": "sts:*",
        }));
        let after = judged(stage, &more);
        prop_assert!(!(before.is_no() && after.is_yes()));
    }

    /// A source that was found out confirms what was said of it before.
    #[test]
    fn learning_the_source_confirms_the_answer(list in statement_list(), stage in stage()) {
        let policy = statements(json!(list));
        let open = stage.hop(&CLUSTER_ARN).request(Action::AssumeRole);
        let before = evaluate(&policy, &open).verdict;
        for source in [CLUSTER, ASSOCIATION] {
            let mut closed = open.clone();
            closed.context = closed.context.with("aws:SourceArn", Fact::is(source));
            let after = evaluate(&policy, &closed).verdict;
            prop_assert!(before.is_unknown() || after == before, "{before} to {after}");
        }
    }

    #[test]
    fn printing_is_stable(list in statement_list()) {
        let policy = statements(json!(list));
        let printed = policy.to_json();
        let again = Policy::parse(&printed.to_string()).unwrap();
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(again.to_json(), printed);
    }

    /// A judgement always has something to say, and never text that a terminal would act on.
    #[test]
    fn every_judgement_has_a_reason(list in statement_list(), stage in stage()) {
        let judgement = stage.judge(&statements(json!(list)));
        let reasons = judgement.reasons();
        prop_assert!(!reasons.is_empty());
        prop_assert!(reasons.iter().all(|reason| !reason.is_empty()));
        prop_assert!(!judgement.verdict.is_no() || judgement.remedy().is_some());
        prop_assert!(!judgement.verdict.is_yes() || judgement.remedy().is_none());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        survive(Policy::parse(&text));
        survive(Policy::parse_encoded(&text));
    }

    #[test]
    fn any_json_is_survived(value in any_json()) {
        survive(Policy::parse(&value.to_string()));
        survive(Policy::from_json(value.clone()));
        survive(Policy::from_json(json!({"Statement": value})));
        survive(Policy::from_json(json!({"Statement": {
            "Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": "*", "Condition": value,
        }})));
    }

    #[test]
    fn any_condition_text_is_survived(
        operator in select(&OPERATORS), key in select(&KEYS), value in any::<String>(), principal in any::<String>(),
    ) {
        survive(Policy::from_json(json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": principal, "Service": "pods.eks.amazonaws.com"}, "Action": "*",
             "Condition": {operator: {key: value}}},
        ]})));
    }

    /// A policy that was damaged at one place is read or refused, with a place in the message.
    #[test]
    fn damaged_policies_are_survived(list in statement_list(), at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = json!({"Version": "2012-10-17", "Statement": list}).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        survive(Policy::parse(&String::from_utf8_lossy(&bytes)));
        survive(Policy::parse(&String::from_utf8_lossy(&bytes[..at])));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        select(&[
            "Statement",
            "Effect",
            "Principal",
            "Action",
            "Condition",
            "Version",
            "Sid",
            "AWS"
        ])
        .prop_map(str::to_owned),
        select(&OPERATORS).prop_map(str::to_owned),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(&["Allow", "Deny", "*", "2012-10-17"]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Everything that is ever asked of a policy, on both hops.
fn survive(policy: Result<Policy, roledex::model::trust::Malformed>) {
    match policy {
        Ok(policy) => {
            for stage in [TAGGED, UNTAGGED, NOT_YET_THERE] {
                for judgement in [stage.judge(&policy), stage.judge_target(&policy)] {
                    let shown =
                        judgement.reasons().join("") + &judgement.remedy().unwrap_or_default();
                    assert!(
                        !shown.chars().any(roledex::model::text::is_hidden),
                        "{shown:?}"
                    );
                }
            }
            assert_eq!(Policy::from_json(policy.to_json()).as_ref(), Ok(&policy));
        }
        Err(error) => assert!(
            !error
                .to_string()
                .chars()
                .any(roledex::model::text::is_hidden)
        ),
    }
}
