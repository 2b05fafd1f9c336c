//! What is asked at a terminal before something is changed, and what each answer leads to.

use std::path::Path;

use roledex::sim::{Kind, Options, World};

use super::driver::Pty;
use crate::simulated::Simulated;

const WORLD: &str = "
accounts:
  - id: '111122223333'
    name: one
    access_key_id: AKIAONE
    secret_access_key: a
    caller: user/a
    regions: [eu-west-1]
    roles:
      reader: {}
      writer: {}
    clusters:
      - name: shop
        region: eu-west-1
        version: '1.34'
        platform: eks.1
        created: -9d
        associations:
          payments:
            api: {role: reader}
";

const SET_ROLE: [&str; 5] = [
    "set-role",
    "shop",
    "payments/api",
    "--role",
    "arn:aws:iam::111122223333:role/writer",
];
const DELETE: [&str; 4] = ["delete", "association", "shop", "payments/api"];

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

/// How a command at a terminal ended: its status, and what it has said.
struct Ended {
    code: u32,
    screen: String,
    /// Operations that AWS was asked for and took, and how many it was asked for at all.
    accepted: Vec<&'static str>,
    writes: usize,
}

/// Runs a command, and answers when it asks.
fn answered(arguments: &[&str], question: &str, answer: &str) -> Ended {
    let simulated = Simulated::start(World::parse(WORLD).unwrap(), Options::default());
    let environment = simulated.environment();
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let program = Path::new(env!("CARGO_BIN_EXE_roledex"));
    let mut pty = Pty::start(program, arguments, &environment, 160, 60);
    pty.wait_for(question);
    assert_eq!(
        simulated.log().writes(),
        0,
        "nothing is done before the answer"
    );
    pty.send(answer);
    let code = pty.exit().exit_code();
    pty.assert_restored();
    let log = simulated.log();
    let accepted = log.entries().into_iter();
    let accepted =
        accepted.filter(|entry| entry.kind == Some(Kind::Write) && entry.status == Some(200));
    Ended {
        code,
        screen: pty.screen(),
        accepted: accepted.map(|entry| entry.operation).collect(),
        writes: log.writes(),
    }
}

#[track_caller]
fn assert_nothing_done(ended: &Ended, code: u32, says: &str, answer: &str) {
    assert_eq!(ended.code, code, "{answer:?}: {}", ended.screen);
    assert_eq!(ended.writes, 0, "{answer:?}");
    assert!(ended.screen.contains(says), "{answer:?}: {}", ended.screen);
}

#[test]
fn only_yes_is_yes() {
    const QUESTION: &str = "Apply this? [y/N]";
    for answer in ["y\r", "Yes\r"] {
        let ended = answered(&SET_ROLE, QUESTION, answer);
        assert_eq!(ended.code, 0, "{answer:?}: {}", ended.screen);
        assert_eq!(
            ended.accepted,
            ["UpdatePodIdentityAssociation"],
            "{answer:?}"
        );
        assert_eq!(ended.writes, 1);
    }
    for answer in ["\r", "n\r", "yeah\r", "api\r", CTRL_D] {
        let ended = answered(&SET_ROLE, QUESTION, answer);
        assert_nothing_done(&ended, 5, "not approved, so nothing was changed", answer);
    }
    assert_nothing_done(
        &answered(&SET_ROLE, QUESTION, CTRL_C),
        130,
        QUESTION,
        CTRL_C,
    );
}

#[test]
fn a_deletion_wants_its_name_and_nothing_else() {
    const QUESTION: &str = "type api to confirm:";
    let ended = answered(&DELETE, QUESTION, "api\r");
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert_eq!(ended.accepted, ["DeletePodIdentityAssociation"]);
    assert_eq!(ended.writes, 1);
    for answer in ["y\r", "API\r", "payments/api\r", "apis\r", "\r", CTRL_D] {
        let ended = answered(&DELETE, QUESTION, answer);
        assert_nothing_done(&ended, 5, "the one wanted is api", answer);
    }
    assert_nothing_done(&answered(&DELETE, QUESTION, CTRL_C), 130, QUESTION, CTRL_C);
}

#[test]
fn yes_in_advance_is_no_name() {
    let arguments = [&DELETE[..], &["--yes"]].concat();
    let ended = answered(&arguments, "it must be confirmed by its name", "api\r");
    assert_nothing_done(&ended, 5, "--confirm api", "--yes");
}

#[test]
fn a_protected_cluster_wants_the_name_for_every_change() {
    const QUESTION: &str = "type api to confirm:";
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    std::fs::write(&config, "protected = [\"sh*\"]\n").unwrap();
    let arguments = [&["--config", config.to_str().unwrap()][..], &SET_ROLE].concat();
    assert_nothing_done(
        &answered(&arguments, QUESTION, "y\r"),
        5,
        "the one wanted is api",
        "y",
    );
    let ended = answered(&arguments, QUESTION, "api\r");
    assert_eq!((ended.code, ended.writes), (0, 1), "{}", ended.screen);
}
