//! Which pod a test is made with.

use crate::model::Text;
use crate::model::pod::{Phase, Pod};
use crate::model::text::visible;

use super::{AUDIENCE, TokenSource};

/// The volume in which the webhook gives a pod its token.
const VOLUME: &str = "eks-pod-identity-token";

/// Pods that a token can be bound to in a meaningful way, the best first: they run, and are not ending.
///
/// The best one was injected, is ready, and is the newest.
pub fn candidates<'p>(pods: impl IntoIterator<Item = &'p Pod>) -> Vec<&'p Pod> {
    let pods = pods.into_iter();
    let mut fit: Vec<&Pod> = pods.filter(|pod| is_candidate(pod)).collect();
    fit.sort_by(|left, right| {
        let rank = |pod: &Pod| (is_injected(pod), pod.ready == Some(true), pod.created);
        let ranked = rank(right).cmp(&rank(left));
        ranked.then_with(|| left.name.cmp(&right.name))
    });
    fit
}

pub fn is_candidate(pod: &Pod) -> bool {
    pod.phase == Phase::Running && !pod.terminating && !pod.uid.is_empty()
}

/// Whether the webhook gave the pod what it takes to ask the agent.
pub fn is_injected(pod: &Pod) -> bool {
    pod.marks.injected
        || pod
            .volume(VOLUME)
            .is_some_and(|volume| volume.has_token_for(AUDIENCE))
}

/// Why no pod was picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpicked {
    /// None was named, and none runs and stays.
    NoneFits(Text),
    /// The one that was named cannot be taken.
    Named {
        why: Text,
        /// Those that could be.
        others: Vec<Text>,
    },
}

impl Unpicked {
    pub fn why(&self) -> &Text {
        match self {
            Self::NoneFits(why) | Self::Named { why, .. } => why,
        }
    }

    /// What to do about it, where that is not in the reason itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Named { others, .. } if !others.is_empty() => {
                Some(format!("these run: {}", visible(&others.join(", "))))
            }
            Self::Named { .. } | Self::NoneFits(_) => None,
        }
    }
}

/// Picks the pod that is named, or the best one.
///
/// A pod that is named is taken also if it does not run yet, or is about to end: whoever names it asks about that
/// one. Of one that has ended nobody knows what EKS Auth would say.
pub fn pick<'p>(pods: &'p [Pod], account: &str, named: Option<&str>) -> Result<&'p Pod, Unpicked> {
    let fit = candidates(pods);
    let Some(named) = named else {
        let best = fit.first().copied();
        return best.ok_or_else(|| Unpicked::NoneFits(none_fits(pods)));
    };
    let found = pods.iter().find(|pod| *pod.name == *named);
    let cause = match found {
        None => "no pod of that name uses the service account",
        Some(pod) if pod.phase.is_ended() => "it has ended",
        Some(pod) if pod.uid.is_empty() => "the API server does not tell its uid",
        Some(pod) => return Ok(pod),
    };
    let (named, account) = (visible(named), visible(account));
    Err(Unpicked::Named {
        why: format!("pod {named} of {account} cannot be used: {cause}").into(),
        others: fit.iter().map(|pod| pod.name.clone()).collect(),
    })
}

/// Why none of the pods can be taken, and what it would need.
pub fn none_fits<'p>(pods: impl IntoIterator<Item = &'p Pod>) -> Text {
    let pods: Vec<&Pod> = pods.into_iter().collect();
    let needs = "it takes a pod of the service account that runs, or a token (--token-file)";
    if pods.is_empty() {
        return format!(
            "no pod uses the service account, so there is nothing to bind a token to; {needs}"
        )
        .into();
    }
    let terminating = pods.iter().filter(|pod| pod.terminating).count();
    let mut counts: Vec<String> = Vec::new();
    if terminating > 0 {
        counts.push(format!("{terminating} terminating"));
    }
    for phase in [
        Phase::Pending,
        Phase::Running,
        Phase::Succeeded,
        Phase::Failed,
    ] {
        let in_phase = |pod: &&&Pod| !pod.terminating && pod.phase == phase;
        let count = pods.iter().filter(in_phase).count();
        if count > 0 {
            counts.push(format!("{count} {}", phase.as_str()));
        }
    }
    format!(
        "none of its pods runs and stays ({}); {needs}",
        counts.join(", ")
    )
    .into()
}

impl TokenSource {
    /// Nothing to bind a token to: such a test can only look.
    pub fn nothing() -> Self {
        Self::Pod {
            name: "".into(),
            uid: "".into(),
            node: None,
        }
    }

    pub fn of(pod: &Pod) -> Self {
        Self::Pod {
            name: pod.name.clone(),
            uid: pod.uid.clone(),
            node: pod.node.clone(),
        }
    }
}
