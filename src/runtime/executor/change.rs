//! Questions about changes, the journal, and changes themselves.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::answer::Steps;
use crate::app::msg::{ChangeStep, Journalled, Reversing};
use crate::app::unfinished::Unfinished;
use crate::app::{Msg, Step};
use crate::cloud::{Cloud, Session, Urgency};
use crate::model::journal::{Entry, EntryId, History, Outcome};
use crate::model::plan::{Approved, Change, New, Plan, Tags};
use crate::model::preflight::Evidence;
use crate::model::reference::ClusterReference;
use crate::model::{ClusterArn, Failure, FailureKind, Known, Learned, Route, Text};
use crate::ops::change::{self, Applied, Belongs, Desk, Patience, Prepared, Progress, Unprepared};
use crate::ops::fleet::{Site, one_site};
use crate::ops::preflight;
use crate::ops::recover::{self, Recovered};
use crate::ops::undo::{self, Way};
use crate::runtime::clock;
use crate::store::Journal;

/// Entries that a look at the journal shows.
const NEWEST: usize = 1_000;

/// Why nothing can be changed where there is no place for the journal.
pub(super) fn no_journal() -> Failure {
    let cause = "there is no place for the journal, without which nothing is changed";
    Failure::new(FailureKind::Unconfigured, "write changes down", cause)
        .hint("set HOME or XDG_STATE_HOME")
}

/// What a change needs besides its plan.
pub(super) fn desk(journal: &Result<Arc<Journal>, Failure>) -> Result<Desk, Failure> {
    Ok(Desk {
        journal: journal.clone()?,
        now: clock::now,
        patience: Patience::default(),
    })
}

/// Asks AWS what came of changes whose runs died, and tells it when all are answered.
pub(super) async fn recover(
    cloud: Arc<Cloud>,
    desk: Desk,
    unfinished: Vec<Entry>,
    messages: Sender<Msg>,
) {
    let count = unfinished.len();
    let checking = Msg::Unfinished(Unfinished::Checking(count));
    // The loop is gone only when the program ends.
    messages.send(checking).await.unwrap_or_default();
    let found = recover::recover(&cloud, &desk, unfinished, |_, _| {}).await;
    let is_open = |found: &&Recovered| match &found.found {
        Ok(outcome) => !outcome.is_definite(),
        Err(_) => true,
    };
    let checked = Unfinished::Checked {
        count,
        open: found.iter().filter(is_open).count(),
    };
    let mut told = Vec::new();
    let mut failed = false;
    for recovered in &found {
        let intent = &recovered.entry.intent;
        let what = format!("{} {}", intent.kind.as_str(), intent.target);
        match &recovered.found {
            Ok(outcome) => told.push(format!("{what}: {}", outcome.word_of(&intent.kind))),
            Err(failure) => {
                failed = true;
                told.push(format!("{what}: {failure}"));
            }
        }
    }
    let text = format!("of an earlier run that ended early: {}", told.join("; "));
    let told = if failed {
        let doing = "find out what came of every change";
        Err(Failure::new(FailureKind::Other, doing, text))
    } else {
        Ok(text)
    };
    messages.send(Msg::Told(told)).await.unwrap_or_default();
    let checked = Msg::Unfinished(checked);
    messages.send(checked).await.unwrap_or_default();
}

pub(super) async fn site(
    cloud: &Arc<Cloud>,
    cluster: &ClusterArn,
    route: &Route,
    profiles: Vec<Text>,
) -> Result<Site, Failure> {
    Ok(Site {
        arn: cluster.clone(),
        route: route.clone(),
        profiles,
        session: cloud.session(route).await?,
    })
}

/// Reads what a plan is about again, and everything that its checks look at.
pub(super) async fn review(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    plan: Plan,
    profiles: Vec<Text>,
    steps: &Steps,
) -> Result<(), Failure> {
    let site = site(cloud, plan.cluster(), plan.route(), profiles).await?;
    steps
        .send(Step::Asking(
            "the association, and the pods of its service account".into(),
        ))
        .await;
    let Some(prepared) = again(&site, &plan).await? else {
        // Whatever else could be asked, there is nothing to change any more.
        let evidence = Evidence {
            current: Learned::Absent,
            ..Evidence::default()
        };
        steps.send(Step::Evidence(Box::new((plan, evidence)))).await;
        return Ok(());
    };
    let Prepared {
        plan, surroundings, ..
    } = prepared;
    steps
        .send(Step::Asking(
            "roles, their trust, quota, and your own permissions".into(),
        ))
        .await;
    let reach = preflight::Reach { cloud, routes };
    let evidence = Box::pin(preflight::gather(&site, reach, &plan, &surroundings)).await;
    steps.send(Step::Evidence(Box::new((plan, evidence)))).await;
    Ok(())
}

/// The same change of what stands there now; `None` if that is gone.
async fn again(site: &Site, plan: &Plan) -> Result<Option<Prepared>, Failure> {
    let before = match plan.target().key() {
        None => None,
        Some(key) => match change::at(&site.session, &key).await? {
            Some(found) => Some(Known::live(found.value, clock::now())),
            None => return Ok(None),
        },
    };
    let target = plan.target();
    let names = (&*target.namespace, &*target.service_account);
    let replanned = |basis| match (plan.change(), before) {
        (Change::Create(new), _) => Plan::create(basis, site.arn.clone(), new.clone()),
        (Change::Update(edit), Some(before)) => Plan::update(basis, before, edit),
        (Change::Delete, Some(before)) => Plan::delete(basis, before),
        (Change::Tag(edit), Some(before)) => Plan::tag(basis, before, edit),
        (Change::Move(new), Some(before)) if carries_tags(plan, new) => {
            let (namespace, name) = (&new.namespace, &new.service_account);
            Plan::relocate(basis, before, namespace, name, new.as_edit())
        }
        (Change::Move(new), Some(before)) => Plan::replace(basis, before, new.clone()),
        // A plan of something that is there has its id.
        (_, None) => Err(Vec::new()),
    };
    let prepared = change::replan(site, names, clock::now, replanned).await;
    prepared
        .map(Some)
        .map_err(|unprepared| failure(unprepared, &plan.title()))
}

