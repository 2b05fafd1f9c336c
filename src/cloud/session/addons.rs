//! Add-ons.

use super::clusters::{PAGE, names};
use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{Addon, AddonKey, ClusterArn, Described, Failure, Text};

impl Session {
    /// Names of add-ons.
    pub async fn list_addons(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let what = format!("list add-ons of cluster {}", cluster.name());
        let call = self.eks_call("ListAddons", urgency, &what);
        let ask = || {
            self.eks
                .list_addons()
                .cluster_name(cluster.name())
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(names(answer.addons(), answer.next_token()))
    }

    pub async fn describe_addon(
        &self,
        urgency: Urgency,
        key: &AddonKey,
    ) -> Result<Described<Addon>, Failure> {
        let what = format!(
            "describe add-on {} of cluster {}",
            key.name,
            key.cluster.name()
        );
        let call = self.eks_call("DescribeAddon", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let request = self
                .eks
                .describe_addon()
                .cluster_name(key.cluster.name())
                .addon_name(&*key.name);
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let described = convert::required(answer.addon(), "addon", &call.doing)?;
        Ok(Described {
            value: convert::addon(described, key),
            document: capture.document("addon", &call.doing)?,
        })
    }
}
