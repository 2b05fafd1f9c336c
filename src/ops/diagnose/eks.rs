//! What EKS says of a cluster, its parts and its associations.

use std::collections::{BTreeMap, HashSet};

use super::asking::{Asking, Progress};
use super::together;
use crate::cloud::{AssociationFilter, Urgency};
use crate::model::census::{NodeRoles, Scope};
use crate::model::{
    Addon, Association, AssociationDetail, Cluster, Described, Failure, FailureKind, Learned,
    Nodegroup, Text, Update, UpdateSubject,
};
use crate::ops::fleet::Site;
use crate::ops::load;

/// Parts of a cluster, each in full or not at all: half a list proves nothing.
pub(super) struct Parts {
    pub(super) addons: Learned<Vec<Addon>>,
    pub(super) nodegroups: Learned<Vec<Nodegroup>>,
    pub(super) updates: Learned<Vec<Update>>,
    /// Why there may be more updates, of parts that could not be listed.
    pub(super) updates_unlisted: Vec<Learned<()>>,
    /// Node groups that could not be described, and why there may be more of them.
    gaps: Vec<(Text, Failure)>,
    unlisted: Option<Failure>,
    described: Vec<Nodegroup>,
}

impl Parts {
    /// The roles of nodes, group by group: that one group cannot be described hides none of the others.
    pub(super) fn node_roles(&self, cluster: Option<&Cluster>) -> NodeRoles {
        let mut roles = NodeRoles::of(cluster);
        for group in &self.described {
            if let Some(role) = &group.role {
                roles.group(group.key.name.clone(), role.clone());
            }
        }
        for (name, failure) in &self.gaps {
            roles.group_failed(name.clone(), failure.clone());
        }
        if let Some(failure) = &self.unlisted {
            roles.list_failed(failure.clone());
        }
        roles
    }
}

/// Reads add-ons, node groups, and the updates of both, of the capabilities and of the cluster.
pub(super) async fn read<P: FnMut(Progress) + Send>(
    site: &Site,
    urgency: Urgency,
    asking: &Asking<P>,
) -> Parts {
    let capabilities = load::capabilities(&site.session, urgency, &site.arn);
    let (addons, nodegroups, capabilities) = tokio::join!(
        Box::pin(addons(site, urgency, asking)),
        Box::pin(nodegroups(site, urgency, asking)),
        Box::pin(asking.wait(capabilities)),
    );
    let capabilities = asking.learned(capabilities, "eks:ListCapabilities");
    let lists = [addons.listed, nodegroups.listed, as_list(&capabilities)];
    let mut parts = Parts {
        addons: addons.learned,
        nodegroups: nodegroups.learned,
        updates: Learned::NotAsked,
        updates_unlisted: lists
            .into_iter()
            .filter(|list| list.unknown().is_some())
            .collect(),
        gaps: nodegroups.gaps,
        unlisted: nodegroups.unlisted,
        described: nodegroups.described,
    };
    let mut subjects = vec![UpdateSubject::Cluster];
    subjects.extend(addons.names.into_iter().map(UpdateSubject::Addon));
    subjects.extend(nodegroups.names.into_iter().map(UpdateSubject::Nodegroup));
    let capabilities = capabilities.known().into_iter().flatten().cloned();
    subjects.extend(capabilities.map(UpdateSubject::Capability));
    parts.updates = updates(site, urgency, &subjects, asking).await;
    parts
}

struct Addons {
    learned: Learned<Vec<Addon>>,
    names: Vec<Text>,
    listed: Learned<()>,
}

async fn addons<P: FnMut(Progress) + Send>(
    site: &Site,
    urgency: Urgency,
    asking: &Asking<P>,
) -> Addons {
    let (mut found, mut names, mut failure) = (Vec::new(), Vec::new(), None);
    let read = load::every_addon(&site.session, urgency, &site.arn, |key, described| {
        names.push(key.name);
        match described {
            Ok(described) => found.push(described.value),
            Err(failed) => failure = Some(failed),
        }
    });
    let listed = asking.wait(read).await;
    found.sort_by(|one: &Addon, other| one.key.cmp(&other.key));
    names.sort();
    let is_listed = listed.is_ok();
    let learned = match (listed, failure) {
        (Err(failure), _) => asking.learned(Err(failure), "eks:ListAddons"),
        (Ok(()), Some(failure)) => asking.learned(Err(failure), "eks:DescribeAddon"),
        (Ok(()), None) => Learned::Known(found),
    };
    let listed = if is_listed {
        Learned::Known(())
    } else {
        as_list(&learned)
    };
    Addons {
        learned,
        names,
        listed,
    }
}

struct Nodegroups {
    learned: Learned<Vec<Nodegroup>>,
    names: Vec<Text>,
    described: Vec<Nodegroup>,
    gaps: Vec<(Text, Failure)>,
    unlisted: Option<Failure>,
    listed: Learned<()>,
}

