//! The credential test: what is there, then a token, then EKS Auth, each step told as it goes.
//!
//! ```text
//! look at cluster, association, agent, service account, pod, permission ─ intent on disk ─ token ─ claims ─ assume ─
//! caller ─ verdict ─ outcome on disk
//! ```

mod hindered;
mod issue;
mod log;
mod look;
mod pods;
mod poll;
mod record;

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use crate::cloud::{PodCredentials, Secret, Urgency};
use crate::model::credential::{
    Circumstances, Clearance, CredentialTest, Judged, Report, Step, TokenSource, Verdict,
    verdict_step,
};
use crate::model::journal::EntryId;
use crate::model::plan::Approved;
use crate::model::{Failure, FailureKind, Text};
use crate::ops::change::{Desk, blocking};
use crate::ops::fleet::Site;
use log::Log;

pub use pods::{pods_in, pods_of};

/// How long looking around may take in all; what is not known by then stays unknown.
const LOOKING: Duration = Duration::from_mins(1);

const URGENCY: Urgency = Urgency::Interactive;

/// What came of a test, with the credentials where there are any.
#[derive(Debug)]
pub struct Obtained {
    pub report: Report,
    pub credentials: Option<PodCredentials>,
    /// Where it is written down; nothing is where nothing was asked for.
    pub entry: Option<EntryId>,
}

/// Makes a test that was approved, and throws the credentials away.
pub async fn run(
    site: &Site,
    desk: &Desk,
    approved: Approved<CredentialTest>,
    given: Option<Secret>,
    on_step: impl FnMut(Step) + Send,
) -> Result<Report, Failure> {
    let obtained = obtain(site, desk, approved, given, on_step).await?;
    Ok(obtained.report)
}

/// Makes a test that was approved, and hands the credentials over.
///
/// `given` is the token of a test with [`TokenSource::Given`]. Each step is told when it begins and when it ends.
/// A failure is what kept the test from beginning; everything else is in the report.
pub async fn obtain(
    site: &Site,
    desk: &Desk,
    approved: Approved<CredentialTest>,
    given: Option<Secret>,
    mut on_step: impl FnMut(Step) + Send,
) -> Result<Obtained, Failure> {
    let mut test = approved.into_plan();
    may_begin(site, desk, &test, given.as_ref()).await?;
    let began = (desk.now)();
    let mut log = Log::new(&mut on_step);
    // Without their types, which are deep: the compiler gives up on futures of futures of the SDK.
    let around: BoxFuture<'_, _> = Box::pin(look::around(site, &mut test, None, began, &mut log));
    let around = around.await;
    let issue: BoxFuture<'_, _> = Box::pin(issue::credentials(
        site, desk, &test, given, &around, &mut log,
    ));
    let found = issue.await?;
    let issue::Found {
        verdict,
        unknown,
        warnings,
        claims,
        session,
        credentials,
        entry,
        asked,
        arrived_ms,
    } = found;
    if log.is_given() {
        log.soften();
    }
    let report = Report {
        steps: log.into_steps(),
        kept: around.kept,
        arrived_ms,
        test,
        claims,
        session,
        verdict,
        unknown,
        warnings,
        asked,
        began,
        ended: (desk.now)(),
    };
    Ok(Obtained {
        report,
        credentials,
        entry,
    })
}

/// Looks at what is there where nothing can be asked for, and says why: the next best evidence.
pub async fn look_only(
    site: &Site,
    now: fn() -> Timestamp,
    mut test: CredentialTest,
    why: Text,
    mut on_step: impl FnMut(Step) + Send,
) -> Report {
    let began = now();
    let mut log = Log::new(&mut on_step);
    let around: BoxFuture<'_, _> =
        Box::pin(look::around(site, &mut test, Some(&why), began, &mut log));
    let around = around.await;
    let verdict = Verdict::Untestable(why);
    let evidence = around.known.lines(&test.cluster);
    let judged = Judged::without_session(verdict, evidence);
    log.put(verdict_step(&test, &judged, Circumstances::default()));
    Report {
        steps: log.into_steps(),
        kept: around.kept,
        arrived_ms: None,
        test,
        claims: None,
        session: None,
        verdict: judged.verdict,
        unknown: judged.unknown,
        warnings: Vec::new(),
        asked: 0,
        began,
        ended: now(),
    }
}

/// Refuses what may not be asked for, whoever approved it, and what cannot be written down.
async fn may_begin(
    site: &Site,
    desk: &Desk,
    test: &CredentialTest,
    given: Option<&Secret>,
) -> Result<(), Failure> {
    let doing = format!("test the credentials of {}", test.name());
    let refused = |cause: &str, hint: &str| {
        Failure::new(FailureKind::Refused, doing.as_str(), cause).hint(hint)
    };
    let profiles: Vec<&str> = site.profiles.iter().map(|profile| &**profile).collect();
    if let Some(why) = Clearance::of(test, &site.session.guard(), &profiles).refusal() {
        return Err(refused(
            why,
            "see --read-only, ROLEDEX_READ_ONLY, and read-only and no-credential-tests in the configuration",
        ));
    }
    if site.arn != test.cluster || *site.session.route() != test.route {
        let cause = "it was approved for another cluster or another route";
        return Err(refused(cause, "look at the test again"));
    }
    let is_given = test.token == TokenSource::Given;
    if is_given != given.is_some() {
        let cause = "the token is not the one that was approved";
        return Err(refused(cause, "look at the test again"));
    }
    let journal = desk.journal.clone();
    blocking("prepare the journal", move || journal.prepare()).await?;
    let caller = site.session.caller(URGENCY).await?;
    let is_other = test
        .caller
        .as_ref()
        .is_some_and(|approved| *approved != caller);
    if is_other || *caller.account != *test.cluster.account() {
        let cause = "the caller's credentials are others by now than when it was approved";
        return Err(refused(
            cause,
            "look at the test again, with a profile of the cluster's own account",
        ));
    }
    Ok(())
}

/// Waits for an answer no longer than until a moment.
async fn by<T>(
    deadline: Instant,
    doing: &str,
    asked: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match timeout_at(deadline, asked).await {
        Ok(answer) => answer,
        Err(_elapsed) => Err(Failure::new(
            FailureKind::Timeout,
            doing,
            "the time of the test is over",
        )),
    }
}
