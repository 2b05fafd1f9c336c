//! A crash with live credentials in memory: what it reports holds none of them.

use std::fs;

use roledex::runtime::terminal::Terminal;

use super::driver::Pty;
use crate::credential::Bench;
use crate::secrets::Secrets;

/// Set in the child to the file in which it tells what must not be seen.
const CHILD: &str = "ROLEDEX_TEST_CRASH";

#[test]
fn a_crash_with_credentials_in_memory_reports_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("secrets");
    let program = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "pty::crash::crashes_with_credentials",
        "--nocapture",
    ];
    let environment = [(CHILD, list.to_str().unwrap()), ("RUST_BACKTRACE", "full")];
    let mut pty = Pty::start(&program, &arguments, &environment, 200, 50);
    assert_ne!(pty.exit().exit_code(), 0);
    let report = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(report.contains("on purpose, with Obtained"), "{report}");
    let secrets = Secrets::listed(&fs::read_to_string(&list).unwrap());
    assert!(secrets.count() >= 5, "{}", secrets.count());
    secrets.assert_not_in("the report of the crash", &report);
}

/// The child of the test above; on its own it does nothing.
#[test]
fn crashes_with_credentials() {
    let Some(list) = std::env::var_os(CHILD) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let bench = Bench::new().await;
        let obtained = bench.obtained().await;
        assert!(obtained.credentials.is_some());
        let mut secrets = bench.simulator.issued();
        secrets.extend(bench.simulator.tokens("shop"));
        fs::write(list, secrets.join("\n")).unwrap();
        let _terminal = Terminal::enter().unwrap();
        panic!("on purpose, with {obtained:?}");
    });
}
