//! One recorded call: made, asked for again where that is safe, and found out about where the answer was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::pending::Pending;
use super::{Desk, Progress, look};
use crate::cloud::{Changed, Session, Urgency, is_uncertain};
use crate::model::arn::role_name;
use crate::model::journal::{ChangeKind, Image, Intent, Outcome, reconcile};
use crate::model::{Failure, FailureKind};

/// Tries of a call whose answers are lost.
const TRIES: usize = 3;

/// How a call ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// AWS took it.
    Made(Changed),
    /// The answer was lost, but what stands there says that AWS took it.
    Seen(Outcome),
    /// AWS refused it, or it never left.
    Refused(Failure),
    /// The answer was lost; what is known of it, and what was lost.
    Lost(Outcome, Failure),
}

pub(super) async fn make(
    session: &Session,
    desk: &Desk,
    pending: &mut Pending,
    on_progress: &mut (impl FnMut(Progress) + Send),
) -> Result<Ended, Failure> {
    let intent = pending.recorded()?.intent().clone();
    let began = Instant::now();
    let mut lost = false;
    let mut tries = 0;
    loop {
        tries += 1;
        on_progress(Progress::Calling(intent.kind.clone()));
        pending.is_called();
        let failure = match session.change(pending.recorded()?).await {
            Ok(changed) => return Ok(Ended::Made(changed)),
            Err(failure) => failure,
        };
        if is_uncertain(&failure) {
            // It may be done by now: what stands there says whether asking again can harm.
            tell_of_asking(desk, &failure, on_progress);
            let outcome = seen(session, pending).await;
            match outcome {
                Ok(outcome @ Outcome::Applied { .. }) => return Ok(Ended::Seen(outcome)),
                Ok(Outcome::NotApplied { .. }) if tries < TRIES => {
                    lost = true;
                    sleep(desk.patience.pause).await;
                }
                _ => return settle(session, desk, pending, failure).await,
            }
            continue;
        }
        if let Some(why) = passing(session, &intent, &failure).await
            && began.elapsed() < desk.patience.passing
        {
            let at_most = desk.patience.passing.saturating_sub(began.elapsed());
            on_progress(Progress::Waiting { why, at_most });
            sleep(desk.patience.pause).await;
            // What passes does not count: the service decided each time that nothing was done.
            tries -= 1;
            continue;
        }
        if lost {
            // It says nothing about the earlier try, which may be what it collided with, or still be under way.
            tell_of_asking(desk, &failure, on_progress);
            let refused = failure.clone();
            return Ok(match settle(session, desk, pending, failure).await? {
                Ended::Lost(Outcome::NotApplied { .. }, _) => Ended::Refused(refused),
                ended => ended,
            });
        }
        return Ok(Ended::Refused(failure));
    }
}

fn tell_of_asking(desk: &Desk, failure: &Failure, on_progress: &mut impl FnMut(Progress)) {
    on_progress(Progress::Waiting {
        why: format!("{}; asking AWS what came of it", failure.cause),
        at_most: desk.patience.settle,
    });
}

/// What came of the change, judged by what stands there.
async fn seen(session: &Session, pending: &Pending) -> Result<Outcome, Failure> {
    let entry = pending.entry()?;
    let (now, _) = look(session, &entry.intent).await?;
    Ok(reconcile(&entry, &now))
}

/// Asks again and again until the new state is seen, or the old one is old enough to be believed.
async fn settle(
    session: &Session,
    desk: &Desk,
    pending: &Pending,
    lost: Failure,
) -> Result<Ended, Failure> {
    let deadline = Instant::now() + desk.patience.settle;
    loop {
        let outcome = seen(session, pending).await;
        if let Ok(outcome @ Outcome::Applied { .. }) = outcome {
            return Ok(Ended::Seen(outcome));
        }
        if Instant::now() + desk.patience.pause >= deadline {
            let outcome = outcome.unwrap_or_else(|failure| Outcome::CannotBeTold {
                reason: failure.to_string().into(),
            });
            return Ok(Ended::Lost(outcome, lost));
        }
        sleep(desk.patience.pause.max(Duration::from_millis(10))).await;
    }
}

/// Why a refusal may pass by itself; `None` if it does not.
async fn passing(session: &Session, intent: &Intent, failure: &Failure) -> Option<String> {
    let is_create = intent.kind == ChangeKind::CreateAssociation;
    let names_role = is_create || intent.kind == ChangeKind::UpdateAssociation;
    if failure.code.as_deref() == Some("ResourcePropagationDelayException") {
        return Some("a change made a moment ago has not reached EKS yet".to_owned());
    }
    if names_role
        && failure.kind == FailureKind::Invalid
        && failure
            .cause
            .contains("Role provided in the request does not exist")
    {
        let planned = intent.planned.document()?;
        let role = planned.get("roleArn")?.as_str()?;
        // If IAM itself knows no such role, waiting makes none.
        return match session.role(Urgency::Interactive, role_name(role)).await {
            Ok(found) if *found.value.arn == *role => Some(format!(
                "EKS does not see the role {} yet, which IAM has; a new role takes a while",
                role_name(role)
            )),
            Err(denied) if denied.kind == FailureKind::Denied => Some(format!(
                "EKS does not see the role {}; a new role takes a while",
                role_name(role)
            )),
            Ok(_) | Err(_) => None,
        };
    }
    if is_create && failure.kind == FailureKind::Conflict {
        return match look(session, intent).await {
            Ok((Image::Absent, _)) => {
                Some("an association that was deleted a moment ago is still in the way".to_owned())
            }
            _ => None,
        };
    }
    None
}
