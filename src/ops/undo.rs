//! Undo and redo: weighed against what stands there now, and planned like any other change.

mod next;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::association::{AssociationDetail, AssociationExtra};
use crate::model::journal::{
    Entry, EntryId, Family, History, Image, Link, Reversal, Standing, Target, WayBack,
};
use crate::model::plan::{Edit, New, Plan, TagEdit};
use crate::model::{
    Association, AssociationKey, AssociationRecord, Described, Document, Failure, FailureKind,
    Known, Text,
};
use crate::ops::change::{self, Prepared, Unprepared, edited, replan};
use crate::ops::fleet::Site;

pub use crate::model::journal::Way;
pub use next::next;

/// An undo or a redo, ready to be shown.
#[derive(Debug)]
pub struct Weighed {
    pub way: WayBack,
    /// The changes that it takes, each to be approved and applied with the link of the way, and all but the last
    /// with a link that says that more follows; none if there is nothing to do, or no way.
    pub plans: Vec<Prepared>,
}

/// Compares what was one act of its maker with what stands there now, and plans the way back.
pub async fn weigh(
    site: &Site,
    entries: &[Entry],
    id: &EntryId,
    way: Way,
    now: fn() -> Timestamp,
) -> Result<Weighed, Unprepared> {
    let history = History::new(entries);
    let doing = format!("{} {}", way.word(), id.short());
    let missing = || {
        let cause = "the journal has no such entry";
        Failure::new(FailureKind::NotFound, doing.as_str(), cause)
    };
    history.entry(id).ok_or_else(missing)?;
    let act = history.act(id);
    let mut link = Link::new(way, id.clone());
    let others = act
        .iter()
        .map(|entry| &entry.id)
        .filter(|other| *other != id);
    link.with = others.cloned().collect();
    let mut places = Vec::new();
    for done in History::places(&act) {
        let (Some(newest), Some(oldest)) = (done.first(), done.last()) else {
            continue;
        };
        elsewhere(site, newest, &doing)?;
        let found = stands(site, newest, history.left_id(&newest.id)).await?;
        let image = found.as_ref().map_or(Image::Absent, |found| {
            Image::Present(found.document.clone())
        });
        let reversal = history.weigh(&done, link.clone(), &image);
        places.push((oldest.intent.target.clone(), reversal, found));
    }
    let reversals = places.iter().map(|(_, reversal, _)| reversal.clone());
    let way = WayBack {
        link,
        places: reversals.collect(),
    };
    let mut plans = Vec::new();
    if matches!(way.standing(), Standing::Clean | Standing::Drifted) {
        plans = planned(site, places, now).await?;
    }
    Ok(Weighed { way, plans })
}

/// Refuses an entry that was made in another world.
fn elsewhere(site: &Site, entry: &Entry, doing: &str) -> Result<(), Failure> {
    let place = &entry.intent.place;
    if place.cluster == site.arn && place.endpoint.as_ref() == site.session.endpoint() {
        return Ok(());
    }
    let endpoint = |endpoint: Option<&Text>| endpoint.map_or("AWS".to_owned(), ToString::to_string);
    let cause = format!(
        "it was made in {} at {}, and this is {} at {}",
        place.cluster,
        endpoint(place.endpoint.as_ref()),
        site.arn,
        endpoint(site.session.endpoint()),
    );
    Err(Failure::new(FailureKind::Refused, doing, cause)
        .hint("use the profile, region and --endpoint-url that it was made with"))
}

/// What has the names of the entry's association now, whatever its id; `left` is the id that it had last.
async fn stands(
    site: &Site,
    entry: &Entry,
    left: Option<Text>,
) -> Result<Option<Described<AssociationRecord>>, Failure> {
    let target = &entry.intent.target;
    let namespace = target.namespace.as_deref().unwrap_or_default();
    if entry.intent.kind.family() != Some(Family::Association) {
        return Ok(None);
    }
    let found = change::by_name(&site.session, &site.arn, namespace, &target.name).await?;
    let key = match (found, left) {
        (Some(found), _) => found.key,
        // The list may lag behind, or leave out; what is gone has no id there either.
        (None, Some(id)) => AssociationKey {
            cluster: site.arn.clone(),
            id,
        },
        (None, None) => return Ok(None),
    };
    change::at(&site.session, &key).await
}

