//! IRSA: what stands beside an association, and what it takes itself.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
