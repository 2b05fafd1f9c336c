//! Statements to copy: each must be accepted by the evaluator itself, in every partition.

use roledex::model::trust::{
    AssociationHop, Lint, Policy, TargetHop, Tightness, document_of, expected_external_id,
    for_association, for_target_hop, statement_for, statement_for_target, with_statement,
};
use roledex::model::verdict::Verdict::{No, Yes};
use roledex::model::{Arn, ClusterArn};
use serde_json::json;

use super::{TAGGED, policy};

const TIGHTNESSES: [Tightness; 3] = [Tightness::Plain, Tightness::Cluster, Tightness::Workload];

#[test]
fn ready_statements_are_accepted_here_and_refused_elsewhere() {
    let association =
        "arn:aws-cn:eks:cn-north-1:111122223333:podidentityassociation/demo/a-0123456789abcdefg";
    let cluster = ClusterArn::parse("arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo").unwrap();
    let namesake =
        ClusterArn::parse("arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo2").unwrap();
    let role = Arn::parse("arn:aws-cn:iam::111122223333:role/demo").unwrap();
    for session_tags in [true, false] {
        for (association, tightness) in [None, Some(association)]
            .into_iter()
            .flat_map(|a| TIGHTNESSES.map(|t| (a, t)))
        {
            let hop = AssociationHop {
                cluster: &cluster,
                namespace: "ns",
                service_account: "sa",
                session_tags,
                association,
            };
            let is_tight = tightness != Tightness::Plain;
            let policy = policy(document_of(&statement_for(&hop, tightness)));
            assert_eq!(
                for_association(&policy, &hop).verdict,
                Yes,
                "{session_tags} {tightness:?}"
            );
            let elsewhere = AssociationHop {
                cluster: &namesake,
                association: None,
                ..hop
            };
            let expected = if is_tight { No } else { Yes };
            assert_eq!(
                for_association(&policy, &elsewhere).verdict,
                expected,
                "{tightness:?}"
            );
            assert_eq!(Lint::of_association_role(&policy).is_empty(), is_tight);
            let neighbour = AssociationHop {
                service_account: "other",
                ..hop
            };
            let is_bound = tightness == Tightness::Workload && session_tags;
            let expected = if is_bound { No } else { Yes };
            assert_eq!(
                for_association(&policy, &neighbour).verdict,
                expected,
                "{tightness:?}"
            );

            let id = expected_external_id(&hop);
            let target = TargetHop {
                source: hop,
                role: &role,
                external_id: Some(&id),
            };
            let policy = super::policy(document_of(&statement_for_target(&target, tightness)));
            assert_eq!(
                for_target_hop(&policy, &target).verdict,
                Yes,
                "{session_tags} {tightness:?}"
            );
            assert_eq!(Lint::of_target_role(&policy).is_empty(), is_tight);
        }
    }
}

#[test]
fn adding_a_statement_keeps_the_rest() {
    let cluster = ClusterArn::parse(super::CLUSTER).unwrap();
    let before = json!({
        "Version": "2012-10-17",
        "Id": "mine",
        "Statement": {
            "Sid": "Irsa",
            "Effect": "Allow",
            "Principal": {"Federated": "x"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"a:sub": "b", "a:aud": ["c", "d"]}, "Null": {"e": "true"}},
        },
        "Comment": {"kept": [1, 2]},
    });
    let policy = policy(before.clone());
    let hop = TAGGED.hop(&cluster);
    let after = with_statement(&policy, statement_for(&hop, Tightness::Plain));
    assert_eq!(after["Statement"][0], before["Statement"]);
    assert_eq!(after["Comment"], before["Comment"]);
    let mended = Policy::from_json(after).unwrap();
    assert_eq!(for_association(&mended, &hop).verdict, Yes);
}
