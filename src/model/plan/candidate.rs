//! The roles of an account in the order in which a picker offers them.

use crate::model::arn::role_name;
use crate::model::text::visible;
use crate::model::trust::{AssociationHop, Lint, Malformed, Policy, for_association};
use crate::model::verdict::Verdict;
use crate::model::{ClusterArn, Text};

/// A role that may be picked.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub arn: &'a Text,
    /// Its trust policy, or why it cannot be read; ListRoles sends it along.
    pub trust: Result<&'a Policy, &'a Malformed>,
}

/// A candidate with what speaks for it or against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Its place in the list that was given.
    pub index: usize,
    pub arn: Text,
    /// Whether its trust policy lets this association have it.
    pub verdict: Verdict,
    /// Why, the decisive reason first; the reason why not, unless the verdict is "yes".
    pub reasons: Vec<String>,
    /// Remarks such as a trust policy that lets everybody in.
    pub lints: Vec<Lint>,
    /// The association names it now.
    pub is_current: bool,
}

impl Ranked {
    pub fn name(&self) -> &str {
        role_name(&self.arn)
    }
}

/// Ranks the roles for an association: those that trust it, those that may, the rest; by name within each.
///
/// Of the rest, roles that let Pod Identity in for something else come before those that do not know it, and
/// roles that AWS keeps for its own services come last, because they cannot be passed on.
pub fn rank<'a>(
    candidates: impl IntoIterator<Item = Candidate<'a>>,
    hop: &AssociationHop<'_>,
    current: Option<&str>,
) -> Vec<Ranked> {
    let mut ranked: Vec<(u8, Ranked)> = candidates
        .into_iter()
        .enumerate()
        .map(|(index, candidate)| one(index, &candidate, hop, current))
        .collect();
    ranked.sort_by(|(one, left), (other, right)| {
        (one, left.name(), &left.arn).cmp(&(other, right.name(), &right.arn))
    });
    ranked.into_iter().map(|(_, ranked)| ranked).collect()
}

fn one(
    index: usize,
    candidate: &Candidate<'_>,
    hop: &AssociationHop<'_>,
    current: Option<&str>,
) -> (u8, Ranked) {
    let mut ranked = Ranked {
        index,
        arn: candidate.arn.clone(),
        verdict: Verdict::No,
        reasons: Vec::new(),
        lints: Vec::new(),
        is_current: current == Some(&**candidate.arn),
    };
    if let Some(reason) = unusable(candidate.arn, hop.cluster) {
        ranked.reasons.push(reason);
        return (4, ranked);
    }
    let policy = match candidate.trust {
        Ok(policy) => policy,
        Err(malformed) => {
            ranked.verdict = Verdict::Unknown;
            ranked.reasons.push(malformed.to_string());
            return (1, ranked);
        }
    };
    let judgement = for_association(policy, hop);
    let knows_pods = [&judgement.assume_role, &judgement.tag_session]
        .into_iter()
        .any(|evaluation| {
            evaluation.near_misses().next().is_some() || evaluation.grants().next().is_some()
        });
    ranked.verdict = judgement.verdict;
    ranked.reasons = judgement.reasons();
    let group = match judgement.verdict {
        Verdict::Yes => 0,
        Verdict::Unknown => 1,
        Verdict::No if knows_pods => 2,
        Verdict::No => 3,
    };
    ranked.lints = judgement.lints;
    (group, ranked)
}

/// Why EKS would not take the role, whatever it trusts.
fn unusable(arn: &str, cluster: &ClusterArn) -> Option<String> {
    if arn.contains(":role/aws-service-role/") {
        return Some("it is linked to a service of AWS and cannot be passed on".to_owned());
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (partition, account) = (parts.get(1)?, parts.get(4)?);
    if *partition != cluster.partition() {
        return Some(format!(
            "it is in partition {}, the cluster in {}",
            visible(partition),
            cluster.partition()
        ));
    }
    (*account != cluster.account()).then(|| {
        format!(
            "it is in account {}, and can be a target role only",
            visible(account)
        )
    })
}
