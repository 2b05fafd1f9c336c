//! `set-role`, `create`, `delete`, `tag`: one change of one association, shown, approved, applied and read back.

pub(crate) mod args;
mod bring_back;
pub(crate) mod desk;
mod input;
mod journal;
mod preview;
mod proof;
mod result;
mod run;

use crate::cli::args::{Format, Global};
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::preflight::Why;
use crate::model::reference::ClusterReference;
use crate::ops::change::{Unprepared, named_roles, of_existing, prepare};
use crate::ops::fleet::{self, Site};
use crate::ops::preflight::Reach;
use crate::ops::routes::Resolved;
use crate::runtime::clock;
use proof::Proof;
use run::Run;

pub(crate) use bring_back::bring_back;
pub(crate) use input::Wish;
pub(crate) use journal::show as journal;

/// Carries out what was typed.
pub(crate) async fn run(global: &Global, wish: Wish) -> Result<Exit, Problem> {
    let format = format(global)?;
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let mut request = wish.request(&resolved.routes)?;
    if !wish.consent.dry_run {
        refuse_read_only(&setup)?;
    }
    // Looking at a change takes no journal.
    let desk = if wish.consent.dry_run {
        None
    } else {
        Some(desk::open(&setup).await?)
    };
    let routes = resolved.routes.clone();
    let site = site(&setup, resolved, &wish.cluster).await?;
    named_roles(&site, &mut request).await?;
    let prepared = Box::pin(prepare(&site, &request, clock::now))
        .await
        .map_err(unprepared)?;
    let existing = of_existing(&site, &request, &prepared, clock::now).await;
    let existing = existing.map_err(unprepared)?;
    let proof = if wish.test {
        let first = existing.as_ref().and_then(|plans| plans.first());
        let plan = &first.unwrap_or(&prepared).plan;
        let all = existing
            .as_deref()
            .unwrap_or(std::slice::from_ref(&prepared));
        let is_change = all.iter().any(|one| !one.plan.diff().is_empty());
        Some(Box::pin(Proof::of(&site, plan, is_change)).await?)
    } else {
        None
    };
    let (prepared, why) = match existing {
        Some(plans) => (plans, Why::Existing),
        None => (vec![prepared], Why::Asked),
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
    Box::pin(run.all(prepared, &why, proof)).await
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
