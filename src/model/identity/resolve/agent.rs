//! EKS Pod Identity: whether what the container asks can answer it.

use super::{Outcome, mounted, token_volume};
use crate::model::identity::evidence::{Agent, Associated, Evidence, Fact, Machine};
use crate::model::identity::verdict::{Doubt, Mechanism, Reason, Role};
use crate::model::pod::{Container, Likelihood, Pod, Variable};

const HOSTS: [&str; 2] = ["169.254.170.23", "[fd00:ec2::23]"];
const PATH: &str = "v1/credentials";
const AUDIENCE: &str = "pods.eks.amazonaws.com";

/// Whether the container asks the agent of EKS Pod Identity.
pub(in crate::model::identity) fn has_pod_identity(container: &Container) -> bool {
    container
        .env
        .literal(Variable::FullUri)
        .is_some_and(|uri| agent_host(uri).is_some())
}

fn agent_host(uri: &str) -> Option<&str> {
    let (host, path) = uri.strip_prefix("http://")?.split_once('/')?;
    let host = host.strip_suffix(":80").unwrap_or(host);
    let is_agent = HOSTS.contains(&host) && path == PATH;
    is_agent.then_some(host)
}

pub(super) fn pod_identity(evidence: &Evidence<'_>, container: &Container) -> Outcome {
    let machine = evidence.machine();
    let mut outcome = Outcome::new(Mechanism::PodIdentity);
    outcome.rests_on(container, Variable::FullUri);
    if container.env.likelihood(Variable::RelativeUri) > Likelihood::No {
        outcome.rests_on(container, Variable::RelativeUri);
    }
    if machine == Machine::Fargate {
        outcome.mechanism = Mechanism::None;
        outcome.reasons.push(Reason::FargateHasNone);
        return outcome;
    }
    outcome.rests_on(container, Variable::TokenFile);
    if machine == Machine::Windows {
        outcome.mechanism = Mechanism::None;
        outcome.likely(Doubt::WindowsUnsupported);
        outcome.likely(Doubt::MayFallThrough);
        return outcome;
    }
    token(evidence.pod, container, &mut outcome);
    proxy(container, &mut outcome);
    agent(evidence, machine, &mut outcome);
    match evidence.association() {
        Fact::Unknown => outcome.likely(Doubt::AssociationUnknown),
        Fact::Absent => outcome.likely(Doubt::AssociationAbsent),
        Fact::Present(associated) => {
            outcome.reasons.push(Reason::Association {
                id: associated.association.key.id.clone(),
            });
            if outcome.mechanism == Mechanism::PodIdentity {
                outcome.role = associated.role();
            }
        }
    }
    outcome
}

impl Associated<'_> {
    /// The role that EKS Auth hands out, once the association was described.
    pub(in crate::model::identity) fn role(&self) -> Option<Role> {
        let detail = self.detail?;
        Some(match &detail.target_role {
            Some(target) => Role {
                arn: target.clone(),
                through: detail.role.clone(),
            },
            None => Role {
                arn: detail.role.clone()?,
                through: None,
            },
        })
    }
}

fn token(pod: &Pod, container: &Container, outcome: &mut Outcome) {
    let by_file = container.env.likelihood(Variable::TokenFile) > Likelihood::No;
    let by_hand = container.env.likelihood(Variable::Token) > Likelihood::No;
    if by_hand {
        outcome.rests_on(container, Variable::Token);
    }
    if by_file {
        let file = container.env.literal(Variable::TokenFile);
        let volume = token_volume(pod, container, file, |volume| {
            volume.has_token_for(AUDIENCE)
        });
        mounted(outcome, volume, file);
    } else {
        // A token that was set by hand ends within a day at the latest, and is renewed by nobody.
        outcome.likely(Doubt::NoToken);
    }
}

fn agent(evidence: &Evidence<'_>, machine: Machine, outcome: &mut Outcome) {
    if evidence.pod.node.is_none() {
        outcome.likely(Doubt::NotScheduled);
        return;
    }
    if machine == Machine::Auto {
        outcome.reasons.push(Reason::AgentBuiltIn);
        return;
    }
    if machine == Machine::Unknown {
        outcome.likely(Doubt::NodeUnknown);
    }
    match evidence.agent {
        Agent::Running => outcome.reasons.push(Reason::AgentRunning),
        Agent::NotReady => outcome.likely(Doubt::AgentNotReady),
        Agent::Unknown => outcome.likely(Doubt::AgentUnknown),
        Agent::Missing => {
            outcome.likely(Doubt::AgentMissing);
            // A node that is not known may be one of Auto Mode, where no agent is to be seen.
            if machine != Machine::Unknown {
                outcome.mechanism = Mechanism::None;
                outcome.likely(Doubt::MayFallThrough);
            }
        }
    }
}

fn proxy(container: &Container, outcome: &mut Outcome) {
    let env = &container.env;
    let host = env
        .literal(Variable::FullUri)
        .and_then(|uri| agent_host(uri));
    let bare = host.map(|host| host.trim_matches(['[', ']']));
    let excepted = [Variable::NoProxy, Variable::NoProxyLower]
        .into_iter()
        .filter_map(|variable| env.literal(variable))
        .flat_map(|hosts| hosts.split(','))
        .map(|entry| entry.strip_suffix(":80").unwrap_or(entry))
        .any(|entry| entry == "*" || Some(entry) == host || Some(entry) == bare);
    let proxy = [
        Variable::HttpProxy,
        Variable::HttpProxyLower,
        Variable::AllProxy,
        Variable::AllProxyLower,
    ]
    .into_iter()
    .find(|variable| env.likelihood(*variable) > Likelihood::No);
    if let Some(variable) = proxy
        && !excepted
    {
        outcome.likely(Doubt::Proxy { variable });
    }
}
