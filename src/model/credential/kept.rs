//! What keeps a pod from the role that EKS Auth gives its service account, as far as it can be seen from outside.
//!
//! EKS Auth looks at namespace and service account. Whether a pod ever asks the agent, and whether what it asks gets
//! there, EKS Auth cannot know: the rules of the diagnosis can.

use crate::model::Text;
use crate::model::credential::is_injected;
use crate::model::diagnosis::{
    Evidence, Finding, Look, Remedy, RuleId, Standing, looking, remedy, renew, rules,
};
use crate::model::identity::Fact;
use crate::model::pod::{ContainerKind, Pod};

use super::step::{Step, StepState};

/// One thing that keeps the pod of a test from the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub by: Hindrance,
    /// Whether it is known to, or only may.
    pub is_sure: bool,
    /// Whether it may be only one of several containers of the pod.
    pub is_of_container: bool,
    /// What it does to the pod, and what to do about it, where the usual words would be wrong; safe to print.
    pub says: Option<Text>,
    /// What was seen; safe to print.
    pub seen: Text,
    pub remedies: Vec<Remedy>,
}

/// How a pod is kept from the role of its association; the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hindrance {
    /// The pod is not there any more, or another one has its name.
    Gone,
    /// The webhook gave it neither the variables nor the token.
    NeverInjected,
    /// Access keys in variables come first.
    AccessKeys,
    /// A role and a token file in variables come first, as IRSA sets them.
    WebIdentity,
    /// A profile or shared files of AWS come first.
    Profile,
    /// It names another endpoint than the agent.
    Endpoint,
    /// No agent answers on its node.
    Agent,
    Proxy,
    NetworkPolicy,
    SecurityGroups,
}

/// Rules of the diagnosis that tell of it.
const RULES: [(RuleId, Hindrance); 9] = [
    (RuleId("static-keys"), Hindrance::AccessKeys),
    (RuleId("web-identity-by-hand"), Hindrance::WebIdentity),
    (RuleId("profile-first"), Hindrance::Profile),
    (RuleId("own-credential-endpoint"), Hindrance::Endpoint),
    (RuleId("proxy-without-agent"), Hindrance::Proxy),
    (RuleId("proxy-without-ipv6-agent"), Hindrance::Proxy),
    (
        RuleId("network-policy-blocks-agent"),
        Hindrance::NetworkPolicy,
    ),
    (RuleId("security-groups-strict"), Hindrance::SecurityGroups),
    (RuleId("token-volume-taken"), Hindrance::NeverInjected),
];

impl Hindrance {
    /// The word in exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NeverInjected => "neverInjected",
            Self::AccessKeys => "accessKeys",
            Self::WebIdentity => "webIdentity",
            Self::Profile => "profile",
            Self::Endpoint => "endpoint",
            Self::Agent => "agent",
            Self::Proxy => "proxy",
            Self::NetworkPolicy => "networkPolicy",
            Self::SecurityGroups => "securityGroups",
        }
    }

    /// What it does to the pod, and what to do about it.
    fn does(self) -> &'static str {
        match self {
            Self::Gone => "is gone: test again",
            Self::NeverInjected => "was never injected: restart it",
            Self::AccessKeys => "uses the access keys in its variables: take them out",
            Self::WebIdentity => {
                "uses the web identity in its variables, as IRSA sets it: take it out"
            }
            Self::Profile => "takes what a profile or shared files of AWS hold first",
            Self::Endpoint => "asks another endpoint than the agent",
            Self::Agent => "has no agent to ask on its node",
            Self::Proxy => "asks a proxy instead of the agent: name the agent in NO_PROXY",
            Self::NetworkPolicy => "is not let out to the agent by network policies",
            Self::SecurityGroups => "is kept from the agent by security groups for pods",
        }
    }

    /// Whether it lies in what one container defines.
    fn is_of_containers(self) -> bool {
        match self {
            Self::AccessKeys | Self::WebIdentity | Self::Profile | Self::Endpoint | Self::Proxy => {
                true
            }
            Self::Gone
            | Self::NeverInjected
            | Self::Agent
            | Self::NetworkPolicy
            | Self::SecurityGroups => false,
        }
    }
}

