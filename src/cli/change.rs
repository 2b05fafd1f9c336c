//! `set-role`, `create`, `delete`, `tag`: one change of one association, shown, approved, applied and read back.

pub(crate) mod args;
mod bring_back;
pub(crate) mod desk;
mod input;
mod journal;
mod preview;
mod proof;
mod result;

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use crate::cli::approve::{Shown, approve};
use crate::cli::args::{Format, Global};
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::export::json;
use crate::model::journal::{EntryId, Link, Reversal};
use crate::model::preflight::{Consent as Wanted, Outcome, Preflight};
use crate::model::reference::ClusterReference;
use crate::model::text::visible;
use crate::model::{Failure, Learned};
use crate::ops::change::{Desk, Prepared, Progress, Unprepared, apply, prepare};
use crate::ops::fleet::{self, Site};
use crate::ops::preflight::{Reach, gather};
use crate::ops::routes::Resolved;
use crate::runtime::clock;
use args::Consent;
use proof::{Proof, Proven};

pub(crate) use bring_back::bring_back;
pub(crate) use input::Wish;
pub(crate) use journal::show as journal;

/// Carries out what was typed.
pub(crate) async fn run(global: &Global, wish: Wish) -> Result<Exit, Problem> {
    let format = format(global)?;
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let request = wish.request(&resolved.routes)?;
    refuse_read_only(&setup)?;
    // Looking at a change takes no journal.
    let desk = if wish.consent.dry_run {
        None
    } else {
        Some(desk::open(&setup).await?)
    };
    let routes = resolved.routes.clone();
    let site = site(&setup, resolved, &wish.cluster).await?;
    let prepared = Box::pin(prepare(&site, &request, clock::now))
        .await
        .map_err(unprepared)?;
    let proof = if wish.test {
        Some(Box::pin(Proof::of(&site, &prepared.plan)).await?)
    } else {
        None
    };
    let run = Run {
        site: &site,
        reach: Reach {
            cloud: &setup.cloud,
            routes: &routes,
        },
        desk: desk.as_ref(),
        format,
        consent: &wish.consent,
    };
    Box::pin(run.all(vec![prepared], None, None, proof)).await
}

/// Text or JSON; the other formats print rows.
fn format(global: &Global) -> Result<Format, Problem> {
    match global.output {
        None | Some(Format::Table) => Ok(Format::Table),
        Some(Format::Json) => Ok(Format::Json),
        Some(_) => Err(Problem::usage("changes are told as table or json").hint("-o json")),
    }
    .and_then(|format| {
        if global.cached {
            return Err(Problem::usage("--cached goes with get and describe"));
        }
        Ok(format)
    })
}

/// Where nothing at all may be changed, nothing has to be asked to say so.
fn refuse_read_only(setup: &Setup) -> Result<(), Problem> {
    if !setup.cloud.read_only() {
        return Ok(());
    }
    Err(Problem::new(Exit::Refused, "roledex is read-only, so nothing is changed").hint(
        "start it without --read-only, and see ROLEDEX_READ_ONLY and read-only in its configuration",
    ))
}

pub(crate) async fn site(
    setup: &Setup,
    resolved: Resolved,
    cluster: &ClusterReference,
) -> Result<Site, Problem> {
    let Resolved { routes, unroutable } = resolved;
    // With no route left, why there is none says more than "not found".
    if let (true, Some(scope)) = (routes.is_empty(), unroutable.into_iter().next()) {
        return Err(scope.failure.into());
    }
    Ok(fleet::one_site(&setup.cloud, &routes, cluster).await?)
}

fn unprepared(reason: Unprepared) -> Problem {
    match reason {
        Unprepared::Failure(failure) => failure.into(),
        Unprepared::Invalid(invalid) => input::invalid(&invalid),
    }
}

/// A change between its intent and its outcome; a signal that ends the program there is told where to look.
struct OnItsWay(Option<EntryId>);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if let Some(entry) = &self.0 {
            let short = entry.short();
            let text =
                format!("interrupted on its way: roledex journal {short} says what is known of it");
            drop(writeln!(io::stderr(), "{text}"));
        }
    }
}

/// One run of plans that belong together.
struct Run<'a> {
    site: &'a Site,
    reach: Reach<'a>,
    /// None where nothing is to be applied.
    desk: Option<&'a Desk>,
    format: Format,
    consent: &'a Consent,
}

