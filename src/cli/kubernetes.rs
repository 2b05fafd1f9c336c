//! `roledex describe` of what lives in Kubernetes.

use crate::cli::args::{DescribeArgs, Format, Global, Kind};
use crate::cli::exit::Exit;
use crate::cli::get::{complain, unconfigured};
use crate::cli::output::{self, Style};
use crate::cli::problem::Problem;
use crate::cli::rows::kubernetes::{pod_explained, service_account_explained};
use crate::cli::setup::Setup;
use crate::model::reference::ClusterReference;
use crate::model::text::visible;
use crate::model::{Failure, FailureKind};
use crate::ops::fleet;
use crate::runtime::clock;

/// A service account or a pod as typed: `NAMESPACE/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ObjectName {
    namespace: String,
    name: String,
}

impl ObjectName {
    /// The object that NAME names.
    fn of(args: &DescribeArgs) -> Result<Self, Problem> {
        let Some(text) = &args.name else {
            return Err(which(args.kind));
        };
        match text.split_once('/') {
            Some((namespace, name))
                if !namespace.is_empty() && !name.is_empty() && !name.contains('/') =>
            {
                Ok(Self {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err(Problem::usage(format!(
                "\"{}\" does not name a {}: write NAMESPACE/NAME",
                visible(text),
                words(args.kind)
            ))),
        }
    }
}

/// Asks which one is meant.
pub(crate) fn which(kind: Kind) -> Problem {
    let what = words(kind);
    Problem::usage(format!("which {what}? add NAMESPACE/NAME")).hint(format!(
        "roledex get {}s lists them",
        what.replace(' ', "-")
    ))
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Pods => "pod",
        _ => "service account",
    }
}

/// Prints one of them; what could not be read beside it is told, and makes the exit code that of a part.
pub(crate) async fn describe(global: &Global, args: &DescribeArgs) -> Result<Exit, Problem> {
    let wanted = &ObjectName::of(args)?;
    let cluster = ClusterReference::parse(&args.place);
    let cluster = &cluster.map_err(|error| Problem::usage(error.to_string()))?;
    let format = global.output.unwrap_or(Format::Yaml);
    let style = Style::new(format, global.no_headers);
    let is_document = matches!(format, Format::Json | Format::Yaml);
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let (cloud, routes) = (&setup.cloud, resolved.routes.as_slice());
    // With no route left, why there is none says more than "not found".
    if let (true, Some(scope)) = (routes.is_empty(), resolved.unroutable.into_iter().next()) {
        return Err(scope.failure.into());
    }
    let ObjectName { namespace, name } = wanted;
    let failures = if args.kind == Kind::Pods {
        let read = fleet::one_pod(cloud, routes, cluster, namespace, name).await;
        let (gathered, failures) = read?;
        let Some((pod, containers)) = pod_explained(&gathered, namespace, name, clock::now())
        else {
            return Err(missing(failures, args.kind, wanted));
        };
        if is_document {
            output::print_one(args.kind, &pod, style)?;
        } else {
            output::print(args.kind, &containers, style)?;
        }
        failures
    } else {
        let read = fleet::one_service_account(cloud, routes, cluster, namespace, name).await;
        let (gathered, failures) = read?;
        let Some(row) = service_account_explained(&gathered, namespace, name, clock::now()) else {
            return Err(missing(failures, args.kind, wanted));
        };
        output::print_one(args.kind, &row, style)?;
        failures
    };
    complain(&failures);
    Ok(if failures.is_empty() {
        Exit::Done
    } else {
        Exit::Partly
    })
}

/// Why there is nothing to print: what failed, or else that it is not there.
fn missing(failures: Vec<Failure>, kind: Kind, wanted: &ObjectName) -> Problem {
    let what = words(kind);
    let ObjectName { namespace, name } = wanted;
    let failure = failures.into_iter().next().unwrap_or_else(|| {
        let doing = format!("find {what} {namespace}/{name}");
        Failure::new(
            FailureKind::NotFound,
            doing,
            "the cluster has none of that name",
        )
        .hint(format!(
            "roledex get {}s -n {namespace} lists them",
            what.replace(' ', "-")
        ))
    });
    failure.into()
}
