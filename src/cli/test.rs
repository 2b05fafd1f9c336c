//! `roledex test`: whether a pod gets the role of its association, proven by asking for it.

mod report;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;

use crate::cli::approve;
use crate::cli::args::{Format, Global};
use crate::cli::change::desk;
use crate::cli::change::site;
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::cli::token;
use crate::cloud::Urgency;
use crate::model::credential::{
    CredentialTest, Expected, Purpose, Report, TokenSource, Unpicked, Verdict, candidates, pick,
};
use crate::model::export::json;
use crate::model::reference::{AssociationReference, ClusterReference};
use crate::model::text::visible;
use crate::model::{AssociationRecord, Failure, FailureKind, Text};
use crate::ops::change::find;
use crate::ops::credential::{look_only, pods_of, run as test_credentials};
use crate::ops::fleet::Site;
use crate::runtime::clock;

pub(crate) use report::{Printer, document};

/// What can be typed of a test.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// NAME, REGION/NAME, PROFILE/REGION/NAME or an ARN
    #[arg(value_parser = ClusterReference::parse)]
    pub cluster: ClusterReference,
    /// NAMESPACE/SERVICEACCOUNT, or the id or ARN of an association
    #[arg(value_name = "NS/SA", value_parser = AssociationReference::parse)]
    pub association: AssociationReference,
    /// Pod to test with [default: the newest that runs and was injected]
    #[arg(long, value_name = "POD", conflicts_with = "token_file", value_parser = NonEmptyStringValueParser::new())]
    pub pod: Option<String>,
    /// Test the token in this file as it is; - reads stdin, and asks without an echo at a terminal
    #[arg(long, value_name = "FILE|-")]
    pub token_file: Option<PathBuf>,
    /// Print the exact calls, and make none of them
    #[arg(long)]
    pub dry_run: bool,
}

/// Makes the test that was typed.
pub(crate) async fn run(global: &Global, args: Args) -> Result<Exit, Problem> {
    let format = format(global)?;
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let site = site(&setup, resolved, &args.cluster).await?;
    let subject = Subject::of(&site, &args.association).await?;
    let mut printer = Printer::new(format);
    let source = if args.token_file.is_some() {
        Ok(TokenSource::Given)
    } else {
        source(&site, &subject, args.pod.as_deref()).await?
    };
    let (source, none) = match source {
        Ok(source) => (source, None),
        Err(why) => (TokenSource::nothing(), Some(why)),
    };
    let test = subject.test(&site, source, Purpose::Test).await?;
    if let Some(why) = none {
        let report = look_only(&site, clock::now, test, why, |step| printer.step(&step)).await;
        return conclude(&mut printer, &report);
    }
    if args.dry_run {
        print_calls(&test)?;
        let refusal = approve::clearance(&test, &site).refusal();
        if let Some(why) = refusal {
            drop(writeln!(io::stderr(), "it would be refused: {why}"));
        }
        drop(writeln!(io::stderr(), "dry run: nothing was asked for"));
        return Ok(refusal.map_or(Exit::Done, |_| Exit::Refused));
    }
    print_calls(&test)?;
    let approved = approve::commanded(test, &site)?;
    let desk = desk::open(&setup).await?;
    let given = match &args.token_file {
        Some(path) => Some(token::read(path).await?),
        None => None,
    };
    let report =
        test_credentials(&site, &desk, approved, given, |step| printer.step(&step)).await?;
    conclude(&mut printer, &report)
}

/// Prints the exact calls on stderr, before anybody makes them.
fn print_calls(test: &CredentialTest) -> Result<(), Problem> {
    let mut lines = String::from("calls:\n");
    for (index, call) in test.calls().iter().enumerate() {
        lines.push_str(&format!("  {}. {call}\n", index + 1));
    }
    io::stderr().write_all(lines.as_bytes()).map_err(|error| {
        let message = format!("the calls could not be shown, so none was made: {error}");
        Problem::new(Exit::NotApproved, message)
    })
}

fn conclude(printer: &mut Printer, report: &Report) -> Result<Exit, Problem> {
    printer.end(report)?;
    Ok(match &report.verdict {
        Verdict::Matches => Exit::Done,
        Verdict::Differs(_) | Verdict::Refused(_) => Exit::Negative,
        Verdict::Untestable(_) => Exit::Failed,
    })
}

