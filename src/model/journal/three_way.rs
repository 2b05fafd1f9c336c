//! Before, mine, now: what it takes to bring a change back, and whom that would touch.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Text;
use crate::model::journal::{EntryId, Family, Field, Image, Link, Settings};

/// An undo or a redo, weighed against what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// What the new intent has to carry.
    pub link: Link,
    pub standing: Standing,
    /// What is to stand there afterwards, settable members only; unknown if there is no way.
    ///
    /// It is `now` with those fields changed that the entry had changed: what others changed since stays.
    pub goal: Image,
    /// Every field in which the three columns are not all alike.
    pub differences: Vec<Difference>,
    /// Another thing stands at the place, and roledex did not put it there.
    pub replaced: Option<Replaced>,
    /// It is created again: id, ARN and times will be new, and so may be the external id.
    pub recreates: bool,
}

/// Whether an undo or a redo can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All is as the change left it.
    Clean,
    /// Something was changed since; see [`Reversal::tramples`].
    Drifted,
    /// Nothing is left to do.
    AlreadyThere,
    Impossible {
        why: Text,
    },
}

/// One row of the three columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: Field,
    /// "Before", for an undo: what is to stand there again.
    pub wanted: Option<Value>,
    /// "Mine": what roledex left.
    pub left: Option<Value>,
    pub now: Option<Value>,
    /// Whether bringing the change back touches this field at all.
    pub touched: bool,
    /// The later change of the same journal that made it what it is now, if one did.
    pub by: Option<EntryId>,
}

impl Difference {
    /// Says whether it was changed since; `by` tells whether by somebody else.
    pub fn is_drift(&self) -> bool {
        !self.field.same(self.now.as_ref(), self.left.as_ref())
    }

    /// Says whether bringing the change back overwrites what was set since.
    pub fn tramples(&self) -> bool {
        self.touched && self.is_drift() && !self.is_reached()
    }

    /// What was done to the field since, by whom, and what becomes of it; none if nothing was.
    pub fn fate(&self) -> Option<String> {
        if !self.is_drift() {
            return None;
        }
        let who = self.by.as_ref().map_or_else(
            || "somebody else changed it since".to_owned(),
            |by| format!("the later change {} made it so", by.short()),
        );
        let end = if self.tramples() {
            "and that would be lost"
        } else {
            "and that stays"
        };
        Some(format!("{who}, {end}"))
    }

    fn is_reached(&self) -> bool {
        self.field.same(self.now.as_ref(), self.wanted.as_ref())
    }

    fn is_even(&self) -> bool {
        !self.is_drift() && self.is_reached()
    }
}

/// A thing that took the place of another of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    pub was: Text,
    pub now: Text,
}

impl Reversal {
    pub(super) fn impossible(link: Link, why: impl Into<Text>) -> Self {
        Self {
            link,
            standing: Standing::Impossible { why: why.into() },
            goal: Image::Unknown,
            differences: Vec::new(),
            replaced: None,
            recreates: false,
        }
    }

    /// Says whether work that was done since would be lost, which must not happen unseen.
    pub fn tramples(&self) -> bool {
        self.overwrites_others() || !self.overwrites_own().is_empty()
    }

    /// Says whether that is somebody else's.
    pub fn overwrites_others(&self) -> bool {
        let deletes = self.goal == Image::Absent;
        let is_theirs = |row: &Difference| row.tramples() && row.by.is_none();
        self.differences.iter().any(is_theirs) || deletes && self.replaced.is_some()
    }

    /// Later changes of the same journal that would be lost.
    pub fn overwrites_own(&self) -> BTreeSet<&EntryId> {
        let lost = self.differences.iter().filter(|row| row.tramples());
        lost.filter_map(|row| row.by.as_ref()).collect()
    }
}

/// What a reversal is computed from.
pub(super) struct Case<'a> {
    pub family: Family,
    /// The names that cannot be changed, for creating the thing again.
    pub names: Vec<(&'static str, Text)>,
    /// What the change made of what: these fields are its own.
    pub from: &'a Image,
    pub to: &'a Image,
    pub wanted: &'a Image,
    /// What the last of this change's doing, undoing and redoing left behind.
    pub left: &'a Image,
    pub now: &'a Image,
    /// Ids that roledex itself gave to things at this place.
    pub own_ids: BTreeSet<&'a str>,
    /// What roledex changed there since, newest first: each with what it found and what it left.
    pub later: Vec<(EntryId, &'a Image, &'a Image)>,
}

