//! A policy in the person's own editor: it gets terminal and keys, and roledex takes both back.

use std::os::unix::fs::PermissionsExt as _;

use super::driver::Pty;

/// An "editor" that shows what it was given and the mode of the file, takes a line from the terminal, and writes it.
const EDITOR: &str = r#"
file="$2"
echo "editor got $1 and $(grep -c . "$file") lines"
ls -l "$file" | cut -c1-10
case "$file" in *.json) ;; *) echo "no json: $file" ;; esac
echo turn >> "$0.turns"
echo "turn $(grep -c . "$0.turns")"
read -r line
case "$line" in fail) exit 3 ;; esac
echo "$line" > "$file"
"#;

fn with_editor() -> (Pty, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("editor");
    std::fs::write(&script, format!("#!/bin/sh\n{EDITOR}")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let editor = format!("{} --wait", script.display());
    let temporary = directory.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let pty = Pty::start(
        std::path::Path::new(env!("CARGO_BIN_EXE_roledex")),
        &["--demo"],
        &[("EDITOR", &editor), ("TMPDIR", temporary.to_str().unwrap())],
        140,
        40,
    );
    (pty, directory)
}

/// The field of the session policy, in the form that changes an association.
fn at_the_policy(pty: &mut Pty) {
    pty.wait_for("ACTIVE");
    pty.send("2f/card-tok\r")
        .wait_for("1/1")
        .wait_for("payments-card-tokeniser");
    pty.send("e").wait_for("target role");
    pty.wait_for("session policy");
    pty.send("\t\t\t");
}

#[test]
fn the_editor_gets_the_terminal_and_its_text_comes_back() {
    let (mut pty, directory) = with_editor();
    at_the_policy(&mut pty);
    pty.send("\u{f}").wait_for("editor got --wait");
    pty.wait_for("-rw-------").wait_for("turn 1");
    assert!(!pty.screen().contains("no json"), "{}", pty.screen());
    // ctrl-c belongs to the editor now; this one dies of it, and the form is as it was.
    pty.send("\u{3}").wait_for("nothing was taken over");
    pty.send("\u{f}").wait_for("turn 2");
    pty.send("{\"Version\":\"from outside\"}\r")
        .wait_for("session policy")
        .wait_for("from outside");
    // The keys are ours again.
    pty.send("\u{1b}").wait_for("discard what was typed");
    pty.send("\u{1b}").wait_gone("session policy");
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
    pty.assert_restored();
    let left: Vec<_> = std::fs::read_dir(directory.path().join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().ends_with(".json"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let (mut pty, _directory) = with_editor();
    at_the_policy(&mut pty);
    pty.send("{}").wait_for("{}");
    pty.send("\u{f}")
        .wait_for("editor got --wait and 1 lines")
        .wait_for("turn 1");
    pty.send("fail\r").wait_for("nothing was taken over");
    pty.wait_for("{}");
}

#[test]
fn a_signal_ends_the_editor_and_then_roledex() {
    let (mut pty, _directory) = with_editor();
    at_the_policy(&mut pty);
    pty.send("\u{f}").wait_for("turn 1");
    let id = rustix::process::Pid::from_raw(i32::try_from(pty.pid()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(pty.exit().exit_code(), 130);
    pty.assert_restored();
}
