//! Who a container really is: the rule that joins pod, node, service account and association.
//!
//! Two programs decide it, at two times. The webhook of EKS writes variables into a pod when it is created
//! and never again. The AWS SDK in the container reads them, and takes the first provider in its own order
//! that has something. So the answer starts from what the pod holds, not from what the service account is
//! meant to have; association and annotation only say what EKS Auth answers, and why the pod holds what it
//! holds. What the image itself brings along, and what a program passes to its SDK, no API shows: every
//! answer is meant without those.

mod account;
mod chain;
mod evidence;
mod first;
mod injection;
mod resolve;
mod stale;
mod verdict;
mod why;
mod withheld;
mod words;

pub use account::{AccountMechanism, NewPods, of_new_pods};
pub use chain::Sdk;
pub use evidence::{Agent, Associated, Evidence, Fact};
pub use first::comes_first;
pub use injection::{Injection, Lack, Tally, injection, injection_of};
pub use stale::{Aging, Change, Staleness, staleness, staleness_of};
pub use verdict::{Certainty, Doubt, Mechanism, Note, Reason, Role, SdkChoice, Verdict};
pub use withheld::{Cause, Withheld, withheld};

use chain::{Pick, Provider};
use resolve::Outcome;

use crate::model::pod::{Container, Likelihood, Variable};

/// Says for each container of the pod who it is, in the order of the pod's containers.
pub fn effective(evidence: &Evidence<'_>) -> Vec<Verdict> {
    evidence
        .pod
        .containers
        .iter()
        .map(|container| of_container(evidence, container))
        .collect()
}

fn of_container(evidence: &Evidence<'_>, container: &Container) -> Verdict {
    let picks = Sdk::ALL.map(|sdk| chain::pick(sdk, container, evidence.pod));
    let (provider, votes) = most_chosen(&picks);
    let mut outcome = resolve::outcome(evidence, container, provider);
    let mut choices = Vec::new();
    if votes < picks.len() {
        choices = picks
            .iter()
            .map(|pick| SdkChoice {
                sdk: pick.sdk,
                mechanism: resolve::outcome(evidence, container, pick.provider).mechanism,
            })
            .collect();
        // One SDK that differs leaves an answer for the others; two leave none.
        if votes + 1 < picks.len() {
            outcome = Outcome::new(Mechanism::Unknown);
            outcome.doubt(Doubt::SdksDiffer, Certainty::Unknown);
        } else {
            outcome.doubt(Doubt::SdksDiffer, Certainty::Likely);
        }
    }
    may_shadow(evidence, container, &picks, &mut outcome);
    half_pairs(container, &mut outcome);
    unseen_variables(container, provider, &mut outcome);
    let mut notes = shadowed(evidence, container, provider, &outcome);
    notes.extend(why::notes(evidence, container, &outcome));
    Verdict {
        container: container.name.clone(),
        kind: container.kind,
        mechanism: outcome.mechanism,
        certainty: outcome.certainty,
        role: outcome.role,
        reasons: outcome.reasons,
        doubts: outcome.doubts,
        notes,
        choices,
    }
}

fn most_chosen(picks: &[Pick]) -> (Provider, usize) {
    let votes = |provider| {
        picks
            .iter()
            .filter(|pick| pick.provider == provider)
            .count()
    };
    Provider::ALL
        .into_iter()
        .map(|provider| (provider, votes(provider)))
        // Of equals the first is taken, so that the order of SDKs does not matter.
        .rev()
        .max_by_key(|(_, votes)| *votes)
        .unwrap_or((Provider::Metadata, 0))
}

/// Providers that stand before the chosen one and may have something.
fn may_shadow(
    evidence: &Evidence<'_>,
    container: &Container,
    picks: &[Pick],
    outcome: &mut Outcome,
) {
    for provider in [
        Provider::Environment,
        Provider::WebIdentity,
        Provider::Profile,
        Provider::Container,
    ] {
        let is_passed = |pick: &&Pick| {
            pick.provider != provider
                && pick
                    .passed
                    .iter()
                    .any(|passed| passed.as_profile() == provider)
        };
        let sdks: Vec<Sdk> = picks
            .iter()
            .filter(is_passed)
            .map(|pick| pick.sdk)
            .collect();
        if !sdks.is_empty() {
            let by = resolve::outcome(evidence, container, provider).mechanism;
            outcome.doubt(Doubt::MayBeShadowed { by, sdks }, Certainty::Likely);
        }
    }
}

/// Variables that only count together, of which one is missing: some SDKs pass on, others fail.
fn half_pairs(container: &Container, outcome: &mut Outcome) {
    for (one, other) in [
        (Variable::AccessKeyId, Variable::SecretAccessKey),
        (Variable::SecretAccessKey, Variable::AccessKeyId),
        (Variable::WebIdentityTokenFile, Variable::RoleArn),
    ] {
        let has = |variable| container.env.likelihood(variable) > Likelihood::No;
        if has(one) && !has(other) {
            let doubt = Doubt::HalfPair {
                present: one,
                missing: other,
            };
            outcome.doubt(doubt, Certainty::Likely);
        }
    }
}

/// `envFrom`: its names and values are not visible, so it never leaves an answer certain.
fn unseen_variables(container: &Container, provider: Provider, outcome: &mut Outcome) {
    // Where nothing else was found, the unseen variables may well be the whole answer.
    let leaves = if provider == Provider::Metadata {
        Certainty::Unknown
    } else {
        Certainty::Likely
    };
    let mut sources: Vec<_> = container
        .env_from
        .iter()
        .filter(|from| from.may_matter())
        .map(|from| (from.source, from.name.clone()))
        .collect();
    sources.sort();
    sources.dedup();
    for (source, name) in sources {
        outcome.doubt(Doubt::EnvFrom { source, name }, leaves);
    }
}

/// Mechanisms that are set up as well, and never asked.
fn shadowed(
    evidence: &Evidence<'_>,
    container: &Container,
    chosen: Provider,
    outcome: &Outcome,
) -> Vec<Note> {
    if outcome.mechanism == Mechanism::Unknown {
        return Vec::new();
    }
    let mut notes: Vec<Note> = [
        Provider::Environment,
        Provider::WebIdentity,
        Provider::Profile,
        Provider::Container,
    ]
    .into_iter()
    .filter(|provider| *provider != chosen)
    .filter(|provider| {
        Sdk::ALL.into_iter().all(|sdk| {
            chain::likelihood(sdk, *provider, container, evidence.pod) >= Likelihood::Probably
        })
    })
    .map(|provider| Note::Shadowed {
        mechanism: match resolve::outcome(evidence, container, provider).mechanism {
            // Set up as well, whether or not it would work there.
            Mechanism::None => Mechanism::PodIdentity,
            mechanism => mechanism,
        },
        by: outcome.mechanism,
    })
    .collect();
    // Every SDK asks for the relative URI first.
    if chosen == Provider::Container
        && container.env.likelihood(Variable::RelativeUri) >= Likelihood::Probably
        && resolve::has_pod_identity(container)
    {
        notes.push(Note::Shadowed {
            mechanism: Mechanism::PodIdentity,
            by: outcome.mechanism,
        });
    }
    notes
}
