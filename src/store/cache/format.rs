//! The file format of the cache, spelled out: a change of a model type must not change it by accident.

mod update;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::association::AssociationExtra;
use crate::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use crate::model::{
    Association, AssociationDetail, AssociationKey, Cluster, ClusterArn, Document, Known, Region,
    Text,
};
use update::UpdateEntry;

/// Raised whenever the meaning of a member changes; older and newer files are then ignored.
const VERSION: u32 = 1;

/// Text of a file, or borrowed from a snapshot.
type Word<'a> = Cow<'a, str>;

pub(super) fn write(snapshot: &Snapshot, writer: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer(writer, &SnapshotFile::from(snapshot)).map_err(io::Error::from)
}

pub(super) fn read(reader: impl io::Read, texts: &mut Texts) -> Result<Snapshot, String> {
    // Kept whole for the second look: the version must be known before anything else is believed.
    let content = io::read_to_string(reader).map_err(|error| error.to_string())?;
    let version: VersionOnly = serde_json::from_str(&content).map_err(|error| error.to_string())?;
    if version.version != VERSION {
        return Err(format!(
            "it has version {}, and this roledex reads {VERSION}",
            version.version
        ));
    }
    let file: SnapshotFile<'_> =
        serde_json::from_str(&content).map_err(|error| error.to_string())?;
    file.into_snapshot(texts)
}

/// One copy of each text that rows repeat.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Text>);

impl Texts {
    fn share(&mut self, word: &str) -> Text {
        if let Some(known) = self.0.get(word) {
            return known.clone();
        }
        let text: Text = word.into();
        self.0.insert(text.clone());
        text
    }

    fn share_some(&mut self, word: Option<&Word<'_>>) -> Option<Text> {
        word.map(|word| self.share(word))
    }
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct SnapshotFile<'a> {
    version: u32,
    account: Word<'a>,
    region: Word<'a>,
    clusters: Vec<ClusterEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct ClusterEntry<'a> {
    arn: Word<'a>,
    detail: Option<ClusterDetail<'a>>,
    associations: Option<AssociationList<'a>>,
    updates: Vec<UpdateEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct ClusterDetail<'a> {
    at: Timestamp,
    status: Option<Word<'a>>,
    version: Option<Word<'a>>,
    platform_version: Option<Word<'a>>,
    created: Option<Timestamp>,
    endpoint: Option<Word<'a>>,
    oidc_issuer: Option<Word<'a>>,
    authentication_mode: Option<Word<'a>>,
    auto_mode: bool,
    health_issues: Vec<Word<'a>>,
    document: Cow<'a, Document>,
}

#[derive(Serialize, Deserialize)]
struct AssociationList<'a> {
    at: Timestamp,
    rows: Vec<AssociationEntry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct AssociationEntry<'a> {
    id: Word<'a>,
    namespace: Word<'a>,
    service_account: Word<'a>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    arn: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    owner: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    detail: Option<AssociationFacts<'a>>,
}

#[derive(Serialize, Deserialize)]
struct AssociationFacts<'a> {
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    role: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    target_role: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    session_tags_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    created: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    modified: Option<Timestamp>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    tags: BTreeMap<Word<'a>, Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    external_id: Option<Word<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    policy: Option<Word<'a>>,
}

/// Borrows for writing.
fn lent(text: &Text) -> Word<'_> {
    Cow::Borrowed(text)
}

fn lent_some(text: Option<&Text>) -> Option<Word<'_>> {
    text.map(lent)
}

/// Owns after reading.
fn owned(word: Option<Word<'_>>) -> Option<Text> {
    word.map(|word| Text::from(&*word))
}

impl<'a> From<&'a Snapshot> for SnapshotFile<'a> {
    fn from(snapshot: &'a Snapshot) -> Self {
        Self {
            version: VERSION,
            account: lent(&snapshot.account),
            region: Cow::Borrowed(snapshot.region.as_str()),
            clusters: snapshot.clusters.iter().map(ClusterEntry::from).collect(),
        }
    }
}

impl SnapshotFile<'_> {
    fn into_snapshot(self, texts: &mut Texts) -> Result<Snapshot, String> {
        let clusters = self
            .clusters
            .into_iter()
            .map(|entry| entry.into_snapshot(texts));
        Ok(Snapshot {
            clusters: clusters.collect::<Result<_, _>>()?,
            account: Text::from(&*self.account),
            region: Region::new(&self.region),
        })
    }
}

impl<'a> From<&'a ClusterSnapshot> for ClusterEntry<'a> {
    fn from(snapshot: &'a ClusterSnapshot) -> Self {
        let rows =
            |rows: &'a [AssociationSnapshot]| rows.iter().map(AssociationEntry::from).collect();
        Self {
            arn: Cow::Borrowed(snapshot.arn.as_str()),
            detail: snapshot.detail.as_ref().map(ClusterDetail::from),
            associations: snapshot.associations.as_ref().map(|list| AssociationList {
                at: list.at,
                rows: rows(&list.value),
            }),
            updates: snapshot.updates.iter().map(UpdateEntry::from).collect(),
        }
    }
}