impl Kept {
    fn new(by: Hindrance, seen: impl Into<Text>) -> Self {
        Self {
            by,
            is_sure: true,
            is_of_container: false,
            says: None,
            seen: seen.into(),
            remedies: Vec::new(),
        }
    }

    /// A pod that the webhook left alone, with what gives it the role: a restart helps only where nothing keeps the
    /// webhook from the next pod, too.
    fn never_injected(pod: &Pod, look: &Look<'_>) -> Self {
        const NEVER: &str = "was never injected";
        let mut never = Self::new(
            Hindrance::NeverInjected,
            "the webhook gave it nothing, and works on new pods only",
        );
        let associations = look.picture.associations;
        if associations.of(&pod.namespace, &pod.service_account) == Fact::Absent {
            let missing = "there is no association for its service account";
            never.says = Some(format!("{NEVER}: {missing}").into());
            never.remedies = vec![remedy::advice(
                "create an association for the service account: without one, no pod of it is given anything",
            )];
            never.remedies.extend(renew::renewed_then(look, [pod]));
            return never;
        }
        let instead = renew::instead(look, pod);
        never.says = instead.map(|words| format!("{NEVER}; {words}").into());
        never.remedies = renew::renewed(look, [pod]);
        never
    }

    /// What keeps whom, as a part of a sentence.
    pub fn phrase(&self) -> String {
        let who = if self.is_of_container {
            "a container of this pod"
        } else {
            "this pod"
        };
        let says = self.says.as_deref();
        format!("{who} {}", says.unwrap_or_else(|| self.by.does()))
    }

    /// As the end of a sentence that says what EKS Auth gives.
    pub fn clause(&self) -> String {
        if self.is_sure {
            format!(", but {}", self.phrase())
        } else {
            format!("; it may be that {}", self.phrase())
        }
    }
}

/// What keeps a pod from the role, what is sure first; `agent` is what was seen of the agent on its node.
pub fn kept(pod: &Pod, evidence: &Evidence, agent: &Step) -> Vec<Kept> {
    let mut all = Vec::new();
    let never = looking(evidence, |look| Kept::never_injected(pod, look));
    if !is_injected(pod) {
        all.push(never.clone());
    }
    if agent.state == StepState::Failed {
        all.push(Kept::new(Hindrance::Agent, agent.said.clone()));
    }
    let findings: Vec<Finding> = looking(evidence, |look| {
        let is_of = |id: RuleId| RULES.iter().any(|(known, _)| *known == id);
        let told = rules().filter(|rule| is_of(rule.id));
        told.flat_map(|rule| (rule.judge)(rule, look)).collect()
    });
    let containers = pod.containers.iter();
    let containers = containers.filter(|container| container.kind != ContainerKind::Ephemeral);
    let has_several = containers.count() > 1;
    for finding in findings {
        let Some((_, by)) = RULES.iter().find(|(known, _)| *known == finding.rule) else {
            continue;
        };
        let is_sure = match finding.standing {
            // What a file holds is not visible.
            Standing::Found => *by != Hindrance::Profile,
            Standing::Possible => false,
            Standing::Unknown(_) => continue,
        };
        let is_never = *by == Hindrance::NeverInjected;
        if finding.pods.contains(&pod.name) && all.iter().all(|known| known.by != *by) {
            all.push(Kept {
                by: *by,
                is_sure,
                is_of_container: has_several && by.is_of_containers(),
                says: never.says.clone().filter(|_| is_never),
                seen: finding.summary,
                remedies: finding.remedies,
            });
        }
    }
    all.sort_by_key(|kept| (!kept.is_sure, kept.by));
    all
}

/// What is known where the pod itself cannot be found any more.
pub fn gone(seen: &str) -> Kept {
    Kept::new(Hindrance::Gone, seen)
}
