//! Managed node groups.

use super::clusters::{PAGE, names};
use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{ClusterArn, Described, Failure, Nodegroup, NodegroupKey, Text};

impl Session {
    /// Names of node groups.
    pub async fn list_nodegroups(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let what = format!("list node groups of cluster {}", cluster.name());
        let call = self.eks_call("ListNodegroups", urgency, &what);
        let ask = || {
            self.eks
                .list_nodegroups()
                .cluster_name(cluster.name())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(names(answer.nodegroups(), answer.next_token()))
    }

    pub async fn describe_nodegroup(
        &self,
        urgency: Urgency,
        key: &NodegroupKey,
    ) -> Result<Described<Nodegroup>, Failure> {
        let what = format!(
            "describe node group {} of cluster {}",
            key.name,
            key.cluster.name()
        );
        let call = self.eks_call("DescribeNodegroup", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .describe_nodegroup()
                .cluster_name(key.cluster.name())
                .nodegroup_name(&*key.name);
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let described = convert::required(answer.nodegroup(), "nodegroup", &call.doing)?;
        Ok(Described {
            value: convert::nodegroup(described, key),
            document: capture.document("nodegroup", &call.doing)?,
        })
    }
}
