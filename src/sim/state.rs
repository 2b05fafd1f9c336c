//! The simulated world while it runs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;

use super::kube::Kubernetes;

pub(crate) type Tags = BTreeMap<String, String>;

/// Everything that requests read and change.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) regions_not_enabled: Vec<String>,
    /// First answers by account, operation, cluster and idempotency token.
    pub(crate) replays: BTreeMap<String, Replay>,
}

/// The first answer to an idempotency token, and what was asked.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) request: Value,
    pub(crate) answer: Value,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) alias: Option<String>,
    pub(crate) keys: Vec<AccessKey>,
    pub(crate) regions: Vec<String>,
    pub(crate) roles: BTreeMap<String, Role>,
    pub(crate) identity_providers: BTreeMap<String, OpenIdConnectProvider>,
    /// By region and name.
    pub(crate) clusters: BTreeMap<(String, String), Cluster>,
}

#[derive(Clone, Debug)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session_token: Option<String>,
    pub(crate) caller: Caller,
    /// When the credentials of a session end.
    pub(crate) expires: Option<Timestamp>,
}

/// Whom an access key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) user_id: String,
}

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: String,
    pub(crate) description: Option<String>,
    pub(crate) trust: Value,
    pub(crate) created: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) last_used_region: String,
    pub(crate) max_session_seconds: i64,
    pub(crate) boundary: Option<String>,
    /// Policy name and ARN.
    pub(crate) attached: BTreeMap<String, String>,
    pub(crate) inline: BTreeMap<String, Value>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct OpenIdConnectProvider {
    pub(crate) arn: String,
    pub(crate) url: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) created: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// What `DescribeCluster` answers beside status, version, platform version and tags.
    pub(crate) document: serde_json::Map<String, Value>,
    pub(crate) status: String,
    pub(crate) version: String,
    pub(crate) platform: String,
    pub(crate) started: Timestamp,
    pub(crate) tags: Tags,
    pub(crate) associations: BTreeMap<String, Association>,
    pub(crate) updates: BTreeMap<String, Update>,
    /// Add-ons, node groups, Fargate profiles and so on, by kind and name.
    pub(crate) parts: BTreeMap<(PartKind, String), Part>,
    pub(crate) access_policies: BTreeMap<String, BTreeMap<String, Value>>,
    /// Who made the cluster and may do everything in it without an entry.
    pub(crate) creator: Option<String>,
    pub(crate) kubernetes: Arc<Kubernetes>,
}

/// What a cluster is made of beside associations and updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PartKind {
    AccessEntry,
    Addon,
    Capability,
    FargateProfile,
    IdentityProvider,
    Nodegroup,
}

/// A part of a cluster that this simulator describes and tags.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) arn: String,
    pub(crate) status: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) document: serde_json::Map<String, Value>,
    pub(crate) tags: Tags,
    /// When it begins to work, where that takes its time.
    pub(crate) ready: Option<Timestamp>,
    /// When it will be gone.
    pub(crate) gone: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(crate) struct Association {
    pub(crate) id: String,
    pub(crate) namespace: String,
    pub(crate) service_account: String,
    pub(crate) role_arn: String,
    pub(crate) target_role_arn: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) session_tags_disabled: bool,
    pub(crate) owner_arn: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) scope: UpdateScope,
    pub(crate) params: IndexMap<String, String>,
    pub(crate) created: Timestamp,
    pub(crate) ends: Timestamp,
    pub(crate) outcome: UpdateStatus,
    pub(crate) errors: Vec<Issue>,
    pub(crate) cancellation: Option<Cancellation>,
}

/// What an update changes; EKS lists each scope apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UpdateScope {
    Cluster,
    Nodegroup(String),
    Addon(String),
    Capability(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateStatus {
    InProgress,
    Failed,
    Cancelled,
    Successful,
}

impl UpdateStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Successful => "Successful",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Cancellation {
    pub(crate) reason: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) resources: Vec<String>,
}

impl Update {
    /// Returns where the update stands; nothing else moves it.
    pub(crate) fn status(&self, now: Timestamp) -> UpdateStatus {
        if now < self.ends {
            UpdateStatus::InProgress
        } else {
            self.outcome
        }
    }
}

impl Cluster {
    /// Returns the URL that signs the tokens of its service accounts.
    pub(crate) fn issuer(&self) -> &str {
        self.document
            .get("identity")
            .and_then(|identity| identity.pointer("/oidc/issuer"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Drops the parts whose time is over.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.parts
            .retain(|_, part| part.gone.is_none_or(|gone| now < gone));
    }

    /// Returns when each associated service account got its association, by namespace and name.
    pub(crate) fn associated_since(&self) -> HashMap<(String, String), Timestamp> {
        self.associations
            .values()
            .map(|one| {
                let key = (one.namespace.clone(), one.service_account.clone());
                (key, one.created)
            })
            .collect()
    }

    /// Returns the update that keeps the control plane busy.
    pub(crate) fn running_update(&self, scope: &UpdateScope, now: Timestamp) -> Option<&Update> {
        self.updates
            .values()
            .find(|update| update.scope == *scope && update.status(now) == UpdateStatus::InProgress)
    }

    pub(crate) fn current_status(&self, now: Timestamp) -> &str {
        let busy = self.running_update(&UpdateScope::Cluster, now).is_some();
        if self.status == "ACTIVE" && busy {
            "UPDATING"
        } else {
            &self.status
        }
    }

    /// Returns a parameter that the latest update to end well during this run has set.
    pub(crate) fn updated_to(
        &self,
        scope: &UpdateScope,
        param: &str,
        now: Timestamp,
    ) -> Option<&str> {
        self.updates
            .values()
            .filter(|update| update.scope == *scope && update.ends > self.started)
            .filter(|update| update.status(now) == UpdateStatus::Successful)
            .filter_map(|update| Some((update.ends, update.params.get(param)?)))
            .max_by_key(|(ends, _)| *ends)
            .map(|(_, value)| value.as_str())
    }
}

impl State {
    pub(crate) fn cluster(&self, account: &str, region: &str, name: &str) -> Option<&Cluster> {
        self.accounts
            .get(account)?
            .clusters
            .get(&(region.to_owned(), name.to_owned()))
    }

    pub(crate) fn clusters(&self) -> impl Iterator<Item = &Cluster> {
        self.accounts
            .values()
            .flat_map(|account| account.clusters.values())
    }

    /// Finds an access key among all accounts.
    pub(crate) fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.accounts
            .values()
            .flat_map(|account| &account.keys)
            .find(|key| key.id == id)
    }

    /// Returns whether the world knows the region at all.
    pub(crate) fn has_region(&self, region: &str) -> bool {
        self.regions_not_enabled.iter().any(|known| known == region)
            || self
                .accounts
                .values()
                .any(|account| account.regions.iter().any(|known| known == region))
    }
}