/// A place of an act, what it takes there, and what stands there.
type Place = (Target, Reversal, Option<Described<AssociationRecord>>);

/// What is to be created and changed comes first, so that a failure on the way loses nothing.
async fn planned(
    site: &Site,
    places: Vec<Place>,
    now: fn() -> Timestamp,
) -> Result<Vec<Prepared>, Unprepared> {
    let is_due =
        |(_, reversal, _): &Place| matches!(reversal.standing, Standing::Clean | Standing::Drifted);
    let (mut ends, mut stays): (Vec<Place>, Vec<Place>) = places
        .into_iter()
        .filter(is_due)
        .partition(|(_, reversal, _)| reversal.goal == Image::Absent);
    if let ([(target, reversal, None)], [(old, _, Some(_))]) = (&stays[..], &ends[..])
        && let Image::Present(goal) = &reversal.goal
    {
        // A move, back again: one change, whose deletion waits until the other one is seen.
        let new = again(site, target, goal)?;
        let names = (old.namespace.clone().unwrap_or_default(), old.name.clone());
        let found = ends.pop().and_then(|(_, _, found)| found);
        let Some(found) = found else {
            return Ok(Vec::new());
        };
        let before = Known::live(found.value, now());
        let plan = |basis| Plan::replace(basis, before, new);
        return Ok(vec![replan(site, (&names.0, &names.1), now, plan).await?]);
    }
    let mut plans = Vec::new();
    stays.append(&mut ends);
    for (target, reversal, found) in stays {
        plans.extend(at_place(site, &target, &reversal, found, now).await?);
    }
    Ok(plans)
}

async fn at_place(
    site: &Site,
    target: &Target,
    reversal: &Reversal,
    found: Option<Described<AssociationRecord>>,
    now: fn() -> Timestamp,
) -> Result<Vec<Prepared>, Unprepared> {
    let namespace = target.namespace.clone().unwrap_or_default();
    let names = (&*namespace, &*target.name);
    let live = |found: Described<AssociationRecord>| Known::live(found.value, now());
    let mut plans = Vec::new();
    match (&reversal.goal, found) {
        (Image::Absent, Some(found)) => {
            let plan = |basis| Plan::delete(basis, live(found));
            plans.push(replan(site, names, now, plan).await?);
        }
        (Image::Present(goal), None) => {
            let new = again(site, target, goal)?;
            let plan = |basis| Plan::create(basis, site.arn.clone(), new);
            plans.push(replan(site, names, now, plan).await?);
        }
        (Image::Present(goal), Some(found)) => {
            let (from, to) = (found.value.detail.clone(), detail(goal));
            let edit = Edit::between(&from, &to)?;
            let tags = TagEdit::between(&tags_of(&from), &tags_of(&to));
            plans = edited(site, &live(found), &edit, &tags, now).await?;
        }
        (Image::Absent, None) | (Image::Unknown, _) => {}
    }
    Ok(plans)
}

/// The association as the journal remembers it, to be created anew.
fn again(site: &Site, target: &Target, goal: &Document) -> Result<New, Unprepared> {
    let record = AssociationRecord {
        association: Association {
            key: AssociationKey {
                cluster: site.arn.clone(),
                id: "".into(),
            },
            namespace: target.namespace.clone().unwrap_or_default(),
            service_account: target.name.clone(),
            arn: None,
            owner: None,
        },
        detail: detail(goal),
    };
    Ok(New::again(&record)?)
}

fn tags_of(detail: &AssociationDetail) -> BTreeMap<Text, Text> {
    let tags = detail.tags();
    tags.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The settable side of a document of the journal.
fn detail(document: &Document) -> AssociationDetail {
    let text = |name: &str| -> Option<Text> {
        let text = document.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.into())
    };
    let tags = document.get("tags").and_then(Value::as_object);
    let tags = tags.into_iter().flatten();
    AssociationDetail {
        role: text("roleArn"),
        target_role: text("targetRoleArn"),
        session_tags_disabled: document.get("disableSessionTags").and_then(Value::as_bool),
        created: None,
        modified: None,
        extra: Some(Arc::new(AssociationExtra {
            tags: tags
                .filter_map(|(key, value)| Some((key.as_str().into(), value.as_str()?.into())))
                .collect(),
            external_id: None,
            policy: text("policy"),
        })),
    }
}
