//! What lies between a pod and the agent: policies, proxies, interfaces.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
