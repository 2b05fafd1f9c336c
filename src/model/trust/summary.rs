//! A trust policy in one short phrase, for lists.
//!
//! It is about the policy alone: what it means for one association is judged by [`super::for_association`].

use std::fmt;

use crate::model::arn::{account_of, role_name};
use crate::model::text::visible;
use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::trust::context::Context;
use crate::model::trust::evaluate::{Action, Caller, Request, evaluate};
use crate::model::trust::evidence::Evaluation;
use crate::model::trust::lint::{Lint, eks_issuer};
use crate::model::trust::policy::{Policy, Principal, PrincipalKind, Principals};

/// Whom a role trusts, as far as it matters to pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustSummary {
    /// The policy is absent or cannot be parsed.
    Unreadable,
    Read(Trusted),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    pub pods: Pods,
    /// Anybody in any account may have the role.
    pub everybody: bool,
    /// Issuers of EKS clusters, without `https://`: IRSA.
    pub issuers: Vec<String>,
    /// Everybody else who is allowed in, by a short name.
    pub others: Vec<String>,
}

/// Whether EKS can hand the role to pods of some cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pods {
    No,
    /// Only IAM knows, such as where a statement has a NotPrincipal.
    Unclear,
    Yes {
        /// Whether sessions may carry tags, as those of Pod Identity do unless an association forbids it.
        tags: bool,
        /// No condition says which cluster.
        any_cluster: bool,
    },
}

