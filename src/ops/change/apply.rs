//! Applying an approved plan: once, on the ground that was reviewed, and read back.

use jiff::Timestamp;
use uuid::Uuid;

use super::call::{Ended, make};
use super::document::{Step, steps};
use super::pending::Pending;
use super::verify::{ReadBack, read_back};
use super::{Applied, Desk, Done, Drift, Progress, Stopped, at, blocking, by_name, look};
use crate::cloud::{Session, Urgency};
use crate::model::guard::Access;
use crate::model::journal::{ChangeKind, Image, Intent, Link, Outcome, Place, Who};
use crate::model::plan::{Approved, Change, Definition, Plan};
use crate::model::{Caller, Document, Failure, FailureKind, Text};
use crate::ops::fleet::Site;

/// What else a change belongs to.
#[derive(Debug, Clone, Default)]
pub struct Belongs {
    /// Whose undo or redo it is.
    pub link: Option<Link>,
    /// The word of what was approved together with it.
    pub batch: Option<Text>,
}

impl Belongs {
    pub fn new_batch() -> Text {
        Uuid::new_v4().to_string().into()
    }
}

impl From<Option<Link>> for Belongs {
    fn from(link: Option<Link>) -> Self {
        Self { link, batch: None }
    }
}

/// Carries an approved plan out.
///
/// Dropped on its way, it leaves the journal with what was known at that moment; dropped in mid-call, it leaves the
/// entry open, and the next start asks AWS what came of it.
pub async fn apply(
    site: &Site,
    desk: &Desk,
    approved: Approved<Plan>,
    belongs: impl Into<Belongs>,
    mut on_progress: impl FnMut(Progress) + Send,
) -> Applied {
    let Belongs { link, batch } = belongs.into();
    let plan = approved.into_plan();
    let ground = match ground(site, desk, &plan, &mut on_progress).await {
        Ok(ground) => ground,
        Err(stopped) => return Applied::stopped(stopped),
    };
    let mut applied = Applied {
        steps: Vec::new(),
        stopped: None,
    };
    let steps = steps(&plan, ground.found.as_ref());
    let batch = batch.or_else(|| (steps.len() > 1).then(Belongs::new_batch));
    let last = steps.len().saturating_sub(1);
    for (number, mut step) in steps.into_iter().enumerate() {
        if let (Change::Move(_), ChangeKind::DeleteAssociation) = (plan.change(), &step.kind) {
            // What is deleted is gone, and the creation took its time.
            match replaced(&site.session, &plan, &applied).await {
                Ok(found) => step.before = Image::Present(found),
                Err(stopped) => {
                    applied.stopped = Some(stopped);
                    break;
                }
            }
        }
        let intent = intent(
            site,
            desk,
            &ground.caller,
            step,
            // Only the last call settles that a change is undone.
            link.clone()
                .map(|link| if number < last { link.partly() } else { link }),
            batch.clone(),
        );
        match one(&site.session, desk, intent, &mut on_progress).await {
            Ok((done, stopped)) => {
                applied.steps.push(done);
                applied.stopped = stopped.map(Stopped::Failure);
            }
            Err(failure) => applied.stopped = Some(Stopped::Failure(failure)),
        }
        if applied.stopped.is_some() {
            break;
        }
    }
    applied
}

/// What a change stands on, found out just before it.
struct Ground {
    caller: Caller,
    found: Option<Document>,
}

async fn ground(
    site: &Site,
    desk: &Desk,
    plan: &Plan,
    on_progress: &mut (impl FnMut(Progress) + Send),
) -> Result<Ground, Stopped> {
    let doing = plan.title();
    let refused = |cause: &str, hint: &str| {
        let failure = Failure::new(FailureKind::Refused, doing.as_str(), cause);
        Stopped::Failure(failure.hint(hint))
    };
    let profiles: Vec<&str> = site.profiles.iter().map(|profile| &**profile).collect();
    if site.session.guard().access(plan.cluster(), &profiles) == Access::ReadOnly {
        return Err(refused(
            "nothing may be changed in this cluster: it is read-only",
            "see --read-only, ROLEDEX_READ_ONLY and read-only in the configuration",
        ));
    }
    if site.arn != *plan.cluster() || site.session.route() != plan.route() {
        return Err(refused(
            "it was reviewed for another cluster or another route",
            "look at the change again",
        ));
    }
    let journal = desk.journal.clone();
    blocking("prepare the journal", move || journal.prepare())
        .await
        .map_err(Stopped::Failure)?;
    let caller = site.session.caller(Urgency::Interactive).await;
    let caller = caller.map_err(Stopped::Failure)?;
    if *caller.account != *plan.cluster().account() {
        let hint = "use a profile of the cluster's own account";
        return Err(refused(
            "the credentials are of another account by now",
            hint,
        ));
    }
    if let Some(reviewed) = plan.caller()
        && reviewed.principal() != caller.principal()
    {
        return Err(Stopped::Drift(Drift::Caller {
            was: reviewed.arn.clone(),
            now: caller.arn,
        }));
    }
    on_progress(Progress::ReadingAgain);
    let found = unchanged(&site.session, plan).await?;
    Ok(Ground { caller, found })
}

