//! Trust policies: a table of what each means for Pod Identity, and what must hold of all of them.
//!
//! The stage of every table: the cluster `shop` in eu-west-1 of account 111122223333, its service account `web/cart`.

mod actions;
mod denials;
mod documents;
mod explanations;
mod lints;
mod principals;
mod properties;
mod sets;
mod sources;
mod statements;
mod strings;
mod tags;
mod targets;
mod variables;

use roledex::model::trust::{
    AssociationHop, Judgement, Policy, TargetHop, for_association, for_target_hop,
};
use roledex::model::verdict::Verdict;
use roledex::model::{Arn, ClusterArn};
use serde_json::{Value, json};

const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/shop";
const ASSOCIATION: &str =
    "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/a-0123456789abcdefg";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/cart";
const EXTERNAL_ID: &str = "eu-west-1/111122223333/shop/web/cart";

/// What an association is asked with.
#[derive(Debug, Clone, Copy)]
struct Stage {
    session_tags: bool,
    association: Option<&'static str>,
}

const TAGGED: Stage = Stage {
    session_tags: true,
    association: Some(ASSOCIATION),
};
const UNTAGGED: Stage = Stage {
    session_tags: false,
    association: Some(ASSOCIATION),
};
const NOT_YET_THERE: Stage = Stage {
    session_tags: true,
    association: None,
};

impl Stage {
    fn hop<'a>(&self, cluster: &'a ClusterArn) -> AssociationHop<'a> {
        AssociationHop {
            cluster,
            namespace: "web",
            service_account: "cart",
            session_tags: self.session_tags,
            association: self.association,
        }
    }

    fn judge(&self, policy: &Policy) -> Judgement {
        let cluster = ClusterArn::parse(CLUSTER).unwrap();
        for_association(policy, &self.hop(&cluster))
    }

    fn judge_target(&self, policy: &Policy) -> Judgement {
        let cluster = ClusterArn::parse(CLUSTER).unwrap();
        let role = Arn::parse(ROLE).unwrap();
        let source = self.hop(&cluster);
        let hop = TargetHop {
            source,
            role: &role,
            external_id: Some(EXTERNAL_ID),
        };
        for_target_hop(policy, &hop)
    }
}

fn policy(value: Value) -> Policy {
    Policy::from_json(value).unwrap()
}

/// A current policy of these statements.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tables of json! read better by value"
)]
fn statements(statements: Value) -> Policy {
    policy(json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The usual statement for Pod Identity under a condition.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tables of json! read better by value"
)]
fn pods_if(condition: Value) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": condition,
    })
}

/// The usual statement for Pod Identity.
fn pods() -> Value {
    pods_if(json!({}))
}

/// Judges a row per condition of the usual statement.
fn check_conditions(stage: Stage, rows: &[(Value, Verdict)]) {
    for (condition, expected) in rows {
        let judgement = stage.judge(&statements(pods_if(condition.clone())));
        assert_eq!(
            judgement.verdict,
            *expected,
            "{condition}\n{:#?}",
            judgement.reasons()
        );
    }
}
