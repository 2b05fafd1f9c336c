//! The labels of a pod.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::Text;
use crate::model::pod::read::{Intern, Place, Unreadable};

/// Labels, sorted by key; the pods of one workload have the same, and share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Labels(Arc<[(Text, Text)]>);

impl Labels {
    pub fn value(&self, key: &str) -> Option<&Text> {
        let place = self.0.binary_search_by(|(known, _)| (**known).cmp(key));
        self.0.get(place.ok()?).map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(in crate::model) fn decode(
        place: &Place<'_, '_>,
        intern: &mut Intern<'_>,
    ) -> Result<Self, Unreadable> {
        let keys = place.object()?.into_iter().flat_map(|labels| labels.keys());
        let labels: Result<Vec<_>, Unreadable> = keys
            .map(|key| Ok((intern(key), intern(place.entry(key)?.unwrap_or_default()))))
            .collect();
        Ok(labels?.into_iter().collect())
    }

    pub(super) fn share(&mut self, known: &mut HashSet<Self>) {
        match known.get(self) {
            Some(copy) => *self = copy.clone(),
            None => {
                known.insert(self.clone());
            }
        }
    }

    /// Whether a pod has them, besides whoever asks.
    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl FromIterator<(Text, Text)> for Labels {
    fn from_iter<I: IntoIterator<Item = (Text, Text)>>(labels: I) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort();
        Self(labels.into())
    }
}
