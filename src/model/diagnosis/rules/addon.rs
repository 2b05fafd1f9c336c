//! Add-ons that own associations, and those that cannot.

use crate::model::diagnosis::Rule;

pub(super) const RULES: &[Rule] = &[];
