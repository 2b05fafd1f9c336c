//! Volumes that carry identity: projected tokens, and files of AWS's own.

use crate::model::Text;
use crate::model::pod::container::is_in_aws_directory;
use crate::model::pod::read::{Intern, Place, Unreadable};

/// The name under which the webhook adds the token of EKS Pod Identity.
pub const POD_IDENTITY_VOLUME: &str = "eks-pod-identity-token";
/// The name under which the webhook adds the token of IRSA.
pub const IRSA_VOLUME: &str = "aws-iam-token";

/// A volume of a pod, trimmed to what the rules need.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Volume {
    pub name: Text,
    pub kind: VolumeKind,
    /// Service account tokens that are projected for an audience other than the API server.
    pub tokens: Box<[ProjectedToken]>,
    /// It has an item whose path lies in a directory `.aws`.
    pub aws_files: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VolumeKind {
    Projected,
    /// A ConfigMap, a Secret, or files from anywhere else that exist before the pod starts.
    Files,
    /// Empty when the pod starts; its own containers may fill it.
    Scratch,
}

/// A service account token that the kubelet writes into a volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectedToken {
    pub audience: Text,
    /// The name of the file within the volume.
    pub path: Text,
}

impl Volume {
    /// Whether a rule asks for it, wherever it is mounted.
    pub(super) fn matters(&self) -> bool {
        self.aws_files
            || !self.tokens.is_empty()
            || [POD_IDENTITY_VOLUME, IRSA_VOLUME].contains(&&*self.name)
    }

    pub fn has_token_for(&self, audience: &str) -> bool {
        self.tokens.iter().any(|token| &*token.audience == audience)
    }

    pub(super) fn decode(
        place: &Place<'_, '_>,
        intern: &mut Intern<'_>,
    ) -> Result<Self, Unreadable> {
        let projected = place.at("projected")?;
        let kind = if projected.is_present() {
            VolumeKind::Projected
        } else if place.at("emptyDir")?.is_present() {
            VolumeKind::Scratch
        } else {
            VolumeKind::Files
        };
        let mut aws_files =
            has_aws_items(&place.at("secret")?)? || has_aws_items(&place.at("configMap")?)?;
        let sources = projected.at("sources")?.each(|source| {
            aws_files |=
                has_aws_items(&source.at("secret")?)? || has_aws_items(&source.at("configMap")?)?;
            let token = source.at("serviceAccountToken")?;
            let Some(audience) = token.at("audience")?.filled()? else {
                return Ok(None);
            };
            Ok(Some(ProjectedToken {
                audience: intern(audience),
                path: intern(token.at("path")?.text()?.unwrap_or_default()),
            }))
        })?;
        Ok(Self {
            name: intern(place.at("name")?.text()?.unwrap_or_default()),
            kind,
            tokens: sources.into_iter().flatten().collect(),
            aws_files,
        })
    }
}

fn has_aws_items(source: &Place<'_, '_>) -> Result<bool, Unreadable> {
    let items = source
        .at("items")?
        .each(|item| Ok(item.at("path")?.text()?.is_some_and(is_in_aws_directory)))?;
    Ok(items.contains(&true))
}
