//! Access entries, and the access policies that are associated with them.

use super::clusters::PAGE;
use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{AccessEntry, AccessEntryKey, AccessPolicy, ClusterArn, Described, Failure};

impl Session {
    /// Fails with `InvalidRequestException` where the cluster knows only its `aws-auth` ConfigMap.
    pub async fn list_access_entries(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        token: Option<&str>,
    ) -> Result<Page<AccessEntryKey>, Failure> {
        let what = format!("list access entries of cluster {}", cluster.name());
        let call = self.eks_call("ListAccessEntries", urgency, &what);
        let ask = || {
            self.eks
                .list_access_entries()
                .cluster_name(cluster.name())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let keys = answer
            .access_entries()
            .iter()
            .map(|principal| AccessEntryKey {
                cluster: cluster.clone(),
                principal: principal.as_str().into(),
            });
        Ok(Page::new(keys.collect(), answer.next_token()))
    }

    pub async fn describe_access_entry(
        &self,
        urgency: Urgency,
        key: &AccessEntryKey,
    ) -> Result<Described<AccessEntry>, Failure> {
        let what = format!(
            "describe access entry {} of cluster {}",
            key.principal,
            key.cluster.name()
        );
        let call = self.eks_call("DescribeAccessEntry", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .describe_access_entry()
                .cluster_name(key.cluster.name())
                .principal_arn(&*key.principal);
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let described = convert::required(answer.access_entry(), "accessEntry", &call.doing)?;
        Ok(Described {
            value: convert::access_entry(described, key),
            document: capture.document("accessEntry", &call.doing)?,
        })
    }

    pub async fn list_access_policies_of(
        &self,
        urgency: Urgency,
        key: &AccessEntryKey,
        token: Option<&str>,
    ) -> Result<Page<Described<AccessPolicy>>, Failure> {
        let what = format!(
            "list access policies of {} in cluster {}",
            key.principal,
            key.cluster.name()
        );
        let call = self.eks_call("ListAssociatedAccessPolicies", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .list_associated_access_policies()
                .cluster_name(key.cluster.name())
                .principal_arn(&*key.principal)
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned));
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        // The SDK refuses lists with anything but objects in them, so that the two stand side by side.
        let documents = capture.documents("associatedAccessPolicies", &call.doing)?;
        let policies = answer.associated_access_policies().iter().zip(documents);
        let policies = policies.map(|(policy, document)| Described {
            value: convert::access_policy(policy),
            document,
        });
        Ok(Page::new(policies.collect(), answer.next_token()))
    }
}
