//! Approval on the command line: by an answer at the terminal, `--yes`, or a name.

use std::io::{self, IsTerminal as _, Write as _};

use crate::cli::change::args::Consent as Given;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::credential::{Clearance, CredentialTest};
use crate::model::plan::{Approved, Assent, NotApproved, Plan, Reviewed, Steps};
use crate::model::preflight::{Consent, Outcome, Preflight};
use crate::model::text::visible;
use crate::ops::fleet::Site;

/// A plan and its checks, which are on the screen or on stdout by now.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) plan: Plan,
    pub(crate) preflight: Preflight,
    reviewed: Reviewed,
}

impl Shown {
    /// To be made where the preview is printed.
    pub(crate) fn new(plan: Plan, preflight: Preflight) -> Self {
        let reviewed = Reviewed::of(&plan, &preflight);
        Self {
            plan,
            preflight,
            reviewed,
        }
    }

    /// The name that must be typed, and why.
    fn wanted(&self) -> Option<(String, Vec<String>)> {
        match self.preflight.consent() {
            Consent::TypedName(name) => Some((name, self.preflight.reasons_for_name())),
            Consent::Plain | Consent::Refused(_) => None,
        }
    }

    /// Whether nothing but a deletion asks for the name: then leaving it out is no approval, and no refusal.
    fn is_only_deletion(&self) -> bool {
        self.preflight.worst() < Outcome::Blocking
            && self.preflight.reasons_for_name().len() == 1
            && matches!(self.plan.steps(), Steps::Delete | Steps::CreateAndDelete)
    }
}

/// Approves what `exec` or `test` is about to do: whoever typed the command has named the service account and the
/// program, and to ask again would put a question into the middle of a script.
pub(crate) fn commanded(
    test: CredentialTest,
    site: &Site,
) -> Result<Approved<CredentialTest>, Problem> {
    let clearance = clearance(&test, site);
    let reviewed = Reviewed::of(&test, &clearance);
    Approved::new(test, &clearance, reviewed, Assent::Yes).map_err(problem)
}

/// Whether a test may be made where it is meant to be.
pub(crate) fn clearance(test: &CredentialTest, site: &Site) -> Clearance {
    let profiles: Vec<&str> = site.profiles.iter().map(|name| &**name).collect();
    Clearance::of(test, &site.session.guard(), &profiles)
}

/// Has plans approved that were shown together; all of them or none.
pub(crate) async fn approve(
    shown: Vec<Shown>,
    given: &Given,
) -> Result<Vec<Approved<Plan>>, Problem> {
    let refusals: Vec<String> = shown
        .iter()
        .flat_map(|shown| match shown.preflight.consent() {
            Consent::Refused(reasons) => reasons,
            Consent::Plain | Consent::TypedName(_) => Vec::new(),
        })
        .collect();
    if !refusals.is_empty() {
        return Err(Problem::new(
            Exit::Refused,
            format!("refused: {}", refusals.join("; ")),
        ));
    }
    let typed = match shown.iter().find_map(Shown::wanted) {
        Some((name, reasons)) => {
            let is_only_deletion = shown.iter().all(Shown::is_only_deletion);
            Some(typed(&name, &reasons, is_only_deletion, given).await?)
        }
        None if given.confirm.is_some() => {
            // Nobody asked for a name; one that is given must still be the right one.
            let mut names = shown
                .iter()
                .map(|shown| &shown.plan.target().service_account);
            let typed = given.confirm.clone().unwrap_or_default();
            if let Some(wanted) = names.find(|name| ***name != *typed) {
                let wanted = wanted.to_string();
                return Err(problem(NotApproved::WrongName { typed, wanted }));
            }
            None
        }
        None if given.yes => None,
        None => {
            asked().await?;
            None
        }
    };
    let approved = shown.into_iter().map(|shown| {
        let assent = typed.as_deref().map_or(Assent::Yes, Assent::Typed);
        Approved::new(shown.plan, &shown.preflight, shown.reviewed, assent).map_err(problem)
    });
    approved.collect()
}

async fn typed(
    name: &str,
    reasons: &[String],
    is_only_deletion: bool,
    given: &Given,
) -> Result<String, Problem> {
    let why = reasons.join("; ");
    let typed = match &given.confirm {
        Some(typed) => typed.clone(),
        None if io::stdin().is_terminal() && !given.yes => {
            ask(format!(
                "{}; type {} to confirm: ",
                visible(&why),
                visible(name)
            ))
            .await?
        }
        None => {
            let exit = if is_only_deletion {
                Exit::NotApproved
            } else {
                Exit::Refused
            };
            let message = format!("it must be confirmed by its name: {why}");
            let hint = format!("--confirm {}", visible(name));
            return Err(Problem::new(exit, message).hint(hint));
        }
    };
    if typed == name {
        return Ok(typed);
    }
    Err(problem(NotApproved::WrongName {
        typed,
        wanted: name.to_owned(),
    }))
}

async fn asked() -> Result<(), Problem> {
    if !io::stdin().is_terminal() {
        let message = "nobody approved it: stdin is no terminal";
        return Err(Problem::new(Exit::NotApproved, message)
            .hint("--yes approves what is shown; --dry-run only shows it"));
    }
    let answer = ask("Apply this? [y/N] ".to_owned()).await?;
    if ["y", "yes"]
        .iter()
        .any(|yes| answer.eq_ignore_ascii_case(yes))
    {
        return Ok(());
    }
    Err(Problem::new(
        Exit::NotApproved,
        "not approved, so nothing was changed",
    ))
}

/// Reads a line; in a task of its own, so that a signal still ends the program.
async fn ask(question: String) -> Result<String, Problem> {
    let line = tokio::task::spawn_blocking(move || {
        let mut err = io::stderr();
        err.write_all(question.as_bytes())?;
        err.flush()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok::<_, io::Error>(line)
    });
    match line.await {
        Ok(Ok(line)) => Ok(line.trim().to_owned()),
        Ok(Err(error)) => Err(Problem::new(
            Exit::NotApproved,
            format!("the answer could not be read: {error}"),
        )),
        Err(error) => Err(Problem::failed(format!("could not ask: {error}"))),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are mapped"
)]
fn problem(refused: NotApproved) -> Problem {
    let exit = match refused {
        NotApproved::Refused(_) => Exit::Refused,
        _ => Exit::NotApproved,
    };
    Problem::new(exit, refused.to_string())
}
