//! Tags that a person sets, and changes of tags.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Text;
use crate::model::plan::Field;
use crate::model::plan::invalid::{Invalid, Rule};

/// Tags of a resource; those of AWS do not count.
pub const MOST_TAGS: usize = 50;
pub const LONGEST_KEY: usize = 128;
pub const LONGEST_VALUE: usize = 256;

/// Whether a tag belongs to AWS.
pub fn is_reserved(text: &str) -> bool {
    let prefix = text.get(..4);
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

/// The tags of an association that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(BTreeMap<Text, Text>);

impl Tags {
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Invalid>> {
        let edit = TagEdit::of(pairs, [])?;
        let count = edit.set.len();
        if count > MOST_TAGS {
            let rule = Rule::TooManyTags { count };
            return Err(vec![Invalid::new(Field::Tags, rule)]);
        }
        Ok(Self(edit.set))
    }

    /// Takes over tags that AWS itself sent, without those that it keeps for itself.
    pub fn as_read<'a>(tags: impl IntoIterator<Item = (&'a Text, &'a Text)>) -> Self {
        let own = tags.into_iter().filter(|(key, _)| !is_reserved(key));
        Self(
            own.map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    }

    pub fn map(&self) -> &BTreeMap<Text, Text> {
        &self.0
    }
}

/// Tags to set and tags to remove; every other tag stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagEdit {
    set: BTreeMap<Text, Text>,
    removed: BTreeSet<Text>,
}

impl TagEdit {
    /// Reads words as the command line has them: `KEY=VALUE` sets, `KEY-` removes.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<Invalid>> {
        let (mut set, mut removed, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for word in words {
            if let Some(pair) = word.split_once('=') {
                set.push(pair);
            } else if let Some(key) = word.strip_suffix('-') {
                removed.push(key);
            } else {
                wrong.push(Invalid::new(Field::Tag(word.into()), Rule::NotATag));
            }
        }
        if set.is_empty() && removed.is_empty() && wrong.is_empty() {
            wrong.push(Invalid::new(Field::Tags, Rule::NoTags));
        }
        match Self::of(set, removed) {
            Ok(edit) if wrong.is_empty() => Ok(edit),
            Ok(_) => Err(wrong),
            Err(more) => {
                wrong.extend(more);
                Err(wrong)
            }
        }
    }

    pub fn of<'a>(
        set: impl IntoIterator<Item = (&'a str, &'a str)>,
        removed: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Vec<Invalid>> {
        let mut edit = Self::default();
        let mut wrong = Vec::new();
        for (key, value) in set {
            let mut rules: Vec<Rule> = key_rule(key).into_iter().chain(value_rule(value)).collect();
            if edit.set.insert(key.into(), value.into()).is_some() {
                rules.push(Rule::TagTwice);
            }
            wrong.extend(at(key, rules));
        }
        for key in removed {
            // What is there already may be removed, whatever it is made of.
            let mut rules: Vec<Rule> = length_rule(key).into_iter().collect();
            if edit.set.contains_key(key) || !edit.removed.insert(key.into()) {
                rules.push(Rule::TagTwice);
            }
            wrong.extend(at(key, rules));
        }
        if wrong.is_empty() {
            Ok(edit)
        } else {
            Err(wrong)
        }
    }

    /// What leads from some tags to others, for an undo; tags of AWS are left alone.
    pub fn between(from: &BTreeMap<Text, Text>, to: &BTreeMap<Text, Text>) -> Self {
        let own = |key: &Text| !is_reserved(key);
        let set = to
            .iter()
            .filter(|(key, value)| own(key) && from.get(*key) != Some(value));
        let removed = from.keys().filter(|key| own(key) && !to.contains_key(*key));
        Self {
            set: set
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            removed: removed.cloned().collect(),
        }
    }

    /// Tags to set, for TagResource.
    pub fn set(&self) -> &BTreeMap<Text, Text> {
        &self.set
    }

    /// Keys to remove, for UntagResource.
    pub fn removed(&self) -> &BTreeSet<Text> {
        &self.removed
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.removed.is_empty()
    }

    /// The edit without what is so already.
    pub(super) fn narrowed(&self, before: &BTreeMap<Text, Text>) -> Self {
        let set = self
            .set
            .iter()
            .filter(|(key, value)| before.get(*key) != Some(value));
        let removed = self.removed.iter().filter(|key| before.contains_key(*key));
        Self {
            set: set
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            removed: removed.cloned().collect(),
        }
    }

    pub(super) fn applied(&self, before: &BTreeMap<Text, Text>) -> BTreeMap<Text, Text> {
        let mut after = before.clone();
        after.retain(|key, _| !self.removed.contains(key));
        after.extend(self.set.clone());
        after
    }
}

/// Refuses more tags than a resource can have; removing some of too many is always allowed.
pub(super) fn check_count(
    before: &BTreeMap<Text, Text>,
    after: &BTreeMap<Text, Text>,
) -> Option<Invalid> {
    let own = |tags: &BTreeMap<Text, Text>| tags.keys().filter(|key| !is_reserved(key)).count();
    let count = own(after);
    (count > MOST_TAGS && count > own(before))
        .then(|| Invalid::new(Field::Tags, Rule::TooManyTags { count }))
}

fn at(key: &str, rules: Vec<Rule>) -> impl Iterator<Item = Invalid> {
    rules
        .into_iter()
        .map(move |rule| Invalid::new(Field::Tag(key.into()), rule))
}

fn key_rule(key: &str) -> Option<Rule> {
    length_rule(key).or_else(|| strange(key))
}

fn length_rule(key: &str) -> Option<Rule> {
    let characters = key.chars().count();
    if !(1..=LONGEST_KEY).contains(&characters) {
        return Some(Rule::TagKeyLength { characters });
    }
    is_reserved(key).then_some(Rule::ReservedTag)
}

fn value_rule(value: &str) -> Option<Rule> {
    let characters = value.chars().count();
    if characters > LONGEST_VALUE {
        return Some(Rule::TagValueLength { characters });
    }
    if is_reserved(value) {
        return Some(Rule::ReservedValue);
    }
    strange(value)
}

/// AWS allows `[\p{L}\p{Z}\p{N}_.:/=+\-@]`; line and paragraph separators are of no use and would hide.
fn strange(text: &str) -> Option<Rule> {
    let is_space =
        |c: char| c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    let is_allowed = |c: char| c.is_alphanumeric() || is_space(c) || "_.:/=+-@".contains(c);
    text.chars()
        .find(|c| !is_allowed(*c))
        .map(Rule::TagCharacter)
}
