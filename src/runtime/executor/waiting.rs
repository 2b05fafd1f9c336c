//! A command that waits for the credentials it was approved for.
//!
//! They pass through a channel for one value, which nobody else can look into: whichever end is dropped first, what
//! was in it is wiped.

use std::ffi::OsString;

use tokio::process::Command;
use tokio::sync::oneshot;

use crate::cloud::{Cloud, PodCredentials};
use crate::model::credential::{CredentialTest, Purpose};
use crate::model::{Failure, FailureKind};
use crate::runtime::child::{Line, Surroundings};

/// The command, and the end at which the credentials come out.
#[derive(Debug)]
pub struct Waiting {
    line: Line,
    surroundings: Surroundings,
    credentials: oneshot::Receiver<(PodCredentials, String)>,
}

/// The end at which the credentials go in.
#[derive(Debug)]
pub(super) struct Release {
    line: Line,
    credentials: oneshot::Sender<(PodCredentials, String)>,
}

impl Waiting {
    /// The command of a test, word by word as it was approved; none where the test is made for its own sake.
    pub(super) fn of(test: &CredentialTest, cloud: &Cloud) -> Option<(Self, Release)> {
        let Purpose::Run(words) = &test.purpose else {
            return None;
        };
        let line = Line::new(words.iter().map(|word| OsString::from(&**word)).collect())?;
        let (sender, receiver) = oneshot::channel();
        let release = Release {
            line: line.clone(),
            credentials: sender,
        };
        let waiting = Self {
            line,
            surroundings: Surroundings {
                region: test.route.region.clone(),
                endpoint_url: cloud.endpoint_url().map(str::to_owned),
            },
            credentials: receiver,
        };
        Some((waiting, release))
    }

    /// Whether it is a shell on its own, which its user leaves.
    pub fn is_shell(&self) -> bool {
        self.line.arguments.is_empty()
    }

    /// What is to be started, if its credentials have come, and whose they are.
    pub fn command(mut self) -> Option<(Command, String)> {
        let (credentials, whose) = self.credentials.try_recv().ok()?;
        let command = self.line.command(credentials, &self.surroundings);
        Some((command, whose))
    }
}

impl Release {
    /// Refuses a command that cannot be started, so that it costs no credentials.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.line.check().map_err(|wrong| {
            let cause = wrong.to_string();
            Failure::new(FailureKind::Other, "run the command", cause)
                .hint("nothing was asked for; see SHELL, or type a command")
        })
    }

    /// Gives the credentials to the command, with whose they are; one that does not wait any more has them wiped.
    pub(super) fn give(self, credentials: PodCredentials, whose: String) {
        drop(self.credentials.send((credentials, whose)));
    }
}
