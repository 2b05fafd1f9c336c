//! Whom a role reaches, down to the pods of every cluster that uses it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::model::role::RoleState;
use crate::model::usage::{AccountUser, Radius, RoleUsage};
use crate::model::{ClusterArn, Failure};
use crate::ops::fleet::kubernetes::of_accounts;
use crate::ops::fleet::{Site, TOGETHER};

/// What can assume a role of nodes.
const EC2: &str = "ec2.amazonaws.com";

/// Reads the pods of everybody who is given the role.
pub(super) async fn read(
    sites: &[Site],
    usage: RoleUsage,
    state: &RoleState,
    now: Timestamp,
) -> (Radius, Vec<(ClusterArn, Failure)>) {
    let mut radius = Radius::new(usage);
    let mut accounts: BTreeMap<ClusterArn, BTreeSet<AccountUser>> = BTreeMap::new();
    for account in radius.accounts() {
        let here = accounts.entry(account.cluster.clone()).or_default();
        here.insert(account);
    }
    let here = |site: &&Site| accounts.contains_key(&site.arn);
    let asked = sites.iter().filter(here).map(|site| {
        let accounts = accounts.get(&site.arn);
        async move { Box::pin(of_accounts(site, accounts.into_iter().flatten())).await }
    });
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let asked: Vec<_> = asked.collect();
    let mut asked = stream::iter(asked).buffered(TOGETHER);
    let mut failures = Vec::new();
    while let Some((gathered, failed)) = asked.next().await {
        let arn = &gathered.site.arn;
        failures.extend(failed.into_iter().map(|failure| (arn.clone(), failure)));
        gathered.look(now, |picture| {
            radius.add_cluster(arn, picture);
        });
    }
    if may_be_of_nodes(state) {
        radius.pods_are_missing(
            "it may be the role of nodes, and pods that use the role of their node were not looked for",
        );
    }
    (radius, failures)
}

/// Whether machines may have it; where that is not known, so says the rest of the role.
fn may_be_of_nodes(state: &RoleState) -> bool {
    let RoleState::Read(found) = state else {
        return false;
    };
    let trust = found.value.trust.as_deref();
    trust.is_some_and(|trust| trust.contains(EC2))
}
