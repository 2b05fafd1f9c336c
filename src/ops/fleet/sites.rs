//! Finding every cluster once, however many routes lead to it.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use indexmap::IndexMap;

use super::{Fault, Harvest, Progress, Site, URGENCY};
use crate::cloud::{Cloud, Session};
use crate::model::{ClusterArn, Failure, FailureKind, Region, Route};
use crate::ops::load;

/// Routes that are asked together: `--region all` with a few profiles makes more than a hundred.
const ROUTES_TOGETHER: usize = 32;

/// What one route gave; clusters that were listed before it failed still count.
struct Listed {
    route: Route,
    session: Option<Arc<Session>>,
    clusters: Vec<ClusterArn>,
    failure: Option<Failure>,
}

/// All clusters of all routes in the order of the routes, then of the lists.
pub(super) async fn sites(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    done: &mut Progress,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Harvest<Site> {
    done.routes = routes.len();
    progress(*done);
    let list = |(place, route)| async move { (place, list(cloud, route).await) };
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let lists: Vec<_> = routes.iter().enumerate().map(list).collect();
    let mut lists = stream::iter(lists).buffer_unordered(ROUTES_TOGETHER);
    let mut listed = Vec::with_capacity(routes.len());
    while let Some(one) = lists.next().await {
        done.routes_done += 1;
        done.clusters += one.1.clusters.len();
        progress(*done);
        listed.push(one);
    }
    listed.sort_by_key(|(place, _)| *place);
    merge(listed.into_iter().map(|(_, listed)| listed))
}

async fn list(cloud: &Arc<Cloud>, route: &Route) -> Listed {
    let mut listed = Listed {
        route: route.clone(),
        session: None,
        clusters: Vec::new(),
        failure: None,
    };
    let session = match cloud.session(route).await {
        Ok(session) => session,
        Err(failure) => {
            listed.failure = Some(failure);
            return listed;
        }
    };
    let pages = load::clusters(&session, URGENCY, |page| listed.clusters.extend(page));
    listed.failure = pages.await.err();
    listed.session = Some(session);
    listed
}

fn merge(listed: impl Iterator<Item = Listed>) -> Harvest<Site> {
    let mut sites: IndexMap<ClusterArn, Site> = IndexMap::new();
    let mut harvest = Harvest {
        rows: Vec::new(),
        faults: Vec::new(),
        regions_off: 0,
        routes_read: 0,
        clusters: Vec::new(),
        unmatched: Vec::new(),
    };
    for one in listed {
        match one.failure {
            None => harvest.routes_read += 1,
            Some(failure) if is_off(&one.route, &failure) => harvest.regions_off += 1,
            Some(failure) => harvest.faults.push(Fault {
                failure: doubted(failure, &one.route),
                route: one.route.clone(),
                cluster: None,
            }),
        }
        let Some(session) = one.session else { continue };
        for arn in one.clusters {
            let site = sites.entry(arn.clone()).or_insert_with(|| Site {
                arn,
                route: one.route.clone(),
                profiles: Vec::new(),
                session: session.clone(),
            });
            let profile = one.route.profile_name();
            if !site.profiles.iter().any(|known| **known == *profile) {
                site.profiles.push(profile.into());
            }
        }
    }
    harvest.rows = sites.into_values().collect();
    harvest
}

/// Where this version does not know the region, that may be all that is wrong, whatever the service says.
fn doubted(failure: Failure, route: &Route) -> Failure {
    let region = &route.region;
    if region.is_known() {
        return failure;
    }
    let nearest: Vec<String> = Region::nearest(region.as_str())
        .map(|one| one.to_string())
        .collect();
    failure.hint(format!(
        "is {region} a region? roledex knows none of that name; nearest are {}",
        nearest.join(", ")
    ))
}

/// A region that was guessed and is not there for this account.
fn is_off(route: &Route, failure: &Failure) -> bool {
    route.speculative && failure.kind == FailureKind::RegionDisabled
}
