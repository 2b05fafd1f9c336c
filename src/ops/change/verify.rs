//! Reading back what AWS took: as planned, otherwise, or not at all.

use tokio::time::{Instant, sleep};

use super::{Desk, at, look};
use crate::cloud::{Changed, Session};
use crate::model::journal::{Family, Field, Image, Intent, Settings};
use crate::model::text::visible;
use crate::model::{AssociationKey, AssociationRecord, Described, Document, Failure};

/// What was read back, and what to think of it.
pub(super) struct ReadBack {
    /// As it was read, if that is as planned: what AWS does not show yet is no record of what it was made to be.
    pub(super) image: Image,
    /// Whether it is as planned; unknown if it could not be read.
    pub(super) verified: Option<bool>,
    pub(super) association: Option<Described<AssociationRecord>>,
    pub(super) notes: Vec<String>,
}

/// Reads until it is as planned, or long enough.
pub(super) async fn read_back(
    session: &Session,
    desk: &Desk,
    intent: &Intent,
    changed: &Changed,
) -> ReadBack {
    // By the id that AWS gave: the list of names may lag behind.
    let mut intent = intent.clone();
    if let Some(id) = &changed.association {
        intent.target.id = Some(id.clone());
    }
    let deadline = Instant::now() + desk.patience.verify;
    loop {
        let (image, association) = match seen(session, &intent).await {
            Ok(seen) => seen,
            Err(failure) => {
                let note = format!("AWS took the change, but it could not be read back: {failure}");
                return ReadBack {
                    image: Image::Unknown,
                    verified: None,
                    association: None,
                    notes: vec![note],
                };
            }
        };
        let unlike = unlike(&intent, &image);
        if unlike.is_empty() || Instant::now() + desk.patience.pause >= deadline {
            let verified = unlike.is_empty();
            return ReadBack {
                image: if verified { image } else { Image::Unknown },
                verified: Some(verified),
                association,
                notes: unlike,
            };
        }
        sleep(desk.patience.pause).await;
    }
}

async fn seen(
    session: &Session,
    intent: &Intent,
) -> Result<(Image, Option<Described<AssociationRecord>>), Failure> {
    let Some(id) = &intent.target.id else {
        return look(session, intent).await;
    };
    let key = AssociationKey {
        cluster: intent.place.cluster.clone(),
        id: id.clone(),
    };
    Ok(match at(session, &key).await? {
        Some(described) => (Image::Present(described.document.clone()), Some(described)),
        None => (Image::Absent, None),
    })
}

/// What AWS took and shows otherwise.
fn unlike(intent: &Intent, found: &Image) -> Vec<String> {
    let read = |document: &Document| Settings::read(Family::Association, document);
    match (&intent.planned, found) {
        (Image::Absent, Image::Present(_)) => {
            vec!["AWS took the deletion, but still shows the association".to_owned()]
        }
        (Image::Present(_), Image::Absent) => {
            vec!["AWS took the change, but does not show the association".to_owned()]
        }
        (Image::Present(planned), Image::Present(found)) => {
            let (planned, found) = (read(planned), read(found));
            let own = match &intent.before {
                Image::Present(before) => read(before).changed(&planned),
                _ => planned.fields().cloned().collect(),
            };
            let differs = planned.changed(&found);
            let differs = own.intersection(&differs);
            differs.map(|field| sentence(field, &found)).collect()
        }
        _ => Vec::new(),
    }
}

fn sentence(field: &Field, found: &Settings) -> String {
    let shown = found.get(field).map(ToString::to_string);
    let shown = shown.as_deref().unwrap_or("none");
    let mut text = format!(
        "AWS took the change, but shows another {}: {}",
        visible(&field.label()),
        visible(shown)
    );
    if *field == Field::Policy && found.get(field).is_some() {
        text.push_str("; to be rid of a policy, delete the association and create it without");
    }
    text
}
