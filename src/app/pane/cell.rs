//! Cells: what stands in a table, and what it means.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::app::fleet::Fleet;
use crate::app::remote::Remote;
use crate::model::age::{age, ago};
use crate::model::arn::role_name;
use crate::model::identity::{Role, Withheld};
use crate::model::{ClusterArn, Origin};

/// What a cell means; the theme decides how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    Plain,
    /// Present, but not the point.
    Muted,
    Good,
    /// Something is going on.
    Busy,
    Warning,
    Bad,
    /// The name of the thing.
    Name,
}

/// The content of a cell, as it came from outside: drawing makes it safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<'a> {
    /// A sign before the text, so that colour is never the only carrier of meaning; empty for none.
    pub glyph: &'static str,
    pub text: Cow<'a, str>,
    pub tone: Tone,
}

impl<'a> Cell<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>, tone: Tone) -> Self {
        Self {
            glyph: "",
            text: text.into(),
            tone,
        }
    }

    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Tone::Plain)
    }

    pub fn muted(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Tone::Muted)
    }

    pub fn sign(glyph: &'static str, text: impl Into<Cow<'a, str>>, tone: Tone) -> Self {
        Self {
            glyph,
            text: text.into(),
            tone,
        }
    }

    /// AWS sent none.
    pub fn none() -> Self {
        Self::muted("-")
    }

    /// Not known yet: nobody has answered so far.
    pub fn pending() -> Self {
        Self::sign("…", "", Tone::Muted)
    }
}

/// Signs for states; each goes with a word.
pub mod glyph {
    pub const GOOD: &str = "●";
    pub const BUSY: &str = "◐";
    pub const WARNING: &str = "▲";
    pub const BAD: &str = "✗";
    pub const OFF: &str = "○";
}

/// How fresh a remote value is, in a word: `live`, `2h old`, `loading`, `denied`.
pub fn freshness<T>(remote: &Remote<T>, now: Timestamp) -> Cell<'static> {
    if remote.waiting().is_some() {
        return Cell::sign("…", "loading", Tone::Muted);
    }
    if let Some(failed) = remote.failed() {
        return Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad);
    }
    match remote.known() {
        Some(_) if remote.is_wanted() => Cell::sign("…", "queued", Tone::Muted),
        None => Cell::sign("…", "queued", Tone::Muted),
        Some(known) => provenance(known.origin, known.at, now),
    }
}

/// The cluster's name; its region too where another cluster has the same name.
pub(in crate::app) fn cluster_name<'a>(fleet: &Fleet, arn: &'a ClusterArn) -> Cell<'a> {
    if fleet.has_twin(arn) {
        Cell::muted(format!("{}/{}", arn.region(), arn.name()))
    } else {
        Cell::muted(arn.name())
    }
}

/// The role that somebody gets, and what is known to keep it from him.
///
/// That stands first: it is what a narrow column must not cut off.
pub(in crate::app) fn given_role<'a>(role: &'a Role, withheld: Option<&Withheld>) -> Cell<'a> {
    let name = role_name(&role.arn);
    match withheld {
        None => Cell::plain(name),
        Some(withheld) => {
            let text = format!("{}: {name}", withheld.mark());
            Cell::sign(glyph::BAD, text, Tone::Bad)
        }
    }
}

/// Seconds for which an answer is called live; after that it has an age like everything else.
pub const LIVE_SECONDS: i64 = 300;

/// Where a value came from and how long ago: `live`, `12m ago`, or `2h old` from an earlier run.
pub(in crate::app) fn provenance(origin: Origin, at: Timestamp, now: Timestamp) -> Cell<'static> {
    match origin {
        Origin::Cache => {
            let old = format!("{} old", age(at, now));
            Cell::sign(glyph::WARNING, old, Tone::Warning)
        }
        Origin::Live if now.as_second() - at.as_second() < LIVE_SECONDS => {
            Cell::sign(glyph::GOOD, "live", Tone::Muted)
        }
        Origin::Live => Cell::sign(glyph::OFF, ago(at, now), Tone::Muted),
    }
}
