//! SDK types in, model values out: the `Option`s of the SDK die here.

mod parts;
mod role;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_eks::types;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::cloud::intern::Interner;
use crate::model::association::AssociationExtra;
use crate::model::document;
use crate::model::update::{Cancellation, UpdateError, UpdateParam};
use crate::model::{
    Association, AssociationDetail, AssociationKey, AssociationRecord, Cluster, ClusterArn,
    Document, Failure, FailureKind, Text, Update, UpdateKey, UpdateStatus,
};

pub(crate) use parts::{access_entry, access_policy, addon, identity_provider, nodegroup};
pub(crate) use role::role;

/// A member without which roledex cannot go on.
pub(crate) fn required<T>(member: Option<T>, name: &str, doing: &str) -> Result<T, Failure> {
    member.ok_or_else(|| {
        Failure::new(
            FailureKind::Malformed,
            doing,
            format!("the answer lacks the member \"{name}\""),
        )
        .hint(
            "an endpoint between roledex and AWS may have changed the answer; see AWS_ENDPOINT_URL",
        )
    })
}

fn text(member: Option<&str>) -> Option<Text> {
    member.map(Into::into)
}

/// The moment, or nothing where it lies outside what a timestamp can hold; read as the raw document is.
fn moment(member: Option<&DateTime>) -> Option<Timestamp> {
    document::timestamp(member?.as_secs_f64())
}

pub(crate) fn cluster(cluster: &types::Cluster, document: Document) -> Cluster {
    let issues = cluster
        .health()
        .map(types::ClusterHealth::issues)
        .unwrap_or_default();
    Cluster {
        status: text(cluster.status().map(types::ClusterStatus::as_str)),
        version: text(cluster.version()),
        platform_version: text(cluster.platform_version()),
        created: moment(cluster.created_at()),
        endpoint: text(cluster.endpoint()),
        oidc_issuer: text(
            cluster
                .identity()
                .and_then(types::Identity::oidc)
                .and_then(types::Oidc::issuer),
        ),
        authentication_mode: text(
            cluster
                .access_config()
                .and_then(types::AccessConfigResponse::authentication_mode)
                .map(types::AuthenticationMode::as_str),
        ),
        auto_mode: cluster
            .compute_config()
            .and_then(types::ComputeConfigResponse::enabled)
            .unwrap_or(false),
        health_issues: issues
            .iter()
            .map(|issue| {
                issue
                    .code()
                    .map_or("Unknown", types::ClusterIssueCode::as_str)
                    .into()
            })
            .collect(),
        document,
    }
}

pub(crate) fn summary(
    summary: &types::PodIdentityAssociationSummary,
    cluster: &ClusterArn,
    texts: &Interner,
    doing: &str,
) -> Result<Association, Failure> {
    Ok(Association {
        key: AssociationKey {
            cluster: cluster.clone(),
            id: required(summary.association_id(), "associationId", doing)?.into(),
        },
        namespace: texts.text(required(summary.namespace(), "namespace", doing)?),
        service_account: texts.text(required(
            summary.service_account(),
            "serviceAccount",
            doing,
        )?),
        arn: text(summary.association_arn()),
        owner: summary.owner_arn().map(|owner| texts.text(owner)),
    })
}

pub(crate) fn association(
    association: &types::PodIdentityAssociation,
    key: &AssociationKey,
    texts: &Interner,
    doing: &str,
) -> Result<AssociationRecord, Failure> {
    let tags: BTreeMap<Text, Text> = association
        .tags()
        .into_iter()
        .flatten()
        .map(|(name, value)| (texts.text(name), texts.text(value)))
        .collect();
    let extra = AssociationExtra {
        tags,
        external_id: text(association.external_id()),
        policy: text(association.policy()),
    };
    Ok(AssociationRecord {
        association: Association {
            key: key.clone(),
            namespace: texts.text(required(association.namespace(), "namespace", doing)?),
            service_account: texts.text(required(
                association.service_account(),
                "serviceAccount",
                doing,
            )?),
            arn: text(association.association_arn()),
            owner: association.owner_arn().map(|owner| texts.text(owner)),
        },
        detail: AssociationDetail {
            role: association.role_arn().map(|role| texts.text(role)),
            // An update clears the target role with an empty string, and EKS may answer with it.
            target_role: association
                .target_role_arn()
                .filter(|role| !role.is_empty())
                .map(|role| texts.text(role)),
            session_tags_disabled: association.disable_session_tags(),
            created: moment(association.created_at()),
            modified: moment(association.modified_at()),
            extra: (extra != AssociationExtra::default()).then(|| Arc::new(extra)),
        },
    })
}

