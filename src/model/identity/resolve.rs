//! What a provider means where the pod runs.

mod agent;

use super::chain::Provider;
pub(super) use agent::has_pod_identity;

use super::evidence::{Evidence, Machine};
use super::verdict::{Certainty, Doubt, Mechanism, Reason, Role};
use crate::model::Text;
use crate::model::pod::volume::IRSA_VOLUME;
use crate::model::pod::{Container, Likelihood, Pod, Setting, Variable, Volume};

const IRSA_FILE: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";

/// What is found out about one provider.
pub(super) struct Outcome {
    pub(super) mechanism: Mechanism,
    pub(super) certainty: Certainty,
    pub(super) role: Option<Role>,
    pub(super) reasons: Vec<Reason>,
    pub(super) doubts: Vec<Doubt>,
}

impl Outcome {
    pub(super) fn new(mechanism: Mechanism) -> Self {
        Self {
            mechanism,
            certainty: Certainty::Certain,
            role: None,
            reasons: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// Notes a doubt, and how much certainty it leaves.
    pub(super) fn doubt(&mut self, doubt: Doubt, leaves: Certainty) {
        self.certainty = self.certainty.min(leaves.min(Certainty::Likely));
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    fn likely(&mut self, doubt: Doubt) {
        self.doubt(doubt, Certainty::Likely);
    }

    /// Rests the answer on a variable, if the container has it.
    fn rests_on(&mut self, container: &Container, variable: Variable) {
        let Some(setting) = container.env.setting(variable) else {
            return;
        };
        let value = match setting {
            Setting::Empty => return,
            Setting::Literal(text) => Some(text.clone()),
            Setting::Withheld => None,
            Setting::Reference { source, .. } => {
                self.likely(Doubt::ByReference {
                    variable,
                    source: *source,
                });
                None
            }
        };
        self.reasons.push(Reason::Variable { variable, value });
    }
}

pub(super) fn outcome(
    evidence: &Evidence<'_>,
    container: &Container,
    provider: Provider,
) -> Outcome {
    match provider {
        Provider::Environment => static_keys(container),
        Provider::Profile | Provider::AssumingProfile => profile(evidence.pod, container),
        Provider::WebIdentity => web_identity(evidence.pod, container),
        Provider::Container => endpoint(evidence, container),
        Provider::Metadata => metadata(evidence, container),
    }
}

fn static_keys(container: &Container) -> Outcome {
    let mut outcome = Outcome::new(Mechanism::StaticKeys);
    for variable in [
        Variable::AccessKeyId,
        Variable::SecretAccessKey,
        Variable::SessionToken,
        Variable::OldAccessKey,
        Variable::OldSecretKey,
    ] {
        outcome.rests_on(container, variable);
    }
    outcome
}

fn profile(pod: &Pod, container: &Container) -> Outcome {
    let mut outcome = Outcome::new(Mechanism::Profile);
    for variable in [
        Variable::Profile,
        Variable::DefaultProfile,
        Variable::ConfigFile,
        Variable::SharedCredentialsFile,
    ] {
        outcome.rests_on(container, variable);
    }
    for mount in &container.mounts {
        let volume = pod.volume(&mount.volume);
        if mount.aws_files || volume.is_some_and(|volume| volume.aws_files) {
            outcome.reasons.push(Reason::FilesMounted {
                path: mount.path.clone(),
            });
        }
    }
    outcome.likely(Doubt::FileContents);
    outcome
}

fn web_identity(pod: &Pod, container: &Container) -> Outcome {
    let file = container.env.literal(Variable::WebIdentityTokenFile);
    let token = token_volume(pod, container, file, |volume| !volume.tokens.is_empty());
    let injected = token.is_some_and(|volume| &*volume.name == IRSA_VOLUME)
        && file.is_some_and(|file| is_file(file, IRSA_FILE));
    let mut outcome = Outcome::new(if injected {
        Mechanism::Irsa
    } else {
        Mechanism::WebIdentity
    });
    outcome.rests_on(container, Variable::RoleArn);
    outcome.rests_on(container, Variable::WebIdentityTokenFile);
    mounted(&mut outcome, token, file);
    outcome.role = container.env.literal(Variable::RoleArn).map(|arn| Role {
        arn: arn.clone(),
        through: None,
    });
    outcome
}

/// Compares a path, which on Windows has a drive and backslashes.
fn is_file(path: &str, wanted: &str) -> bool {
    let path = path.replace('\\', "/");
    let path = match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 => rest,
        _ => &path,
    };
    path == wanted
}

/// The volume with a fitting token that is mounted where the file should be.
fn token_volume<'p>(
    pod: &'p Pod,
    container: &Container,
    file: Option<&Text>,
    fits: impl Fn(&Volume) -> bool,
) -> Option<&'p Volume> {
    let file = file?;
    container
        .mounts
        .iter()
        .filter(|mount| mount.holds(file))
        .filter_map(|mount| pod.volume(&mount.volume))
        .find(|volume| {
            fits(volume)
                && volume
                    .tokens
                    .iter()
                    .any(|token| file.ends_with(&*token.path))
        })
}

