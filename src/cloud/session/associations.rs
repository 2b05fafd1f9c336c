//! Pod Identity associations.

use super::clusters::PAGE;
use super::{AssociationFilter, Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{
    Association, AssociationKey, AssociationRecord, ClusterArn, Described, Failure, FailureKind,
};

impl Session {
    pub async fn list_associations(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        filter: &AssociationFilter,
        token: Option<&str>,
    ) -> Result<Page<Association>, Failure> {
        let what = format!("list associations of cluster {}", cluster.name());
        let call = self.eks_call("ListPodIdentityAssociations", urgency, &what);
        let ask = || {
            self.eks
                .list_pod_identity_associations()
                .cluster_name(cluster.name())
                .set_namespace(filter.namespace.clone())
                .set_service_account(filter.service_account.clone())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let cloud = self.texts(&call.doing)?;
        let rows = answer
            .associations()
            .iter()
            .map(|summary| convert::summary(summary, cluster, &cloud.texts, &call.doing))
            .collect::<Result<_, _>>()?;
        Ok(Page::new(rows, answer.next_token()))
    }

    pub async fn describe_association(
        &self,
        urgency: Urgency,
        key: &AssociationKey,
    ) -> Result<Described<AssociationRecord>, Failure> {
        let what = format!(
            "describe association {} of cluster {}",
            key.id,
            key.cluster.name()
        );
        let call = self.eks_call("DescribePodIdentityAssociation", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .describe_pod_identity_association()
                .cluster_name(key.cluster.name())
                .association_id(&*key.id);
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let cloud = self.texts(&call.doing)?;
        let described = convert::required(answer.association(), "association", &call.doing)?;
        Ok(Described {
            value: convert::association(described, key, &cloud.texts, &call.doing)?,
            document: capture.document("association", &call.doing)?,
        })
    }

    fn texts(&self, doing: &str) -> Result<std::sync::Arc<crate::cloud::Cloud>, Failure> {
        let closing = || Failure::new(FailureKind::Cancelled, doing, "roledex is closing");
        self.cloud.upgrade().ok_or_else(closing)
    }
}
