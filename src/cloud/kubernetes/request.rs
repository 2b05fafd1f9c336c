//! What may be asked of an API server, and in which words.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::around::LogOf;
use super::kind::ObjectKind;
use crate::model::Text;

/// What a segment of a path or a value of a query may hold as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What to list: exact filters, which the API server applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectFilter {
    /// `None` is all namespaces; kinds without namespaces do not look at it.
    pub namespace: Option<String>,
    /// Pods of this service account, or the service account of this name.
    pub service_account: Option<String>,
    /// A label selector.
    pub labels: Option<String>,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// The verb of the RBAC rule that it needs.
    pub(super) verb: &'static str,
    pub(super) group: &'static str,
    pub(super) resource: &'static str,
    pub(super) namespace: Option<Text>,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    fn new(verb: &'static str, kind: ObjectKind, namespace: Option<&str>) -> Self {
        let namespace = namespace.filter(|_| kind.is_namespaced());
        let mut path = match kind.group() {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/v1"),
        };
        if let Some(namespace) = namespace {
            path.push_str("/namespaces/");
            path.extend(utf8_percent_encode(namespace, UNRESERVED));
        }
        path.push('/');
        path.push_str(kind.resource());
        Self {
            method: Method::GET,
            verb,
            group: kind.group(),
            resource: kind.resource(),
            namespace: namespace.map(Text::from),
            path,
            query: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn get(kind: ObjectKind, namespace: Option<&str>, name: &str) -> Self {
        let mut ask = Self::new("get", kind, namespace);
        ask.path.push('/');
        ask.path.extend(utf8_percent_encode(name, UNRESERVED));
        ask
    }

    pub(super) fn list(kind: ObjectKind, filter: &ObjectFilter) -> Self {
        let mut ask = Self::new("list", kind, filter.namespace.as_deref());
        let field = match kind {
            ObjectKind::Pod => Some("spec.serviceAccountName"),
            ObjectKind::ServiceAccount => Some("metadata.name"),
            _ => None,
        };
        if let (Some(field), Some(account)) = (field, &filter.service_account) {
            ask.query
                .push(("fieldSelector", format!("{field}={account}")));
        }
        if let Some(labels) = &filter.labels {
            ask.query.push(("labelSelector", labels.clone()));
        }
        ask
    }

    /// The list that a watch begins with, from a version on.
    pub(super) fn watch(
        kind: ObjectKind,
        filter: &ObjectFilter,
        version: &str,
        seconds: u64,
    ) -> Self {
        let mut ask = Self::list(kind, filter);
        ask.verb = "watch";
        ask.query.extend([
            ("watch", "1".to_owned()),
            ("allowWatchBookmarks", "true".to_owned()),
            ("resourceVersion", version.to_owned()),
            ("timeoutSeconds", seconds.to_string()),
        ]);
        ask
    }

    /// The end of a log.
    pub(super) fn log(of: LogOf<'_>, bytes: usize) -> Self {
        let mut ask = Self::get(ObjectKind::Pod, Some(of.namespace), of.pod);
        ask.path.push_str("/log");
        ask.resource = "pods/log";
        ask.query.extend([
            ("container", of.container.to_owned()),
            ("tailLines", of.lines.to_string()),
            ("limitBytes", bytes.to_string()),
        ]);
        if of.previous {
            ask.query.push(("previous", "true".to_owned()));
        }
        ask
    }

    /// Asks what we ourselves may do.
    pub(super) fn review(body: Vec<u8>) -> Self {
        Self {
            method: Method::POST,
            verb: "create",
            group: "authorization.k8s.io",
            resource: "selfsubjectaccessreviews",
            namespace: None,
            path: REVIEWS.to_owned(),
            query: Vec::new(),
            body,
        }
    }

    /// Asks for a token of a service account; no read, though it changes nothing.
    pub(super) fn token(namespace: &str, name: &str, body: Vec<u8>) -> Self {
        let mut ask = Self::get(ObjectKind::ServiceAccount, Some(namespace), name);
        ask.path.push_str("/token");
        Self {
            method: Method::POST,
            verb: "create",
            resource: "serviceaccounts/token",
            body,
            ..ask
        }
    }

    /// What the API server is; the least that can be asked of it.
    pub(super) fn version() -> Self {
        Self {
            method: Method::GET,
            verb: "get",
            group: "",
            resource: "version",
            namespace: None,
            path: VERSION.to_owned(),
            query: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn target(&self) -> String {
        let mut target = self.path.clone();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, UNRESERVED));
        }
        target
    }

    /// The RBAC rule that allows it, in words: "list pods in namespace payments".
    pub(super) fn rule(&self) -> String {
        let group = match self.group {
            "" => String::new(),
            group => format!(".{group}"),
        };
        let place = match &self.namespace {
            Some(namespace) => format!("in namespace {namespace}"),
            None => "in the whole cluster".to_owned(),
        };
        format!("{} {}{group} {place}", self.verb, self.resource)
    }
}