/// Whether a move takes the tags along as they are, so that those of others since come along too.
fn carries_tags(plan: &Plan, new: &New) -> bool {
    let before = plan.before();
    let found = before.map(|before| Tags::as_read(before.value.detail.tags()));
    found.is_some_and(|found| found.map() == new.tags.map())
}

fn failure(unprepared: Unprepared, doing: &str) -> Failure {
    match unprepared {
        Unprepared::Failure(failure) => failure,
        Unprepared::Invalid(wrong) => {
            let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            Failure::new(FailureKind::Invalid, doing, wrong.join("; "))
        }
    }
}

pub(super) async fn roles(
    session: &Session,
    urgency: Urgency,
    steps: &Steps,
) -> Result<(), Failure> {
    let mut token: Option<String> = None;
    loop {
        let page = session.list_roles(urgency, token.as_deref()).await?;
        steps.send(Step::Roles(page.items)).await;
        token = page.next;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Does work of the journal where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        Err(Failure::new(
            FailureKind::Bug,
            "read the journal",
            error.to_string(),
        ))
    })
}

pub(super) async fn journal(desk: Desk, steps: &Steps) -> Result<(), Failure> {
    let read = blocking(move || desk.journal.newest(NEWEST)).await?;
    let read = Journalled {
        unread: read.unread.len() + read.further_unread,
        entries: read.entries,
        running: read.running,
        more: read.more,
    };
    steps.send(Step::Journal(Box::new(read))).await;
    Ok(())
}

/// Weighs an undo or a redo; the next in line if no entry is named.
pub(super) async fn reverse(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    desk: Desk,
    wanted: Option<EntryId>,
    redo: bool,
    steps: &Steps,
) -> Result<(), Failure> {
    let way = if redo { Way::Redo } else { Way::Undo };
    let journal = Arc::clone(&desk.journal);
    let read = blocking(move || journal.newest(NEWEST)).await?;
    let entry = match &wanted {
        Some(id) => History::new(&read.entries).entry(id).ok_or_else(|| {
            let cause = "the journal has no change for it";
            let doing = format!("{} a change", way.word());
            Failure::new(FailureKind::NotFound, doing, cause)
        })?,
        None => Box::pin(undo::next(cloud, routes, &read.entries, way)).await?,
    };
    let cluster = ClusterReference::Arn(entry.intent.place.cluster.clone());
    let site = one_site(cloud, routes, &cluster).await?;
    let weighed = Box::pin(undo::weigh(
        &site,
        &read.entries,
        &entry.id,
        way,
        clock::now,
    ))
    .await;
    let doing = format!("{} {}", way.word(), entry.id.short());
    let weighed = weighed.map_err(|unprepared| failure(unprepared, &doing))?;
    let reversing = Reversing {
        entry: entry.clone(),
        way: weighed.way,
        plans: weighed.plans.into_iter().map(|one| one.plan).collect(),
    };
    steps.send(Step::Reversal(Box::new(reversing))).await;
    Ok(())
}

/// Carries an approved plan out, and tells every step.
pub(super) async fn apply(
    cloud: &Arc<Cloud>,
    desk: Desk,
    approved: Approved<Plan>,
    belongs: Belongs,
    profiles: Vec<Text>,
    steps: &Steps,
) -> Result<(), Failure> {
    let plan = approved.plan();
    let doing = plan.title();
    let site = site(cloud, plan.cluster(), plan.route(), profiles).await?;
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    let applying = change::apply(&site, &desk, approved, belongs, move |progress| {
        // The loop is gone only when the program ends.
        sender.send(progress).unwrap_or_default();
    });
    let forward = async {
        while let Some(progress) = told.recv().await {
            steps.send(Step::Change(step(progress))).await;
        }
    };
    // The use case drops its callback when it ends, which ends the forwarding after the last step.
    let (applied, ()) = tokio::join!(Box::pin(applying), forward);
    conclude(applied, &doing, steps).await
}

fn step(progress: Progress) -> ChangeStep {
    match progress {
        Progress::ReadingAgain => ChangeStep::ReadingAgain,
        Progress::Recorded(entry) => ChangeStep::Journalled(entry.short().into()),
        Progress::Calling(kind) => ChangeStep::Sent(kind.as_str().into()),
        Progress::Waiting { .. } => ChangeStep::Waiting(progress.to_string().into()),
        Progress::ReadingBack => ChangeStep::ReadingBack,
    }
}

async fn conclude(applied: Applied, doing: &str, steps: &Steps) -> Result<(), Failure> {
    for done in &applied.steps {
        for note in &done.notes {
            let note = Text::from(note.as_str());
            let is_unlike = done.is_applied() && done.verified != Some(true);
            let step = if is_unlike {
                ChangeStep::Unlike(note)
            } else {
                ChangeStep::Remark(note)
            };
            steps.send(Step::Change(step)).await;
        }
        if let (Outcome::Applied { .. }, true) = (&done.outcome, applied.is_partly_done()) {
            let text = format!("{} was done before it stopped", done.kind.as_str());
            steps
                .send(Step::Change(ChangeStep::Remark(text.into())))
                .await;
        }
    }
    applied.to_failure(doing).map_or(Ok(()), Err)
}
