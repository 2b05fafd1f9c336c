//! Credentials that an SDK finds before those of Pod Identity.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
