//! The objects of one cluster, their versions, and what happened to them lately.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::object::Object;
use super::resource::{self, Resource};
use super::seed::Seed;

const KEPT_CHANGES: usize = 20_000;
const FIRST_VERSION: u64 = 1000;

/// The Kubernetes side of one cluster.
#[derive(Debug)]
pub(crate) struct Kubernetes {
    pub(crate) arn: String,
    pub(crate) seed: Seed,
    contents: Mutex<Option<Store>>,
    is_prepared: AtomicBool,
    /// Tells watchers that there is something new.
    latest: watch::Sender<u64>,
    /// Whether connections are accepted.
    pub(crate) open: watch::Sender<bool>,
}

/// A lock on the objects, which tells the watchers when it is given back.
pub(crate) struct Locked<'a> {
    guard: MutexGuard<'a, Option<Store>>,
    latest: &'a watch::Sender<u64>,
}

/// All objects of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Store {
    version: u64,
    /// Changes up to this version are forgotten.
    oldest: u64,
    objects: BTreeMap<&'static str, BTreeMap<Key, Arc<Object>>>,
    changes: VecDeque<Change>,
    /// The last tokens of service accounts that were issued, for those who look for leaks.
    pub(crate) tokens: VecDeque<String>,
}

/// Namespace and name.
pub(crate) type Key = (String, String);

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) resource: &'static Resource,
    pub(crate) before: Option<Arc<Object>>,
    /// The object as it is, or as it was last when it is gone.
    pub(crate) object: Arc<Object>,
    pub(crate) is_gone: bool,
}

impl Kubernetes {
    pub(crate) fn new(arn: String, seed: Seed) -> Self {
        Self {
            arn,
            contents: Mutex::new(None),
            is_prepared: AtomicBool::new(false),
            latest: watch::Sender::new(0),
            open: watch::Sender::new(!seed.is_unreachable),
            seed,
        }
    }

    /// Locks the objects, which are made the first time: most clusters of a large world are never asked.
    pub(crate) fn lock(&self) -> Locked<'_> {
        let mut guard = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.is_none() {
            let mut store = Store {
                version: FIRST_VERSION,
                ..Store::default()
            };
            super::seed::plant(&self.arn, &self.seed, &mut store);
            store.forget();
            *guard = Some(store);
        }
        Locked {
            guard,
            latest: &self.latest,
        }
    }

    /// Makes the objects, if nobody has asked before, where it keeps no other request waiting.
    pub(crate) async fn prepare(self: &Arc<Self>) {
        if self.is_prepared.load(Ordering::Acquire) {
            return;
        }
        let kubernetes = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || drop(kubernetes.lock())).await;
        // Where it did not come about, the next lock makes up for it.
        self.is_prepared.store(made.is_ok(), Ordering::Release);
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }
}

impl std::ops::Deref for Locked<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        static NOTHING: Store = Store {
            version: 0,
            oldest: 0,
            objects: BTreeMap::new(),
            changes: VecDeque::new(),
            tokens: VecDeque::new(),
        };
        // `lock` has filled it.
        self.guard.as_ref().unwrap_or(&NOTHING)
    }
}

impl std::ops::DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Store {
        self.guard.get_or_insert_default()
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let version = self.version;
        self.latest.send_if_modified(|latest| {
            let is_newer = *latest < version;
            *latest = version;
            is_newer
        });
    }
}

/// How many tokens are remembered.
const TOKENS: usize = 64;

impl Store {
    pub(crate) fn remember_token(&mut self, token: Option<&Value>) {
        if let Some(token) = token.and_then(Value::as_str) {
            self.tokens.push_back(token.to_owned());
            if self.tokens.len() > TOKENS {
                self.tokens.pop_front();
            }
        }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Returns whether somebody can have seen it, which is not so while the world is being made.
    pub(crate) fn is_open(&self) -> bool {
        self.oldest != 0
    }

    /// Forgets what happened so far, so that older versions are gone.
    pub(crate) fn forget(&mut self) {
        self.changes.clear();
        self.oldest = self.version;
    }

    pub(crate) fn is_forgotten(&self, version: u64) -> bool {
        version < self.oldest
    }

    /// Returns what happened after a version.
    pub(crate) fn since(&self, version: u64) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .skip_while(move |change| change.version <= version)
    }

    pub(crate) fn get(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Option<&Arc<Object>> {
        self.objects
            .get(resource.plural)?
            .get(&(namespace.to_owned(), name.to_owned()))
    }

    /// Returns the objects of a kind, by namespace and name, from a key on.
    pub(crate) fn from<'s>(
        &'s self,
        resource: &Resource,
        namespace: Option<&'s str>,
        first: Option<Key>,
    ) -> impl Iterator<Item = &'s Arc<Object>> {
        let first =
            first.unwrap_or_else(|| (namespace.unwrap_or_default().to_owned(), String::new()));
        self.objects
            .get(resource.plural)
            .into_iter()
            .flat_map(move |objects| objects.range(first.clone()..))
            .map(|(_, object)| object)
            .take_while(move |object| namespace.is_none_or(|name| object.namespace == name))
    }

    /// Returns what a controller made in a namespace, among the names that begin in one way.
    pub(crate) fn owned<'s>(
        &'s self,
        resource: &Resource,
        namespace: &'s str,
        prefix: &'s str,
        owner: &'s str,
    ) -> impl Iterator<Item = &'s Arc<Object>> {
        let first = (namespace.to_owned(), prefix.to_owned());
        self.from(resource, Some(namespace), Some(first))
            .take_while(move |object| object.name.starts_with(prefix))
            .filter(move |object| object.owner.as_deref() == Some(owner))
    }

    /// Adds an object or puts it in the place of the one of its name.
    pub(crate) fn put(&mut self, resource: &'static Resource, mut value: Value) -> Arc<Object> {
        self.version += 1;
        if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
            metadata.insert(
                "resourceVersion".to_owned(),
                json!(self.version.to_string()),
            );
        }
        let object = Arc::new(Object::new(resource, &value, self.version));
        let key = (object.namespace.clone(), object.name.clone());
        let before = self
            .objects
            .entry(resource.plural)
            .or_default()
            .insert(key, Arc::clone(&object));
        self.remember(Change {
            version: self.version,
            resource,
            before,
            object: Arc::clone(&object),
            is_gone: false,
        });
        object
    }

    pub(crate) fn remove(
        &mut self,
        resource: &'static Resource,
        namespace: &str,
        name: &str,
    ) -> Option<Arc<Object>> {
        let key = (namespace.to_owned(), name.to_owned());
        let object = self.objects.get_mut(resource.plural)?.remove(&key)?;
        self.version += 1;
        let mut value = object.value();
        if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
            metadata.insert(
                "resourceVersion".to_owned(),
                json!(self.version.to_string()),
            );
        }
        let last = Arc::new(Object::new(resource, &value, self.version));
        self.remember(Change {
            version: self.version,
            resource,
            before: Some(object),
            object: Arc::clone(&last),
            is_gone: true,
        });
        Some(last)
    }

    fn remember(&mut self, change: Change) {
        if !self.is_open() {
            return;
        }
        if self.changes.len() == KEPT_CHANGES
            && let Some(lost) = self.changes.pop_front()
        {
            self.oldest = lost.version;
        }
        self.changes.push_back(change);
    }

    pub(crate) fn annotations_of_service_account(&self, namespace: &str, name: &str) -> Value {
        resource::by_kind("ServiceAccount")
            .and_then(|resource| self.get(resource, namespace, name))
            .and_then(|object| object.value().pointer("/metadata/annotations").cloned())
            .unwrap_or_default()
    }
}
