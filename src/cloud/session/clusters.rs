//! Clusters, and the parts of a cluster that have updates of their own.

use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{Cluster, ClusterArn, Failure, Text};

/// The most that every list operation of EKS gives at once.
pub(super) const PAGE: i32 = 100;

impl Session {
    /// Names of clusters.
    pub async fn list_clusters(
        &self,
        urgency: Urgency,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let call = self.eks_call("ListClusters", urgency, "list clusters");
        let ask = || {
            self.eks
                .list_clusters()
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(names(answer.clusters(), answer.next_token()))
    }

    pub async fn describe_cluster(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
    ) -> Result<Cluster, Failure> {
        let what = format!("describe cluster {}", cluster.name());
        let call = self.eks_call("DescribeCluster", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self.eks.describe_cluster().name(cluster.name()).customize();
            request.interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let described = convert::required(answer.cluster(), "cluster", &call.doing)?;
        Ok(convert::cluster(
            described,
            capture.document("cluster", &call.doing)?,
        ))
    }

    pub async fn list_capabilities(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let what = format!("list capabilities of cluster {}", cluster.name());
        let call = self.eks_call("ListCapabilities", urgency, &what);
        let ask = || {
            self.eks
                .list_capabilities()
                .cluster_name(cluster.name())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        // A capability without a name cannot be asked for its updates, and nothing else is lost with it.
        let items = answer
            .capabilities()
            .iter()
            .filter_map(|capability| capability.capability_name());
        Ok(Page::new(
            items.map(Text::from).collect(),
            answer.next_token(),
        ))
    }
}

pub(super) fn names(names: &[String], next: Option<&str>) -> Page<Text> {
    Page::new(
        names.iter().map(|name| name.as_str().into()).collect(),
        next,
    )
}
