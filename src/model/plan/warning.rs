//! What a person should know before saying yes, beyond what the checks found.

use std::fmt;

use jiff::Timestamp;

use crate::model::age::moment;
use crate::model::arn::role_name;
use crate::model::known::Origin;
use crate::model::plan::change::{Change, Setting};
use crate::model::plan::tags::is_reserved;
use crate::model::plan::{Plan, Steps};
use crate::model::text::visible;
use crate::model::trust::SESSION_TAGS;

/// A consequence of a plan that is easily overlooked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Running pods go on with the credentials that they have.
    OldCredentials {
        lifetime: Lifetime,
    },
    /// Pods get it when they are made, not while they run.
    NeedsNewPods,
    /// A deleted association takes back nothing that was issued.
    StillIssued {
        lifetime: Lifetime,
        /// The role whose sessions the pods hold.
        role: Option<String>,
        fallback: Option<String>,
    },
    MoveIsTwoSteps,
    /// Only id and ARN; the rest is carried over.
    NewId,
    /// EKS makes the external id, and the target role's trust policy may name it.
    ExternalId {
        expected: String,
    },
    PolicyIsForTarget,
    /// An empty text clears the target role; that it clears the policy too is not documented.
    PolicyClearing,
    /// What matches on the session tags stops matching.
    TagsGoOff,
    /// Tags of AWS that cannot be set again.
    TagsLost {
        keys: Vec<String>,
    },
    FromCache {
        at: Timestamp,
    },
}

/// How long credentials that were issued may still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// A session of the association's role: 3 h in the agent, 6 h in the SDK.
    Direct,
    /// A session of a target role, by role chaining: cached for 59 min, valid for 1 h.
    Chained,
}

impl Lifetime {
    fn of(plan: &Plan) -> Self {
        let target = plan.before().and_then(|before| {
            let detail = &before.value.detail;
            detail.target_role.as_ref()
        });
        if target.is_some() {
            Self::Chained
        } else {
            Self::Direct
        }
    }

    /// The longest time in words.
    pub fn longest(self) -> &'static str {
        match self {
            Self::Direct => "6 h",
            Self::Chained => "59 min",
        }
    }
}

pub(super) fn of(plan: &Plan) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(before) = plan
        .before()
        .filter(|before| before.origin == Origin::Cache)
    {
        warnings.push(Warning::FromCache { at: before.at });
    }
    let steps = plan.steps();
    if steps == Steps::CreateAndDelete {
        warnings.push(Warning::MoveIsTwoSteps);
        warnings.push(Warning::NewId);
    }
    match plan.change() {
        Change::Update(edit) if !edit.is_empty() && !plan.pods().is_nobody() => {
            let lifetime = Lifetime::of(plan);
            warnings.push(Warning::OldCredentials { lifetime });
        }
        Change::Create(_) => warnings.push(Warning::NeedsNewPods),
        Change::Move(_) => {
            warnings.push(Warning::NeedsNewPods);
            warnings.push(still_issued(plan));
        }
        Change::Delete => warnings.push(still_issued(plan)),
        Change::Update(_) | Change::Tag(_) => {}
    }
    warnings.extend(of_definition(plan));
    if let Change::Update(edit) = plan.change() {
        if edit.policy == Setting::Clear {
            warnings.push(Warning::PolicyClearing);
        }
        if edit.session_tags == Some(false) {
            warnings.push(Warning::TagsGoOff);
        }
    }
    if let (Change::Move(_), Some(before)) = (plan.change(), plan.before()) {
        let tags = before.value.detail.tags();
        let keys: Vec<String> = tags
            .filter(|(key, _)| is_reserved(key))
            .map(|(key, _)| visible(key).into_owned())
            .collect();
        if !keys.is_empty() {
            warnings.push(Warning::TagsLost { keys });
        }
    }
    warnings
}

