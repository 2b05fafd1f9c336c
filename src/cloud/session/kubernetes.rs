//! From a described cluster to its Kubernetes API.

use std::sync::Arc;

use super::Session;
use crate::cloud::kubernetes::Kubernetes;
use crate::model::{Cluster, ClusterArn, Failure, FailureKind};

impl Session {
    /// The Kubernetes API of a cluster; one client is kept for each cluster and profile.
    ///
    /// Made from what `DescribeCluster` said, or from `--kubeconfig` if a context of it fits. Nothing is sent yet.
    pub async fn kubernetes(
        &self,
        arn: &ClusterArn,
        cluster: &Cluster,
    ) -> Result<Arc<Kubernetes>, Failure> {
        let Some(cloud) = self.cloud.upgrade() else {
            let doing = format!("connect to the API server of cluster {}", arn.name());
            let cause = "roledex is closing";
            return Err(Failure::new(FailureKind::Cancelled, doing, cause));
        };
        Kubernetes::of(&cloud, &self.route, &self.keyring, arn, cluster).await
    }
}
