//! Pods, trimmed to what decides who they are.

pub mod container;
pub mod env;
mod label;
pub mod mask;
pub(in crate::model) mod read;
pub mod volume;

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::Text;
use read::Place;

pub use container::{Container, ContainerKind, Mount};
pub use env::{Env, EnvFrom, Likelihood, Setting, Source, Variable};
pub use label::Labels;
pub use read::{Intern, Unreadable};
pub use volume::{ProjectedToken, Volume, VolumeKind};

/// The name of the agent of EKS Pod Identity: its DaemonSet, and the label of its pods.
const AGENT: &str = "eks-pod-identity-agent";

/// A pod.
///
/// A cluster has tens of thousands of them, so only what a rule or a column needs is kept. Of the annotations, that
/// is what the webhook reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    pub namespace: Text,
    pub name: Text,
    /// Empty only in documents that no API server has stored.
    pub uid: Text,
    pub service_account: Text,
    /// `None` until it is scheduled.
    pub node: Option<Text>,
    pub created: Option<Timestamp>,
    pub phase: Phase,
    /// Whether its Ready condition holds; `None` if it has none yet.
    pub ready: Option<bool>,
    /// How often its containers were started again, all together.
    pub restarts: u32,
    pub terminating: bool,
    pub host_network: bool,
    /// The operating system it asks for, by `spec.os` or its node selector.
    pub os: Option<Text>,
    pub owner: Option<Owner>,
    pub marks: Marks,
    /// What selectors of network policies and webhooks look at.
    pub labels: Labels,
    /// In the order of the object: main, init, ephemeral.
    ///
    /// Shared, because the pods of one workload have the same.
    pub containers: Arc<[Container]>,
    pub volumes: Arc<[Volume]>,
}

/// What the labels and annotations of a pod say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// `eks.amazonaws.com/skip-containers`: containers that the webhook leaves alone.
    pub skip_containers: Box<[Text]>,
    /// Why the webhook never saw the pod, if it did not.
    pub unseen: Option<Unseen>,
    /// `eks.amazonaws.com/pod-identity: enabled`, which webhooks write since 2026.
    pub injected: bool,
    pub fargate_profile: Option<Text>,
    /// `app.kubernetes.io/name: eks-pod-identity-agent`, which the agent's own pods carry.
    pub agent: bool,
    /// The pod has a network interface of its own, with security groups.
    pub own_interface: bool,
    template_hash: Option<Text>,
}

/// What keeps a pod from the webhook altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unseen {
    /// The label `eks.amazonaws.com/skip-pod-identity-webhook`.
    OptedOut,
    /// A static pod, which the kubelet made without asking any webhook.
    StaticPod,
}

/// The phase of a pod; a word from a newer Kubernetes is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    /// Absent from the object, or a word that this version does not know.
    Other(Text),
}

impl Phase {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Other(word) => word,
        }
    }

    /// Whether its containers have stopped for good.
    pub fn is_ended(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// The object that made a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    pub kind: Text,
    pub name: Text,
}

