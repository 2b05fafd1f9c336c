//! Credentials that an SDK finds before those of Pod Identity.

use std::collections::BTreeSet;

use crate::model::census::Part;
use crate::model::diagnosis::remedy::{advice, command, kubectl};
use crate::model::diagnosis::served::{Met, Seen, each};
use crate::model::diagnosis::{Finding, Look, Remedy, Rule, RuleId, Severity};
use crate::model::identity::{Certainty, Doubt, Mechanism, Note, Verdict as Identity};
use crate::model::pod::{Container, ContainerKind, Setting, Variable};
use crate::model::text::visible;
use crate::model::verdict::Verdict;

use super::injection;

const OWN_ENDPOINT: RuleId = RuleId("own-credential-endpoint");

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("static-keys"),
        rows: &[50],
        severity: Severity::Error,
        title: "access keys in variables come before Pod Identity",
        explanation: "every SDK takes access keys from variables before it asks the agent, so the program never acts as the role of the association",
        after: &[],
        judge: |rule, look| {
            shadowed(
                rule,
                look,
                &Shadow {
                    said: "with access keys in variables",
                    by: &[Mechanism::StaticKeys],
                    variables: &[
                        Variable::AccessKeyId,
                        Variable::SecretAccessKey,
                        Variable::SessionToken,
                        Variable::OldAccessKey,
                        Variable::OldSecretKey,
                    ],
                },
            )
        },
    },
    Rule {
        id: RuleId("web-identity-by-hand"),
        rows: &[51],
        severity: Severity::Error,
        title: "a web identity that was set by hand comes before Pod Identity",
        explanation: "every SDK takes a role and a token file from variables before it asks the agent, so the program never acts as the role of the association",
        after: &[injection::OLDER],
        judge: |rule, look| {
            shadowed(
                rule,
                look,
                &Shadow {
                    said: "with a role and a token file of their own in variables",
                    by: &[Mechanism::WebIdentity, Mechanism::Irsa],
                    variables: &[Variable::RoleArn, Variable::WebIdentityTokenFile],
                },
            )
        },
    },
    Rule {
        id: RuleId("profile-first"),
        rows: &[52],
        severity: Severity::Warning,
        title: "a profile or a shared file of AWS comes before Pod Identity",
        explanation: "SDKs look into profiles before they ask the agent; what the file holds decides, and is not visible",
        after: &[],
        judge: |rule, look| {
            shadowed(
                rule,
                look,
                &Shadow {
                    said: "with a profile or shared files of AWS",
                    by: &[Mechanism::Profile],
                    variables: &[
                        Variable::Profile,
                        Variable::DefaultProfile,
                        Variable::ConfigFile,
                        Variable::SharedCredentialsFile,
                    ],
                },
            )
        },
    },
    Rule {
        id: OWN_ENDPOINT,
        rows: &[53],
        severity: Severity::Warning,
        title: "containers set variables of container credentials themselves",
        explanation: "the webhook leaves such a container alone, and its SDK asks the endpoint that it names instead of the agent",
        after: &[],
        judge: |rule, look| {
            shadowed(
                rule,
                look,
                &Shadow {
                    said: "with a credential endpoint of their own in variables",
                    by: &[Mechanism::Endpoint],
                    variables: &[
                        Variable::FullUri,
                        Variable::RelativeUri,
                        Variable::TokenFile,
                    ],
                },
            )
        },
    },
    Rule {
        id: RuleId("node-role-instead"),
        rows: &[54],
        severity: Severity::Warning,
        title: "pods fall back to the role of their node",
        explanation: "nothing gives the program credentials, so its SDK asks the metadata service of the instance, and if that answers it acts as the node",
        after: &[
            injection::OLDER,
            injection::RACED,
            injection::NOT_INJECTED,
            injection::OPTED_OUT,
            OWN_ENDPOINT,
        ],
        judge: node_role,
    },
];

/// Something that an SDK finds first.
struct Shadow {
    said: &'static str,
    by: &'static [Mechanism],
    /// What sets it, and is to be taken away.
    variables: &'static [Variable],
}

fn shadowed(rule: &Rule, look: &Look<'_>, shadow: &Shadow) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        let containers = seen.containers();
        Verdict::any(containers.map(|(container, identity)| shadow.takes(container, identity)))
    };
    each(rule, look, &[Part::Pods], |served| {
        served.findings(rule, shadow.said, judge, |finding, met| {
            shadow.told(finding, met)
        })
    })
}

impl Shadow {
    /// Whether a container uses it instead of the agent.
    fn takes(&self, container: &Container, identity: &Identity) -> Verdict {
        // What IRSA put into a pod before there was an association is no doing of the container.
        let is_injected = |mechanism: &Mechanism| {
            let note = |note: &Note| {
                matches!(
                    note,
                    Note::Shadowed {
                        mechanism: Mechanism::PodIdentity,
                        ..
                    }
                )
            };
            *mechanism == Mechanism::Irsa && !identity.notes.iter().any(note)
        };
        let is_by = |mechanism: &Mechanism| self.by.contains(mechanism) && !is_injected(mechanism);
        let defines = |note: &Note| match note {
            Note::DefinesItself { variable } => {
                self.by.contains(&Mechanism::Endpoint) && self.variables.contains(variable)
            }
            _ => false,
        };
        if identity.notes.iter().any(defines) {
            return Verdict::Yes;
        }
        if is_by(&identity.mechanism) {
            let is_sure = identity.certainty > Certainty::Unknown && identity.choices.is_empty();
            return if is_sure {
                Verdict::Yes
            } else {
                Verdict::Unknown
            };
        }
        let mut choices = identity.choices.iter().map(|choice| choice.mechanism);
        let may_be = choices.any(|mechanism| is_by(&mechanism))
            || identity.doubts.iter().any(|doubt| match doubt {
                Doubt::MayBeShadowed { by, .. } => is_by(by),
                _ => false,
            });
        Verdict::from(may_be && self.is_visible(container)).and(Verdict::Unknown)
    }

