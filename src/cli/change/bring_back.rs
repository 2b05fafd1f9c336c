//! `roledex undo` and `roledex redo`: an earlier change taken back or made again, against what stands there now.

use super::args::Return;
use super::journal::no_entry;
use super::{Run, Told, desk, format, refuse_read_only, site, unprepared, unseen};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::get::unconfigured;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::journal::{Difference, Entry, Reversal, Standing};
use crate::model::reference::ClusterReference;
use crate::model::text::visible;
use crate::ops::preflight::Reach;
use crate::ops::undo::{Way, next, weigh};
use crate::runtime::clock;
use crate::store::Journal;

/// How far back a change is looked for that nobody named.
const FAR: usize = 1_000;

pub(crate) async fn bring_back(global: &Global, way: Way, args: &Return) -> Result<Exit, Problem> {
    let format = format(global)?;
    let setup = Setup::new(global).await?;
    let resolved = setup.routes().await.map_err(unconfigured)?;
    refuse_read_only(&setup)?;
    let desk = desk::open(&setup).await?;
    let (journal, word) = (desk.journal.clone(), args.entry.clone());
    let found = tokio::task::spawn_blocking(move || find(&journal, word.as_deref(), way)).await;
    let found = found
        .map_err(|error| Problem::failed(format!("could not read the journal: {error}")))??;
    let (entries, entry) = found;
    let cluster = ClusterReference::Arn(entry.intent.place.cluster.clone());
    let routes = resolved.routes.clone();
    let site = site(&setup, resolved, &cluster).await?;
    let weighed = weigh(&site, &entries, &entry.id, way, clock::now).await;
    let weighed = weighed.map_err(unprepared)?;
    let run = Run {
        site: &site,
        reach: Reach {
            cloud: &setup.cloud,
            routes: &routes,
        },
        desk: Some(&desk),
        format,
        consent: &args.consent,
    };
    let reversal = &weighed.reversal;
    let together = together(&entries, &entry);
    for line in lines(&entry, way, reversal).into_iter().chain(together) {
        run.tell(&format!("{line}\n")).map_err(unseen)?;
    }
    match &reversal.standing {
        Standing::Impossible { why } => {
            let message = format!("could not {} {}: {why}", way.word(), entry.id.short());
            return Err(Problem::new(Exit::Refused, message));
        }
        Standing::AlreadyThere => {
            run.tell_after("nothing to change: all is so already\n");
            run.document(&Told {
                word: "unchanged",
                ..Told::default()
            });
            return Ok(Exit::Done);
        }
        Standing::Clean | Standing::Drifted => {}
    }
    if weighed.plans.is_empty() {
        run.tell_after("nothing to change\n");
        return Ok(Exit::Done);
    }
    let link = reversal.link.clone();
    run.all(weighed.plans, Some(reversal), Some(link), None)
        .await
}

/// The entry that is meant, and all that was done since.
fn find(journal: &Journal, word: Option<&str>, way: Way) -> Result<(Vec<Entry>, Entry), Problem> {
    let Some(word) = word else {
        let view = journal.newest(FAR)?;
        let entry = next(&view.entries, way)?.clone();
        return Ok((view.entries, entry));
    };
    let view = journal.back_to(word)?.ok_or_else(|| no_entry(word))?;
    let entry = view.entries.last().cloned().ok_or_else(|| no_entry(word))?;
    Ok((view.entries, entry))
}

/// What is brought back, and the three columns where they differ.
fn lines(entry: &Entry, way: Way, reversal: &Reversal) -> Vec<String> {
    let intent = &entry.intent;
    let target = intent.target.to_string();
    let mut lines = vec![format!(
        "{} {}: {} of {} in cluster {}, made {}",
        way.word(),
        entry.id.short(),
        intent.kind.as_str(),
        visible(&target),
        visible(intent.place.cluster.name()),
        intent.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )];
    let theirs = |difference: &&Difference| difference.is_drift();
    for difference in reversal.differences.iter().filter(theirs) {
        let value = |value: &Option<serde_json::Value>| {
            let text = value.as_ref().map_or("none".to_owned(), |value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            });
            visible(&text).into_owned()
        };
        let fate = if difference.tramples() {
            "and will be overwritten"
        } else {
            "and stays"
        };
        lines.push(format!(
            "  somebody else changed {} since: it was left as {}, is {} now, {fate}",
            visible(&difference.field.label()),
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

/// One approval can be several changes, as a move is; each is taken back by itself, and that is said.
fn together(entries: &[Entry], entry: &Entry) -> Option<String> {
    let batch = entry.intent.batch.as_ref()?;
    let others = entries.iter().filter(|other| {
        other.id != entry.id && other.intent.batch.as_ref() == Some(batch) && other.is_applied()
    });
    let others: Vec<&str> = others.map(|other| other.id.short()).collect();
    (!others.is_empty()).then(|| {
        format!(
            "  it was made together with {}, which this leaves as it is; bring that back by its id, too",
            others.join(", ")
        )
    })
}
