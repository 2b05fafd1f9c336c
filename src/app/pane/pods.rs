//! Pods, container by container: who each of them really is, and why.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Request};
use crate::app::fleet::Fleet;
use crate::app::kubernetes::{ContainerKey, ContainerRow, Kubernetes};
use crate::app::pane::service_accounts::{HOW_TO_READ, watching};
use crate::app::pane::view::{Copied, Noun, Source};
use crate::app::pane::{
    Cell, Column, PodsOf, Restriction, RowKey, SortKey, Tone, cluster_name, given_role, glyph,
};
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::identity::{Injection, Mechanism, Staleness};
use crate::model::kubernetes::{KubeId, WatchedKind};
use crate::model::pod::{ContainerKind, Phase};
use crate::model::{ClusterArn, RouteId, Text};

pub struct Pods;

const COLUMNS: [Column; 15] = [
    Column::new("NAMESPACE", 100, 10, 26),
    Column::new("POD", 99, 20, 50),
    Column::new("CONTAINER", 98, 9, 30),
    Column::new("IDENTITY", 97, 14, 28),
    Column::new("ROLE", 90, 16, 44),
    Column::new("WHY", 80, 20, 70),
    Column::new("INJECTED", 92, 10, 14),
    // As wide as its longest phrase: cut short, it would lose the time.
    Column::new("CREDENTIALS", 82, 22, 22),
    Column::new("STATE", 75, 9, 20),
    Column::new("NODE", 30, 12, 46),
    Column::new("COMPUTE", 35, 18, 22),
    Column::new("WORKLOAD", 40, 12, 46),
    Column::new("AGE", 60, 4, 5),
    Column::new("CLUSTER", 88, 10, 28),
    Column::new("READ", 86, 12, 14),
];

impl Noun for Pods {
    type Key = ContainerKey;
    type Row = ContainerRow;

