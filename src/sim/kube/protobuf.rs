//! The binary form in which kubectl sends some objects, read into JSON as far as they are served.

use serde_json::{Map, Value, json};

const MAGIC: &[u8] = b"k8s\0";

/// How the bytes of a field are read.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Text,
    Texts,
    Number,
    Flag,
    Map,
    Message(&'static [Field]),
}

type Field = (u64, &'static str, Shape);

const METADATA: &[Field] = &[
    (1, "name", Shape::Text),
    (2, "generateName", Shape::Text),
    (3, "namespace", Shape::Text),
    (11, "labels", Shape::Map),
    (12, "annotations", Shape::Map),
];

const TOKEN_REQUEST: &[Field] = &[
    (1, "metadata", Shape::Message(METADATA)),
    (
        2,
        "spec",
        Shape::Message(&[
            (1, "audiences", Shape::Texts),
            (
                3,
                "boundObjectRef",
                Shape::Message(&[
                    (1, "kind", Shape::Text),
                    (2, "apiVersion", Shape::Text),
                    (3, "name", Shape::Text),
                    (4, "uid", Shape::Text),
                ]),
            ),
            (4, "expirationSeconds", Shape::Number),
        ]),
    ),
];

const ACCESS_REVIEW: &[Field] = &[
    (1, "metadata", Shape::Message(METADATA)),
    (
        2,
        "spec",
        Shape::Message(&[
            (
                1,
                "resourceAttributes",
                Shape::Message(&[
                    (1, "namespace", Shape::Text),
                    (2, "verb", Shape::Text),
                    (3, "group", Shape::Text),
                    (4, "version", Shape::Text),
                    (5, "resource", Shape::Text),
                    (6, "subresource", Shape::Text),
                    (7, "name", Shape::Text),
                ]),
            ),
            (
                2,
                "nonResourceAttributes",
                Shape::Message(&[(1, "path", Shape::Text), (2, "verb", Shape::Text)]),
            ),
        ]),
    ),
];

const NAMED: &[Field] = &[(1, "metadata", Shape::Message(METADATA))];

const SERVICE_ACCOUNT: &[Field] = &[
    (1, "metadata", Shape::Message(METADATA)),
    (4, "automountServiceAccountToken", Shape::Flag),
];

const ENVELOPE: &[Field] = &[(
    1,
    "type",
    Shape::Message(&[(1, "apiVersion", Shape::Text), (2, "kind", Shape::Text)]),
)];

pub(super) fn is_protobuf(body: &[u8]) -> bool {
    body.starts_with(MAGIC)
}

/// Reads an object, or nothing if it is none of those that are served in this form.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    let rest = body.strip_prefix(MAGIC)?;
    let head = message(rest, ENVELOPE)?;
    let kind = head.pointer("/type/kind")?.as_str()?;
    let fields = match kind {
        "TokenRequest" => TOKEN_REQUEST,
        "SelfSubjectAccessReview" => ACCESS_REVIEW,
        "SelfSubjectReview" | "Namespace" => NAMED,
        "ServiceAccount" => SERVICE_ACCOUNT,
        "DeleteOptions" => &[],
        _ => return None,
    };
    let raw = parts(rest)?
        .into_iter()
        .find_map(|(number, part)| match part {
            Part::Bytes(bytes) if number == 2 => Some(bytes),
            _ => None,
        });
    let mut object = message(raw.unwrap_or_default(), fields)?;
    if let Value::Object(members) = &mut object {
        members.insert("kind".to_owned(), json!(kind));
        let version = head.pointer("/type/apiVersion")?;
        members.insert("apiVersion".to_owned(), version.clone());
    }
    Some(object)
}

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// Splits a message into its numbered parts.
fn parts(mut bytes: &[u8]) -> Option<Vec<(u64, Part<'_>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let part = match tag & 7 {
            0 => Part::Number(varint(&mut bytes)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (taken, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Part::Bytes(taken)
            }
            _ => return None,
        };
        found.push((tag >> 3, part));
    }
    Some(found)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn message(bytes: &[u8], fields: &[Field]) -> Option<Value> {
    let mut members = Map::new();
    for (number, part) in parts(bytes)? {
        let Some((_, name, shape)) = fields.iter().find(|(field, ..)| *field == number) else {
            continue;
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        match (shape, part) {
            // What is empty is absent in the JSON form.
            (Shape::Text, Part::Bytes([])) => {}
            (Shape::Text, Part::Bytes(bytes)) => {
                members.insert((*name).to_owned(), json!(text(bytes)?));
            }
            (Shape::Texts, Part::Bytes(bytes)) => {
                let list = members.entry(*name).or_insert_with(|| json!([]));
                list.as_array_mut()?.push(json!(text(bytes)?));
            }
            (Shape::Number, Part::Number(number)) => {
                members.insert((*name).to_owned(), json!(number.cast_signed()));
            }
            (Shape::Flag, Part::Number(number)) => {
                members.insert((*name).to_owned(), json!(number != 0));
            }
            (Shape::Message(fields), Part::Bytes(bytes)) => {
                members.insert((*name).to_owned(), message(bytes, fields)?);
            }
            (Shape::Map, Part::Bytes(bytes)) => {
                let entry = message(bytes, &[(1, "key", Shape::Text), (2, "value", Shape::Text)])?;
                let map = members.entry(*name).or_insert_with(|| json!({}));
                let key = entry.get("key")?.as_str()?.to_owned();
                let value = entry.get("value").cloned().unwrap_or_else(|| json!(""));
                map.as_object_mut()?.insert(key, value);
            }
            _ => return None,
        }
    }
    Some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_read_and_nonsense_is_not() {
        let body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x05\x0a\x03\x0a\x01a";
        assert_eq!(
            read(body),
            Some(json!({"metadata": {"name": "a"}, "kind": "Namespace", "apiVersion": "v1"}))
        );
        for wrong in [&b"k8s\0"[..], b"k8s\0\xff\xff", b"{}", b"k8s\0\x0a\xff\x01"] {
            assert_eq!(read(wrong), None);
        }
    }
}