/// Text or JSON; the other formats print rows.
fn format(global: &Global) -> Result<Format, Problem> {
    if global.cached {
        return Err(Problem::usage("--cached goes with get and describe"));
    }
    match global.output {
        None | Some(Format::Table) => Ok(Format::Table),
        Some(Format::Json) => Ok(Format::Json),
        Some(_) => Err(Problem::usage("tests are told as table or json").hint("-o json")),
    }
}

/// Whose credentials are tested.
pub(crate) struct Subject {
    pub(crate) namespace: Text,
    pub(crate) service_account: Text,
    /// Known where an id was typed; otherwise the test looks.
    expected: Expected,
}

impl Subject {
    pub(crate) fn new(namespace: &str, service_account: &str, expected: Expected) -> Self {
        Self {
            namespace: namespace.into(),
            service_account: service_account.into(),
            expected,
        }
    }

    pub(crate) async fn of(site: &Site, reference: &AssociationReference) -> Result<Self, Problem> {
        match reference {
            AssociationReference::Name {
                namespace,
                service_account,
            } => Ok(Self {
                namespace: namespace.as_str().into(),
                service_account: service_account.as_str().into(),
                expected: Expected::default(),
            }),
            AssociationReference::Id(_) => {
                let found = find(&site.session, &site.arn, reference).await?;
                Ok(Self::of_record(&found.value))
            }
        }
    }

    /// An association as it was read, which is what a test of it expects.
    pub(crate) fn of_record(record: &AssociationRecord) -> Self {
        Self {
            namespace: record.association.namespace.clone(),
            service_account: record.association.service_account.clone(),
            expected: Expected {
                association: Some(record.association.key.id.clone()),
                role: record.detail.role.clone(),
                target_role: record.detail.target_role.clone(),
            },
        }
    }

    /// How the service account is called: `namespace/serviceaccount`.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }

    pub(crate) async fn test(
        self,
        site: &Site,
        token: TokenSource,
        purpose: Purpose,
    ) -> Result<CredentialTest, Problem> {
        let caller = site.session.caller(Urgency::Interactive).await?;
        Ok(CredentialTest {
            cluster: site.arn.clone(),
            route: site.session.route().clone(),
            caller: Some(caller),
            namespace: self.namespace,
            service_account: self.service_account,
            token,
            expected: self.expected,
            purpose,
        })
    }
}

/// The pod to test with; or why there is none. Says which one it is where there are several.
pub(crate) async fn source(
    site: &Site,
    subject: &Subject,
    wanted: Option<&str>,
) -> Result<Result<TokenSource, Text>, Problem> {
    let pods = match pods_of(site, &subject.namespace, &subject.service_account).await {
        Ok(pods) => pods,
        Err(failure) => return Ok(Err(without_pods(&failure))),
    };
    let picked = match pick(&pods, &subject.name(), wanted) {
        Ok(picked) => picked,
        Err(Unpicked::NoneFits(why)) => return Ok(Err(why)),
        Err(named) => return Err(unpicked(&named)),
    };
    let fit = candidates(&pods).len();
    if wanted.is_none() && fit > 1 {
        let said = format!(
            "testing with pod {} of {fit}; --pod picks another",
            visible(&picked.name)
        );
        drop(writeln!(io::stderr(), "{said}"));
    }
    Ok(Ok(TokenSource::of(picked)))
}

/// Why no pod was picked, as it is told by every command that needs one.
pub(crate) fn unpicked(why: &Unpicked) -> Problem {
    let problem = Problem::failed(why.why().to_string());
    match why.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

fn without_pods(failure: &Failure) -> Text {
    let what = match failure.kind {
        FailureKind::Denied => "the pods may not be listed",
        _ => "the pods could not be listed",
    };
    format!(
        "{what}, so there is none to bind a token to: {}",
        visible(&failure.cause)
    )
    .into()
}

/// The report as JSON.
pub(crate) fn print_json(report: &Report) -> io::Result<()> {
    writeln!(io::stdout(), "{}", json::pretty(&document(report)))
}