    const TITLE: &'static str = "Pods";
    const TAB: &'static str = "Pods";
    const NAMES: (&'static str, &'static str) = ("pod", "pods");
    const COMMAND: Command = Command::ViewPods;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.kubernetes.reading(WatchedKind::Pods));
    const HOW_TO_READ: &'static [(Command, &'static str)] = HOW_TO_READ;

    fn rows(fleet: &Fleet) -> &IndexMap<ContainerKey, ContainerRow> {
        &fleet.containers
    }

    fn wrap(key: ContainerKey) -> RowKey {
        RowKey::Container(key)
    }

    fn unwrap(key: &RowKey) -> Option<&ContainerKey> {
        match key {
            RowKey::Container(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &ContainerKey, row: &ContainerRow, limits: &Restriction, _: Timestamp) -> bool {
        let is_of = match &limits.pods_of {
            None => true,
            Some(PodsOf::Account(account)) => {
                account.cluster == key.cluster
                    && account.namespace == key.namespace
                    && account.name == row.pod.service_account
            }
            Some(PodsOf::Role(arn)) => row.role.as_ref().is_some_and(|role| role.arn == *arn),
        };
        is_of && limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a ContainerKey,
        row: &'a ContainerRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        let pod = &row.pod;
        let word = |value: Option<&'a str>| value.map_or_else(Cell::none, Cell::muted);
        let kubernetes = fleet.clusters.get(&key.cluster).map(|row| &row.kubernetes);
        match column {
            0 => Cell::plain(&*key.namespace),
            1 => Cell::new(&*key.pod, Tone::Name),
            2 => match row.kind {
                ContainerKind::Main => Cell::plain(&*key.container),
                ContainerKind::Sidecar => Cell::plain(format!("{} (sidecar)", key.container)),
                ContainerKind::Init => Cell::muted(format!("{} (init)", key.container)),
                ContainerKind::Ephemeral => Cell::muted(format!("{} (ephemeral)", key.container)),
            },
            3 => Cell::new(&*row.phrase, tone(row)),
            4 => match &row.role {
                Some(role) => given_role(role, row.withheld.as_deref()),
                None if has_no_role(row.mechanism) => Cell::none(),
                None => Cell::new("unknown", Tone::Warning),
            },
            5 if row.withheld.is_some() => Cell::new(&*row.why, Tone::Bad),
            5 => Cell::muted(&*row.why),
            6 => injected(&row.injection),
            7 => credentials(row.staleness.at(now)),
            8 => state_of(row),
            9 => word(pod.node.as_deref()),
            10 => match &row.compute {
                Some(compute) => Cell::muted(&**compute),
                None if pod.node.is_none() => Cell::none(),
                None => kubernetes.map_or_else(Cell::none, |kubernetes| {
                    kubernetes.unknown(WatchedKind::Nodes)
                }),
            },
            11 => word(row.workload.as_deref()),
            12 => pod
                .created
                .map_or_else(Cell::none, |created| Cell::muted(age(created, now))),
            13 => cluster_name(fleet, &key.cluster),
            14 => kubernetes.map_or_else(Cell::none, |kubernetes| read(kubernetes, now)),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a ContainerKey,
        row: &'a ContainerRow,
        column: usize,
    ) -> SortKey<'a> {
        let some = |value: Option<&'a str>| {
            value.map_or(SortKey::Missing, |value| {
                SortKey::Text(Cow::Borrowed(value))
            })
        };
        let pod = &row.pod;
        match column {
            0 => some(Some(&key.namespace)),
            1 => some(Some(&key.pod)),
            2 => some(Some(&key.container)),
            3 => some(Some(&row.phrase)),
            4 => some(row.role.as_ref().map(|role| role_name(&role.arn))),
            5 => some(Some(&row.why)),
            6 => some(Some(row.injection.word())),
            7 => SortKey::Text(row.staleness.phrase()),
            8 => SortKey::Text(state_of(row).text),
            9 => some(pod.node.as_deref()),
            10 => some(row.compute.as_deref()),
            11 => some(row.workload.as_deref()),
            12 => pod.created.map_or(SortKey::Missing, |created| {
                SortKey::Number(-created.as_second())
            }),
            13 => SortKey::Text(cluster_name(fleet, &key.cluster).text),
            14 => {
                let cluster = fleet.clusters.get(&key.cluster);
                let at = cluster.and_then(|row| row.kubernetes.known_at(WatchedKind::Pods));
                at.map_or(SortKey::Missing, |at| SortKey::Number(at.as_second()))
            }
            _ => SortKey::Missing,
        }
    }

    fn identity<'a>(key: &'a ContainerKey, _: &'a ContainerRow) -> [&'a str; 4] {
        [
            &key.namespace,
            &key.pod,
            &key.container,
            key.cluster.as_str(),
        ]
    }

    fn has_problem(row: &ContainerRow) -> bool {
        let useless = row.mechanism == Mechanism::None && row.injection == Injection::Injected;
        useless || row.withheld.is_some() || matches!(row.injection, Injection::Lacking { .. })
    }

    fn name(key: &ContainerKey, _: Option<&ContainerRow>) -> String {
        format!("{}/{}", key.namespace, key.pod)
    }

    fn arn(_: &ContainerKey, _: Option<&ContainerRow>) -> Option<String> {
        None
    }

    fn role<'a>(_: &'a Fleet, _: &'a ContainerKey, row: &'a ContainerRow) -> Option<&'a Text> {
        row.role.as_ref().map(|role| &role.arn)
    }

    fn describe(state: &State, key: &ContainerKey, row: &ContainerRow) -> Vec<TextLine> {
        describe::pod(state, key, row)
    }

    fn ask_document(state: &State, key: &ContainerKey, _: RouteId) -> Option<Request> {
        let of = state.kubernetes_of(&key.cluster).ok()?;
        let id = KubeId::Pod {
            namespace: key.namespace.clone(),
            name: key.pod.clone(),
        };
        Some(Request::KubernetesDocument { of, id })
    }

    fn copies(key: &ContainerKey, row: Option<&ContainerRow>) -> Vec<Copied> {
        let container = key.container.to_string();
        let mut copies = vec![("container", container, "container name")];
        let Some(row) = row else { return copies };
        let account = row.pod.service_account.to_string();
        copies.push(("service account", account, "service account"));
        if let Some(role) = &row.role {
            copies.push(("role ARN", role.arn.to_string(), "role ARN"));
        }
        if let Some(node) = &row.pod.node {
            copies.push(("node", node.to_string(), "node name"));
        }
        copies
    }

    fn place(state: &State) -> String {
        match &state.restriction.pods_of {
            None => String::new(),
            Some(PodsOf::Account(account)) => {
                format!(" of service account {}/{}", account.namespace, account.name)
            }
            Some(PodsOf::Role(arn)) => format!(" that acts as role {}", role_name(arn)),
        }
    }

    fn remarks(state: &State) -> Vec<(Tone, String)> {
        let of = state.restriction.pods_of.as_ref().map(|of| match of {
            PodsOf::Account(account) => {
                let (namespace, name) = (&account.namespace, &account.name);
                format!("of {namespace}/{name} in {}", account.cluster.name())
            }
            PodsOf::Role(arn) => format!("as {}", role_name(arn)),
        });
        let of = of.map(|text| (Tone::Name, text));
        of.into_iter().chain(watching(state)).collect()
    }

    fn admits_cluster(limits: &Restriction, cluster: &ClusterArn) -> bool {
        let is_of = match &limits.pods_of {
            Some(PodsOf::Account(account)) => account.cluster == *cluster,
            Some(PodsOf::Role(_)) | None => true,
        };
        is_of && limits.admits(cluster)
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        state.read_kubernetes(clusters, effects);
    }
}

