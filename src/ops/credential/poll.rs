//! Asking EKS Auth: once, or after a change until the answer is as expected.

use tokio::time::{Instant, sleep};

use super::issue::Test;
use super::{LOOKING, Log, look, record};
use crate::cloud::{Assumed, Secret, Unassumed};
use crate::model::Failure;
use crate::model::credential::{
    Judged, MOST_POLLS, POLL_SECONDS, Purpose, Refusal, StepKind, Verdict, judge,
};
use crate::model::journal::Outcome;
use crate::model::text::visible;
use crate::ops::change::Pending;

/// How long to wait after each answer, in seconds; one fewer than answers.
const WAITS: [u32; MOST_POLLS - 1] = [1, 2, 4, 8, 12, 15, 15];

/// The last answer.
pub(super) struct Answered {
    pub(super) answer: Result<Given, Unassumed>,
    pub(super) asked: usize,
    /// Seconds since the first question.
    pub(super) waited: u64,
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
        // A second, unless tests are in a hurry.
        let unit = self.desk.patience.pause / 2;
        let is_polling = self.subject.purpose == Purpose::AfterChange;
        let deadline = began + unit * u32::try_from(POLL_SECONDS).unwrap_or(u32::MAX);
        let mut asked = 0;
        let mut is_issued = false;
        loop {
            if !is_issued {
                pending.is_called();
            }
            let recorded = pending.recorded()?;
            let session = &self.site.session;
            let answer = session.assume_for_pod_identity(recorded, token).await;
            asked += 1;
            let waited = began.elapsed().as_secs();
            let (answer, may_change) = match answer {
                Ok(assumed) => {
                    is_issued = true;
                    let given = self.judged(assumed, pending).await;
                    let may_change = given.judged.verdict != Verdict::Matches;
                    (Ok(given), may_change)
                }
                Err(refused) => {
                    // Credentials that came back before are there, whatever the last answer was.
                    if !is_issued {
                        pending.is_now(record::refused(&refused.failure));
                    }
                    let may_pass = Refusal::of(&refused.failure, refused.status).may_pass();
                    (Err(refused), may_pass)
                }
            };
            let wait = WAITS.get(asked - 1);
            let next = wait.map(|wait| Instant::now() + unit * *wait);
            match next.filter(|next| is_polling && may_change && *next < deadline) {
                Some(next) => {
                    let doing = format!(
                        "asked {asked} of at most {MOST_POLLS} times in {waited} s: {}",
                        not_yet(&answer)
                    );
                    log.begin(StepKind::Assume, &doing);
                    sleep(next.duration_since(Instant::now())).await;
                }
                None => {
                    return Ok(Answered {
                        answer,
                        asked,
                        waited,
                    });
                }
            }
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
