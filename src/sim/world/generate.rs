//! Worlds of any size, the same each time.

use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use indexmap::IndexMap;
use jiff::SignedDuration;

use super::file::{AccountFile, AddonFile, AssociationFile, ClusterFile, UpdateFile, WorldFile};
use super::file::{KubernetesFile, NodegroupFile, Outcome, Short, WorkloadFile};
use super::when::{Span, When};

const PODS_PER_ACCOUNT: u32 = 4;
const TEAMS: [&str; 12] = [
    "payments", "checkout", "search", "catalog", "orders", "billing", "identity", "shipping",
    "reports", "media", "pricing", "support",
];
const PARTS: [&str; 10] = [
    "api", "worker", "cron", "ingest", "export", "gateway", "sync", "indexer", "mailer", "cache",
];

/// How large a made world is; all but `clusters` count for each cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub clusters: u32,
    pub associations: u32,
    pub service_accounts: u32,
    pub pods: u32,
}

impl FromStr for Size {
    type Err = anyhow::Error;

    /// Reads `CLUSTERSxASSOCIATIONSxSERVICEACCOUNTS`, which may end in `xPODS`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let numbers: Vec<u32> = text
            .split('x')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .context("write gen:3x200x50, or gen:3x200x50x400")?;
        let (clusters, associations, service_accounts, pods) = match *numbers.as_slice() {
            [clusters, associations, accounts] => {
                let pods = accounts.saturating_mul(PODS_PER_ACCOUNT);
                (clusters, associations, accounts, pods)
            }
            [clusters, associations, accounts, pods] => (clusters, associations, accounts, pods),
            _ => bail!(
                "give three numbers or four, \
                 gen:CLUSTERSxASSOCIATIONSxSERVICEACCOUNTS or gen:CLUSTERSxASSOCIATIONSxSERVICEACCOUNTSxPODS"
            ),
        };
        let limit = crate::sim::eks::ASSOCIATIONS_PER_CLUSTER;
        ensure!(
            associations <= limit,
            "a cluster holds at most {limit} associations"
        );
        ensure!(
            pods == 0 || service_accounts > 0,
            "pods need service accounts"
        );
        Ok(Self {
            clusters,
            associations,
            service_accounts,
            pods,
        })
    }
}

/// Makes one account with one region that holds all clusters.
pub(super) fn world(size: Size) -> WorldFile {
    WorldFile {
        regions_not_enabled: Vec::new(),
        templates: IndexMap::new(),
        defaults: WorkloadFile::default(),
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
            clusters: (0..size.clusters)
                .map(|index| cluster(index, size))
                .collect(),
        }],
    }
}

fn cluster(index: u32, size: Size) -> ClusterFile {
    let mut associations: IndexMap<String, IndexMap<String, Short<AssociationFile>>> =
        IndexMap::new();
    let mut every = Vec::new();
    for number in 0..size.associations {
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
            .insert(part, Short(association));
    }
    let nodes = NodegroupFile {
        ami_type: None,
        instance_types: Vec::new(),
        spot: false,
        size: 3,
        reserved: false,
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
        audiences: None,
        outposts: Vec::new(),
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
        generated: size.service_accounts,
        generated_pods: size.pods,
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
