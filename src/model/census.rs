//! Everything that the Kubernetes of one cluster said, kept up to date by lists and watches.
//!
//! It only remembers. What follows for the identity of accounts and containers is asked of a [`Picture`], which
//! joins a census with what AWS said; so no row can be older than what it rests on.

mod account;
mod agents;
mod associations;
mod container;
mod part;
mod picture;
mod register;
mod roles;
mod scope;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::identity::{Agent, Fact};
use crate::model::kubernetes::{KubeId, KubeObject, WatchEvent, WatchedKind};
use crate::model::node::Node;
use crate::model::pod::{Pod, Shared};
use crate::model::service_account::ServiceAccount;
use crate::model::{Failure, Text};

pub use account::AccountRow;
pub use associations::Associations;
pub use container::ContainerRow;
pub use part::Part;
pub use picture::{Explanation, Picture};
pub use register::Reading;
pub use roles::NodeRoles;
pub use scope::Scope;

use agents::Agents;
use register::Register;

/// Service accounts, pods and nodes of one cluster, as far as they were read.
///
/// Pods are found by service account, and agents by node, without a search.
#[derive(Debug, Clone, Default)]
pub struct Census {
    scope: Scope,
    accounts: Register<ServiceAccount>,
    pods: Register<Pod>,
    /// Names of pods by namespace and service account.
    pods_of: BTreeMap<Text, BTreeMap<Text, BTreeSet<Text>>>,
    nodes: Register<Node>,
    agents: Agents,
    shared: Shared,
    /// How much was shared after it was last looked through for what is gone.
    kept: usize,
    revision: u64,
}

impl Census {
    /// Of a whole cluster, with nothing read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a part of a cluster: about the rest it says nothing, rather than that it is not there.
    ///
    /// Nodes are not narrowed, and neither are the pods of the agent, which are then read as [`Part::Agents`].
    pub fn of(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Changes with everything that may change a row, and with nothing else.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes what the watch of a kind says.
    pub fn take(&mut self, kind: WatchedKind, event: WatchEvent) {
        match event {
            WatchEvent::Restarted => self.restart(kind),
            WatchEvent::Applied(object) => self.apply(object),
            WatchEvent::Deleted(id) => self.delete(&id),
            WatchEvent::Synced => self.live(kind),
            WatchEvent::Unreadable { id, words } => {
                // As it was before, it would pass for what it is now.
                if let Some(id) = &id {
                    self.delete(id);
                }
                self.unreadable(kind, words);
            }
            WatchEvent::Failed(failure) => self.failed(kind, &failure),
        }
    }

    /// A list begins: what is not named until [`Census::synced`] is gone.
    pub fn restart(&mut self, part: impl Into<Part>) {
        self.each_register(part.into(), |register| register.restart());
    }

    /// Takes an object as it is now.
    pub fn apply(&mut self, object: impl Into<KubeObject>) {
        let changed = match object.into() {
            KubeObject::ServiceAccount(account) => self.put_account(account),
            KubeObject::Pod(pod) => self.put_pod(pod),
            KubeObject::Node(node) => {
                let (namespace, name) = (Text::from(""), node.name.clone());
                self.nodes.put(namespace, name, node).changed
            }
        };
        self.revision += u64::from(changed);
    }

    pub fn delete(&mut self, id: &KubeId) {
        let gone = match id {
            KubeId::ServiceAccount { namespace, name } => {
                self.accounts.remove(namespace, name).is_some()
            }
            KubeId::Pod { namespace, name } => {
                let was_agent = self.agents.remove(namespace, name);
                let pod = self.pods.remove(namespace, name);
                if let Some(pod) = &pod {
                    self.leave_account(pod);
                }
                pod.is_some() || was_agent
            }
            KubeId::Node { name } => self.nodes.remove("", name).is_some(),
        };
        self.revision += u64::from(gone);
    }

    /// A list was read to its end; what it did not name is gone.
    pub fn synced(&mut self, part: impl Into<Part>) {
        self.end_list(part.into(), false);
    }

    /// A list was read to its end, and a watch goes on from there.
    pub fn live(&mut self, part: impl Into<Part>) {
        self.end_list(part.into(), true);
    }

    fn end_list(&mut self, part: Part, is_live: bool) {
        if self.names(part, Part::ServiceAccounts) {
            self.accounts.synced(is_live);
        }
        if self.names(part, Part::Pods) {
            for pod in self.pods.synced(is_live) {
                self.leave_account(&pod);
            }
        }
        if self.names(part, Part::Nodes) {
            self.nodes.synced(is_live);
        }
        if self.names(part, Part::Agents) {
            self.agents.synced(is_live);
        }
        self.revision += 1;
        self.forget();
    }

    /// What was read stays; after a complete list it was all that there was, and is only no longer fresh.
    pub fn failed(&mut self, part: impl Into<Part>, failure: &Failure) {
        self.each_register(part.into(), |register| register.failed(failure.clone()));
    }

    /// An object could not be decoded, so it may be any that is missing.
    pub fn unreadable(&mut self, part: impl Into<Part>, words: impl Into<Text>) {
        let words = words.into();
        self.each_register(part.into(), |register| register.unreadable(words.clone()));
    }

    /// No watch keeps anything as it is now any more; what was read stays.
    pub fn rest(&mut self) {
        // No row says whether it is watched, so none has changed.
        self.accounts.rest();
        self.pods.rest();
        self.nodes.rest();
        self.agents.register.rest();
    }

    pub fn reading(&self, part: impl Into<Part>) -> Reading<'_> {
        match part.into() {
            Part::ServiceAccounts => self.accounts.reading(),
            Part::Pods => self.pods.reading(),
            Part::Nodes => self.nodes.reading(),
            Part::Agents => self.agents.register.reading(),
        }
    }