impl Run<'_> {
    /// Shows, has approved and applies. `reversal` is what they bring back.
    async fn all(
        &self,
        prepared: Vec<Prepared>,
        reversal: Option<&Reversal>,
        link: Option<Link>,
        proof: Option<Proof>,
    ) -> Result<Exit, Problem> {
        let mut shown = Vec::new();
        let mut documents = Vec::new();
        for (place, prepared) in prepared.into_iter().enumerate() {
            let mut preflight = self.check(&prepared, place > 0).await;
            if let Some(reversal) = reversal {
                preflight = preflight.of_reversal(reversal);
            }
            let plan = prepared.plan;
            self.show(&preview::text(&plan, &preflight))
                .map_err(unseen)?;
            documents.push(preview::document(&plan, &preflight));
            // Made here, where it is shown, and nowhere else.
            shown.push(Shown::new(plan, preflight));
        }
        if let Some(proof) = &proof {
            self.show(&proof.text()).map_err(unseen)?;
        }
        let mut told = Told {
            word: "unchanged",
            plans: documents,
            ..Told::default()
        };
        let changes_nothing = |shown: &Shown| shown.plan.diff().is_empty();
        if shown.iter().all(changes_nothing) {
            self.tell_after("nothing to change\n");
            let exit = self.prove(proof, Exit::Done, &mut told).await;
            self.document(&told);
            return Ok(exit);
        }
        let (false, Some(desk)) = (self.consent.dry_run, self.desk) else {
            return Ok(self.dry(&shown, told));
        };
        let approved = approve(shown, self.consent).await?;
        let mut exit = Exit::Done;
        told.word = "applied";
        for (done, approved) in approved.into_iter().enumerate() {
            let title = approved.plan().title();
            let mut last = None;
            let mut way = OnItsWay(None);
            let tell = |progress: Progress| {
                if let Progress::Recorded(entry) = &progress {
                    way.0 = Some(entry.clone());
                }
                if let Progress::Waiting { why, .. } = &progress
                    && last.as_ref() != Some(why)
                {
                    drop(writeln!(io::stderr(), "{}", visible(&progress.to_string())));
                    last = Some(why.clone());
                }
            };
            let applied = apply(self.site, desk, approved, link.clone(), tell).await;
            way.0 = None;
            for line in result::lines(&applied) {
                self.tell_after(&format!("{line}\n"));
            }
            if let Value::Array(more) = result::steps(&applied) {
                told.steps.extend(more);
            }
            if let Some(problem) = result::problem(&applied, &title) {
                problem.report();
                (told.word, exit) = result::verdict(&applied);
                if applied.is_done() {
                    continue;
                }
                if done > 0 {
                    (told.word, exit) = ("partly-applied", Exit::PartlyDone);
                }
                told.failure = applied.to_failure(&title);
                break;
            }
        }
        let exit = self.prove(proof, exit, &mut told).await;
        self.document(&told);
        Ok(exit)
    }

    /// Tests what is there now; a change that is not as it was to be has nothing to prove.
    async fn prove(&self, proof: Option<Proof>, exit: Exit, told: &mut Told) -> Exit {
        let (Some(proof), false) = (proof, self.consent.dry_run) else {
            return exit;
        };
        let (Exit::Done, Some(desk)) = (exit, self.desk) else {
            self.tell_after("not tested: the change is not there as it was to be\n");
            return exit;
        };
        let Proven { exit, document } = proof.make(self.site, desk, self.format).await;
        told.test = Some(document);
        exit
    }

    /// `follows`: it is planned on what the change before it will leave.
    async fn check(&self, prepared: &Prepared, follows: bool) -> Preflight {
        let Prepared {
            plan, surroundings, ..
        } = prepared;
        let mut evidence = gather(self.site, self.reach, plan, surroundings).await;
        if follows {
            // What stands there now is not what it will be, and is read again before the call.
            let why = "it follows the change before it";
            evidence.current = Learned::Failed(why.into());
        }
        let profiles: Vec<&str> = self.site.profiles.iter().map(|name| &**name).collect();
        let access = self.site.session.guard().access(plan.cluster(), &profiles);
        Preflight::run(plan, &evidence, access)
    }

    fn dry(&self, shown: &[Shown], mut told: Told) -> Exit {
        let is_refused = |shown: &Shown| {
            matches!(shown.preflight.consent(), Wanted::Refused(_))
                || shown.preflight.worst() == Outcome::Blocking
        };
        let is_refused = shown.iter().any(is_refused);
        self.tell_after("dry run: nothing was changed\n");
        told.word = "dry-run";
        self.document(&told);
        if is_refused {
            return Exit::Refused;
        }
        Exit::Done
    }

    /// Tells a person; where stdout is for a program, on stderr.
    fn tell(&self, text: &str) -> io::Result<()> {
        if self.format == Format::Json {
            return io::stderr().write_all(text.as_bytes());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Shows what is to be approved to whoever is asked: the question goes to stderr, so what it is about must not
    /// go into a file alone.
    fn show(&self, text: &str) -> io::Result<()> {
        self.tell(text)?;
        let is_asked = self.desk.is_some() && !self.consent.yes && io::stdin().is_terminal();
        let is_hidden = self.format != Format::Json && !io::stdout().is_terminal();
        if is_asked && is_hidden {
            return io::stderr().write_all(text.as_bytes());
        }
        Ok(())
    }

    /// Tells what was done: that nobody listens any more does not undo it.
    fn tell_after(&self, text: &str) {
        drop(self.tell(text));
    }

    fn document(&self, told: &Told) {
        if self.format != Format::Json {
            return;
        }
        let document = json!({
            "result": told.word,
            "plans": told.plans,
            "steps": told.steps,
            "failure": told.failure.as_ref().map(result::failure),
            "test": told.test,
        });
        drop(writeln!(io::stdout(), "{}", json::pretty(&document)));
    }
}

/// All that is told to programs.
#[derive(Default)]
struct Told {
    word: &'static str,
    plans: Vec<Value>,
    steps: Vec<Value>,
    failure: Option<Failure>,
    /// What came of the test that was asked for.
    test: Option<Value>,
}

/// What nobody could see, nobody approved.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are mapped"
)]
fn unseen(error: io::Error) -> Problem {
    let message = format!("the change could not be shown, so nothing was changed: {error}");
    Problem::new(Exit::NotApproved, message)
}
