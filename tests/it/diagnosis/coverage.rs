//! Every row of the decision table is dealt with, and the document says how.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use roledex::model::diagnosis::coverage::{Coverage, document, rows};
use roledex::model::diagnosis::rules;

#[test]
fn every_row_is_covered_or_says_why_not() {
    let rows: Vec<_> = rows().collect();
    assert_eq!(rows.len(), 82);
    for row in rows {
        if let Coverage::Elsewhere { reason } = row.coverage {
            assert_ne!(reason, "not covered", "{} {}", row.number, row.trouble);
        }
    }
}

#[test]
fn rules_have_names_of_their_own_and_know_each_other() {
    let ids: Vec<_> = rules().map(|rule| rule.id).collect();
    let known: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "two rules of one name");
    for rule in rules() {
        let is_kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.id.0.chars().all(is_kebab), "{}", rule.id);
        assert!(
            rule.rows.iter().all(|row| (1..=82).contains(row)),
            "{}",
            rule.id
        );
        for cause in rule.after {
            assert!(
                known.contains(cause),
                "{} comes after {cause}, which is no rule",
                rule.id
            );
            assert_ne!(*cause, rule.id);
        }
        for text in [rule.title, rule.explanation] {
            assert!(
                !text.is_empty() && !text.ends_with('.'),
                "{}: {text}",
                rule.id
            );
        }
    }
}

#[test]
fn the_document_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/DIAGNOSIS.md");
    if std::env::var_os("ROLEDEX_BLESS").is_some() {
        fs::write(&path, document()).unwrap();
    }
    let shown = fs::read_to_string(path).unwrap();
    assert_eq!(
        shown,
        document(),
        "run ROLEDEX_BLESS=1 cargo test --test it diagnosis"
    );
}
