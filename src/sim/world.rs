//! Worlds: what a simulator is started with.

mod account;
mod check;
mod cluster;
#[cfg(test)]
mod demo;
mod file;
mod generate;
mod kubernetes;
mod when;

use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;

use self::file::WorldFile;
use super::state::State;

pub use self::generate::Size;

const DEMO: &str = include_str!("../../assets/demo/world.yaml");

/// The accounts, clusters and roles that a simulator serves, with times relative to its start.
#[derive(Clone, Debug)]
pub struct World {
    file: WorldFile,
}

/// How one account of a world is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    pub name: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    /// The enabled regions, the first being the one to start with.
    pub regions: Vec<String>,
}

impl World {
    /// Returns the world of `roledex --demo`.
    pub fn demo() -> anyhow::Result<Self> {
        Self::parse(DEMO).context("the built-in demo world is broken")
    }

    /// Reads a world file (YAML or JSON).
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut file: WorldFile = serde_norway::from_str(text)?;
        check::fill_in(&mut file).map_err(|wrong| wrong.within(text))?;
        check::world(&file).map_err(|wrong| wrong.within(text))?;
        Ok(Self { file })
    }

    /// Makes a world of the given size, the same each time.
    ///
    /// Service accounts and pods are made when a cluster's Kubernetes API is first asked.
    pub fn generate(size: Size) -> Self {
        Self {
            file: generate::world(size),
        }
    }

    /// Reads a world file, or makes the world that `gen:CLUSTERSxASSOCIATIONSxSERVICEACCOUNTSxPODS` asks for.
    pub fn load(source: &str) -> anyhow::Result<Self> {
        if let Some(size) = source.strip_prefix("gen:") {
            let size = size
                .parse()
                .with_context(|| format!("'{source}' is no world"))?;
            return Ok(Self::generate(size));
        }
        let path = Path::new(source);
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the world file {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("the world file {} is wrong", path.display()))
    }

    /// Returns the accounts in the order of the file; the first is the one `roledex sim` prints.
    pub fn accounts(&self) -> Vec<Account> {
        self.file
            .accounts
            .iter()
            .map(|account| Account {
                id: account.id.clone(),
                name: account.name.clone(),
                access_key_id: account.access_key_id.clone(),
                secret_access_key: account.secret_access_key.clone(),
                session_token: account.session_token.clone(),
                regions: account.regions.clone(),
            })
            .collect()
    }

    /// Builds the state of the world as it is at `start`.
    pub(crate) fn build(self, start: Timestamp) -> State {
        let mut state = State {
            regions_not_enabled: self.file.regions_not_enabled,
            ..State::default()
        };
        for file in self.file.accounts {
            let account = account::build(file, start);
            state.accounts.insert(account.id.clone(), account);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        accounts:
          - id: "111122223333"
            name: one
            access_key_id: AKIAIOSFODNN7EXAMPLE
            secret_access_key: secret
            caller: user/ann
            regions: [eu-west-1]
            clusters:
              - {name: a, region: eu-west-1, version: "1.34", platform: eks.9, created: -9d}
    "#;

    #[test]
    fn a_small_world_parses_and_json_is_yaml() {
        assert_eq!(
            World::parse(SMALL).unwrap().accounts()[0].id,
            "111122223333"
        );
        let json = r#"{"accounts":[{"id":"111122223333","name":"one","access_key_id":"A",
            "secret_access_key":"s","caller":"user/ann","regions":["eu-west-1"],"clusters":[]}]}"#;
        assert_eq!(
            World::parse(json).unwrap().accounts()[0].regions,
            ["eu-west-1"]
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (from, to, expected) in [
            ("name: one", "nmae: one", "unknown field `nmae`"),
            ("\"111122223333\"", "\"1111\"", "no account id"),
            (
                "created: -9d",
                "created: last week",
                "'last week' is no time",
            ),
            (
                "region: eu-west-1, ",
                "region: eu-west-2, ",
                "has not enabled",
            ),
            (
                "created: -9d",
                "created: -9d, associations: {pay: {api: {role: x, addon: vpc-cni}}}",
                "no add-on vpc-cni",
            ),
            (
                "created: -9d",
                "created: -9d, updates: [{type: AddonUpdate, addon: a, nodegroup: b, \
                 started: now, takes: 1m}]",
                "more than one of",
            ),
            (
                "created: -9d",
                "created: -9d, kubernetes: {workloads: {pay: {api: {kind: Deploymnt}}}}",
                "'Deploymnt' is no kind of workload: write one of Deployment, StatefulSet, \
                 DaemonSet, Job, Pod at line 10 column",
            ),
            (
                "created: -9d",
                "created: -9d, kubernetes: {workloads: {pay: {api: nothing}}}",
                "pay/api is like nothing, but there is no such template, at line 10",
            ),
            (
                "created: -9d",
                "created: -9d, kubernetes: {workloads: {pay: {api: {mounts: {aws: /root}}}}}",
                "pay/api mounts aws, which is none of its volumes, at line 10",
            ),
            (
                "created: -9d",
                "created: -9d, kubernetes: {without_service_account: [pay/api]}",
                "'pay/api' has no association",
            ),
            (
                "created: -9d",
                "created: -9d, kubernetes: {workloads: {pay: {api: {env: {PORT: 8080}}}}}",
                "in quotes if it looks like a number",
            ),
        ] {
            let error = World::parse(&SMALL.replace(from, to)).unwrap_err();
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
    }

    #[test]
    fn workloads_take_what_they_do_not_say_from_their_template_and_then_from_the_defaults() {
        let text = format!(
            "{}\n{}",
            r"
        templates: {batch: {kind: Job, env: {A: template, B: template}}}
        defaults: {env: {B: default, C: default}}",
            SMALL.replace(
                "created: -9d",
                "created: -9d, kubernetes: {workloads: {pay: {api: {like: batch, env: {A: own}}}, \
                 kube-system: {dns: {}}}}"
            )
        );
        let state = World::parse(&text).unwrap().build(Timestamp::UNIX_EPOCH);
        let cluster = state.clusters().next().unwrap();
        let [api, dns] = cluster.kubernetes.seed.workloads.as_slice() else {
            panic!("{:?}", cluster.kubernetes.seed.workloads)
        };
        assert_eq!(api.kind, "Job");
        let env = |workload: &crate::sim::kube::GivenWorkload| {
            workload.spec.pointer("/containers/0/env").cloned()
        };
        assert_eq!(
            env(api),
            Some(serde_json::json!([
                {"name": "A", "value": "own"},
                {"name": "B", "value": "template"},
                {"name": "C", "value": "default"},
            ]))
        );
        assert_eq!(env(dns), None);
    }

    #[test]
    fn generated_worlds_are_asked_for_by_size() {
        let world = World::load("gen:2x3x4").unwrap();
        let state = world.build(Timestamp::UNIX_EPOCH);
        let clusters: Vec<_> = state
            .accounts
            .values()
            .flat_map(|account| account.clusters.values())
            .collect();
        assert_eq!(clusters.len(), 2);
        assert!(
            clusters
                .iter()
                .all(|cluster| cluster.associations.len() == 3)
        );
        let pods = |source: &str| {
            let state = World::load(source).unwrap().build(Timestamp::UNIX_EPOCH);
            let cluster = state.clusters().next().unwrap();
            let seed = &cluster.kubernetes.seed;
            (seed.generated, seed.generated_pods)
        };
        assert_eq!(pods("gen:1x2x5"), (5, 20));
        assert_eq!(pods("gen:1x2x5x7"), (5, 7));
        for wrong in [
            "gen:",
            "gen:1x2",
            "gen:1x2x3x4x5",
            "gen:1x2x0x4",
            "gen:axbxc",
            "gen:1x9999x0",
            "/nowhere/world.yaml",
        ] {
            assert!(World::load(wrong).is_err(), "{wrong}");
        }
    }
}
