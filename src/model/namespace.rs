//! A namespace of Kubernetes: its name, and the labels by which others select it.

use serde_json::Value;

use crate::model::Text;
use crate::model::pod::Labels;
use crate::model::pod::read::{Intern, Place, Unreadable};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    pub name: Text,
    pub labels: Labels,
}

impl Namespace {
    /// Reads a namespace as the API server sends it, alone or in a list.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a namespace and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let metadata = root.at("metadata")?;
        Ok(Self {
            name: intern(metadata.at("name")?.needed()?),
            labels: Labels::decode(&metadata.at("labels")?, intern)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_namespace_has_a_name_and_perhaps_labels() {
        let shop = json!({"metadata": {"name": "shop", "labels": {"team": "x", "empty": ""}}});
        let shop = Namespace::decode(&shop).unwrap();
        assert_eq!((&*shop.name, shop.labels.iter().count()), ("shop", 2));
        assert_eq!(shop.labels.value("team").map(|value| &**value), Some("x"));
        let plain = Namespace::decode(&json!({"metadata": {"name": "a"}})).unwrap();
        assert_eq!(plain.labels.iter().count(), 0);
        for wrong in [
            json!({}),
            json!({"metadata": {"name": ""}}),
            json!({"metadata": {"name": "a", "labels": []}}),
        ] {
            assert!(Namespace::decode(&wrong).is_err(), "{wrong}");
        }
    }
}
