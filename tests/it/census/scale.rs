//! A large cluster.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use roledex::model::Text;
use roledex::model::census::{Census, Part};
use roledex::model::kubernetes::WatchedKind;
use roledex::model::pod::{Container, Env, Mount, Pod, Setting, Variable, Volume};

use super::world::{Told, account, agent, association, joined, look, node, pod, read};

/// A cluster with four pods a service account, on nodes of 40 pods.
fn cluster(accounts: usize) -> Census {
    let mut census = read();
    for kind in WatchedKind::ALL {
        census.restart(kind);
    }
    for number in 0..accounts {
        let (namespace, name) = (
            format!("team-{}", number % 97),
            format!("service-{number:05}"),
        );
        census.apply(account(&namespace, &name, None));
        // One of the four is decoded, the others differ in their names: decoding is not what is measured.
        let first = pod(&namespace, &name, &name, None, Told::PodIdentity);
        for replica in 0..4 {
            let place = number * 4 + replica;
            census.apply(Pod {
                name: format!("{name}-5d4f8c7b9-{place:05x}").into(),
                uid: format!("0b6c9d7e-1f2a-4b3c-8d4e-{place:012x}").into(),
                node: Some(format!("ip-10-0-{}.eu-west-1.compute.internal", place / 40).into()),
                containers: first.containers.to_vec().into(),
                volumes: first.volumes.to_vec().into(),
                ..first.clone()
            });
        }
    }
    for number in 0..=accounts / 10 {
        let name = format!("ip-10-0-{number}.eu-west-1.compute.internal");
        census.apply(node(&name, "ec2", Some("general")));
        census.apply(agent(&name, true, true));
    }
    for kind in WatchedKind::ALL {
        census.synced(kind);
    }
    census
}

#[test]
fn rows_of_a_large_cluster_come_at_once() {
    let census = cluster(5_000);
    assert_eq!(census.count(Part::Pods), 20_501);
    let associations: Vec<_> = (0..5_000)
        .map(|number| {
            association(
                &format!("team-{}", number % 97),
                &format!("service-{number:05}"),
            )
        })
        .collect();
    let start = Instant::now();
    look(&census, &joined(&associations), |picture| {
        let accounts = picture.accounts();
        assert_eq!(accounts.len(), 5_000);
        assert!(
            accounts
                .iter()
                .all(|row| row.tally.is_some_and(|tally| tally.running == 4))
        );
        assert_eq!(picture.containers().count(), 20_501);
    });
    // Unoptimised and beside other tests it takes a second; a search for each row would take many minutes.
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

/// Bytes of heap that texts and lists take, each shared one once.
#[derive(Default)]
struct Heap {
    seen: HashSet<usize>,
    bytes: usize,
}

impl Heap {
    /// What is allocated at an address, with the allocator's own header.
    fn once(&mut self, address: usize, bytes: usize) -> bool {
        let is_new = bytes > 0 && self.seen.insert(address);
        if is_new {
            self.bytes += bytes + 16;
        }
        is_new
    }

    /// The counters of an `Arc` stand before its value.
    fn arc(&mut self, address: usize, bytes: usize) -> bool {
        self.once(address, bytes + 16)
    }

    fn text(&mut self, text: &Text) {
        self.arc(text.as_ptr().addr(), text.len());
    }

    fn container(&mut self, container: &Container) {
        let Container {
            name,
            env,
            env_from,
            mounts,
            ..
        } = container;
        self.text(name);
        let settings = env.iter().count() * size_of::<(Variable, Setting)>();
        self.once(std::ptr::from_ref::<Env>(env).addr() + 1, settings);
        for (_, setting) in env.iter() {
            if let Setting::Literal(text) = setting {
                self.text(text);
            }
        }
        assert!(env_from.is_empty());
        self.once(mounts.as_ptr().addr(), mounts.len() * size_of::<Mount>());
        for mount in mounts {
            self.text(&mount.volume);
            self.text(&mount.path);
        }
    }

    fn pod(&mut self, pod: &Arc<Pod>) {
        self.arc(Arc::as_ptr(pod).addr(), size_of::<Pod>());
        let owner = pod.owner.as_ref().unwrap();
        let texts = [
            &pod.namespace,
            &pod.name,
            &pod.uid,
            &pod.service_account,
            &owner.kind,
        ];
        for text in texts.into_iter().chain([&owner.name]).chain(&pod.node) {
            self.text(text);
        }
        let containers = &pod.containers;
        if self.arc(containers.as_ptr().addr(), size_of_val(&**containers)) {
            containers
                .iter()
                .for_each(|container| self.container(container));
        }
        let (keys, values): (Vec<_>, Vec<_>) = pod.labels.iter().unzip();
        let labels = keys.len() * size_of::<(Text, Text)>();
        if keys
            .first()
            .is_some_and(|key| self.arc(std::ptr::from_ref::<Text>(*key).addr(), labels))
        {
            keys.into_iter()
                .chain(values)
                .for_each(|text| self.text(text));
        }
        let volumes = &pod.volumes;
        if self.arc(volumes.as_ptr().addr(), size_of_val(&**volumes)) {
            let tokens = |volume: &Volume| size_of_val(&*volume.tokens);
            self.bytes += volumes.iter().map(tokens).sum::<usize>();
        }
    }
}

/// About 500 bytes a row, all told.
#[test]
fn pods_are_compact() {
    let census = cluster(500);
    let mut heap = Heap::default();
    let mut pods = 0;
    for pod in census.pods().filter(|pod| &*pod.namespace != "kube-system") {
        heap.pod(pod);
        pods += 1;
    }
    // Name, pointer and list number in one tree, and the name in another; their nodes are two thirds full.
    let trees = (16 + 16 + 16) * 3 / 2;
    let bytes = heap.bytes / pods + trees;
    assert!(
        bytes <= 560,
        "{bytes} bytes a pod, of which {} are the pod itself",
        size_of::<Pod>()
    );
}
