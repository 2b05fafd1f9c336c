//! What is wrong with a trust policy, as one word: the rules divide the policies among them by it.

use crate::model::trust::{
    Action, AssociationHop, ConditionEvidence, Evaluation, Judgement, Lint, Policy, evaluate,
};
use crate::model::trust::{Context, Fact};
use crate::model::verdict::Verdict;

/// What keeps EKS from the role, the decisive thing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    Denied,
    /// No statement is for EKS Pod Identity, or none lets it assume the role.
    Service,
    IrsaOnly,
    TagSession,
    Source,
    Tags,
    /// Only AWS can tell.
    Undecided,
}

impl Flaw {
    /// The beginning of a summary, before the name of the role.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Denied => "a Deny in the trust policy keeps EKS from the role",
            Self::Service => {
                "no statement of the trust policy lets pods.eks.amazonaws.com assume the role"
            }
            Self::IrsaOnly => "the trust policy is for IRSA only",
            Self::TagSession => "the trust policy does not allow sts:TagSession",
            Self::Source => "the trust policy is for another cluster or account",
            Self::Tags => "the trust policy wants other session tags",
            Self::Undecided => "only AWS can tell whether the trust policy lets EKS in",
        }
    }
}

/// The flaw of a policy, and whether it is sure; `None` where EKS gets the role as far as anybody can tell.
pub(super) fn of(
    policy: &Policy,
    hop: &AssociationHop<'_>,
    judgement: &Judgement,
) -> Option<(Flaw, bool)> {
    match judgement.verdict {
        Verdict::Yes => None,
        Verdict::No if judgement.denials().iter().any(|denial| denial.is_sure) => {
            Some((Flaw::Denied, true))
        }
        Verdict::No => {
            let evaluation = if judgement.assume_role.verdict.is_no() {
                &judgement.assume_role
            } else {
                &judgement.tag_session
            };
            Some((decisive(evaluation, &judgement.lints), true))
        }
        Verdict::Unknown if is_let_in_by_cluster(policy, hop) => None,
        Verdict::Unknown
            if judgement.assume_role.verdict.is_yes() && judgement.tag_session.verdict.is_no() =>
        {
            // Whether EKS needs it where it sends no tags is not documented.
            Some((Flaw::TagSession, false))
        }
        Verdict::Unknown => Some((Flaw::Undecided, false)),
    }
}

/// Whether the policy lets EKS in if it names the cluster as the source, as all public examples have it.
fn is_let_in_by_cluster(policy: &Policy, hop: &AssociationHop<'_>) -> bool {
    let is_let_in = |action| {
        let mut request = hop.request(action);
        request.context = sourced(request.context, hop);
        evaluate(policy, &request).verdict
    };
    is_let_in(Action::AssumeRole)
        .and(is_let_in(Action::TagSession))
        .is_yes()
}

fn sourced(context: Context, hop: &AssociationHop<'_>) -> Context {
    context.with("aws:SourceArn", Fact::is(hop.cluster.as_str()))
}

fn decisive(evaluation: &Evaluation, lints: &[Lint]) -> Flaw {
    let missed: Vec<_> = evaluation.near_misses().collect();
    let fewest = missed
        .iter()
        .filter(|statement| !statement.action.verdict.is_no())
        .min_by_key(|statement| statement.conditions_that_are(Verdict::No).count());
    if let Some(statement) = fewest {
        let failed: Vec<_> = statement.conditions_that_are(Verdict::No).collect();
        let is_source = failed.iter().any(|condition| !is_about_tags(condition));
        return if is_source { Flaw::Source } else { Flaw::Tags };
    }
    if evaluation.grants().next().is_some() {
        // Whichever source EKS sends, one of them does not apply.
        return Flaw::Source;
    }
    if evaluation.action == Action::TagSession {
        return Flaw::TagSession;
    }
    if missed.is_empty() && lints.contains(&Lint::MadeForIrsa) {
        return Flaw::IrsaOnly;
    }
    Flaw::Service
}

fn is_about_tags(condition: &ConditionEvidence) -> bool {
    let key = condition.key.to_lowercase();
    key.starts_with("aws:requesttag/") || matches!(&*key, "aws:tagkeys" | "sts:transitivetagkeys")
}

/// The evaluation that keeps a judgement from a "yes".
pub(in crate::model::diagnosis::rules) fn evaluation_of(judgement: &Judgement) -> &Evaluation {
    if judgement.assume_role.verdict.is_yes() {
        &judgement.tag_session
    } else {
        &judgement.assume_role
    }
}

/// Whether every condition that fails in the nearest statement is about one key.
pub(in crate::model::diagnosis::rules) fn is_about(evaluation: &Evaluation, key: &str) -> bool {
    let nearest = evaluation
        .near_misses()
        .filter(|statement| !statement.action.verdict.is_no())
        .min_by_key(|statement| statement.conditions_that_are(Verdict::No).count());
    nearest.is_some_and(|statement| {
        let mut failed = statement.conditions_that_are(Verdict::No).peekable();
        failed.peek().is_some() && failed.all(|condition| condition.key.eq_ignore_ascii_case(key))
    })
}
