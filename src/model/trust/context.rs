//! What a request carries under each condition key, as far as that is known.

use std::fmt;

use crate::model::text::visible;

/// A value of a request, known in full or only by how it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Exact(String),
    /// The rest is not known: the id of an association that does not exist yet, the name of a pod to come.
    Starts(String),
}

/// What a request may carry under one key: one of these possibilities is the truth.
///
/// `None` stands for a key that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    possible: Vec<Option<Vec<Part>>>,
}

impl Fact {
    pub fn is(value: impl Into<String>) -> Self {
        Self::set([value])
    }

    /// A key with several values at once.
    pub fn set(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let parts = values
            .into_iter()
            .map(|value| Part::Exact(value.into()))
            .collect();
        Self {
            possible: vec![Some(parts)],
        }
    }

    /// A key that is sent with one value, of which only the beginning is known.
    pub fn starts(prefix: impl Into<String>) -> Self {
        Self::one_of([Part::Starts(prefix.into())])
    }

    /// A key that is sent with one of these values.
    pub fn one_of(parts: impl IntoIterator<Item = Part>) -> Self {
        Self {
            possible: parts.into_iter().map(|part| Some(vec![part])).collect(),
        }
    }

    pub fn absent() -> Self {
        Self {
            possible: vec![None],
        }
    }

    /// A key that is sent like this, or not at all.
    #[must_use]
    pub fn or_absent(mut self) -> Self {
        if !self.possible.contains(&None) {
            self.possible.push(None);
        }
        self
    }

    /// A key of which nothing is known.
    pub fn unknown() -> Self {
        Self::starts("").or_absent()
    }

    pub fn possible(&self) -> impl Iterator<Item = Option<&[Part]>> {
        self.possible.iter().map(Option::as_deref)
    }

    /// The one value, if there is exactly one and it is known.
    pub fn value(&self) -> Option<&str> {
        match self.possible.as_slice() {
            [Some(parts)] => match parts.as_slice() {
                [Part::Exact(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn is_absent(&self) -> bool {
        self.possible.iter().all(Option::is_none)
    }

    pub fn is_unknown(&self) -> bool {
        *self == Self::unknown()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            return f.write_str("a value that is not known here");
        }
        for (index, possible) in self.possible().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            match possible {
                None => f.write_str("nothing")?,
                Some(parts) => {
                    for (index, part) in parts.iter().enumerate() {
                        let comma = if index > 0 { ", " } else { "" };
                        write!(f, "{comma}{part}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => f.write_str(&visible(text)),
            Self::Starts(prefix) if prefix.is_empty() => {
                f.write_str("a value that is not known yet")
            }
            Self::Starts(prefix) => write!(f, "{}…", visible(prefix)),
        }
    }
}

/// The condition keys of a request; keys that are not named are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    facts: Vec<(String, Fact)>,
    closed: Vec<String>,
}

/// More worlds than this are not told apart.
const MOST_WORLDS: usize = 16;

impl Context {
    pub fn new() -> Self {
        Self::default()
    }

    /// States what the request carries under a key; keys have no letter case.
    #[must_use]
    pub fn with(mut self, key: &str, fact: Fact) -> Self {
        let key = key.to_lowercase();
        self.facts.retain(|(known, _)| *known != key);
        self.facts.push((key, fact));
        self
    }

    /// States that no key with this prefix is sent but those that are named.
    #[must_use]
    pub fn closing(mut self, prefix: &str) -> Self {
        self.closed.push(prefix.to_lowercase());
        self
    }

    pub fn fact(&self, key: &str) -> Fact {
        let key = key.to_lowercase();
        if let Some((_, fact)) = self.facts.iter().find(|(known, _)| *known == key) {
            return fact.clone();
        }
        if self
            .closed
            .iter()
            .any(|prefix| key.starts_with(prefix.as_str()))
        {
            return Fact::absent();
        }
        Fact::unknown()
    }

    /// Every combination of possibilities.
    ///
    /// Two statements that each accept one of two possible values accept the request together, which shows only if
    /// each possibility is followed through the whole policy.
    pub fn worlds(&self) -> Vec<Self> {
        let count = self.facts.iter().try_fold(1_usize, |count, (_, fact)| {
            count
                .checked_mul(fact.possible.len())
                .filter(|count| *count <= MOST_WORLDS)
        });
        if count.is_none() {
            return vec![self.clone()];
        }
        let mut worlds = vec![self.clone()];
        for (key, fact) in &self.facts {
            worlds = fact
                .possible
                .iter()
                .flat_map(|possible| {
                    let only = Fact {
                        possible: vec![possible.clone()],
                    };
                    worlds
                        .iter()
                        .map(move |world| world.clone().with(key, only.clone()))
                })
                .collect();
        }
        worlds
    }
}