    /// Whether the container itself says anything of it.
    fn is_visible(&self, container: &Container) -> bool {
        let mut variables = self.variables.iter();
        variables.any(|variable| container.env.defines(*variable))
            || (self.by.contains(&Mechanism::Profile) && !container.mounts.is_empty())
    }

    fn told(&self, finding: Finding, met: &Met<'_, '_>) -> Finding {
        let finding = met.shown().fold(finding, |finding, seen| {
            self.met(seen).fold(finding, |finding, container| {
                self.proven(finding, seen, container)
            })
        });
        finding.remedies(self.unset(met))
    }

    /// The containers of a pod that use it, or may.
    fn met<'s>(&'s self, seen: &'s Seen<'_>) -> impl Iterator<Item = &'s Container> {
        seen.containers()
            .filter(|(container, identity)| !self.takes(container, identity).is_no())
            .map(|(container, _)| container)
    }

    fn proven(&self, finding: Finding, seen: &Seen<'_>, container: &Container) -> Finding {
        let place = format!("spec.containers[{}]", container.name);
        let variables = self.variables.iter().copied();
        let finding = variables.fold(finding, |finding, variable| {
            let value = match container.env.setting(variable) {
                None => return finding,
                Some(Setting::Empty) => "empty".into(),
                // The path of an ECS task is all that it takes to ask for the task's credentials.
                Some(Setting::Literal(_)) if variable == Variable::RelativeUri => {
                    "set; its value is not shown".into()
                }
                Some(Setting::Literal(text)) => text.clone(),
                Some(Setting::Withheld) => "set; its value is not kept".into(),
                Some(Setting::Reference { .. }) => "set from elsewhere".into(),
            };
            finding.proof(
                seen.call(),
                format!("{place}.env[{}]", variable.name()),
                value,
            )
        });
        if !self.by.contains(&Mechanism::Profile) {
            return finding;
        }
        let files = container.mounts.iter().filter(|mount| {
            let volume = seen.pod.volume(&mount.volume);
            mount.aws_files || volume.is_some_and(|volume| volume.aws_files)
        });
        files.fold(finding, |finding, mount| {
            finding.proof(
                seen.call(),
                format!("{place}.volumeMounts[].mountPath"),
                mount.path.clone(),
            )
        })
    }

    /// Commands that take the variables away, one for each workload and container.
    fn unset(&self, met: &Met<'_, '_>) -> Vec<Remedy> {
        let mut wanted = BTreeSet::new();
        let cluster = &met.served.binding.association.key.cluster;
        for seen in met.seen() {
            let Some(owner) = seen.pod.workload() else {
                continue;
            };
            let kind = owner.kind.to_ascii_lowercase();
            if !["deployment", "statefulset", "daemonset"].contains(&&*kind) {
                continue;
            }
            for container in self.met(seen) {
                let variables = self.variables.iter().copied();
                let variables: Vec<Variable> = variables
                    .filter(|variable| container.env.defines(*variable))
                    .collect();
                if !variables.is_empty() {
                    let workload = format!("{kind}/{}", owner.name);
                    let namespace = seen.pod.namespace.clone();
                    wanted.insert((workload, namespace, container.name.clone(), variables));
                }
            }
        }
        let commands = wanted
            .into_iter()
            .map(|(workload, namespace, container, variables)| {
                let variables: Vec<String> = variables
                    .iter()
                    .map(|variable| format!("{}-", variable.name()))
                    .collect();
                let mut arguments = vec!["set", "env", &*workload];
                arguments.extend(variables.iter().map(String::as_str));
                arguments.extend(["--containers", &*container, "--namespace", &*namespace]);
                command(
                    format!(
                        "take the variables out of {}, which makes its pods anew",
                        visible(&workload)
                    ),
                    kubectl(cluster, &arguments),
                )
            });
        let advised = advice(
            "take what sets them out of the template of the pods, and out of the chart or repository that it comes from",
        );
        commands.chain([advised]).collect()
    }
}

fn node_role(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        let mut main = seen
            .containers()
            .filter(|(container, _)| container.kind == ContainerKind::Main);
        let falls = main.any(|(_, identity)| identity.mechanism == Mechanism::NodeRole);
        // Whether the metadata service answers a pod, no API that roledex asks says.
        Verdict::from(falls).and(Verdict::Unknown)
    };
    each(rule, look, &[Part::Pods, Part::Nodes], |served| {
        served.findings(rule, "left with the role of their node", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                let acted_as = seen.evidence.node_role.cloned();
                let node = seen.pod.node.clone().unwrap_or_default();
                finding.proof(
                    seen.call(),
                    "spec.nodeName",
                    match acted_as {
                        Some(arn) => format!("{node}, whose role is {arn}"),
                        None => node.to_string(),
                    },
                )
            });
            finding.remedy(advice(
                "mend what keeps the variables of Pod Identity from the pods; a hop limit of 1 for the metadata service keeps pods from the role of the node",
            ))
        })
    })
}
