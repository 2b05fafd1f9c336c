//! Policies of roles: which are attached, which are inline, and what they say.

use super::{Page, Session};
use crate::cloud::{Urgency, convert};
use crate::model::trust::percent_decoded;
use crate::model::{Failure, FailureKind, Text};

/// What IAM gives at once.
const PAGE: i32 = 1_000;

/// A managed policy as a role has it attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedPolicy {
    pub name: Text,
    pub arn: Text,
}

impl Session {
    /// The managed policies of a role, by the role's name without its path.
    pub async fn attached_policies(
        &self,
        urgency: Urgency,
        role: &str,
        token: Option<&str>,
    ) -> Result<Page<AttachedPolicy>, Failure> {
        let what = format!("list the policies of role {role}");
        let call = self.iam_call("ListAttachedRolePolicies", urgency, &what);
        let ask = || {
            self.iam
                .list_attached_role_policies()
                .role_name(role)
                .max_items(PAGE)
                .set_marker(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let policies = answer.attached_policies().iter().map(|policy| {
            Ok(AttachedPolicy {
                name: convert::required(policy.policy_name(), "PolicyName", &call.doing)?.into(),
                arn: convert::required(policy.policy_arn(), "PolicyArn", &call.doing)?.into(),
            })
        });
        let policies = policies.collect::<Result<_, Failure>>()?;
        let next = answer.marker().filter(|_| answer.is_truncated());
        Ok(Page::new(policies, next))
    }

    /// Names of the inline policies of a role.
    pub async fn inline_policies(
        &self,
        urgency: Urgency,
        role: &str,
        token: Option<&str>,
    ) -> Result<Page<Text>, Failure> {
        let what = format!("list the inline policies of role {role}");
        let call = self.iam_call("ListRolePolicies", urgency, &what);
        let ask = || {
            self.iam
                .list_role_policies()
                .role_name(role)
                .max_items(PAGE)
                .set_marker(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let names = answer.policy_names().iter();
        let names = names.map(|name| name.as_str().into()).collect();
        let next = answer.marker().filter(|_| answer.is_truncated());
        Ok(Page::new(names, next))
    }

    /// What an inline policy of a role says, as JSON text.
    pub async fn inline_policy(
        &self,
        urgency: Urgency,
        role: &str,
        name: &str,
    ) -> Result<Text, Failure> {
        let what = format!("read the inline policy {name} of role {role}");
        let call = self.iam_call("GetRolePolicy", urgency, &what);
        let ask = || {
            let request = self.iam.get_role_policy();
            request.role_name(role).policy_name(name).send()
        };
        let answer = self.call(&call, ask).await?;
        document(Some(answer.policy_document()), &call.doing)
    }

    /// What a managed policy says in the version that is in force, as JSON text.
    pub async fn managed_policy(&self, urgency: Urgency, arn: &str) -> Result<Text, Failure> {
        let what = format!("read policy {arn}");
        let call = self.iam_call("GetPolicy", urgency, &what);
        let ask = || self.iam.get_policy().policy_arn(arn).send();
        let answer = self.call(&call, ask).await?;
        let version = answer
            .policy()
            .and_then(|policy| policy.default_version_id());
        let version = convert::required(version, "DefaultVersionId", &call.doing)?;
        let call = self.iam_call("GetPolicyVersion", urgency, &what);
        let ask = || {
            let request = self.iam.get_policy_version();
            request.policy_arn(arn).version_id(version).send()
        };
        let answer = self.call(&call, ask).await?;
        let text = answer
            .policy_version()
            .and_then(|version| version.document());
        document(text, &call.doing)
    }
}

/// IAM percent-encodes documents. One that cannot be decoded says nothing, and must not look as if it did.
fn document(text: Option<&str>, doing: &str) -> Result<Text, Failure> {
    let text = convert::required(text.filter(|text| !text.is_empty()), "Document", doing)?;
    let decoded = percent_decoded(text).map_err(|_| {
        let cause = "the policy is not percent-encoded as IAM sends it";
        Failure::new(FailureKind::Malformed, doing, cause)
    })?;
    Ok(decoded.as_str().into())
}
