//! Roles of IAM.

use aws_sdk_iam::types;
use aws_smithy_types::DateTime;

use super::{moment, required, text};
use crate::model::trust::percent_decoded;
use crate::model::{Failure, LastUse, RoleDetail, Text};

/// The SDK makes up empty texts and the beginning of time for members that IAM always sends and did not.
fn filled(member: &str) -> Option<Text> {
    text(Some(member).filter(|member| !member.is_empty()))
}

pub(crate) fn role(role: &types::Role, doing: &str) -> Result<RoleDetail, Failure> {
    let created = Some(role.create_date()).filter(|date| **date != DateTime::from_secs(0));
    // What cannot be decoded is kept: it is shown as it came, and called unreadable.
    let trust = role.assume_role_policy_document().map(|document| {
        percent_decoded(document).map_or_else(|_| document.into(), |text| text.as_str().into())
    });
    let boundary = role.permissions_boundary();
    Ok(RoleDetail {
        arn: required(filled(role.arn()), "Arn", doing)?,
        name: required(filled(role.role_name()), "RoleName", doing)?,
        path: filled(role.path()),
        id: filled(role.role_id()),
        description: role.description().and_then(filled),
        trust,
        max_session_seconds: role
            .max_session_duration()
            .and_then(|seconds| u32::try_from(seconds).ok()),
        boundary: text(
            boundary.and_then(types::AttachedPermissionsBoundary::permissions_boundary_arn),
        ),
        boundary_type: text(
            boundary
                .and_then(types::AttachedPermissionsBoundary::permissions_boundary_type)
                .map(types::PermissionsBoundaryAttachmentType::as_str),
        ),
        tags: role
            .tags()
            .iter()
            .map(|tag| (tag.key().into(), tag.value().into()))
            .collect(),
        last_use: role.role_last_used().map_or(LastUse::NotTold, |used| {
            match moment(used.last_used_date()) {
                Some(date) => LastUse::At {
                    date,
                    region: used.region().and_then(filled),
                },
                None => LastUse::Never,
            }
        }),
        created: moment(created),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;

    #[test]
    fn what_the_sdk_made_up_is_absent() {
        let sent = |arn: &str| {
            types::Role::builder()
                .path("")
                .role_name("x")
                .role_id("")
                .arn(arn)
                .create_date(DateTime::from_secs(0))
                .build()
                .unwrap()
        };
        let arn = "arn:aws:iam::111122223333:role/x";
        assert_eq!(
            role(&sent(arn), "read").unwrap(),
            RoleDetail::of(arn.into(), "x".into())
        );
        let failure = role(&sent(""), "read").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Malformed);
        assert!(failure.cause.contains("\"Arn\""), "{failure}");
    }
}
