//! After every kind of run: nothing secret in what was printed, logged, journalled or kept.

use std::time::Duration;

use super::{Ended, Site, report, site};
use crate::secrets::Secrets;
use roledex::model::credential::AUDIENCE;
use serde_json::json;

/// Runs with everything logged; what was printed.
fn run(site: &Site, arguments: &[&str]) -> String {
    let mut command = site.command(arguments);
    let output = command
        .env("ROLEDEX_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .output();
    let ended = Ended::new(&output.unwrap());
    format!("{} {}", ended.out, ended.err)
}

/// The same of a run whose credentials are not those that the association names.
fn differing(site: &Site, arguments: &[&str]) -> String {
    let printed = run(site, arguments);
    assert!(printed.contains("\"verdict\": \"differs\""), "{printed}");
    printed
}

/// Has the terminal UI read everything and keep it, as it does for the next start.
fn fill_cache(site: &Site) {
    let mut pty = crate::pty::secrets::start(site);
    pty.wait_for("ACTIVE");
    pty.wait_until_still(Duration::from_millis(300));
    pty.send("\u{3}");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn nothing_is_left_behind() {
    let site = site(&[]);
    fill_cache(&site);
    let ask = ["test", "shop", "shop/api", "-o", "json"];
    let good = report(&site.run(&ask));
    let claims = json!({
        "aud": [AUDIENCE], "iss": good["claims"]["iss"], "sub": "system:serviceaccount:shop:api", "exp": 4_000_000_000_u64,
        "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "api"},
            "pod": {"name": good["claims"]["podName"], "uid": good["claims"]["podUid"]}},
    });
    let token = site.simulated.simulator().sign(&claims).unwrap();
    let file = site.home.write("given.token", &token);
    let file = file.to_str().unwrap();
    // Credentials come back for it, but they are those of another association.
    let both = report(&site.run(&["test", "shop", "shop/both", "-o", "json"]));
    let mut claims = claims;
    claims["sub"] = json!("system:serviceaccount:shop:both");
    claims["kubernetes.io"]["serviceaccount"]["name"] = json!("both");
    claims["kubernetes.io"]["pod"] =
        json!({"name": both["claims"]["podName"], "uid": both["claims"]["podUid"]});
    let anothers = site.simulated.simulator().sign(&claims).unwrap();
    let other_file = site.home.write("anothers.token", &anothers);
    let other_file = other_file.to_str().unwrap();
    let differs = [
        "test",
        "shop",
        "shop/api",
        "--token-file",
        other_file,
        "-o",
        "json",
    ];
    let given = ["test", "shop", "shop/api", "--token-file", file];
    let mut printed = vec![
        run(&site, &ask),
        run(&site, &given),
        differing(&site, &differs),
        run(
            &site,
            &[
                "exec",
                "shop",
                "shop/api",
                "--token-file",
                other_file,
                "--",
                "/bin/true",
            ],
        ),
        run(&site, &["test", "shop", "shop/plain"]),
        run(&site, &["exec", "shop", "shop/api", "--", "/bin/true"]),
        run(
            &site,
            &[
                "exec",
                "shop",
                "shop/api",
                "--token-file",
                file,
                "--",
                "/nonexistent",
            ],
        ),
        run(&site, &["exec", "shop", "shop/plain", "--", "/bin/true"]),
    ];
    // An answer that is cut, one that cannot be read, one that repeats what it complains about.
    let repeats = format!(
        "AssumeRoleForPodIdentity=first:1:error:400:InvalidTokenException:bad token {token}"
    );
    for fault in [
        "first:1:truncate",
        "first:1:lost",
        "first:1:reset",
        "first:1:null-members",
    ] {
        let fault = format!("AssumeRoleForPodIdentity={fault}");
        site.simulated.simulator().fault(fault.parse().unwrap());
        printed.push(run(&site, &ask));
    }
    site.simulated.simulator().fault(repeats.parse().unwrap());
    printed.push(run(&site, &given));
    site.simulated.simulator().fault(
        "kube:create:serviceaccounts/token=first:1:truncate"
            .parse()
            .unwrap(),
    );
    printed.push(run(&site, &ask));
    printed.push(run(&site, &["journal", "-o", "json"]));

    let secrets = Secrets::of(&site.simulated, &["shop"], &[&token, &anothers]);
    assert!(secrets.count() > 30, "{}", secrets.count());
    for text in &printed {
        secrets.assert_not_in("what was printed", text);
    }
    let files = secrets.assert_not_below(&site.home.path(""), &["given.token", "anothers.token"]);
    for kind in ["journal.jsonl", "/log/", "/cache/"] {
        assert!(
            files.iter().any(|name| name.contains(kind)),
            "{kind}: {files:?}"
        );
    }
}
