//! The order in which a picker offers roles.

use roledex::model::Text;
use roledex::model::plan::{Candidate, rank};
use roledex::model::trust::{Malformed, Policy};
use roledex::model::verdict::Verdict;
use serde_json::json;

use super::{role_arn, update};

#[expect(
    clippy::needless_pass_by_value,
    reason = "tables of json! read better by value"
)]
fn policy(statement: serde_json::Value) -> Result<Policy, Malformed> {
    Policy::from_json(json!({"Version": "2012-10-17", "Statement": [statement]}))
}

#[test]
fn roles_that_trust_come_first_and_the_rest_say_why_not() {
    let pods = |condition: serde_json::Value| {
        policy(json!({
            "Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": condition,
        }))
    };
    let ec2 = policy(json!({
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    }));
    let broken = Policy::parse("{");
    let elsewhere = pods(json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "web"}}));
    let mystery = pods(json!({"StringSounds": {"aws:x": "y"}}));
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/Linked";
    let list: Vec<(Text, &Result<Policy, Malformed>)> = vec![
        (linked.into(), &ec2),
        (role_arn("zoo").into(), &ec2),
        (role_arn("web").into(), &elsewhere),
        (role_arn("odd").into(), &mystery),
        (role_arn("torn").into(), &broken),
        ("arn:aws:iam::444455556666:role/far".into(), &ec2),
    ];
    let open = pods(json!({}));
    let mut list = list;
    list.push((role_arn("team/b").into(), &open));
    list.push((role_arn("a").into(), &open));
    let candidates = list.iter().map(|(arn, trust)| Candidate {
        arn,
        trust: trust.as_ref(),
    });
    let plan = update(super::edit_role("b"));
    let ranked = rank(candidates, &plan.hop().unwrap(), Some(&role_arn("a")));
    let names: Vec<(&str, Verdict)> = ranked
        .iter()
        .map(|role| (role.name(), role.verdict))
        .collect();
    assert_eq!(
        names,
        [
            ("a", Verdict::Yes),
            ("b", Verdict::Yes),
            ("odd", Verdict::Unknown),
            ("torn", Verdict::Unknown),
            ("web", Verdict::No),
            ("zoo", Verdict::No),
            ("Linked", Verdict::No),
            ("far", Verdict::No),
        ]
    );
    assert!(ranked[0].is_current && !ranked[1].is_current);
    assert_eq!(ranked[0].index, 7);
    for (name, words) in [
        ("odd", "StringSounds"),
        ("torn", "not JSON"),
        ("web", "wants web, the request carries payments"),
        ("zoo", "no statement allows"),
        ("Linked", "linked to a service of AWS"),
        ("far", "can be a target role only"),
    ] {
        let role = ranked.iter().find(|role| role.name() == name).unwrap();
        assert!(
            role.reasons[0].contains(words),
            "{name}: {:?}",
            role.reasons
        );
    }
}
