//! What containers have of their own that comes before what the webhook writes, in new pods as well.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::evidence::{Evidence, Fact};
use super::verdict::{Mechanism, Note, Verdict};
use crate::model::pod::ContainerKind;

/// How long after its association a pod may have been written to as if there were none.
const PROPAGATION: SignedDuration = SignedDuration::from_secs(30);

/// The mechanisms that a restart does not change, of the containers that are surely so.
///
/// They stand in the template of the pod, or something else than the webhook of EKS writes them.
pub fn comes_first(evidence: &Evidence<'_>, identities: &[Verdict]) -> BTreeSet<Mechanism> {
    let main = identities
        .iter()
        .filter(|identity| identity.kind == ContainerKind::Main);
    let first = main.filter(|identity| match identity.mechanism {
        Mechanism::StaticKeys | Mechanism::WebIdentity | Mechanism::Endpoint => {
            identity.choices.is_empty()
        }
        Mechanism::Irsa => is_written_again(evidence, identity),
        Mechanism::PodIdentity
        | Mechanism::Profile
        | Mechanism::NodeRole
        | Mechanism::None
        | Mechanism::Unknown => false,
    });
    first.map(|identity| identity.mechanism).collect()
}

/// Whether the variables of IRSA were written although the webhook of EKS had to write those of Pod Identity: then it
/// is not that webhook which writes them.
fn is_written_again(evidence: &Evidence<'_>, identity: &Verdict) -> bool {
    let has_both = identity.notes.iter().any(|note| {
        matches!(
            note,
            Note::Shadowed {
                mechanism: Mechanism::PodIdentity,
                ..
            }
        )
    });
    let is_later = || {
        let Fact::Present(associated) = evidence.association() else {
            return None;
        };
        let since = associated.detail?.created?;
        Some(evidence.pod.created?.duration_since(since) > PROPAGATION)
    };
    has_both || is_later().unwrap_or(false)
}
