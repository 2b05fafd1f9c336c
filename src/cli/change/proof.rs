//! `--test`: after the change, whether a pod gets what it gave, asked of EKS Auth until it does or the time is over.
//!
//! As with `roledex test`, whoever types it has said yes to the calls; they are shown before the change is approved,
//! and `--yes` alone makes none of them.

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::approve;
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::test::{Printer, Subject, document, source};
use crate::model::credential::{
    CredentialTest, Expected, MOST_POLLS, POLL_SECONDS, Purpose, Report, TokenSource, Verdict,
};
use crate::model::plan::{Change, Plan};
use crate::model::text::visible;
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
    ///
    /// Where nothing is to be changed, what is there is asked for once, as `roledex test` does.
    pub(super) async fn of(site: &Site, plan: &Plan, is_change: bool) -> Result<Self, Problem> {
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
        let purpose = if is_change {
            Purpose::AfterChange { accepted: None }
        } else {
            Purpose::Test
        };
        let test = subject.test(site, token, purpose).await?;
        Ok(Self { test, podless })
    }

    /// What it will do, as a part of what is approved.
    pub(super) fn text(&self) -> String {
        let mut text = String::from(if self.is_after_change() {
            "then tests it (--test)\n"
        } else {
            "tests it as it is (--test)\n"
        });
        if let Some(why) = &self.podless {
            text.push_str(&format!("  it cannot: {}\n", visible(why)));
            return text;
        }
        for (index, call) in self.test.calls().iter().enumerate() {
            text.push_str(&format!("  {}. {call}\n", index + 1));
        }
        text
    }

    fn is_after_change(&self) -> bool {
        matches!(self.test.purpose, Purpose::AfterChange { .. })
    }

    /// Says when AWS took the change, if that is known.
    pub(super) fn accepted(mut self, at: Option<Timestamp>) -> Self {
        if let Purpose::AfterChange { accepted } = &mut self.test.purpose {
            *accepted = at;
        }
        self
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

    async fn made(self, site: &Site, desk: &Desk, format: Format) -> Result<Report, Problem> {
        let mut printer = Printer::new(format);
        // Only calls that were shown are made, so a pod that was not there then is not tested now.
        let report = if let Some(why) = self.podless {
            let step = |step| printer.step(&step);
            look_only(site, clock::now, self.test, why, step).await
        } else {
            let approved = approve::commanded(self.test, site)?;
            let step = |step| printer.step(&step);
            let made = test_credentials(site, desk, approved, None, step).await;
            made.map_err(|failure| match failure.kind {
                FailureKind::Refused => Problem::from(failure).exits(Exit::PartlyDone),
                _ => failure.into(),
            })?
        };
        // That nobody listens any more does not undo what was found out.
        drop(printer.remarks(&report));
        Ok(report)
    }
}

/// Says what came of it, and how to end.
fn told(report: &Report, format: Format) -> Proven {
    let line = line(report);
    drop(if format == Format::Json {
        writeln!(io::stderr(), "{line}")
    } else {
        writeln!(io::stdout(), "{line}")
    });
    let mut document = document(report);
    if let Value::Object(members) = &mut document {
        members.insert("elapsedMs".to_owned(), json!(report.arrived_ms));
    }
    let exit = match &report.verdict {
        Verdict::Matches => Exit::Done,
        Verdict::Differs(_) | Verdict::Refused(_) => Exit::Negative,
        Verdict::Untestable(_) => Exit::PartlyDone,
    };
    Proven { exit, document }
}

fn line(report: &Report) -> String {
    let is_changed = matches!(report.test.purpose, Purpose::AfterChange { .. });
    let done = if is_changed {
        "the change is made"
    } else {
        "nothing was changed"
    };
    let headline = report.headline();
    match &report.verdict {
        Verdict::Matches if is_changed => format!("tested: {headline}"),
        Verdict::Matches => format!("{done}, and it was tested as it is: {headline}"),
        Verdict::Untestable(_) => format!("{done}, and it could not be tested: {headline}"),
        Verdict::Differs(_) | Verdict::Refused(_) if is_changed => format!(
            "{done}, and EKS Auth does not give it: asked {} of at most {MOST_POLLS} times, within {POLL_SECONDS} s: {headline}",
            report.asked
        ),
        Verdict::Differs(_) | Verdict::Refused(_) => {
            format!("{done}, and EKS Auth does not give it: {headline}")
        }
    }
}
