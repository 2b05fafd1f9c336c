//! Roles, and how many use them.

use std::fmt;

use jiff::Timestamp;

use super::{Columns, UNKNOWN, cell};
use crate::model::age::age;
use crate::model::arn::{account_of, role_name};
use crate::model::role::RoleState;
use crate::model::usage::RoleUsage;
use crate::model::{ClusterArn, LastUse};

pub const ROLES: Columns = Columns {
    titles: &[
        "ROLE",
        "ACCOUNT",
        "TRUST",
        "LAST-USED",
        "ASSOCIATIONS",
        "TARGET-OF",
        "ADDONS",
        "SERVICE-ACCOUNTS",
        "CLUSTERS",
        "AGE",
        "MAX-SESSION",
        "BOUNDARY",
        "PROFILE",
        "ARN",
    ],
    narrow: 8,
};

pub fn role(
    arn: &str,
    state: &RoleState,
    usage: Option<&RoleUsage>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let detail = state.detail();
    // A role that does not exist has no members, and all of that is known.
    let member = |text: Option<Option<String>>| match (text, state) {
        (Some(text), _) => text.unwrap_or_default(),
        (None, RoleState::Missing) => String::new(),
        (None, _) => UNKNOWN.to_owned(),
    };
    let trust = match state {
        RoleState::Read(described) => described.value.trust_summary().to_string(),
        RoleState::Missing => "the role does not exist".to_owned(),
        RoleState::Unknown(_) => UNKNOWN.to_owned(),
    };
    let last_used = member(detail.map(|detail| match &detail.last_use {
        LastUse::NotTold => None,
        LastUse::Never => Some("not in 400d".to_owned()),
        LastUse::At { date, .. } => Some(age(*date, now)),
    }));
    let seconds = detail.map(|detail| detail.max_session_seconds.map(|it| format!("{it}s")));
    let boundary = detail.map(|detail| detail.boundary.as_ref().map(ToString::to_string));
    let count = |count: Option<&dyn fmt::Display>| cell(count, |count| Some(count.to_string()));
    let clusters = cell(usage, |usage| {
        let names = usage.clusters().into_iter().map(ClusterArn::name);
        Some(names.collect::<Vec<_>>().join(","))
    });
    vec![
        role_name(arn).to_owned(),
        account_of(arn).unwrap_or_default().to_owned(),
        trust,
        last_used,
        count(usage.map(|usage| &usage.associations as _)),
        count(usage.map(|usage| &usage.targets as _)),
        count(usage.map(|usage| &usage.addons as _)),
        count(usage.map(|usage| &usage.service_accounts as _)),
        clusters,
        member(detail.map(|detail| detail.created.map(|at| age(at, now)))),
        member(seconds),
        member(boundary),
        profile.to_owned(),
        arn.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_is_missing_is_not_one_that_could_not_be_read() {
        let arn = "arn:aws:iam::111122223333:role/team/x";
        let cells = |state| role(arn, &state, None, "p", Timestamp::UNIX_EPOCH);
        let missing = cells(RoleState::Missing);
        assert_eq!(missing.len(), ROLES.titles(true).len());
        assert_eq!(
            missing[..5],
            ["x", "111122223333", "the role does not exist", "", "?"]
        );
        let unknown = cells(RoleState::Unknown("denied".into()));
        assert_eq!(unknown[2..4], ["?", "?"]);
    }
}
