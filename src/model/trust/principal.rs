//! Whether a statement speaks of the one who asks.

use crate::model::Arn;
use crate::model::text::visible;
use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::trust::context::Part;
use crate::model::trust::evaluate::Caller;
use crate::model::trust::evidence::Finding;
use crate::model::trust::pattern::Pattern;
use crate::model::trust::policy::{Effect, Principal, PrincipalKind, Principals, Statement};
use crate::model::verdict::Verdict;

/// Decides whether a statement's principals cover the caller, with what is odd about the nearest of them.
pub(super) fn decide(statement: &Statement, caller: &Caller) -> Finding {
    match &statement.principals {
        Principals::Everyone => {
            let (verdict, note) = everyone(statement.effect, caller, "*");
            Finding {
                verdict,
                found: vec!["*".to_owned()],
                note,
            }
        }
        Principals::Not(list) => Finding {
            verdict: Verdict::Unknown,
            found: list
                .iter()
                .map(|principal| format!("not {}", principal.value))
                .collect(),
            note: Some("NotPrincipal is not evaluated here".to_owned()),
        },
        Principals::Listed(list) => {
            let mut best = (Verdict::No, None);
            for principal in list {
                let (verdict, note) = one(principal, statement.effect, caller);
                if verdict > best.0 || (verdict == best.0 && best.1.is_none()) {
                    best = (verdict, note);
                }
            }
            let (verdict, note) = best;
            let found = list
                .iter()
                .map(|principal| principal.value.clone())
                .collect();
            Finding {
                verdict,
                found,
                note,
            }
        }
    }
}

type Answer = (Verdict, Option<String>);

fn note(verdict: Verdict, note: impl Into<String>) -> Answer {
    (verdict, Some(note.into()))
}

fn one(principal: &Principal, effect: Effect, caller: &Caller) -> Answer {
    let value = principal.value.as_str();
    match (&principal.kind, caller) {
        (PrincipalKind::Other(kind), _) => note(
            Verdict::Unknown,
            format!("the kind of principal \"{}\" is not known", visible(kind)),
        ),
        (PrincipalKind::Service, Caller::PodIdentity) => service(value),
        (PrincipalKind::Aws, Caller::Role(role)) => match value {
            "*" => everyone(effect, caller, value),
            _ => aws(value, role),
        },
        (PrincipalKind::Federated, Caller::WebIdentity(provider)) => {
            (Verdict::from(value == provider.as_str()), None)
        }
        (PrincipalKind::Aws, Caller::PodIdentity | Caller::WebIdentity(_)) if value == "*" => {
            everyone(effect, caller, "{\"AWS\": \"*\"}")
        }
        _ => (Verdict::No, None),
    }
}

fn everyone(effect: Effect, caller: &Caller, written: &str) -> Answer {
    match (caller, effect) {
        (Caller::Role(_), _) => (Verdict::Yes, None),
        (_, Effect::Deny) if written == "*" => (Verdict::Yes, None),
        (Caller::PodIdentity, _) => note(
            Verdict::Unknown,
            format!(
                "whether {written} also means the service {POD_IDENTITY_PRINCIPAL} is not known"
            ),
        ),
        (Caller::WebIdentity(_), _) => note(
            Verdict::Unknown,
            format!("whether {written} also means web identities is not known"),
        ),
    }
}

fn service(value: &str) -> Answer {
    if value == POD_IDENTITY_PRINCIPAL {
        return (Verdict::Yes, None);
    }
    let shown = visible(value);
    let part = Part::Exact(POD_IDENTITY_PRINCIPAL.to_owned());
    if value.eq_ignore_ascii_case(POD_IDENTITY_PRINCIPAL) || value == "pods.eks.amazonaws.com.cn" {
        return note(
            Verdict::Unknown,
            format!("{shown} is not written {POD_IDENTITY_PRINCIPAL}, as EKS calls itself"),
        );
    }
    if !Pattern::wild(value).matches(&part).is_no() {
        return note(
            Verdict::Unknown,
            format!("wildcards as in {shown} are not documented for services"),
        );
    }
    if value == "eks.amazonaws.com" {
        return note(
            Verdict::No,
            format!("{shown} is the control plane of EKS; pods come as {POD_IDENTITY_PRINCIPAL}"),
        );
    }
    (Verdict::No, None)
}

fn aws(value: &str, role: &Arn) -> Answer {
    let account = role.account();
    let is_account = value == account
        || Arn::parse(value).is_ok_and(|arn| {
            arn.service() == "iam"
                && arn.partition() == role.partition()
                && arn.account() == account
                && arn.resource() == "root"
        });
    if is_account {
        return note(
            Verdict::Yes,
            format!(
                "it trusts the account {account}, so {role} must be allowed it by its own policies too"
            ),
        );
    }
    if value == role.as_str() {
        return (Verdict::Yes, None);
    }
    let shown = visible(value);
    if is_unique_id(value) {
        return note(
            Verdict::No,
            format!(
                "{shown} is the id of a principal that was deleted; one made anew with the same name is another"
            ),
        );
    }
    if value.eq_ignore_ascii_case(role.as_str()) {
        return note(
            Verdict::Unknown,
            format!("{shown} differs from {role} in letter case only"),
        );
    }
    if let Some(verdict) = session_of(value, role) {
        return note(
            verdict,
            format!("{shown} is one session of a role, and EKS names its sessions anew each time"),
        );
    }
    if !Pattern::wild(value)
        .matches(&Part::Exact(role.as_str().to_owned()))
        .is_no()
    {
        return note(
            Verdict::Unknown,
            format!("wildcards as in {shown} are not documented for principals"),
        );
    }
    if let Ok(arn) = Arn::parse(value) {
        let name = |arn: &Arn| arn.resource().rsplit('/').next().map(str::to_owned);
        let is_namesake = arn.account() == account && name(&arn) == name(role);
        if is_namesake && arn.resource().starts_with("role/") {
            return note(
                Verdict::No,
                format!("{shown} has the name of {role} but another path"),
            );
        }
    }
    (Verdict::No, None)
}

/// Says whether a principal is a session of the role: which session EKS will open is never known.
fn session_of(value: &str, role: &Arn) -> Option<Verdict> {
    let arn = Arn::parse(value)
        .ok()
        .filter(|arn| arn.service() == "sts")?;
    let mut parts = arn.resource().split('/');
    let is_session = parts.next() == Some("assumed-role");
    let name = role.resource().rsplit('/').next();
    let is_same = arn.account() == role.account() && arn.partition() == role.partition();
    (is_session && is_same && parts.next() == name).then_some(Verdict::Unknown)
}

/// IAM writes the unique id of a principal that no longer exists in place of its ARN.
pub(super) fn is_unique_id(value: &str) -> bool {
    let is_kind = ["AROA", "AIDA", "AGPA", "AIPA"]
        .iter()
        .any(|prefix| value.starts_with(prefix));
    is_kind
        && value.len() >= 16
        && value
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
