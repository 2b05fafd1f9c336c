//! What came of a test.

use jiff::{SignedDuration, Timestamp};

use crate::model::Text;
use crate::model::arn::account_of;
use crate::model::text::visible;

use super::claims::Claims;
use super::kept::Kept;
use super::outcome::given;
use super::step::{Step, StepKind, StepState};
use super::test::{CredentialTest, Purpose, TokenSource};

/// The session that EKS Auth opened, without what makes it usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub association: Text,
    /// Of whom the token was, as EKS Auth read it.
    pub namespace: Text,
    pub service_account: Text,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the path of the role is not in it.
    pub role_arn: Text,
    /// `AROA…`: another one if the role was made anew under the same name.
    pub role_id: Text,
    pub session_name: Text,
    pub expires: Timestamp,
    /// The last four letters of the access key id.
    pub access_key_suffix: Text,
}

impl Session {
    pub fn account(&self) -> Option<&str> {
        account_of(&self.role_arn)
    }

    /// The name of the role, without its path.
    pub fn role_name(&self) -> Option<&str> {
        let (_, rest) = self.role_arn.split_once(":assumed-role/")?;
        rest.split('/').next().filter(|name| !name.is_empty())
    }

    /// How long the credentials would still have been good.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        self.expires.duration_since(now).max(SignedDuration::ZERO)
    }
}

/// Whether EKS Auth gives the role of the association.
///
/// That says nothing of what a pod makes of it: see [`Report::kept`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Association and role are those of the row.
    Matches,
    /// Credentials came back, but of another association or role; how they differ.
    Differs(Text),
    /// EKS Auth gave none to the token of the pod; why.
    Refused(Text),
    /// No answer about the pod could be had: there is no pod, the caller may not ask, or nothing answered.
    Untestable(Text),
}

impl Verdict {
    /// The word in exports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Differs(_) => "differs",
            Self::Refused(_) => "refused",
            Self::Untestable(_) => "untestable",
        }
    }

    /// Says whether it is an answer, and the answer is bad.
    pub fn is_negative(&self) -> bool {
        matches!(self, Self::Differs(_) | Self::Refused(_))
    }

    pub fn why(&self) -> Option<&Text> {
        match self {
            Self::Matches => None,
            Self::Differs(why) | Self::Refused(why) | Self::Untestable(why) => Some(why),
        }
    }
}

/// All of a test, as it is shown at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// As it was approved, with what the test looked up of the association.
    pub test: CredentialTest,
    pub steps: Vec<Step>,
    pub claims: Option<Claims>,
    pub session: Option<Session>,
    pub verdict: Verdict,
    /// What the verdict did not compare, and what it would take.
    pub unknown: Vec<Text>,
    /// What went wrong beside the test, such as writing down what came of it.
    pub warnings: Vec<Text>,
    /// What keeps the pod of the test from what EKS Auth gives, the surest first; empty where nothing is known to.
    pub kept: Vec<Kept>,
    /// How often EKS Auth was asked.
    pub asked: usize,
    /// Milliseconds from the moment when AWS took the change until the answer that has it; of a test after a change
    /// that found it.
    pub arrived_ms: Option<u64>,
    pub began: Timestamp,
    pub ended: Timestamp,
}

impl Report {
    pub fn step(&self, kind: StepKind) -> Option<&Step> {
        self.steps.iter().find(|step| step.kind == kind)
    }

    /// Whether the last answer of EKS Auth were credentials.
    pub fn is_given(&self) -> bool {
        self.step(StepKind::Assume)
            .is_some_and(|step| step.state == StepState::Passed)
    }

    /// What surely keeps the pod of the test from what EKS Auth gives.
    pub fn surely_kept(&self) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.is_sure)
    }

    /// What the test says in one line, safe to print: what EKS Auth does, and what keeps the pod from it.
    pub fn headline(&self) -> String {
        let name = visible(&self.test.name()).into_owned();
        let role = self.session.as_ref().and_then(Session::role_name);
        let mut line = match &self.verdict {
            Verdict::Matches => given(&name, role, self.arrived_ms, self.asked),
            Verdict::Differs(why) | Verdict::Refused(why) | Verdict::Untestable(why) => {
                visible(why).into_owned()
            }
        };
        if let Some(kept) = self.kept.first().filter(|_| self.is_given()) {
            line.push_str(&kept.clause());
        }
        line
    }

    /// Whose credentials a command or a shell has now, and for how long, in one line that is safe to print.
    pub fn handed_over(&self) -> Option<String> {
        let session = self.session.as_ref()?;
        let role = session.role_name().unwrap_or(&session.role_arn);
        let whose = match &self.test.token {
            TokenSource::Pod { name, .. } => format!("pod {}", visible(name)),
            TokenSource::Given => "the token that was given".to_owned(),
        };
        Some(format!(
            "the credentials of {}, as {whose} of {} gets them, until {}; exit leaves it",
            visible(role),
            visible(&self.test.name()),
            session.expires.strftime("%H:%MZ")
        ))
    }

    /// Whether the credentials may go to the command that was agreed to: only those that it was told it would get.
    pub fn releases(&self) -> bool {
        matches!(self.test.purpose, Purpose::Run(_)) && self.verdict == Verdict::Matches
    }
}