    /// Whether all of it is known, so that what is not there is known not to be.
    pub fn is_read(&self, part: impl Into<Part>) -> bool {
        match part.into() {
            Part::ServiceAccounts => self.accounts.is_complete(),
            Part::Pods => self.pods.is_complete(),
            Part::Nodes => self.nodes.is_complete(),
            Part::Agents => self.agents.register.is_complete(),
        }
    }

    /// Objects that could not be decoded, in words.
    pub fn not_decoded(&self, part: impl Into<Part>) -> &[Text] {
        match part.into() {
            Part::ServiceAccounts => self.accounts.not_decoded(),
            Part::Pods => self.pods.not_decoded(),
            Part::Nodes => self.nodes.not_decoded(),
            Part::Agents => self.agents.register.not_decoded(),
        }
    }

    /// Why a part is not fully known, in words: "nodes were not read"; `None` if it is.
    pub fn gap(&self, part: impl Into<Part>) -> Option<String> {
        let part = part.into();
        if self.is_read(part) {
            return None;
        }
        let words = part.words();
        Some(match (self.reading(part), self.not_decoded(part)) {
            (Reading::Failed(failure), _) => failure.to_string(),
            (Reading::Unread, _) => format!("{words} were not read"),
            (Reading::Reading, _) => format!("{words} are being read"),
            (Reading::Read | Reading::Live, [only]) => format!("not understood: {only}"),
            (Reading::Read | Reading::Live, several) => {
                format!("{} {words} were not understood", several.len())
            }
        })
    }

    pub fn service_accounts(&self) -> impl Iterator<Item = &Arc<ServiceAccount>> {
        self.accounts.iter()
    }

    pub fn pods(&self) -> impl Iterator<Item = &Arc<Pod>> {
        self.pods.iter()
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter()
    }

    /// How many are known of a part.
    pub fn count(&self, part: impl Into<Part>) -> usize {
        match part.into() {
            Part::ServiceAccounts => self.accounts.len(),
            Part::Pods => self.pods.len(),
            Part::Nodes => self.nodes.len(),
            Part::Agents => self.agents.register.len(),
        }
    }

    /// The pods of a service account, by name.
    pub fn pods_of(&self, namespace: &str, account: &str) -> impl Iterator<Item = &Arc<Pod>> {
        let names = self
            .pods_of
            .get(namespace)
            .and_then(|accounts| accounts.get(account));
        let names = names.into_iter().flatten();
        names.filter_map(move |name| self.pods.get(namespace, name))
    }

    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Arc<Pod>> {
        self.pods.get(namespace, name)
    }

