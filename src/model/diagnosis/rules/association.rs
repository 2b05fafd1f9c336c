//! Associations that are missing, and those that nobody can use.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
