//! The rules, a file for each thing that they are about.

mod addon;
mod agent;
mod association;
mod cluster;
mod configured;
mod injection;
mod irsa;
mod kubernetes;
mod names;
mod network;
mod node;
mod pod;
mod role;
mod session;
mod shadow;
mod stale;
mod target;
mod trust;
mod update;
mod webhook;

use super::rule::Rule;
pub(super) use webhook::is_asked_about;

/// What mends troubles that logs tell of too.
pub(in crate::model) mod mend {
    pub(in crate::model) use super::configured::configured;
    pub(in crate::model) use super::irsa::provider::known_audience;
    pub(in crate::model) use super::node::allowed_to_ask;
    pub(in crate::model) use super::session::switch;
    pub(in crate::model) use super::trust::mended;
}

pub(super) const ALL: [&[Rule]; 19] = [
    cluster::RULES,
    kubernetes::RULES,
    association::RULES,
    names::RULES,
    role::RULES,
    trust::RULES,
    session::RULES,
    target::RULES,
    stale::RULES,
    irsa::RULES,
    addon::RULES,
    update::RULES,
    injection::RULES,
    webhook::RULES,
    agent::RULES,
    node::RULES,
    network::RULES,
    shadow::RULES,
    pod::RULES,
];