async fn nodegroups<P: FnMut(Progress) + Send>(
    site: &Site,
    urgency: Urgency,
    asking: &Asking<P>,
) -> Nodegroups {
    let (mut described, mut names, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    let read = load::every_nodegroup(&site.session, urgency, &site.arn, |key, found| {
        names.push(key.name.clone());
        match found {
            Ok(found) => described.push(found.value),
            Err(failure) => gaps.push((key.name, failure)),
        }
    });
    let listed = asking.wait(read).await;
    described.sort_by(|one: &Nodegroup, other| one.key.cmp(&other.key));
    names.sort();
    let unlisted = listed.as_ref().err().cloned();
    let learned = match (listed, gaps.first()) {
        (Err(failure), _) => asking.learned(Err(failure), "eks:ListNodegroups"),
        (Ok(()), Some((_, failure))) => {
            asking.learned(Err(failure.clone()), "eks:DescribeNodegroup")
        }
        (Ok(()), None) => Learned::Known(described.clone()),
    };
    let listed = match &unlisted {
        Some(_) => as_list(&learned),
        None => Learned::Known(()),
    };
    Nodegroups {
        learned,
        names,
        described,
        gaps,
        unlisted,
        listed,
    }
}

async fn updates<P: FnMut(Progress) + Send>(
    site: &Site,
    urgency: Urgency,
    subjects: &[UpdateSubject],
    asking: &Asking<P>,
) -> Learned<Vec<Update>> {
    let mut found = Vec::new();
    let none = HashSet::new();
    let add = |described: Described<Update>| found.push(described.value);
    let read = load::updates(&site.session, urgency, &site.arn, subjects, &none, add);
    let failures = asking.wait(read).await;
    found.sort_by(|one, other| one.key.cmp(&other.key));
    match failures.into_iter().next() {
        Some(failure) => {
            let permission = action(&failure).unwrap_or("eks:ListUpdates").to_owned();
            asking.learned(Err(failure), &permission)
        }
        None => Learned::Known(found),
    }
}

/// Associations of the cluster, those of the scope described.
pub(super) struct Associations {
    pub(super) listed: Learned<Vec<Association>>,
    pub(super) details: BTreeMap<Text, Learned<AssociationDetail>>,
    pub(super) count: Learned<usize>,
}

pub(super) async fn associations<P: FnMut(Progress) + Send>(
    site: &Site,
    urgency: Urgency,
    scope: &Scope,
    asking: &Asking<P>,
) -> Associations {
    // All of them whatever the scope: the quota counts them all, and names nearly match across namespaces.
    let mut listed = Vec::new();
    let every = AssociationFilter::default();
    let read = load::associations(&site.session, urgency, &site.arn, &every, |page| {
        listed.extend(page);
    });
    let answer = asking.wait(read).await;
    let permission = "eks:ListPodIdentityAssociations";
    let answer = asking.learned(answer, permission);
    let is_within = |association: &&Association| {
        scope.covers(&association.namespace, &association.service_account)
    };
    let describe = |association: &Association| {
        let key = association.key.clone();
        async move {
            let described = asking.wait(load::association(&site.session, urgency, &key));
            (key.id.clone(), described.await)
        }
    };
    let described = together(listed.iter().filter(is_within).map(describe)).await;
    // Deleted between the list and the question.
    let gone = |association: &Association| {
        let described = described.get(&association.key.id);
        matches!(described, Some(Err(failure)) if failure.kind == FailureKind::NotFound)
    };
    listed.retain(|association| !gone(association));
    let ids: HashSet<Text> = listed.iter().map(|one| one.key.id.clone()).collect();
    let details = described
        .into_iter()
        .filter(|(id, _)| ids.contains(id))
        .map(|(id, described)| {
            let detail = described.map(|described| described.value.detail);
            (
                id,
                asking.learned(detail, "eks:DescribePodIdentityAssociation"),
            )
        })
        .collect();
    Associations {
        count: match &answer {
            Learned::Known(()) => Learned::Known(listed.len()),
            other => as_unknown(other),
        },
        listed: match answer {
            Learned::Known(()) => Learned::Known(listed),
            other => as_unknown(&other),
        },
        details,
    }
}

/// That something was listed, or why it was not.
fn as_list<T>(learned: &Learned<Vec<T>>) -> Learned<()> {
    match learned {
        Learned::Known(_) => Learned::Known(()),
        other => as_unknown(other),
    }
}

/// Why something is not known, for something else that is not known for the same reason.
fn as_unknown<T, U>(learned: &Learned<T>) -> Learned<U> {
    match learned {
        Learned::Needs(permission) => Learned::Needs(permission.clone()),
        Learned::Failed(why) => Learned::Failed(why.clone()),
        Learned::Absent => Learned::Absent,
        Learned::NotAsked | Learned::Known(_) => Learned::NotAsked,
    }
}

/// The action that AWS says the caller may not use: "... is not authorized to perform: eks:ListUpdates on resource: ...".
fn action(failure: &Failure) -> Option<&str> {
    let (_, rest) = failure.cause.split_once("to perform: ")?;
    rest.split_whitespace().next()
}
