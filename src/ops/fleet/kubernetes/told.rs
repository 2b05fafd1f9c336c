//! Failures as they are told: each once, and what could not be decoded among them.

use crate::model::census::{Census, Part};
use crate::model::{Failure, FailureKind};

/// Each failure once that differs from the others in no more than what was asked for.
pub(super) fn alike(failures: Vec<Failure>) -> Vec<Failure> {
    let mut told: Vec<Failure> = Vec::new();
    for failure in failures {
        let is_told = told
            .iter()
            .any(|known| known.kind == failure.kind && known.cause == failure.cause);
        if !is_told {
            told.push(failure);
        }
    }
    told
}

/// Objects that could not be decoded are missing from the rows, so they are told like any failure.
pub(super) fn gaps(census: &Census, cluster: &str) -> Vec<Failure> {
    let told = |part: Part| {
        let words: Vec<&str> = census
            .not_decoded(part)
            .iter()
            .map(|text| &**text)
            .collect();
        not_decoded(part, &words, cluster)
    };
    // The agents of a whole cluster are among its pods.
    let parts = Part::ALL
        .into_iter()
        .filter(|part| *part != Part::Agents || !census.scope().is_everything());
    parts.filter_map(told).collect()
}

/// That objects of a list could not be decoded, if there are any.
pub(super) fn not_decoded(part: Part, words: &[&str], cluster: &str) -> Option<Failure> {
    (!words.is_empty()).then(|| {
        let doing = format!("read all {} of cluster {cluster}", part.words());
        Failure::new(FailureKind::Malformed, doing, words.join("; "))
    })
}
