//! A credential test on the screen: which pod, the exact calls, the steps, and what came of them.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::line::Line;
use crate::app::remote::Ticket;
use crate::app::secret::SecretId;
use crate::input::Context;
use crate::model::credential::{
    Clearance, CredentialTest, Expected, Purpose, Report, Session, Step, StepState, TokenSource,
    is_injected,
};
use crate::model::diagnosis::Remedy;
use crate::model::plan::Reviewed;
use crate::model::pod::Pod;
use crate::model::{ClusterArn, Failure, Text};

/// A test from the choice of a pod to its verdict.
#[derive(Debug)]
pub struct CredentialPanel {
    pub of: Tested,
    /// Pods that can be tested, the best first, once they were listed.
    pub pods: Vec<PodChoice>,
    /// Whether these are all that there are; else it is the pod of the row alone.
    pub is_listed: bool,
    pub stage: Stage,
    /// What `esc` goes back to from the choice of another pod.
    pub before: Option<Box<Stage>>,
    /// The first line in view.
    pub top: usize,
}

/// Whose credentials are tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    pub cluster: ClusterArn,
    pub namespace: Text,
    pub service_account: Text,
    pub expected: Expected,
    pub purpose: Purpose,
}

/// A pod that a token can be bound to, as far as its row in the choice says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodChoice {
    pub name: Text,
    pub uid: Text,
    pub node: Option<Text>,
    pub created: Option<Timestamp>,
    /// Whether it holds what the webhook writes.
    pub injected: bool,
    pub ready: Option<bool>,
}

/// How far the test is.
#[derive(Debug)]
pub enum Stage {
    /// The command is typed that is to get the credentials; those of the pod of the row, where it is one.
    Command { line: Line, pod: Option<Arc<Pod>> },
    /// The pods of the service account are being listed.
    Looking(Ticket),
    /// Which of several pods; the cursor is on one of them.
    Picking { cursor: usize },
    /// No pod can be named, and why.
    Podless { why: Podless, button: usize },
    /// A token is being pasted, out of sight; how many characters it has, and what `esc` goes back to.
    Pasting {
        secret: SecretId,
        count: usize,
        before: Box<Stage>,
    },
    /// What would be done, and whether to.
    Consent(Box<Asked>),
    /// It is being done, or was.
    Course(Box<Course>),
}

/// Why there is no pod to test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Podless {
    /// The service account has none that runs; so many do not, or are on their way out.
    None { others: usize },
    /// The pod of the row cannot have a token, and why.
    Unfit { pod: Text, why: &'static str },
    /// The pods could not be listed.
    Unlisted(Failure),
}

/// A test as it would be made, with at most one approval for exactly what is shown.
#[derive(Debug)]
pub struct Asked {
    pub test: CredentialTest,
    pub clearance: Clearance,
    /// Spent by the approval.
    pub reviewed: Option<Reviewed>,
    /// The token that was pasted, which the runtime holds.
    pub secret: Option<SecretId>,
    pub button: usize,
}

/// A test that is being made, or was.
#[derive(Debug)]
pub struct Course {
    pub ticket: Ticket,
    pub test: CredentialTest,
    pub since: Timestamp,
    pub steps: Vec<Step>,
    pub ending: Option<Ending>,
}

/// How a test ended.
#[derive(Debug)]
pub enum Ending {
    Verdict(Box<Report>),
    /// It never came to a verdict.
    Failed(Failure),
    Cancelled,
}

/// What enter may press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Cancel,
    Test,
    /// The test, and then the command.
    Run,
    OtherPod,
    /// For pods, which may be there by now.
    LookAgain,
    Paste,
}

impl Button {
    /// What stands on it; the short one where there is little room.
    pub fn label(self, short: bool) -> &'static str {
        match (self, short) {
            (Self::Cancel, _) => "Cancel",
            (Self::Test, _) => "Test",
            (Self::Run, _) => "Run",
            (Self::OtherPod, false) => "Another pod",
            (Self::OtherPod, true) => "Pods",
            (Self::LookAgain, false) => "Look again",
            (Self::LookAgain, true) => "Again",
            (Self::Paste, false) => "Paste a token",
            (Self::Paste, true) => "Paste",
        }
    }
}

impl PodChoice {
    pub fn of(pod: &Pod) -> Self {
        Self {
            name: pod.name.clone(),
            uid: pod.uid.clone(),
            node: pod.node.clone(),
            created: pod.created,
            injected: is_injected(pod),
            ready: pod.ready,
        }
    }
}

impl Tested {
    /// How the service account is called: `namespace/serviceaccount`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }
}

impl CredentialPanel {
    pub fn new(of: Tested, stage: Stage) -> Self {
        Self {
            of,
            pods: Vec::new(),
            is_listed: false,
            stage,
            before: None,
            top: 0,
        }
    }

    /// Where keys go.
    pub fn context(&self) -> Context {
        match &self.stage {
            Stage::Picking { .. } => Context::Menu,
            Stage::Looking(_) | Stage::Podless { .. } | Stage::Consent(_) => Context::Review,
            Stage::Command { .. } | Stage::Pasting { .. } => Context::Prompt,
            Stage::Course(_) => Context::Progress,
        }
    }

