//! Steps that tell what came of asking.

use jiff::Timestamp;

use crate::model::text::visible;

use super::claims::Claims;
use super::explain::Explained;
use super::judge::Judged;
use super::known::Known;
use super::report::{Session, Verdict};
use super::step::{Step, StepKind, StepState};
use super::test::{CredentialTest, TokenSource};

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
///
/// `cannot_ask` says that the pod itself lacks what it takes to ask, so that what EKS Auth gives does not reach it.
pub fn verdict_step(
    test: &CredentialTest,
    judged: &Judged,
    cannot_ask: bool,
    asked: usize,
    waited: u64,
) -> Step {
    let (state, mut said) = match &judged.verdict {
        Verdict::Matches => (
            StepState::Passed,
            "EKS Auth gives the role that the association names".to_owned(),
        ),
        Verdict::Differs(why) => (
            StepState::Failed,
            format!("EKS Auth gives credentials, but not as the association says: {why}"),
        ),
        Verdict::Refused(why) => {
            let who = match test.token {
                TokenSource::Pod { .. } => "pods get",
                TokenSource::Given => "this token gets",
            };
            (StepState::Failed, format!("{who} no credentials: {why}"))
        }
        Verdict::Untestable(why) => (StepState::Unknown, format!("not tested: {why}")),
    };
    let is_given = matches!(judged.verdict, Verdict::Matches | Verdict::Differs(_));
    if is_given && cannot_ask {
        said.push_str(", but this pod cannot ask: the webhook gave it nothing");
    }
    for unknown in &judged.unknown {
        said.push_str("; ");
        said.push_str(unknown);
    }
    let mut step = Step::new(StepKind::Verdict, state, said);
    step.evidence.clone_from(&judged.evidence);
    if is_given && cannot_ask {
        step.state = step.state.max(StepState::Warning);
        step = step.evidence("this pod cannot ask: it was never injected, so it must be restarted");
    }
    if asked > 1 {
        return step.evidence(format!("after {waited} s, with {asked} calls"));
    }
    step
}

/// Adds to a verdict that the role had another id when it was tested before.
///
/// EKS goes by the name, so its pods get the new one; policies that named the old one name nobody any more.
pub fn remade(mut step: Step, before: &str) -> Step {
    step.state = step.state.max(StepState::Warning);
    step.evidence(format!(
        "the role was made anew since it was tested before: it was {} then; trust and resource policies that named \
         the old one do not let the new one in",
        visible(before)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::{Expected, Purpose};
    use crate::model::{ClusterArn, Region, Route};

    fn said(token: TokenSource, verdict: Verdict, cannot_ask: bool) -> (StepState, String) {
        let test = CredentialTest {
            cluster: ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo"),
            route: Route::new(None, "eu-west-1"),
            caller: None,
            namespace: "payments".into(),
            service_account: "api".into(),
            token,
            expected: Expected::default(),
            purpose: Purpose::Test,
        };
        let judged = Judged {
            verdict,
            evidence: Vec::new(),
            unknown: vec!["role id not compared: needs iam:GetRole".into()],
        };
        let step = verdict_step(&test, &judged, cannot_ask, 1, 0);
        (step.state, step.said.to_string())
    }

    #[test]
    fn the_verdict_says_who_gets_what() {
        let pod = || TokenSource::Pod {
            name: "api".into(),
            uid: "p-1".into(),
            node: None,
        };
        let refused = || Verdict::Refused("why".into());
        for (token, verdict, cannot_ask, state, says) in [
            (
                pod(),
                Verdict::Matches,
                false,
                StepState::Passed,
                "EKS Auth gives the role",
            ),
            (
                pod(),
                Verdict::Matches,
                true,
                StepState::Warning,
                "but this pod cannot ask",
            ),
            (
                pod(),
                Verdict::Matches,
                false,
                StepState::Passed,
                "needs iam:GetRole",
            ),
            (
                pod(),
                refused(),
                true,
                StepState::Failed,
                "pods get no credentials: why",
            ),
            (
                TokenSource::Given,
                refused(),
                false,
                StepState::Failed,
                "this token gets no credentials: why",
            ),
        ] {
            let (found, said) = said(token, verdict, cannot_ask);
            assert_eq!(found, state, "{said}");
            assert!(said.contains(says), "{said}");
        }
    }
}
