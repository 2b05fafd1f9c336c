//! The objects of one kind, and how far they were read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Failure, Text};

/// Objects that could not be decoded, of which this many are told in words.
const TOLD: usize = 16;

/// How far a part of a cluster was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<'a> {
    Unread,
    /// A list is under way; what was read before it stays until it ends.
    Reading,
    Read,
    /// Read, and a watch keeps it as it is now.
    Live,
    Failed(&'a Failure),
}

#[derive(Debug, Clone, Default)]
enum State {
    #[default]
    Unread,
    Reading,
    Read,
    Live,
    Failed(Failure),
}

/// What a list or watch says besides objects.
pub(super) trait Progress {
    fn restart(&mut self);
    fn failed(&mut self, failure: Failure);
    fn unreadable(&mut self, words: Text);
}

/// Objects by namespace and name.
#[derive(Debug, Clone)]
pub(super) struct Register<T> {
    objects: BTreeMap<Text, BTreeMap<Text, Held<T>>>,
    count: usize,
    /// Counts lists, so that a complete one can tell what it did not name.
    list: u32,
    state: State,
    /// A list was complete once; what failed since makes it old, not unknown.
    listed: bool,
    not_decoded: Vec<Text>,
    /// Those of a list that is under way, after one that was complete: until it ends, the earlier ones count, since
    /// what was unknown before it is not known by its beginning.
    relist: Option<Vec<Text>>,
}

#[derive(Debug, Clone)]
struct Held<T> {
    object: Arc<T>,
    list: u32,
}

/// What putting an object did.
pub(super) struct Put<T> {
    pub(super) changed: bool,
    pub(super) before: Option<Arc<T>>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            count: 0,
            list: 0,
            state: State::Unread,
            listed: false,
            not_decoded: Vec::new(),
            relist: None,
        }
    }
}

impl<T> Progress for Register<T> {
    fn restart(&mut self) {
        self.list = self.list.wrapping_add(1);
        self.state = State::Reading;
        if self.listed {
            self.relist = Some(Vec::new());
        } else {
            self.not_decoded.clear();
        }
    }

    fn failed(&mut self, failure: Failure) {
        self.state = State::Failed(failure);
    }

    fn unreadable(&mut self, words: Text) {
        let told = self.relist.as_mut().unwrap_or(&mut self.not_decoded);
        if told.len() < TOLD {
            told.push(words);
        }
    }
}

impl<T: PartialEq> Register<T> {
    pub(super) fn put(&mut self, namespace: Text, name: Text, object: T) -> Put<T> {
        let list = self.list;
        let names = self.objects.entry(namespace).or_default();
        let Some(held) = names.get_mut(&name) else {
            let object = Arc::new(object);
            names.insert(name, Held { object, list });
            self.count += 1;
            return Put {
                changed: true,
                before: None,
            };
        };
        held.list = list;
        let before = held.object.clone();
        let changed = *before != object;
        // Kubelets report in every few seconds; most of that is trimmed away, and leaves the object as it was.
        if changed {
            held.object = Arc::new(object);
        }
        Put {
            changed,
            before: Some(before),
        }
    }
}

impl<T> Register<T> {
    pub(super) fn get(&self, namespace: &str, name: &str) -> Option<&Arc<T>> {
        Some(&self.objects.get(namespace)?.get(name)?.object)
    }

    pub(super) fn remove(&mut self, namespace: &str, name: &str) -> Option<Arc<T>> {
        let names = self.objects.get_mut(namespace)?;
        let gone = names.remove(name)?;
        if names.is_empty() {
            self.objects.remove(namespace);
        }
        self.count -= 1;
        Some(gone.object)
    }

    /// By namespace, then by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        let held = self.objects.values().flat_map(BTreeMap::values);
        held.map(|held| &held.object)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Ends a list, and gives what it did not name.
    pub(super) fn synced(&mut self, is_live: bool) -> Vec<Arc<T>> {
        self.state = if is_live { State::Live } else { State::Read };
        self.listed = true;
        if let Some(words) = self.relist.take() {
            self.not_decoded = words;
        }
        let mut gone = Vec::new();
        let list = self.list;
        for names in self.objects.values_mut() {
            names.retain(|_, held| {
                let named = held.list == list;
                if !named {
                    gone.push(held.object.clone());
                }
                named
            });
        }
        self.objects.retain(|_, names| !names.is_empty());
        self.count -= gone.len();
        gone
    }

    /// A watch that kept it ended.
    pub(super) fn rest(&mut self) {
        if matches!(self.state, State::Live) {
            self.state = State::Read;
        }
    }

    pub(super) fn reading(&self) -> Reading<'_> {
        match &self.state {
            State::Unread => Reading::Unread,
            State::Reading => Reading::Reading,
            State::Read => Reading::Read,
            State::Live => Reading::Live,
            State::Failed(failure) => Reading::Failed(failure),
        }
    }

    /// Whether what is not here is known not to be there.
    pub(super) fn is_complete(&self) -> bool {
        self.listed && self.not_decoded.is_empty()
    }

    pub(super) fn not_decoded(&self) -> &[Text] {
        &self.not_decoded
    }
}
