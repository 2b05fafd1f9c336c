//! The command line.

pub mod sim;

use clap::Parser;

/// Who your pods are on Amazon EKS.
#[derive(Debug, Parser)]
#[command(name = "roledex", version)]
pub enum Cli {
    Sim(sim::Args),
}

impl Cli {
    /// Runs the command that was asked for.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Sim(args) => sim::run(args).await,
        }
    }
}
