//! Who the pods of many clusters are: Kubernetes and AWS, read side by side, cluster by cluster.

mod lists;
mod told;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use lists::{list, lists};
use told::{alike, gaps};
pub(super) use users::{of_accounts, users_at};

use super::{Harvest, Progress, Selection, Site, URGENCY, associations, gather, one};
use crate::cloud::{Cloud, Kubernetes, ObjectKind, Urgency};
use crate::model::census::{Associations, Census, NodeRoles, Part, Picture, Reading, Scope};
use crate::model::identity::Associated;
use crate::model::node::Compute;
use crate::model::nodegroup::NodegroupKey;
use crate::model::reference::ClusterReference;
use crate::model::{
    Association, AssociationDetail, Cluster, Described, Failure, FailureKind, Nodegroup, Route,
    Text,
};
use crate::ops::load;

/// Lists of one cluster that are read side by side.
const LISTS_TOGETHER: usize = 4;

/// What is known of one cluster, and of what is not known, why.
#[derive(Debug, Clone)]
pub struct Gathered {
    pub site: Site,
    pub census: Census,
    associations: Vec<(Association, Result<AssociationDetail, Failure>)>,
    /// Why there may be more associations.
    associations_gap: Option<Failure>,
    roles: NodeRoles,
    /// Why the role of a node group is not known.
    role_gaps: BTreeMap<Text, Failure>,
}

impl Gathered {
    fn new(site: Site, scope: Scope) -> Self {
        Self {
            site,
            census: Census::of(scope),
            associations: Vec::new(),
            associations_gap: None,
            roles: NodeRoles::default(),
            role_gaps: BTreeMap::new(),
        }
    }

    /// Looks at it as it was read.
    pub fn look<T>(&self, now: Timestamp, look: impl FnOnce(&Picture<'_>) -> T) -> T {
        let rows = self.associations.iter();
        let rows = rows.map(|(association, detail)| Associated {
            association,
            detail: detail.as_ref().ok(),
        });
        let associations = match &self.associations_gap {
            None => Associations::all(rows),
            Some(failure) => Associations::some(rows, failure.to_string()),
        };
        look(&Picture {
            census: &self.census,
            associations: &associations,
            roles: &self.roles,
            now,
        })
    }

    /// Why the role of an association is not known.
    pub fn detail_gap(&self, association: &Association) -> Option<&Failure> {
        let mut rows = self.associations.iter();
        let (_, detail) = rows.find(|(known, _)| known.key == association.key)?;
        detail.as_ref().err()
    }

    /// Why the role of a node group is not known.
    pub fn role_gap(&self, nodegroup: &str) -> Option<&Failure> {
        self.role_gaps.get(nodegroup)
    }

    /// Why the nodes are not all known, where that leaves open which pods lack something.
    ///
    /// Whoever may not list nodes misses nothing as long as all pods hold what they should.
    pub fn nodes_gap(&self, now: Timestamp) -> Option<Failure> {
        let Reading::Failed(failure) = self.census.reading(Part::Nodes) else {
            return None;
        };
        let tallies = |picture: &Picture<'_>| {
            let rows = picture.accounts().into_iter();
            rows.filter_map(|row| row.tally)
                .any(|tally| tally.unknown > 0)
        };
        self.look(now, tallies).then(|| failure.clone())
    }

    /// Fails every list that was to be read: there is no connection.
    fn fail_all(&mut self, depth: Depth, failure: &Failure) {
        for (part, ..) in lists(depth, &self.census.scope().clone()) {
            self.census.failed(part, failure);
        }
    }
}

/// How much of Kubernetes a question needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Service accounts and how their pods are; on some nodes a pod lacks nothing that a new one would get.
    Accounts,
    /// Also the agents and the roles of nodes, which decide who answers pods.
    Pods,
}

