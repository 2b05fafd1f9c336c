//! Steps that tell what came of asking.

use jiff::Timestamp;

use crate::model::Text;
use crate::model::text::visible;

use super::claims::Claims;
use super::explain::Explained;
use super::known::Known;
use super::report::{Session, Verdict};
use super::step::{Step, StepKind, StepState};
use super::test::CredentialTest;

/// A step that failed, with why and what mends it.
pub fn failed_step(kind: StepKind, explained: Explained) -> Step {
    Step::new(kind, StepState::Failed, explained.what)
        .evidence(explained.why)
        .remedies(explained.remedies)
}

/// What EKS Auth gave.
pub fn assumed_step(session: &Session, asked: usize) -> Step {
    let shown = |text: &str| visible(text).into_owned();
    let step = Step::new(
        StepKind::Assume,
        StepState::Passed,
        format!(
            "EKS Auth gave role {}",
            shown(session.role_name().unwrap_or(&session.role_arn))
        ),
    )
    .evidence(format!("session {}", shown(&session.session_name)))
    .evidence(format!(
        "access key …{}, until {}",
        shown(&session.access_key_suffix),
        session.expires
    ));
    if asked > 1 {
        return step.evidence(format!("asked {asked} times"));
    }
    step
}

/// What is in the token, and what is wrong with it.
pub fn claims_step(claims: &Claims, known: &Known, test: &CredentialTest, now: Timestamp) -> Step {
    let shown = |text: &str| visible(text).into_owned();
    let account = claims.account();
    let subject = account.as_deref().or(claims.subject.as_deref());
    let said = shown(subject.unwrap_or("they name nobody"));
    let mut step = Step::new(StepKind::Claims, StepState::Passed, said);
    if let Some(issuer) = &claims.issuer {
        step = step.evidence(format!("iss {}", shown(issuer)));
    }
    step = step.evidence(format!("aud {}", shown(&claims.audiences.join(", "))));
    if let Some(pod) = &claims.pod {
        step = step.evidence(format!("pod {} ({})", shown(&pod.name), shown(&pod.uid)));
    }
    if let Some(expires) = claims.expires {
        step = step.evidence(format!("exp {expires}"));
    }
    let flaws = claims.flaws(known.issuer(), &test.namespace, &test.service_account, now);
    if let Some(first) = flaws.first() {
        step.state = StepState::Failed;
        step.said = first.to_string().into();
        step.evidence
            .extend(flaws.iter().skip(1).map(|flaw| flaw.to_string().into()));
    }
    step
}

/// The verdict, with what it compared or what else is known.
pub fn verdict_step(verdict: &Verdict, evidence: Vec<Text>, asked: usize, waited: u64) -> Step {
    let (state, said) = match verdict {
        Verdict::Matches => (
            StepState::Passed,
            "pods get the role that the association names".to_owned(),
        ),
        Verdict::Differs(why) => (
            StepState::Failed,
            format!("pods get credentials, but not as the association says: {why}"),
        ),
        Verdict::Refused(why) => (StepState::Failed, format!("pods get no credentials: {why}")),
        Verdict::Untestable(why) => (StepState::Unknown, format!("not tested: {why}")),
    };
    let mut step = Step::new(StepKind::Verdict, state, said);
    step.evidence = evidence;
    if asked > 1 {
        return step.evidence(format!("after {waited} s, with {asked} calls"));
    }
    step
}
