//! The main job as a person does it: the demo, by keys.

use super::driver::Pty;

#[test]
fn the_demo_is_browsed_by_keys() {
    let mut pty = Pty::roledex(&["--demo"], 140, 40);
    pty.wait_for("Clusters")
        .wait_for("ACTIVE")
        .wait_for("UPDATING")
        .wait_for("Service accounts");
    pty.send("\t/payments").wait_for("payments");
    pty.send("\rf").wait_for("[2 Associations");
    pty.send("d").wait_for("What it means").wait_for("role/");
    pty.send("q").wait_gone("What it means");
    pty.send("?").wait_for("Moves to the next row");
    pty.send("\u{1b}").wait_gone("Moves to the next row");
    // Who the pods are, and who else uses a role.
    pty.send("4").wait_for("are not read yet");
    pty.send("\u{12}")
        .wait_for("MECHANISM")
        .wait_for("pod identity");
    pty.send("\r").wait_for("IDENTITY").wait_for("INJECTED");
    pty.send("6").wait_for("TRUSTS").wait_for("Pod Identity");
    pty.send("7").wait_for("who may log in to Kubernetes");
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut pty = Pty::roledex(&["--demo"], 140, 40);
    pty.wait_for("Service accounts").wait_for("ACTIVE");
    pty.resize(80, 24)
        .wait_gone("…fills")
        .wait_for("Clusters")
        .wait_for("ACTIVE");
    pty.resize(20, 5);
    pty.resize(1, 1);
    pty.resize(120, 30)
        .wait_for("Service accounts")
        .wait_for("ACTIVE");
}

#[test]
fn no_color_means_no_colour() {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_roledex"));
    let mut pty = Pty::start(program, &["--demo"], &[("NO_COLOR", "1")], 120, 30);
    pty.wait_for("ACTIVE").wait_for("UPDATING");
    pty.send("\u{3}");
    pty.exit();
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    for sequence in raw.split("\u{1b}[").skip(1) {
        let Some(end) = sequence.find(|c: char| c.is_ascii_alphabetic()) else {
            continue;
        };
        if sequence[end..].starts_with('m') {
            let colours = sequence[..end]
                .split(';')
                .filter_map(|code| code.parse::<u8>().ok());
            // 39 and 49 are "no colour".
            let coloured = colours
                .into_iter()
                .any(|code| matches!(code, 30..=38 | 40..=48 | 90..=107));
            assert!(!coloured, "colour in {sequence:?}");
        }
    }
}
