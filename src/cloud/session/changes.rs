//! Changes of associations. Each call is made from a recorded intent and from nothing else.

use std::collections::HashMap;

use aws_types::request_id::RequestId as _;
use serde_json::Value;

use super::{Call, Session};
use crate::cloud::{Urgency, readonly};
use crate::model::guard::Access;
use crate::model::journal::{ChangeKind, Family, Field, Image, Intent, Recorded, Settings};
use crate::model::{Document, Failure, FailureKind, Text};

/// What AWS answered to a change that it took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    pub request_id: Option<Text>,
    /// The id of the association that the answer names; the tag calls name none.
    pub association: Option<Text>,
}

/// Whether an answer that failed leaves it open if the change was made.
///
/// Everything that a service answers in words was decided by it; what cannot be told is what was lost on the way.
pub fn is_uncertain(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Timeout
            | FailureKind::Unreachable
            | FailureKind::Server
            | FailureKind::Malformed
            | FailureKind::Bug
            | FailureKind::Other
    )
}

impl Session {
    /// Makes the change that was recorded, once.
    ///
    /// Only what AWS throttled is asked again, because that was certainly not done. Whether anything else may be
    /// asked again, the caller must find out first.
    pub async fn change(&self, recorded: &Recorded) -> Result<Changed, Failure> {
        let intent = recorded.intent();
        match &intent.kind {
            ChangeKind::CreateAssociation => self.create_association(intent).await,
            ChangeKind::UpdateAssociation => self.update_association(intent).await,
            ChangeKind::DeleteAssociation => self.delete_association(intent).await,
            ChangeKind::TagAssociation => self.tag_association(intent).await,
            ChangeKind::UntagAssociation => self.untag_association(intent).await,
            other => {
                let doing = format!("make the change {}", other.as_str());
                let cause = "it is no change of an association";
                Err(Failure::new(FailureKind::Bug, doing, cause))
            }
        }
    }

