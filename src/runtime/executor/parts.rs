//! Lists of what belongs to a cluster.

use super::answer::{Steps, stream};
use crate::app::Step;
use crate::app::effect::Part;
use crate::app::msg::FoundPart;
use crate::cloud::{Session, Urgency};
use crate::model::{ClusterArn, Failure};
use crate::ops::load;

/// Sends each thing when it is described, or why it is not.
pub(super) async fn list(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    part: Part,
    steps: &Steps,
) -> Result<(), Failure> {
    let step = |found: FoundPart| Step::Part(Box::new(found));
    match part {
        Part::IdentityProviders => {
            stream(steps, step, |mut send| {
                load::every_identity_provider(session, urgency, cluster, move |key, found| {
                    send(FoundPart::IdentityProvider(key, found));
                })
            })
            .await
        }
        Part::Addons => {
            stream(steps, step, |mut send| {
                load::every_addon(session, urgency, cluster, move |key, found| {
                    send(FoundPart::Addon(key, found));
                })
            })
            .await
        }
        Part::AccessEntries => {
            stream(steps, step, |mut send| {
                load::every_access_entry(session, urgency, cluster, move |key, found| {
                    send(FoundPart::AccessEntry(key, found));
                })
            })
            .await
        }
    }
}
