//! Which session may speak for which account: IAM knows accounts, and routes know profiles.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use indexmap::IndexMap;

use super::{Fault, TOGETHER};
use crate::cloud::{Cloud, Session, Urgency};
use crate::model::{Arn, Partition, Route, Text};
use crate::ops::load;

/// One session for each account that the routes lead to, in the order of the routes.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    sessions: IndexMap<(&'static str, Text), Arc<Session>>,
    /// Profiles whose account is not known, and why.
    pub faults: Vec<Fault>,
}

impl Accounts {
    /// Asks STS once for each profile in each partition; what it said before is not asked again.
    pub async fn of(cloud: &Arc<Cloud>, urgency: Urgency, routes: &[Route]) -> Self {
        let mut asked = HashSet::new();
        let first = |route: &&Route| {
            let partition = Partition::of(&route.region).id();
            asked.insert((partition, route.profile.clone()))
        };
        let ask = |route: Route| async move {
            let caller = async {
                let session = cloud.session(&route).await?;
                let caller = load::identify(&session, urgency).await?;
                Ok((session, caller))
            };
            let caller = caller.await;
            (route, caller)
        };
        let asked: Vec<_> = routes.iter().filter(first).cloned().map(ask).collect();
        let mut asked = stream::iter(asked).buffered(TOGETHER);
        let mut accounts = Self::default();
        while let Some((route, caller)) = asked.next().await {
            match caller {
                Ok((session, caller)) => {
                    let partition = Partition::of(&route.region).id();
                    let account = (partition, caller.account);
                    accounts.sessions.entry(account).or_insert(session);
                }
                Err(failure) => accounts.faults.push(Fault {
                    route,
                    cluster: None,
                    failure,
                }),
            }
        }
        accounts
    }

    /// The session for the account of something of IAM.
    pub fn session(&self, arn: &Arn) -> Option<&Arc<Session>> {
        let of_account = |((partition, account), _): &(&(&str, Text), &Arc<Session>)| {
            *partition == arn.partition() && **account == *arn.account()
        };
        let found = self.sessions.iter().find(of_account);
        found.map(|(_, session)| session)
    }

    pub fn sessions(&self) -> impl ExactSizeIterator<Item = &Arc<Session>> {
        self.sessions.values()
    }
}