/// The service accounts of the selected clusters, with their associations and pods.
pub async fn service_accounts(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<Gathered> {
    gather(cloud, routes, selection, progress, |site| async move {
        let (gathered, failures) = read(site, URGENCY, selection, Depth::Accounts, None).await;
        (vec![gathered], failures)
    })
    .await
}

/// The pods of the selected clusters, with everything that decides who they are.
pub async fn pods(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<Gathered> {
    gather(cloud, routes, selection, progress, |site| async move {
        let (gathered, failures) = read(site, URGENCY, selection, Depth::Pods, None).await;
        (vec![gathered], failures)
    })
    .await
}

/// All that is known of one service account; its row may still be missing.
pub async fn one_service_account(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    namespace: &str,
    name: &str,
) -> Result<(Gathered, Vec<Failure>), Failure> {
    let site = one::find(cloud, routes, cluster).await?;
    Ok(of_service_account(&site, namespace, name).await)
}

/// The same for a service account of a cluster that was found already.
pub(in crate::ops) async fn of_service_account(
    site: &Site,
    namespace: &str,
    name: &str,
) -> (Gathered, Vec<Failure>) {
    let selection = Selection {
        namespaces: vec![namespace.to_owned()],
        service_accounts: vec![name.to_owned()],
        ..Selection::default()
    };
    let urgency = Urgency::Interactive;
    read(site.clone(), urgency, &selection, Depth::Pods, None).await
}

/// All that is known of the service account of one pod, and so of the pod.
pub async fn one_pod(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    namespace: &str,
    name: &str,
) -> Result<(Gathered, Vec<Failure>), Failure> {
    let site = one::find(cloud, routes, cluster).await?;
    let urgency = Urgency::Interactive;
    let connected = connect(&site, urgency).await?;
    let pod = connected
        .kubernetes
        .document(urgency, ObjectKind::Pod, Some(namespace), name)
        .await?;
    let account = pod
        .get("spec")
        .and_then(|spec| spec.get("serviceAccountName")?.as_str());
    let selection = Selection {
        namespaces: vec![namespace.to_owned()],
        service_accounts: vec![account.unwrap_or("default").to_owned()],
        ..Selection::default()
    };
    Ok(read(site, urgency, &selection, Depth::Pods, Some(connected)).await)
}

/// A cluster as AWS describes it, and the way to its Kubernetes.
struct Connected {
    cluster: Cluster,
    kubernetes: Arc<Kubernetes>,
}

async fn connect(site: &Site, urgency: Urgency) -> Result<Connected, Failure> {
    let cluster = load::cluster(&site.session, urgency, &site.arn).await?;
    let kubernetes = site.session.kubernetes(&site.arn, &cluster).await?;
    Ok(Connected {
        cluster,
        kubernetes,
    })
}

async fn read(
    site: Site,
    urgency: Urgency,
    selection: &Selection,
    depth: Depth,
    connected: Option<Connected>,
) -> (Gathered, Vec<Failure>) {
    let mut gathered = Gathered::new(site.clone(), selection.scope());
    // Boxed, because calls side by side make a future of many kilobytes.
    let (found, mut failures) = tokio::join!(
        Box::pin(associations::read(&site, urgency, selection)),
        Box::pin(kubernetes(&mut gathered, urgency, depth, connected)),
    );
    failures.extend(found.listing.clone());
    failures.extend(found.descriptions);
    gathered.associations_gap = found.listing;
    let rows = found.rows.into_iter().map(|row| {
        let detail = row.described.map(|described| described.value.detail);
        (row.association, detail)
    });
    gathered.associations = rows.collect();
    (gathered, failures)
}

/// Reads what Kubernetes knows, and the roles of the node groups that pods run on.
async fn kubernetes(
    gathered: &mut Gathered,
    urgency: Urgency,
    depth: Depth,
    connected: Option<Connected>,
) -> Vec<Failure> {
    let connected = match connected {
        Some(connected) => Ok(connected),
        None => connect(&gathered.site, urgency).await,
    };
    let Connected {
        cluster,
        kubernetes,
    } = match connected {
        Ok(connected) => connected,
        Err(failure) => {
            gathered.fail_all(depth, &failure);
            return vec![failure];
        }
    };
    gathered.roles = NodeRoles::of(Some(&cluster));
    let mut failures = read_lists(&kubernetes, urgency, depth, &mut gathered.census).await;
    if depth == Depth::Pods {
        failures.extend(node_roles(gathered, urgency).await);
    }
    failures.extend(gaps(&gathered.census, gathered.site.arn.name()));
    failures
}

/// Service accounts, pods, nodes and agents of a cluster within a scope; whatever fails, the census says itself.
pub(in crate::ops) async fn census(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    scope: Scope,
) -> (Census, Vec<Failure>) {
    let mut census = Census::of(scope);
    let mut failures = read_lists(kubernetes, urgency, Depth::Pods, &mut census).await;
    failures.extend(gaps(&census, kubernetes.arn().name()));
    (census, failures)
}

/// A census in which every list failed alike: there is no connection.
pub(in crate::ops) fn no_census(scope: Scope, failure: &Failure) -> Census {
    let mut census = Census::of(scope);
    for (part, ..) in lists(Depth::Pods, &census.scope().clone()) {
        census.failed(part, failure);
    }
    census
}

/// Reads the lists that a question needs into a census.
async fn read_lists(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    depth: Depth,
    census: &mut Census,
) -> Vec<Failure> {
    let lists = lists(depth, census.scope());
    for (part, ..) in &lists {
        census.restart(*part);
    }
    let reads: Vec<_> = lists
        .into_iter()
        .map(|(part, kind, filter)| list(kubernetes, urgency, part, kind, filter))
        .collect();
    let mut reads = stream::iter(reads).buffer_unordered(LISTS_TOGETHER);
    let mut troubles: Vec<(Part, Option<Failure>)> = Vec::new();
    while let Some(listed) = reads.next().await {
        for object in listed.objects {
            census.apply(object);
        }
        for words in listed.unreadable {
            census.unreadable(listed.part, words);
        }
        troubles.push((listed.part, listed.failure));
    }
    let mut failures = Vec::new();
    let parts: BTreeSet<Part> = troubles.iter().map(|(part, _)| *part).collect();
    for part in parts {
        let of_part = troubles.iter().filter(|(other, _)| *other == part);
        let mut failed = of_part.filter_map(|(_, failure)| failure.as_ref());
        match failed.next() {
            None => census.synced(part),
            Some(first) => {
                census.failed(part, first);
                // Of service accounts it is told where something hangs on it: see `nodes_gap`.
                if depth == Depth::Accounts && part == Part::Nodes {
                    continue;
                }
                failures.push(first.clone());
                failures.extend(failed.cloned());
            }
        }
    }
    // An API server that does not answer fails every list alike; telling it once is enough.
    alike(failures)
}

/// The roles of those node groups that a pod runs on.
async fn node_roles(gathered: &mut Gathered, urgency: Urgency) -> Vec<Failure> {
    let census = &gathered.census;
    let nodes: BTreeSet<&Text> = census.pods().filter_map(|pod| pod.node.as_ref()).collect();
    let groups: BTreeSet<Text> = nodes
        .into_iter()
        .filter_map(|name| census.node(name).present())
        .filter(|node| node.compute == Compute::Ec2)
        .filter_map(|node| node.nodegroup.clone())
        .collect();
    let (session, cluster) = (&gathered.site.session, &gathered.site.arn);
    let reads: Vec<_> = groups
        .into_iter()
        .map(|name| async move {
            let key = NodegroupKey {
                cluster: cluster.clone(),
                name,
            };
            let described = load::nodegroup(session, urgency, &key).await;
            (key.name, described)
        })
        .collect();
    let reads: Vec<(Text, Result<Described<Nodegroup>, Failure>)> =
        stream::iter(reads).buffered(LISTS_TOGETHER).collect().await;
    let mut failures = Vec::new();
    for (name, described) in reads {
        match described.map(|described| described.value.role) {
            Ok(Some(role)) => gathered.roles.group(name, role),
            Ok(None) => {}
            // Its nodes outlive it for a while.
            Err(failure) if failure.kind == FailureKind::NotFound => {}
            Err(failure) => {
                gathered.role_gaps.insert(name, failure.clone());
                failures.push(failure);
            }
        }
    }
    failures
}
