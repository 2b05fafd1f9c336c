//! Worlds of any size, the same each time.

use indexmap::IndexMap;
use jiff::SignedDuration;

use super::file::{AccountFile, AddonFile, AssociationFile, ClusterFile, UpdateFile, WorldFile};
use super::file::{KubernetesFile, NodegroupFile, Outcome};
use super::when::{Span, When};

const TEAMS: [&str; 12] = [
    "payments", "checkout", "search", "catalog", "orders", "billing", "identity", "shipping",
    "reports", "media", "pricing", "support",
];
const PARTS: [&str; 10] = [
    "api", "worker", "cron", "ingest", "export", "gateway", "sync", "indexer", "mailer", "cache",
];

/// Makes one account with one region that holds all clusters.
pub(super) fn world(clusters: u32, associations: u32, service_accounts: u32) -> WorldFile {
    WorldFile {
        regions_not_enabled: Vec::new(),
        accounts: vec![AccountFile {
            id: "111122223333".to_owned(),
            name: "generated".to_owned(),
            alias: Some("generated".to_owned()),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            caller: "assumed-role/PlatformAdmin/generator".to_owned(),
            regions: vec!["us-west-2".to_owned()],
            roles: IndexMap::new(),
            clusters: (0..clusters)
                .map(|index| cluster(index, associations, service_accounts))
                .collect(),
        }],
    }
}

fn cluster(index: u32, count: u32, service_accounts: u32) -> ClusterFile {
    let mut associations: IndexMap<String, IndexMap<String, AssociationFile>> = IndexMap::new();
    let mut every = Vec::new();
    for number in 0..count {
        let (namespace, part) = name(number);
        every.push(format!("{namespace}/{part}"));
        // A role is shared by the same service of all clusters, as it is where people copy modules.
        let association = AssociationFile {
            role: format!("{namespace}-{part}"),
            ..AssociationFile::default()
        };
        associations
            .entry(namespace)
            .or_default()
            .insert(part, association);
    }
    let nodes = NodegroupFile {
        ami_type: None,
        instance_types: Vec::new(),
        spot: false,
        size: 3,
        max_size: None,
        role: None,
        status: None,
        created: None,
        health: Vec::new(),
        tags: IndexMap::new(),
    };
    let agent = AddonFile {
        version: "v1.3.10-eksbuild.1".to_owned(),
        status: None,
        created: None,
        service_account_role: None,
        configuration: None,
        health: Vec::new(),
        tags: IndexMap::new(),
    };
    let updates = (index % 10 == 3).then(|| UpdateFile {
        kind: "VersionUpdate".to_owned(),
        started: When::FromStart(SignedDuration::from_mins(-5)),
        takes: Span(SignedDuration::from_mins(30)),
        outcome: Outcome::Successful,
        nodegroup: None,
        addon: None,
        capability: None,
        params: IndexMap::from([("Version".to_owned(), "1.34".to_owned())]),
        errors: Vec::new(),
        cancelled_because: None,
    });
    ClusterFile {
        name: format!("{}-{index:04}", pick(&TEAMS, index)),
        region: "us-west-2".to_owned(),
        version: "1.33".to_owned(),
        platform: "eks.14".to_owned(),
        created: When::FromStart(SignedDuration::from_hours(-24 * 200)),
        status: None,
        auto_mode: false,
        ipv6: false,
        private: false,
        hybrid_nodes: false,
        extended_support: false,
        deletion_protection: false,
        authentication_mode: None,
        logging: Vec::new(),
        health: Vec::new(),
        tags: IndexMap::new(),
        irsa: false,
        addons: IndexMap::from([("eks-pod-identity-agent".to_owned(), agent)]),
        nodegroups: IndexMap::from([("general".to_owned(), nodes)]),
        fargate_profiles: IndexMap::new(),
        capabilities: IndexMap::new(),
        identity_providers: IndexMap::new(),
        access_entries: IndexMap::new(),
        associations,
        updates: updates.into_iter().collect(),
        without_creator: false,
        kubernetes: KubernetesFile {
            // Each is made together with its pods when somebody asks for the first time.
            without_service_account: every,
            ..KubernetesFile::default()
        },
        generated: service_accounts,
    }
}

/// Returns namespace and name of a service account; the first ones are those that have associations.
pub(super) fn name(number: u32) -> (String, String) {
    let team = pick(&TEAMS, number);
    let part = pick(&PARTS, number / 12);
    (format!("{team}-{:02}", number / 120), part.to_owned())
}

fn pick<const N: usize>(words: &[&'static str; N], number: u32) -> &'static str {
    let position = usize::try_from(number).unwrap_or_default() % N;
    words.get(position).copied().unwrap_or_default()
}
