//! What documents claim is generated or checked. `ROLEDEX_BLESS=1` writes the generated parts anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use roledex::input::{Command, Group};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The table of keys as the README shows it.
fn keys() -> String {
    let mut table = String::from("| keys | command | what it does |\n| --- | --- | --- |\n");
    for group in Group::ALL {
        for command in Command::ALL
            .iter()
            .filter(|command| command.group() == group)
        {
            let keys = command
                .default_keys()
                .iter()
                .map(|key| format!("`{}`", key.replace('|', "\\|")));
            let keys = keys.collect::<Vec<_>>().join(" ");
            writeln!(
                table,
                "| {keys} | {} | {} |",
                command.name(),
                command.sentence()
            )
            .unwrap();
        }
    }
    table
}

#[test]
fn the_readme_shows_the_keys_of_the_command_table() {
    let path = file("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (head, rest) = readme.split_once("<!-- keys: ").unwrap();
    let (marker, rest) = rest.split_once('\n').unwrap();
    let (shown, tail) = rest.split_once("<!-- end of keys -->").unwrap();
    if std::env::var_os("ROLEDEX_BLESS").is_some() {
        fs::write(
            &path,
            format!(
                "{head}<!-- keys: {marker}\n{}<!-- end of keys -->{tail}",
                keys()
            ),
        )
        .unwrap();
        return;
    }
    assert_eq!(shown, keys(), "run ROLEDEX_BLESS=1 cargo test docs");
}

#[test]
fn documents_link_to_files_that_exist() {
    for document in [
        "README.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
    ] {
        let text = fs::read_to_string(file(document)).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if !link.starts_with("http") {
                assert!(file(link).exists(), "{document} links to {link}");
            }
        }
    }
}

/// Prose is read side by side with code; tables and code are as wide as they are.
#[test]
fn prose_has_short_lines() {
    for document in ["README.md", ".github/SECURITY.md"] {
        let text = fs::read_to_string(file(document)).unwrap();
        let mut is_code = false;
        for (number, line) in text.lines().enumerate() {
            is_code ^= line.starts_with("```");
            let is_prose = !is_code && !line.starts_with('|');
            let length = line.chars().count();
            assert!(
                !is_prose || length <= 120,
                "{document}:{}: {length}",
                number + 1
            );
        }
    }
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let (readme, ci) = (
        fs::read_to_string(file("README.md")).unwrap(),
        fs::read_to_string(file(".ci/run")).unwrap(),
    );
    assert!(readme.contains("\ncargo test ") && ci.contains("step cargo test\n"));
}

#[test]
fn the_version_of_rust_is_the_one_in_the_manifest() {
    let manifest: toml::Table = fs::read_to_string(file("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let wanted = manifest["package"]["rust-version"].as_str().unwrap();
    let minor = wanted.rsplit_once('.').unwrap().0;
    assert!(
        fs::read_to_string(file("README.md"))
            .unwrap()
            .contains(&format!("Rust ({minor} or newer"))
    );
}
