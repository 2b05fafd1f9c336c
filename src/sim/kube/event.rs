//! Events: what controllers, the scheduler and kubelets tell of their work.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::object::{Head, Object, date, text};
use super::resource::Resource;
use super::seed::the;
use super::store::Store;
use super::workload::Context;

/// An API server forgets events after an hour.
const LIFE: SignedDuration = SignedDuration::from_hours(1);
const BETWEEN_SWEEPS: u64 = 256;

/// One thing to tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct News<'a> {
    pub(super) is_warning: bool,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
    /// Who tells it.
    pub(super) component: &'a str,
}

impl<'a> News<'a> {
    pub(super) fn normal(component: &'a str, reason: &'a str, message: &'a str) -> Self {
        Self {
            is_warning: false,
            reason,
            message,
            component,
        }
    }

    pub(super) fn warning(component: &'a str, reason: &'a str, message: &'a str) -> Self {
        Self {
            is_warning: true,
            ..Self::normal(component, reason, message)
        }
    }
}

/// Tells something of an object.
///
/// What went well before the world began is forgotten by now; what still goes wrong is told again and again.
pub(super) fn record(
    cx: &Context<'_>,
    store: &mut Store,
    about: (&Resource, &Object),
    news: News<'_>,
) {
    if !store.is_open() && !news.is_warning {
        return;
    }
    let (resource, object) = about;
    let moment = date(if store.is_open() {
        cx.now
    } else {
        cx.seed.start
    });
    let seed = format!("{}/event/{}", cx.arn, store.version());
    let name = format!("{}.{}", object.name, spelled(&seed));
    let head = Head {
        namespace: if object.namespace.is_empty() {
            "default"
        } else {
            &object.namespace
        },
        name: &name,
        seed: &seed,
        created: cx.now,
        ..Head::default()
    };
    let event = head.object(
        the("Event"),
        json!({
            "involvedObject": {
                "kind": resource.kind,
                "namespace": object.namespace,
                "name": object.name,
                "uid": object.uid,
                "apiVersion": resource.api_version(),
                "resourceVersion": object.version.to_string(),
            },
            "reason": news.reason,
            "message": news.message,
            "source": {"component": news.component},
            "firstTimestamp": date(cx.now),
            "lastTimestamp": moment,
            "count": 1,
            "type": if news.is_warning { "Warning" } else { "Normal" },
            "eventTime": Value::Null,
            "reportingComponent": news.component,
            "reportingInstance": "",
        }),
    );
    store.put(the("Event"), event);
    if store.version().is_multiple_of(BETWEEN_SWEEPS) {
        sweep(store, cx.now);
    }
}

fn sweep(store: &mut Store, now: Timestamp) {
    let resource = the("Event");
    let old: Vec<(String, String)> = store
        .from(resource, None, None)
        .filter(|event| {
            text(&event.value(), "/lastTimestamp")
                .parse::<Timestamp>()
                .is_ok_and(|last| last + LIFE < now)
        })
        .map(|event| (event.namespace.clone(), event.name.clone()))
        .collect();
    for (namespace, name) in old {
        store.remove(resource, &namespace, &name);
    }
}

fn spelled(seed: &str) -> String {
    super::object::uid(seed)
        .replace('-', "")
        .chars()
        .take(16)
        .collect()
}
