//! Pods that lack what the webhook writes into them.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
