//! A row of the service accounts.

use jiff::Timestamp;

use super::Explanation;
use crate::model::Text;
use crate::model::identity::{
    AccountMechanism, Associated, Certainty, Fact, NewPods, Note, Role, Tally,
};
use crate::model::service_account::ServiceAccount;

/// A service account, or an association without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow<'a> {
    pub namespace: &'a Text,
    pub name: &'a Text,
    pub account: Fact<&'a ServiceAccount>,
    pub association: Fact<Associated<'a>>,
    /// Who its next pod will be.
    pub new_pods: NewPods,
    /// Its pods; `None` if not all pods were read.
    pub tally: Option<Tally>,
}

impl AccountRow<'_> {
    pub fn id(&self) -> (&str, &str) {
        (self.namespace, self.name)
    }

    /// Whether the association waits for a service account that is not there.
    pub fn is_dormant(&self) -> bool {
        self.new_pods.is_dormant && matches!(self.association, Fact::Present(_))
    }

    /// A cell: `pod identity`, `both`, `pod identity (dormant)`, `unknown`.
    pub fn phrase(&self) -> String {
        let word = self.new_pods.mechanism.word();
        match self.new_pods.certainty {
            _ if self.is_dormant() => format!("{word} (dormant)"),
            Certainty::Likely => format!("{word} (likely)"),
            Certainty::Certain | Certainty::Unknown => word.to_owned(),
        }
    }

    /// The role that a new pod gets.
    pub fn role(&self) -> Option<&Role> {
        self.new_pods.role.as_ref()
    }

    /// Whether a role is to be expected that was not read yet.
    pub fn is_role_unknown(&self) -> bool {
        match self.new_pods.mechanism {
            AccountMechanism::Unknown => true,
            AccountMechanism::PodIdentity | AccountMechanism::Both => self
                .association
                .present()
                .is_none_or(|associated| associated.detail.is_none()),
            AccountMechanism::Irsa | AccountMechanism::None => false,
        }
    }

    /// When the service account was created.
    pub fn created(&self) -> Option<Timestamp> {
        self.account.present()?.created
    }

    /// What is to be done about it, or to be known, in one phrase; `None` if nothing.
    pub fn remark(&self) -> Option<String> {
        if self.is_dormant() {
            return Some("no such service account".to_owned());
        }
        let tally = self.tally.unwrap_or_default();
        match (tally.to_restart(), tally.in_vain) {
            (0, 0) => {}
            (0, 1) => return Some("1 pod with credentials of its own".to_owned()),
            (0, more) => return Some(format!("{more} pods with credentials of their own")),
            (count, _) => return Some(format!("{} to restart", pods(count))),
        }
        if self.new_pods.mechanism == AccountMechanism::Unknown {
            return Some(match (self.association, self.account) {
                (Fact::Unknown, _) => "associations not known".to_owned(),
                _ => "service account not known".to_owned(),
            });
        }
        let spreading = |note: &Note| matches!(note, Note::InPropagationWindow { .. });
        if self.new_pods.notes.iter().any(spreading) {
            return Some("association is new".to_owned());
        }
        if let Some(aging) = self
            .tally
            .map(|tally| tally.aging)
            .filter(|aging| aging.may_be_old > 0)
        {
            return Some(format!(
                "{} with credentials that may be old",
                pods(aging.may_be_old)
            ));
        }
        match self
            .tally
            .map(|tally| tally.unknown)
            .filter(|count| *count > 0)
        {
            Some(unknown) => Some(format!("{} not known", pods(unknown))),
            None if self.new_pods.mechanism == AccountMechanism::Both => {
                Some("the association wins".to_owned())
            }
            None => None,
        }
    }

    pub(super) fn explanation(&self) -> Explanation {
        let mut explanation = Explanation::default();
        let Explanation {
            reasons,
            doubts,
            notes,
        } = &mut explanation;
        match self.association {
            Fact::Present(associated) => reasons.push(format!(
                "association {} is for it",
                associated.association.key.id
            )),
            Fact::Absent => reasons.push("no association is for it".to_owned()),
            Fact::Unknown => doubts.push("whether an association is for it is unknown".to_owned()),
        }
        match self.account {
            Fact::Present(account) => reasons.push(match &account.role_arn {
                Some(role) => format!("its annotation eks.amazonaws.com/role-arn is {role}"),
                None => "it has no annotation eks.amazonaws.com/role-arn".to_owned(),
            }),
            Fact::Absent => notes.push(
                "dormant: the service account does not exist, so the association waits for it"
                    .to_owned(),
            ),
            Fact::Unknown => doubts.push("whether it is annotated is unknown".to_owned()),
        }
        for note in &self.new_pods.notes {
            notes.push(match note {
                Note::InPropagationWindow { seconds } => format!(
                    "the association is {seconds} s old, and may take 30 s to reach new pods"
                ),
                note => note.to_string(),
            });
        }
        match self.tally {
            None => doubts.push("which pods it has is unknown".to_owned()),
            Some(tally) => {
                notes.push(format!("{} running", pods(tally.running)));
                if tally.to_restart() > 0 {
                    notes.push(format!(
                        "{} without what a new pod would get; restart the workload",
                        pods(tally.to_restart())
                    ));
                }
                if tally.in_vain > 0 {
                    notes.push(format!(
                        "{} without it for which a restart does nothing: credentials of their own come first",
                        pods(tally.in_vain)
                    ));
                }
                notes.extend(tally.aging.sentence());
                if tally.unknown > 0 {
                    let count = pods(tally.unknown);
                    notes.push(format!(
                        "{count} of which it is unknown what they should have"
                    ));
                }
            }
        }
        explanation
    }
}

fn pods(count: usize) -> String {
    match count {
        0 => "no pod".to_owned(),
        1 => "1 pod".to_owned(),
        more => format!("{more} pods"),
    }
}
