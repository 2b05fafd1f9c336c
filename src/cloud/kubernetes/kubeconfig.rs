//! `--kubeconfig`: which of its contexts, if any, is the cluster that AWS described.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use kube::Config;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, NamedCluster};

use super::connect::{self, Endpoint};
use crate::cloud::failure;
use crate::model::{Failure, FailureKind, Text};

/// The context of a kubeconfig that is used for a cluster.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) context: Text,
    pub(super) config: Config,
}

const HINT: &str = "kubectl config view --kubeconfig FILE shows what is in it; without --kubeconfig roledex makes its own tokens";

/// Says what is wrong with a file before anything rests on it: a person who names one wants it to be used.
pub fn check(path: &Path) -> Result<(), Failure> {
    read(path, "use the kubeconfig").map(|_| ())
}

fn read(path: &Path, doing: &str) -> Result<Kubeconfig, Failure> {
    Kubeconfig::read_from(path).map_err(|error| {
        let cause = failure::chain(&error);
        let cause = format!("{} cannot be read: {cause}", path.display());
        Failure::new(FailureKind::Unconfigured, doing, cause).hint(HINT)
    })
}

/// Finds the context for an endpoint; none is no error, since tokens can be made without.
///
/// A context's name proves nothing: it is used if its server or its authority is the one that EKS told, or if
/// roledex's own configuration says so. Then the certificate is still checked against what EKS told.
pub(super) async fn choose(
    path: &Path,
    endpoint: &Endpoint,
    mapped: Option<&str>,
    doing: &str,
) -> Result<Option<Chosen>, Failure> {
    let unusable = |cause: String| Failure::new(FailureKind::Unconfigured, doing, cause).hint(HINT);
    let mut kubeconfig = read(path, doing)?;
    let Some(context) = context_for(&kubeconfig, endpoint, mapped) else {
        return match mapped {
            Some(name) => Err(unusable(format!(
                "{} has no context {name}",
                path.display()
            ))),
            None => Ok(None),
        };
    };
    for user in &mut kubeconfig.auth_infos {
        if let Some(exec) = user.auth_info.as_mut().and_then(|info| info.exec.as_mut()) {
            // A plugin that reads the keys of a person or writes into the screen has no place here.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    let has_own_proxy = cluster_of(&kubeconfig, &context)
        .and_then(|cluster| cluster.cluster.as_ref()?.proxy_url.as_deref())
        .is_some_and(|url| !url.is_empty());
    let options = KubeConfigOptions {
        context: Some(context.clone()),
        ..KubeConfigOptions::default()
    };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| unusable(format!("context {context}: {}", failure::chain(&error))))?;
    if !connect::is_private(&config.cluster_url) {
        return match mapped {
            Some(name) => Err(unusable(format!(
                "the server of context {name} is no https URL, and not on this machine"
            ))),
            None => Ok(None),
        };
    }
    if mapped.is_none() && connect::is_encrypted(&config.cluster_url) {
        config.root_cert = Some(endpoint.authority.clone());
    }
    config.accept_invalid_certs = false;
    // Nor may a proxy of its own read what goes without TLS.
    if !has_own_proxy || !connect::is_encrypted(&config.cluster_url) {
        config.proxy_url = connect::proxy(&config.cluster_url, doing)?;
    }
    Ok(Some(Chosen {
        context: context.as_str().into(),
        config,
    }))
}

/// The current context if it fits, else the first one that does.
fn context_for(
    kubeconfig: &Kubeconfig,
    endpoint: &Endpoint,
    mapped: Option<&str>,
) -> Option<String> {
    let names = || kubeconfig.contexts.iter().map(|context| &context.name);
    if let Some(mapped) = mapped {
        return names().find(|name| *name == mapped).cloned();
    }
    let fits = |name: &&String| {
        cluster_of(kubeconfig, name).is_some_and(|cluster| is_same(cluster, endpoint))
    };
    let current = kubeconfig.current_context.as_ref();
    current.filter(fits).or_else(|| names().find(fits)).cloned()
}

fn cluster_of<'k>(kubeconfig: &'k Kubeconfig, context: &str) -> Option<&'k NamedCluster> {
    let context = kubeconfig
        .contexts
        .iter()
        .find(|known| known.name == context)?;
    let cluster = &context.context.as_ref()?.cluster;
    kubeconfig
        .clusters
        .iter()
        .find(|known| known.name == *cluster)
}

