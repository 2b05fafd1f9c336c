//! Undo and redo: weighed against what stands there now, and planned like any other change.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::association::{AssociationDetail, AssociationExtra};
use crate::model::journal::{Entry, EntryId, Family, History, Image, Reversal, Standing};
use crate::model::plan::{Edit, New, Plan, TagEdit};
use crate::model::text::visible;
use crate::model::{
    Association, AssociationKey, AssociationRecord, Described, Document, Failure, FailureKind,
    Known, Text,
};
use crate::ops::change::{self, Prepared, Unprepared, replan};
use crate::ops::fleet::Site;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Undo,
    Redo,
}

impl Way {
    pub fn word(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }
}

/// An undo or a redo, ready to be shown.
#[derive(Debug)]
pub struct Weighed {
    pub reversal: Reversal,
    /// The changes that it takes, each to be approved and applied with the reversal's link; none if there is
    /// nothing to do, or no way.
    pub plans: Vec<Prepared>,
}

/// Compares an entry with what stands there now, and plans the way back.
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
    let entry = history.entry(id).ok_or_else(missing)?;
    elsewhere(site, entry, &doing)?;
    let found = stands(site, entry, history.left_id(id)).await?;
    let image = found.as_ref().map_or(Image::Absent, |found| {
        Image::Present(found.document.clone())
    });
    let reversal = match way {
        Way::Undo => history.undo(id, &image),
        Way::Redo => history.redo(id, &image),
    };
    let reversal = reversal.ok_or_else(missing)?;
    let mut plans = Vec::new();
    if matches!(reversal.standing, Standing::Clean | Standing::Drifted) {
        plans = planned(site, entry, &reversal, found, now).await?;
    }
    Ok(Weighed { reversal, plans })
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

/// The entry that is next, if nobody named one; refused where it is not certain which one that is.
pub fn next(entries: &[Entry], way: Way) -> Result<&Entry, Failure> {
    let doing = format!("{} the last change", way.word());
    let history = History::new(entries);
    let next = match way {
        Way::Undo => history.next_undo().map_err(|undecided| {
            let (id, intent) = (undecided.id.short(), &undecided.intent);
            let cause = format!(
                "nobody knows whether the newer {} of {} ({id}) was made",
                intent.kind.as_str(),
                visible(&intent.target.to_string())
            );
            Failure::new(FailureKind::Refused, doing.as_str(), cause).hint(format!(
                "look at {id} in the journal, and undo it or another by its entry"
            ))
        })?,
        Way::Redo => history.redoable().next(),
    };
    next.ok_or_else(|| {
        let cause = format!("the journal holds nothing to {}", way.word());
        Failure::new(FailureKind::NotFound, doing, cause)
            .hint("the journal lists what was changed: roledex journal")
    })
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

async fn planned(
    site: &Site,
    entry: &Entry,
    reversal: &Reversal,
    found: Option<Described<AssociationRecord>>,
    now: fn() -> Timestamp,
) -> Result<Vec<Prepared>, Unprepared> {
    let target = &entry.intent.target;
    let namespace = target.namespace.clone().unwrap_or_default();
    let names = (&*namespace, &*target.name);
    let at = now();
    let live = |found: Described<AssociationRecord>| Known::live(found.value, at);
    let mut plans = Vec::new();
    match (&reversal.goal, found) {
        (Image::Absent, Some(found)) => {
            let plan = |basis| Plan::delete(basis, live(found));
            plans.push(replan(site, names, now, plan).await?);
        }
        (Image::Present(goal), None) => {
            let record = AssociationRecord {
                association: Association {
                    key: AssociationKey {
                        cluster: site.arn.clone(),
                        id: "".into(),
                    },
                    namespace: namespace.clone(),
                    service_account: target.name.clone(),
                    arn: None,
                    owner: None,
                },
                detail: detail(goal),
            };
            let new = New::again(&record)?;
            let plan = |basis| Plan::create(basis, site.arn.clone(), new);
            plans.push(replan(site, names, now, plan).await?);
        }
        (Image::Present(goal), Some(found)) => {
            let (from, to) = (found.value.detail.clone(), detail(goal));
            let edit = Edit::between(&from, &to)?;
            let tags = TagEdit::between(&tags_of(&from), &tags_of(&to));
            if !edit.is_empty() {
                let before = live(found.clone());
                let plan = |basis| Plan::update(basis, before, &edit);
                plans.push(replan(site, names, now, plan).await?);
            }
            if !tags.is_empty() {
                // After an update of the same association its other fields are what that made of them.
                let mut before = live(found);
                if !edit.is_empty() {
                    let extra = before.value.detail.extra.clone();
                    let extra = extra.as_deref().cloned().unwrap_or_default();
                    let wanted = to.extra.as_deref().cloned().unwrap_or_default();
                    before.value.detail = AssociationDetail {
                        extra: Some(Arc::new(AssociationExtra {
                            policy: wanted.policy,
                            ..extra
                        })),
                        ..to
                    };
                }
                let plan = |basis| Plan::tag(basis, before, &tags);
                plans.push(replan(site, names, now, plan).await?);
            }
        }
        (Image::Absent, None) | (Image::Unknown, _) => {}
    }
    Ok(plans)
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
