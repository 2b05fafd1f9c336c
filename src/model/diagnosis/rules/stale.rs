//! Pods that act as an association said before.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