const VERSION: &str = "/version";

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Says whether a request only reads, by what would go over the wire.
///
/// An allow-list, because methods cannot tell: a `GET` of `pods/x/exec` runs a command. Objects only, of
/// subresources the logs of pods, and no kind that is not named in [`ObjectKind`]; so secrets are out of reach.
pub(super) fn is_read(method: &Method, path: &str) -> bool {
    if method == Method::POST {
        return path == REVIEWS;
    }
    if method != Method::GET {
        return false;
    }
    if path == VERSION {
        return true;
    }
    let (group, rest) = if let Some(rest) = path.strip_prefix("/api/v1/") {
        ("", rest)
    } else if let Some((group, rest)) = path
        .strip_prefix("/apis/")
        .and_then(|rest| rest.split_once("/v1/"))
    {
        (group, rest)
    } else {
        return false;
    };
    let is_plain = |part: &&str| !part.is_empty() && **part != *".." && **part != *".";
    let parts: Vec<&str> = rest.split('/').collect();
    if !parts.iter().all(is_plain) {
        return false;
    }
    if matches!(parts.as_slice(), ["namespaces", _, "pods", _, "log"]) {
        return group.is_empty();
    }
    let (["namespaces", _, resource] | ["namespaces", _, resource, _] | [resource] | [resource, _]) =
        parts.as_slice()
    else {
        return false;
    };
    ObjectKind::ALL
        .iter()
        .any(|kind| kind.group() == group && kind.resource() == *resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(namespace: Option<&str>, account: Option<&str>) -> ObjectFilter {
        ObjectFilter {
            namespace: namespace.map(str::to_owned),
            service_account: account.map(str::to_owned),
            labels: None,
        }
    }

    #[test]
    fn targets_are_spelled_and_only_read() {
        for (ask, target, rule) in [
            (
                Ask::list(ObjectKind::Pod, &filter(Some("a/b"), Some("x"))),
                "/api/v1/namespaces/a%2Fb/pods?fieldSelector=spec.serviceAccountName%3Dx",
                "list pods in namespace a/b",
            ),
            (
                Ask::list(ObjectKind::Node, &filter(Some("a"), Some("x"))),
                "/api/v1/nodes",
                "list nodes in the whole cluster",
            ),
            (
                Ask::list(ObjectKind::ServiceAccount, &filter(None, Some("x"))),
                "/api/v1/serviceaccounts?fieldSelector=metadata.name%3Dx",
                "list serviceaccounts in the whole cluster",
            ),
            (
                Ask::get(ObjectKind::DaemonSet, Some("kube-system"), "agent"),
                "/apis/apps/v1/namespaces/kube-system/daemonsets/agent",
                "get daemonsets.apps in namespace kube-system",
            ),
            (
                Ask::get(ObjectKind::Namespace, None, "payments"),
                "/api/v1/namespaces/payments",
                "get namespaces in the whole cluster",
            ),
            (
                Ask::list(ObjectKind::NetworkPolicy, &filter(Some("a"), Some("x"))),
                "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies",
                "list networkpolicies.networking.k8s.io in namespace a",
            ),
            (
                Ask::get(ObjectKind::MutatingWebhookConfiguration, Some("a"), "x"),
                "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/x",
                "get mutatingwebhookconfigurations.admissionregistration.k8s.io in the whole cluster",
            ),
            (
                Ask::log(
                    LogOf {
                        namespace: "a",
                        pod: "b/../c",
                        container: "app",
                        lines: 200,
                        previous: true,
                    },
                    9,
                ),
                "/api/v1/namespaces/a/pods/b%2F..%2Fc/log?container=app&tailLines=200&limitBytes=9&previous=true",
                "get pods/log in namespace a",
            ),
            (
                Ask::watch(ObjectKind::Pod, &filter(None, None), "5", 300),
                "/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300",
                "watch pods in the whole cluster",
            ),
        ] {
            assert_eq!(
                (ask.target(), ask.rule()),
                (target.to_owned(), rule.to_owned())
            );
            assert!(is_read(&ask.method, &ask.path), "{target}");
        }
        assert!(is_read(&Method::POST, &Ask::review(Vec::new()).path));
        assert!(is_read(&Method::GET, &Ask::version().path));
        let token = Ask::token("a/b", "x", Vec::new());
        assert_eq!(
            (token.target().as_str(), token.rule().as_str()),
            (
                "/api/v1/namespaces/a%2Fb/serviceaccounts/x/token",
                "create serviceaccounts/token in namespace a/b"
            )
        );
        assert!(!is_read(&token.method, &token.path));
    }

    #[test]
    fn what_is_not_named_is_no_read() {
        for (method, path) in [
            (Method::GET, "/api/v1/secrets"),
            (Method::GET, "/api/v1/namespaces/a/secrets/b"),
            (Method::GET, "/api/v1/namespaces/a/pods/b/exec"),
            (Method::GET, "/api/v1/namespaces/a/pods/b/log/c"),
            (Method::GET, "/api/v1/namespaces/a/pods/../log"),
            (Method::GET, "/api/v1/namespaces/a/pods//log"),
            (Method::GET, "/api/v1/pods/b/log"),
            (Method::GET, "/api/v1/nodes/a/log"),
            (Method::GET, "/apis/apps/v1/namespaces/a/pods/b/log"),
            (Method::POST, "/api/v1/namespaces/a/pods/b/log"),
            (Method::GET, "/api/v1/namespaces/a/pods/.."),
            (Method::GET, "/apis/networking.k8s.io/v1/ingresses"),
            (
                Method::GET,
                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            ),
            (Method::GET, "/api/v1/nodes/a/proxy"),
            (Method::GET, "/apis/apps/v1/pods"),
            (Method::GET, "/api/v1/deployments"),
            (Method::GET, "/apis/apps/v1/namespaces"),
            (Method::GET, "/version/x"),
            (Method::POST, "/version"),
            (Method::GET, "/api/v1/"),
            (Method::DELETE, "/api/v1/namespaces/a/pods/b"),
            (Method::PATCH, "/apis/apps/v1/namespaces/a/deployments/b"),
            (Method::POST, "/api/v1/namespaces/a/serviceaccounts/b/token"),
            (
                Method::POST,
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            ),
        ] {
            assert!(!is_read(&method, path), "{method} {path}");
        }
    }
}
