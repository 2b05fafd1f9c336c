//! Updates that run, and updates that failed.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
