//! `roledex get`: rows of one kind, from everywhere.

use crate::cli::args::{Format, GetArgs, Global, Kind};
use crate::cli::cached;
use crate::cli::exit::Exit;
use crate::cli::output::{self, Style};
use crate::cli::problem::Problem;
use crate::cli::progress::Line;
use crate::cli::rows::{Row, kubernetes};
use crate::cli::setup::Setup;
use crate::cli::strangers::Strangers;
use crate::model::reference::ClusterReference;
use crate::model::text::visible;
use crate::model::{ClusterArn, Failure, FailureKind, Route};
use crate::ops::fleet::{self, Fault, Harvest, Selection};
use crate::runtime::clock;

pub(crate) async fn run(global: &Global, args: GetArgs) -> Result<Exit, Problem> {
    let kind = args.kind;
    let format = global.output.unwrap_or(Format::Table);
    check(kind, format, &args)?;
    cached::check(global, kind)?;
    let style = Style::new(format, global.no_headers);
    let all = args.all;
    let selection = Selection {
        clusters: args.cluster,
        namespaces: args.namespace,
        service_accounts: args.service_account,
    };
    let (mut rows, exit) = if global.cached {
        let (rows, strangers) = cached::rows(global, kind, &selection).await?;
        (rows, strangers.report().unwrap_or(Exit::Done))
    } else {
        live(global, kind, &selection).await?
    };
    if !all {
        let now = clock::now();
        rows.retain(|row| row.is_pending(now));
    }
    rows.sort_by(Row::order);
    if global.cached {
        cached::say_age(&rows);
    }
    output::print(kind, &rows, style)?;
    Ok(exit)
}

/// Refuses what would be ignored.
fn check(kind: Kind, format: Format, args: &GetArgs) -> Result<(), Problem> {
    refuse_export(kind, format)?;
    let selects = !args.namespace.is_empty() || !args.service_account.is_empty();
    if selects && !kind.is_namespaced() {
        return Err(Problem::usage(
            "--namespace and --service-account select associations, service accounts and pods only",
        ));
    }
    if args.all && kind != Kind::Updates {
        return Err(Problem::usage(
            "--all adds updates that have ended, and goes with get updates only",
        ));
    }
    Ok(())
}

pub(crate) fn refuse_export(kind: Kind, format: Format) -> Result<(), Problem> {
    if format == Format::Sarif {
        return Err(Problem::usage("sarif prints what doctor finds only"));
    }
    let export = matches!(format, Format::Terraform | Format::AwsCli | Format::Eksctl);
    if export && kind != Kind::Associations {
        return Err(
            Problem::usage("terraform, aws-cli and eksctl print associations only")
                .hint("-o json, yaml or csv print everything AWS says of the others"),
        );
    }
    Ok(())
}

async fn live(
    global: &Global,
    kind: Kind,
    selection: &Selection,
) -> Result<(Vec<Row>, Exit), Problem> {
    let setup = Setup::new(global).await?;
    let resolved = match setup.routes().await {
        Ok(resolved) => resolved,
        Err(failure) => return Err(unconfigured(failure)),
    };
    let (cloud, routes) = (&setup.cloud, resolved.routes.as_slice());
    let mut line = Line::new();
    let progress = |progress| line.show(progress);
    let named = selection.clusters.len();
    let (rows, rest) = match kind {
        Kind::Clusters => split(
            fleet::clusters(cloud, routes, selection, progress).await,
            Row::cluster,
        ),
        Kind::Associations => split(
            fleet::associations(cloud, routes, selection, progress).await,
            Row::association,
        ),
        Kind::Updates => split(
            fleet::updates(cloud, routes, selection, progress).await,
            Row::update,
        ),
        Kind::Roles => split(
            fleet::roles(cloud, routes, selection, progress).await,
            Row::role,
        ),
        Kind::IdentityProviders => split(
            fleet::identity_providers(cloud, routes, selection, progress).await,
            Row::identity_provider,
        ),
        Kind::Addons => split(
            fleet::addons(cloud, routes, selection, progress).await,
            Row::addon,
        ),
        Kind::ServiceAccounts => split(
            kubernetes::service_accounts(
                fleet::service_accounts(cloud, routes, selection, progress).await,
                clock::now(),
            ),
            std::convert::identity,
        ),
        Kind::Pods => split(
            kubernetes::pods(
                fleet::pods(cloud, routes, selection, progress).await,
                clock::now(),
            ),
            std::convert::identity,
        ),
        Kind::AccessEntries => split(
            fleet::access_entries(cloud, routes, selection, progress).await,
            Row::access_entry,
        ),
    };
    drop(line);
    let unroutable = resolved.unroutable.into_iter().map(|scope| scope.failure);
    let exit = conclude(unroutable.collect(), routes, rest, named, !rows.is_empty());
    Ok((rows, exit))
}

