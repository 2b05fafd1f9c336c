//! Why a step failed, and what mends it.

use crate::model::Text;
use crate::model::diagnosis::Remedy;

/// A failure of a call in the words of Pod Identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// One line: what happened.
    pub what: Text,
    /// What brings it about.
    pub why: Text,
    pub remedies: Vec<Remedy>,
}
