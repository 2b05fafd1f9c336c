//! Updates of a cluster and of its parts; the part must be named both to list and to describe them.

use super::clusters::PAGE;
use super::{Page, Session};
use crate::cloud::document::Capture;
use crate::cloud::{Urgency, convert};
use crate::model::{ClusterArn, Described, Failure, Text, Update, UpdateKey, UpdateSubject};

/// The three query members that say whose update it is; at most one is set.
struct Members {
    addon: Option<String>,
    nodegroup: Option<String>,
    capability: Option<String>,
}

impl Members {
    fn of(subject: &UpdateSubject) -> Self {
        let (mut addon, mut nodegroup, mut capability) = (None, None, None);
        match subject {
            UpdateSubject::Cluster => {}
            UpdateSubject::Addon(name) => addon = Some(name.to_string()),
            UpdateSubject::Nodegroup(name) => nodegroup = Some(name.to_string()),
            UpdateSubject::Capability(name) => capability = Some(name.to_string()),
        }
        Self {
            addon,
            nodegroup,
            capability,
        }
    }
}

impl Session {
    /// Ids of updates; their order means nothing.
    pub async fn list_updates(
        &self,
        urgency: Urgency,
        cluster: &ClusterArn,
        subject: &UpdateSubject,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let what = format!("list updates of {}", place(cluster, subject));
        let call = self.eks_call("ListUpdates", urgency, &what);
        let ask = || {
            let members = Members::of(subject);
            self.eks
                .list_updates()
                .name(cluster.name())
                .set_addon_name(members.addon)
                .set_nodegroup_name(members.nodegroup)
                .set_capability_name(members.capability)
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let ids = answer
            .update_ids()
            .iter()
            .map(|id| id.as_str().into())
            .collect();
        Ok(Page::new(ids, answer.next_token()))
    }

    pub async fn describe_update(
        &self,
        urgency: Urgency,
        key: &UpdateKey,
    ) -> Result<Described<Update>, Failure> {
        let what = format!(
            "describe update {} of {}",
            key.id,
            place(&key.cluster, &key.subject)
        );
        let call = self.eks_call("DescribeUpdate", urgency, &what);
        let capture = Capture::default();
        let ask = || {
            let members = Members::of(&key.subject);
            let request = self
                .eks
                .describe_update()
                .name(key.cluster.name())
                .update_id(&*key.id)
                .set_addon_name(members.addon)
                .set_nodegroup_name(members.nodegroup)
                .set_capability_name(members.capability);
            request.customize().interceptor(capture.clone()).send()
        };
        let answer = self.call(&call, ask).await?;
        let described = convert::required(answer.update(), "update", &call.doing)?;
        Ok(Described {
            value: convert::update(described, key),
            document: capture.document("update", &call.doing)?,
        })
    }
}

fn place(cluster: &ClusterArn, subject: &UpdateSubject) -> String {
    match subject {
        UpdateSubject::Cluster => format!("cluster {}", cluster.name()),
        part => format!("{part} of cluster {}", cluster.name()),
    }
}
