//! boto3 and the AWS CLI, pinned by hash and kept under `target/` between runs.

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

/// Runs a script of `tests/clients` against a simulator; it prints its problems and ends with 0 if there are none.
pub(super) async fn run(script: &'static str, simulator: &Simulator, more: &[(&str, String)]) {
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
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    environment.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    let ran = tokio::task::spawn_blocking(move || {
        let python = match python() {
            Ok(python) => python,
            Err(reason) => {
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
                return None;
            }
        };
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/clients")
            .join(script);
        let kubectl = kubectl(python);
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
    if let Some(output) = ran.await.unwrap() {
        assert!(
            output.status.success(),
            "{script} found problems:\n{}",
            told(&output)
        );
    }
}

/// Returns kubectl: the one of this machine, or else the one that a pinned package holds.
fn kubectl(python: &Path) -> PathBuf {
    let mut folders = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter();
    let found = folders.find(|folder| folder.join("kubectl").is_file());
    match found {
        Some(folder) => folder.join("kubectl"),
        None => python.with_file_name("kubectl"),
    }
}

/// Returns the interpreter that has the clients, installing them the first time.
fn python() -> Result<&'static Path, &'static str> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PYTHON
        .get_or_init(install)
        .as_deref()
        .map_err(String::as_str)
}

fn install() -> Result<PathBuf, String> {
    let digest: [u8; 32] = Sha256::digest(REQUIREMENTS.as_bytes()).into();
    let (first, _) = digest.split_first_chunk().unwrap();
    let name = format!("clients-{:016x}", u64::from_be_bytes(*first));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = directory.join("bin/python");
    let ready = directory.join("ready");
    // Two test processes must not install at once.
    let lock = File::create(directory.with_extension("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
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
