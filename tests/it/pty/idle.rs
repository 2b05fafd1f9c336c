//! Idle is idle: while nothing changes, nothing is written.

use std::time::Duration;

use super::driver::Pty;

#[test]
fn an_idle_screen_writes_no_byte_in_thirty_seconds() {
    // The generated world has no update that runs, so there is nothing to follow.
    let sim = crate::simulated::world("gen:2x8x0");
    let environment = sim.environment();
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_roledex"));
    let pty = Pty::start(program, &["--no-cache"], &environment, 120, 30);
    pty.wait_for("live")
        .wait_gone("loading")
        .wait_gone("queued");
    pty.wait_until_still(Duration::from_secs(2));
    assert_eq!(
        pty.bytes_within(Duration::from_secs(30)),
        0,
        "the screen is\n{}",
        pty.screen()
    );
}
