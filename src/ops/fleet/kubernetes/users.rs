//! Service accounts as users of roles: those that are annotated, which is IRSA, and the pods of those that are known.

use std::collections::BTreeSet;

use super::told::not_decoded;
use super::{Depth, Gathered, connect, list, read};
use crate::cloud::{ObjectFilter, Urgency};
use crate::model::census::Part;
use crate::model::kubernetes::{KubeObject, WatchedKind};
use crate::model::usage::AccountUser;
use crate::model::{Failure, Text};
use crate::ops::fleet::{Selection, Site, URGENCY};

/// Pairs of namespace and name that are listed one by one.
const NAMED_ALONE: usize = 16;

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

/// Some service accounts of a cluster, and the pods of all of them.
pub(in crate::ops::fleet) async fn of_accounts(
    site: &Site,
    accounts: impl Iterator<Item = &AccountUser>,
) -> (Gathered, Vec<Failure>) {
    let (mut namespaces, mut names) = (BTreeSet::new(), BTreeSet::new());
    for account in accounts {
        namespaces.insert(account.namespace.to_string());
        names.insert(account.name.to_string());
    }
    // Each namespace is asked about each name, so of many less is named, and more is read.
    if namespaces.len() * names.len() > NAMED_ALONE {
        names.clear();
    }
    if namespaces.len() > NAMED_ALONE {
        namespaces.clear();
    }
    let selection = Selection {
        namespaces: namespaces.into_iter().collect(),
        service_accounts: names.into_iter().collect(),
        ..Selection::default()
    };
    read(site.clone(), URGENCY, &selection, Depth::Pods, None).await
}
