//! Contract tests: the cloud layer against a scripted server that is not our simulator.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod ambient;
mod faults;
mod fleet;
mod keys;
mod kubernetes;
mod parts;
mod protocol;
mod roles;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use roledex::cloud::{Cloud, Deadlines, Session, Settings};
use roledex::model::{AssociationKey, ClusterArn, Region, Route};
use server::{Answer, Request, Server};

pub(crate) const ACCOUNT: &str = "111122223333";

/// A cloud in a directory of its own, with one profile per access key.
pub(crate) struct Client {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) directory: tempfile::TempDir,
}

/// What the program would be told on its command line.
pub(crate) struct Options {
    pub(crate) profiles: Vec<(&'static str, &'static str)>,
    pub(crate) deadlines: Deadlines,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profiles: vec![("prod", "AKIDPROD")],
            // Long enough for a slow machine, short enough for a retry not to be felt.
            deadlines: Deadlines {
                backoff: Duration::from_millis(5),
                ..Deadlines::default()
            },
        }
    }
}

impl Client {
    pub(crate) fn of(server: &Server) -> Self {
        Self::with(&server.url, &Options::default())
    }

    pub(crate) fn with(url: &str, options: &Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (config, credentials) = (
            directory.path().join("config"),
            directory.path().join("credentials"),
        );
        let sections = |section: fn(&str, &str) -> String| {
            let sections = options
                .profiles
                .iter()
                .map(|(name, key)| section(name, key));
            sections.collect::<Vec<_>>().concat()
        };
        let keys = sections(|name, key| {
            format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = secret\n")
        });
        std::fs::write(&credentials, keys).unwrap();
        let regions = sections(|name, _| format!("[profile {name}]\nregion = eu-west-1\n"));
        std::fs::write(&config, regions).unwrap();
        let mut settings = Settings::isolated(config, credentials, url.to_owned());
        settings.deadlines = options.deadlines;
        Self {
            cloud: Cloud::new(settings).unwrap(),
            directory,
        }
    }

    pub(crate) async fn session(&self) -> Arc<Session> {
        let route = Route::new(Some("prod"), "eu-west-1");
        self.cloud.session(&route).await.unwrap()
    }
}

pub(crate) fn cluster(name: &str) -> ClusterArn {
    ClusterArn::new(&Region::new("eu-west-1"), ACCOUNT, name)
}

pub(crate) fn association(id: &str) -> AssociationKey {
    AssociationKey {
        cluster: cluster("demo"),
        id: id.into(),
    }
}

/// What STS answers about the caller.
pub(crate) fn caller(account: &str) -> Answer {
    let xml = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/Admin/alice</Arn><UserId>AROA:alice</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Answer::xml(200, &xml)
}

/// A page of a list: three items from the place that the token names.
pub(crate) fn page(request: &Request, member: &str, items: &[serde_json::Value]) -> Answer {
    let start: usize = request.query.get("nextToken").map_or(0, |token| {
        // Characters that must survive the way there and back.
        token.strip_prefix("t+/=& ").unwrap().parse().unwrap()
    });
    let end = (start + 3).min(items.len());
    let mut answer = BTreeMap::from([(member, serde_json::json!(items[start..end]))]);
    let next = (end < items.len()).then(|| format!("t+/=& {end}"));
    answer.insert("nextToken", serde_json::json!(next));
    Answer::json(200, &serde_json::json!(answer))
}
