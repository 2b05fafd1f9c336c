//! Remarks on policies.

use roledex::model::trust::Lint::{
    self, ConfusedDeputy, DeletedPrincipal, ForWebIdentities, MadeForIrsa, OpenToTheWorld,
    UnknownMember, WideOpen,
};
use serde_json::{Value, json};

use super::{CLUSTER, ROLE, pods, pods_if, policy, statements};

#[test]
fn association_roles() {
    let irsa = json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"}, "Action": "sts:AssumeRoleWithWebIdentity"});
    let ci = json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity"});
    let ec2 = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let everyone = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"});
    for (list, expected) in [
        (json!([pods()]), vec![WideOpen { statement: 0 }]),
        (json!([ec2, pods()]), vec![WideOpen { statement: 1 }]),
        (
            json!([pods_if(json!({"ArnEquals": {"aws:SourceArn": CLUSTER}}))]),
            vec![],
        ),
        (
            json!([pods_if(
                json!({"ArnEqualsIfExists": {"aws:SourceArn": CLUSTER}})
            )]),
            vec![WideOpen { statement: 0 }],
        ),
        (
            json!([pods_if(json!({"StringLike": {"aws:SourceAccount": "*"}}))]),
            vec![WideOpen { statement: 0 }],
        ),
        (json!([irsa]), vec![MadeForIrsa]),
        (json!([ci]), vec![ForWebIdentities]),
        (json!([ci, irsa]), vec![MadeForIrsa]),
        (json!([irsa, ec2]), vec![]),
        (json!([everyone]), vec![OpenToTheWorld { statement: 0 }]),
        (json!([]), vec![]),
    ] {
        assert_eq!(
            Lint::of_association_role(&statements(list.clone())),
            expected,
            "{list}"
        );
    }
}

#[test]
fn target_roles() {
    let allow = |principal: Value, condition: Value| {
        statements(json!([{
            "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition,
        }]))
    };
    let deputy = || vec![ConfusedDeputy { statement: 0 }];
    let deleted = DeletedPrincipal {
        statement: 0,
        id: "AROAEXAMPLEEXAMPLE123".into(),
    };
    for (principal, condition, expected) in [
        (json!({"AWS": ROLE}), json!({}), deputy()),
        (
            json!({"AWS": "111122223333"}),
            json!({"StringEquals": {"sts:ExternalId": "x"}}),
            vec![],
        ),
        (
            json!({"AWS": "111122223333"}),
            json!({"ArnEquals": {"aws:PrincipalArn": ROLE}}),
            vec![],
        ),
        (
            json!({"AWS": ROLE}),
            json!({"StringLike": {"aws:RequestTag/kubernetes-namespace": "web"}}),
            vec![],
        ),
        (
            json!({"AWS": ROLE}),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}),
            deputy(),
        ),
        (
            json!({"AWS": ROLE}),
            json!({"StringNotEquals": {"sts:ExternalId": "x"}}),
            deputy(),
        ),
        (json!({"Service": "ec2.amazonaws.com"}), json!({}), vec![]),
        (
            json!({"AWS": "AROAEXAMPLEEXAMPLE123"}),
            json!({}),
            vec![deleted],
        ),
    ] {
        assert_eq!(
            Lint::of_target_role(&allow(principal.clone(), condition.clone())),
            expected,
            "{principal} {condition}"
        );
    }
}

#[test]
fn unknown_members_are_reported_by_place() {
    let mut statement = pods_if(json!({"StringEquals": {"aws:SourceAccount": "1"}}));
    statement["Resource"] = json!("*");
    let policy = policy(json!({"Statement": statement, "Comment": "x"}));
    let lints = Lint::of_association_role(&policy);
    assert_eq!(
        lints,
        [
            UnknownMember {
                statement: None,
                name: "Comment".into()
            },
            UnknownMember {
                statement: Some(0),
                name: "Resource".into()
            },
        ]
    );
    assert_eq!(
        lints[1].to_string(),
        "statement 1 has the member \"Resource\", which IAM does not know"
    );
}
