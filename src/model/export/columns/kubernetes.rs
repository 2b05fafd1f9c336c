//! Service accounts and pods.

use jiff::Timestamp;

use super::{Columns, UNKNOWN};
use crate::model::age::age;
use crate::model::arn::{ClusterArn, role_name};
use crate::model::census::{AccountRow, ContainerRow};
use crate::model::identity::{Fact, Role};

pub const SERVICE_ACCOUNTS: Columns = Columns {
    titles: &[
        "CLUSTER",
        "NAMESPACE",
        "NAME",
        "IDENTITY",
        "ROLE",
        "RUNNING",
        "LACKING",
        "AGE",
        "REMARK",
        "ASSOCIATION",
        "OLD-CREDENTIALS",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "ROLE-ARN",
        "THROUGH-ROLE-ARN",
    ],
    narrow: 9,
};

pub const PODS: Columns = Columns {
    titles: &[
        "CLUSTER",
        "NAMESPACE",
        "POD",
        "CONTAINER",
        "IDENTITY",
        "ROLE",
        "STATE",
        "AGE",
        "WHY",
        "SERVICE-ACCOUNT",
        "WORKLOAD",
        "INJECTION",
        "CREDENTIALS",
        "NODE",
        "COMPUTE",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "ROLE-ARN",
        "THROUGH-ROLE-ARN",
    ],
    narrow: 9,
};

pub fn service_account(
    cluster: &ClusterArn,
    row: &AccountRow<'_>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let role = role(row.role(), row.is_role_unknown());
    let tally = |read: fn(&crate::model::identity::Tally) -> usize| {
        row.tally
            .as_ref()
            .map_or_else(|| UNKNOWN.to_owned(), |tally| read(tally).to_string())
    };
    let created = match row.account {
        Fact::Unknown => UNKNOWN.to_owned(),
        _ => row.created().map(|at| age(at, now)).unwrap_or_default(),
    };
    let association = match row.association {
        Fact::Unknown => UNKNOWN.to_owned(),
        Fact::Absent => String::new(),
        Fact::Present(associated) => associated.association.key.id.to_string(),
    };
    let aging = row
        .tally
        .map_or_else(|| UNKNOWN.to_owned(), |tally| tally.aging.phrase());
    vec![
        cluster.name().to_owned(),
        row.namespace.to_string(),
        row.name.to_string(),
        row.phrase(),
        role_name(&role).to_owned(),
        tally(|tally| tally.running),
        tally(|tally| tally.lacking),
        created,
        row.remark().unwrap_or_default(),
        association,
        aging,
        cluster.region().to_owned(),
        cluster.account().to_owned(),
        profile.to_owned(),
        role,
        through(row.role()),
    ]
}

pub fn container(
    cluster: &ClusterArn,
    row: &ContainerRow<'_>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let pod = row.pod;
    let role = role(row.role(), row.is_role_unknown());
    let compute = match row.compute() {
        Some(word) => word.to_owned(),
        None if pod.node.is_none() => String::new(),
        None => UNKNOWN.to_owned(),
    };
    vec![
        cluster.name().to_owned(),
        pod.namespace.to_string(),
        pod.name.to_string(),
        row.verdict.container.to_string(),
        row.phrase(),
        role_name(&role).to_owned(),
        row.state(),
        pod.created.map(|at| age(at, now)).unwrap_or_default(),
        row.why(),
        pod.service_account.to_string(),
        row.workload_phrase().unwrap_or_default(),
        row.injection.word().to_owned(),
        row.staleness.phrase().into_owned(),
        pod.node.as_deref().unwrap_or_default().to_owned(),
        compute,
        cluster.region().to_owned(),
        cluster.account().to_owned(),
        profile.to_owned(),
        role,
        through(row.role()),
    ]
}

fn role(role: Option<&Role>, is_unknown: bool) -> String {
    match role {
        Some(role) => role.arn.to_string(),
        None if is_unknown => UNKNOWN.to_owned(),
        None => String::new(),
    }
}

fn through(role: Option<&Role>) -> String {
    role.and_then(|role| role.through.as_deref())
        .unwrap_or_default()
        .to_owned()
}
