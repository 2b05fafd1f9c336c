//! What is known of a pod's role without asking for it: the next best evidence where the test itself gets no answer.

use crate::model::arn::{Arn, account_of, role_name};
use crate::model::text::visible;
use crate::model::trust::{AssociationHop, Judgement, TargetHop, for_association, for_target_hop};
use crate::model::{AssociationRecord, Cluster, ClusterArn, Learned, RoleDetail, Text};

/// What was read before EKS Auth is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    pub cluster: Learned<Cluster>,
    pub association: Learned<AssociationRecord>,
    /// The role of the association.
    pub role: Learned<RoleDetail>,
    /// Its target role, if it has one.
    pub target_role: Learned<RoleDetail>,
}

impl Known {
    pub fn issuer(&self) -> Option<&str> {
        self.cluster.known()?.oidc_issuer.as_deref()
    }

    /// ARN of the association's role.
    pub fn role_arn(&self) -> Option<&Text> {
        self.association.known()?.detail.role.as_ref()
    }

    pub fn target_arn(&self) -> Option<&Text> {
        self.association.known()?.detail.target_role.as_ref()
    }

    /// The role that the pods end up with, as IAM described it.
    pub fn last_role(&self) -> &Learned<RoleDetail> {
        if self.target_arn().is_some() {
            &self.target_role
        } else {
            &self.role
        }
    }

    /// How EKS assumes the role for these pods.
    pub fn hop(&self) -> Option<AssociationHop<'_>> {
        let AssociationRecord {
            association,
            detail,
        } = self.association.known()?;
        Some(AssociationHop {
            cluster: &association.key.cluster,
            namespace: &association.namespace,
            service_account: &association.service_account,
            session_tags: detail.session_tags(),
            association: association.arn.as_deref(),
        })
    }

    /// What the trust policy of the role says, if both are known.
    pub fn trust(&self) -> Option<Judgement> {
        let policy = self.role.known()?.policy()?.ok()?;
        Some(for_association(&policy, &self.hop()?))
    }

    /// What the trust policy of the target role says, if both are known.
    pub fn target_trust(&self) -> Option<Judgement> {
        let policy = self.target_role.known()?.policy()?.ok()?;
        let role = Arn::parse(self.role_arn()?).ok()?;
        let external_id = self.association.known()?.detail.external_id();
        let hop = TargetHop {
            source: self.hop()?,
            role: &role,
            external_id: external_id.map(|id| &**id),
        };
        Some(for_target_hop(&policy, &hop))
    }

    /// What by itself keeps EKS from handing out the role; empty where nothing is known to be wrong.
    pub fn causes(&self, cluster: &ClusterArn) -> Vec<Text> {
        let mut causes: Vec<String> = Vec::new();
        if self.role == Learned::Absent {
            let role = self.role_arn().map_or("it", |role| role_name(role));
            causes.push(format!(
                "IAM has no role {}: it was deleted after the association was made (iam:GetRole)",
                visible(role)
            ));
        }
        if let Some(role) = self.role_arn()
            && account_of(role).is_some_and(|account| account != cluster.account())
        {
            causes.push(format!(
                "the role {} is of another account than the cluster; such a role can only be a target role",
                visible(role)
            ));
        }
        if let Some(trust) = self.trust().filter(|trust| trust.verdict.is_no()) {
            let reasons = trust.reasons();
            let about = |reason: &String| format!("trust policy of the role: {reason}");
            causes.extend(reasons.iter().map(about));
        }
        if self.target_role == Learned::Absent {
            let role = self.target_arn().map_or("it", |role| role_name(role));
            causes.push(format!(
                "IAM has no target role {} (iam:GetRole)",
                visible(role)
            ));
        }
        if let Some(trust) = self.target_trust().filter(|trust| trust.verdict.is_no()) {
            let reasons = trust.reasons();
            let about = |reason: &String| format!("trust policy of the target role: {reason}");
            causes.extend(reasons.iter().map(about));
        }
        if let Some(record) = self.association.known()
            && record.detail.policy().is_some()
            && record.detail.session_tags()
        {
            causes.push(
                "the association has a session policy and session tags, which exclude each other"
                    .to_owned(),
            );
        }
        causes.into_iter().map(Text::from).collect()
    }

    /// What can be said of the pods' role without EKS Auth; what is not known is said too.
    pub fn lines(&self, cluster: &ClusterArn) -> Vec<Text> {
        let mut lines: Vec<Text> = Vec::new();
        match &self.association {
            Learned::Known(record) => {
                let id = visible(&record.association.key.id).into_owned();
                let role = self.role_arn().map_or("no role", |role| &**role);
                lines.push(format!("association {id} names {}", visible(role)).into());
            }
            Learned::Absent => {
                lines.push("there is no association, so its pods get no role this way".into());
                return lines;
            }
            other => lines.push(unknown("the association", other)),
        }
        let causes = self.causes(cluster);
        let is_open = causes.is_empty();
        lines.extend(causes);
        if let (Some(trust), true) = (self.trust(), is_open) {
            let reasons = trust.reasons();
            let about = |reason: &String| format!("trust policy of the role: {reason}").into();
            lines.extend(reasons.iter().map(about));
        }
        if self.role_arn().is_some() && self.role.unknown().is_some() {
            lines.push(unknown("the role", &self.role));
        }
        if self.target_arn().is_some() && self.target_role.unknown().is_some() {
            lines.push(unknown("the target role", &self.target_role));
        }
        lines
    }
}

fn unknown<T>(what: &str, learned: &Learned<T>) -> Text {
    let why = learned.unknown().unwrap_or_default();
    format!("{what} is not known: {why}").into()
}
