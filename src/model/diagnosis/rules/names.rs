//! Associations whose names are nearly those of somebody who has none.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
