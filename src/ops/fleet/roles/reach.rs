//! Whom a role reaches, down to the pods of every cluster that uses it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::model::role::RoleState;
use crate::model::usage::{AccountUser, Radius, RoleUsage};
use crate::model::verdict::Verdict;
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
    match may_be_of_nodes(state) {
        Verdict::No => {}
        Verdict::Yes => radius.pods_are_missing(
            "it may be the role of nodes, and pods that use the role of their node were not looked for",
        ),
        Verdict::Unknown => radius.pods_are_missing(
            "its trust policy is not known: if it is the role of nodes, pods that use the role of their node were not looked for",
        ),
    }
    (radius, failures)
}

/// Whether machines may have it.
fn may_be_of_nodes(state: &RoleState) -> Verdict {
    match state {
        // Nobody has it any more.
        RoleState::Missing => Verdict::No,
        RoleState::Unknown(_) => Verdict::Unknown,
        RoleState::Read(found) => match found.value.trust.as_deref() {
            Some(trust) => trust.contains(EC2).into(),
            None => Verdict::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usage::{Readings, of_role};
    use crate::model::{Described, Document, RoleDetail};

    const ROLE: &str = "arn:aws:iam::111122223333:role/api";

    fn with_trust(trust: Option<&str>) -> RoleState {
        let value = RoleDetail {
            trust: trust.map(Into::into),
            ..RoleDetail::of(ROLE.into(), "api".into())
        };
        RoleState::Read(Box::new(Described {
            value,
            document: Document::new(),
        }))
    }

    #[tokio::test]
    async fn a_trust_policy_that_is_not_known_is_no_no() {
        for (state, wanted) in [
            (with_trust(Some("{}")), None),
            (RoleState::Missing, None),
            (
                with_trust(Some(r#"{"Service":"ec2.amazonaws.com"}"#)),
                Some("it may be the role of nodes"),
            ),
            (with_trust(None), Some("its trust policy is not known")),
            (
                RoleState::Unknown("denied".into()),
                Some("its trust policy is not known"),
            ),
        ] {
            let usage = of_role(Readings::nobody(), ROLE);
            let (radius, _) = read(&[], usage, &state, Timestamp::UNIX_EPOCH).await;
            let gap = radius.pods.gap.as_ref().map(|gap| gap.reason().to_string());
            match (gap, wanted) {
                (None, None) => {}
                (Some(gap), Some(wanted)) if gap.contains(wanted) => {}
                (gap, wanted) => panic!("{gap:?}, not {wanted:?}"),
            }
        }
    }
}
