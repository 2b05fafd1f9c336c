//! Reading one route, cluster or association, page by page.
//!
//! Nothing here collects what it could hand over: a page is shown when it arrives.

pub mod kubernetes;
mod parts;
mod policies;

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt};

use crate::cloud::{AssociationFilter, Page, Session, Urgency};
use crate::model::{
    Association, AssociationKey, AssociationRecord, Caller, Cluster, ClusterArn, Described,
    Failure, FailureKind, Region, Text, Update, UpdateKey, UpdateSubject,
};

pub use parts::{
    access_entries, access_entry, addon, addons, described, every_access_entry, every_addon,
    every_identity_provider, every_nodegroup, identity_provider, identity_providers, nodegroup,
    nodegroups, role, role_by_arn,
};

pub use policies::{attached_policies, inline_policies};

/// Descriptions that are asked for together; the budget decides how many of them are on the wire.
const TOGETHER: usize = 16;

pub async fn identify(session: &Session, urgency: Urgency) -> Result<Caller, Failure> {
    session.caller(urgency).await
}

/// The clusters of a route. Lists name them only, so the account comes from STS.
pub async fn clusters(
    session: &Session,
    urgency: Urgency,
    mut on_page: impl FnMut(Vec<ClusterArn>) + Send,
) -> Result<(), Failure> {
    let caller = session.caller(urgency).await?;
    let region: &Region = &session.route().region;
    pages(
        "list clusters",
        |token| async move { session.list_clusters(urgency, token.as_deref()).await },
        |names| {
            let arn = |name: &Text| ClusterArn::new(region, &caller.account, name);
            on_page(names.iter().map(arn).collect());
        },
    )
    .await
}

pub async fn cluster(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
) -> Result<Cluster, Failure> {
    session.describe_cluster(urgency, cluster).await
}

pub async fn associations(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    filter: &AssociationFilter,
    on_page: impl FnMut(Vec<Association>) + Send,
) -> Result<(), Failure> {
    pages(
        "list associations",
        |token| async move {
            session
                .list_associations(urgency, cluster, filter, token.as_deref())
                .await
        },
        on_page,
    )
    .await
}

pub async fn association(
    session: &Session,
    urgency: Urgency,
    key: &AssociationKey,
) -> Result<Described<AssociationRecord>, Failure> {
    session.describe_association(urgency, key).await
}

/// The parts of a cluster that have updates of their own, and what could not be listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subjects {
    pub subjects: Vec<UpdateSubject>,
    pub failures: Vec<Failure>,
}

/// Lists add-ons, node groups and capabilities; the cluster itself is not among them.
pub async fn subjects(session: &Session, urgency: Urgency, cluster: &ClusterArn) -> Subjects {
    let addons = all("list add-ons", |token| async move {
        session
            .list_addons(urgency, cluster, token.as_deref())
            .await
    });
    let nodegroups = all("list node groups", |token| async move {
        session
            .list_nodegroups(urgency, cluster, token.as_deref())
            .await
    });
    let capabilities = capabilities(session, urgency, cluster);
    // Boxed, because three calls side by side make a future of many kilobytes.
    let (addons, nodegroups, capabilities) = tokio::join!(
        Box::pin(addons),
        Box::pin(nodegroups),
        Box::pin(capabilities)
    );
    let mut found = Subjects::default();
    let mut add =
        |names: Result<Vec<Text>, Failure>, subject: fn(Text) -> UpdateSubject| match names {
            Ok(names) => found.subjects.extend(names.into_iter().map(subject)),
            Err(failure) => found.failures.push(failure),
        };
    add(addons, UpdateSubject::Addon);
    add(nodegroups, UpdateSubject::Nodegroup);
    add(capabilities, UpdateSubject::Capability);
    found
}

/// The names of the capabilities of a cluster.
pub async fn capabilities(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
) -> Result<Vec<Text>, Failure> {
    all("list capabilities", |token| async move {
        session
            .list_capabilities(urgency, cluster, token.as_deref())
            .await
    })
    .await
}