impl Case<'_> {
    pub(super) fn weigh(self, link: Link) -> Reversal {
        for image in [self.from, self.to, self.wanted, self.left] {
            if !image.is_known() {
                return Reversal::impossible(link, "the journal does not hold what stood there");
            }
        }
        if !self.now.is_known() {
            return Reversal::impossible(link, "what stands there now could not be read");
        }
        let settings = |image: &Image| {
            let document = image.document()?;
            Some(Settings::read(self.family, document))
        };
        let (wanted, left, now) = (
            settings(self.wanted),
            settings(self.left),
            settings(self.now),
        );
        if left.is_some() && wanted.is_some() && now.is_none() {
            return Reversal::impossible(link, "it was deleted since; undo that deletion first");
        }
        let own = self.own_fields(wanted.is_some() && left.is_some());
        let mut differences =
            differences(own.as_ref(), wanted.as_ref(), left.as_ref(), now.as_ref());
        for difference in differences.iter_mut().filter(|row| row.is_drift()) {
            difference.by = self.made_by(difference);
        }
        let replaced = self.replaced();
        let exists_as_wanted = wanted.is_some() == now.is_some();
        let reached = differences
            .iter()
            .all(|difference| !difference.touched || difference.is_reached());
        let standing = if exists_as_wanted && (now.is_none() || reached) {
            Standing::AlreadyThere
        } else if replaced.is_some() || differences.iter().any(Difference::is_drift) {
            Standing::Drifted
        } else {
            Standing::Clean
        };
        if self.family == Family::IdentityProvider
            && standing != Standing::AlreadyThere
            && wanted.is_some()
            && now.is_some()
        {
            let why = "another identity provider of that name stands there, and AWS cannot edit one; disassociate it first";
            return Reversal::impossible(link, why);
        }
        let recreates = wanted.is_some() && now.is_none();
        let goal = wanted.map(|wanted| now.map_or(wanted, |now| merge(now, &differences)));
        Reversal {
            link,
            standing,
            goal: goal.map_or(Image::Absent, |goal| self.named(&goal)),
            differences,
            replaced,
            recreates,
        }
    }

    /// The later change that made a field what it is now; none if that was somebody else's doing.
    fn made_by(&self, difference: &Difference) -> Option<EntryId> {
        let field = &difference.field;
        let value = |image: &Image| {
            let document = image.document()?;
            Settings::read(self.family, document).get(field).cloned()
        };
        let changed = self.later.iter().find(|(_, before, left)| {
            let (before, left) = (value(before), value(left));
            !field.same(before.as_ref(), left.as_ref())
        });
        let (id, _, left) = changed?;
        let is_its = field.same(value(left).as_ref(), difference.now.as_ref());
        is_its.then(|| id.clone())
    }

    /// The fields that the change itself changed; `None` means all, because it made or removed the whole.
    fn own_fields(&self, edits: bool) -> Option<BTreeSet<Field>> {
        let (Image::Present(from), Image::Present(to), true) = (self.from, self.to, edits) else {
            return None;
        };
        let read = |document| Settings::read(self.family, document);
        Some(read(from).changed(&read(to)))
    }

    fn replaced(&self) -> Option<Replaced> {
        let id = |image: &Image| -> Option<Text> {
            let document = image.document()?;
            Some(self.family.id(document)?.into())
        };
        let (was, now) = (id(self.left)?, id(self.now)?);
        (was != now && !self.own_ids.contains(&*now)).then_some(Replaced { was, now })
    }

    fn named(&self, goal: &Settings) -> Image {
        let names = self.names.iter();
        let names = names.map(|(name, text)| ((*name).to_owned(), Value::from(&**text)));
        Image::Present(names.chain(goal.to_document()).collect())
    }
}

fn differences(
    own: Option<&BTreeSet<Field>>,
    wanted: Option<&Settings>,
    left: Option<&Settings>,
    now: Option<&Settings>,
) -> Vec<Difference> {
    let columns = [wanted, left, now];
    let fields = columns.into_iter().flatten().flat_map(Settings::fields);
    let fields: BTreeSet<&Field> = fields.collect();
    let value = |settings: Option<&Settings>, field: &Field| settings?.get(field).cloned();
    let rows = fields.into_iter().map(|field| Difference {
        wanted: value(wanted, field),
        left: value(left, field),
        now: value(now, field),
        touched: own.is_none_or(|own| own.contains(field)),
        by: None,
        field: field.clone(),
    });
    rows.filter(|row| !row.is_even()).collect()
}

/// What stands there, with the change's own fields brought back and all others left alone.
fn merge(mut now: Settings, differences: &[Difference]) -> Settings {
    for difference in differences.iter().filter(|difference| difference.touched) {
        now.put(difference.field.clone(), difference.wanted.clone());
    }
    now
}
