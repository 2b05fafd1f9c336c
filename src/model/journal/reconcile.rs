//! Finding out what came of a change whose run died: before, planned and now are compared.

use crate::model::Document;
use crate::model::journal::{Entry, Image, Outcome, Settings};

/// Says what came of an unfinished change, from what stands there now.
///
/// Only the fields that the change was to change count: others may have been changed by others. AWS may show
/// the old state for some seconds after it took a change, so "not applied" and "cannot be told" are to be asked
/// again until the change is a minute old.
pub fn reconcile(entry: &Entry, now: &Image) -> Outcome {
    let cannot_be_told = |reason: &str| Outcome::CannotBeTold {
        reason: reason.into(),
    };
    let intent = &entry.intent;
    let Some(family) = intent.kind.family() else {
        return cannot_be_told("a change of this kind leaves nothing that could be compared");
    };
    let applied = || Outcome::Applied {
        request_id: None,
        after: now.clone(),
    };
    let not_applied = |reason: &str| Outcome::NotApplied {
        reason: reason.into(),
    };
    let read = |document| Settings::read(family, document);
    match (&intent.before, &intent.planned, now) {
        (Image::Unknown, ..) | (_, Image::Unknown, _) => {
            cannot_be_told("the journal does not hold what stood there and what was planned")
        }
        (_, _, Image::Unknown) => cannot_be_told("what stands there now could not be read"),
        (Image::Absent, Image::Absent, _) => cannot_be_told("it was to change nothing"),
        (Image::Present(_), Image::Absent, Image::Absent) => applied(),
        (Image::Present(before), Image::Absent, Image::Present(now)) => {
            let id = |document: &Document| family.id(document).map(str::to_owned);
            match (id(before), id(now)) {
                (Some(before), Some(now)) if before != now => Outcome::Applied {
                    request_id: None,
                    // Another one stands there since; this change left nothing.
                    after: Image::Absent,
                },
                _ => not_applied("it was not deleted"),
            }
        }
        (Image::Absent, Image::Present(_), Image::Absent) => not_applied("it was not created"),
        (Image::Absent, Image::Present(planned), Image::Present(found)) => {
            if read(planned).changed(&read(found)).is_empty() {
                return applied();
            }
            cannot_be_told("something stands there, but not as it was to be created")
        }
        (Image::Present(_), Image::Present(_), Image::Absent) => {
            cannot_be_told("it was deleted since")
        }
        (Image::Present(before), Image::Present(planned), Image::Present(found)) => {
            let (before, planned, found) = (read(before), read(planned), read(found));
            let own = before.changed(&planned);
            if own.is_empty() {
                return cannot_be_told("it was to change nothing");
            }
            let as_in = |image: &Settings| own.is_disjoint(&image.changed(&found));
            match (as_in(&planned), as_in(&before)) {
                (true, _) => applied(),
                (_, true) => not_applied("all is as it was before"),
                _ => cannot_be_told("what stands there is neither as before nor as planned"),
            }
        }
    }
}
