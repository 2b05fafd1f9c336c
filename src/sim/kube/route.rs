//! What a path asks for.

use axum::http::Method;

use super::resource::{self, RESOURCES, Resource};
use super::status::Status;
use crate::sim::sigv4;

/// A request for objects.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) verb: &'static str,
    pub(crate) resource: &'static Resource,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<&'static str>,
    pub(crate) query: Vec<(String, String)>,
}

/// What a path stands for.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Version,
    Healthy,
    /// `/api`.
    Core,
    /// `/apis`.
    Groups,
    /// The resources of one group and version.
    Group {
        group: String,
        version: String,
    },
    Objects(Request),
}

impl Request {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Returns the resource, with its subresource, as rules spell it.
    pub(crate) fn full_resource(&self) -> String {
        match self.subresource {
            None => self.resource.plural.to_owned(),
            Some(subresource) => format!("{}/{subresource}", self.resource.plural),
        }
    }

    pub(crate) fn operation(&self) -> &'static str {
        resource::operation_name(&self.full_resource(), self.verb)
    }

    pub(crate) fn not_found(&self) -> Status {
        Status::not_found(
            &self.resource.qualified(),
            self.name.as_deref().unwrap_or_default(),
        )
    }
}

/// Reads method, path and query.
pub(crate) fn route(method: &Method, path: &str, query: &str) -> Result<Target, Status> {
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(sigv4::decoded)
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (group, version, rest) = match segments.as_slice() {
        ["version"] => return Ok(Target::Version),
        ["healthz" | "livez" | "readyz", ..] => return Ok(Target::Healthy),
        ["api"] => return Ok(Target::Core),
        ["apis"] => return Ok(Target::Groups),
        ["api", version] => return Ok(group_target("", version)),
        ["apis", group, version] => return Ok(group_target(group, version)),
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Err(Status::no_such_path()),
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, None, None),
        [plural, name] => (*plural, Some(*name), None),
        [plural, name, subresource] => (*plural, Some(*name), Some(*subresource)),
        _ => return Err(Status::no_such_path()),
    };
    let resource = resource::find(group, version, plural).ok_or_else(Status::no_such_path)?;
    if namespace.is_some() != resource.is_namespaced && (namespace.is_some() || name.is_some()) {
        return Err(Status::no_such_path());
    }
    let subresource = match subresource {
        None => None,
        Some(wanted) => Some(
            resource::SUBRESOURCES
                .iter()
                .find(|(of, name, ..)| *of == plural && *name == wanted)
                .map(|(_, name, ..)| *name)
                .ok_or_else(Status::no_such_path)?,
        ),
    };
    let query = sigv4::parameters(query);
    let is_watch = query
        .iter()
        .any(|(key, value)| key == "watch" && matches!(value.as_str(), "1" | "true"));
    let verb = match (method.as_str(), name.is_some()) {
        ("GET" | "HEAD", false) if is_watch => "watch",
        ("GET" | "HEAD", false) => "list",
        ("GET" | "HEAD", true) => "get",
        ("POST", _) => "create",
        ("PUT", true) => "update",
        ("PATCH", true) => "patch",
        ("DELETE", true) => "delete",
        ("DELETE", false) => "deletecollection",
        _ => return Err(Status::not_allowed()),
    };
    let is_kept = RESOURCES.iter().any(|row| row.plural == plural);
    let is_served = match subresource {
        _ if !is_kept => verb == "create" && name.is_none(),
        Some("token") => verb == "create",
        Some(_) => verb == "get",
        None => verb != "deletecollection" && (verb == "create") <= name.is_none(),
    };
    if !is_served {
        return Err(Status::not_allowed());
    }
    Ok(Target::Objects(Request {
        verb,
        resource,
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        subresource,
        query,
    }))
}

fn group_target(group: &str, version: &str) -> Target {
    Target::Group {
        group: group.to_owned(),
        version: version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match route(method, path, query) {
            Ok(Target::Objects(request)) => format!(
                "{} {:?} {:?}",
                request.operation(),
                request.namespace,
                request.name
            ),
            Ok(other) => format!("{other:?}"),
            Err(status) => status.code.to_string(),
        }
    }

    #[test]
    fn paths_are_understood() {
        for (method, path, expected) in [
            (Method::GET, "/api/v1/pods", "kube:list:pods None None"),
            (
                Method::GET,
                "/api/v1/pods?watch=1",
                "kube:watch:pods None None",
            ),
            (
                Method::GET,
                "/api/v1/namespaces",
                "kube:list:namespaces None None",
            ),
            (
                Method::GET,
                "/api/v1/namespaces/a",
                "kube:get:namespaces None Some(\"a\")",
            ),
            (
                Method::POST,
                "/api/v1/namespaces/a/serviceaccounts/b/token",
                "kube:create:serviceaccounts/token Some(\"a\") Some(\"b\")",
            ),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/a/deployments/b",
                "kube:patch:deployments Some(\"a\") Some(\"b\")",
            ),
            (Method::GET, "/api/v1/secrets", "404"),
            (Method::GET, "/api/v1/namespaces/a/nodes", "404"),
            (Method::GET, "/api/v1/pods/x", "404"),
            (Method::GET, "/clusters", "404"),
            (Method::DELETE, "/api/v1/namespaces/a/pods", "405"),
            (
                Method::GET,
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                "405",
            ),
        ] {
            assert_eq!(asked(&method, path), expected, "{method} {path}");
        }
    }
}
