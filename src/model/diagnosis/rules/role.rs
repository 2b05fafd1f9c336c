//! Roles that associations name: whether they are there, and where.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
