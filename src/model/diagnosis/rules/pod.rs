//! What a pod or its container does in its own way.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