fn mounted(outcome: &mut Outcome, token: Option<&Volume>, file: Option<&Text>) {
    match token {
        Some(volume) => outcome.reasons.push(Reason::TokenMounted {
            volume: volume.name.clone(),
        }),
        None => outcome.likely(Doubt::TokenNotMounted {
            file: file.cloned(),
        }),
    }
}

fn endpoint(evidence: &Evidence<'_>, container: &Container) -> Outcome {
    let relative = container.env.likelihood(Variable::RelativeUri) >= Likelihood::Probably;
    if !relative && has_pod_identity(container) {
        return agent::pod_identity(evidence, container);
    }
    let mut outcome = Outcome::new(Mechanism::Endpoint);
    outcome.rests_on(container, Variable::RelativeUri);
    if relative {
        return outcome;
    }
    outcome.rests_on(container, Variable::FullUri);
    if let Some(uri) = container.env.literal(Variable::FullUri)
        && !is_allowed(uri)
    {
        outcome.likely(Doubt::HostMayBeRefused { uri: uri.clone() });
    }
    outcome
}

/// SDKs take any host over TLS; in clear only their own machine and the addresses of ECS and EKS.
fn is_allowed(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://") else {
        return uri.starts_with("https://");
    };
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    [
        "localhost",
        "::1",
        "169.254.170.2",
        "169.254.170.23",
        "fd00:ec2::23",
    ]
    .contains(&host)
        || (host.starts_with("127.") && host.parse::<std::net::Ipv4Addr>().is_ok())
}

fn metadata(evidence: &Evidence<'_>, container: &Container) -> Outcome {
    let mut outcome = Outcome::new(Mechanism::None);
    outcome.reasons.push(Reason::NothingSet);
    let off = container.env.literal(Variable::MetadataDisabled);
    if off.is_some_and(|word| &**word == "true") {
        outcome.reasons.push(Reason::MetadataDisabled);
        return outcome;
    }
    let machine = evidence.machine();
    if machine == Machine::Fargate {
        outcome.reasons.push(Reason::FargateHasNone);
        return outcome;
    }
    if let Some(Setting::Reference { source, .. }) =
        container.env.setting(Variable::MetadataDisabled)
    {
        outcome.likely(Doubt::ByReference {
            variable: Variable::MetadataDisabled,
            source: *source,
        });
    }
    match machine {
        Machine::Hybrid => {
            outcome.reasons.push(Reason::HybridHasNoMetadata);
            outcome.likely(Doubt::MetadataUnseen);
            return outcome;
        }
        Machine::Ec2 | Machine::Windows => {
            outcome.mechanism = Mechanism::NodeRole;
            outcome.likely(Doubt::MetadataUnseen);
        }
        // Its metadata service keeps pods out by default, which Kubernetes does not show either.
        Machine::Auto => {
            outcome.mechanism = Mechanism::NodeRole;
            let leaves = if evidence.pod.host_network {
                Certainty::Likely
            } else {
                Certainty::Unknown
            };
            outcome.doubt(Doubt::MetadataUnseen, leaves);
        }
        Machine::Unknown | Machine::Fargate => {
            outcome.mechanism = Mechanism::Unknown;
            let doubt = if evidence.pod.node.is_none() {
                Doubt::NotScheduled
            } else {
                Doubt::NodeUnknown
            };
            outcome.doubt(doubt, Certainty::Unknown);
            return outcome;
        }
    }
    if evidence.pod.host_network {
        outcome.reasons.push(Reason::HostNetwork);
    }
    outcome.role = evidence.node_role.map(|arn| Role {
        arn: arn.clone(),
        through: None,
    });
    outcome
}
