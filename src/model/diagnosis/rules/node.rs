//! Nodes on which Pod Identity does not work, and roles of nodes that may not ask for it.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