impl Pod {
    /// Reads a pod as the API server sends it, alone or in a list.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a pod and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let (metadata, spec, status) = (root.at("metadata")?, root.at("spec")?, root.at("status")?);
        let mut containers = Vec::new();
        for (member, kind) in [
            ("containers", ContainerKind::Main),
            ("initContainers", ContainerKind::Init),
            ("ephemeralContainers", ContainerKind::Ephemeral),
        ] {
            let list = spec.at(member)?;
            containers.extend(list.each(|item| Container::decode(item, kind, intern))?);
        }
        let mut volumes = spec
            .at("volumes")?
            .each(|item| Volume::decode(item, intern))?;
        trim(&mut containers, &mut volumes);
        Ok(Self {
            namespace: intern(metadata.at("namespace")?.needed()?),
            name: intern(metadata.at("name")?.needed()?),
            uid: intern(metadata.at("uid")?.text()?.unwrap_or_default()),
            service_account: intern(
                spec.at("serviceAccountName")?
                    .filled()?
                    .unwrap_or("default"),
            ),
            node: spec.at("nodeName")?.filled()?.map(&mut *intern),
            created: metadata.at("creationTimestamp")?.time()?,
            phase: phase(&status, intern)?,
            ready: condition(&status, "Ready")?,
            restarts: restarts(&status)?,
            terminating: metadata.at("deletionTimestamp")?.is_present(),
            host_network: spec.at("hostNetwork")?.boolean()?.unwrap_or(false),
            os: os(&spec)?.map(&mut *intern),
            owner: owner(&metadata, intern)?,
            marks: Marks::decode(&metadata, intern)?,
            labels: Labels::decode(&metadata.at("labels")?, intern)?,
            containers: containers.into(),
            volumes: volumes.into(),
        })
    }

    /// The workload behind the owner: for a ReplicaSet of a Deployment, the Deployment.
    ///
    /// Told by the template hash in the ReplicaSet's name, which a pod carries as a label; so it needs no
    /// further call. A ReplicaSet that something else than a Deployment made looks the same.
    pub fn workload(&self) -> Option<Owner> {
        let owner = self.owner.as_ref()?;
        let deployment = (&*owner.kind == "ReplicaSet")
            .then(|| {
                let hash = self.marks.template_hash.as_deref()?;
                let name = owner.name.strip_suffix(hash)?.strip_suffix('-')?;
                Some(Owner {
                    kind: "Deployment".into(),
                    name: name.into(),
                })
            })
            .flatten();
        Some(deployment.unwrap_or_else(|| owner.clone()))
    }

    /// Whether it runs, or waits to run, on Fargate; known without its node.
    pub fn is_on_fargate(&self) -> bool {
        self.marks.fargate_profile.is_some()
            || self
                .node
                .as_deref()
                .is_some_and(|node| node.starts_with("fargate-"))
    }

    /// Whether it is the agent of EKS Pod Identity on its node.
    ///
    /// Hybrid nodes have DaemonSets of their own, whose names go on after the agent's.
    pub fn is_identity_agent(&self) -> bool {
        let by_owner = self.owner.as_ref().is_some_and(|owner| {
            let rest = owner.name.strip_prefix(AGENT);
            &*owner.kind == "DaemonSet"
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        &*self.namespace == "kube-system" && (self.marks.agent || by_owner)
    }

    pub fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| &*volume.name == name)
    }

    /// Replaces everything that other pods have as well by their copy of it; its own names stay.
    pub(in crate::model) fn share(&mut self, shared: &mut Shared) {
        shared.text(&mut self.namespace);
        shared.text(&mut self.service_account);
        let owner = self.owner.iter_mut();
        let owner = owner.flat_map(|owner| [&mut owner.kind, &mut owner.name]);
        let marks = [
            &mut self.marks.fargate_profile,
            &mut self.marks.template_hash,
        ];
        let rare = [&mut self.node, &mut self.os];
        let optional = rare.into_iter().chain(marks).flatten();
        for text in owner.chain(optional) {
            shared.text(text);
        }
        self.labels.share(&mut shared.labels);
        one_copy(&mut shared.containers, &mut self.containers);
        one_copy(&mut shared.volumes, &mut self.volumes);
    }
}

/// One copy of what many pods have.
#[derive(Debug, Clone, Default)]
pub(in crate::model) struct Shared {
    texts: HashSet<Text>,
    labels: HashSet<Labels>,
    containers: HashSet<Arc<[Container]>>,
    volumes: HashSet<Arc<[Volume]>>,
}

impl Shared {
    pub(in crate::model) fn text(&mut self, text: &mut Text) {
        one_copy(&mut self.texts, text);
    }

    pub(in crate::model) fn len(&self) -> usize {
        self.texts.len() + self.labels.len() + self.containers.len() + self.volumes.len()
    }

    /// Forgets what no pod has any more.
    pub(in crate::model) fn forget(&mut self) {
        // First those that hold texts themselves.
        self.containers.retain(|known| Arc::strong_count(known) > 1);
        self.volumes.retain(|known| Arc::strong_count(known) > 1);
        self.labels.retain(Labels::is_shared);
        self.texts.retain(|known| Arc::strong_count(known) > 1);
    }
}