impl TrustSummary {
    pub fn of(policy: &Policy) -> Self {
        let lints = Lint::of_association_role(policy);
        let has = |is_meant: fn(&Lint) -> bool| lints.iter().any(is_meant);
        let mut trusted = Trusted {
            pods: pods(policy, has(|lint| matches!(lint, Lint::WideOpen { .. }))),
            everybody: has(|lint| matches!(lint, Lint::OpenToTheWorld { .. })),
            issuers: Vec::new(),
            others: Vec::new(),
        };
        for statement in policy.statements.iter().filter(|one| one.allows()) {
            let Principals::Listed(list) = &statement.principals else {
                continue;
            };
            for principal in list {
                let (names, name) = match eks_issuer(principal) {
                    Some(issuer) => (&mut trusted.issuers, issuer.to_owned()),
                    None if is_pods(principal) => continue,
                    None => (&mut trusted.others, short(principal)),
                };
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        Self::Read(trusted)
    }

    /// Says whether EKS can hand the role to pods, as far as the policy tells.
    pub fn pods(&self) -> Pods {
        match self {
            Self::Unreadable => Pods::Unclear,
            Self::Read(trusted) => trusted.pods,
        }
    }
}

/// Asks about any request of EKS at all: every condition is then open, and only what surely fails is a "no".
fn pods(policy: &Policy, any_cluster: bool) -> Pods {
    let ask = |action| {
        let request = Request {
            caller: Caller::PodIdentity,
            action,
            context: Context::new(),
        };
        evaluate(policy, &request)
    };
    let assume = ask(Action::AssumeRole);
    if assume.verdict.is_no() {
        return Pods::No;
    }
    if !names_pods(&assume) {
        return Pods::Unclear;
    }
    Pods::Yes {
        tags: !ask(Action::TagSession).verdict.is_no(),
        any_cluster,
    }
}

/// Says whether a statement that may apply surely means EKS, and the action that was asked about.
fn names_pods(evaluation: &Evaluation) -> bool {
    evaluation
        .grants()
        .any(|grant| grant.principal.verdict.is_yes() && grant.action.verdict.is_yes())
}

fn is_pods(principal: &Principal) -> bool {
    principal.kind == PrincipalKind::Service && principal.value == POD_IDENTITY_PRINCIPAL
}

fn short(principal: &Principal) -> String {
    let value = principal.value.as_str();
    match &principal.kind {
        PrincipalKind::Aws if value.ends_with(":root") => {
            format!("account {}", account_of(value).unwrap_or(value))
        }
        PrincipalKind::Aws => role_name(value).to_owned(),
        PrincipalKind::Federated => value
            .split_once("-provider/")
            .map_or(value, |(_, provider)| provider)
            .to_owned(),
        PrincipalKind::Service | PrincipalKind::CanonicalUser | PrincipalKind::Other(_) => {
            value.to_owned()
        }
    }
}

impl fmt::Display for TrustSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("unreadable"),
            Self::Read(trusted) => trusted.fmt(f),
        }
    }
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.everybody {
            f.write_str("open to everybody, ")?;
        }
        match self.pods {
            Pods::No if !self.issuers.is_empty() => {}
            Pods::No => f.write_str("no Pod Identity")?,
            Pods::Unclear => f.write_str("Pod Identity unclear")?,
            Pods::Yes { tags, any_cluster } => {
                f.write_str("Pod Identity")?;
                if any_cluster {
                    f.write_str(", open to any cluster")?;
                }
                if !tags {
                    f.write_str(", no TagSession")?;
                }
            }
        }
        if self.pods != Pods::No && !self.issuers.is_empty() {
            f.write_str(" + ")?;
        }
        match self.issuers.as_slice() {
            [] => {}
            [issuer] => write!(f, "IRSA (issuer {})", visible(role_name(issuer)))?,
            several => write!(f, "IRSA ({} issuers)", several.len())?,
        }
        // Who else comes in is of interest where no pod does.
        if self.pods == Pods::No && self.issuers.is_empty() {
            match self.others.as_slice() {
                [] => {}
                [one] => write!(f, ", trusts {}", visible(one))?,
                [first, rest @ ..] => {
                    write!(f, ", trusts {} and {} more", visible(first), rest.len())?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn phrase(statements: &Value) -> String {
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        TrustSummary::of(&Policy::from_json(policy).unwrap()).to_string()
    }

    fn pods(action: &Value, condition: &Value) -> Value {
        json!({"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": action, "Condition": condition})
    }

    #[test]
    fn one_phrase_says_what_a_policy_is_for() {
        let both = json!(["sts:AssumeRole", "sts:TagSession"]);
        let here = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
        let none = json!({});
        let irsa = |id: &str| {
            let provider = format!(
                "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/{id}"
            );
            json!({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"})
        };
        let allow = |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*"});
        let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
        for (statements, expected) in [
            (json!([pods(&both, &here)]), "Pod Identity"),
            (json!([pods(&json!("sts:*"), &here)]), "Pod Identity"),
            (
                json!([pods(&json!("sts:AssumeRole"), &here)]),
                "Pod Identity, no TagSession",
            ),
            (
                json!([pods(&both, &none)]),
                "Pod Identity, open to any cluster",
            ),
            (
                json!([pods(&json!("sts:AssumeRole"), &none)]),
                "Pod Identity, open to any cluster, no TagSession",
            ),
            (
                json!([pods(&both, &here), irsa("ABC")]),
                "Pod Identity + IRSA (issuer ABC)",
            ),
            (json!([irsa("ABC")]), "IRSA (issuer ABC)"),
            (
                json!([irsa("ABC"), irsa("ABC"), irsa("DEF")]),
                "IRSA (2 issuers)",
            ),
            (
                json!([allow(json!({"Service": "ec2.amazonaws.com"}))]),
                "no Pod Identity, trusts ec2.amazonaws.com",
            ),
            (
                json!([allow(
                    json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/a/b"]})
                )]),
                "no Pod Identity, trusts account 111122223333 and 1 more",
            ),
            (
                json!([allow(json!({"AWS": "arn:aws:iam::111122223333:role/a/b"}))]),
                "no Pod Identity, trusts b",
            ),
            (
                json!([{"Effect": "Allow", "Principal": {"Federated": github}, "Action": "sts:AssumeRoleWithWebIdentity"}]),
                "no Pod Identity, trusts token.actions.githubusercontent.com",
            ),
            (json!([pods(&both, &here), deny]), "no Pod Identity"),
            (
                json!([allow(json!("*"))]),
                "open to everybody, Pod Identity unclear",
            ),
            (
                json!([{"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/x"}, "Action": "sts:*"}]),
                "Pod Identity unclear",
            ),
            (json!([]), "no Pod Identity"),
            (
                json!([allow(json!({"Service": "evil\u{202e}"}))]),
                r"no Pod Identity, trusts evil\u{202e}",
            ),
        ] {
            assert_eq!(phrase(&statements), expected, "{statements}");
        }
        assert_eq!(TrustSummary::Unreadable.to_string(), "unreadable");
    }
}
