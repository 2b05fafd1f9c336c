//! What a session of Pod Identity carries: its tags, and its policy.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
