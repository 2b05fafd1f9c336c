//! How the program starts, stops, is suspended, and ends: the terminal is given back every time.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use super::driver::Pty;

/// Set in the child of [`a_panic_gives_the_terminal_back`].
const CHILD: &str = "ROLEDEX_TEST_PANIC";

fn signal(pty: &Pty, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pty.pid()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut pty = Pty::roledex(&["--demo"], 120, 30);
    pty.wait_for("Clusters").wait_for("ACTIVE");
    pty.send("q").wait_for("Quit roledex?");
    pty.send("\t\r");
    assert_eq!(pty.exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn signals_give_the_terminal_back() {
    for wanted in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut pty = Pty::roledex(&["--demo"], 100, 30);
        pty.wait_for("ACTIVE");
        signal(&pty, wanted);
        assert_eq!(pty.exit().exit_code(), 130, "{wanted:?}");
        pty.assert_restored();
    }
}

/// The hard limit, because the soft one is 0 on most machines anyway.
#[cfg(target_os = "linux")]
#[test]
fn nothing_of_it_is_left_in_a_core_dump() {
    let pty = Pty::roledex(&["--demo"], 100, 30);
    pty.wait_for("ACTIVE");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", pty.pid())).unwrap();
    let core = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .unwrap();
    let limits: Vec<_> = core.split_whitespace().take(2).collect();
    assert_eq!(limits, ["0", "0"]);
}

#[test]
fn it_does_not_pretend_to_show_only_what_is_kept() {
    let mut pty = Pty::roledex(&["--cached"], 200, 30);
    assert_eq!(pty.exit().exit_code(), 2);
    let told = pty.screen();
    assert!(
        told.contains("--cached goes with get and describe")
            && told.contains("roledex get associations --cached"),
        "{told}"
    );
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", "pty::life::panics_in_a_terminal", "--nocapture"];
    let mut pty = Pty::start(&program, &arguments, &[(CHILD, "1")], 100, 30);
    assert_ne!(pty.exit().exit_code(), 0);
    pty.assert_restored();
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    let (taken, given_back) = (raw.find("\u{1b}[?1049h"), raw.find("\u{1b}[?1049l"));
    let told = raw.find("on purpose");
    assert!(
        taken.is_some() && taken < given_back && given_back < told,
        "the message comes after the screen: {raw:?}"
    );
}

/// The child of the test above; on its own it does nothing.
#[test]
fn panics_in_a_terminal() {
    if std::env::var_os(CHILD).is_some() {
        let _terminal = roledex::runtime::terminal::Terminal::enter().unwrap();
        panic!("on purpose");
    }
}

#[test]
fn the_shell_can_suspend_and_resume_it() {
    let bash = Path::new("/bin/bash");
    let program = env!("CARGO_BIN_EXE_roledex");
    let mut pty = Pty::start(
        bash,
        &["--norc", "--noprofile", "--noediting", "-i"],
        &[("PS1", "shell> ")],
        120,
        30,
    );
    pty.wait_for("shell>");
    pty.send(&format!("'{program}' --demo\r"))
        .wait_for("ACTIVE");
    pty.send("\u{1a}").wait_for("Stopped");
    pty.assert_restored();
    pty.send("fg\r").wait_for("ACTIVE");
    pty.send("?").wait_for("Moves to the next row");
    pty.send("\u{3}").wait_for("shell>");
    pty.assert_restored();
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_roledex"))
        .arg("--demo")
        .env_clear()
        .env("HOME", home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("terminal") && told.contains("roledex get"),
        "{told}"
    );
    assert!(output.stdout.is_empty());
}
