//! `roledex undo` and `roledex redo`: an earlier change taken back or made again, against what stands there now.

use std::sync::Arc;

use super::args::Return;
use super::journal::no_entry;
use super::run::{Run, Told, unseen};
use super::{desk, format, refuse_read_only, site, unprepared};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::Route;
use crate::model::age::moment;
use crate::model::journal::{Entry, EntryId, Reversal, Standing, WayBack};
use crate::model::preflight::Why;
use crate::model::reference::ClusterReference;
use crate::model::text::visible;
use crate::ops::preflight::Reach;
use crate::ops::undo::{Way, Weighed, next, weigh};
use crate::runtime::clock;
use crate::store::Journal;

/// How far back a change is looked for that nobody named.
const FAR: usize = 1_000;

/// Entries that may stand before one that was made together with them.
const TOGETHER: usize = 64;

pub(crate) async fn bring_back(global: &Global, way: Way, args: &Return) -> Result<Exit, Problem> {
    let format = format(global)?;
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    let (journal, desk) = if args.consent.dry_run {
        (desk::journal(&setup).await?, None)
    } else {
        refuse_read_only(&setup)?;
        let desk = desk::open(&setup).await?;
        (desk.journal.clone(), Some(desk))
    };
    let routes = resolved.routes.clone();
    let (entries, entry) = find(&setup, &routes, journal, args.entry.clone(), way).await?;
    let cluster = ClusterReference::Arn(entry.intent.place.cluster.clone());
    let site = site(&setup, resolved, &cluster).await?;
    let weighed = weigh(&site, &entries, &entry.id, way, clock::now).await;
    let Weighed { way: back, plans } = weighed.map_err(unprepared)?;
    let run = Run {
        site: &site,
        reach: Reach {
            cloud: &setup.cloud,
            routes: &routes,
        },
        desk: desk.as_ref(),
        format,
        consent: &args.consent,
    };
    for line in lines(&entry, &back) {
        run.tell(&format!("{line}\n")).map_err(unseen)?;
    }
    match back.standing() {
        Standing::Impossible { why } => {
            let message = format!("could not {} {}: {why}", way.word(), entry.id.short());
            return Err(Problem::new(Exit::Refused, message));
        }
        Standing::Clean | Standing::Drifted if !plans.is_empty() => {}
        Standing::AlreadyThere | Standing::Clean | Standing::Drifted => {
            run.tell_after("nothing to change: all is so already\n");
            run.document(&Told {
                word: "unchanged",
                ..Told::default()
            });
            return Ok(Exit::Done);
        }
    }
    Box::pin(run.all(plans, &Why::Back(back), None)).await
}

/// The entry that is meant, and what else there is.
async fn find(
    setup: &Setup,
    routes: &[Route],
    journal: Arc<Journal>,
    word: Option<String>,
    way: Way,
) -> Result<(Vec<Entry>, Entry), Problem> {
    let named = word.clone();
    let read = tokio::task::spawn_blocking(move || {
        let Some(word) = named else {
            return Ok::<_, Problem>((journal.newest(FAR)?.entries, None));
        };
        let view = journal.back_to(&word)?.ok_or_else(|| no_entry(&word))?;
        let entry = view.entries.last().cloned();
        // What was made together with it may have been written down before it.
        let far = view.entries.len().saturating_add(TOGETHER);
        Ok((journal.newest(far)?.entries, entry))
    });
    let read = read.await;
    let (entries, found) =
        read.map_err(|error| Problem::failed(format!("could not read the journal: {error}")))??;
    let entry = match (found, word) {
        (Some(entry), _) => entry,
        (None, Some(word)) => return Err(no_entry(&word)),
        (None, None) => next(&setup.cloud, routes, &entries, way).await?.clone(),
    };
    Ok((entries, entry))
}

/// What is brought back, and the three columns where they differ.
fn lines(entry: &Entry, back: &WayBack) -> Vec<String> {
    let intent = &entry.intent;
    let target = intent.target.to_string();
    let mut lines = vec![format!(
        "{}: {} of {} in cluster {}, made {}",
        back.phrase(),
        intent.kind.as_str(),
        visible(&target),
        visible(intent.place.cluster.name()),
        moment(intent.at),
    )];
    if !back.link.with.is_empty() {
        let with = back.link.with.iter().map(EntryId::short);
        lines.push(format!(
            "  it was made together with {}, and all of it is brought back",
            with.collect::<Vec<_>>().join(", ")
        ));
    }
    lines.extend(back.places.iter().flat_map(of_place));
    lines
}

fn of_place(reversal: &Reversal) -> Vec<String> {
    let mut lines = Vec::new();
    for difference in &reversal.differences {
        let Some(fate) = difference.fate() else {
            continue;
        };
        let field = &difference.field;
        let value =
            |value: &Option<serde_json::Value>| visible(&field.shown(value.as_ref())).into_owned();
        lines.push(format!(
            "  {}: it was left as {}, is {} now; {fate}",
            visible(&field.label()),
            value(&difference.left),
            value(&difference.now),
        ));
    }
    if let Some(replaced) = &reversal.replaced {
        lines.push(format!(
            "  another association took its place: it was {}, and is {} now",
            visible(&replaced.was),
            visible(&replaced.now)
        ));
    }
    if reversal.recreates {
        lines.push(
            "  it is created again with every field that can be set; id, ARN and times will be new, and EKS makes the external id"
                .to_owned(),
        );
    }
    lines
}