impl ClusterEntry<'_> {
    fn into_snapshot(self, texts: &mut Texts) -> Result<ClusterSnapshot, String> {
        let arn = ClusterArn::parse(&self.arn).map_err(|error| error.to_string())?;
        let associations = self.associations.map(|list| {
            let rows = list
                .rows
                .into_iter()
                .map(|row| row.into_snapshot(&arn, texts));
            Known::cached(rows.collect(), list.at)
        });
        Ok(ClusterSnapshot {
            detail: self.detail.map(ClusterDetail::into_known),
            associations,
            updates: self
                .updates
                .into_iter()
                .map(|update| update.into_known(&arn))
                .collect(),
            arn,
        })
    }
}

impl<'a> From<&'a Known<Cluster>> for ClusterDetail<'a> {
    fn from(known: &'a Known<Cluster>) -> Self {
        let cluster = &known.value;
        Self {
            at: known.at,
            status: lent_some(cluster.status.as_ref()),
            version: lent_some(cluster.version.as_ref()),
            platform_version: lent_some(cluster.platform_version.as_ref()),
            created: cluster.created,
            endpoint: lent_some(cluster.endpoint.as_ref()),
            oidc_issuer: lent_some(cluster.oidc_issuer.as_ref()),
            authentication_mode: lent_some(cluster.authentication_mode.as_ref()),
            auto_mode: cluster.auto_mode,
            health_issues: cluster.health_issues.iter().map(lent).collect(),
            document: Cow::Borrowed(&cluster.document),
        }
    }
}

impl ClusterDetail<'_> {
    fn into_known(self) -> Known<Cluster> {
        let cluster = Cluster {
            status: owned(self.status),
            version: owned(self.version),
            platform_version: owned(self.platform_version),
            created: self.created,
            endpoint: owned(self.endpoint),
            oidc_issuer: owned(self.oidc_issuer),
            authentication_mode: owned(self.authentication_mode),
            auto_mode: self.auto_mode,
            health_issues: self
                .health_issues
                .iter()
                .map(|issue| Text::from(&**issue))
                .collect(),
            document: self.document.into_owned(),
        };
        Known::cached(cluster, self.at)
    }
}

impl<'a> From<&'a AssociationSnapshot> for AssociationEntry<'a> {
    fn from(snapshot: &'a AssociationSnapshot) -> Self {
        let summary = &snapshot.summary;
        Self {
            id: lent(&summary.key.id),
            namespace: lent(&summary.namespace),
            service_account: lent(&summary.service_account),
            arn: lent_some(summary.arn.as_ref()),
            owner: lent_some(summary.owner.as_ref()),
            detail: snapshot.detail.as_ref().map(AssociationFacts::from),
        }
    }
}

impl AssociationEntry<'_> {
    fn into_snapshot(self, cluster: &ClusterArn, texts: &mut Texts) -> AssociationSnapshot {
        AssociationSnapshot {
            summary: Association {
                key: AssociationKey {
                    cluster: cluster.clone(),
                    id: Text::from(&*self.id),
                },
                namespace: texts.share(&self.namespace),
                service_account: texts.share(&self.service_account),
                arn: owned(self.arn),
                owner: texts.share_some(self.owner.as_ref()),
            },
            detail: self.detail.map(|facts| facts.into_known(texts)),
        }
    }
}

impl<'a> From<&'a Known<AssociationDetail>> for AssociationFacts<'a> {
    fn from(known: &'a Known<AssociationDetail>) -> Self {
        let detail = &known.value;
        Self {
            at: known.at,
            role: lent_some(detail.role.as_ref()),
            target_role: lent_some(detail.target_role.as_ref()),
            session_tags_disabled: detail.session_tags_disabled,
            created: detail.created,
            modified: detail.modified,
            tags: detail
                .tags()
                .map(|(name, value)| (lent(name), lent(value)))
                .collect(),
            external_id: lent_some(detail.external_id()),
            policy: lent_some(detail.policy()),
        }
    }
}

impl AssociationFacts<'_> {
    fn into_known(self, texts: &mut Texts) -> Known<AssociationDetail> {
        let tags = self
            .tags
            .iter()
            .map(|(name, value)| (texts.share(name), texts.share(value)));
        let extra = AssociationExtra {
            tags: tags.collect(),
            external_id: owned(self.external_id),
            policy: owned(self.policy),
        };
        let detail = AssociationDetail {
            role: texts.share_some(self.role.as_ref()),
            target_role: texts.share_some(self.target_role.as_ref()),
            session_tags_disabled: self.session_tags_disabled,
            created: self.created,
            modified: self.modified,
            extra: (extra != AssociationExtra::default()).then(|| Arc::new(extra)),
        };
        Known::cached(detail, self.at)
    }
}