    pub fn service_account(&self, namespace: &str, name: &str) -> Fact<&ServiceAccount> {
        match self.accounts.get(namespace, name) {
            Some(account) => Fact::Present(account),
            None if self.accounts.is_complete() && self.scope.covers(namespace, name) => {
                Fact::Absent
            }
            None => Fact::Unknown,
        }
    }

    pub fn node(&self, name: &str) -> Fact<&Node> {
        match self.nodes.get("", name) {
            Some(node) => Fact::Present(node),
            None if self.nodes.is_complete() => Fact::Absent,
            None => Fact::Unknown,
        }
    }

    /// The agent of EKS Pod Identity on a node, as far as pods tell: Auto Mode has it built in.
    pub fn agent_on(&self, node: &str) -> Agent {
        self.agents.on(node)
    }

    /// Names of the service accounts that pods use.
    fn used_accounts(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.pods_of
            .iter()
            .flat_map(|(namespace, accounts)| accounts.keys().map(move |name| (namespace, name)))
    }

    fn put_account(&mut self, mut account: ServiceAccount) -> bool {
        if !self.scope.covers(&account.namespace, &account.name) {
            return false;
        }
        self.shared.text(&mut account.namespace);
        account
            .role_arn
            .iter_mut()
            .for_each(|role| self.shared.text(role));
        let (namespace, name) = (account.namespace.clone(), account.name.clone());
        self.accounts.put(namespace, name, account).changed
    }

    fn put_pod(&mut self, mut pod: Pod) -> bool {
        let agent_changed = self.agents.note(&pod);
        if !self.scope.covers(&pod.namespace, &pod.service_account) {
            // In a census of one service account, a pod of another may bear the name of an earlier one.
            let former = self.pods.remove(&pod.namespace, &pod.name);
            if let Some(former) = &former {
                self.leave_account(former);
            }
            return agent_changed || former.is_some();
        }
        pod.share(&mut self.shared);
        let (namespace, name) = (pod.namespace.clone(), pod.name.clone());
        let account = pod.service_account.clone();
        let put = self.pods.put(namespace.clone(), name.clone(), pod);
        let moved = put
            .before
            .as_ref()
            .is_none_or(|before| before.service_account != account);
        if moved {
            put.before
                .iter()
                .for_each(|before| self.leave_account(before));
            let accounts = self.pods_of.entry(namespace).or_default();
            accounts.entry(account).or_default().insert(name);
        }
        if self.shared.len() > 2 * self.kept + 1_024 {
            self.forget();
        }
        put.changed || agent_changed
    }

    fn leave_account(&mut self, pod: &Pod) {
        let Some(accounts) = self.pods_of.get_mut(&pod.namespace) else {
            return;
        };
        let Some(names) = accounts.get_mut(&pod.service_account) else {
            return;
        };
        names.remove(&pod.name);
        if names.is_empty() {
            accounts.remove(&pod.service_account);
        }
        if accounts.is_empty() {
            self.pods_of.remove(&pod.namespace);
        }
    }

    fn forget(&mut self) {
        self.shared.forget();
        self.kept = self.shared.len();
    }

    /// Whether `part` is read with what `named` names: agents are pods, unless only some pods are read.
    fn names(&self, named: Part, part: Part) -> bool {
        named == part || (named == Part::Pods && part == Part::Agents && self.scope.is_everything())
    }

    fn each_register(&mut self, named: Part, mut change: impl FnMut(&mut dyn register::Progress)) {
        let (pods, agents) = (
            self.names(named, Part::Pods),
            self.names(named, Part::Agents),
        );
        match named {
            Part::ServiceAccounts => change(&mut self.accounts),
            Part::Nodes => change(&mut self.nodes),
            Part::Pods | Part::Agents => {
                if pods {
                    change(&mut self.pods);
                }
                if agents {
                    change(&mut self.agents.register);
                }
            }
        }
        self.revision += 1;
    }
}
