//! What gives pods the role of an association: a restart where new pods would have it, and what is in the way where
//! they would not.

use std::collections::BTreeSet;

use super::finding::{Remedy, RemedyKind};
use super::look::Look;
use super::remedy::{advice, restart};
use super::rules::is_asked_about;
use crate::model::credential::AUDIENCE;
use crate::model::identity::{Mechanism, Verdict, comes_first, effective};
use crate::model::pod::volume::POD_IDENTITY_VOLUME;
use crate::model::pod::{ContainerKind, Pod, Unseen};

/// What a new pod of the same template would meet as well; in the order in which it is to be cleared away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Obstacle {
    Fargate,
    Windows,
    Webhook,
    StaticPod,
    Label,
    Annotation,
    Volume,
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
            Self::Volume => {
                "a restart does not help: a volume of their own has the name eks-pod-identity-token; give it another name in the template of the pods, and in the mounts that use it"
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

/// What is to be done where a new pod of the same template would be no better off; `None` where a restart helps.
pub(in crate::model) fn instead(look: &Look<'_>, pod: &Pod) -> Option<&'static str> {
    obstacles(look, pod).into_iter().next().map(Obstacle::words)
}

/// The same after something else was done, without which none of it helps.
pub(in crate::model) fn renewed_then<'p>(
    look: &Look<'p>,
    pods: impl IntoIterator<Item = &'p Pod>,
) -> Vec<Remedy> {
    led_by("then", renewed(look, pods))
}

/// Remedies that help under a condition, with words for it before each.
pub(in crate::model) fn led_by(words: &str, mut remedies: Vec<Remedy>) -> Vec<Remedy> {
    for remedy in &mut remedies {
        remedy.title = format!("{words}, {}", remedy.title).into();
        if remedy.kind == RemedyKind::Advice {
            remedy.text.clone_from(&remedy.title);
        }
    }
    remedies
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
    // The webhook keeps a volume that is already there.
    let volume = pod.volume(POD_IDENTITY_VOLUME);
    if volume.is_some_and(|volume| !volume.has_token_for(AUDIENCE)) {
        met.insert(Obstacle::Volume);
    }
    let evidence = look.picture.evidence(pod);
    let identities = effective(&evidence);
    let main = |identity: &&Verdict| identity.kind == ContainerKind::Main;
    let skipped = &pod.marks.skip_containers;
    let mut named = identities.iter().filter(main).peekable();
    if named.peek().is_some() && named.all(|identity| skipped.contains(&identity.container)) {
        met.insert(Obstacle::Annotation);
    }
    let first = comes_first(&evidence, &identities).into_iter();
    met.extend(first.filter_map(|mechanism| match mechanism {
        Mechanism::StaticKeys => Some(Obstacle::Keys),
        Mechanism::WebIdentity | Mechanism::Irsa => Some(Obstacle::WebIdentity),
        Mechanism::Endpoint => Some(Obstacle::Endpoint),
        _ => None,
    }));
    met
}
