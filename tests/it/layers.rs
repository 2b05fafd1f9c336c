//! The table of design: who may import whom, how long a file may be, and where effects on the world may stand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom; a layer may always import itself.
const MAY_IMPORT: [(&str, &[&str]); 12] = [
    ("model", &[]),
    ("input", &[]),
    ("theme", &[]),
    ("sim", &[]),
    ("cloud", &["model"]),
    ("store", &["model"]),
    ("config", &["model", "input", "theme"]),
    ("ops", &["model", "cloud", "store"]),
    ("app", &["model", "input"]),
    ("ui", &["app", "model", "input", "theme"]),
    (
        "runtime",
        &[
            "model", "input", "cloud", "store", "config", "ops", "app", "theme", "ui",
        ],
    ),
    (
        "cli",
        &[
            "model", "input", "cloud", "store", "config", "ops", "app", "theme", "runtime", "sim",
        ],
    ),
];

/// Crates that only some layers may name: the SDK in `cloud`, the terminal in `ui` and `runtime`, and so on.
const RESERVED: [(&str, &[&str]); 11] = [
    ("aws_config", &["cloud"]),
    ("aws_sdk_", &["cloud"]),
    ("aws_smithy_", &["cloud"]),
    ("aws_types", &["cloud"]),
    ("tokio", &["cloud", "ops", "runtime", "cli", "sim"]),
    ("ratatui", &["ui", "theme", "runtime"]),
    ("crossterm", &["runtime"]),
    // A text and its history, as plain data; it is drawn by `ui`.
    ("tui_textarea", &["app"]),
    ("axum", &["sim"]),
    ("clap", &["cli"]),
    ("anyhow", &["runtime", "cli", "sim"]),
];

/// Lines that a file may have: one noun each.
const LONGEST: usize = 400;

pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The layer of a file: the first part of its path under `src`.
fn layer(path: &Path) -> Option<String> {
    let first = path.strip_prefix("src").ok()?.components().next()?;
    let name = first.as_os_str().to_str()?.trim_end_matches(".rs");
    (!matches!(name, "lib" | "main")).then(|| name.to_owned())
}

/// The code of a file without its comments and its unit tests, which may look further.
pub(crate) fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = product
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Says whether code names a layer, on its own or in any of its groups of imports.
fn imports(code: &str, layer: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let alone = code
        .split("crate::")
        .skip(1)
        .any(|path| path.split(|c| !is_name(c)).next() == Some(layer));
    let grouped = code.split("crate::{").skip(1).any(|rest| {
        let mut depth = 0;
        let mut top = String::new();
        for character in rest.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                other if depth == 0 => top.push(other),
                _ => {}
            }
        }
        // Only the first part of each path in the group is a layer.
        top.split(',')
            .any(|path| path.trim().split(|c| !is_name(c)).next() == Some(layer))
    });
    alone || grouped
}

#[test]
fn imports_are_found_wherever_they_stand() {
    let code = "use crate::{model, app::{self, State},\n    ops::load};\nuse std::fs;\nfn f() {\n    use crate::{\n        theme::Role,\n    };\n    crate::sim::start(crate::store);\n}";
    for (layer, expected) in [
        ("model", true),
        ("app", true),
        ("ops", true),
        ("theme", true),
        ("sim", true),
        ("store", true),
        ("load", false),
        ("cli", false),
    ] {
        assert_eq!(imports(code, layer), expected, "{layer}");
    }
}

#[test]
fn layers_import_one_way() {
    let table: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer(&path) else { continue };
        let allowed = table
            .get(layer.as_str())
            .unwrap_or_else(|| panic!("{layer} is in no row of the table"));
        let code = code(&text);
        for (other, _) in MAY_IMPORT {
            if imports(&code, other) && other != layer && !allowed.contains(&other) {
                wrong.push(format!(
                    "{}: {layer} must not import {other}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn crates_stay_in_their_layers() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer(&path) else { continue };
        let code = code(&text);
        for (name, layers) in RESERVED {
            let used = code.match_indices(name).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                let after = &code[at + name.len()..];
                let whole = name.ends_with('_') || after.starts_with("::");
                whole
                    && before
                        .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '-')
            });
            if used && !layers.contains(&layer.as_str()) {
                wrong.push(format!("{}: {name} belongs to {layers:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_and_no_module_hides_its_name() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if text.lines().count() > LONGEST {
            wrong.push(format!(
                "{}: {} lines, at most {LONGEST}",
                path.display(),
                text.lines().count()
            ));
        }
        if path.ends_with("mod.rs") {
            wrong.push(format!("{}: name it after its folder", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!(
                "{}: say in its first line what it is",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the map in `lib.rs` says, line by line: the layer, and the layers that it may import.
fn map(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut map = BTreeMap::new();
    for line in text.lines() {
        let Some((layer, rest)) = line
            .strip_prefix("//! ")
            .and_then(|line| line.split_once(" <- "))
        else {
            continue;
        };
        // Two blanks end the names; what follows says what the layer is for.
        let names = rest.split("  ").next().unwrap();
        let imported = match names.strip_prefix("everything above") {
            Some(but) => {
                let but = but.strip_prefix(" but ").unwrap_or(but);
                let above = map.keys().filter(|above: &&String| *above != but);
                above.cloned().collect()
            }
            None if names == "nothing" => BTreeSet::new(),
            None => names.split(' ').map(str::to_owned).collect(),
        };
        map.insert(layer.trim_end().to_owned(), imported);
    }
    map
}

#[test]
fn the_map_in_lib_rs_is_the_table() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let owned = |name: &str| name.to_owned();
    let table: BTreeMap<_, BTreeSet<_>> = MAY_IMPORT
        .iter()
        .map(|(layer, imported)| (owned(layer), imported.iter().copied().map(owned).collect()))
        .collect();
    assert_eq!(map(&text), table);
    let declared: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(owned)
        .collect();
    assert_eq!(declared, table.into_keys().collect());
}
