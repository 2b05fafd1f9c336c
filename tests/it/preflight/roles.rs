//! Checks about the role, its trust, and the hop to a target role.

use roledex::model::Learned;
use roledex::model::plan::{Edit, Plan, RoleArn, SessionPolicy, Setting};
use roledex::model::preflight::{CheckId, Decision, Evidence, Outcome, RoleEvidence};
use roledex::model::trust::Policy;
use serde_json::json;

use super::{assert_check, check, fine, pods, policy, role, run, unknowns};
use crate::plan::{
    basis, creation, deletion, edit_role, foreign, read, record_with, role_arn, tagging, update,
};

#[test]
fn the_role_exists() {
    let plan = update(edit_role("team/b"));
    let with = |role| {
        check(
            &plan,
            &Evidence {
                role,
                ..fine(&plan)
            },
            CheckId::Role,
        )
    };
    let right = role_arn("team/b");
    assert_check(
        &with(role(&right, pods())),
        Outcome::Ok,
        "in account 111122223333",
    );
    let moved = with(role(&role_arn("b"), pods()));
    assert_check(
        &moved,
        Outcome::Blocking,
        "IAM has arn:aws:iam::111122223333:role/b, and not",
    );
    assert_eq!(moved.fix.unwrap().copy.unwrap(), role_arn("b"));
    assert_check(
        &with(role(&role_arn("c"), pods())),
        Outcome::Unknown,
        "about another role",
    );
    assert_check(
        &with(Learned::Absent),
        Outcome::Blocking,
        "may not be visible yet",
    );
    for (unknown, words) in unknowns() {
        assert_check(&with(unknown), Outcome::Unknown, words);
    }
    for plan in [deletion(), tagging(&["a=1"])] {
        let asked = run(&plan, &Evidence::default());
        let ids = [
            CheckId::Role,
            CheckId::Trust,
            CheckId::TargetRole,
            CheckId::Placement,
        ];
        assert!(asked.checks().iter().all(|check| !ids.contains(&check.id)));
    }
}

