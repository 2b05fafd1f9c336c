//! A creation of what is there already: it becomes a change of that, of what was named and nothing else.

use jiff::Timestamp;

use super::{Prepared, Request, Unprepared, at, edited};
use crate::model::Known;
use crate::model::plan::TagEdit;
use crate::ops::fleet::Site;

/// The changes that make the association that is there what the creation asked for: its fields, and its tags, as
/// far as they were named; `None` if there is none.
pub async fn of_existing(
    site: &Site,
    request: &Request,
    prepared: &Prepared,
    now: fn() -> Timestamp,
) -> Result<Option<Vec<Prepared>>, Unprepared> {
    let (Request::Create { draft, tags, .. }, Some(existing)) = (request, &prepared.existing)
    else {
        return Ok(None);
    };
    let Some(found) = at(&site.session, &existing.key).await? else {
        return Ok(None);
    };
    let before = Known::live(found.value, now());
    let edit = draft.read(&site.arn)?;
    let set = tags.iter().map(|(key, value)| (&**key, &**value));
    let tags = TagEdit::of(set, [])?;
    let plans = edited(site, &before, &edit, &tags, now).await?;
    Ok(Some(plans))
}