/// Tells what could not be read, and says how to end.
pub(crate) fn conclude(
    unroutable: Vec<Failure>,
    routes: &[Route],
    rest: Rest,
    named: usize,
    has_rows: bool,
) -> Exit {
    let faults = rest.faults.into_iter().map(|fault| fault.failure);
    let failures: Vec<Failure> = unroutable.into_iter().chain(faults).collect();
    complain(&failures);
    let read = routes.iter().map(|route| {
        let (profile, region) = (route.profile_name(), &route.region);
        format!("{profile}/{region}")
    });
    let strangers = Strangers {
        named,
        unmatched: rest.unmatched,
        known: rest.clusters,
        read: read.collect(),
    };
    let something = rest.routes_read > 0 || has_rows;
    // Where nothing could be read, why that is says more.
    let unmatched = if something { strangers.report() } else { None };
    let exit = match (failures.is_empty(), something) {
        (true, true) => Exit::Done,
        (false, true) => Exit::Partly,
        (_, false) => {
            if failures.is_empty() {
                let off = rest.regions_off;
                eprintln!("error: none of the {off} regions is enabled for the account");
            }
            Exit::Failed
        }
    };
    unmatched.unwrap_or(exit)
}

/// What a harvest holds besides its rows.
pub(crate) struct Rest {
    pub(crate) faults: Vec<Fault>,
    regions_off: usize,
    routes_read: usize,
    clusters: Vec<ClusterArn>,
    unmatched: Vec<ClusterReference>,
}

impl Rest {
    /// Takes a harvest apart.
    pub(crate) fn of<T>(harvest: Harvest<T>) -> (Vec<T>, Self) {
        let rest = Self {
            faults: harvest.faults,
            regions_off: harvest.regions_off,
            routes_read: harvest.routes_read,
            clusters: harvest.clusters,
            unmatched: harvest.unmatched,
        };
        (harvest.rows, rest)
    }
}

fn split<T>(harvest: Harvest<T>, row: fn(T) -> Row) -> (Vec<Row>, Rest) {
    let (rows, rest) = Rest::of(harvest);
    (rows.into_iter().map(row).collect(), rest)
}

/// Each failure once: a denied call fails alike for a thousand rows.
pub(crate) fn complain(failures: &[Failure]) {
    let mut said: Vec<(&Failure, usize)> = Vec::new();
    for failure in failures {
        let alike = |(known, _): &&mut (&Failure, usize)| {
            known.kind == failure.kind && known.code == failure.code && similar(known, failure)
        };
        match said.iter_mut().find(alike) {
            Some((_, count)) => *count += 1,
            None => said.push((failure, 1)),
        }
    }
    for (failure, count) in said {
        eprint!("error: {}", visible(&failure.to_string()));
        if count > 1 {
            eprint!(" (and {} more like it)", count - 1);
        }
        eprintln!();
        if let Some(hint) = &failure.hint {
            eprintln!("  hint: {}", visible(hint));
        }
    }
}

/// Says whether two failures differ only in what was asked about: an association, a role, a part of a cluster.
fn similar(one: &Failure, other: &Failure) -> bool {
    generic(&one.doing) == generic(&other.doing)
        && generic(&one.cause) == generic(&other.cause)
        && one.hint == other.hint
}

/// A text without the ids of associations, and without the word after one that announces a name.
fn generic(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut announced = false;
    for word in text.split([' ', '/', ':']) {
        let is_id = word.starts_with("a-") && word.len() == 19;
        if !announced && !is_id {
            kept.push(word);
        }
        announced = matches!(word, "role" | "add-on" | "entry" | "provider");
    }
    kept.join(" ")
}

/// Nothing to look at: the failure lists what was looked for and what to do, which read better as lines.
pub(crate) fn unconfigured(failure: Failure) -> Problem {
    if failure.kind != FailureKind::Unconfigured {
        return failure.into();
    }
    let mut problem = Problem::failed(format!("could not {}", failure.doing));
    for cause in failure.cause.split("; ") {
        problem = problem.detail(cause);
    }
    let steps = failure.hint.as_deref().unwrap_or_default();
    for step in steps.split("  ").filter(|step| !step.is_empty()) {
        problem = problem.hint(step);
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_differ_in_an_id_are_alike() {
        let failure = |id: &str, cluster: &str| {
            let doing = format!("describe association {id} of {cluster}");
            Failure::new(FailureKind::Denied, doing, format!("no eks:X on shop/{id}"))
        };
        let (one, two) = ("a-1b2c3d4e5f6g7h8i9", "a-9b2c3d4e5f6g7h8i1");
        assert!(similar(&failure(one, "shop"), &failure(two, "shop")));
        assert!(!similar(&failure(one, "shop"), &failure(two, "other")));
        let failure = |role: &str, profile: &str| {
            let doing = format!("read role {role} as profile {profile}");
            let cause = format!("no iam:GetRole on resource: role {role}");
            Failure::new(FailureKind::Denied, doing, cause)
        };
        assert!(similar(&failure("a", "prod"), &failure("b", "prod")));
        assert!(!similar(&failure("a", "prod"), &failure("a", "dev")));
    }
}
