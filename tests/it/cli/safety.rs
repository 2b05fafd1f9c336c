//! What must not reach a terminal, a log or anybody else's eyes.

use super::{Home, Site, mode};

const WORLD: &str = r#"
accounts:
  - id: "111122223333"
    name: one
    access_key_id: AKIAONE
    secret_access_key: SECRETONE
    caller: user/a
    regions: [eu-west-1]
    clusters:
      - name: shop
        region: eu-west-1
        version: "1.34"
        platform: eks.1
        created: -1d
        associations:
          default:
            app: {role: app, tags: {note: "\e[31mred\e]0;title\a \u202Egnol"}}
"#;

#[test]
fn hostile_tags_do_not_reach_the_terminal_and_survive_as_data() {
    let site = Site::new(roledex::sim::World::parse(WORLD).unwrap(), &[]);
    let note = "\u{1b}[31mred\u{1b}]0;title\u{7} \u{202e}gnol";
    for format in [
        "table",
        "wide",
        "json",
        "yaml",
        "name",
        "terraform",
        "aws-cli",
        "eksctl",
    ] {
        let out = site.run(&["get", "pia", "-o", format]).done();
        let hidden = |c: char| c != '\n' && roledex::model::text::is_hidden(c);
        assert!(!out.chars().any(hidden), "{format}: {out:?}");
    }
    let rows = site.run(&["get", "pia", "-o", "json"]).rows();
    assert_eq!(rows[0]["tags"]["note"], note);
    // Nested members are JSON in CSV, too, so even there the characters are escaped.
    assert!(
        !site
            .run(&["get", "pia", "-o", "csv"])
            .done()
            .contains('\u{1b}')
    );
}

#[test]
fn there_is_no_log_unless_it_is_asked_for_and_then_it_is_private() {
    let site = Site::demo();
    site.run(&["get", "clusters"]).done();
    assert!(!site.home.path("state").exists());
    let output = site
        .command(&["get", "clusters"])
        .env("ROLEDEX_LOG", "trace")
        .output()
        .unwrap();
    assert!(output.status.success());
    let directory = site.home.path("state/roledex/log");
    assert_eq!(mode(&directory), 0o700);
    let files: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    for secret in site
        .simulated
        .simulator()
        .accounts()
        .iter()
        .map(|account| &account.secret_access_key)
    {
        assert!(!text.contains(secret.as_str()));
    }
    assert!(
        !text.contains("aws_smithy") && !text.contains("hyper"),
        "only our own targets are logged"
    );
}

#[test]
fn a_wrong_log_filter_is_said_and_stops_nothing() {
    let home = Home::new();
    let output = home
        .command(&["config", "path"])
        .env("ROLEDEX_LOG", "=[")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("ROLEDEX_LOG"));
}
