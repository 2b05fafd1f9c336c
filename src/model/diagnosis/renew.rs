//! What gives pods the role of an association: a restart where new pods would have it, and what is in the way where
//! they would not.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::finding::{Remedy, RemedyKind};
use super::look::Look;
use super::remedy::{advice, restart};
use super::rules::is_asked_about;
use crate::model::identity::{Fact, Mechanism, Note, Verdict, effective};
use crate::model::pod::{ContainerKind, Pod, Unseen};

/// How long after its association a pod may have been written to as if there were none.
const PROPAGATION: SignedDuration = SignedDuration::from_secs(30);

/// What a new pod of the same template would meet as well; in the order in which it is to be cleared away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Obstacle {
    Fargate,
    Windows,
    Webhook,
    StaticPod,
    Label,
    Annotation,
    Keys,
    WebIdentity,
    Endpoint,
}

impl Obstacle {
    fn words(self) -> &'static str {
        match self {
            Self::Fargate => {
                "a restart does not help: Pod Identity does not work on Fargate; use IRSA for the service account, or let the pods run on EC2"
            }
            Self::Windows => {
                "a restart does not help: Pod Identity does not work on Windows; use IRSA for the service account"
            }
            Self::Webhook => {
                "a restart does not help yet: the API server does not ask the webhook about these pods; put the configuration pod-identity-webhook right, and restart them then"
            }
            Self::StaticPod => {
                "a restart does not help: no webhook sees a static pod; run it by a deployment or daemon set instead"
            }
            Self::Label => {
                "a restart does not help: take the label eks.amazonaws.com/skip-pod-identity-webhook out of the template of the pods, which makes them anew"
            }
            Self::Annotation => {
                "a restart does not help: take the annotation eks.amazonaws.com/skip-containers out of the template of the pods, which makes them anew"
            }
            Self::Keys => {
                "a restart does not help: the access keys in their variables come first; take them out of the template of the pods, which makes them anew"
            }
            Self::WebIdentity => {
                "a restart does not help: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come first, and new pods get them again; take them out of the template of the pods, or whatever else writes them, such as a webhook of one's own for IRSA, off the service account"
            }
            Self::Endpoint => {
                "a restart does not help: the containers name an endpoint for credentials themselves, so the webhook leaves them alone; take AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE out of the template of the pods"
            }
        }
    }
}

/// Restarts the pods that a restart helps, and says of the others what does.
pub(in crate::model) fn renewed<'p>(
    look: &Look<'p>,
    pods: impl IntoIterator<Item = &'p Pod>,
) -> Vec<Remedy> {
    let (mut clear, mut met) = (Vec::new(), BTreeSet::new());
    for pod in pods {
        let obstacles = obstacles(look, pod);
        if obstacles.is_empty() {
            clear.push(pod);
        }
        met.extend(obstacles);
    }
    let told = met.into_iter().map(|obstacle| advice(obstacle.words()));
    told.chain(restart(&look.evidence.arn, clear)).collect()
}

/// The same after something else was done, without which none of it helps.
pub(super) fn renewed_then<'p>(
    look: &Look<'p>,
    pods: impl IntoIterator<Item = &'p Pod>,
) -> Vec<Remedy> {
    let remedies = renewed(look, pods).into_iter();
    let then = |mut remedy: Remedy| {
        remedy.title = format!("then, {}", remedy.title).into();
        if remedy.kind == RemedyKind::Advice {
            remedy.text.clone_from(&remedy.title);
        }
        remedy
    };
    remedies.map(then).collect()
}

fn obstacles(look: &Look<'_>, pod: &Pod) -> BTreeSet<Obstacle> {
    let mut met = BTreeSet::new();
    if pod.is_on_fargate() {
        met.insert(Obstacle::Fargate);
    }
    if pod.os.as_deref() == Some("windows") {
        met.insert(Obstacle::Windows);
    }
    if is_asked_about(look, pod).is_no() {
        met.insert(Obstacle::Webhook);
    }
    met.extend(pod.marks.unseen.map(|unseen| match unseen {
        Unseen::StaticPod => Obstacle::StaticPod,
        Unseen::OptedOut => Obstacle::Label,
    }));
    let identities = effective(&look.picture.evidence(pod));
    let main = |identity: &&Verdict| identity.kind == ContainerKind::Main;
    let skipped = &pod.marks.skip_containers;
    let mut named = identities.iter().filter(main).peekable();
    if named.peek().is_some() && named.all(|identity| skipped.contains(&identity.container)) {
        met.insert(Obstacle::Annotation);
    }
    met.extend(identities.iter().filter(main).filter_map(|identity| {
        let is_sure = identity.choices.is_empty();
        match identity.mechanism {
            Mechanism::StaticKeys if is_sure => Some(Obstacle::Keys),
            Mechanism::WebIdentity if is_sure => Some(Obstacle::WebIdentity),
            Mechanism::Irsa if is_written_again(look, pod, identity) => Some(Obstacle::WebIdentity),
            Mechanism::Endpoint if is_sure => Some(Obstacle::Endpoint),
            _ => None,
        }
    }));
    met
}

/// Whether the variables of IRSA were written although the webhook of EKS had to write those of Pod Identity: then it
/// is not that webhook which writes them.
fn is_written_again(look: &Look<'_>, pod: &Pod, identity: &Verdict) -> bool {
    let has_both = identity.notes.iter().any(|note| {
        matches!(
            note,
            Note::Shadowed {
                mechanism: Mechanism::PodIdentity,
                ..
            }
        )
    });
    let associations = look.picture.associations;
    let is_later = || {
        let Fact::Present(associated) = associations.of(&pod.namespace, &pod.service_account)
        else {
            return None;
        };
        let since = associated.detail?.created?;
        Some(pod.created?.duration_since(since) > PROPAGATION)
    };
    has_both || is_later().unwrap_or(false)
}
