//! What was asked of the simulator, for tests that count.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::operation::{Kind, Service};

const KEPT: usize = 500_000;

/// The latest requests, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<VecDeque<Entry>>>);

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub service: Service,
    /// `kube:VERB:RESOURCE` for the Kubernetes API; empty when there is no such operation.
    pub operation: &'static str,
    pub kind: Option<Kind>,
    /// Known once the signature was accepted.
    pub account: Option<String>,
    pub region: Option<String>,
    /// The cluster whose Kubernetes API was asked.
    pub cluster: Option<String>,
    /// Absent when a fault cut the connection instead.
    pub status: Option<u16>,
}

impl Log {
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().iter().cloned().collect()
    }

    /// Counts all requests.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Counts the requests for one operation, whatever came of them.
    pub fn count(&self, operation: &str) -> usize {
        self.lock()
            .iter()
            .filter(|entry| entry.operation == operation)
            .count()
    }

    /// Counts the requests that would change something, whatever came of them.
    pub fn writes(&self) -> usize {
        self.lock()
            .iter()
            .filter(|entry| entry.kind == Some(Kind::Write))
            .count()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, entry: Entry) {
        let mut entries = self.lock();
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
