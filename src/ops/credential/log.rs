//! The steps of a test as they go, with how long each took.

use tokio::time::Instant;

use crate::model::Text;
use crate::model::credential::{Step, StepKind, StepState};

/// Steps that were made, and whoever is told of them.
pub(super) struct Log<'a> {
    steps: Vec<Step>,
    on_step: &'a mut (dyn FnMut(Step) + Send),
}

impl<'a> Log<'a> {
    pub(super) fn new(on_step: &'a mut (dyn FnMut(Step) + Send)) -> Self {
        Self {
            steps: Vec::new(),
            on_step,
        }
    }

    /// Tells that a step begins; returns when it did.
    pub(super) fn begin(&mut self, kind: StepKind, doing: &str) -> Instant {
        (self.on_step)(Step::new(kind, StepState::Running, doing));
        Instant::now()
    }

    /// Tells how a step came out.
    pub(super) fn end(&mut self, began: Instant, mut step: Step) {
        let elapsed = began.elapsed().as_millis();
        step.elapsed_ms = Some(u64::try_from(elapsed).unwrap_or(u64::MAX));
        self.put(step);
    }

    /// Tells of a step for which nothing was asked.
    pub(super) fn put(&mut self, step: Step) {
        (self.on_step)(step.clone());
        self.steps.push(step);
    }

    /// Whether the last answer of EKS Auth were credentials.
    pub(super) fn is_given(&self) -> bool {
        let given = |step: &Step| step.kind == StepKind::Assume && step.state == StepState::Passed;
        self.steps.iter().any(given)
    }

    /// Makes warnings of what failed, once the answer that decides was good; the verdict stays.
    pub(super) fn soften(&mut self) {
        for step in &mut self.steps {
            if step.state == StepState::Failed && step.kind != StepKind::Verdict {
                step.soften();
                (self.on_step)(step.clone());
            }
        }
    }

    /// Adds to the verdict what went wrong after it.
    pub(super) fn warn(&mut self, line: &Text) {
        let verdict = |step: &&mut Step| step.kind == StepKind::Verdict;
        if let Some(step) = self.steps.iter_mut().find(verdict) {
            step.state = step.state.max(StepState::Warning);
            step.evidence.push(line.clone());
            (self.on_step)(step.clone());
        }
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}
