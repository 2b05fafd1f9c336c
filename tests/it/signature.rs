//! What is recognised in logs, and what of them is never shown.

mod remedies;
mod secrets;
mod table;

use std::collections::BTreeSet;

use proptest::prelude::*;
use roledex::model::diagnosis::Severity;
use roledex::model::signature::{Fix, Match, Place, SIGNATURES, Session, Signature, WINDOW, scan};

/// A token as the kubelet writes it, with a signature.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImFiYyJ9.eyJhdWQiOlsicG9kcy5la3MuYW1hem9uYXdzLmNvbSJdfQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

fn ids(lines: &[&str]) -> Vec<&'static str> {
    scan(lines.iter().copied())
        .iter()
        .map(|found| found.signature.id)
        .collect()
}

fn only(line: &str) -> Match {
    let mut found = scan([line]);
    assert_eq!(found.len(), 1, "{line}: {found:?}");
    found.remove(0)
}

/// A line that has the words of a pattern, spoken to a session where the signature is about one.
fn line_of(signature: &Signature, fragments: &[&str]) -> String {
    let line = fragments.join(" … ");
    match signature.session {
        None => line,
        Some(session) => {
            let name = match session {
                Session::Node => "i-0123456789abcdef0",
                Session::Pod => "eks-demo-api-7d9f",
            };
            format!(
                "arn:aws:sts::1:assumed-role/api/{name} is not authorized to perform: s3:ListBucket; {line}"
            )
        }
    }
}

#[test]
fn ordinary_lines_are_not() {
    for line in [
        "",
        "GET /v1/credentials 200",
        r#"{"level":"info","msg":"Calling EKS Auth to fetch credentials","client-addr":"10.0.0.1:53244"}"#,
        "connected to 10.0.0.1:443",
        "dial tcp 10.0.0.1:5432: connection refused",
        "the token is expired",
        "User is not authorized to perform: s3:GetObject",
    ] {
        assert!(ids(&[line]).is_empty(), "{line}");
    }
}

#[test]
fn every_signature_is_found_by_its_own_words_and_says_what_to_do() {
    let mut known = BTreeSet::new();
    for signature in SIGNATURES {
        let id = signature.id;
        assert!(known.insert(id), "{id} twice");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert_eq!(Signature::of(id), Some(signature));
        for fragments in signature.patterns {
            let line = line_of(signature, fragments);
            assert!(ids(&[&line]).contains(&id), "{id}: {line}");
            assert!(fragments.iter().all(|fragment| !fragment.is_empty()));
        }
        for fragment in signature.without {
            let line = format!("{} {fragment}", line_of(signature, signature.patterns[0]));
            assert!(!ids(&[&line]).contains(&id), "{id}: {line}");
        }
        assert!(
            signature.rows.iter().all(|row| (1..=82).contains(row)),
            "{id}"
        );
        assert_eq!(
            signature.severity > Severity::Info,
            !signature.fix.is_empty(),
            "{id}"
        );
        let texts = signature.fix.iter().filter_map(|fix| match fix {
            Fix::Advice(text) => Some(*text),
            Fix::Words(title, _) => Some(*title),
            Fix::Mend(_) => None,
        });
        for text in texts.chain([signature.cause]) {
            assert!(!text.is_empty() && !text.ends_with('.'), "{id}: {text}");
        }
    }
}

/// The rows of the decision table whose only evidence are logs.
#[test]
fn rows_that_only_logs_show_have_a_signature() {
    let rows: BTreeSet<u8> = SIGNATURES
        .iter()
        .flat_map(|known| known.rows)
        .copied()
        .collect();
    for row in [26, 27, 44, 55, 56, 57, 61, 62, 73, 74, 75, 82] {
        assert!(rows.contains(&row), "row {row}");
    }
    let agent = SIGNATURES
        .iter()
        .filter(|known| known.place == Place::Agent);
    assert!(agent.count() > 5);
}

#[test]
fn a_signature_is_told_once_with_its_number_and_its_last_place() {
    let timeout = r#"Get "http://169.254.170.23/v1/credentials": dial tcp: i/o timeout"#;
    let lines = [
        "2026-11-21T09:00:00.123456789Z starting".to_owned(),
        format!("2026-11-21T09:00:01Z {timeout} first"),
        "2026-11-21T09:00:02Z ResourceInUseException: Association already exists: a-1".to_owned(),
        format!("2026-11-21T09:00:03Z {timeout} second"),
        "2026-11-21T09:00:04Z done".to_owned(),
    ];
    let found = scan(lines.iter().map(String::as_str));
    let told: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.signature.id,
                found.count,
                found.last,
                found.at.map(|at| at.to_string()),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "agent-does-not-answer",
                2,
                3,
                Some("2026-11-21T09:00:03Z".to_owned())
            ),
            (
                "association-exists",
                1,
                2,
                Some("2026-11-21T09:00:02Z".to_owned())
            ),
        ]
    );
    assert!(found[0].line.ends_with("second"), "{}", found[0].line);
}

#[test]
fn a_long_line_is_shown_around_its_words() {
    let words = "Called agent through invalid address";
    let line = format!("{}{words}{}", "ä".repeat(100_000), "ö".repeat(100_000));
    let shown = only(&line).line;
    assert!(shown.chars().count() <= WINDOW, "{}", shown.chars().count());
    assert!(shown.contains(words), "{shown}");
    assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
    // A short one is shown as it is.
    assert_eq!(only(words).line, words);
}

fn any_fragments() -> impl Strategy<Value = String> {
    prop::sample::select(
        SIGNATURES
            .iter()
            .flat_map(|known| known.patterns)
            .collect::<Vec<_>>(),
    )
    .prop_map(|fragments| fragments.join(" "))
}

proptest! {
    #[test]
    fn nothing_that_a_log_holds_makes_it_panic(lines in prop::collection::vec(any::<String>(), 0..8)) {
        scan(lines.iter().map(String::as_str));
    }

    #[test]
    fn the_window_is_bounded_and_holds_no_token(
        before in ".{0,300}", words in any_fragments(), between in ".{0,200}", after in ".{0,300}",
        cut in 0_usize..150, first in any::<bool>(),
    ) {
        let line = if first {
            format!("{before} {TOKEN}{between}{words}{after}")
        } else {
            format!("{before}{words}{between} {TOKEN} {after}")
        };
        for found in scan([line.as_str()]) {
            prop_assert!(found.line.chars().count() <= WINDOW);
            // No part of it either that is long enough to mean anything.
            let part: String = TOKEN.chars().skip(cut).take(12).collect();
            prop_assert!(part.len() < 12 || !found.line.contains(&part), "{}", found.line);
        }
    }
}
