//! After every kind of run: nothing secret in what was printed, logged, journalled or kept.

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

#[test]
fn nothing_is_left_behind() {
    let site = site(&[]);
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
    let given = ["test", "shop", "shop/api", "--token-file", file];
    let mut printed = vec![
        run(&site, &ask),
        run(&site, &given),
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

    let secrets = Secrets::of(&site.simulated, &["shop"], &[&token]);
    assert!(secrets.count() > 30, "{}", secrets.count());
    for text in &printed {
        secrets.assert_not_in("what was printed", text);
    }
    let files = secrets.assert_not_below(&site.home.path(""), &["given.token"]);
    for kind in ["journal.jsonl", "/log/"] {
        assert!(
            files.iter().any(|name| name.contains(kind)),
            "{kind}: {files:?}"
        );
    }
}
