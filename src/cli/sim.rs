//! `roledex sim`: the simulated AWS as a program of its own.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{SignalKind, signal};

use crate::sim::{
    FAULT_SYNTAX, Fault, Options, Simulator, World, operations_in_words, services_in_words,
};

/// What `roledex sim` is asked to serve, and how.
#[derive(Clone, Debug, clap::Args)]
#[command(about = about(), long_about = long_about(), after_long_help = after_help())]
pub struct Args {
    /// Where to listen; only loopback addresses are allowed, and port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// What to serve: a world file, or gen:CLUSTERSxASSOCIATIONSxSERVICEACCOUNTS, with xPODS if wanted [default: the demo world]
    #[arg(long, value_name = "FILE|gen:CxAxS[xP]")]
    pub world: Option<String>,
    /// Also write the environment to this file, readable only by you
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Delay every answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    pub latency: u64,
    /// Let something go wrong (repeatable); --help lists the faults
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<Fault>,
}

fn about() -> String {
    format!(
        "Serve a simulated AWS ({}) on this machine",
        services_in_words()
    )
}

fn long_about() -> String {
    format!(
        "{}\n\nIt prints the environment that points any AWS client at it, and serves until it is \
         interrupted. Each cluster has a Kubernetes API as well: in that environment, `aws eks \
         update-kubeconfig --name CLUSTER` lets kubectl use it, with \
         AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true set for kubectl because tokens name the real STS.",
        about()
    )
}

fn after_help() -> String {
    format!("{}\n\n{FAULT_SYNTAX}", operations_in_words())
}

/// Serves until SIGINT or SIGTERM, which are the normal ways to end it.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let world = match &args.world {
        None => World::demo()?,
        Some(source) => World::load(source)?,
    };
    // From here on a signal is a request to stop, also while the environment is being written.
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let options = Options {
        listen: args.listen,
        latency: Duration::from_millis(args.latency),
        faults: args.fault,
        ..Options::default()
    };
    let simulator = Simulator::start(world, options).await?;
    let environment = environment(&simulator)?;
    if let Some(path) = &args.env_file {
        write_private(path, &environment)
            .with_context(|| format!("cannot write the environment to {}", path.display()))?;
    }
    let mut output = io::stdout().lock();
    output
        .write_all(environment.as_bytes())
        .context("cannot print the environment")?;
    output.flush().context("cannot print the environment")?;
    drop(output);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    // Connections that clients keep open must not hold up the end.
    match tokio::time::timeout(Duration::from_secs(1), simulator.stop()).await {
        Ok(stopped) => stopped.context("the simulator did not end well"),
        Err(_elapsed) => Ok(()),
    }
}

/// Returns the line for a shell to evaluate.
fn environment(simulator: &Simulator) -> anyhow::Result<String> {
    let Some(account) = simulator.accounts().first() else {
        bail!("the world has no accounts")
    };
    let Some(region) = account.regions.first() else {
        bail!("the account has no regions")
    };
    let mut variables = vec![
        ("AWS_ENDPOINT_URL", simulator.url()),
        ("AWS_ACCESS_KEY_ID", account.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", account.secret_access_key.clone()),
        ("AWS_REGION", region.clone()),
        // The AWS CLI 1 and boto3 know only this one.
        ("AWS_DEFAULT_REGION", region.clone()),
    ];
    if let Some(token) = &account.session_token {
        variables.push(("AWS_SESSION_TOKEN", token.clone()));
    }
    let mut line = "export".to_owned();
    for (name, value) in variables {
        line.push(' ');
        line.push_str(name);
        line.push('=');
        line.push_str(&quoted(&value));
    }
    line.push('\n');
    Ok(line)
}

/// Quotes a value for a POSIX shell where it needs it.
fn quoted(value: &str) -> String {
    let is_plain = value.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/' | b'+')
    });
    if is_plain {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

/// Writes a file that only its owner reads, and never through a link.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(io::Error::other(
                "it is there already and is no regular file",
            ));
        }
        Ok(_) => std::fs::remove_file(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // `create_new` follows no link that appears in between.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_a_shell_where_they_need_it() {
        assert_eq!(quoted("http://127.0.0.1:1/a+b"), "http://127.0.0.1:1/a+b");
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
    }

    #[test]
    fn the_environment_file_is_private_and_links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("env");
        std::fs::write(&file, "old and open").unwrap();
        write_private(&file, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(write_private(&link, "through").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
    }
}
