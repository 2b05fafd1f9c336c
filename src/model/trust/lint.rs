//! What is remarkable about a trust policy, whoever asks.

use std::fmt;

use crate::model::text::visible;
use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::trust::evaluate::{Action, covers};
use crate::model::trust::policy::{
    Actions, Policy, Principal, PrincipalKind, Principals, Statement,
};
use crate::model::trust::principal::is_unique_id;

/// A remark on a policy; statements are counted from zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lint {
    /// No condition says which cluster or workload may have the role.
    WideOpen { statement: usize },
    /// Anybody in any account may have the role.
    OpenToTheWorld { statement: usize },
    /// Any pod with the first role can reach the target role.
    ConfusedDeputy { statement: usize },
    /// Every Allow statement is for web identities, those of an EKS cluster among them.
    MadeForIrsa,
    /// Every Allow statement is for web identities that are not known to be those of EKS, such as a CI system's.
    ForWebIdentities,
    /// The principal no longer exists.
    DeletedPrincipal { statement: usize, id: String },
    /// `None`: a member of the document itself.
    UnknownMember {
        statement: Option<usize>,
        name: String,
    },
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WideOpen { statement } => write!(
                f,
                "statement {} has no condition: any cluster of the account can be given this role",
                statement + 1
            ),
            Self::OpenToTheWorld { statement } => write!(
                f,
                "statement {} trusts everybody, and no condition says whom: any AWS account can assume this role",
                statement + 1
            ),
            Self::ConfusedDeputy { statement } => write!(
                f,
                "statement {} has no condition on sts:ExternalId, aws:RequestTag or aws:PrincipalArn: any pod that has the first role can reach this one",
                statement + 1
            ),
            Self::MadeForIrsa => write!(
                f,
                "the role was made for IRSA: it trusts web identities only, and a second statement for {POD_IDENTITY_PRINCIPAL} can stand beside"
            ),
            Self::ForWebIdentities => f.write_str(
                "the role trusts web identities only, and not those of EKS: it was made for something else than pods"
            ),
            Self::DeletedPrincipal { statement, id } => {
                write!(
                    f,
                    "statement {} trusts {}, which was deleted",
                    statement + 1,
                    visible(id)
                )
            }
            Self::UnknownMember {
                statement: Some(statement),
                name,
            } => write!(
                f,
                "statement {} has the member \"{}\", which IAM does not know",
                statement + 1,
                visible(name)
            ),
            Self::UnknownMember {
                statement: None,
                name,
            } => {
                write!(
                    f,
                    "the policy has the member \"{}\", which IAM does not know",
                    visible(name)
                )
            }
        }
    }
}

impl Lint {
    /// Remarks on the policy of a role that an association names.
    pub fn of_association_role(policy: &Policy) -> Vec<Self> {
        let mut lints = Self::common(policy);
        for (statement, index) in assumable(policy) {
            let is_listed = |list: &[Principal]| {
                list.iter().any(|principal| {
                    principal.kind == PrincipalKind::Service
                        && principal.value == POD_IDENTITY_PRINCIPAL
                })
            };
            let trusts_pods = match &statement.principals {
                Principals::Listed(list) => is_listed(list),
                Principals::Everyone | Principals::Not(_) => false,
            };
            if trusts_pods && !demands(statement, |_| true) {
                lints.push(Self::WideOpen { statement: index });
            }
        }
        lints
    }

    /// Remarks on the policy of a target role.
    pub fn of_target_role(policy: &Policy) -> Vec<Self> {
        let mut lints = Self::common(policy);
        for (statement, index) in assumable(policy) {
            let trusts_roles = match &statement.principals {
                Principals::Everyone => true,
                Principals::Listed(list) => list.iter().any(|principal| {
                    principal.kind == PrincipalKind::Aws && !is_unique_id(&principal.value)
                }),
                Principals::Not(_) => false,
            };
            let narrows = |key: &str| {
                key == "sts:externalid"
                    || key == "aws:principalarn"
                    || key.starts_with("aws:requesttag/")
            };
            if trusts_roles && !demands(statement, narrows) {
                lints.push(Self::ConfusedDeputy { statement: index });
            }
        }
        lints
    }

    fn common(policy: &Policy) -> Vec<Self> {
        let document = policy.unknown.keys();
        let mut lints: Vec<Self> = document
            .map(|name| Self::UnknownMember {
                statement: None,
                name: name.clone(),
            })
            .collect();
        for (index, statement) in policy.statements.iter().enumerate() {
            let names = statement.unknown.keys().cloned();
            lints.extend(names.map(|name| Self::UnknownMember {
                statement: Some(index),
                name,
            }));
            let Principals::Listed(list) = &statement.principals else {
                continue;
            };
            let deleted = list.iter().filter(|principal| {
                principal.kind == PrincipalKind::Aws && is_unique_id(&principal.value)
            });
            lints.extend(deleted.map(|principal| Self::DeletedPrincipal {
                statement: index,
                id: principal.value.clone(),
            }));
        }
        for (statement, index) in assumable(policy) {
            if names_everyone(&statement.principals) && !demands(statement, |_| true) {
                lints.push(Self::OpenToTheWorld { statement: index });
            }
        }
        lints.extend(federation(policy));
        lints
    }
}

/// The statements that hand out the role, with their position.
fn assumable(policy: &Policy) -> impl Iterator<Item = (&Statement, usize)> {
    let statements = policy.statements.iter().zip(0..);
    statements.filter(|(statement, _)| {
        statement.allows()
            && matches!(statement.actions, Actions::Listed(_))
            && covers(&statement.actions, Action::AssumeRole)
                .verdict
                .is_yes()
    })
}

fn demands(statement: &Statement, is_wanted: impl Fn(&str) -> bool) -> bool {
    statement.conditions.iter().any(|condition| {
        condition.operator.demands_key()
            && is_wanted(&condition.key.to_lowercase())
            && !condition.values.iter().any(|value| value == "*")
    })
}

fn names_everyone(principals: &Principals) -> bool {
    match principals {
        Principals::Everyone => true,
        Principals::Listed(list) => list
            .iter()
            .any(|principal| principal.kind == PrincipalKind::Aws && principal.value == "*"),
        Principals::Not(_) => false,
    }
}

/// What a policy is for that lets nobody in but web identities.
fn federation(policy: &Policy) -> Option<Lint> {
    let mut providers = Vec::new();
    for statement in policy
        .statements
        .iter()
        .filter(|statement| statement.allows())
    {
        let Principals::Listed(list) = &statement.principals else {
            return None;
        };
        providers.extend(list);
    }
    let is_federated = |principal: &&Principal| principal.kind == PrincipalKind::Federated;
    if providers.is_empty() || !providers.iter().all(is_federated) {
        return None;
    }
    Some(
        if providers
            .iter()
            .any(|principal| eks_issuer(principal).is_some())
        {
            Lint::MadeForIrsa
        } else {
            Lint::ForWebIdentities
        },
    )
}

/// The issuer of an EKS cluster that a principal stands for, without its `https://`.
///
/// EKS has two families of host names; others may be clusters too, but also CI systems.
pub(super) fn eks_issuer(principal: &Principal) -> Option<&str> {
    let (_, issuer) = principal.value.split_once(":oidc-provider/")?;
    let is_eks = principal.kind == PrincipalKind::Federated
        && (issuer.starts_with("oidc.eks.") || issuer.starts_with("oidc-eks."));
    is_eks.then_some(issuer)
}