#[test]
fn the_role_trusts_the_pods() {
    let plan = update(edit_role("b"));
    let arn = role_arn("b");
    let with = |role| {
        check(
            &plan,
            &Evidence {
                role,
                ..fine(&plan)
            },
            CheckId::Trust,
        )
    };
    let pods_with = |action: serde_json::Value, condition: serde_json::Value| {
        policy(&json!({
            "Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": action, "Condition": condition,
        }))
    };
    let both = json!(["sts:AssumeRole", "sts:TagSession"]);
    assert_check(
        &with(role(&arn, pods())),
        Outcome::Ok,
        "any cluster of the account",
    );
    let world = policy(&json!([
        {"Effect": "Allow", "Principal": "*", "Action": "sts:*"},
        {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": "sts:*"},
    ]));
    assert_check(
        &with(role(&arn, world)),
        Outcome::Warning,
        "any AWS account",
    );

    let source =
        |value: &str| pods_with(both.clone(), json!({"ArnLike": {"aws:SourceArn": value}}));
    let cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/shop";
    let unknown = with(role(&arn, source(cluster)));
    assert_check(&unknown, Outcome::Unknown, "let aws:SourceArn accept both");
    assert!(unknown.fix.unwrap().copy.is_some());
    let other = with(role(
        &arn,
        source("arn:aws:eks:eu-west-1:111122223333:cluster/other"),
    ));
    assert_check(&other, Outcome::Blocking, "aws:SourceArn");

    let untagged = pods_with(json!("sts:AssumeRole"), json!({}));
    assert_check(
        &with(role(&arn, untagged.clone())),
        Outcome::Blocking,
        "sts:TagSession",
    );
    let off = Edit {
        session_tags: Some(false),
        ..edit_role("b")
    };
    let plan_off = update(off);
    let evidence = Evidence {
        role: role(&arn, untagged),
        ..fine(&plan_off)
    };
    let found = check(&plan_off, &evidence, CheckId::Trust);
    assert_check(&found, Outcome::Unknown, "is not documented");

    assert_check(
        &with(Learned::Absent),
        Outcome::Unknown,
        "the role is not there",
    );
    assert_check(
        &with(role(&role_arn("c"), pods())),
        Outcome::Unknown,
        "about another role",
    );
    let torn = Learned::Known(RoleEvidence {
        arn: arn.as_str().into(),
        trust: Policy::parse("{"),
    });
    assert_check(&with(torn), Outcome::Unknown, "cannot be read");
    for (unknown, words) in unknowns() {
        assert_check(&with(unknown), Outcome::Unknown, words);
    }
}

#[test]
fn the_statement_to_copy_would_mend_it() {
    let plan = update(edit_role("b"));
    let arn = role_arn("b");
    let ec2 = json!({
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    });
    let with = |statements: &serde_json::Value| {
        let evidence = Evidence {
            role: role(&arn, policy(statements)),
            ..fine(&plan)
        };
        check(&plan, &evidence, CheckId::Trust)
    };
    let found = with(&ec2);
    assert_check(
        &found,
        Outcome::Blocking,
        "add this statement to the trust policy of b",
    );
    let copied: serde_json::Value =
        serde_json::from_str(&found.fix.unwrap().copy.unwrap()).unwrap();
    let mended = with(&json!([ec2, copied]));
    assert_eq!(mended.outcome, Outcome::Ok, "{mended:?}");
    // Nothing that is added outweighs a Deny.
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"});
    let denied = with(&json!([ec2, copied, deny]));
    assert_check(
        &denied,
        Outcome::Blocking,
        "in the trust policy of b: remove statement 3",
    );
    assert_eq!(denied.fix.unwrap().copy, None);
}

fn chained(target: &RoleArn, session_tags: bool) -> Plan {
    update(Edit {
        target_role: Setting::Set(target.clone()),
        session_tags: Some(session_tags),
        ..Edit::default()
    })
}

#[test]
fn the_target_role_exists() {
    let far = chained(&foreign("vault"), true);
    let near = chained(&crate::plan::role("vault"), true);
    let with = |plan: &Plan, target_role| {
        let evidence = Evidence {
            target_role,
            ..fine(plan)
        };
        check(plan, &evidence, CheckId::TargetRole)
    };
    assert_check(
        &with(&near, Learned::Absent),
        Outcome::Blocking,
        "knows no such role",
    );
    let words = "it is in account 444455556666, which no scope of this run reads";
    assert_check(&with(&far, Learned::NotAsked), Outcome::Unknown, words);
    // A scope that reads that account has looked, and there is none.
    let gone = with(&far, Learned::Absent);
    assert_eq!(gone.outcome, Outcome::Blocking, "{gone:?}");
    for (unknown, _) in unknowns() {
        assert_check(&with(&far, unknown), Outcome::Unknown, words);
    }
    for (unknown, words) in unknowns() {
        assert_check(&with(&near, unknown), Outcome::Unknown, words);
    }
    let found = role(foreign("vault").as_str(), pods());
    assert_check(&with(&far, found), Outcome::Ok, "in account 444455556666");
}

#[test]
fn the_role_may_assume_the_target_role() {
    let far = chained(&foreign("vault"), true);
    let near = chained(&crate::plan::role("vault"), true);
    let with = |plan: &Plan, decision: Decision, missing: &[&str]| {
        let mut evidence = fine(plan);
        let Learned::Known(answers) = &mut evidence.role_permissions else {
            panic!()
        };
        assert_eq!(answers.len(), 2);
        answers[1].decision = decision;
        answers[1].missing_context = missing.iter().map(|key| (*key).into()).collect();
        check(plan, &evidence, CheckId::TargetPermission)
    };
    let silent = Decision::ImplicitDeny;
    assert_check(
        &with(&far, Decision::Allowed, &[]),
        Outcome::Ok,
        "allows sts:TagSession",
    );
    let blocked = with(&far, silent.clone(), &[]);
    assert_check(
        &blocked,
        Outcome::Blocking,
        "no policy allows sts:TagSession",
    );
    assert!(
        blocked
            .fix
            .unwrap()
            .copy
            .unwrap()
            .contains("sts:AssumeRole")
    );
    assert_check(
        &with(&near, silent.clone(), &[]),
        Outcome::Unknown,
        "can be enough",
    );
    assert_check(
        &with(&near, Decision::ExplicitDeny, &[]),
        Outcome::Blocking,
        "a policy denies",
    );
    assert_check(
        &with(&far, silent, &["aws:x"]),
        Outcome::Unknown,
        "depends on aws:x",
    );
    for (unknown, words) in unknowns() {
        let evidence = Evidence {
            role_permissions: unknown,
            ..fine(&far)
        };
        assert_check(
            &check(&far, &evidence, CheckId::TargetPermission),
            Outcome::Unknown,
            words,
        );
    }
    let untagged = chained(&foreign("vault"), false);
    assert_eq!(
        roledex::model::preflight::needed_by_role(&untagged).len(),
        1
    );
}

#[test]
fn the_target_role_trusts_the_role() {
    let vault = foreign("vault");
    let lets_in = |condition: serde_json::Value| {
        let statement = json!({
            "Effect": "Allow", "Principal": {"AWS": role_arn("a")},
            "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": condition,
        });
        role(vault.as_str(), policy(&statement))
    };
    let with = |plan: &Plan, target_role| {
        let evidence = Evidence {
            target_role,
            ..fine(plan)
        };
        check(plan, &evidence, CheckId::TargetTrust)
    };
    let plan = chained(&vault, true);
    let deputy = with(&plan, lets_in(json!({})));
    assert_check(
        &deputy,
        Outcome::Ok,
        "any pod that has the first role can reach this one",
    );
    let stranger = role(vault.as_str(), pods());
    let found = with(&plan, stranger);
    assert_check(
        &found,
        Outcome::Blocking,
        "add this statement to the trust policy of vault",
    );
    for (unknown, words) in unknowns() {
        let open = with(&plan, unknown);
        assert_check(&open, Outcome::Unknown, words);
        assert!(open.fix.unwrap().copy.unwrap().contains("eks-cluster-arn"));
    }

    // The external id: known once EKS made it, documented before.
    let id = "eu-west-1/111122223333/shop/payments/api";
    let wants = |id: &str| lets_in(json!({"StringEquals": {"sts:ExternalId": id}}));
    let fresh = chained(&vault, false);
    let found = with(&fresh, wants(id));
    assert_check(
        &found,
        Outcome::Unknown,
        &format!("by the documentation of EKS it will be {id}"),
    );
    let before = read(record_with(&[], Some(vault.as_str()), None));
    let off = Edit {
        session_tags: Some(false),
        ..Edit::default()
    };
    let known = Plan::update(basis(), before.clone(), &off).unwrap();
    assert_check(
        &with(&known, wants(id)),
        Outcome::Ok,
        &format!("the external id {id}"),
    );
    assert_check(
        &with(&known, wants("else")),
        Outcome::Blocking,
        "sts:ExternalId",
    );
    // A move makes another one.
    let moved = Plan::relocate(basis(), before, "web", "api", off).unwrap();
    assert_check(&with(&moved, wants(id)), Outcome::Unknown, "shop/web/api");
}

#[test]
fn a_policy_goes_with_session_tags_off() {
    let text = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let edit = |policy, session_tags| Edit {
        policy,
        session_tags,
        ..Edit::default()
    };
    let set = Setting::Set(SessionPolicy::parse(text).unwrap());
    let found = check(
        &update(edit(set, Some(false))),
        &Evidence::default(),
        CheckId::PolicyTags,
    );
    assert_check(&found, Outcome::Ok, "session tags are off");
    let before = read(record_with(&[], None, Some(text)));
    let plan = Plan::update(basis(), before, &edit(Setting::Clear, None)).unwrap();
    let found = check(&plan, &Evidence::default(), CheckId::PolicyTags);
    assert_check(
        &found,
        Outcome::Warning,
        "delete the association and create it again",
    );
    let none = run(&creation(), &Evidence::default());
    assert!(
        none.checks()
            .iter()
            .all(|check| check.id != CheckId::PolicyTags)
    );
}
