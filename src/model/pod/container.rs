//! Containers of a pod.

use crate::model::Text;
use crate::model::pod::env::{Env, EnvFrom};
use crate::model::pod::read::{Intern, Place, Unreadable};

/// A container of any kind, trimmed to what decides about its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Container {
    pub name: Text,
    pub kind: ContainerKind,
    pub env: Env,
    pub env_from: Box<[EnvFrom]>,
    /// Only mounts of volumes that matter, and those that put AWS files somewhere.
    pub mounts: Box<[Mount]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContainerKind {
    Main,
    Init,
    /// An init container that keeps running.
    Sidecar,
    /// Added to the running pod, for debugging: no webhook sees it.
    Ephemeral,
}

impl ContainerKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Main => "container",
            Self::Init => "init",
            Self::Sidecar => "sidecar",
            Self::Ephemeral => "ephemeral",
        }
    }
}

/// Where a container sees a volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mount {
    pub volume: Text,
    pub path: Text,
    /// The path, or the part of the volume that is mounted, lies in a directory `.aws`.
    pub aws_files: bool,
}

impl Mount {
    /// Whether a file lies in the mounted directory, or is it.
    pub fn holds(&self, file: &str) -> bool {
        let directory = self.path.trim_end_matches(['/', '\\']);
        file.strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
    }

    fn decode(place: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let path = place.at("mountPath")?.text()?.unwrap_or_default();
        let within = place.at("subPath")?.text()?.unwrap_or_default();
        Ok(Self {
            volume: intern(place.at("name")?.text()?.unwrap_or_default()),
            path: intern(path),
            aws_files: is_in_aws_directory(path) || is_in_aws_directory(within),
        })
    }
}

pub(super) fn is_in_aws_directory(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == ".aws")
}

impl Container {
    /// Reads a container with all its mounts; the pod drops those that do not matter.
    pub(super) fn decode(
        place: &Place<'_, '_>,
        kind: ContainerKind,
        intern: &mut Intern<'_>,
    ) -> Result<Self, Unreadable> {
        let kind = match kind {
            ContainerKind::Init if place.at("restartPolicy")?.text()? == Some("Always") => {
                ContainerKind::Sidecar
            }
            kind => kind,
        };
        Ok(Self {
            name: intern(place.at("name")?.needed()?),
            kind,
            env: Env::decode(&place.at("env")?, intern)?,
            env_from: place
                .at("envFrom")?
                .each(|item| EnvFrom::decode(item, intern))?
                .into(),
            mounts: place
                .at("volumeMounts")?
                .each(|item| Mount::decode(item, intern))?
                .into(),
        })
    }
}
