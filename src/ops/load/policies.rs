//! Which policies a role has.

use super::all;
use crate::cloud::{AttachedPolicy, Session, Urgency};
use crate::model::{Failure, Text};

/// The managed policies of a role, by the role's name without its path.
pub async fn attached_policies(
    session: &Session,
    urgency: Urgency,
    role: &str,
) -> Result<Vec<AttachedPolicy>, Failure> {
    all("list the policies of a role", |token| async move {
        let token = token.as_deref();
        session.attached_policies(urgency, role, token).await
    })
    .await
}

/// Names of the inline policies of a role.
pub async fn inline_policies(
    session: &Session,
    urgency: Urgency,
    role: &str,
) -> Result<Vec<Text>, Failure> {
    all("list the inline policies of a role", |token| async move {
        let token = token.as_deref();
        session.inline_policies(urgency, role, token).await
    })
    .await
}