    async fn create_association(&self, intent: &Intent) -> Result<Changed, Failure> {
        let call = self.write_call("CreatePodIdentityAssociation", "create", intent)?;
        let Some(planned) = intent.planned.document() else {
            return Err(nothing_planned(&call));
        };
        let text = |name: &str| planned.get(name).and_then(Value::as_str).map(str::to_owned);
        let disabled = planned.get("disableSessionTags").and_then(Value::as_bool);
        let tags = tags(&settings(planned));
        let ask = || {
            self.eks
                .create_pod_identity_association()
                .cluster_name(intent.place.cluster.name())
                .set_namespace(intent.target.namespace.as_deref().map(str::to_owned))
                .service_account(&*intent.target.name)
                .set_role_arn(text("roleArn"))
                .set_target_role_arn(text("targetRoleArn"))
                .set_disable_session_tags(disabled)
                .set_policy(text("policy"))
                .set_tags(tags.clone())
                .set_client_request_token(intent.token.as_deref().map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let made = answer.association().and_then(|made| made.association_id());
        Ok(Changed {
            request_id: answer.request_id().map(Text::from),
            association: made.map(Text::from),
        })
    }

    async fn update_association(&self, intent: &Intent) -> Result<Changed, Failure> {
        let call = self.write_call("UpdatePodIdentityAssociation", "change", intent)?;
        let (before, planned) = both(intent).ok_or_else(|| nothing_planned(&call))?;
        let id = id(intent, &call)?;
        let changed = before.changed(&planned);
        let text = |field: &Field| {
            let value = planned.get(field).and_then(Value::as_str);
            let value = value.unwrap_or_default().to_owned();
            // An empty text is how an update clears a member.
            changed.contains(field).then_some(value)
        };
        let off = Field::SessionTagsOff;
        let disabled = changed.contains(&off).then(|| planned.get(&off).is_some());
        let ask = || {
            self.eks
                .update_pod_identity_association()
                .cluster_name(intent.place.cluster.name())
                .association_id(id)
                .set_role_arn(text(&Field::Role))
                .set_target_role_arn(text(&Field::TargetRole))
                .set_disable_session_tags(disabled)
                .set_policy(text(&Field::Policy))
                .set_client_request_token(intent.token.as_deref().map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(Changed {
            request_id: answer.request_id().map(Text::from),
            association: Some(id.into()),
        })
    }

    async fn delete_association(&self, intent: &Intent) -> Result<Changed, Failure> {
        let call = self.write_call("DeletePodIdentityAssociation", "delete", intent)?;
        let id = id(intent, &call)?;
        let ask = || {
            self.eks
                .delete_pod_identity_association()
                .cluster_name(intent.place.cluster.name())
                .association_id(id)
                .send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(Changed {
            request_id: answer.request_id().map(Text::from),
            association: Some(id.into()),
        })
    }

    async fn tag_association(&self, intent: &Intent) -> Result<Changed, Failure> {
        let call = self.write_call("TagResource", "tag", intent)?;
        let (before, planned) = both(intent).ok_or_else(|| nothing_planned(&call))?;
        let arn = arn(intent, &call)?;
        let mut set = Settings::default();
        for field in before.changed(&planned) {
            let value = planned.get(&field).cloned();
            set.put(field, value);
        }
        let ask = || {
            let request = self.eks.tag_resource().resource_arn(&arn);
            request.set_tags(tags(&set)).send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(Changed {
            request_id: answer.request_id().map(Text::from),
            association: None,
        })
    }

    async fn untag_association(&self, intent: &Intent) -> Result<Changed, Failure> {
        let call = self.write_call("UntagResource", "remove tags of", intent)?;
        let (before, planned) = both(intent).ok_or_else(|| nothing_planned(&call))?;
        let arn = arn(intent, &call)?;
        let gone = before.changed(&planned).into_iter();
        let keys: Vec<String> = gone
            .filter_map(|field| match field {
                Field::Tag(key) if planned.get(&Field::Tag(key.clone())).is_none() => {
                    Some(key.to_string())
                }
                _ => None,
            })
            .collect();
        let ask = || {
            let request = self.eks.untag_resource().resource_arn(&arn);
            request.set_tag_keys(Some(keys.clone())).send()
        };
        let answer = self.call(&call, ask).await?;
        Ok(Changed {
            request_id: answer.request_id().map(Text::from),
            association: None,
        })
    }

    /// Describes the call, and refuses what this session may not do whoever asks for it.
    fn write_call(
        &self,
        operation: &'static str,
        verb: &str,
        intent: &Intent,
    ) -> Result<Call, Failure> {
        let cluster = &intent.place.cluster;
        let what = format!("{verb} {} of cluster {}", intent.target, cluster.name());
        let call = self.eks_call(operation, Urgency::Interactive, &what);
        let Some(cloud) = self.cloud.upgrade() else {
            let cause = "roledex is closing";
            return Err(Failure::new(FailureKind::Cancelled, call.doing, cause));
        };
        let profile = self.route.profile_name();
        if cloud.guard().access(cluster, &[profile]) == Access::ReadOnly {
            return Err(readonly::refused(&call.doing));
        }
        let is_here = cluster.region() == self.route.region.as_str()
            && intent.place.endpoint == self.endpoint
            && self
                .account()
                .is_some_and(|account| *account == *cluster.account());
        if !is_here {
            let cause = format!("{} is not the way to {cluster}", self.route);
            return Err(Failure::new(FailureKind::Refused, call.doing, cause)
                .hint("use a profile of the cluster's own account, in its region"));
        }
        Ok(call)
    }
}

fn settings(document: &Document) -> Settings {
    Settings::read(Family::Association, document)
}

fn both(intent: &Intent) -> Option<(Settings, Settings)> {
    match (&intent.before, &intent.planned) {
        (Image::Present(before), Image::Present(planned)) => {
            Some((settings(before), settings(planned)))
        }
        _ => None,
    }
}

fn nothing_planned(call: &Call) -> Failure {
    let cause = "the journal does not say what it is to become";
    Failure::new(FailureKind::Bug, call.doing.as_str(), cause)
}

fn tags(settings: &Settings) -> Option<HashMap<String, String>> {
    let tags: HashMap<String, String> = settings
        .fields()
        .filter_map(|field| match field {
            Field::Tag(key) => {
                let value = settings.get(field)?.as_str()?;
                Some((key.to_string(), value.to_owned()))
            }
            _ => None,
        })
        .collect();
    (!tags.is_empty()).then_some(tags)
}

fn id<'a>(intent: &'a Intent, call: &Call) -> Result<&'a str, Failure> {
    intent.target.id.as_deref().ok_or_else(|| {
        let cause = "the journal does not say which association is meant";
        Failure::new(FailureKind::Bug, call.doing.as_str(), cause)
    })
}

fn arn(intent: &Intent, call: &Call) -> Result<String, Failure> {
    let document = intent.before.document();
    let sent = document.and_then(|document| document.get("associationArn")?.as_str());
    if let Some(sent) = sent {
        return Ok(sent.to_owned());
    }
    let (cluster, id) = (&intent.place.cluster, id(intent, call)?);
    Ok(format!(
        "arn:{}:eks:{}:{}:podidentityassociation/{}/{id}",
        cluster.partition(),
        cluster.region(),
        cluster.account(),
        cluster.name()
    ))
}
