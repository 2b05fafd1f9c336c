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
    /// What was not compared, and what it would take.
    pub unknown: Vec<Text>,
}

impl Judged {
    /// A verdict for which nothing could be compared.
    pub fn without_session(verdict: Verdict, evidence: Vec<Text>) -> Self {
        Self {
            verdict,
            evidence,
            unknown: Vec::new(),
        }
    }
}

/// Compares a session with what was expected of it.
///
/// Accounts and names of roles are compared, because the ARN of a session drops the role's path; and the ids, because
/// a role that was made anew under the same name is another role.
pub fn judge(session: &Session, expected: &Expected, known: &Known) -> Judged {
    let mut differences: Vec<String> = Vec::new();
    let mut evidence: Vec<String> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
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
    compare_live(expected, known, &mut differences);
    // Of another role the id says nothing; what IAM knows is of the association as it is now.
    if differences.is_empty() && expected.last_role().is_some() {
        match known.last_role() {
            Learned::Known(role) => match role.id.as_deref() {
                Some(id) if *id == *session.role_id => {
                    evidence.push(format!("role id {}, as IAM has it", visible(id)));
                }
                Some(_) if session.role_id.is_empty() => {
                    unknown.push("role id not compared: EKS Auth told none".to_owned());
                }
                Some(id) => differences.push(format!(
                    "the role was made anew under the same name: the session is of role id {}, and IAM has {}",
                    visible(&session.role_id),
                    visible(id)
                )),
                None => unknown.push("role id not compared: IAM told none".to_owned()),
            },
            Learned::Absent => {
                differences.push("IAM has no such role any more".to_owned());
            }
            other => {
                let why = other.unknown().unwrap_or_default();
                unknown.push(format!("role id not compared: {why}"));
            }
        }
    }
    let is_known = expected.association.is_some() && expected.last_role().is_some();
    let verdict = if !differences.is_empty() {
        Verdict::Differs(differences.join("; ").into())
    } else if is_known {
        Verdict::Matches
    } else {
        let why = known.association.unknown();
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let text =
            "credentials came back, but the association could not be read to compare them with";
        Verdict::Untestable(format!("{text}{why}").into())
    };
    evidence.extend(unknown.iter().cloned());
    evidence.extend(differences);
    let texts = |lines: Vec<String>| lines.into_iter().map(Text::from).collect();
    Judged {
        verdict,
        evidence: texts(evidence),
        unknown: texts(unknown),
    }
}

/// Tells where the association is not any more what was approved.
fn compare_live(expected: &Expected, known: &Known, differences: &mut Vec<String>) {
    let record = match &known.association {
        Learned::Known(record) => record,
        Learned::Absent if expected.association.is_some() => {
            differences.push("EKS has no such association any more".to_owned());
            return;
        }
        _ => return,
    };
    let detail = &record.detail;
    let shown = |arn: &Option<Text>| visible(arn.as_deref().unwrap_or("none")).into_owned();
    for (what, live, wanted) in [
        ("role", &detail.role, &expected.role),
        ("target role", &detail.target_role, &expected.target_role),
    ] {
        if expected.role.is_some() && live != wanted {
            differences.push(format!(
                "the association names {what} {} now, and not {}",
                shown(live),
                shown(wanted)
            ));
        }
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
    use crate::model::{
        Association, AssociationDetail, AssociationKey, AssociationRecord, ClusterArn, Region,
        RoleDetail,
    };
    use jiff::Timestamp;

    const OWN: &str = "arn:aws:iam::111122223333:role/team/api";
    const OTHER: &str = "arn:aws:iam::111122223333:role/team/other";

    fn record(role: &str, target: Option<&str>) -> AssociationRecord {
        AssociationRecord {
            association: Association {
                key: AssociationKey {
                    cluster: ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo"),
                    id: "a-1".into(),
                },
                namespace: "payments".into(),
                service_account: "api".into(),
                arn: None,
                owner: None,
            },
            detail: AssociationDetail {
                role: Some(role.into()),
                target_role: target.map(Into::into),
                ..AssociationDetail::default()
            },
        }
    }

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
        let live = record(expected.role.as_deref().unwrap(), target);
        judge(&session(), &expected, &known(live, id)).verdict
    }

    fn known(live: AssociationRecord, id: Option<&str>) -> Known {
        let role = id.map_or(Learned::NotAsked, |id| {
            Learned::Known(RoleDetail {
                id: Some(id.into()),
                ..RoleDetail::of("x".into(), "x".into())
            })
        });
        let has_target = live.detail.target_role.is_some();
        let (role, target_role) = if has_target {
            (Learned::NotAsked, role)
        } else {
            (role, Learned::NotAsked)
        };
        Known {
            association: Learned::Known(live),
            role,
            target_role,
            ..Known::default()
        }
    }

    #[test]
    fn account_name_and_id_decide_and_the_path_does_not() {
        let foreign = "arn:aws:iam::444455556666:role/api";
        let (own, other) = (OWN, OTHER);
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

    /// The association was changed after the test was approved: nothing is said of a role made anew.
    #[test]
    fn ids_are_compared_only_of_the_role_that_was_expected() {
        let expected = Expected {
            association: Some("a-1".into()),
            role: Some(OWN.into()),
            target_role: None,
        };
        for (live, says) in [
            (
                record(OTHER, None),
                "names role arn:aws:iam::111122223333:role/team/other now",
            ),
            (
                record(OWN, Some(OTHER)),
                "names target role arn:aws:iam::111122223333:role/team/other now",
            ),
        ] {
            let judged = judge(&session(), &expected, &known(live, Some("AROAOTHER")));
            let Verdict::Differs(why) = judged.verdict else {
                panic!("{judged:?}")
            };
            assert!(why.contains(says), "{why}");
            assert!(!why.contains("made anew"), "{why}");
        }
        let gone = Known {
            association: Learned::Absent,
            ..Known::default()
        };
        let judged = judge(&session(), &expected, &gone);
        assert!(judged.verdict.is_negative(), "{judged:?}");
    }

    #[test]
    fn an_id_that_could_not_be_read_is_told() {
        let expected = Expected {
            association: Some("a-1".into()),
            role: Some(OWN.into()),
            target_role: None,
        };
        let known = Known {
            role: Learned::Needs("iam:GetRole".into()),
            ..known(record(OWN, None), None)
        };
        let judged = judge(&session(), &expected, &known);
        assert_eq!(judged.verdict, Verdict::Matches);
        let told: Text = "role id not compared: needs iam:GetRole".into();
        assert_eq!(judged.unknown, std::slice::from_ref(&told));
        assert!(judged.evidence.contains(&told), "{:?}", judged.evidence);
    }

    #[test]
    fn what_cannot_be_compared_does_not_match() {
        let judged = judge(&session(), &Expected::default(), &Known::default());
        assert!(matches!(judged.verdict, Verdict::Untestable(_)));
    }
}
