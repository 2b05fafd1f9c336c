//! The simulator as a server and as a program.
#![expect(
    clippy::unwrap_used,
    reason = "a broken test environment ends the test"
)]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use roledex::sim::{Options, Service, Simulator, World, operations};
use tokio::net::TcpStream;

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let options = Options {
        listen,
        ..Options::default()
    };
    let error = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}

#[tokio::test]
async fn it_stops_listening_when_it_is_stopped() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let address: SocketAddr = simulator
        .url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    drop(TcpStream::connect(address).await.unwrap());
    simulator.stop().await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_hundred_thousand_associations_start_at_once() {
    let began = Instant::now();
    let world = World::load("gen:100x1000x0").unwrap();
    let _simulator = Simulator::start(world, Options::default()).await.unwrap();
    // A debug build on a busy machine takes a multiple of what a person waits for.
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );
}

/// Runs `roledex sim` until its first line, and returns it with the process.
fn program(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_roledex"))
        .arg("sim")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, line)
}

#[test]
fn the_program_prints_its_environment_and_ends_well_on_both_signals() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("env");
    for signal in ["INT", "TERM"] {
        let (mut child, line) = program(&["--env-file", file.to_str().unwrap()]);
        assert!(
            line.starts_with("export AWS_ENDPOINT_URL=http://127.0.0.1:"),
            "{line}"
        );
        for name in [
            " AWS_ACCESS_KEY_ID=",
            " AWS_SECRET_ACCESS_KEY=",
            " AWS_REGION=eu-central-1",
        ] {
            assert!(line.contains(name), "{line}");
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), line);
        let process = child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &process])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn the_program_refuses_what_it_cannot_serve() {
    for (arguments, expected) in [
        (["--listen", "0.0.0.0:0"], "loopback"),
        (
            ["--world", "/nowhere"],
            "cannot read the world file /nowhere",
        ),
        (["--world", "gen:1"], "three numbers"),
        (["--fault", "ListCluster=reset"], "no operation"),
    ] {
        let (child, line) = program(&arguments);
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && line.is_empty(), "{arguments:?}");
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
    }
}

#[test]
fn the_help_names_everything_that_is_served() {
    let output = Command::new(env!("CARGO_BIN_EXE_roledex"))
        .args(["sim", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = help
        .split_whitespace()
        .map(|word| word.trim_matches([',', ':', '(', ')', '.']))
        .collect();
    for operation in operations() {
        assert!(words.contains(&operation.name), "{}", operation.name);
    }
    let first = help.lines().next().unwrap();
    for service in [
        Service::Eks,
        Service::EksAuth,
        Service::Iam,
        Service::Kubernetes,
        Service::Sts,
    ] {
        assert!(first.contains(service.title()), "{first}");
    }
    for resource in ["pods", "serviceaccounts/token", "selfsubjectaccessreviews"] {
        assert!(words.contains(&resource), "{resource}");
    }
}