pub(crate) fn update(update: &types::Update, key: &UpdateKey) -> Update {
    Update {
        key: key.clone(),
        status: update.status().map_or_else(
            || UpdateStatus::Other("".into()),
            |status| UpdateStatus::parse(status.as_str()),
        ),
        kind: text(update.r#type().map(types::UpdateType::as_str)),
        params: update
            .params()
            .iter()
            .map(|param| UpdateParam {
                kind: text(param.r#type().map(types::UpdateParamType::as_str)),
                value: text(param.value()),
            })
            .collect(),
        created: moment(update.created_at()),
        errors: update
            .errors()
            .iter()
            .map(|error| UpdateError {
                code: text(error.error_code().map(types::ErrorCode::as_str)),
                message: text(error.error_message()),
                resources: error
                    .resource_ids()
                    .iter()
                    .map(|id| id.as_str().into())
                    .collect(),
            })
            .collect(),
        cancellation: update.cancellation().map(|cancellation| Cancellation {
            status: text(cancellation.status().map(types::CancellationStatus::as_str)),
            reason: text(cancellation.reason()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    fn key() -> AssociationKey {
        AssociationKey {
            cluster: ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo"),
            id: "a-1b2c3d4e5f6g7h8i9".into(),
        }
    }

    #[test]
    fn absent_members_stay_absent() {
        let sent = types::PodIdentityAssociation::builder()
            .namespace("a")
            .service_account("b")
            .build();
        let record = association(&sent, &key(), &Interner::default(), "test").unwrap();
        assert_eq!(record.detail, AssociationDetail::default());
        assert_eq!(
            cluster(&types::Cluster::builder().build(), Document::new()),
            Cluster::default()
        );
    }

    #[test]
    fn a_member_that_is_needed_is_named() {
        let sent = types::PodIdentityAssociationSummary::builder()
            .namespace("a")
            .build();
        let failure = summary(
            &sent,
            &key().cluster,
            &Interner::default(),
            "list associations",
        )
        .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Malformed);
        assert!(failure.cause.contains("\"associationId\""), "{failure}");
    }

    #[test]
    fn words_of_newer_apis_survive() {
        let sent = types::Cluster::builder()
            .status("HIBERNATING".into())
            .build();
        assert_eq!(
            cluster(&sent, Document::new()).status.as_deref(),
            Some("HIBERNATING")
        );
        let sent = types::Update::builder()
            .status("Paused".into())
            .r#type("Novel".into())
            .build();
        let cluster = key().cluster;
        let key = UpdateKey {
            cluster,
            subject: crate::model::UpdateSubject::Cluster,
            id: "1".into(),
        };
        let update = update(&sent, &key);
        assert_eq!(update.status, UpdateStatus::Other("Paused".into()));
        assert_eq!(update.kind.as_deref(), Some("Novel"));
    }

    #[test]
    fn moments_keep_their_fraction_and_impossible_ones_are_absent() {
        let sent = DateTime::from_secs_f64(1_700_862_734.922);
        assert_eq!(
            moment(Some(&sent)).unwrap().to_string(),
            "2023-11-24T21:52:14.922Z"
        );
        assert_eq!(moment(Some(&DateTime::from_secs(i64::MAX))), None);
    }
}
