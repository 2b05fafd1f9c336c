//! `exec` at a terminal: the token is not shown, and ctrl-c is heard once.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use super::driver::Pty;

fn start(arguments: &[&str]) -> Pty {
    let program = Path::new(env!("CARGO_BIN_EXE_roledex"));
    Pty::start(
        program,
        &[&["--demo", "exec"], arguments].concat(),
        &[],
        120,
        30,
    )
}

const TARGET: (&str, &str) = ("payments", "payments/api");

const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.bm90LWEtc2lnbmF0dXJl";

#[test]
fn a_typed_token_is_shown_nowhere() {
    let (cluster, account) = TARGET;
    let mut pty = start(&[cluster, account, "--token-file", "-", "--", "/bin/true"]);
    pty.wait_for("Token (not shown");
    pty.send(TOKEN).send("\r");
    assert_eq!(pty.exit().exit_code(), 125);
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    for part in TOKEN.split('.') {
        assert!(!raw.contains(part), "{raw}");
    }
    assert!(raw.contains("error:"), "{raw}");
}

#[test]
fn a_shell_is_told_whose_credentials_it_has() {
    let (cluster, account) = TARGET;
    let mut pty = start(&[cluster, account, "--", "/bin/sh"]);
    pty.wait_for("roledex: the credentials of ")
        .wait_for("of payments/api gets them, until ")
        .wait_for("exit leaves it");
    pty.send("exit 3\n");
    assert_eq!(pty.exit().exit_code(), 3);
}

#[test]
fn leaving_the_prompt_gives_the_echo_back() {
    let (cluster, account) = TARGET;
    let roledex = env!("CARGO_BIN_EXE_roledex");
    let command = format!(
        "{roledex} --demo exec {cluster} {account} --token-file - -- /bin/true; echo status $?; stty -a; read line"
    );
    for keys in ["secret\u{3}", "\u{4}"] {
        let mut pty = Pty::start(Path::new("/bin/sh"), &["-c", &command], &[], 120, 30);
        pty.wait_for("Token (not shown");
        pty.send(keys);
        pty.wait_for("status 130")
            .wait_for(" echo ")
            .wait_for(" icanon");
        assert!(!String::from_utf8_lossy(&pty.raw()).contains("secret"));
        pty.send("\n");
        pty.exit();
    }
}

/// A process sends it to roledex alone, and not to everybody in the foreground as the terminal does.
#[test]
fn what_a_process_sends_reaches_the_command_at_a_terminal_too() {
    let (cluster, account) = TARGET;
    for (name, signal) in [
        ("INT", Signal::INT),
        ("QUIT", Signal::QUIT),
        ("TERM", Signal::TERM),
    ] {
        let script = format!(
            "trap 'echo heard' {name}; echo ready; while read line; do echo $line; done; exit 3"
        );
        let mut pty = start(&[cluster, account, "--", "/bin/sh", "-c", &script]);
        pty.wait_for("ready");
        let roledex = Pid::from_raw(pty.pid().try_into().unwrap()).unwrap();
        kill_process(roledex, signal).unwrap();
        // dash runs the trap once its read is over.
        pty.send("go on\n").wait_for("heard");
        pty.send("still here\n").wait_for("still here");
        pty.send("\u{4}");
        assert_eq!(pty.exit().exit_code(), 3, "{name}");
        let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
        assert_eq!(raw.matches("heard").count(), 1, "{name}: {raw}");
    }
}

#[test]
fn ctrl_c_reaches_the_command_once() {
    let (cluster, account) = TARGET;
    let script = "trap 'echo heard' INT; echo ready; while read line; do echo $line; done; exit 3";
    let mut pty = start(&[cluster, account, "--", "/bin/sh", "-c", script]);
    pty.wait_for("ready");
    pty.send("\u{3}").wait_for("heard");
    pty.send("still here\n").wait_for("still here");
    pty.send("\u{4}");
    assert_eq!(pty.exit().exit_code(), 3);
    assert_eq!(
        String::from_utf8_lossy(&pty.raw()).matches("heard").count(),
        1
    );
}
