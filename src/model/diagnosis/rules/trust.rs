//! Trust policies of the roles of associations.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