/// Warnings about the association as it will be.
fn of_definition(plan: &Plan) -> Vec<Warning> {
    let (Some(after), false) = (plan.after(), matches!(plan.change(), Change::Tag(_))) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    if after.target_role.is_none() {
        return warnings;
    }
    let known = plan
        .before()
        .and_then(|before| before.value.detail.external_id());
    if known.is_none() || matches!(plan.change(), Change::Move(_)) {
        let expected = plan.expected_external_id();
        warnings.push(Warning::ExternalId { expected });
    }
    if after.policy.is_some() {
        warnings.push(Warning::PolicyIsForTarget);
    }
    warnings
}

fn still_issued(plan: &Plan) -> Warning {
    let detail = plan.before().map(|before| &before.value.detail);
    let held = detail.and_then(|detail| detail.target_role.as_ref().or(detail.role.as_ref()));
    Warning::StillIssued {
        lifetime: Lifetime::of(plan),
        role: held.map(|role| visible(role).into_owned()),
        fallback: plan
            .pods()
            .counted()
            .map(|counted| counted.fallback.phrase()),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OldCredentials { lifetime: Lifetime::Direct } => f.write_str(
                "running pods may keep the old credentials for up to 3 h in the agent and up to 6 h in the SDK; pods that are made again get the new ones at once",
            ),
            Self::OldCredentials { lifetime: Lifetime::Chained } => f.write_str(
                "running pods may keep the old credentials for up to 59 min, because those of a target role are cached and a change does not reset that; pods that are made again get the new ones at once",
            ),
            Self::NeedsNewPods => f.write_str(
                "pods that run now get nothing from it until they are made again, and a pod that is made within seconds of it may miss it",
            ),
            Self::StillIssued { lifetime, role, fallback } => {
                write!(
                    f,
                    "credentials that were issued stay valid until they expire, at most {}",
                    match lifetime {
                        Lifetime::Direct => "6 h",
                        Lifetime::Chained => "1 h",
                    }
                )?;
                if let Some(role) = role {
                    write!(
                        f,
                        "; to end them sooner, revoke the active sessions of {} in IAM, which ends every session of that role",
                        role_name(role)
                    )?;
                }
                if let Some(fallback) = fallback {
                    write!(f, "; pods that are made afterwards have {fallback}")?;
                }
                Ok(())
            }
            Self::MoveIsTwoSteps => f.write_str(
                "EKS cannot move an association: the new one is created first, then the old one is deleted, and if the second step fails both are there",
            ),
            Self::NewId => f.write_str("the new association has another id and ARN"),
            Self::ExternalId { expected } => write!(
                f,
                "EKS makes the external id; by its documentation it is {}, and it is read back after the change",
                visible(expected)
            ),
            Self::PolicyIsForTarget => f.write_str(
                "with a target role the session policy limits the target role only, not the first role",
            ),
            Self::PolicyClearing => f.write_str(
                "that EKS clears a session policy by an update is not documented; it is read back, and if it is still there, only delete and create will do",
            ),
            Self::TagsGoOff => write!(
                f,
                "without session tags, conditions on aws:PrincipalTag or aws:RequestTag with {} and the like stop matching",
                SESSION_TAGS[2]
            ),
            Self::TagsLost { keys } => write!(
                f,
                "tags of AWS itself cannot be set again and are lost: {}",
                keys.join(", ")
            ),
            Self::FromCache { at } => write!(
                f,
                "the association as shown is from the cache, read {}; it may be another by now",
                moment(*at)
            ),
        }
    }
}

/// The command that ends every session of a role that was issued before a moment, as the IAM console does it.
pub fn revoke_command(
    role: &str,
    before: Timestamp,
) -> Result<String, crate::model::text::UnsafeWord> {
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": before.to_string()}},
        }],
    })
    .to_string();
    Ok(format!(
        "aws iam put-role-policy \\\n  --role-name {} \\\n  --policy-name AWSRevokeOlderSessions \\\n  --policy-document {}\n",
        crate::model::text::shell_word(role_name(role))?,
        crate::model::text::shell_word(&policy)?
    ))
}
