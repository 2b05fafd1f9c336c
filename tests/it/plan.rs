//! Plans: the rules that need no call, what is shown, and what is fingerprinted.
//!
//! The stage: `payments/api` of the cluster `shop` in eu-west-1 of account 111122223333.

mod candidates;
mod changes;
mod commands;
mod digests;
mod documents;
mod rules;
mod shown;

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use roledex::model::association::AssociationExtra;
use roledex::model::plan::{Basis, BlastRadius, Draft, Edit, New, Plan, RoleArn, Setting, TagEdit};
use roledex::model::{
    Association, AssociationDetail, AssociationKey, AssociationRecord, Caller, ClusterArn, Known,
    Route, Text,
};

pub(crate) const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/shop";
pub(crate) const ID: &str = "a-0123456789abcdefg";

pub(crate) fn cluster() -> ClusterArn {
    ClusterArn::parse(CLUSTER).unwrap()
}

pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

pub(crate) fn role(name: &str) -> RoleArn {
    RoleArn::parse(&role_arn(name)).unwrap()
}

pub(crate) fn foreign(name: &str) -> RoleArn {
    RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{name}")).unwrap()
}

pub(crate) fn basis() -> Basis {
    Basis {
        route: Route::new(Some("prod"), "eu-west-1"),
        caller: Some(Caller {
            account: "111122223333".into(),
            arn: "arn:aws:sts::111122223333:assumed-role/Admin/alice".into(),
            user_id: "AROAEXAMPLE:alice".into(),
        }),
        pods: BlastRadius::unknown("nobody asked"),
    }
}

pub(crate) fn record() -> AssociationRecord {
    record_with(&[("team", "payments")], None, None)
}

/// A record with these tags, target role and session policy; session tags are off if there is a policy.
pub(crate) fn record_with(
    tags: &[(&str, &str)],
    target: Option<&str>,
    policy: Option<&str>,
) -> AssociationRecord {
    let tags = tags.iter();
    let tags = tags.map(|(key, value)| (Text::from(*key), Text::from(*value)));
    AssociationRecord {
        association: Association {
            key: AssociationKey {
                cluster: cluster(),
                id: ID.into(),
            },
            namespace: "payments".into(),
            service_account: "api".into(),
            arn: Some(
                format!("arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/{ID}")
                    .into(),
            ),
            owner: None,
        },
        detail: AssociationDetail {
            role: Some(role_arn("a").into()),
            target_role: target.map(Into::into),
            session_tags_disabled: Some(policy.is_some()),
            created: Some("2026-01-02T03:04:05Z".parse().unwrap()),
            modified: Some("2026-02-03T04:05:06Z".parse().unwrap()),
            extra: Some(Arc::new(AssociationExtra {
                tags: tags.collect(),
                external_id: target.map(|_| "eu-west-1/111122223333/shop/payments/api".into()),
                policy: policy.map(Into::into),
            })),
        },
    }
}

pub(crate) fn read(record: AssociationRecord) -> Known<AssociationRecord> {
    Known::live(record, "2026-11-01T00:00:00Z".parse().unwrap())
}

pub(crate) fn edit_role(name: &str) -> Edit {
    Edit {
        role: Some(role(name)),
        ..Edit::default()
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "tables of edits read better by value"
)]
pub(crate) fn update(edit: Edit) -> Plan {
    Plan::update(basis(), read(record()), &edit).unwrap()
}

pub(crate) fn deletion() -> Plan {
    Plan::delete(basis(), read(record())).unwrap()
}

pub(crate) fn new(namespace: &str, service_account: &str) -> New {
    let draft = Draft {
        role: Some(role_arn("a")),
        ..Draft::default()
    };
    New::read(&cluster(), namespace, service_account, &draft, []).unwrap()
}

pub(crate) fn creation() -> Plan {
    Plan::create(basis(), cluster(), new("payments", "api")).unwrap()
}

pub(crate) fn tagging(words: &[&str]) -> Plan {
    let edit = TagEdit::parse(words.iter().copied()).unwrap();
    Plan::tag(basis(), read(record()), &edit).unwrap()
}

pub(crate) fn relocation(namespace: &str, edit: Edit) -> Plan {
    Plan::relocate(basis(), read(record()), namespace, "api", edit).unwrap()
}

fn edits() -> impl Strategy<Value = Edit> {
    let name = select(vec!["a", "b", "c"]);
    let target = prop_oneof![
        2 => Just(Setting::Keep),
        1 => Just(Setting::Clear),
        2 => select(vec!["a", "b"]).prop_map(|name| Setting::Set(foreign(name))),
    ];
    let tags = prop::option::of(any::<bool>());
    (prop::option::of(name), target, tags).prop_map(|(name, target_role, session_tags)| Edit {
        role: name.map(role),
        target_role,
        session_tags,
        policy: Setting::Keep,
    })
}

/// Plans of every kind, few enough to meet the same one twice.
pub(crate) fn plans() -> BoxedStrategy<Plan> {
    let names = vec!["payments", "web"];
    prop_oneof![
        edits().prop_map(update),
        Just(deletion()),
        select(names.clone())
            .prop_map(|name| { Plan::create(basis(), cluster(), new(name, "api")).unwrap() }),
        select(vec!["team=a", "team=payments", "team-", "other-"])
            .prop_map(|word| tagging(&[word])),
        (select(names), edits()).prop_map(|(name, edit)| relocation(name, edit)),
    ]
    .boxed()
}
