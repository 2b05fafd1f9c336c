//! Rows of all clusters in one table, which are found by their cluster without a search.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Deref;

use indexmap::IndexMap;
use indexmap::map::{Entry, Iter, IterMut};

use crate::app::diagnosis::FindingKey;
use crate::app::kubernetes::{AccountKey, ContainerKey};
use crate::model::{AssociationKey, ClusterArn};

/// The identity of something that belongs to a cluster.
pub trait OfCluster: Clone + Eq + Hash {
    fn cluster(&self) -> &ClusterArn;
}

impl OfCluster for AssociationKey {
    fn cluster(&self) -> &ClusterArn {
        &self.cluster
    }
}

impl OfCluster for AccountKey {
    fn cluster(&self) -> &ClusterArn {
        &self.cluster
    }
}

impl OfCluster for ContainerKey {
    fn cluster(&self) -> &ClusterArn {
        &self.cluster
    }
}

impl OfCluster for FindingKey {
    fn cluster(&self) -> &ClusterArn {
        &self.cluster
    }
}

/// Rows by key, in the order of an [`IndexMap`], which it can be read as.
///
/// Only here do rows come and go, so that the index by cluster cannot forget one.
#[derive(Debug, Clone)]
pub struct Rows<K, V> {
    rows: IndexMap<K, V>,
    of: HashMap<ClusterArn, HashSet<K>>,
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self {
            rows: IndexMap::new(),
            of: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash, V: PartialEq> PartialEq for Rows<K, V> {
    fn eq(&self, other: &Self) -> bool {
        // The index follows from the rows.
        self.rows == other.rows
    }
}

impl<K, V> Deref for Rows<K, V> {
    type Target = IndexMap<K, V>;

    fn deref(&self) -> &IndexMap<K, V> {
        &self.rows
    }
}

impl<K: OfCluster, V> Rows<K, V> {
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.rows.get_mut(key)
    }

    pub fn insert(&mut self, key: K, row: V) {
        if let Some(known) = self.rows.get_mut(&key) {
            *known = row;
            return;
        }
        let of = self.of.entry(key.cluster().clone()).or_default();
        of.insert(key.clone());
        self.rows.insert(key, row);
    }

    /// The row of a key, made if there is none.
    pub fn or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let entry = self.rows.entry(key);
        if let Entry::Vacant(vacant) = &entry {
            let key = vacant.key();
            let of = self.of.entry(key.cluster().clone()).or_default();
            of.insert(key.clone());
        }
        entry.or_insert_with(make)
    }

    /// Takes a row out; the last takes its place.
    pub fn swap_remove(&mut self, key: &K) -> Option<V> {
        let row = self.rows.swap_remove(key)?;
        if let Some(of) = self.of.get_mut(key.cluster()) {
            of.remove(key);
            if of.is_empty() {
                self.of.remove(key.cluster());
            }
        }
        Some(row)
    }

    /// Keeps the rows for which `stays` holds, in their order.
    pub fn retain(&mut self, mut stays: impl FnMut(&K, &mut V) -> bool) {
        let of = &mut self.of;
        self.rows.retain(|key, row| {
            let stays = stays(key, row);
            if !stays && let Some(of) = of.get_mut(key.cluster()) {
                of.remove(key);
            }
            stays
        });
        self.of.retain(|_, keys| !keys.is_empty());
    }

    /// The rows of a cluster, in no order.
    pub fn of<'a>(&'a self, cluster: &ClusterArn) -> impl Iterator<Item = &'a V> {
        let keys = self.of.get(cluster).into_iter().flatten();
        keys.filter_map(|key| self.rows.get(key))
    }

    /// Takes the rows of a cluster out.
    pub fn remove_of(&mut self, cluster: &ClusterArn) {
        for key in self.of.remove(cluster).into_iter().flatten() {
            self.rows.swap_remove(&key);
        }
    }
}

impl<'a, K, V> IntoIterator for &'a Rows<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut Rows<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;
    use proptest::prelude::*;

    fn key(cluster: u8, id: u8) -> AssociationKey {
        let region = Region::new("eu-west-1");
        AssociationKey {
            cluster: ClusterArn::new(&region, "111122223333", &format!("c-{cluster}")),
            id: format!("a-{id}").into(),
        }
    }

    proptest! {
        #[test]
        fn the_index_is_what_a_search_finds(steps in prop::collection::vec((0u8..6, 0u8..3, 0u8..4), 0..60)) {
            let mut rows = Rows::default();
            for (step, (what, cluster, id)) in steps.into_iter().enumerate() {
                let one = key(cluster, id);
                match what {
                    0 | 1 => rows.insert(one, step),
                    2 => *rows.or_insert_with(one, || 0) += 1,
                    3 => drop(rows.swap_remove(&one)),
                    4 => rows.retain(|key, _| key.cluster != one.cluster || key.id == one.id),
                    _ => rows.remove_of(&one.cluster),
                }
                for cluster in 0..3 {
                    let arn = key(cluster, 0).cluster;
                    let mut found: Vec<_> = rows.of(&arn).copied().collect();
                    let here = rows.iter().filter(|(key, _)| key.cluster == arn);
                    let mut searched: Vec<_> = here.map(|(_, row)| *row).collect();
                    found.sort_unstable();
                    searched.sort_unstable();
                    prop_assert_eq!(found, searched);
                }
                let of: usize = rows.of.values().map(HashSet::len).sum();
                prop_assert_eq!(of, rows.len());
            }
        }
    }
}
