//! Rows of service accounts and pods, each put together while the whole cluster is at hand.

use jiff::Timestamp;

use super::{Item, Row};
use crate::model::census::{AccountRow, ContainerRow, Picture};
use crate::model::document::Document;
use crate::model::export::columns;
use crate::model::export::document::kubernetes as document;
use crate::model::identity::{Fact, Mechanism};
use crate::ops::fleet::{Fault, Gathered, Harvest, Site};

/// What is printed of a service account, or of a container.
pub(crate) struct KubeRow {
    pub(super) namespace: String,
    /// Of the service account or of the pod.
    pub(super) name: String,
    pub(super) cells: Vec<String>,
    pub(super) document: Document,
}

/// One row a service account, and one for each association without one.
pub(crate) fn service_accounts(mut harvest: Harvest<Gathered>, now: Timestamp) -> Harvest<Row> {
    let gaps = harvest.rows.iter().filter_map(|gathered| {
        Some(Fault {
            route: gathered.site.route.clone(),
            cluster: Some(gathered.site.arn.clone()),
            failure: gathered.nodes_gap(now)?,
        })
    });
    harvest.faults.extend(gaps.collect::<Vec<_>>());
    spread(harvest, |gathered| {
        gathered.look(now, |picture| {
            let rows = picture.accounts();
            rows.iter()
                .map(|row| service_account(gathered, picture, row, document::service_account))
                .collect()
        })
    })
}

/// One row a container.
pub(crate) fn pods(harvest: Harvest<Gathered>, now: Timestamp) -> Harvest<Row> {
    spread(harvest, |gathered| {
        gathered.look(now, |picture| {
            let rows = picture.containers();
            rows.map(|row| container(gathered, picture, &row)).collect()
        })
    })
}

/// A service account with everything that speaks for who its pods are.
pub(crate) fn service_account_explained(
    gathered: &Gathered,
    namespace: &str,
    name: &str,
    now: Timestamp,
) -> Option<Row> {
    gathered.look(now, |picture| {
        let row = picture.account(namespace, name)?;
        let explained = document::service_account_explained;
        Some(service_account(gathered, picture, &row, explained))
    })
}

/// A pod as one document, and its containers as rows.
pub(crate) fn pod_explained(
    gathered: &Gathered,
    namespace: &str,
    name: &str,
    now: Timestamp,
) -> Option<(Row, Vec<Row>)> {
    gathered.look(now, |picture| {
        let pod = gathered.census.pod(namespace, name)?;
        let rows = picture.containers_of(pod);
        let site = &gathered.site;
        let role_gap = |row: &ContainerRow<'_>| role_gap(gathered, row);
        let whole = KubeRow {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            cells: Vec::new(),
            document: document::pod_explained(&site.arn, picture, &rows, role_gap)?,
        };
        let rows = rows.iter().map(|row| container(gathered, picture, row));
        Some((placed(site, whole), rows.collect()))
    })
}

type AccountDocument =
    fn(&crate::model::ClusterArn, &Picture<'_>, &AccountRow<'_>, Option<String>) -> Document;

fn service_account(
    gathered: &Gathered,
    picture: &Picture<'_>,
    row: &AccountRow<'_>,
    document: AccountDocument,
) -> Row {
    let site = &gathered.site;
    let associated = row.association.present();
    let gap = associated.and_then(|associated| gathered.detail_gap(associated.association));
    let gap = gap.map(ToString::to_string);
    let kube = KubeRow {
        namespace: row.namespace.to_string(),
        name: row.name.to_string(),
        cells: columns::service_account(&site.arn, row, profile(site), picture.now),
        document: document(&site.arn, picture, row, gap),
    };
    placed(site, kube)
}

fn container(gathered: &Gathered, picture: &Picture<'_>, row: &ContainerRow<'_>) -> Row {
    let site = &gathered.site;
    let gap = role_gap(gathered, row);
    let kube = KubeRow {
        namespace: row.pod.namespace.to_string(),
        name: row.pod.name.to_string(),
        cells: columns::container(&site.arn, row, profile(site), picture.now),
        document: document::container(&site.arn, picture, row, gap),
    };
    placed(site, kube)
}

/// Why the role of a container is not known, where a call failed over it.
fn role_gap(gathered: &Gathered, row: &ContainerRow<'_>) -> Option<String> {
    let failure = match (row.verdict.mechanism, row.association, row.node) {
        (Mechanism::PodIdentity, Fact::Present(associated), _) => {
            gathered.detail_gap(associated.association)
        }
        (Mechanism::NodeRole, _, Fact::Present(node)) => {
            let Some(nodegroup) = &node.nodegroup else {
                return Some("EKS does not tell the role of a node outside its groups".to_owned());
            };
            gathered.role_gap(nodegroup)
        }
        _ => None,
    };
    failure.map(ToString::to_string)
}

fn profile(site: &Site) -> &str {
    site.route.profile.as_deref().unwrap_or_default()
}

fn placed(site: &Site, kube: KubeRow) -> Row {
    Row::found(site, Item::Kubernetes(site.arn.clone(), Box::new(kube)))
}

fn spread(harvest: Harvest<Gathered>, rows: impl Fn(&Gathered) -> Vec<Row>) -> Harvest<Row> {
    let Harvest {
        rows: found,
        faults,
        regions_off,
        routes_read,
        clusters,
        unmatched,
    } = harvest;
    Harvest {
        rows: found.iter().flat_map(rows).collect(),
        faults,
        regions_off,
        routes_read,
        clusters,
        unmatched,
    }
}
