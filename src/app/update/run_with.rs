//! A command with the credentials of a pod: the line that is typed first, and how it ended; between them it is a test.

use crate::app::availability::testable;
use crate::app::effect::Effect;
use crate::app::line::Line;
use crate::app::modal::Modal;
use crate::app::modal::credential::{CredentialPanel, Stage};
use crate::app::state::State;
use crate::app::update::{credential, modals};
use crate::input::Command;
use crate::model::credential::Purpose;
use crate::model::{Failure, Text};

/// What reads a line that was typed.
const SHELL: &str = "/bin/sh";

/// Opens the prompt for the command; what the row is, is settled now, since rows may move while it is typed.
pub(super) fn open(state: &mut State) {
    let Ok(mut of) = testable(state) else { return };
    of.purpose = Purpose::Run(Vec::new());
    let prompt = Stage::Command {
        line: Line::default(),
        pod: credential::pod_of_row(state),
    };
    let panel = CredentialPanel::new(of, prompt);
    state.modals.push(Modal::Credential(Box::new(panel)));
}

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::Accept => accept(state, effects),
        Command::Back | Command::Leave => drop(state.modals.pop()),
        other => modals::run(state, other, effects),
    }
}

/// Goes on with the line as it was typed: to the pod, and to the exact calls.
fn accept(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Credential(panel)) = state.modals.pop() else {
        return;
    };
    let CredentialPanel { mut of, stage, .. } = *panel;
    let Stage::Command { line, pod } = stage else {
        return;
    };
    of.purpose = Purpose::Run(words(state, &line.text()));
    credential::open_for(state, of, pod.as_deref(), effects);
}

/// The words of what is run: a shell that reads the line, or without one the person's own shell.
fn words(state: &State, line: &str) -> Vec<Text> {
    if line.trim().is_empty() {
        vec![state.own_shell()]
    } else {
        vec![SHELL.into(), "-c".into(), line.into()]
    }
}

/// Says how the command ended; a status other than 0 is the command's own affair, but it is not passed over.
pub(super) fn ended(state: &mut State, ended: Result<u8, Failure>) {
    match ended {
        Ok(0) => state.say("the command ended with status 0"),
        Ok(status) => state.complain(format!("the command ended with status {status}")),
        Err(failure) => state.complain(failure.to_string()),
    }
}

impl State {
    /// What is run where no command is typed.
    pub fn own_shell(&self) -> Text {
        let own = self.options.shell.clone();
        own.unwrap_or_else(|| SHELL.into())
    }
}