    /// The buttons below, from left to right; none where there is nothing to press.
    pub fn buttons(&self) -> &'static [Button] {
        match &self.stage {
            Stage::Looking(_) => &[Button::Cancel],
            Stage::Command { .. }
            | Stage::Picking { .. }
            | Stage::Course(_)
            | Stage::Pasting { .. } => &[],
            Stage::Podless {
                why: Podless::Unfit { .. },
                ..
            } => &[Button::Cancel, Button::OtherPod, Button::Paste],
            Stage::Podless { .. } => &[Button::Cancel, Button::LookAgain, Button::Paste],
            Stage::Consent(asked) => match (&asked.test.token, &asked.test.purpose) {
                (TokenSource::Pod { .. }, Purpose::Run(_)) if self.is_only() => {
                    &[Button::Cancel, Button::Run, Button::Paste]
                }
                (TokenSource::Pod { .. }, _) if self.is_only() => {
                    &[Button::Cancel, Button::Test, Button::Paste]
                }
                (TokenSource::Pod { .. }, Purpose::Run(_)) => {
                    &[Button::Cancel, Button::Run, Button::OtherPod, Button::Paste]
                }
                (TokenSource::Pod { .. }, _) => &[
                    Button::Cancel,
                    Button::Test,
                    Button::OtherPod,
                    Button::Paste,
                ],
                (TokenSource::Given, Purpose::Run(_)) => &[Button::Cancel, Button::Run],
                (TokenSource::Given, _) => &[Button::Cancel, Button::Test],
            },
        }
    }

    /// Whether there is no other pod to choose.
    fn is_only(&self) -> bool {
        self.is_listed && self.pods.len() == 1
    }

    /// Which of the buttons enter presses; the first one leaves.
    pub fn chosen(&self) -> usize {
        match &self.stage {
            Stage::Podless { button, .. } => *button,
            Stage::Consent(asked) => asked.button,
            _ => 0,
        }
    }

    /// Moves to another button, around the ends.
    pub fn choose(&mut self, by: isize) {
        let count = self.buttons().len();
        let button = match &mut self.stage {
            Stage::Podless { button, .. } => button,
            Stage::Consent(asked) => &mut asked.button,
            _ => return,
        };
        let moved =
            button.saturating_add_signed(by.rem_euclid(isize::try_from(count.max(1)).unwrap_or(1)));
        *button = moved % count.max(1);
    }

    /// The pod that the test is about, where it is about one.
    pub fn pod(&self) -> Option<&Text> {
        let test = match &self.stage {
            Stage::Consent(asked) => &asked.test,
            Stage::Course(course) => &course.test,
            _ => return None,
        };
        match &test.token {
            TokenSource::Pod { name, .. } => Some(name),
            TokenSource::Given => None,
        }
    }

    /// Why the test may not be made, if that is so.
    pub fn refusal(&self) -> Option<&'static str> {
        match &self.stage {
            Stage::Consent(asked) => asked.clearance.refusal(),
            _ => None,
        }
    }

    /// The command that is being typed, if one is.
    pub fn line(&self) -> Option<&Line> {
        match &self.stage {
            Stage::Command { line, .. } => Some(line),
            _ => None,
        }
    }

    /// The question for pods that is open, if one is.
    pub fn waiting(&self) -> Option<Ticket> {
        match &self.stage {
            Stage::Looking(ticket) => Some(*ticket),
            _ => None,
        }
    }

    pub fn course(&self) -> Option<&Course> {
        match &self.stage {
            Stage::Course(course) => Some(course),
            _ => None,
        }
    }

    pub fn course_mut(&mut self) -> Option<&mut Course> {
        match &mut self.stage {
            Stage::Course(course) => Some(course),
            _ => None,
        }
    }
}

impl Course {
    pub fn is_running(&self) -> bool {
        self.ending.is_none()
    }

    pub fn report(&self) -> Option<&Report> {
        match &self.ending {
            Some(Ending::Verdict(report)) => Some(report),
            Some(Ending::Failed(_) | Ending::Cancelled) | None => None,
        }
    }

    pub fn session(&self) -> Option<&Session> {
        self.report().and_then(|report| report.session.as_ref())
    }

    /// Takes a step: the one of its kind that was running is done by it.
    pub fn take(&mut self, step: Step) {
        let before = self.steps.iter_mut().find(|known| known.kind == step.kind);
        match before {
            Some(known) => *known = step,
            None => self.steps.push(step),
        }
    }

    /// What was running runs no more.
    pub fn stop(&mut self) {
        for step in &mut self.steps {
            if step.state == StepState::Running {
                step.state = StepState::Skipped;
                step.said = "cancelled".into();
            }
        }
    }

    /// The steps as they are to be shown: as the report has them at the end, which may judge them otherwise.
    pub fn steps(&self) -> &[Step] {
        self.report().map_or(&self.steps, |report| &report.steps)
    }

    /// What can be done about it, without saying anything twice.
    pub fn remedies(&self) -> Vec<&Remedy> {
        let mut remedies: Vec<&Remedy> = Vec::new();
        for remedy in self.steps().iter().flat_map(|step| &step.remedies) {
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        remedies
    }

    /// Whether something on the screen changes with every second: the time that a call takes, or is left.
    pub fn ticks(&self, now: Timestamp) -> bool {
        self.is_running() || self.session().is_some_and(|session| session.expires > now)
    }
}
