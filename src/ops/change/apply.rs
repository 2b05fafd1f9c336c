//! Applying an approved plan: once, on the ground that was reviewed, and read back.

use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::call::{Ended, make};
use super::document::{Step, steps};
use super::pending::Pending;
use super::{Applied, Desk, Done, Drift, Progress, Stopped, at, blocking, by_name, look};
use crate::cloud::{Changed, Session, Urgency};
use crate::model::guard::Access;
use crate::model::journal::{Family, Field, Image, Intent, Link, Outcome, Place, Settings, Who};
use crate::model::plan::{Approved, Change, Definition, Plan};
use crate::model::text::visible;
use crate::model::{
    AssociationKey, AssociationRecord, Caller, Described, Document, Failure, FailureKind,
};
use crate::ops::fleet::Site;

/// Carries an approved plan out; `link` says whose undo or redo it is.
///
/// Dropped on its way, it leaves the journal with what was known at that moment.
pub async fn apply(
    site: &Site,
    desk: &Desk,
    approved: Approved<Plan>,
    link: Option<Link>,
    mut on_progress: impl FnMut(Progress) + Send,
) -> Applied {
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
    let batch = (steps.len() > 1).then(|| Uuid::new_v4().to_string());
    for step in steps {
        let intent = intent(
            site,
            desk,
            &ground.caller,
            step,
            link.clone(),
            batch.as_deref(),
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
    batch: Option<&str>,
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
        batch: batch.map(Into::into),
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
    let (outcome, stopped) = match ended {
        Ended::Made(changed) => {
            pending.is_now(Outcome::Applied {
                request_id: changed.request_id.clone(),
                after: Image::Unknown,
            });
            on_progress(Progress::ReadingBack);
            let read = read_back(session, desk, &intent, &changed).await;
            association = read.association;
            notes.extend(read.notes);
            let outcome = Outcome::Applied {
                request_id: changed.request_id,
                after: read.image,
            };
            (outcome, None)
        }
        Ended::Seen(outcome) => {
            pending.is_now(outcome.clone());
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
        association,
        notes,
    };
    Ok((done, stopped))
}

struct ReadBack {
    image: Image,
    association: Option<Described<AssociationRecord>>,
    notes: Vec<String>,
}

/// Reads until it is as planned, or long enough.
async fn read_back(session: &Session, desk: &Desk, intent: &Intent, changed: &Changed) -> ReadBack {
    // By the id that AWS gave: the list of names may lag behind.
    let mut intent = intent.clone();
    if let Some(id) = &changed.association {
        intent.target.id = Some(id.clone());
    }
    let deadline = Instant::now() + desk.patience.verify;
    loop {
        let (image, association) = match seen(session, &intent).await {
            Ok(seen) => seen,
            Err(failure) => {
                let note = format!("AWS took the change, but it could not be read back: {failure}");
                return ReadBack {
                    image: Image::Unknown,
                    association: None,
                    notes: vec![note],
                };
            }
        };
        let unlike = unlike(&intent, &image);
        if unlike.is_empty() || Instant::now() + desk.patience.pause >= deadline {
            return ReadBack {
                image,
                association,
                notes: unlike,
            };
        }
        sleep(desk.patience.pause).await;
    }
}

async fn seen(
    session: &Session,
    intent: &Intent,
) -> Result<(Image, Option<Described<AssociationRecord>>), Failure> {
    let Some(id) = &intent.target.id else {
        return look(session, intent).await;
    };
    let key = AssociationKey {
        cluster: intent.place.cluster.clone(),
        id: id.clone(),
    };
    Ok(match at(session, &key).await? {
        Some(described) => (Image::Present(described.document.clone()), Some(described)),
        None => (Image::Absent, None),
    })
}

/// What AWS took and shows otherwise.
fn unlike(intent: &Intent, found: &Image) -> Vec<String> {
    let read = |document: &Document| Settings::read(Family::Association, document);
    match (&intent.planned, found) {
        (Image::Absent, Image::Present(_)) => {
            vec!["AWS took the deletion, but still shows the association".to_owned()]
        }
        (Image::Present(_), Image::Absent) => {
            vec!["AWS took the change, but does not show the association".to_owned()]
        }
        (Image::Present(planned), Image::Present(found)) => {
            let (planned, found) = (read(planned), read(found));
            let own = match &intent.before {
                Image::Present(before) => read(before).changed(&planned),
                _ => planned.fields().cloned().collect(),
            };
            let differs = planned.changed(&found);
            let differs = own.intersection(&differs);
            differs.map(|field| sentence(field, &found)).collect()
        }
        _ => Vec::new(),
    }
}

fn sentence(field: &Field, found: &Settings) -> String {
    let shown = found.get(field).map(ToString::to_string);
    let shown = shown.as_deref().unwrap_or("none");
    let mut text = format!(
        "AWS took the change, but shows another {}: {}",
        visible(&field.label()),
        visible(shown)
    );
    if *field == Field::Policy && found.get(field).is_some() {
        text.push_str("; to be rid of a policy, delete the association and create it without");
    }
    text
}