/// A glance tells who has what was meant for it, and who has something else.
fn tone(row: &ContainerRow) -> Tone {
    match row.mechanism {
        Mechanism::PodIdentity
        | Mechanism::Irsa
        | Mechanism::Profile
        | Mechanism::WebIdentity
        | Mechanism::Endpoint => Tone::Plain,
        Mechanism::StaticKeys | Mechanism::Unknown => Tone::Warning,
        Mechanism::None | Mechanism::NodeRole => Tone::Muted,
    }
}

/// Mechanisms of which no role is to be expected.
pub(in crate::app) fn has_no_role(mechanism: Mechanism) -> bool {
    match mechanism {
        Mechanism::None | Mechanism::StaticKeys | Mechanism::Profile | Mechanism::Endpoint => true,
        Mechanism::PodIdentity
        | Mechanism::Irsa
        | Mechanism::WebIdentity
        | Mechanism::NodeRole
        | Mechanism::Unknown => false,
    }
}

fn injected(injection: &Injection) -> Cell<'static> {
    let word = injection.word();
    match injection {
        Injection::Injected => Cell::sign(glyph::GOOD, word, Tone::Good),
        Injection::Lacking { .. } => Cell::sign(glyph::WARNING, word, Tone::Warning),
        Injection::Unknown => Cell::new(word, Tone::Warning),
        Injection::Excluded { .. } | Injection::NotExpected | Injection::Ended => Cell::muted(word),
    }
}

pub(in crate::app) fn credentials(staleness: Staleness) -> Cell<'static> {
    let phrase = staleness.phrase();
    match staleness {
        Staleness::NotConcerned => Cell::none(),
        Staleness::Fresh | Staleness::NeverInjected => Cell::muted(phrase),
        Staleness::Unknown => Cell::new(phrase, Tone::Warning),
        Staleness::MayBeOld(_) => Cell::sign(glyph::WARNING, phrase, Tone::Warning),
    }
}

/// The phase, and what it leaves out.
fn state_of(row: &ContainerRow) -> Cell<'_> {
    let pod = &row.pod;
    let (phase, ready) = (pod.phase.as_str(), pod.ready);
    match &pod.phase {
        _ if pod.terminating => Cell::sign(glyph::BUSY, "Terminating", Tone::Busy),
        Phase::Pending => Cell::sign(glyph::BUSY, phase, Tone::Busy),
        Phase::Running if ready == Some(false) => {
            Cell::sign(glyph::BUSY, "Running (not ready)", Tone::Busy)
        }
        Phase::Running => Cell::sign(glyph::GOOD, phase, Tone::Good),
        Phase::Succeeded => Cell::muted(phase),
        Phase::Failed => Cell::sign(glyph::BAD, phase, Tone::Bad),
        Phase::Other(word) if word.is_empty() => Cell::new("unknown", Tone::Warning),
        Phase::Other(_) => Cell::plain(phase),
    }
}

/// How fresh the row is: as its pods, unless nobody knows their nodes.
fn read(kubernetes: &Kubernetes, now: Timestamp) -> Cell<'static> {
    kubernetes.freshness(WatchedKind::Pods, now)
}
