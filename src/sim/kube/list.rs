//! Lists, in pages.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::object::Object;
use super::route::Request;
use super::selector::Selector;
use super::status::Status;
use super::store::Store;

/// Some objects, and how to go on.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Arc<Object>>,
    pub(crate) version: u64,
    next: Option<String>,
    remaining: Option<usize>,
}

/// What a fault makes of a list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bent {
    pub(crate) page_cap: Option<usize>,
    /// Continuing a list is refused, as if it had taken too long.
    pub(crate) is_gone: bool,
}

pub(crate) fn page(request: &Request, store: &Store, bent: Bent) -> Result<Page, Status> {
    let selector = selector(request)?;
    let limit = match request.parameter("limit") {
        None => None,
        Some(text) => Some(text.parse::<usize>().map_err(|_| {
            Status::bad_request(format!(
                "strconv.ParseInt: parsing \"{text}\": invalid syntax"
            ))
        })?),
    };
    let limit = limit
        .filter(|limit| *limit > 0)
        .unwrap_or(usize::MAX)
        .min(bent.page_cap.unwrap_or(usize::MAX));
    let (version, first) = match request.parameter("continue") {
        None => (store.version(), None),
        Some(token) => {
            let (version, namespace, name) = open(token).ok_or_else(|| {
                Status::bad_request("continue key is not valid: illegal base64 data")
            })?;
            if bent.is_gone || store.is_forgotten(version) {
                return Err(Status::expired(
                    "The provided continue parameter is too old to display a consistent list \
                     result. You can start a new list without the continue parameter.",
                ));
            }
            (version, Some((namespace, name)))
        }
    };
    let mut rest = store
        .from(request.resource, request.namespace.as_deref(), first)
        .filter(|object| selector.meets(object));
    let objects: Vec<Arc<Object>> = rest.by_ref().take(limit).map(Arc::clone).collect();
    let following = rest.next();
    let next = following.map(|object| seal(version, &object.namespace, &object.name));
    // A server that filters cannot tell how many are left without reading them.
    let remaining = (following.is_some() && selector.is_empty()).then(|| 1 + rest.count());
    Ok(Page {
        objects,
        version,
        next,
        remaining,
    })
}

pub(crate) fn selector(request: &Request) -> Result<Selector, Status> {
    Selector::parse(
        request.resource,
        request.parameter("labelSelector"),
        request.parameter("fieldSelector"),
    )
}

impl Page {
    pub(crate) fn metadata(&self) -> Value {
        let mut metadata = json!({"resourceVersion": self.version.to_string()});
        if let Value::Object(members) = &mut metadata {
            if let Some(next) = &self.next {
                members.insert("continue".to_owned(), json!(next));
            }
            if let Some(remaining) = self.remaining {
                members.insert("remainingItemCount".to_owned(), json!(remaining));
            }
        }
        metadata
    }

    /// Writes the list from the texts of its objects, which need no parsing for it.
    pub(crate) fn render(&self, request: &Request) -> String {
        let size: usize = self
            .objects
            .iter()
            .map(|object| object.text.len() + 1)
            .sum();
        let head = format!(
            "{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{},\"items\":[",
            request.resource.kind,
            request.resource.api_version(),
            self.metadata()
        );
        let mut text = String::with_capacity(head.len() + size + 2);
        text.push_str(&head);
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&object.text);
        }
        text.push_str("]}");
        text
    }
}

fn seal(version: u64, namespace: &str, name: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({"rv": version, "ns": namespace, "name": name}).to_string())
}

fn open(token: &str) -> Option<(u64, String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    Some((
        value.get("rv")?.as_u64()?,
        value.get("ns")?.as_str()?.to_owned(),
        value.get("name")?.as_str()?.to_owned(),
    ))
}
