//! `roledex describe`: everything about one thing.

use crate::cli::args::{DescribeArgs, Format, Global, Kind};
use crate::cli::cached;
use crate::cli::exit::Exit;
use crate::cli::get::{complain, refuse_export, unconfigured};
use crate::cli::kubernetes;
use crate::cli::output::{self, Style};
use crate::cli::problem::Problem;
use crate::cli::progress::Line;
use crate::cli::rows::Row;
use crate::cli::setup::Setup;
use crate::model::Failure;
use crate::model::identity_provider;
use crate::model::reference::{AssociationReference, ClusterReference};
use crate::model::role::RoleReference;
use crate::ops::fleet;
use crate::runtime::clock;

/// What is meant, once it is known which kind it is of.
enum Meant {
    InCluster(ClusterReference, Target),
    Role(RoleReference),
}

/// What NAME names within a cluster.
pub(crate) enum Target {
    Cluster,
    Association(AssociationReference),
    Update(String),
    IdentityProvider(String),
    Addon(String),
    AccessEntry(String),
}

pub(crate) async fn run(global: &Global, args: DescribeArgs) -> Result<Exit, Problem> {
    let format = global.output.unwrap_or(Format::Yaml);
    refuse_export(args.kind, format)?;
    cached::check(global, args.kind)?;
    if matches!(args.kind, Kind::ServiceAccounts | Kind::Pods) {
        return kubernetes::describe(global, &args).await;
    }
    let (row, failures) = match meant(&args)? {
        Meant::InCluster(cluster, target) if global.cached => {
            let row = cached::one(global, args.kind, &cluster, &target).await?;
            cached::say_age(std::slice::from_ref(&row));
            (row, Vec::new())
        }
        meant => live(global, &meant).await?,
    };
    output::print_one(args.kind, &row, Style::new(format, global.no_headers))?;
    explain(args.kind, format);
    complain(&failures);
    Ok(if failures.is_empty() {
        Exit::Done
    } else {
        Exit::Partly
    })
}

/// Says to people what the name of a kind misleads them about.
fn explain(kind: Kind, format: Format) {
    if kind == Kind::IdentityProviders && matches!(format, Format::Table | Format::Wide) {
        eprintln!("note: {}", identity_provider::PURPOSE);
    }
}

fn meant(args: &DescribeArgs) -> Result<Meant, Problem> {
    let place = args.place.as_str();
    if args.kind == Kind::Roles {
        if args.name.is_some() {
            return Err(Problem::usage(
                "a role is named by its name or ARN alone, without a cluster",
            )
            .hint("roledex describe role ROLE"));
        }
        let role = RoleReference::parse(place);
        return role
            .map(Meant::Role)
            .map_err(|error| Problem::usage(error.to_string()));
    }
    let cluster = ClusterReference::parse(place);
    let cluster = cluster.map_err(|error| Problem::usage(error.to_string()))?;
    Ok(Meant::InCluster(cluster, target(args)?))
}

fn target(args: &DescribeArgs) -> Result<Target, Problem> {
    let name = |question: &str, hint: &str| {
        let missing = || Problem::usage(question).hint(hint);
        args.name.clone().ok_or_else(missing)
    };
    Ok(match args.kind {
        Kind::Clusters if args.name.is_some() => {
            return Err(Problem::usage("a cluster has no further name")
                .hint("roledex describe cluster CLUSTER"));
        }
        Kind::Clusters => Target::Cluster,
        Kind::Associations => {
            let name = name(
                "which association? add NAMESPACE/SERVICEACCOUNT or its id",
                "roledex get associations lists them",
            )?;
            let name = AssociationReference::parse(&name);
            Target::Association(name.map_err(|error| Problem::usage(error.to_string()))?)
        }
        Kind::Updates => Target::Update(name(
            "which update? add its id",
            "roledex get updates --all -o wide lists the ids",
        )?),
        Kind::IdentityProviders => Target::IdentityProvider(name(
            "which identity provider? add its name",
            "roledex get identity-providers lists them",
        )?),
        Kind::Addons => Target::Addon(name(
            "which add-on? add its name",
            "roledex get addons lists them",
        )?),
        Kind::AccessEntries => Target::AccessEntry(name(
            "which access entry? add the ARN or the name of its principal",
            "roledex get access-entries -o wide lists them",
        )?),
        Kind::ServiceAccounts | Kind::Pods => return Err(kubernetes::which(args.kind)),
        Kind::Roles => return Err(Problem::usage("a role is in no cluster")),
    })
}

/// What is meant, and what could not be read beside it.
async fn live(global: &Global, meant: &Meant) -> Result<(Row, Vec<Failure>), Problem> {
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let (cloud, routes) = (&setup.cloud, resolved.routes.as_slice());
    // With no route left, why there is none says more than "not found".
    if let (true, Some(scope)) = (routes.is_empty(), resolved.unroutable.first()) {
        return Err(scope.failure.clone().into());
    }
    let (at, target) = match meant {
        Meant::Role(role) => {
            let mut line = Line::new();
            let progress = |progress| line.show(progress);
            let found = fleet::one_role(cloud, routes, role, clock::now, progress).await;
            drop(line);
            let (row, mut failures) = found?;
            // A role may be used from a scope that is not reached.
            failures.extend(resolved.unroutable.into_iter().map(|scope| scope.failure));
            return Ok((Row::role(row), failures));
        }
        Meant::InCluster(cluster, target) => (cluster, target),
    };
    let row = match target {
        Target::Cluster => Row::cluster(fleet::one_cluster(cloud, routes, at).await?),
        Target::Association(name) => {
            Row::association(fleet::one_association(cloud, routes, at, name).await?)
        }
        Target::Update(id) => Row::update(fleet::one_update(cloud, routes, at, id).await?),
        Target::IdentityProvider(name) => {
            Row::identity_provider(fleet::one_identity_provider(cloud, routes, at, name).await?)
        }
        Target::Addon(name) => Row::addon(fleet::one_addon(cloud, routes, at, name).await?),
        Target::AccessEntry(principal) => {
            Row::access_entry(fleet::one_access_entry(cloud, routes, at, principal).await?)
        }
    };
    Ok((row, Vec::new()))
}