/// The updates of the given subjects of a cluster, each handed over as it is described.
///
/// An update that was seen in a terminal state never changes again and is not described again. What cannot be
/// read is returned; the rest is read all the same.
#[expect(
    clippy::implicit_hasher,
    reason = "callers hold a plain set; a type parameter would only spread"
)]
pub async fn updates(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    subjects: &[UpdateSubject],
    known_terminal: &HashSet<UpdateKey>,
    mut on_update: impl FnMut(Described<Update>) + Send,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    let lists = subjects.iter().map(|subject| async move {
        let ids = all("list updates", |token| async move {
            session
                .list_updates(urgency, cluster, subject, token.as_deref())
                .await
        });
        (subject, ids.await)
    });
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let lists: Vec<_> = lists.collect();
    let mut keys = Vec::new();
    let mut lists = stream::iter(lists).buffer_unordered(TOGETHER);
    while let Some((subject, ids)) = lists.next().await {
        match ids {
            Ok(ids) => keys.extend(ids.into_iter().map(|id| UpdateKey {
                cluster: cluster.clone(),
                subject: subject.clone(),
                id,
            })),
            // Deleted since it was listed: then it has no updates any more.
            Err(failure)
                if failure.kind == FailureKind::NotFound && *subject != UpdateSubject::Cluster => {}
            Err(failure) => failures.push(failure),
        }
    }
    drop(lists);
    keys.retain(|key| !known_terminal.contains(key));
    let described: Vec<_> = keys
        .iter()
        .map(|key| session.describe_update(urgency, key))
        .collect();
    let mut described = stream::iter(described).buffer_unordered(TOGETHER);
    while let Some(update) = described.next().await {
        match update {
            Ok(update) => on_update(update),
            Err(failure) if failure.kind == FailureKind::NotFound => {}
            Err(failure) => failures.push(failure),
        }
    }
    failures
}

pub async fn update(
    session: &Session,
    urgency: Urgency,
    key: &UpdateKey,
) -> Result<Described<Update>, Failure> {
    session.describe_update(urgency, key).await
}

/// Walks a list to its end.
///
/// A token that comes again would walk in circles for ever, and show rows twice.
async fn pages<T, Asked>(
    doing: &str,
    ask: impl Fn(Option<String>) -> Asked,
    mut on_page: impl FnMut(Vec<T>),
) -> Result<(), Failure>
where
    Asked: Future<Output = Result<Page<T>, Failure>>,
{
    let mut seen = HashSet::new();
    let mut token = None;
    loop {
        let page = ask(token.take()).await?;
        on_page(page.items);
        let Some(next) = page.next else { return Ok(()) };
        if !seen.insert(next.clone()) {
            let cause = "the service gave the same page token twice";
            return Err(Failure::new(FailureKind::Malformed, doing, cause)
                .hint("what was listed so far is shown; refresh to try again"));
        }
        token = Some(next);
    }
}

async fn all<T, Asked>(
    doing: &str,
    ask: impl Fn(Option<String>) -> Asked,
) -> Result<Vec<T>, Failure>
where
    Asked: Future<Output = Result<Page<T>, Failure>>,
{
    let mut items = Vec::new();
    pages(doing, ask, |page| items.extend(page)).await?;
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[tokio::test]
    async fn pages_are_walked_to_the_end() {
        let asked = Mutex::new(Vec::new());
        let ask = |token: Option<String>| {
            asked.lock().unwrap().push(token.clone());
            let next = match token.as_deref() {
                None => Some("one"),
                Some("one") => Some("two"),
                _ => None,
            };
            let page = Page {
                items: vec![asked.lock().unwrap().len()],
                next: next.map(str::to_owned),
            };
            async move { Ok(page) }
        };
        assert_eq!(all("list", ask).await.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_token_that_comes_again_ends_the_walk() {
        let ask = |token: Option<String>| async move {
            Ok(Page {
                items: vec![0],
                next: Some(
                    if token.as_deref() == Some("a") {
                        "b"
                    } else {
                        "a"
                    }
                    .to_owned(),
                ),
            })
        };
        let mut rows = 0;
        let failure = pages("list clusters", ask, |page| rows += page.len())
            .await
            .unwrap_err();
        assert_eq!((failure.kind, rows), (FailureKind::Malformed, 3));
    }
}
