//! Raw documents: what AWS sent, with its member names, for JSON, YAML and describe.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A JSON object as AWS sent it, normalised by [`normalise`].
pub type Document = Map<String, Value>;

/// A typed value together with the whole answer that it was read from.
///
/// Types know the members of one version of the API; the document keeps the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described<T> {
    pub value: T,
    pub document: Document,
}

/// Turns a raw AWS object into the form that roledex shows and prints.
///
/// Null members are dropped, because the SDKs read them as absent and "absent" means "AWS sent none";
/// epoch numbers in members named `…At` become RFC 3339 text. Everything else, known to this version or
/// not, stays as it came.
pub fn normalise(document: Document) -> Document {
    document
        .into_iter()
        .filter_map(|(name, value)| Some((name.clone(), normal(&name, value)?)))
        .collect()
}

fn normal(name: &str, value: Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        // Tags, labels and required claims are the user's own names: nothing in them is a timestamp.
        Value::Object(map) if matches!(name, "tags" | "labels" | "requiredClaims") => {
            Value::Object(map)
        }
        Value::Object(map) => Value::Object(normalise(map)),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .filter_map(|item| normal("", item))
                .collect(),
        ),
        Value::Number(number) if name.ends_with("At") => {
            let moment = number.as_f64().and_then(timestamp);
            moment.map_or(Value::Number(number), |moment| {
                Value::String(moment.to_string())
            })
        }
        other => other,
    })
}

/// Reads epoch seconds with a fraction, to the millisecond that AWS sends.
pub fn timestamp(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds.abs() > 2.5e11 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked above"
    )]
    let milliseconds = (seconds * 1_000.0).round() as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_lose_nulls_and_gain_readable_times() {
        let Value::Object(raw) = json!({
            "name": "demo", "createdAt": 1_700_862_734.922, "connectorConfig": null,
            "newMember": {"deepAt": 1_700_862_734, "kept": [1, null, 2]},
            "tags": {"lastRunAt": "x", "n": null}
        }) else {
            unreachable!()
        };
        assert_eq!(
            Value::Object(normalise(raw)),
            json!({
                "name": "demo", "createdAt": "2023-11-24T21:52:14.922Z",
                "newMember": {"deepAt": "2023-11-24T21:52:14Z", "kept": [1, 2]},
                "tags": {"lastRunAt": "x", "n": null}
            })
        );
    }
}
