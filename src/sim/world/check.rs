//! What no account could hold: words that can be read, but do not go together.

use std::collections::HashSet;

use super::file::{ClusterFile, WorkloadFile, WorldFile, line_of};

/// What is wrong, and the keys that lead there.
#[derive(Debug)]
pub(super) struct Wrong {
    path: Vec<String>,
    message: String,
}

impl Wrong {
    /// Says it with the line of the file.
    pub(super) fn within(self, text: &str) -> anyhow::Error {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let message = self.message;
        match line_of(text, &path) {
            Some(line) => anyhow::anyhow!("{message}, at line {line}"),
            None => anyhow::anyhow!(message),
        }
    }
}

fn ensure(is_right: bool, path: &[&str], message: impl FnOnce() -> String) -> Result<(), Wrong> {
    if is_right {
        return Ok(());
    }
    Err(Wrong {
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        message: message(),
    })
}

/// Replaces what workloads are like by what that means.
pub(super) fn fill_in(file: &mut WorldFile) -> Result<(), Wrong> {
    let WorldFile {
        templates,
        defaults,
        accounts,
        ..
    } = file;
    let clusters = accounts
        .iter_mut()
        .flat_map(|account| &mut account.clusters);
    for cluster in clusters {
        cluster.kubernetes.defaults = defaults.clone();
        for (namespace, workloads) in &mut cluster.kubernetes.workloads {
            for (name, workload) in workloads {
                let mut whole = std::mem::take(&mut workload.0);
                if let Some(like) = &whole.like {
                    let path = [&cluster.name, "workloads", namespace, name].map(|key: &str| key);
                    let template = templates.get(like);
                    ensure(template.is_some(), &path, || {
                        format!("{namespace}/{name} is like {like}, but there is no such template")
                    })?;
                    whole = template.map_or(whole.clone(), |template| whole.or(template));
                }
                workload.0 = whole.with_defaults(defaults, namespace);
            }
        }
    }
    Ok(())
}

/// Refuses what no account could hold.
pub(super) fn world(file: &WorldFile) -> Result<(), Wrong> {
    ensure(!file.accounts.is_empty(), &[], || {
        "the world has no accounts".to_owned()
    })?;
    let mut ids = HashSet::new();
    let mut keys = HashSet::new();
    for account in &file.accounts {
        let id = &account.id;
        let here = [id.as_str()];
        ensure(
            id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()),
            &here,
            || format!("'{id}' is no account id: it has 12 digits (in quotes)"),
        )?;
        ensure(ids.insert(id), &here, || {
            format!("the account {id} is there twice")
        })?;
        let key = &account.access_key_id;
        ensure(keys.insert(key), &here, || {
            format!("the access key {key} belongs to two accounts")
        })?;
        ensure(!account.regions.is_empty(), &here, || {
            format!("the account {id} has no regions")
        })?;
        let mut clusters = HashSet::new();
        for file in &account.clusters {
            let (name, region) = (&file.name, &file.region);
            let here = [id, name.as_str()];
            ensure(account.regions.contains(region), &here, || {
                format!("the cluster {name} is in {region}, which the account {id} has not enabled")
            })?;
            ensure(clusters.insert((region, name)), &here, || {
                format!("the cluster {name} is in {region} twice")
            })?;
            cluster(file).map_err(|wrong| Wrong {
                message: format!("the cluster {name} in {region} is wrong: {}", wrong.message),
                path: here
                    .iter()
                    .map(|key| (*key).to_owned())
                    .chain(wrong.path)
                    .collect(),
            })?;
        }
    }
    Ok(())
}

