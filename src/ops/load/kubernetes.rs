//! Reading the Kubernetes of one cluster, page by page, or for as long as it is looked at.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use crate::cloud::{KubePage, Kubernetes, ObjectFilter, Urgency};
use crate::model::kubernetes::{KubeObject, WatchEvent, WatchedKind};
use crate::model::{Failure, FailureKind};

/// A list that began so often once more is asked for in one piece.
const PAGED_TRIES: u32 = 2;

/// Events that are handed over together: a list of a large cluster is tens of thousands of them.
const TOGETHER: usize = 1_000;

/// Lists all objects of a kind.
///
/// A page may say that the list began once more (`restarted`): then what was handed over before is void.
pub async fn objects(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    kind: WatchedKind,
    filter: &ObjectFilter,
    mut on_page: impl FnMut(KubePage<KubeObject>) + Send,
) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    let mut token: Option<String> = None;
    let mut restarts = 0;
    loop {
        let mut page = page(kubernetes, urgency, kind, filter, token.as_deref()).await?;
        if page.restarted {
            seen.clear();
            restarts += 1;
            if restarts > PAGED_TRIES {
                let doing = format!("list {}", kind.words());
                let cause =
                    "the API server calls the list too old before it can be read to its end";
                return Err(Failure::new(FailureKind::Server, doing, cause)
                    .hint("try again, or look at one namespace only"));
            }
            if restarts == PAGED_TRIES && page.next.is_some() {
                page = kubernetes.unpaged(urgency, kind, filter).await?;
            }
        }
        token.clone_from(&page.next);
        on_page(page);
        let Some(next) = &token else { return Ok(()) };
        if !seen.insert(next.clone()) {
            let doing = format!("list {}", kind.words());
            let cause = "the API server gave the same page token twice";
            return Err(Failure::new(FailureKind::Malformed, doing, cause)
                .hint("what was listed so far is shown; refresh to try again"));
        }
    }
}

/// Lists all objects of a kind that is not watched; that one cannot be decoded fails it, since it may be the one.
pub async fn every<T, Asked>(
    doing: &str,
    ask: impl Fn(Option<String>) -> Asked,
) -> Result<Vec<T>, Failure>
where
    Asked: Future<Output = Result<KubePage<T>, Failure>>,
{
    let (items, _) = first(doing, usize::MAX, ask).await?;
    Ok(items)
}

/// The same, but no page is asked for once there are so many; with them, whether there would be more.
pub async fn first<T, Asked>(
    doing: &str,
    most: usize,
    ask: impl Fn(Option<String>) -> Asked,
) -> Result<(Vec<T>, bool), Failure>
where
    Asked: Future<Output = Result<KubePage<T>, Failure>>,
{
    let (mut items, mut unreadable, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    let (mut token, mut restarts) = (None, 0);
    let endless = |cause: &str| {
        Err(Failure::new(FailureKind::Malformed, doing, cause).hint("refresh to try again"))
    };
    loop {
        let page = ask(token.take()).await?;
        if page.restarted {
            items.clear();
            unreadable.clear();
            seen.clear();
            restarts += 1;
            if restarts > PAGED_TRIES {
                return endless("the list is too old before it can be read to its end");
            }
        }
        items.extend(page.items);
        unreadable.extend(page.unreadable);
        let is_enough = items.len() >= most;
        match page.next {
            Some(next) if seen.insert(next.clone()) && !is_enough => token = Some(next),
            Some(_) if !is_enough => {
                return endless("the API server gave the same page token twice");
            }
            more if unreadable.is_empty() => {
                let is_cut = more.is_some() || items.len() > most;
                items.truncate(most);
                return Ok((items, is_cut));
            }
            _ => {
                let cause = unreadable.join("; ");
                return Err(Failure::new(FailureKind::Malformed, doing, cause));
            }
        }
    }
}

/// Lists a kind and watches it, until dropped; what comes together is handed over together.
///
/// A watch has no end, so it is a stream: nothing is read of it that nobody takes.
pub fn watch(
    kubernetes: &Arc<Kubernetes>,
    kind: WatchedKind,
    filter: ObjectFilter,
) -> BoxStream<'static, Vec<WatchEvent>> {
    let events = kubernetes.watch(kind, filter);
    events.ready_chunks(TOGETHER).boxed()
}

async fn page(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    kind: WatchedKind,
    filter: &ObjectFilter,
    token: Option<&str>,
) -> Result<KubePage<KubeObject>, Failure> {
    Ok(match kind {
        WatchedKind::ServiceAccounts => {
            of_any(kubernetes.service_accounts(urgency, filter, token).await?)
        }
        WatchedKind::Pods => of_any(kubernetes.pods(urgency, filter, token).await?),
        WatchedKind::Nodes => of_any(kubernetes.nodes(urgency, filter, token).await?),
    })
}

fn of_any<T: Into<KubeObject>>(page: KubePage<T>) -> KubePage<KubeObject> {
    let KubePage {
        items,
        unreadable,
        next,
        version,
        restarted,
    } = page;
    KubePage {
        items: items.into_iter().map(Into::into).collect(),
        unreadable,
        next,
        version,
        restarted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of two, without end.
    fn page(token: Option<&str>) -> KubePage<usize> {
        let number: usize = token.map_or(0, |token| token.parse().unwrap());
        KubePage {
            items: vec![number * 2, number * 2 + 1],
            unreadable: Vec::new(),
            next: Some((number + 1).to_string()),
            version: String::new(),
            restarted: false,
        }
    }

    #[tokio::test]
    async fn no_page_is_asked_for_that_is_not_wanted() {
        let asked = std::cell::Cell::new(0);
        let ask = |token: Option<String>| {
            asked.set(asked.get() + 1);
            std::future::ready(Ok(page(token.as_deref())))
        };
        assert_eq!(first("list", 3, ask).await.unwrap(), (vec![0, 1, 2], true));
        assert_eq!(asked.get(), 2);
        let last = |_| {
            let page = page(None);
            std::future::ready(Ok(KubePage { next: None, ..page }))
        };
        assert_eq!(first("list", 2, last).await.unwrap(), (vec![0, 1], false));
        assert_eq!(first("list", 1, last).await.unwrap(), (vec![0], true));
        assert_eq!(every("list", last).await.unwrap(), [0, 1]);
    }
}
