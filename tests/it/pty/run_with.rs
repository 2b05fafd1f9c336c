//! `!`: a command gets terminal and credentials, roledex takes the terminal back, and keeps nothing of the rest.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::driver::Pty;

/// The demo with the cursor on one association, and with our own identity around it.
fn at_an_association(directory: &Path, shell: &str) -> Pty {
    let mut pty = Pty::start(
        Path::new(env!("CARGO_BIN_EXE_roledex")),
        &["--demo"],
        &[
            ("TMPDIR", directory.to_str().unwrap()),
            ("SHELL", shell),
            ("AWS_PROFILE", "mine"),
            ("AWS_SECURITY_TOKEN", "mine"),
        ],
        140,
        40,
    );
    pty.wait_for("ACTIVE");
    pty.send("2f/fraud scoring\r")
        .wait_for("1/1")
        .wait_for("scoring");
    pty.wait_until_still(std::time::Duration::from_millis(500));
    pty
}

/// Types a command line and goes on to the exact calls.
fn ask(pty: &mut Pty, line: &str, shown: &str) {
    pty.send("!").wait_for("Which command");
    pty.send(line).wait_for(line);
    pty.send("\r").wait_gone("Which command");
    pty.wait_gone("looking for running pods");
    if pty.screen().contains("Which pod") {
        pty.send("\r");
    }
    pty.wait_for("run with these credentials").wait_for(shown);
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut folders = vec![directory.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn the_command_has_the_credentials_and_nothing_else_has_them() {
    let directory = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let variables = kept.path().join("variables");
    let mut pty = at_an_association(directory.path(), "/bin/sh");
    let line = format!("env>{}; echo $((40+2)) lines; exit 3", variables.display());
    ask(&mut pty, &line, "/bin/sh -c");
    assert!(!variables.exists(), "nothing before the yes");
    pty.send("\t\r").wait_for("42 lines");
    pty.wait_for("status 3; enter goes back");
    pty.send("\r").wait_for("the command ended with status 3");
    let text = fs::read_to_string(&variables).unwrap();
    let value = |name: &str| {
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.map(str::to_owned)
    };
    let key = value("AWS_ACCESS_KEY_ID").unwrap();
    assert!(key.starts_with("ASIA"), "{key}");
    assert_eq!(value("AWS_PROFILE"), None);
    assert_eq!(value("AWS_SECURITY_TOKEN"), None);
    let seen = String::from_utf8_lossy(&pty.raw()).into_owned();
    let files = files(directory.path());
    let is_journal = |path: &PathBuf| path.ends_with("journal.jsonl");
    assert!(files.iter().any(is_journal), "{files:?}");
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        let secret = value(name).unwrap();
        assert!(!seen.contains(&secret), "{name} was on the screen");
        for path in &files {
            let text = fs::read(path).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains(&secret), "{name} is in {}", path.display());
        }
    }
    // Keys and screen are ours again, and so is the row; ctrl-c leaves.
    pty.send("d").wait_for("association id");
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_shell_is_left_without_another_word() {
    let directory = tempfile::tempdir().unwrap();
    let shell = directory.path().join("shell");
    let script = "#!/bin/sh\necho \"key ${AWS_ACCESS_KEY_ID%%[!A]*} $((40+2))\"\nread -r _\n";
    fs::write(&shell, script).unwrap();
    fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
    let shell = shell.to_str().unwrap();
    let mut pty = at_an_association(directory.path(), shell);
    pty.send("!").wait_for(&format!("{shell}, your shell"));
    pty.send("\u{1b}").wait_gone("Which command");
    ask(&mut pty, " ", &format!("credentials: {shell}"));
    pty.send("\t\r").wait_for("key A 42");
    pty.send("\r").wait_for("the command ended with status 0");
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
    pty.assert_restored();
}
