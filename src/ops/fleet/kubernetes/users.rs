//! Service accounts as users of roles, which is IRSA.

use super::told::not_decoded;
use super::{connect, list};
use crate::cloud::{ObjectFilter, Urgency};
use crate::model::census::Part;
use crate::model::kubernetes::{KubeObject, WatchedKind};
use crate::model::usage::AccountUser;
use crate::model::{Failure, Text};
use crate::ops::fleet::Site;

/// The annotated service accounts of a cluster with their roles, and why there may be more.
pub(in crate::ops::fleet) async fn users_at(
    site: &Site,
    urgency: Urgency,
) -> (Vec<(Text, AccountUser)>, Vec<Failure>) {
    let connected = match connect(site, urgency).await {
        Ok(connected) => connected,
        Err(failure) => return (Vec::new(), vec![failure]),
    };
    let (part, kind) = (Part::ServiceAccounts, WatchedKind::ServiceAccounts);
    let everywhere = ObjectFilter::default();
    let listed = list(&connected.kubernetes, urgency, part, kind, everywhere).await;
    let user = |object: KubeObject| {
        let KubeObject::ServiceAccount(account) = object else {
            return None;
        };
        let user = AccountUser {
            cluster: site.arn.clone(),
            namespace: account.namespace,
            name: account.name,
        };
        Some((account.role_arn?, user))
    };
    let users = listed.objects.into_iter().filter_map(user).collect();
    let words: Vec<&str> = listed.unreadable.iter().map(String::as_str).collect();
    let mut failures: Vec<Failure> = listed.failure.into_iter().collect();
    failures.extend(not_decoded(part, &words, site.arn.name()));
    (users, failures)
}
