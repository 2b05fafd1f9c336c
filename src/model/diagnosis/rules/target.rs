//! The second hop: from the role of an association to its target role.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
