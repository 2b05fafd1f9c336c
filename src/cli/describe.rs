//! `roledex describe`: everything about one thing.

use crate::cli::args::{DescribeArgs, Format, Global, Kind};
use crate::cli::cached;
use crate::cli::exit::Exit;
use crate::cli::get::{refuse_export, unconfigured};
use crate::cli::output::{self, Style};
use crate::cli::problem::Problem;
use crate::cli::rows::Row;
use crate::cli::setup::Setup;
use crate::model::reference::AssociationReference;
use crate::ops::fleet;

/// What NAME names, once it is known which kind it is of.
pub(crate) enum Target {
    Cluster,
    Association(AssociationReference),
    Update(String),
}

pub(crate) async fn run(global: &Global, args: DescribeArgs) -> Result<Exit, Problem> {
    let format = global.output.unwrap_or(Format::Yaml);
    refuse_export(args.kind, format)?;
    let target = target(&args)?;
    let row = if global.cached {
        let row = cached::one(global, args.kind, &args.cluster, &target).await?;
        cached::say_age(std::slice::from_ref(&row));
        row
    } else {
        live(global, &args, &target).await?
    };
    output::print_one(args.kind, &row, Style::new(format, global.no_headers))?;
    Ok(Exit::Done)
}

fn target(args: &DescribeArgs) -> Result<Target, Problem> {
    match (args.kind, &args.name) {
        (Kind::Clusters, None) => Ok(Target::Cluster),
        (Kind::Clusters, Some(_)) => Err(Problem::usage("a cluster has no further name")
            .hint("roledex describe cluster CLUSTER")),
        (Kind::Associations, _) => args
            .association()
            .map(Target::Association)
            .map_err(Problem::usage),
        (Kind::Updates, Some(id)) => Ok(Target::Update(id.clone())),
        (Kind::Updates, None) => Err(Problem::usage("which update? add its id")
            .hint("roledex get updates --all -o wide lists the ids")),
    }
}

async fn live(global: &Global, args: &DescribeArgs, target: &Target) -> Result<Row, Problem> {
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let (cloud, routes) = (&setup.cloud, resolved.routes.as_slice());
    // With no route left, why there is none says more than "not found".
    if let (true, Some(scope)) = (routes.is_empty(), resolved.unroutable.into_iter().next()) {
        return Err(scope.failure.into());
    }
    Ok(match target {
        Target::Cluster => Row::cluster(fleet::one_cluster(cloud, routes, &args.cluster).await?),
        Target::Association(name) => {
            Row::association(fleet::one_association(cloud, routes, &args.cluster, name).await?)
        }
        Target::Update(id) => {
            Row::update(fleet::one_update(cloud, routes, &args.cluster, id).await?)
        }
    })
}
