//! The choice of the pod that a test is made with.

use super::panel_mut;
use crate::app::effect::{Effect, Request};
use crate::app::modal::Modal;
use crate::app::modal::credential::{CredentialPanel, Podless, Stage, Tested};
use crate::app::state::State;
use crate::model::Failure;
use crate::model::pod::{Phase, Pod};

pub(super) fn look_for_pods(state: &mut State, of: Tested, effects: &mut Vec<Effect>) {
    match state.kubernetes_of(&of.cluster) {
        Ok(kubernetes) => {
            let request = Request::PodsToTest {
                of: kubernetes,
                namespace: of.namespace.clone(),
                service_account: of.service_account.clone(),
            };
            let ticket = state.call(request, true, effects);
            let panel = CredentialPanel::new(of, Stage::Looking(ticket));
            state.modals.push(Modal::Credential(Box::new(panel)));
        }
        Err(failure) => {
            let failure = failure.unwrap_or_else(|| {
                let (doing, cause) = (
                    "list the pods",
                    "it is not known yet where its API server is",
                );
                Failure::new(crate::model::FailureKind::Unreachable, doing, cause)
                    .hint("wait until the cluster is described, and try again")
            });
            podless(state, of, Podless::Unlisted(failure));
        }
    }
}

pub(super) fn podless(state: &mut State, of: Tested, why: Podless) {
    let panel = CredentialPanel::new(of, Stage::Podless { why, button: 0 });
    state.modals.push(Modal::Credential(Box::new(panel)));
}

/// Why no token can be bound to a pod, or none that EKS Auth would take.
pub(super) fn unfit(pod: &Pod) -> Option<&'static str> {
    match pod.phase {
        _ if pod.terminating => Some("it is on its way out"),
        Phase::Running => None,
        Phase::Pending => Some("it does not run yet"),
        Phase::Succeeded | Phase::Failed => Some("it has ended"),
        Phase::Other(_) => Some("nobody knows whether it runs"),
    }
}

/// To the choice, with pods as they are now; from there `esc` leads back here.
pub(super) fn other_pod(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Credential(left)) = state.modals.pop() else {
        return;
    };
    let CredentialPanel {
        of, stage, pods, ..
    } = *left;
    look_for_pods(state, of, effects);
    if let Some(opened) = panel_mut(state) {
        opened.pods = pods;
        opened.before = Some(Box::new(stage));
    }
}

/// Back to what stood there before another pod was to be chosen; says whether there was anything.
pub(super) fn went_back(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let Some(panel) = panel_mut(state) else {
        return false;
    };
    let is_choosing = matches!(
        panel.stage,
        Stage::Looking(_) | Stage::Picking { .. } | Stage::Podless { .. }
    );
    let Some(before) = panel.before.take_if(|_| is_choosing) else {
        return false;
    };
    let waited_for = panel.waiting();
    panel.stage = *before;
    panel.top = 0;
    state.supersede(waited_for, effects);
    true
}
