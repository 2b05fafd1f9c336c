//! Configuration values of the add-on of the agent: what is there already is kept.

use serde_json::{Map, Value};

use crate::model::addon::{AGENT, Addon};
use crate::model::diagnosis::remedy::{command, patch};
use crate::model::diagnosis::served::listed;
use crate::model::diagnosis::{Look, Remedy};

/// Sets values of the add-on besides those that it has.
///
/// `update-addon` replaces them all. So there is a command only where they are known and JSON; YAML is a person's own
/// writing, with comments, and is not rewritten.
pub(in crate::model) fn configured(look: &Look<'_>, title: &str, values: &Value) -> Remedy {
    let addons = listed(&look.evidence.addons).unwrap_or_default();
    let addon = addons.iter().find(|addon| &*addon.key.name == AGENT);
    let Some(merged) = addon.and_then(|addon| merged(addon, values)) else {
        return patch(
            format!(
                "{title}: lay this over the configuration values that the add-on has, which an update replaces as a whole"
            ),
            values,
        );
    };
    let merged = merged.to_string();
    let options = [
        ("--addon-name", AGENT),
        ("--configuration-values", &*merged),
    ];
    command(title, look.eks("update-addon", &options))
}

fn merged(addon: &Addon, values: &Value) -> Option<Value> {
    // Of an add-on that was not described, nothing is known.
    addon.status.as_ref()?;
    let known = addon.configuration.as_deref().map(str::trim);
    let mut all = match known {
        None | Some("") => Value::Object(Map::new()),
        Some(known) => serde_json::from_str(known).ok()?,
    };
    lay(&mut all, values).then_some(all)
}

/// Lays values over others; not where a list or a word stands in place of an object.
fn lay(under: &mut Value, over: &Value) -> bool {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => over.iter().all(|(name, value)| {
            let place = under.entry(name.clone()).or_insert_with(|| match value {
                Value::Object(_) => Value::Object(Map::new()),
                other => other.clone(),
            });
            lay(place, value)
        }),
        (Value::Object(_), _) | (_, Value::Object(_)) => false,
        (under, over) => {
            *under = over.clone();
            true
        }
    }
}
