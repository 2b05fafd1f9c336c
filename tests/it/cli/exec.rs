//! `exec`: the credentials reach the command and nothing else, and the command is run as if roledex were not there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use roledex::sim::World;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{Ended, Site};
use crate::secrets::Secrets;

const WORLD: &str = include_str!("kubernetes/world.yaml");

fn site() -> Site {
    Site::new(World::parse(WORLD).unwrap(), &[])
}

/// How many requests EKS Auth has seen.
fn asked(site: &Site) -> usize {
    site.simulated.log().count("AssumeRoleForPodIdentity")
}

fn exec(site: &Site, account: &str, command: &[&str]) -> Ended {
    site.run(&[&["exec", "shop", account, "--"], command].concat())
}

fn variables(out: &str) -> BTreeMap<&str, &str> {
    out.lines()
        .filter_map(|line| line.split_once('='))
        .collect()
}

/// Every file of the home, with its text.
fn files(site: &Site) -> Vec<(std::path::PathBuf, String)> {
    let mut folders = vec![site.home.path("")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn the_command_gets_the_credentials_and_nothing_else_has_them() {
    let site = site();
    let scratch = site.home.path("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let output = site
        .command(&["exec", "shop", "shop/api", "--", "/usr/bin/env"])
        .env("ROLEDEX_LOG", "trace")
        .env("AWS_PROFILE", "one")
        .env("AWS_SECURITY_TOKEN", "anothers")
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other")
        .env("AWS_BEARER_TOKEN_BEDROCK", "anothers")
        .env("KEPT", "as it was")
        .env("TMPDIR", &scratch)
        .output()
        .unwrap();
    let ended = Ended::new(&output);
    assert_eq!((ended.code, &*ended.err), (0, ""));
    let found = variables(&ended.out);
    assert!(found["AWS_ACCESS_KEY_ID"].starts_with("ASIA"), "{found:?}");
    assert_eq!(found["AWS_REGION"], "eu-west-1");
    assert_eq!(found["AWS_DEFAULT_REGION"], "eu-west-1");
    assert_eq!(found["KEPT"], "as it was");
    let aws: Vec<_> = found
        .keys()
        .filter(|name| name.starts_with("AWS_"))
        .collect();
    let expected = [
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    assert_eq!(aws, expected.iter().collect::<Vec<_>>());
    // Neither them nor the token that they were had for: in the home, and in the folder for what is temporary.
    let keys = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let given: Vec<&str> = keys.iter().map(|name| found[name]).collect();
    let tokens = site.simulated.simulator().tokens("shop");
    assert_eq!(tokens.len(), 1);
    let secrets = Secrets::of(&site.simulated, &["shop"], &given);
    let files = secrets.assert_not_below(&site.home.path(""), &[]);
    for kind in ["journal.jsonl", "/log/"] {
        assert!(
            files.iter().any(|name| name.contains(kind)),
            "{kind}: {files:?}"
        );
    }
    let left = std::fs::read_dir(&scratch).unwrap().count();
    assert_eq!(left, 0, "nothing is left behind");
}

#[test]
fn the_journal_names_the_program_and_not_its_arguments() {
    let site = site();
    let ended = exec(&site, "shop/api", &["/bin/echo", "--password", "hunter2"]);
    assert_eq!(ended.done(), "--password hunter2\n");
    let journal = site.run(&["journal", "-o", "json"]);
    let rows: Value = serde_json::from_str(&journal.out).unwrap();
    let text = rows.to_string();
    assert!(text.contains("echo") && text.contains("shop"), "{text}");
    for (path, text) in files(&site) {
        assert!(!text.contains("hunter2"), "{}", path.display());
    }
}

#[test]
fn it_ends_as_the_command_does() {
    let site = site();
    let shell = |script| exec(&site, "shop/api", &["/bin/sh", "-c", script]).code;
    assert_eq!(shell("exit 0"), 0);
    assert_eq!(shell("exit 7"), 7);
    assert_eq!(shell("kill -TERM $$"), 143);
}

#[test]
fn what_cannot_be_run_costs_no_credentials() {
    let site = site();
    let missing = exec(&site, "shop/api", &["/nonexistent/tool"]);
    assert_eq!(missing.code, 127, "{missing:?}");
    assert!(missing.err.contains("not found"), "{missing:?}");
    assert_eq!(exec(&site, "shop/api", &["/"]).code, 126);
    assert_eq!(asked(&site), 0);
}

#[test]
fn its_own_failures_have_a_status_of_their_own() {
    let site = site();
    let run = |arguments: &[&str]| site.run(&[&["exec"], arguments, &["--", "/bin/true"]].concat());
    for (arguments, said) in [
        (&["none", "shop/api"][..], "none"),
        (&["shop", "shop/nobody"], "no pod"),
        (
            &["shop", "shop/api", "--pod", "none"],
            "no pod of that name",
        ),
        (&["shop", "shop/plain"], "no credentials of shop/plain"),
        (
            &["shop", "shop/api", "--token-file", "/nonexistent"],
            "could not read the token",
        ),
    ] {
        let ended = run(arguments);
        assert_eq!(ended.code, 125, "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(said), "{arguments:?}: {}", ended.err);
    }
    let refused = site.run(&["--read-only", "exec", "shop", "shop/api", "--", "/bin/true"]);
    assert_eq!(refused.code, 125);
    assert!(refused.err.contains("read-only"), "{}", refused.err);
}

/// What mends it stands there once, and as it is to be typed.
#[test]
fn what_mends_a_refusal_can_be_copied() {
    let site = site();
    let ended = exec(&site, "shop/plain", &["/bin/true"]);
    assert_eq!(ended.code, 125, "{ended:?}");
    assert!(!ended.err.contains("\\n"), "{}", ended.err);
    let hints: Vec<&str> = ended
        .err
        .lines()
        .filter(|line| line.contains("hint: "))
        .collect();
    assert!(!hints.is_empty(), "{}", ended.err);
    for (index, hint) in hints.iter().enumerate() {
        let text = hint.trim_start().trim_start_matches("hint: ");
        assert!(!hints[..index].contains(hint), "twice: {hint}");
        assert!(
            text.matches(text).count() == 1 && !text.contains(&format!("{text}: ")),
            "{hint}"
        );
        let half = text.split_once(": ");
        assert!(half.is_none_or(|(one, other)| one != other), "{hint}");
    }
    assert!(
        ended
            .err
            .contains("      aws eks create-pod-identity-association \\\n        --")
            || ended
                .err
                .contains("      aws eks create-pod-identity-association"),
        "{}",
        ended.err
    );
}

#[test]
fn names_that_are_empty_are_no_names() {
    let site = site();
    for arguments in [
        &["get", "pods", "-n", ""][..],
        &["get", "pods", "--service-account", ""],
        &["doctor", "-n", ""],
        &["test", "shop", "/api"],
        &["test", "shop", "shop/"],
        &["test", "shop", "shop/api", "--pod", ""],
        &["exec", "shop", "/", "--", "/bin/true"],
        &["exec", "shop", "shop/api", "--pod", "", "--", "/bin/true"],
    ] {
        let ended = site.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended:?}");
    }
    assert_eq!(site.simulated.log().entries().len(), 0);
}

#[test]
fn read_only_asks_for_nothing() {
    let site = site();
    let arguments = ["--read-only", "exec", "shop", "shop/api", "--", "/bin/true"];
    assert_eq!(site.run(&arguments).code, 125);
    assert_eq!(asked(&site), 0);
}

#[test]
fn a_token_that_is_no_token_goes_nowhere() {
    let site = site();
    let file = site.home.write("token", "hunter2-hunter2");
    let file = file.to_str().unwrap();
    let ended = site.run(&[
        "exec",
        "shop",
        "shop/api",
        "--token-file",
        file,
        "--",
        "/bin/true",
    ]);
    assert_eq!(ended.code, 125, "{ended:?}");
    assert!(ended.err.contains("no token"), "{ended:?}");
    assert!(!ended.err.contains("hunter2"), "{ended:?}");
    assert_eq!(asked(&site), 0);
}

/// Credentials that cannot be compared with the association are for no command.
#[test]
fn only_what_the_association_names_is_handed_over() {
    let site = Site::new(
        World::parse(WORLD).unwrap(),
        &["ListPodIdentityAssociations=denied"],
    );
    let ended = exec(&site, "shop/api", &["/bin/echo", "it ran"]);
    assert_eq!((ended.code, &*ended.out), (125, ""), "{ended:?}");
    assert!(ended.err.contains("was not run"), "{}", ended.err);
    assert_eq!(asked(&site), 1);
}

/// The same command with hang-ups as they are, whatever whoever runs the tests has made of them: a shell cannot listen
/// to a signal that it was told to ignore.
fn with_hang_ups(of: &Command) -> Command {
    const RESET: &str = "import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])";
    let path = std::env::var_os("PATH").unwrap();
    let python = std::env::split_paths(&path).map(|folder| folder.join("python3"));
    let mut command = Command::new(python.into_iter().find(|file| file.is_file()).unwrap());
    command.args(["-c", RESET]).arg(of.get_program());
    command.args(of.get_args()).env_clear();
    for (name, value) in of.get_envs() {
        command.env(name, value.unwrap());
    }
    command
}

/// A command that says when it listens, and what it hears.
fn listening(site: &Site, signal: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let script =
        format!("trap 'echo heard; exit 5' {signal}; echo ready; while :; do sleep 0.05; done");
    let command = site.command(&["exec", "shop", "shop/api", "--", "/bin/sh", "-c", &script]);
    let mut command = with_hang_ups(&command);
    // Behind the terminal of whoever runs the tests, if there is one.
    command.process_group(0).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    (child, out)
}

#[test]
fn signals_are_handed_on() {
    let site = site();
    for (name, signal) in [
        ("TERM", Signal::TERM),
        ("INT", Signal::INT),
        ("HUP", Signal::HUP),
        ("QUIT", Signal::QUIT),
        ("USR1", Signal::USR1),
    ] {
        let (mut child, mut out) = listening(&site, name);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(5), "{name}");
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "heard\n", "{name}");
    }
}
