//! What world files write as a text: errors point at the text itself, with line and column.

use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads what has a spelling of its own.
pub(crate) fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Parsed<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Parsed<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
            formatter.write_str("a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Parsed(PhantomData))
}

/// What may be written as one text where there is nothing else to say.
pub(crate) trait Shorthand: Sized {
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Self;
}

/// Either the short form or the mapping.
#[derive(Clone, Debug, Default)]
pub(crate) struct Short<T>(pub(crate) T);

impl<'de, T: Shorthand + Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrMap<T>(PhantomData<T>);

        impl<'de, T: Shorthand + Deserialize<'de>> Visitor<'de> for TextOrMap<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(T::EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                Ok(T::from_text(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer
            .deserialize_any(TextOrMap(PhantomData))
            .map(Self)
    }
}

/// Finds the line on which a path of keys ends, for what is wrong although every word of it can be read.
///
/// The parser keeps no places, so each key is looked for below the one before it.
pub(crate) fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let mut lines = text.lines().enumerate().peekable();
    let mut found = None;
    for key in path {
        loop {
            let (number, line) = lines.peek()?;
            if mentions(line, key) {
                found = Some(number + 1);
                break;
            }
            lines.next();
        }
    }
    found
}

fn mentions(line: &str, key: &str) -> bool {
    let is_comment = line.trim_start().starts_with('#');
    let is_edge = |character: Option<char>| {
        character.is_none_or(|character| !character.is_alphanumeric() && character != '-')
    };
    !is_comment
        && line.match_indices(key).any(|(start, _)| {
            let before = line.get(..start).and_then(|text| text.chars().next_back());
            let after = line.get(start + key.len()..);
            is_edge(before) && is_edge(after.and_then(|text| text.chars().next()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_below_each_other() {
        let text = "a:\n  - name: one\n    b: {c: 1}\n  - name: two\n    # b: c\n    b-c: 0\n    b: {d: {c: 2}}\n";
        for (path, expected) in [
            (&["one", "b", "c"][..], Some(3)),
            (&["two", "b", "c"], Some(7)),
            (&["two", "b-c"], Some(6)),
            (&["three"], None),
            (&[], None),
        ] {
            assert_eq!(line_of(text, path), expected, "{path:?}");
        }
    }
}
