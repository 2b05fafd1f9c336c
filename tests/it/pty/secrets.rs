//! The terminal UI with a real terminal: every byte that it ever sent there, and every file, without a secret in it.

use std::path::Path;
use std::time::Duration;

use roledex::model::credential::AUDIENCE;
use serde_json::json;

use super::driver::Pty;
use crate::cli::Site;
use crate::secrets::Secrets;

const WORLD: &str = include_str!("../cli/kubernetes/world.yaml");

pub(crate) fn start(site: &Site) -> Pty {
    let path = |name: &str| site.home.path(name).display().to_string();
    let url = site.simulated.simulator().url();
    let environment = [
        ("HOME", path("")),
        ("XDG_CONFIG_HOME", path("config")),
        ("XDG_CACHE_HOME", path("cache")),
        ("XDG_STATE_HOME", path("state")),
        ("AWS_CONFIG_FILE", path(".aws/config")),
        ("AWS_SHARED_CREDENTIALS_FILE", path(".aws/credentials")),
        ("AWS_ENDPOINT_URL", url),
        ("ROLEDEX_LOG", "trace".to_owned()),
    ];
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let program = Path::new(env!("CARGO_BIN_EXE_roledex"));
    Pty::start(program, &[], &environment, 140, 44)
}

/// Chooses a pod if there are several, and goes on to the exact calls.
fn consent(pty: &mut Pty) {
    pty.wait_gone("looking for running pods");
    if pty.screen().contains("Which pod") {
        pty.send("\r");
    }
    pty.wait_for("AssumeRoleForPodIdentity");
}

/// A token of a pod of this service account, signed as its cluster signs them.
fn token_of(site: &Site, account: &str) -> String {
    let asked = site.run(&["test", "shop", &format!("shop/{account}"), "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&asked.out).unwrap();
    let claims = &report["claims"];
    let claims = json!({
        "aud": [AUDIENCE], "iss": claims["iss"], "sub": format!("system:serviceaccount:shop:{account}"),
        "exp": 4_000_000_000_u64, "kubernetes.io": {
            "namespace": "shop", "serviceaccount": {"name": account},
            "pod": {"name": claims["podName"], "uid": claims["podUid"]},
        },
    });
    site.simulated.simulator().sign(&claims).unwrap()
}

#[test]
fn nothing_secret_reaches_the_screen_or_a_file() {
    let site = Site::new(roledex::sim::World::parse(WORLD).unwrap(), &[]);
    let pasted = token_of(&site, "both");
    let mut pty = start(&site);
    pty.wait_for("ACTIVE");
    pty.send("2f/shop api\r").wait_for("api");
    pty.wait_until_still(std::time::Duration::from_millis(500));
    // A good one.
    pty.send("t");
    consent(&mut pty);
    pty.send("\t\r").wait_for("matches");
    pty.send("\u{1b}").wait_gone("matches");
    // One that is refused.
    let fault = "AssumeRoleForPodIdentity=first:1:error:400:InvalidTokenException:no";
    site.simulated.simulator().fault(fault.parse().unwrap());
    pty.send("t");
    consent(&mut pty);
    pty.send("\t\r").wait_for("does not take the token");
    pty.send("\u{1b}").wait_gone("does not take");
    // One that is pasted, and is of another cluster than the row.
    pty.send("t");
    consent(&mut pty);
    pty.send("\t\t\r").wait_for("nothing yet");
    pty.send(&pasted).wait_for("characters");
    // What comes on the heels of a paste is taken for a part of it.
    pty.send("\r")
        .wait_for("with the pasted token")
        .wait_until_still(Duration::from_millis(500));
    pty.send("\t\r").wait_for("refused");
    pty.wait_for("the token is of another cluster");
    pty.send("\u{1b}").wait_gone("another cluster");
    // A shell, which says whose credentials it has.
    pty.send("!").wait_for("Which command");
    pty.send("\r").wait_gone("Which command");
    consent(&mut pty);
    pty.send("\t\r")
        .wait_for("roledex: the credentials of shop-api, as pod api-")
        .wait_for("exit leaves it");
    pty.send("exit\n")
        .wait_for("the command ended with status 0");
    // A command.
    pty.send("!").wait_for("Which command");
    pty.send("true").wait_for("true");
    pty.send("\r").wait_gone("Which command");
    consent(&mut pty);
    pty.send("\t\r").wait_for("status 0");
    pty.send("\r").wait_for("the command ended with status 0");
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
    let secrets = Secrets::of(&site.simulated, &["shop", "auto"], &[&pasted]);
    assert!(secrets.count() >= 12, "{}", secrets.count());
    secrets.assert_not_in("the terminal", &String::from_utf8_lossy(&pty.raw()));
    let files = secrets.assert_not_below(&site.home.path(""), &[]);
    for kind in ["journal.jsonl", "/log/", "/cache/"] {
        assert!(
            files.iter().any(|name| name.contains(kind)),
            "{kind}: {files:?}"
        );
    }
}