fn one_copy<T: ?Sized + Eq + Hash>(known: &mut HashSet<Arc<T>>, value: &mut Arc<T>) {
    match known.get(value) {
        Some(copy) => *value = copy.clone(),
        None => {
            known.insert(value.clone());
        }
    }
}

/// Drops mounts and volumes that no rule asks for.
fn trim(containers: &mut [Container], volumes: &mut Vec<Volume>) {
    for container in &mut *containers {
        let mounts = std::mem::take(&mut container.mounts);
        container.mounts = mounts
            .into_iter()
            .filter(|mount| {
                let matters = |volume: &Volume| volume.name == mount.volume && volume.matters();
                mount.aws_files || volumes.iter().any(matters)
            })
            .collect();
    }
    volumes.retain(|volume| {
        volume.matters()
            || containers
                .iter()
                .flat_map(|container| &container.mounts)
                .any(|mount| mount.volume == volume.name)
    });
}

fn phase(status: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Phase, Unreadable> {
    Ok(match status.at("phase")?.text()?.unwrap_or_default() {
        "Pending" => Phase::Pending,
        "Running" => Phase::Running,
        "Succeeded" => Phase::Succeeded,
        "Failed" => Phase::Failed,
        other => Phase::Other(intern(other)),
    })
}

/// Whether a condition holds; `None` if the object has none of that type, or does not know.
pub(in crate::model) fn condition(
    status: &Place<'_, '_>,
    wanted: &str,
) -> Result<Option<bool>, Unreadable> {
    let conditions = status.at("conditions")?.each(|condition| {
        if condition.at("type")?.text()? != Some(wanted) {
            return Ok(None);
        }
        Ok(match condition.at("status")?.text()? {
            Some("True") => Some(true),
            Some("False") => Some(false),
            _ => None,
        })
    })?;
    Ok(conditions.into_iter().flatten().next())
}

fn restarts(status: &Place<'_, '_>) -> Result<u32, Unreadable> {
    let mut all: u32 = 0;
    for member in ["containerStatuses", "initContainerStatuses"] {
        let counts = status
            .at(member)?
            .each(|one| one.at("restartCount")?.count())?;
        for count in counts.into_iter().flatten() {
            all = all.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
    Ok(all)
}

fn os<'v>(spec: &Place<'v, '_>) -> Result<Option<&'v str>, Unreadable> {
    if let Some(os) = spec.at("os")?.at("name")?.filled()? {
        return Ok(Some(os));
    }
    spec.at("nodeSelector")?.entry("kubernetes.io/os")
}

/// The owner that controls the pod, or else the first.
fn owner(metadata: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Option<Owner>, Unreadable> {
    let owners = metadata.at("ownerReferences")?.each(|owner| {
        let controls = owner.at("controller")?.boolean()?.unwrap_or(false);
        let named = Owner {
            kind: intern(owner.at("kind")?.text()?.unwrap_or_default()),
            name: intern(owner.at("name")?.text()?.unwrap_or_default()),
        };
        Ok((controls, named))
    })?;
    let chosen = owners.iter().find(|(controls, _)| *controls);
    Ok(chosen.or(owners.first()).map(|(_, owner)| owner.clone()))
}

impl Marks {
    fn decode(metadata: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let (labels, annotations) = (metadata.at("labels")?, metadata.at("annotations")?);
        let skipped = annotations.entry("eks.amazonaws.com/skip-containers")?;
        let opted_out = labels.entry("eks.amazonaws.com/skip-pod-identity-webhook")?;
        let unseen = if annotations.entry("kubernetes.io/config.mirror")?.is_some() {
            Some(Unseen::StaticPod)
        } else {
            opted_out.map(|_| Unseen::OptedOut)
        };
        Ok(Self {
            skip_containers: skipped
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(&mut *intern)
                .collect(),
            unseen,
            injected: labels.entry("eks.amazonaws.com/pod-identity")? == Some("enabled"),
            fargate_profile: labels
                .entry("eks.amazonaws.com/fargate-profile")?
                .map(&mut *intern),
            agent: labels.entry("app.kubernetes.io/name")? == Some(AGENT),
            own_interface: annotations.entry("vpc.amazonaws.com/pod-eni")?.is_some(),
            template_hash: labels.entry("pod-template-hash")?.map(&mut *intern),
        })
    }
}