fn cluster(file: &ClusterFile) -> Result<(), Wrong> {
    let mut count = 0_u32;
    for (namespace, accounts) in &file.associations {
        for (name, association) in accounts {
            count += 1;
            let here = ["associations", namespace, name];
            let association = &association.0;
            if let Some(addon) = &association.addon {
                ensure(file.addons.contains_key(addon), &here, || {
                    format!(
                        "{namespace}/{name} belongs to an add-on, but there is no add-on {addon}"
                    )
                })?;
            }
            if let Some(id) = &association.id {
                ensure(id.len() == 19 && id.starts_with("a-"), &here, || {
                    format!("'{id}' is no association id: it is a- and 17 characters")
                })?;
            }
            ensure(
                association.policy.is_none() || association.session_tags.is_some(),
                &here,
                || {
                    format!(
                        "{namespace}/{name} has a policy, which needs session_tags: false, or true for one from before EKS refused that"
                    )
                },
            )?;
        }
    }
    let limit = crate::sim::eks::ASSOCIATIONS_PER_CLUSTER;
    ensure(count <= limit, &["associations"], || {
        format!("a cluster holds at most {limit} associations, not {count}")
    })?;
    updates(file)?;
    kubernetes(file)
}

fn updates(file: &ClusterFile) -> Result<(), Wrong> {
    for update in &file.updates {
        let here = ["updates", update.kind.as_str()];
        let scopes = [&update.nodegroup, &update.addon, &update.capability];
        ensure(
            scopes.iter().filter(|scope| scope.is_some()).count() <= 1,
            &here,
            || "an update names more than one of nodegroup, addon and capability".to_owned(),
        )?;
        let is_there = |name: &str| {
            (
                file.nodegroups.contains_key(name),
                file.addons.contains_key(name),
                file.capabilities.contains_key(name),
            )
        };
        if let Some(name) = &update.nodegroup {
            ensure(is_there(name).0, &["updates", name], || {
                format!("an update is of the node group {name}, which is not there")
            })?;
        }
        if let Some(name) = &update.addon {
            ensure(is_there(name).1, &["updates", name], || {
                format!("an update is of the add-on {name}, which is not there")
            })?;
        }
        if let Some(name) = &update.capability {
            ensure(is_there(name).2, &["updates", name], || {
                format!("an update is of the capability {name}, which is not there")
            })?;
        }
    }
    Ok(())
}

fn kubernetes(file: &ClusterFile) -> Result<(), Wrong> {
    let kubernetes = &file.kubernetes;
    for path in &kubernetes.without_service_account {
        let known = path.split_once('/').and_then(|(namespace, name)| {
            file.associations
                .get(namespace)
                .map(|names| names.contains_key(name))
        });
        ensure(known == Some(true), &["without_service_account"], || {
            format!("'{path}' has no association that could be without its service account")
        })?;
    }
    for nodegroup in kubernetes.agent.on.keys() {
        ensure(
            file.nodegroups.contains_key(nodegroup),
            &["kubernetes", "agent", nodegroup],
            || format!("the agent is on the node group {nodegroup}, which is not there"),
        )?;
    }
    for (namespace, workloads) in &kubernetes.workloads {
        for (name, workload) in workloads {
            let here = ["workloads", namespace, name];
            workload_file(file, &workload.0, &here)?;
        }
    }
    Ok(())
}

fn workload_file(file: &ClusterFile, workload: &WorkloadFile, here: &[&str]) -> Result<(), Wrong> {
    let [_, namespace, name] = here else {
        return Ok(());
    };
    if let Some(super::file::Place::Nodegroup(nodegroup)) = &workload.on {
        ensure(file.nodegroups.contains_key(nodegroup), here, || {
            format!("{namespace}/{name} is on the node group {nodegroup}, which is not there")
        })?;
    }
    let containers = &workload.containers.0;
    let inner = containers.values().flat_map(|container| &container.mounts);
    for (volume, _) in workload.mounts.iter().chain(inner) {
        ensure(workload.volumes.contains_key(volume), here, || {
            format!("{namespace}/{name} mounts {volume}, which is none of its volumes")
        })?;
    }
    Ok(())
}
