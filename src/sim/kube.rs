//! The Kubernetes API of each cluster, over TLS.
//!
//! In reading order: `listener` and `certificate` (how it is reached), `server` (a request's way), `route` and
//! `resource` (what is asked for), `authentication` and `authorization` (who may), `store` and `object` (what is
//! there), `seed`, `workload` and `webhook` (where it comes from), and then one file for each thing an API server does.

mod agent;
mod answer;
mod authentication;
mod authorization;
mod certificate;
mod discovery;
mod event;
mod list;
mod listener;
mod log;
mod node;
mod object;
mod patch;
mod pod;
mod protobuf;
mod resource;
mod review;
mod route;
mod seed;
mod selector;
mod server;
mod software;
mod status;
mod store;
mod table;
mod token;
mod watch;
mod webhook;
mod workload;
mod write;

pub(crate) use self::agent::{AGENT, Agent};
pub(crate) use self::authentication::principal_arn;
pub(crate) use self::authorization::Grant;
pub(crate) use self::certificate::Authority;
pub(crate) use self::listener::Listening;
pub(crate) use self::resource::{operation_names, served};
pub(crate) use self::seed::{
    Admission, GivenDaemon, GivenNode, GivenServiceAccount, GivenWorkload, NodeKind, PodState, Seed,
};
pub(crate) use self::server::serve;
pub(crate) use self::software::Software;
pub(crate) use self::store::Kubernetes;
pub(crate) use self::token::{AUDIENCE, Claims, Refused, sign};