fn is_same(cluster: &NamedCluster, endpoint: &Endpoint) -> bool {
    let Some(cluster) = &cluster.cluster else {
        return false;
    };
    let server = cluster.server.as_deref().and_then(|text| text.parse().ok());
    let Some(server) = server.filter(connect::is_private) else {
        return false;
    };
    if is_same_server(&server, &endpoint.uri) {
        return true;
    }
    // Nothing checks the authority of a server without TLS.
    if !connect::is_encrypted(&server) {
        return false;
    }
    let pem = match (
        &cluster.certificate_authority_data,
        &cluster.certificate_authority,
    ) {
        (Some(data), _) => STANDARD.decode(data.trim()).ok(),
        (None, Some(path)) => std::fs::read(path).ok(),
        (None, None) => None,
    };
    pem.and_then(|pem| connect::certificates(&pem).ok())
        .is_some_and(|authority| authority == endpoint.authority)
}

fn is_same_server(one: &Uri, other: &Uri) -> bool {
    let port = |uri: &Uri| {
        let usual = if connect::is_encrypted(uri) { 443 } else { 80 };
        uri.port_u16().unwrap_or(usual)
    };
    let host = |uri: &Uri| uri.host().unwrap_or_default().to_ascii_lowercase();
    one.scheme() == other.scheme()
        && host(one) == host(other)
        && port(one) == port(other)
        && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            uri: "https://ABC.gr7.eu-west-1.eks.amazonaws.com"
                .parse()
                .unwrap(),
            authority: vec![vec![1]],
        }
    }

    fn kubeconfig(current: &str, servers: &[(&str, &str)]) -> Kubeconfig {
        let mut text = format!("current-context: {current}\nclusters:\n");
        for (name, server) in servers {
            text.push_str(&format!(
                "- name: c-{name}\n  cluster: {{server: '{server}'}}\n"
            ));
        }
        text.push_str("contexts:\n");
        for (name, _) in servers {
            text.push_str(&format!(
                "- name: {name}\n  context: {{cluster: c-{name}}}\n"
            ));
        }
        Kubeconfig::from_yaml(&text).unwrap()
    }

    #[test]
    fn contexts_are_told_by_their_server_and_never_by_their_name() {
        let server = "https://abc.GR7.eu-west-1.eks.amazonaws.com:443/";
        let elsewhere = "https://evil.example";
        let arn = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";
        for (servers, current, mapped, expected) in [
            (vec![(arn, elsewhere)], arn, None, None),
            (vec![("a", elsewhere), ("b", server)], "a", None, Some("b")),
            (vec![("a", server), ("b", server)], "b", None, Some("b")),
            (vec![("a", server), ("b", server)], "gone", None, Some("a")),
            (vec![("a", elsewhere)], "a", Some("a"), Some("a")),
            (vec![("a", server)], "a", Some("b"), None),
            (
                vec![("a", "http://abc.gr7.eu-west-1.eks.amazonaws.com:443")],
                "a",
                None,
                None,
            ),
            (
                vec![("a", "https://abc.gr7.eu-west-1.eks.amazonaws.com/sub")],
                "a",
                None,
                None,
            ),
        ] {
            let found = context_for(&kubeconfig(current, &servers), &endpoint(), mapped);
            assert_eq!(found.as_deref(), expected, "{servers:?} {current}");
        }
    }
}
