//! Software that comes and goes while the cluster runs, as add-ons do.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::object::Object;
use super::resource::Resource;
use super::seed::{GivenServiceAccount, GivenWorkload, put_namespace, put_service_account, the};
use super::store::{Key, Kubernetes, Store};
use super::workload::{self, Context};
use super::write::cascade;

/// What an add-on runs, and as whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Software {
    pub(crate) service_accounts: Vec<GivenServiceAccount>,
    pub(crate) workloads: Vec<GivenWorkload>,
}

impl Kubernetes {
    /// Makes what is not there yet.
    pub(crate) fn install(
        &self,
        software: &Software,
        associations: &HashMap<Key, Timestamp>,
        now: Timestamp,
    ) {
        let cx = Context {
            arn: &self.arn,
            seed: &self.seed,
            associations,
            planted: None,
            now,
        };
        let mut store = self.lock();
        let accounts = software.service_accounts.iter().map(|one| &one.namespace);
        let workloads = software.workloads.iter().map(|one| &one.namespace);
        for namespace in accounts.chain(workloads) {
            if store.get(the("Namespace"), "", namespace).is_none() {
                put_namespace(&cx, &mut store, namespace, now);
            }
        }
        for given in &software.service_accounts {
            let resource = the("ServiceAccount");
            if store.get(resource, &given.namespace, &given.name).is_none() {
                put_service_account(&cx, &mut store, given);
            }
        }
        for given in &software.workloads {
            if named(&store, given).is_none() {
                workload::plant(&cx, &mut store, given);
            }
        }
    }

    /// Removes workloads with their pods, and service accounts.
    pub(crate) fn uninstall(&self, software: &Software) {
        let mut store = self.lock();
        for given in &software.workloads {
            if let Some((resource, object)) = named(&store, given) {
                store.remove(resource, &given.namespace, &given.name);
                cascade(&mut store, &object);
            }
        }
        for given in &software.service_accounts {
            store.remove(the("ServiceAccount"), &given.namespace, &given.name);
        }
    }
}

/// Finds a workload by its name, of whichever kind the world made it.
fn named(store: &Store, given: &GivenWorkload) -> Option<(&'static Resource, Arc<Object>)> {
    ["Deployment", "DaemonSet", "StatefulSet"]
        .into_iter()
        .find_map(|kind| {
            let resource = the(kind);
            let found = store.get(resource, &given.namespace, &given.name)?;
            Some((resource, Arc::clone(found)))
        })
}
