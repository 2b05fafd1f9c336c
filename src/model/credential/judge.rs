//! The verdict: whether who came back is who the association says.

use crate::model::arn::{account_of, role_name};
use crate::model::text::visible;
use crate::model::{Learned, Text};

use super::known::Known;
use super::report::{Session, Verdict};
use super::test::Expected;

/// A verdict, and what it compared; each line names both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub verdict: Verdict,
    pub evidence: Vec<Text>,
}

/// Compares a session with what was expected of it.
///
/// Accounts and names of roles are compared, because the ARN of a session drops the role's path; and the ids, because
/// a role that was made anew under the same name is another role.
pub fn judge(session: &Session, expected: &Expected, known: &Known) -> Judged {
    let mut differences: Vec<String> = Vec::new();
    let mut evidence: Vec<String> = Vec::new();
    match &expected.association {
        Some(wanted) if *wanted == session.association => {
            evidence.push(format!("association {}", visible(wanted)));
        }
        Some(wanted) => differences.push(format!(
            "it is association {} and not {}",
            visible(&session.association),
            visible(wanted)
        )),
        None => evidence.push(format!(
            "association {}; which was expected is not known",
            visible(&session.association)
        )),
    }
    match expected.last_role() {
        Some(wanted) => compare_role(session, wanted, &mut evidence, &mut differences),
        None => evidence.push("the role of the association is not known".to_owned()),
    }
    if differences.is_empty() {
        match known.last_role() {
            Learned::Known(role) => match role.id.as_deref() {
                Some(id) if *id == *session.role_id => {
                    evidence.push(format!("role id {}, as IAM has it", visible(id)));
                }
                Some(id) => differences.push(format!(
                    "the role was made anew under the same name: the session is of role id {}, and IAM has {}",
                    visible(&session.role_id),
                    visible(id)
                )),
                None => evidence.push("IAM told no role id to compare".to_owned()),
            },
            Learned::Absent => {
                differences.push("IAM has no such role any more".to_owned());
            }
            other => {
                let why = other.unknown().unwrap_or_default();
                evidence.push(format!("role id {} not compared: {why}", visible(&session.role_id)));
            }
        }
    }
    let is_known = expected.association.is_some() && expected.last_role().is_some();
    let verdict = if !differences.is_empty() {
        Verdict::Differs(differences.join("; ").into())
    } else if is_known {
        Verdict::Matches
    } else {
        Verdict::Untestable(
            "credentials came back, but the association could not be read to compare them with"
                .into(),
        )
    };
    evidence.extend(differences);
    Judged {
        verdict,
        evidence: evidence.into_iter().map(Text::from).collect(),
    }
}

fn compare_role(
    session: &Session,
    wanted: &str,
    evidence: &mut Vec<String>,
    differences: &mut Vec<String>,
) {
    let (account, name) = (account_of(wanted), role_name(wanted));
    let found = session.role_name().unwrap_or("no role");
    if session.role_name() == Some(name) && session.account() == account {
        evidence.push(format!(
            "role {} of account {}",
            visible(name),
            visible(account.unwrap_or_default())
        ));
    } else if session.role_name() == Some(name) {
        differences.push(format!(
            "its role {} is of account {} and not {}",
            visible(name),
            visible(session.account().unwrap_or_default()),
            visible(account.unwrap_or_default())
        ));
    } else {
        differences.push(format!(
            "its role is {} and not {}",
            visible(found),
            visible(name)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RoleDetail;
    use jiff::Timestamp;

    fn session() -> Session {
        Session {
            association: "a-1".into(),
            namespace: "payments".into(),
            service_account: "api".into(),
            role_arn: "arn:aws:sts::111122223333:assumed-role/api/eks-demo".into(),
            role_id: "AROANEW".into(),
            session_name: "eks-demo".into(),
            expires: Timestamp::UNIX_EPOCH,
            access_key_suffix: "MPLE".into(),
        }
    }

    fn verdict(association: &str, role: &str, target: Option<&str>, id: Option<&str>) -> Verdict {
        let expected = Expected {
            association: Some(association.into()),
            role: Some(role.into()),
            target_role: target.map(Into::into),
        };
        let role = id.map(|id| RoleDetail {
            id: Some(id.into()),
            ..RoleDetail::of("x".into(), "x".into())
        });
        let known = Known {
            role: role.map_or(Learned::NotAsked, Learned::Known),
            ..Known::default()
        };
        judge(&session(), &expected, &known).verdict
    }

    #[test]
    fn account_name_and_id_decide_and_the_path_does_not() {
        let own = "arn:aws:iam::111122223333:role/team/api";
        let foreign = "arn:aws:iam::444455556666:role/api";
        let other = "arn:aws:iam::111122223333:role/team/other";
        for (association, role, target, id, says) in [
            ("a-1", own, None, Some("AROANEW"), None),
            ("a-1", own, None, None, None),
            ("a-1", other, Some(own), None, None),
            ("a-2", own, None, None, Some("association a-1 and not a-2")),
            ("a-1", other, None, None, Some("role is api and not other")),
            (
                "a-1",
                own,
                Some(other),
                None,
                Some("role is api and not other"),
            ),
            (
                "a-1",
                foreign,
                None,
                None,
                Some("of account 111122223333 and not 444455556666"),
            ),
            (
                "a-1",
                own,
                None,
                Some("AROAOLD"),
                Some("made anew under the same name"),
            ),
        ] {
            match (verdict(association, role, target, id), says) {
                (Verdict::Matches, None) => {}
                (Verdict::Differs(why), Some(says)) => assert!(why.contains(says), "{why}"),
                (found, says) => panic!("{found:?} and not {says:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_compared_does_not_match() {
        let judged = judge(&session(), &Expected::default(), &Known::default());
        assert!(matches!(judged.verdict, Verdict::Untestable(_)));
    }
}
