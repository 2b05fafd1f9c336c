//! `exec`: a command with the credentials of a pod, under the same gate as the credential test.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::cli::approve;
use crate::cli::args::Global;
use crate::cli::change::{desk, site};
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::cli::test::{Subject, unpicked};
use crate::cli::{interruptible, token};
use crate::cloud::PodCredentials;
use crate::model::credential::{
    CredentialTest, Purpose, Report, StepState, TokenSource, Verdict, pick,
};
use crate::model::reference::{AssociationReference, ClusterReference};
use crate::model::text::visible;
use crate::ops::credential::{obtain, pods_of};
use crate::ops::fleet::Site;
use crate::runtime::child::{Ended, Line, Surroundings};

/// Whose credentials, and what to run with them.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// NAME, REGION/NAME, PROFILE/REGION/NAME or an ARN
    #[arg(value_parser = ClusterReference::parse)]
    pub cluster: ClusterReference,
    /// NAMESPACE/SERVICEACCOUNT, or the id or ARN of an association
    #[arg(value_name = "NS/SA", value_parser = AssociationReference::parse)]
    pub account: AssociationReference,
    /// Pod that the token is bound to [default: the newest that runs and was injected]
    #[arg(long, value_name = "NAME", conflicts_with = "token_file", value_parser = NonEmptyStringValueParser::new())]
    pub pod: Option<String>,
    /// File with a token of a pod, to be used as it is; - reads stdin, and asks without an echo at a terminal
    #[arg(long, value_name = "FILE|-")]
    pub token_file: Option<PathBuf>,
    /// What to run; it gets the pod's credentials and the cluster's region as AWS_* variables, and no other identity
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Everything up to the moment at which the command starts.
struct Ready {
    credentials: PodCredentials,
    surroundings: Surroundings,
    /// The demo lives as long as the command does.
    _setup: Setup,
}

pub(crate) async fn run(global: &Global, args: ExecArgs) -> Result<Exit, Problem> {
    let Some(line) = Line::new(args.command.clone()) else {
        return Err(Problem::usage("there is nothing to run").exits(Exit::OwnFailure));
    };
    // Before anything is asked for.
    if let Err(wrong) = line.check() {
        return Ok(unstarted(&wrong));
    }
    let ready = interruptible(Box::pin(prepare(global, &args))).await;
    let Some(ready) = ready.map_err(|problem| problem.exits(Exit::OwnFailure))? else {
        return Ok(Exit::Interrupted);
    };
    let Ready {
        credentials,
        surroundings,
        _setup,
    } = ready;
    Ok(match line.run(credentials, &surroundings).await {
        Ok(Ended(status)) => Exit::Child(status),
        Err(wrong) => unstarted(&wrong),
    })
}

fn unstarted(wrong: &crate::runtime::child::NotStarted) -> Exit {
    eprintln!("error: {}", visible(&wrong.to_string()));
    Exit::Child(wrong.status())
}

async fn prepare(global: &Global, args: &ExecArgs) -> Result<Ready, Problem> {
    if global.output.is_some() || global.no_headers || global.cached {
        return Err(Problem::usage(
            "-o, --no-headers and --cached go with get and describe",
        ));
    }
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let desk = desk::open(&setup).await?;
    let site = site(&setup, resolved, &args.cluster).await?;
    let given = match &args.token_file {
        Some(source) => Some(token::read(source).await?),
        None => None,
    };
    let test = test(&site, args).await?;
    let approved = approve::commanded(test, &site)?;
    let obtained = obtain(&site, &desk, approved, given, |_| ()).await?;
    for warning in &obtained.report.warnings {
        eprintln!("warning: {}", visible(warning));
    }
    // A command that was meant for one role must not run with another, nor with one that nobody could compare.
    let credentials = match (obtained.credentials, &obtained.report.verdict) {
        (Some(credentials), Verdict::Matches) => credentials,
        (Some(_), _) => return Err(withheld(&obtained.report)),
        (None, _) => return Err(refused(&obtained.report)),
    };
    // A shell on its own looks like the one before it.
    if io::stderr().is_terminal()
        && args.command.len() == 1
        && let Some(told) = obtained.report.handed_over()
    {
        drop(writeln!(io::stderr(), "roledex: {told}"));
    }
    let surroundings = Surroundings {
        region: site.session.route().region.clone(),
        endpoint_url: setup.cloud.endpoint_url().map(str::to_owned),
    };
    Ok(Ready {
        credentials,
        surroundings,
        _setup: setup,
    })
}

/// What is to be asked for, of whom.
async fn test(site: &Site, args: &ExecArgs) -> Result<CredentialTest, Problem> {
    let subject = Subject::of(site, &args.account).await?;
    let source = match &args.token_file {
        Some(_) => TokenSource::Given,
        None => pod(site, &subject, args.pod.as_deref()).await?,
    };
    let words = args.command.iter();
    let words = words.map(|word| word.to_string_lossy().into()).collect();
    subject.test(site, source, Purpose::Run(words)).await
}

/// The pod that is named, or the best one.
async fn pod(site: &Site, subject: &Subject, named: Option<&str>) -> Result<TokenSource, Problem> {
    let pods = pods_of(site, &subject.namespace, &subject.service_account).await?;
    let picked = pick(&pods, &subject.name(), named).map_err(|why| unpicked(&why))?;
    Ok(TokenSource::of(picked))
}

/// Why credentials that came back were not handed over.
fn withheld(report: &Report) -> Problem {
    let why = report
        .verdict
        .why()
        .map_or("they could not be compared", |why| &**why);
    Problem::failed(format!(
        "the command was not run, because its credentials are not known to be those that the association of {} names: {}",
        visible(&report.test.name()),
        visible(why)
    ))
    .hint("roledex test shows every step; the credentials were thrown away, and expire by themselves")
}

/// Why there are no credentials, with every step that failed on the way.
fn refused(report: &Report) -> Problem {
    let why = report
        .verdict
        .why()
        .map_or("EKS Auth gave none", |why| &**why);
    let problem = Problem::failed(format!("no credentials of {}: {why}", report.test.name()));
    let failed = report
        .steps
        .iter()
        .filter(|step| matches!(step.state, StepState::Failed | StepState::Warning));
    let problem = failed
        .clone()
        .filter(|step| *step.said != *why)
        .fold(problem, |problem, step| {
            problem.detail(format!("{}: {}", step.kind.title(), step.said))
        });
    failed
        .flat_map(|step| &step.remedies)
        .fold(problem, Problem::remedy)
}
