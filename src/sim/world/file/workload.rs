//! Workloads of a world file, and what their pods look like.

use std::fmt::{self, Formatter};

use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Tags;
use super::text::Shorthand;
use super::words::{Kind, Place, Source, State, Webhook};
use crate::sim::world::when::When;

/// A workload; what it does not say, the template that it is like says, and then `defaults`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WorkloadFile {
    /// The name of a template.
    pub(crate) like: Option<String>,
    pub(crate) kind: Option<Kind>,
    /// Its own name by default.
    pub(crate) service_account: Option<String>,
    pub(crate) replicas: Option<u32>,
    pub(crate) created: Option<When>,
    /// When its pods were made, one for all or one for each, which decides what the webhook gave them.
    pub(crate) pods: Moments,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) state: Option<State>,
    pub(crate) containers: Containers,
    pub(crate) init_containers: Containers,
    pub(crate) image: Option<String>,
    /// Variables of the first container.
    pub(crate) env: IndexMap<String, Setting>,
    pub(crate) env_from: Vec<Source>,
    /// Where the first container mounts volumes.
    pub(crate) mounts: Tags,
    /// Volumes as Kubernetes has them, by name.
    pub(crate) volumes: IndexMap<String, Value>,
    pub(crate) labels: Tags,
    pub(crate) annotations: Tags,
    pub(crate) on: Option<Place>,
    pub(crate) host_network: Option<bool>,
    pub(crate) log: Vec<String>,
    /// What its containers wrote before they crashed last; the same where it is not given.
    pub(crate) previous_log: Vec<String>,
}

/// What one container has of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ContainerFile {
    pub(crate) image: Option<String>,
    pub(crate) env: IndexMap<String, Setting>,
    pub(crate) env_from: Vec<Source>,
    pub(crate) mounts: Tags,
}

/// Containers by name: a list of names, or a mapping where there is more to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Containers(pub(crate) IndexMap<String, ContainerFile>);

/// One moment, or a list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments(pub(crate) Vec<When>);

/// The value of a variable: a text, or `{secret: NAME, key: KEY}`.
#[derive(Clone, Debug)]
pub(crate) enum Setting {
    Text(String),
    Key { secret: String, key: String },
}

impl WorkloadFile {
    /// Fills in from a template what the workload leaves open.
    pub(crate) fn or(mut self, base: &Self) -> Self {
        macro_rules! or {
            ($($member:ident),+) => {
                $(if self.$member.is_none() { self.$member.clone_from(&base.$member); })+
            };
        }
        or!(
            kind,
            service_account,
            replicas,
            created,
            webhook,
            state,
            image,
            on,
            host_network
        );
        for (own, given) in [
            (&mut self.containers, &base.containers),
            (&mut self.init_containers, &base.init_containers),
        ] {
            if own.0.is_empty() {
                own.clone_from(given);
            }
        }
        if self.pods.0.is_empty() {
            self.pods.clone_from(&base.pods);
        }
        if self.env_from.is_empty() {
            self.env_from.clone_from(&base.env_from);
        }
        for (own, given) in [
            (&mut self.log, &base.log),
            (&mut self.previous_log, &base.previous_log),
        ] {
            if own.is_empty() {
                own.clone_from(given);
            }
        }
        for (own, given) in [
            (&mut self.mounts, &base.mounts),
            (&mut self.labels, &base.labels),
            (&mut self.annotations, &base.annotations),
        ] {
            fill(own, given);
        }
        fill(&mut self.env, &base.env);
        fill(&mut self.volumes, &base.volumes);
        self
    }

    /// Fills in what the world says of all workloads, but those of the system.
    pub(crate) fn with_defaults(self, defaults: &Self, namespace: &str) -> Self {
        if namespace == "kube-system" {
            self
        } else {
            self.or(defaults)
        }
    }
}

fn fill<V: Clone>(own: &mut IndexMap<String, V>, given: &IndexMap<String, V>) {
    for (key, value) in given {
        own.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

impl Shorthand for WorkloadFile {
    const EXPECTED: &'static str = "the name of a template, or a mapping";

    fn from_text(text: &str) -> Self {
        Self {
            like: Some(text.to_owned()),
            ..Self::default()
        }
    }
}

impl<'de> Deserialize<'de> for Moments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Moments;

            fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str("a moment such as -3d, or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Moments, E> {
                text.parse()
                    .map(|moment| Moments(vec![moment]))
                    .map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Moments, A::Error> {
                let mut moments = Vec::new();
                while let Some(moment) = items.next_element()? {
                    moments.push(moment);
                }
                Ok(Moments(moments))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}

impl<'de> Deserialize<'de> for Containers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesOrMap;

        impl<'de> Visitor<'de> for NamesOrMap {
            type Value = Containers;

            fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of names, or a mapping of them to containers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Containers, A::Error> {
                let mut containers = IndexMap::new();
                while let Some(name) = items.next_element::<String>()? {
                    containers.insert(name, ContainerFile::default());
                }
                Ok(Containers(containers))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Containers, A::Error> {
                IndexMap::deserialize(MapAccessDeserializer::new(map)).map(Containers)
            }
        }

        deserializer.deserialize_any(NamesOrMap)
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Key {
            secret: String,
            key: String,
        }

        struct TextOrKey;

        impl<'de> Visitor<'de> for TextOrKey {
            type Value = Setting;

            fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a text (in quotes if it looks like a number), or {secret: NAME, key: KEY}",
                )
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Setting, E> {
                Ok(Setting::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
                let Key { secret, key } = Key::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Setting::Key { secret, key })
            }
        }

        deserializer.deserialize_any(TextOrKey)
    }
}
