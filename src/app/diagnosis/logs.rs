//! Whose logs belong to an explanation, and asking for them: only when somebody wants them, and kept no longer than
//! the explanation is open.

use std::collections::BTreeMap;

use super::{About, abouts, concern};
use crate::app::effect::{Effect, Request};
use crate::app::modal::{Modal, Subject, TextView};
use crate::app::msg::Step;
use crate::app::pane::RowKey;
use crate::app::remote::{Remote, Ticket};
use crate::app::state::State;
use crate::model::diagnosis::{self, Finding, Severity, Standing};
use crate::model::signature::{LogsOf, LogsRead};
use crate::model::{ClusterArn, Failure, Text};

/// What the logs of each cluster said.
pub type Logs = BTreeMap<ClusterArn, Remote<LogsRead>>;

/// Whose logs go with a row, or why there are none.
///
/// Of what has pods of its own those are read; of everything else those that its findings are about.
pub fn logs_of(state: &State, key: &RowKey) -> Result<BTreeMap<ClusterArn, LogsOf>, &'static str> {
    let mut all: BTreeMap<ClusterArn, LogsOf> = BTreeMap::new();
    let mut is_read = true;
    for about in abouts(state, key) {
        let of = all.entry(about.cluster().clone()).or_default();
        if let About::Account(account) = &about {
            of.add(account.namespace.clone(), account.name.clone(), &[]);
        }
        let remote = state.fleet.diagnosis(&about);
        let diagnosed = remote.and_then(Remote::value);
        is_read &= diagnosed.is_some();
        let findings = diagnosed.map_or(&[][..], |diagnosed| diagnosed.findings());
        for finding in findings.iter().filter(|finding| is_trouble(finding)) {
            if concern(state, key, about.cluster(), finding).is_some() {
                take(of, &about, finding);
            }
        }
    }
    match key {
        RowKey::Container(pod) => {
            for of in all.values_mut().flat_map(|of| of.accounts.values_mut()) {
                of.first = std::iter::once(pod.pod.clone()).collect();
                of.only = true;
            }
        }
        RowKey::Role(role) => add_users(state, role, &mut all),
        _ => {}
    }
    all.retain(|_, of| !of.is_empty());
    match (all.is_empty(), is_read) {
        (false, _) => Ok(all),
        (true, false) => Err("the diagnosis says whose logs to read, and is not there yet"),
        (true, true) => Err("no pod and no node is in trouble, so there is no log to look through"),
    }
}

/// Whether somebody's pods suffer from it, or may.
fn is_trouble(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && !matches!(finding.standing, Standing::Unknown(_))
}

/// Takes the pods or the node that a finding is about; of a service account that was asked for, only its own.
fn take(of: &mut LogsOf, about: &About, finding: &Finding) {
    match &finding.subject {
        diagnosis::Subject::Account {
            namespace,
            service_account,
        } => {
            let (namespace, name) = (namespace.clone(), service_account.clone());
            let is_asked = match about {
                About::Cluster(_) => true,
                About::Account(_) => of.accounts.contains_key(&(namespace.clone(), name.clone())),
            };
            if is_asked {
                of.add(namespace, name, &finding.pods);
            }
        }
        diagnosis::Subject::Node(node) if matches!(about, About::Cluster(_)) => {
            of.nodes.insert(node.clone());
        }
        _ => {}
    }
}

/// Everybody who is given a role, in the clusters that are looked at.
fn add_users(state: &State, role: &Text, all: &mut BTreeMap<ClusterArn, LogsOf>) {
    let Some(row) = state.fleet.roles.get(role) else {
        return;
    };
    let usage = &row.usage;
    let associated = usage.associations.known.iter().chain(&usage.targets.known);
    let associated =
        associated.map(|user| (&user.key.cluster, &user.namespace, &user.service_account));
    let annotated = usage.service_accounts.known.iter();
    let annotated = annotated.map(|user| (&user.cluster, &user.namespace, &user.name));
    for (cluster, namespace, name) in associated.chain(annotated) {
        if let Some(of) = all.get_mut(cluster) {
            of.add(namespace.clone(), name.clone(), &[]);
        }
    }
}

/// The row that the view on top explains.
pub(in crate::app) fn row_explained(state: &State) -> Option<&RowKey> {
    match state.modals.last() {
        Some(Modal::Text(view)) => match &view.subject {
            Subject::Explanation(key) => Some(key),
            _ => None,
        },
        _ => None,
    }
}

impl State {
    /// Reads the logs that go with the explanation on top.
    pub(in crate::app) fn read_logs(&mut self, effects: &mut Vec<Effect>) {
        let of = row_explained(self).map(|key| logs_of(self, key));
        let Some(Ok(of)) = of else { return };
        let mut asked = Vec::new();
        for (cluster, of) in of {
            let Some(route) = self.route_to(&cluster) else {
                continue;
            };
            let profiles = self.profiles_of(&cluster).map(Text::from).collect();
            let request = Request::ReadLogs {
                route,
                profiles,
                cluster: cluster.clone(),
                of,
            };
            asked.push((cluster, self.call(request, true, effects)));
        }
        let mut old = Vec::new();
        if let Some(Modal::Text(view)) = self.modals.last_mut() {
            for (cluster, ticket) in asked {
                let remote = view.logs.entry(cluster).or_default();
                old.push(remote.waiting());
                remote.ask(ticket);
            }
            // They stand on top.
            view.top = 0;
        }
        for ticket in old {
            self.supersede(ticket, effects);
        }
    }

    pub(in crate::app) fn land_logs(&mut self, ticket: Ticket, step: Step) {
        let now = self.now;
        if let (Some(remote), Step::Logs(read)) = (self.logs_waiting_for(ticket), step) {
            remote.settle(ticket, Ok(*read), now);
        }
    }

    pub(in crate::app) fn finish_logs(&mut self, ticket: Ticket, outcome: Result<(), Failure>) {
        let now = self.now;
        let Some(remote) = self.logs_waiting_for(ticket) else {
            return;
        };
        match outcome {
            Err(failure) => {
                remote.settle(ticket, Err(failure), now);
            }
            Ok(()) => remote.forget(ticket),
        }
    }

    fn logs_waiting_for(&mut self, ticket: Ticket) -> Option<&mut Remote<LogsRead>> {
        let views = self.modals.iter_mut().filter_map(|modal| match modal {
            Modal::Text(view) => Some(view),
            _ => None,
        });
        let mut logs = views.flat_map(|view| view.logs.values_mut());
        logs.find(|remote| remote.waiting() == Some(ticket))
    }
}

impl TextView {
    /// Questions about logs that are open.
    pub(in crate::app) fn logs_waiting(&self) -> impl Iterator<Item = Ticket> {
        self.logs.values().filter_map(Remote::waiting)
    }
}
