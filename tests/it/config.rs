//! The sample configuration is the defaults, and shows every one of them.

use std::fmt::Write as _;

use roledex::config::{Config, SAMPLE};
use roledex::input::command::{Command, Group};

/// The part of the sample that follows from the table of commands.
fn keys() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        writeln!(text, "\n# {}", group.title()).unwrap();
        let commands = Command::ALL
            .iter()
            .filter(|command| command.group() == group);
        for command in commands {
            let keys: Vec<_> = command
                .default_keys()
                .iter()
                .map(|key| toml::Value::from(*key).to_string())
                .collect();
            let line = format!("#{} = [{}]", command.name(), keys.join(", "));
            writeln!(text, "{line:<44} # {}", command.sentence()).unwrap();
        }
    }
    text
}

/// A setting is a comment without a space after its sign; prose has one.
fn uncommented(sample: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') && !setting.is_empty() => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    sample.lines().map(line).collect()
}

/// Run with ROLEDEX_BLESS=1 to write the section anew after the table of commands changed.
#[test]
fn the_sample_lists_every_command_with_its_keys() {
    let (prose, _) = SAMPLE.split_once("#[keys]\n").unwrap();
    let expected = format!("{prose}#[keys]\n{}", keys());
    if std::env::var_os("ROLEDEX_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/config.toml");
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(SAMPLE, expected, "run this test again with ROLEDEX_BLESS=1");
}

#[test]
fn the_sample_means_the_defaults_commented_or_not() {
    for text in [SAMPLE.to_owned(), uncommented(SAMPLE)] {
        assert_eq!(Config::parse(&text, "sample").unwrap(), Config::default());
    }
}

#[test]
fn the_sample_shows_every_setting() {
    let table: toml::Table = uncommented(SAMPLE).parse().unwrap();
    let names: Vec<_> = table.keys().map(String::as_str).collect();
    let expected = [
        "keys",
        "kubernetes-contexts",
        "no-credential-tests",
        "protected",
        "read-only",
        "scopes",
        "theme",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_sample_names_every_theme() {
    let line = SAMPLE
        .lines()
        .find(|line| line.starts_with("# Colours: "))
        .unwrap();
    for name in roledex::theme::NAMES {
        assert!(line.contains(name), "{name}");
    }
}

#[test]
fn what_the_prose_shows_as_examples_is_valid() {
    let examples = SAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix("#     "));
    let text = examples.collect::<Vec<_>>().join("\n");
    let config = Config::parse(&text, "examples").unwrap();
    assert_eq!(
        (
            config.scopes.len(),
            config.guard.protected.len(),
            config.guard.read_only_clusters.len(),
            config.kubernetes_contexts.len()
        ),
        (2, 3, 2, 1)
    );
}
