//! Roles that were typed by their names: IAM knows their ARNs.

use super::Request;
use crate::cloud::{Session, Urgency};
use crate::model::arn::role_name;
use crate::model::plan::{Setting, name_of_role};
use crate::model::text::visible;
use crate::model::{Failure, FailureKind};
use crate::ops::fleet::Site;

/// Puts the ARNs in the place of names, as the roles of the cluster's account have them.
pub async fn named_roles(site: &Site, request: &mut Request) -> Result<(), Failure> {
    let (Request::Update { draft, .. }
    | Request::Create { draft, .. }
    | Request::Relocate { draft, .. }) = request
    else {
        return Ok(());
    };
    let account = site.arn.account();
    if let Some(role) = &mut draft.role {
        name_to_arn(&site.session, account, role).await?;
    }
    if let Setting::Set(role) = &mut draft.target_role {
        name_to_arn(&site.session, account, role).await?;
    }
    Ok(())
}

async fn name_to_arn(session: &Session, account: &str, role: &mut String) -> Result<(), Failure> {
    let Some(typed) = name_of_role(role) else {
        return Ok(());
    };
    let doing = format!("find the role {}", visible(typed));
    let missing = |failure: Option<Failure>| {
        let cause = format!("account {account} has no role of that name");
        let mut missing = Failure::new(FailureKind::NotFound, doing.as_str(), cause);
        missing.request_id = failure.and_then(|failure| failure.request_id);
        missing.hint("names are case-sensitive; a role of another account is named by its ARN")
    };
    let name = role_name_in(typed);
    match session.role(Urgency::Interactive, name).await {
        Ok(found) if is_meant(&found.value.arn, typed) => {
            *role = found.value.arn.to_string();
            Ok(())
        }
        Ok(_) => Err(missing(None)),
        Err(failure) if failure.kind == FailureKind::NotFound => Err(missing(Some(failure))),
        Err(failure) => Err(failure.hint("name the role by its ARN, which needs no look-up")),
    }
}

/// A name can be typed with its path.
fn role_name_in(typed: &str) -> &str {
    typed.rsplit('/').next().unwrap_or(typed)
}

fn is_meant(arn: &str, typed: &str) -> bool {
    if typed.contains('/') {
        let path = typed.trim_start_matches('/');
        return arn.ends_with(&format!(":role/{path}"));
    }
    role_name(arn) == typed
}
