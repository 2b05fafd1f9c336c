//! Updates in the file format of the cache.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Word, lent, lent_some, owned};
use crate::model::update::{Cancellation, UpdateError, UpdateParam};
use crate::model::{ClusterArn, Known, Text, Update, UpdateKey, UpdateStatus, UpdateSubject};

#[derive(Serialize, Deserialize)]
pub(super) struct UpdateEntry<'a> {
    at: Timestamp,
    id: Word<'a>,
    subject: SubjectEntry<'a>,
    status: Word<'a>,
    kind: Option<Word<'a>>,
    created: Option<Timestamp>,
    params: Vec<(Option<Word<'a>>, Option<Word<'a>>)>,
    errors: Vec<ErrorEntry<'a>>,
    cancellation: Option<(Option<Word<'a>>, Option<Word<'a>>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SubjectEntry<'a> {
    Cluster,
    Addon(Word<'a>),
    Nodegroup(Word<'a>),
    Capability(Word<'a>),
}

#[derive(Serialize, Deserialize)]
struct ErrorEntry<'a> {
    code: Option<Word<'a>>,
    message: Option<Word<'a>>,
    resources: Vec<Word<'a>>,
}

impl<'a> From<&'a Known<Update>> for UpdateEntry<'a> {
    fn from(known: &'a Known<Update>) -> Self {
        let update = &known.value;
        Self {
            at: known.at,
            id: lent(&update.key.id),
            subject: match &update.key.subject {
                UpdateSubject::Cluster => SubjectEntry::Cluster,
                UpdateSubject::Addon(name) => SubjectEntry::Addon(lent(name)),
                UpdateSubject::Nodegroup(name) => SubjectEntry::Nodegroup(lent(name)),
                UpdateSubject::Capability(name) => SubjectEntry::Capability(lent(name)),
            },
            status: Cow::Borrowed(update.status.as_str()),
            kind: lent_some(update.kind.as_ref()),
            created: update.created,
            params: update
                .params
                .iter()
                .map(|param| {
                    (
                        lent_some(param.kind.as_ref()),
                        lent_some(param.value.as_ref()),
                    )
                })
                .collect(),
            errors: update
                .errors
                .iter()
                .map(|error| ErrorEntry {
                    code: lent_some(error.code.as_ref()),
                    message: lent_some(error.message.as_ref()),
                    resources: error.resources.iter().map(lent).collect(),
                })
                .collect(),
            cancellation: update.cancellation.as_ref().map(|cancellation| {
                (
                    lent_some(cancellation.status.as_ref()),
                    lent_some(cancellation.reason.as_ref()),
                )
            }),
        }
    }
}

impl UpdateEntry<'_> {
    pub(super) fn into_known(self, cluster: &ClusterArn) -> Known<Update> {
        let subject = match self.subject {
            SubjectEntry::Cluster => UpdateSubject::Cluster,
            SubjectEntry::Addon(name) => UpdateSubject::Addon(Text::from(&*name)),
            SubjectEntry::Nodegroup(name) => UpdateSubject::Nodegroup(Text::from(&*name)),
            SubjectEntry::Capability(name) => UpdateSubject::Capability(Text::from(&*name)),
        };
        let update = Update {
            key: UpdateKey {
                cluster: cluster.clone(),
                subject,
                id: Text::from(&*self.id),
            },
            status: UpdateStatus::parse(&self.status),
            kind: owned(self.kind),
            params: self
                .params
                .into_iter()
                .map(|(kind, value)| UpdateParam {
                    kind: owned(kind),
                    value: owned(value),
                })
                .collect(),
            created: self.created,
            errors: self
                .errors
                .into_iter()
                .map(ErrorEntry::into_error)
                .collect(),
            cancellation: self.cancellation.map(|(status, reason)| Cancellation {
                status: owned(status),
                reason: owned(reason),
            }),
        };
        Known::cached(update, self.at)
    }
}

impl ErrorEntry<'_> {
    fn into_error(self) -> UpdateError {
        UpdateError {
            code: owned(self.code),
            message: owned(self.message),
            resources: self.resources.iter().map(|id| Text::from(&**id)).collect(),
        }
    }
}
