//! Pages of lists, decoded one object at a time: the raw form of a page would be many times as large.

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use crate::model::pod::Unreadable;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubePage<T> {
    pub items: Vec<T>,
    /// Objects that could not be decoded, in words; nothing else of the page is lost with them.
    pub unreadable: Vec<String>,
    /// The token of the next page, if there is one.
    pub next: Option<String>,
    /// The version from which on a watch goes on.
    pub version: String,
    /// The token that was given had expired and this is the first page once more: forget what came before.
    pub restarted: bool,
}

/// Reads a page.
pub(super) fn read<T>(
    body: &[u8],
    decode: &mut dyn FnMut(&Value) -> Result<T, Unreadable>,
) -> Result<KubePage<T>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let page = Page { decode }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(page)
}

/// What an object is called in messages.
pub(super) fn called(object: &Value) -> String {
    let text = |name: &str| {
        let metadata = object.get("metadata")?;
        metadata.get(name)?.as_str().filter(|text| !text.is_empty())
    };
    match (text("namespace"), text("name")) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        (None, Some(name)) => name.to_owned(),
        _ => "an object without a name".to_owned(),
    }
}

struct Page<'d, T> {
    decode: &'d mut dyn FnMut(&Value) -> Result<T, Unreadable>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    #[serde(rename = "continue")]
    next: Option<String>,
    resource_version: Option<String>,
}

impl<'de, T> DeserializeSeed<'de> for Page<'_, T> {
    type Value = KubePage<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T> Visitor<'de> for Page<'_, T> {
    type Value = KubePage<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of Kubernetes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut unreadable) = (Vec::new(), Vec::new());
        let mut metadata: Option<Metadata> = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "metadata" => metadata = map.next_value()?,
                "items" => map.next_value_seed(Items {
                    decode: self.decode,
                    read: &mut items,
                    unreadable: &mut unreadable,
                })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // Anything else than a list has none: a proxy's own JSON, for one.
        let metadata = metadata.ok_or_else(|| A::Error::missing_field("metadata"))?;
        let version = metadata
            .resource_version
            .ok_or_else(|| A::Error::missing_field("metadata.resourceVersion"))?;
        Ok(KubePage {
            items,
            unreadable,
            next: metadata.next.filter(|token| !token.is_empty()),
            version,
            restarted: false,
        })
    }
}

struct Items<'s, T> {
    decode: &'s mut dyn FnMut(&Value) -> Result<T, Unreadable>,
    read: &'s mut Vec<T>,
    unreadable: &'s mut Vec<String>,
}

impl<'de, T> DeserializeSeed<'de> for Items<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T> Visitor<'de> for Items<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the items of a list")
    }

    /// An empty list may be spelled `null`.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(object) = sequence.next_element::<Value>()? {
            match (self.decode)(&object) {
                Ok(item) => self.read.push(item),
                Err(error) => self
                    .unreadable
                    .push(format!("{}: {error}", called(&object))),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service_account::ServiceAccount;
    use serde_json::json;

    fn page(body: &str) -> Result<KubePage<ServiceAccount>, serde_json::Error> {
        read(body.as_bytes(), &mut ServiceAccount::decode)
    }

    #[test]
    fn one_bad_object_costs_nothing_else() {
        let body = json!({
            "kind": "ServiceAccountList", "newMember": {"deep": [1]},
            "items": [
                {"metadata": {"namespace": "a", "name": "one", "new": 1}, "new": {}},
                {"metadata": {"namespace": "a", "name": "two", "annotations": 5}},
                {"metadata": {"name": "three"}},
                7,
            ],
            "metadata": {"resourceVersion": "12", "continue": "t", "remainingItemCount": 4},
        });
        let page = page(&body.to_string()).unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(
            page.unreadable,
            [
                "a/two: metadata.annotations is not an object",
                "three: metadata.namespace is missing",
                "an object without a name: the object is not an object",
            ]
        );
        assert_eq!(
            (page.next.as_deref(), page.version.as_str()),
            (Some("t"), "12")
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let good = r#"{"items":null,"metadata":{"resourceVersion":"1","continue":""}}"#;
        assert_eq!(page(good).unwrap().next, None);
        for body in [
            "",
            "{}",
            "[]",
            "<html>",
            "7",
            r#"{"items":[]}"#,
            r#"{"metadata":{},"items":[]}"#,
            r#"{"metadata":{"resourceVersion":"1"},"items":"x"}"#,
            r#"{"metadata":{"resourceVersion":"1"},"items":[{}"#,
            r#"{"metadata":{"resourceVersion":"1"},"items":[]} more"#,
        ] {
            assert!(page(body).is_err(), "{body}");
        }
    }
}
