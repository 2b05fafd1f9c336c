//! How the program ends, and what it says then.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Ended, Home, Site};

#[test]
fn one_broken_scope_leaves_the_rows_of_the_others() {
    let site = Site::with_faults(&["ListClusters@444455556666=denied"]);
    let ended = site.run(&["get", "clusters", "-o", "json"]);
    let rows = ended.rows();
    assert_eq!(ended.code, 3);
    assert!(!rows.is_empty() && rows.iter().all(|row| row["accountId"] == "111122223333"));
    assert!(
        ended.err.contains("error: could not list clusters"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("AccessDenied"), "{}", ended.err);
}

#[test]
fn a_profile_that_does_not_exist_breaks_only_itself() {
    let site = Site::demo();
    let ended = site.run(&[
        "get",
        "clusters",
        "--profile",
        "nobody",
        "--profile",
        "acme-staging",
    ]);
    assert_eq!(ended.code, 3);
    assert!(ended.out.contains("payments-staging"), "{}", ended.out);
    assert!(ended.err.contains("nobody"), "{}", ended.err);
    let ended = site.run(&["get", "clusters", "--profile", "nobody"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
}

#[test]
fn rows_whose_details_are_denied_stay_and_say_so() {
    let site = Site::with_faults(&["DescribePodIdentityAssociation@444455556666=denied"]);
    let ended = site.run(&["get", "pia", "--cluster", "sandbox", "-o", "json"]);
    let rows = ended.rows();
    assert_eq!(ended.code, 3);
    assert!(rows.len() > 1);
    for row in &rows {
        assert!(row["roleArn"].is_null() && row.get("roleArn").is_some());
        assert!(
            row["unknown"]["roleArn"]
                .as_str()
                .unwrap()
                .contains("could not")
        );
        assert!(row["namespace"].is_string());
    }
    let said = ended.err.lines().filter(|line| line.starts_with("error: "));
    assert_eq!(said.count(), 1, "{}", ended.err);
    assert!(
        ended
            .err
            .contains(&format!("(and {} more like it)", rows.len() - 1)),
        "{}",
        ended.err
    );
    let table = site.run(&["get", "pia", "--cluster", "sandbox", "--no-headers"]);
    assert_eq!(
        table.out.lines().next().unwrap().split_whitespace().nth(3),
        Some("?")
    );
}

#[test]
fn nothing_read_is_a_failure() {
    let site = Site::with_faults(&["ListClusters=expired"]);
    let ended = site.run(&["get", "clusters", "-o", "json"]);
    assert_eq!((ended.code, ended.rows().len()), (1, 0));
}

#[test]
fn with_nothing_configured_it_says_what_it_looked_for_and_what_to_do() {
    let ended = Home::new().run(&["get", "clusters"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
    for expected in [
        "AWS_ACCESS_KEY_ID",
        "/.aws/config",
        "aws configure",
        "--profile",
        "roledex --demo",
    ] {
        assert!(ended.err.contains(expected), "{expected}: {}", ended.err);
    }
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    let home = Home::new();
    for (arguments, expected) in [
        (
            &["get", "secrets"][..],
            "possible values: clusters, associations, updates",
        ),
        (
            &["get", "clusters", "-n", "x"],
            "select associations, service accounts and pods only",
        ),
        (
            &["get", "clusters", "-o", "terraform"],
            "print associations only",
        ),
        (&["get", "pia", "--all"], "--all"),
        (
            &["get", "clusters", "--cluster", "/x"],
            "does not name a cluster",
        ),
        (&["describe", "pia", "shop"], "which association"),
        (
            &["describe", "pia", "shop", "x"],
            "does not name an association",
        ),
        (&["describe", "update", "shop"], "which update"),
        (&["describe", "cluster", "shop", "x"], "no further name"),
        (
            &[
                "--demo",
                "--endpoint-url",
                "http://127.0.0.1:1",
                "get",
                "clusters",
            ],
            "cannot be used with",
        ),
        (&["-o", "json"], "go with get and describe"),
        (&["--cached"], "goes with get and describe"),
    ] {
        let ended = home.run(arguments);
        assert_eq!((ended.code, &*ended.out), (2, ""), "{arguments:?}");
        assert!(ended.err.contains(expected), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn the_terminal_ui_needs_a_terminal() {
    let ended = Home::new().run(&["--demo"]);
    assert_eq!((ended.code, &*ended.out), (2, ""));
    assert!(ended.err.contains("needs a terminal"), "{}", ended.err);
}

#[test]
fn a_wrong_configuration_is_refused_with_its_place() {
    let home = Home::new();
    let path = home.write("config/roledex/config.toml", "theme = 'dark'\nkees = 1\n");
    for arguments in [&["get", "clusters"][..], &["config", "check"]] {
        let ended = home.run(arguments);
        assert_eq!(ended.code, 2);
        let expected = format!("{}:2:1: there is no setting \"kees\"", path.display());
        assert!(ended.err.contains(&expected), "{}", ended.err);
    }
    let other = home.write("other.toml", "theme = 'light'\n");
    let other = other.to_str().unwrap();
    assert!(
        home.run(&["config", "check", "--config", other])
            .done()
            .contains("is fine")
    );
    assert_eq!(
        home.run(&["config", "path", "--config", other]).done(),
        format!("{other}\n")
    );
    assert_eq!(
        home.run(&["config", "sample"]).done(),
        roledex::config::SAMPLE
    );
}

#[test]
fn names_that_lead_nowhere_or_to_several_are_explained() {
    let site = Site::demo();
    let ended = site.run(&["describe", "cluster", "nowhere"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("nowhere"), "{}", ended.err);
    let ended = site.run(&["describe", "pia", "payments", "payments/nobody"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("payments/nobody"), "{}", ended.err);

    let twins = "
accounts:
  - {id: '111122223333', name: one, access_key_id: AKIAONE, secret_access_key: a, caller: user/a, regions: [eu-west-1, eu-west-2], clusters: [
      {name: twin, region: eu-west-1, version: '1.34', platform: eks.1, created: -1d},
      {name: twin, region: eu-west-2, version: '1.34', platform: eks.1, created: -1d}]}
";
    let site = Site::new(roledex::sim::World::parse(twins).unwrap(), &[]);
    let ended = site.run(&["describe", "cluster", "twin"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
    for region in ["eu-west-1", "eu-west-2"] {
        let arn = format!("arn:aws:eks:{region}:111122223333:cluster/twin");
        assert!(ended.err.contains(&arn), "{}", ended.err);
    }
    let one = site
        .run(&["describe", "cluster", "eu-west-2/twin", "-o", "name"])
        .done();
    assert_eq!(one, "arn:aws:eks:eu-west-2:111122223333:cluster/twin\n");
}

#[test]
fn a_cluster_that_nothing_matches_is_a_fault() {
    let site = Site::demo();
    let ended = site.run(&["get", "pia", "--cluster", "eu-west-9/TYPO"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
    assert!(
        ended
            .err
            .starts_with("error: no cluster matches \"eu-west-9/TYPO\"\n  hint: there are "),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("sandbox"), "{}", ended.err);
    let ended = site.run(&["get", "pia", "--cluster", "TYPO", "--cluster", "sandbox"]);
    assert_eq!(ended.code, 3);
    assert!(!ended.out.is_empty());
    assert!(ended.err.contains("\"TYPO\"") && !ended.err.contains("\"sandbox\""));

    let empty = "
accounts:
  - {id: '111122223333', name: one, access_key_id: AKIAONE, secret_access_key: a, caller: user/a, regions: [eu-west-1], clusters: []}
";
    let site = Site::new(roledex::sim::World::parse(empty).unwrap(), &[]);
    let ended = site.run(&["get", "clusters", "--cluster", "TYPO"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .err
            .contains("hint: no cluster was found in one/eu-west-1"),
        "{}",
        ended.err
    );
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let site = Site::demo();
    for format in ["json", "yaml", "csv", "table", "terraform"] {
        let mut command = site.command(&["get", "pia", "--cluster", "sandbox", "-o", format]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before the first byte, so that every later write finds nobody.
        drop(child.stdout.take());
        let ended = Ended::new(&child.wait_with_output().unwrap());
        assert_eq!((ended.code, &*ended.err), (0, ""), "{format}");
    }
}

#[test]
fn a_signal_ends_it_with_130() {
    for signal in ["-INT", "-TERM"] {
        ends_with_130(signal);
    }
}

fn ends_with_130(signal: &str) {
    let site = Site::with_faults(&["ListClusters=latency:60000"]);
    let mut command = site.command(&["get", "clusters"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = site.simulated.log();
    let start = Instant::now();
    // The request that hangs is not logged before its answer, the one before it is.
    while log.count("GetCallerIdentity") == 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "no request came");
        std::thread::yield_now();
    }
    let process = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args([signal, &process])
        .status()
        .unwrap();
    assert!(killed.success());
    let ended = Ended::new(&child.wait_with_output().unwrap());
    assert_eq!(ended.code, 130);
    assert!(start.elapsed() < Duration::from_secs(40));
}

#[test]
fn an_endpoint_that_is_no_address_is_refused_in_plain_words() {
    let home = Home::new();
    for junk in [
        "junk",
        "ftp://127.0.0.1",
        "http://",
        "http://h:1/?x=1",
        "http://a b",
    ] {
        let ended = home.run(&["get", "clusters", "--endpoint-url", junk]);
        assert_eq!((ended.code, &*ended.out), (2, ""), "{junk}: {}", ended.err);
        assert!(
            ended.err.contains("http://HOST[:PORT]"),
            "{junk}: {}",
            ended.err
        );
    }
}