/// The association as it stands, if it is still what was reviewed.
async fn unchanged(session: &Session, plan: &Plan) -> Result<Option<Document>, Stopped> {
    if let (Change::Create(_) | Change::Move(_), Some(after)) = (plan.change(), plan.after()) {
        let (namespace, account) = (&after.namespace, &after.service_account);
        let taken = by_name(session, plan.cluster(), namespace, account).await;
        if let Some(taken) = taken.map_err(Stopped::Failure)? {
            let id = taken.key.id;
            return Err(Stopped::Drift(Drift::Taken { id }));
        }
    }
    as_reviewed(session, plan).await
}

/// What a move may delete: the old association as it stands, if the new one is certainly there in its stead.
async fn replaced(session: &Session, plan: &Plan, applied: &Applied) -> Result<Document, Stopped> {
    let stays = |cause: &str| {
        let failure = Failure::new(FailureKind::Conflict, plan.title(), cause);
        Stopped::Failure(failure.hint(Applied::STAYS))
    };
    let is_there = |done: &Done| done.verified == Some(true);
    if !applied.steps.last().is_some_and(is_there) {
        return Err(stays(
            "the new association could not be seen as it was to be, so the old one was not deleted",
        ));
    }
    let found = as_reviewed(session, plan).await?;
    found.ok_or_else(|| stays("nobody knows what was to be deleted"))
}

/// The association that a plan is about as it stands, if it is still what was reviewed; none if the plan has none.
async fn as_reviewed(session: &Session, plan: &Plan) -> Result<Option<Document>, Stopped> {
    let Some(before) = plan.before() else {
        return Ok(None);
    };
    let before = &before.value;
    let now = at(session, &before.association.key).await;
    let Some(now) = now.map_err(Stopped::Failure)? else {
        return Err(Stopped::Drift(Drift::Gone));
    };
    let fields = Definition::of(before).differences(&Definition::of(&now.value));
    if !fields.is_empty() {
        return Err(Stopped::Drift(Drift::Changed { fields }));
    }
    if before.association.owner != now.value.association.owner {
        let now = now.value.association.owner;
        return Err(Stopped::Drift(Drift::Owner { now }));
    }
    Ok(Some(now.document))
}

fn intent(
    site: &Site,
    desk: &Desk,
    caller: &Caller,
    step: Step,
    link: Option<Link>,
    batch: Option<Text>,
) -> Intent {
    let at: Timestamp = (desk.now)();
    Intent {
        kind: step.kind,
        who: Who {
            caller: caller.arn.clone(),
            account: caller.account.clone(),
        },
        place: Place {
            cluster: site.arn.clone(),
            profile: site.session.route().profile.clone(),
            endpoint: site.session.endpoint().cloned(),
        },
        target: step.target,
        at,
        token: Some(Uuid::new_v4().to_string().into()),
        before: step.before,
        planned: step.planned,
        link,
        batch,
        rest: Document::new(),
    }
}

/// One step: on disk, called, read back, outcome on disk.
async fn one(
    session: &Session,
    desk: &Desk,
    intent: Intent,
    on_progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(Done, Option<Failure>), Failure> {
    let kind = intent.kind.clone();
    let mut pending = Pending::record(desk, intent.clone()).await?;
    let entry = pending.id()?;
    on_progress(Progress::Recorded(entry.clone()));
    let ended = make(session, desk, &mut pending, on_progress).await?;
    let mut notes = Vec::new();
    let mut association = None;
    let mut verified = None;
    let (outcome, stopped) = match ended {
        Ended::Made(changed) => {
            pending.is_now(Outcome::Applied {
                request_id: changed.request_id.clone(),
                after: Image::Unknown,
            });
            on_progress(Progress::ReadingBack);
            let image;
            ReadBack {
                image,
                verified,
                association,
                notes,
            } = read_back(session, desk, &intent, &changed).await;
            let outcome = Outcome::Applied {
                request_id: changed.request_id,
                after: image,
            };
            (outcome, None)
        }
        Ended::Seen(outcome) => {
            pending.is_now(outcome.clone());
            // It was told by what stands there.
            verified = Some(true);
            notes.push(
                "the answer was lost on its way; what stands there says that it was done"
                    .to_owned(),
            );
            if let Ok((_, described)) = look(session, &intent).await {
                association = described;
            }
            (outcome, None)
        }
        Ended::Refused(failure) => {
            let outcome = Outcome::Failed {
                failure: failure.clone(),
            };
            (outcome, Some(failure))
        }
        Ended::Lost(outcome, failure) => {
            let what = match &outcome {
                Outcome::NotApplied { reason } => format!("it was not done: {reason}"),
                Outcome::CannotBeTold { reason } => {
                    format!("whether it was done cannot be told: {reason}")
                }
                other => other.word().to_owned(),
            };
            let hint = format!("{what}; look at it again before you repeat it");
            (outcome, Some(failure.hint(hint)))
        }
    };
    if let Err(failure) = pending.conclude(outcome.clone()).await {
        notes.push(failure.to_string());
    }
    let done = Done {
        entry,
        kind,
        outcome,
        verified,
        association,
        notes,
    };
    Ok((done, stopped))
}
