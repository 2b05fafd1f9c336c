//! The agent of Pod Identity: its add-on, its daemon set, its pods.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
