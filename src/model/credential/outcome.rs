//! Steps that tell what came of asking.

use jiff::Timestamp;

use crate::model::text::visible;

use super::claims::Claims;
use super::explain::Explained;
use super::judge::Judged;
use super::kept::Kept;
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

/// How a verdict came about, beside what was compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'a> {
    /// The role that EKS Auth gave.
    pub role: Option<&'a str>,
    /// What keeps the pod from it, the surest first.
    pub kept: &'a [Kept],
    /// How often EKS Auth was asked.
    pub asked: usize,
    /// Milliseconds since AWS took the change that is tested.
    pub since_change_ms: Option<u64>,
}

/// The verdict, with what it compared or what else is known.
///
/// It says what EKS Auth does, and not what the pod makes of it: what is known to keep the pod from its role is named
/// with it.
pub fn verdict_step(test: &CredentialTest, judged: &Judged, told: Circumstances<'_>) -> Step {
    let name = visible(&test.name()).into_owned();
    let (state, mut said) = match &judged.verdict {
        Verdict::Matches => (
            StepState::Passed,
            given(&name, told.role, told.since_change_ms, told.asked),
        ),
        Verdict::Differs(why) => (
            StepState::Failed,
            format!("EKS Auth gives {name} credentials, but not as its association says: {why}"),
        ),
        Verdict::Refused(why) => {
            let who = match test.token {
                TokenSource::Pod { .. } => format!("{name} gets"),
                TokenSource::Given => "this token gets".to_owned(),
            };
            (StepState::Failed, format!("{who} no credentials: {why}"))
        }
        Verdict::Untestable(why) => (StepState::Unknown, format!("not tested: {why}")),
    };
    let is_given = matches!(judged.verdict, Verdict::Matches | Verdict::Differs(_));
    let kept = told.kept.first().filter(|_| is_given);
    if let Some(kept) = kept {
        said.push_str(&kept.clause());
    }
    for unknown in &judged.unknown {
        said.push_str("; ");
        said.push_str(unknown);
    }
    let mut step = Step::new(StepKind::Verdict, state, said);
    step.evidence.clone_from(&judged.evidence);
    if kept.is_some() {
        step.state = step.state.max(StepState::Warning);
    }
    if told.asked > 1 {
        return step.evidence(format!("asked {} times", told.asked));
    }
    step
}

/// That EKS Auth gives what it is to give: as a service account is called, and to be shown.
pub(super) fn given(
    name: &str,
    role: Option<&str>,
    since_change_ms: Option<u64>,
    asked: usize,
) -> String {
    let role = visible(role.unwrap_or("its role"));
    let calls = if asked == 1 { "call" } else { "calls" };
    match since_change_ms {
        Some(ms) => format!(
            "EKS Auth gives {role} to {name}, {}.{} s after the change, with {asked} {calls}",
            ms / 1_000,
            ms % 1_000 / 100
        ),
        None => format!("EKS Auth gives {role} to {name}, as its association says"),
    }
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
    use crate::model::credential::{Expected, Hindrance, Purpose};
    use crate::model::{ClusterArn, Region, Route};

    const NEVER: &[Hindrance] = &[Hindrance::NeverInjected];

    fn said(token: TokenSource, verdict: Verdict, kept: &[Hindrance]) -> (StepState, String) {
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
        let kept: Vec<Kept> = kept
            .iter()
            .map(|by| Kept {
                by: *by,
                is_sure: *by != Hindrance::Profile,
                is_of_container: *by == Hindrance::Endpoint,
                says: None,
                seen: "seen".into(),
                remedies: Vec::new(),
            })
            .collect();
        let told = Circumstances {
            role: Some("payments-api"),
            kept: &kept,
            asked: 1,
            since_change_ms: None,
        };
        let step = verdict_step(&test, &judged, told);
        (step.state, step.said.to_string())
    }

    #[test]
    fn the_verdict_says_what_eks_auth_does_and_what_keeps_the_pod() {
        let pod = || TokenSource::Pod {
            name: "api".into(),
            uid: "p-1".into(),
            node: None,
        };
        let refused = || Verdict::Refused("why".into());
        for (token, verdict, kept, state, says) in [
            (
                pod(),
                Verdict::Matches,
                &[][..],
                StepState::Passed,
                "EKS Auth gives payments-api to payments/api, as its association says",
            ),
            (
                pod(),
                Verdict::Matches,
                NEVER,
                StepState::Warning,
                ", but this pod was never injected: restart it",
            ),
            (
                pod(),
                Verdict::Matches,
                &[Hindrance::AccessKeys],
                StepState::Warning,
                ", but this pod uses the access keys",
            ),
            (
                pod(),
                Verdict::Matches,
                &[Hindrance::Profile],
                StepState::Warning,
                "; it may be that this pod takes what a profile or shared files",
            ),
            (
                pod(),
                Verdict::Matches,
                &[Hindrance::Endpoint, Hindrance::Profile],
                StepState::Warning,
                ", but a container of this pod asks another endpoint",
            ),
            (
                pod(),
                Verdict::Differs("why".into()),
                NEVER,
                StepState::Failed,
                "not as its association says: why, but this pod was never",
            ),
            (
                pod(),
                Verdict::Matches,
                &[],
                StepState::Passed,
                "needs iam:GetRole",
            ),
            (
                pod(),
                refused(),
                NEVER,
                StepState::Failed,
                "payments/api gets no credentials: why; role id",
            ),
            (
                TokenSource::Given,
                refused(),
                &[],
                StepState::Failed,
                "this token gets no credentials: why",
            ),
        ] {
            let (found, said) = said(token, verdict, kept);
            assert_eq!(found, state, "{said}");
            assert!(said.contains(says), "{said}");
        }
    }
}
