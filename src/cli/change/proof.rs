//! `--test`: after the change, whether a pod gets what it gave, asked of EKS Auth until it does or the time is over.
//!
//! As with `roledex test`, whoever types it has said yes to the calls; they are shown before the change is approved,
//! and `--yes` alone makes none of them.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use crate::cli::approve;
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::test::{Printer, Subject, document, source};
use crate::model::credential::{
    CredentialTest, Expected, MOST_POLLS, POLL_SECONDS, Purpose, Report, StepKind, TokenSource,
    Verdict,
};
use crate::model::plan::{Change, Plan};
use crate::model::{FailureKind, Text};
use crate::ops::change::Desk;
use crate::ops::credential::{look_only, run as test_credentials};
use crate::ops::fleet::Site;
use crate::runtime::clock;

/// A test that follows a change.
pub(super) struct Proof {
    test: CredentialTest,
    /// Why no token can be bound to a pod, as before the change.
    podless: Option<Text>,
}

/// What came of it.
pub(super) struct Proven {
    pub(super) exit: Exit,
    pub(super) document: Value,
}

impl Proof {
    /// Prepares the test of what a plan leads to, and refuses where tests are off: then nothing is changed either.
    pub(super) async fn of(site: &Site, plan: &Plan) -> Result<Self, Problem> {
        let profiles: Vec<&str> = site.profiles.iter().map(|name| &**name).collect();
        let guard = site.session.guard();
        if let Some(why) = guard.against_credentials(&site.arn, &profiles) {
            let message = format!("{why}, so nothing was changed");
            return Err(Problem::new(Exit::Refused, message)
                .hint("without --test the change is made and not tested"));
        }
        let Some(after) = plan.after() else {
            return Err(Problem::usage(
                "nobody gets a role by it, so there is nothing to test",
            ));
        };
        let is_update = matches!(plan.change(), Change::Update(_));
        let expected = Expected {
            // One that is made anew gets an id that nobody knows yet.
            association: plan.target().key().filter(|_| is_update).map(|key| key.id),
            role: after.role.clone(),
            target_role: after.target_role.clone(),
        };
        let subject = Subject::new(&after.namespace, &after.service_account, expected);
        let (token, podless) = match source(site, &subject, None).await? {
            Ok(token) => (token, None),
            Err(why) => (TokenSource::nothing(), Some(why)),
        };
        let test = subject.test(site, token, Purpose::AfterChange).await?;
        Ok(Self { test, podless })
    }

    /// What it will do, as a part of what is approved.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("then tests it (--test)\n");
        if let Some(why) = &self.podless {
            text.push_str(&format!(
                "  unless a pod runs by then, it cannot: {}\n",
                crate::model::text::visible(why)
            ));
            return text;
        }
        for (index, call) in self.test.calls().iter().enumerate() {
            text.push_str(&format!("  {}. {call}\n", index + 1));
        }
        text
    }

    /// Makes the test. The change is done by now, so whatever goes wrong here ends in part, and not in failure.
    pub(super) async fn make(self, site: &Site, desk: &Desk, format: Format) -> Proven {
        match Box::pin(self.made(site, desk, format)).await {
            Ok(report) => told(&report, format),
            Err(problem) => {
                problem.report();
                let document = json!({"verdict": "untestable", "reason": problem.message()});
                Proven {
                    exit: Exit::PartlyDone,
                    document,
                }
            }
        }
    }

    async fn made(mut self, site: &Site, desk: &Desk, format: Format) -> Result<Report, Problem> {
        if self.podless.is_some() {
            let subject = Subject::new(
                &self.test.namespace,
                &self.test.service_account,
                self.test.expected.clone(),
            );
            match source(site, &subject, None).await? {
                Ok(token) => {
                    self.test.token = token;
                    self.podless = None;
                    // Nobody has seen these calls.
                    io::stderr().write_all(self.text().as_bytes())?;
                }
                Err(why) => self.podless = Some(why),
            }
        }
        let mut printer = Printer::new(format);
        if let Some(why) = self.podless {
            let step = |step| printer.step(&step);
            return Ok(look_only(site, clock::now, self.test, why, step).await);
        }
        let approved = approve::commanded(self.test, site)?;
        let report = test_credentials(site, desk, approved, None, |step| printer.step(&step)).await;
        report.map_err(|failure| match failure.kind {
            FailureKind::Refused => Problem::from(failure).exits(Exit::PartlyDone),
            _ => failure.into(),
        })
    }
}

/// Says how long it took, and how to end.
fn told(report: &Report, format: Format) -> Proven {
    for warning in &report.warnings {
        eprintln!("warning: {}", crate::model::text::visible(warning));
    }
    let took = report
        .step(StepKind::Assume)
        .and_then(|step| step.elapsed_ms);
    let seconds = took.filter(|_| report.verdict == Verdict::Matches);
    let line = line(report, seconds);
    if format == Format::Json {
        eprintln!("{line}");
    } else {
        println!("{line}");
    }
    let mut document = document(report);
    if let Value::Object(members) = &mut document {
        members.insert("elapsedMs".to_owned(), json!(seconds));
    }
    let exit = match &report.verdict {
        Verdict::Matches => Exit::Done,
        Verdict::Differs(_) | Verdict::Refused(_) => Exit::Negative,
        Verdict::Untestable(_) => Exit::PartlyDone,
    };
    Proven { exit, document }
}

fn line(report: &Report, took: Option<u64>) -> String {
    let count = report.asked;
    let calls = if count == 1 { "call" } else { "calls" };
    match (&report.verdict, took) {
        (Verdict::Matches, Some(took)) => {
            let (seconds, tenths) = (took / 1_000, took % 1_000 / 100);
            format!(
                "tested: pods get it, {seconds}.{tenths} s and {count} {calls} after the change"
            )
        }
        (Verdict::Matches, None) => "tested: pods get it".to_owned(),
        (Verdict::Untestable(_), _) => "the change is made, and could not be tested".to_owned(),
        (Verdict::Differs(_) | Verdict::Refused(_), _) => format!(
            "the change is made, and pods do not get it: asked {count} of at most {MOST_POLLS} times, within {POLL_SECONDS} s"
        ),
    }
}
