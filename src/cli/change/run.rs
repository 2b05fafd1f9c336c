//! Plans on their way through the command line: shown, approved, applied, told.

use std::io::{self, IsTerminal as _, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::Consent;
use super::proof::{Proof, Proven};
use super::{preview, result};
use crate::cli::approve::{Shown, approve};
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::export::json;
use crate::model::journal::EntryId;
use crate::model::preflight::{Consent as Wanted, Outcome, Preflight, Why};
use crate::model::text::visible;
use crate::model::{Failure, Learned};
use crate::ops::change::{Belongs, Desk, Prepared, Progress, apply};
use crate::ops::fleet::Site;
use crate::ops::preflight::{Reach, gather};
use crate::runtime::clock;

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
pub(super) struct Run<'a> {
    pub(super) site: &'a Site,
    pub(super) reach: Reach<'a>,
    /// None where nothing is to be applied.
    pub(super) desk: Option<&'a Desk>,
    pub(super) format: Format,
    pub(super) consent: &'a Consent,
}

impl Run<'_> {
    /// Shows, has approved and applies.
    pub(super) async fn all(
        &self,
        prepared: Vec<Prepared>,
        why: &Why,
        proof: Option<Proof>,
    ) -> Result<Exit, Problem> {
        let mut shown = Vec::new();
        let mut documents = Vec::new();
        if let (Why::Existing, Some(first)) = (why, prepared.first()) {
            let target = first.plan.target();
            let id = target.id.as_deref().unwrap_or_default();
            let line = format!(
                "{} has the association {} already, so it is changed; what is not named stays as it is\n",
                visible(&target.name()),
                visible(id)
            );
            self.tell(&line).map_err(unseen)?;
        }
        for (place, prepared) in prepared.into_iter().enumerate() {
            let preflight = self.check(&prepared, place > 0).await.because(why);
            let plan = prepared.plan;
            let title = why.title(&plan);
            self.show(&preview::text(&title, &plan, &preflight))
                .map_err(unseen)?;
            documents.push(preview::document(&title, &plan, &preflight));
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
            let exit = self.prove(proof, Exit::Done, None, &mut told).await;
            self.document(&told);
            return Ok(exit);
        }
        let (false, Some(desk)) = (self.consent.dry_run, self.desk) else {
            return Ok(self.dry(&shown, told));
        };
        let approved = approve(shown, self.consent).await?;
        let mut exit = Exit::Done;
        let mut accepted = None;
        told.word = "applied";
        let last = approved.len().saturating_sub(1);
        let batch = (last > 0).then(Belongs::new_batch);
        for (done, approved) in approved.into_iter().enumerate() {
            let title = why.title(approved.plan());
            let belongs = match why {
                Why::Back(way) if done < last => Belongs::from(Some(way.link.clone().partly())),
                Why::Back(way) => Belongs::from(Some(way.link.clone())),
                Why::Asked | Why::Existing => Belongs {
                    link: None,
                    batch: batch.clone(),
                },
            };
            let mut last = None;
            let mut way = OnItsWay(None);
            let tell = |progress: Progress| {
                if let Progress::Recorded(entry) = &progress {
                    way.0 = Some(entry.clone());
                }
                if progress == Progress::ReadingBack {
                    // AWS has just taken it, and from here on its delay counts.
                    accepted = Some(clock::now());
                }
                if let Progress::Waiting { why, .. } = &progress
                    && last.as_ref() != Some(why)
                {
                    drop(writeln!(io::stderr(), "{}", visible(&progress.to_string())));
                    last = Some(why.clone());
                }
            };
            let applied = apply(self.site, desk, approved, belongs, tell).await;
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
        let exit = self.prove(proof, exit, accepted, &mut told).await;
        self.document(&told);
        Ok(exit)
    }

    /// Tests what is there now; a change that is not as it was to be has nothing to prove.
    async fn prove(
        &self,
        proof: Option<Proof>,
        exit: Exit,
        accepted: Option<Timestamp>,
        told: &mut Told,
    ) -> Exit {
        let (Some(proof), false) = (proof, self.consent.dry_run) else {
            return exit;
        };
        let (Exit::Done, Some(desk)) = (exit, self.desk) else {
            self.tell_after("not tested: the change is not there as it was to be\n");
            return exit;
        };
        let proof = proof.accepted(accepted);
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

    /// Says what would have been asked for, and whether it was given.
    fn dry(&self, shown: &[Shown], mut told: Told) -> Exit {
        let mut exit = Exit::Done;
        for one in shown {
            let (line, code) = self.verdict(&one.preflight);
            if let Some(line) = line {
                self.tell_after(&format!("{line}\n"));
            }
            // A refusal is more than a name that is not there.
            if exit != Exit::Refused && code != Exit::Done {
                exit = code;
            }
        }
        self.tell_after("dry run: nothing was changed\n");
        told.word = "dry-run";
        self.document(&told);
        exit
    }

    fn verdict(&self, preflight: &Preflight) -> (Option<String>, Exit) {
        let given = self.consent.confirm.as_deref();
        match preflight.consent() {
            Wanted::Plain => (None, Exit::Done),
            Wanted::Refused(reasons) => {
                let line = format!("it would be refused: {}", reasons.join("; "));
                (Some(line), Exit::Refused)
            }
            Wanted::TypedName(name) if given == Some(&*name) => (None, Exit::Done),
            Wanted::TypedName(name) => {
                let (name, why) = (visible(&name), preflight.reasons_for_name().join("; "));
                let line =
                    format!("it would have to be confirmed by its name: --confirm {name} ({why})");
                let exit = match given {
                    Some(_) => Exit::NotApproved,
                    None if preflight.worst() == Outcome::Blocking => Exit::Refused,
                    None => Exit::Done,
                };
                (Some(line), exit)
            }
        }
    }

    /// Tells a person; where stdout is for a program, on stderr.
    pub(super) fn tell(&self, text: &str) -> io::Result<()> {
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
    pub(super) fn tell_after(&self, text: &str) {
        drop(self.tell(text));
    }

    pub(super) fn document(&self, told: &Told) {
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
pub(super) struct Told {
    pub(super) word: &'static str,
    pub(super) plans: Vec<Value>,
    pub(super) steps: Vec<Value>,
    pub(super) failure: Option<Failure>,
    /// What came of the test that was asked for.
    pub(super) test: Option<Value>,
}

/// What nobody could see, nobody approved.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are mapped"
)]
pub(super) fn unseen(error: io::Error) -> Problem {
    let message = format!("the change could not be shown, so nothing was changed: {error}");
    Problem::new(Exit::NotApproved, message)
}
