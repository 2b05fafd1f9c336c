//! What one run knew of an account in a region, for the next start.

use crate::model::{
    Association, AssociationDetail, Cluster, ClusterArn, Known, Region, Text, Update,
};

/// The last known world of one account in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub account: Text,
    pub region: Region,
    pub clusters: Vec<ClusterSnapshot>,
}

/// The last known state of one cluster; each part carries its own time, because each was read by its own call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSnapshot {
    pub arn: ClusterArn,
    pub detail: Option<Known<Cluster>>,
    /// The list as a whole; a row's details were read later than the row.
    pub associations: Option<Known<Vec<AssociationSnapshot>>>,
    pub updates: Vec<Known<Update>>,
}

/// One association of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationSnapshot {
    pub summary: Association,
    pub detail: Option<Known<AssociationDetail>>,
}
