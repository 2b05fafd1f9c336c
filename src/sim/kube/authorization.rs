//! What a principal may do: access policies of EKS, and grants to groups.

use std::collections::BTreeMap;

use serde_json::Value;

const READ: [&str; 3] = ["get", "list", "watch"];

/// A rule of a world file: what groups may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    pub(crate) groups: Vec<String>,
    pub(crate) verbs: Vec<String>,
    pub(crate) resources: Vec<String>,
    /// All namespaces, and what is in none, when empty.
    pub(crate) namespaces: Vec<String>,
}

/// What was asked for, as rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes<'a> {
    pub(crate) verb: &'a str,
    /// With its subresource, such as `pods/log`.
    pub(crate) resource: &'a str,
    pub(crate) is_namespaced: bool,
    pub(crate) namespace: Option<&'a str>,
}

/// Everything that a principal may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    is_admin: bool,
    policies: Vec<(Level, Vec<String>)>,
    grants: Vec<Grant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    ClusterAdmin,
    /// Reads everything.
    AdminView,
    /// Changes what is in namespaces, but makes no tokens.
    Edit,
    /// Reads what is in namespaces.
    View,
}

impl Access {
    pub(crate) fn new(
        groups: &[String],
        policies: Option<&BTreeMap<String, Value>>,
        grants: &[Grant],
    ) -> Self {
        let policies = policies
            .into_iter()
            .flatten()
            .filter_map(|(arn, policy)| {
                let level = match arn.rsplit('/').next()? {
                    "AmazonEKSClusterAdminPolicy" => Level::ClusterAdmin,
                    "AmazonEKSAdminViewPolicy" => Level::AdminView,
                    "AmazonEKSAdminPolicy" | "AmazonEKSEditPolicy" => Level::Edit,
                    "AmazonEKSViewPolicy" => Level::View,
                    _ => return None,
                };
                let namespaces = policy.pointer("/accessScope/namespaces")?.as_array()?;
                let namespaces = namespaces
                    .iter()
                    .filter_map(|name| Some(name.as_str()?.to_owned()))
                    .collect();
                Some((level, namespaces))
            })
            .collect();
        Self {
            is_admin: groups.iter().any(|group| group == "system:masters"),
            policies,
            grants: grants
                .iter()
                .filter(|grant| grant.groups.iter().any(|group| groups.contains(group)))
                .cloned()
                .collect(),
        }
    }

    pub(crate) fn allows(&self, asked: Attributes<'_>) -> bool {
        // Everybody may ask what they may do.
        let is_about_oneself = asked.verb == "create" && asked.resource.starts_with("selfsubject");
        self.is_admin
            || is_about_oneself
            || self
                .policies
                .iter()
                .any(|(level, namespaces)| is_within(namespaces, asked) && level.allows(asked))
            || self.grants.iter().any(|grant| {
                is_within(&grant.namespaces, asked)
                    && has(&grant.verbs, asked.verb)
                    && has(&grant.resources, asked.resource)
            })
    }
}

impl Level {
    fn allows(self, asked: Attributes<'_>) -> bool {
        let is_reading = READ.contains(&asked.verb);
        match self {
            Self::ClusterAdmin => true,
            Self::AdminView => is_reading,
            Self::Edit => {
                (asked.is_namespaced && asked.resource != "serviceaccounts/token")
                    || (is_reading && asked.resource == "namespaces")
            }
            Self::View => is_reading && (asked.is_namespaced || asked.resource == "namespaces"),
        }
    }
}

fn is_within(namespaces: &[String], asked: Attributes<'_>) -> bool {
    namespaces.is_empty()
        || asked
            .namespace
            .is_some_and(|namespace| namespaces.iter().any(|name| fits(name, namespace)))
}

/// Fits a namespace to a name of a scope, which may begin or end in `*`.
fn fits(name: &str, namespace: &str) -> bool {
    match (name.strip_prefix('*'), name.strip_suffix('*')) {
        (Some(rest), _) => namespace.ends_with(rest),
        (None, Some(rest)) => namespace.starts_with(rest),
        (None, None) => name == namespace,
    }
}

pub(crate) fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|item| item == "*" || item == wanted)
}
