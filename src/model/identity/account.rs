//! What a new pod of a service account would get.

use jiff::Timestamp;

use super::evidence::{Associated, Fact};
use super::verdict::{Certainty, Note, Role};
use super::why::PROPAGATION;
use crate::model::service_account::ServiceAccount;

/// What a service account is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountMechanism {
    PodIdentity,
    Irsa,
    /// Association and annotation: the association wins.
    Both,
    None,
    Unknown,
}

impl AccountMechanism {
    pub fn word(self) -> &'static str {
        match self {
            Self::PodIdentity => "pod identity",
            Self::Irsa => "IRSA",
            Self::Both => "both",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

/// Who the next pod of a service account will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPods {
    pub mechanism: AccountMechanism,
    pub certainty: Certainty,
    /// The role that wins; absent if there is none, or it is not known.
    pub role: Option<Role>,
    /// The service account itself is not there: the association waits for it.
    pub is_dormant: bool,
    pub notes: Vec<Note>,
}

/// Joins the association and the annotation of one service account.
///
/// Both must be for the same namespace and name. Fargate and Windows are left out: where the next pod runs is
/// not known before it is scheduled.
pub fn of_new_pods(
    service_account: Fact<&ServiceAccount>,
    association: Fact<Associated<'_>>,
    now: Timestamp,
) -> NewPods {
    let annotated = match service_account {
        Fact::Unknown => Fact::Unknown,
        Fact::Absent => Fact::Absent,
        Fact::Present(account) => account
            .role_arn
            .as_ref()
            .map_or(Fact::Absent, Fact::Present),
    };
    let mut new = NewPods {
        mechanism: AccountMechanism::Unknown,
        certainty: Certainty::Unknown,
        role: None,
        is_dormant: service_account == Fact::Absent,
        notes: Vec::new(),
    };
    let (mechanism, certainty) = match (association, annotated) {
        (Fact::Present(_), Fact::Present(_)) => (AccountMechanism::Both, Certainty::Certain),
        (Fact::Present(_), Fact::Absent) => (AccountMechanism::PodIdentity, Certainty::Certain),
        // It may be annotated as well; the association wins either way.
        (Fact::Present(_), Fact::Unknown) => (AccountMechanism::PodIdentity, Certainty::Likely),
        (Fact::Absent, Fact::Present(_)) => (AccountMechanism::Irsa, Certainty::Certain),
        (Fact::Absent, Fact::Absent) => (AccountMechanism::None, Certainty::Certain),
        (Fact::Absent, Fact::Unknown) | (Fact::Unknown, _) => {
            (AccountMechanism::Unknown, Certainty::Unknown)
        }
    };
    new.mechanism = mechanism;
    new.certainty = certainty;
    match (association, annotated) {
        (Fact::Present(associated), annotated) => {
            new.role = associated.role();
            match associated.detail {
                None => new.notes.push(Note::RoleNotRead),
                Some(detail) => {
                    let age = detail.created.map(|created| now.duration_since(created));
                    if let Some(age) = age.filter(|age| *age <= PROPAGATION) {
                        new.certainty = new.certainty.min(Certainty::Likely);
                        new.notes.push(Note::InPropagationWindow {
                            seconds: age.as_secs().max(0),
                        });
                    }
                }
            }
            if let Fact::Present(role) = annotated {
                new.notes
                    .push(Note::AnnotationIgnored { role: role.clone() });
            }
        }
        (Fact::Absent, Fact::Present(role)) => {
            new.role = Some(Role {
                arn: role.clone(),
                through: None,
            });
        }
        (Fact::Absent | Fact::Unknown, _) => {}
    }
    new
}
