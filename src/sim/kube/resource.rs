//! The one table of resources; discovery, routing, printing and the names of faults follow it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One kind of object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) plural: &'static str,
    pub(crate) singular: &'static str,
    pub(crate) kind: &'static str,
    /// Empty for the core group.
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) is_namespaced: bool,
    pub(crate) short: &'static [&'static str],
}

pub(crate) const VERBS: [&str; 8] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
];

#[rustfmt::skip]
pub(crate) static RESOURCES: &[Resource] = &[
    row("namespaces", "namespace", "Namespace", "", false, &["ns"]),
    row("nodes", "node", "Node", "", false, &["no"]),
    row("pods", "pod", "Pod", "", true, &["po"]),
    row("serviceaccounts", "serviceaccount", "ServiceAccount", "", true, &["sa"]),
    row("events", "event", "Event", "", true, &["ev"]),
    row("deployments", "deployment", "Deployment", "apps", true, &["deploy"]),
    row("replicasets", "replicaset", "ReplicaSet", "apps", true, &["rs"]),
    row("statefulsets", "statefulset", "StatefulSet", "apps", true, &["sts"]),
    row("daemonsets", "daemonset", "DaemonSet", "apps", true, &["ds"]),
    row("jobs", "job", "Job", "batch", true, &[]),
    row("networkpolicies", "networkpolicy", "NetworkPolicy", "networking.k8s.io", true, &["netpol"]),
    row("mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "MutatingWebhookConfiguration", "admissionregistration.k8s.io", false, &[]),
];

/// What is asked and not kept.
#[rustfmt::skip]
pub(crate) static REVIEWS: &[Resource] = &[
    row("selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview", "authorization.k8s.io", false, &[]),
    row("selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", "authentication.k8s.io", false, &[]),
];

const fn row(
    plural: &'static str,
    singular: &'static str,
    kind: &'static str,
    group: &'static str,
    is_namespaced: bool,
    short: &'static [&'static str],
) -> Resource {
    Resource {
        plural,
        singular,
        kind,
        group,
        version: "v1",
        is_namespaced,
        short,
    }
}

impl Resource {
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Returns the name with its group, as failures spell it.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

pub(crate) fn find(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    RESOURCES
        .iter()
        .chain(REVIEWS)
        .find(|row| row.group == group && row.version == version && row.plural == plural)
}

pub(crate) fn by_kind(kind: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|row| row.kind == kind)
}

/// Subresources by the resource they belong to, with the verb that reaches them.
pub(crate) const SUBRESOURCES: [(&str, &str, &str, &str); 2] = [
    ("serviceaccounts", "token", "TokenRequest", "create"),
    ("pods", "log", "Pod", "get"),
];

static NAMES: LazyLock<BTreeMap<(String, &'static str), &'static str>> = LazyLock::new(|| {
    let mut names = BTreeMap::new();
    let mut add = |resource: String, verb: &'static str| {
        // There is one for each row and verb, made once, so this leak is bounded.
        let name: &'static str = format!("kube:{verb}:{resource}").leak();
        names.insert((resource, verb), name);
    };
    for row in RESOURCES {
        for verb in VERBS {
            add(row.plural.to_owned(), verb);
        }
    }
    for row in REVIEWS {
        add(row.plural.to_owned(), "create");
    }
    for (resource, subresource, _, verb) in SUBRESOURCES {
        add(format!("{resource}/{subresource}"), verb);
    }
    names
});

/// Returns the name under which a request is logged and met by faults.
pub(crate) fn operation_name(resource: &str, verb: &str) -> &'static str {
    NAMES
        .iter()
        .find(|((other, name), _)| other == resource && *name == verb)
        .map_or("", |(_, name)| name)
}

/// Returns every such name, such as `kube:list:pods`.
pub(crate) fn operation_names() -> impl Iterator<Item = &'static str> {
    NAMES.values().copied()
}

/// Returns what can be done to what, for the help: verbs, and the resources that have them.
pub(crate) fn served() -> Vec<(String, Vec<String>)> {
    let (_, verbs) = VERBS.split_last().unwrap_or((&"", &[]));
    let mut served = vec![(
        verbs.join(", "),
        RESOURCES.iter().map(|row| row.plural.to_owned()).collect(),
    )];
    for (resource, subresource, _, verb) in SUBRESOURCES {
        served.push((verb.to_owned(), vec![format!("{resource}/{subresource}")]));
    }
    let reviews = REVIEWS.iter().map(|row| row.plural.to_owned());
    served.push(("create".to_owned(), reviews.collect()));
    served
}

/// Returns the reason that belongs to a status where nothing better is known.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Expired",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "InternalError",
    }
}
