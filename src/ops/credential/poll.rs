//! Asking EKS Auth: once, or after a change until the answer is as expected.

use tokio::time::{Instant, sleep};

use super::issue::Test;
use super::{LOOKING, Log, look, record};
use crate::cloud::{Assumed, Secret, Unassumed};
use crate::model::Failure;
use crate::model::credential::{
    Judged, MOST_POLLS, Purpose, Refusal, Session, StepKind, Verdict, judge, next_poll,
};
use crate::model::journal::Outcome;
use crate::model::text::visible;
use crate::ops::change::Pending;

/// A second of the schedule, unless tests are in a hurry.
const SECONDS_OF_A_PAUSE: u32 = 2;

/// The last answer.
pub(super) struct Answered {
    pub(super) answer: Result<Given, Unassumed>,
    /// Where the last answer was a refusal, the session that an earlier one opened.
    pub(super) before: Option<Session>,
    pub(super) asked: usize,
    /// Milliseconds between the change and the last answer, where a change was tested.
    pub(super) since_change_ms: Option<u64>,
}

/// Credentials that came back, with what is to be said of them.
pub(super) struct Given {
    pub(super) assumed: Assumed,
    pub(super) judged: Judged,
    pub(super) outcome: Outcome,
}

impl Test<'_> {
    /// Asks once; after a change again and again, until the answer is as expected.
    pub(super) async fn assume(
        &mut self,
        pending: &mut Pending,
        token: &Secret,
        began: Instant,
        log: &mut Log<'_>,
    ) -> Result<Answered, Failure> {
        let unit = self.desk.patience.pause / SECONDS_OF_A_PAUSE;
        let accepted = match &self.subject.purpose {
            Purpose::AfterChange { accepted } => Some(*accepted),
            Purpose::Test | Purpose::Run(_) => None,
        };
        let mut asked = 0;
        let mut issued: Option<Session> = None;
        loop {
            if issued.is_none() {
                pending.is_called();
            }
            let recorded = pending.recorded()?;
            let session = &self.site.session;
            let answer = session.assume_for_pod_identity(recorded, token).await;
            asked += 1;
            let elapsed = began.elapsed();
            let since_change_ms = accepted.flatten().map(|accepted| {
                let since = (self.desk.now)().duration_since(accepted);
                u64::try_from(since.as_millis()).unwrap_or_default()
            });
            let (answer, may_change) = match answer {
                Ok(assumed) => {
                    issued = Some(assumed.session.clone());
                    let given = self.judged(assumed, pending).await;
                    let may_change = given.judged.verdict != Verdict::Matches;
                    (Ok(given), may_change)
                }
                Err(refused) => {
                    // Credentials that came back before are there, whatever the last answer was.
                    if issued.is_none() {
                        pending.is_now(record::refused(&refused.failure));
                    }
                    let may_pass = Refusal::of(&refused.failure, refused.status).may_pass();
                    (Err(refused), may_pass)
                }
            };
            let in_seconds = elapsed.as_secs_f64() / unit.as_secs_f64().max(f64::EPSILON);
            let wait = next_poll(asked, in_seconds).filter(|_| accepted.is_some() && may_change);
            let Some(wait) = wait else {
                return Ok(Answered {
                    before: issued.filter(|_| answer.is_err()),
                    answer,
                    asked,
                    since_change_ms,
                });
            };
            let doing = format!(
                "asked {asked} of at most {MOST_POLLS} times in {} s: {}",
                elapsed.as_secs(),
                not_yet(&answer)
            );
            log.begin(StepKind::Assume, &doing);
            sleep(unit * wait).await;
        }
    }

    /// Compares what came back with what was expected, and with what stands in EKS and IAM.
    async fn judged(&mut self, assumed: Assumed, pending: &mut Pending) -> Given {
        let given = |judged: Judged, assumed: Assumed| {
            let id = assumed.request_id.clone();
            let outcome = record::issued(&assumed.session, &judged.verdict, id);
            Given {
                assumed,
                judged,
                outcome,
            }
        };
        let expected = &self.subject.expected;
        let first = given(judge(&assumed.session, expected, &self.known), assumed);
        // From here on credentials exist, whatever interrupts what follows.
        pending.is_now(first.outcome.clone());
        if first.judged.verdict == Verdict::Matches {
            return first;
        }
        // What was read before the question may be old by now: others change associations and roles, too.
        let deadline = Instant::now() + LOOKING;
        Box::pin(look::identity(
            self.site,
            self.subject,
            &mut self.known,
            deadline,
        ))
        .await;
        let assumed = first.assumed;
        let second = given(judge(&assumed.session, expected, &self.known), assumed);
        pending.is_now(second.outcome.clone());
        second
    }
}

/// What stands where the new role is to arrive.
fn not_yet(answer: &Result<Given, Unassumed>) -> String {
    let shown = |text: &str| visible(text).into_owned();
    match answer {
        Ok(given) => {
            let session = &given.assumed.session;
            let role = session.role_name();
            format!("still {}", shown(role.unwrap_or(&session.role_arn)))
        }
        Err(refused) => {
            let failure = &refused.failure;
            let code = failure.code.as_deref().unwrap_or(failure.kind.word());
            format!("refused ({})", shown(code))
        }
    }
}
