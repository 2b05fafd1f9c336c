//! A role that pods are known not to get, although they are set up for it.

use super::evidence::{Associated, Fact};
use super::verdict::Role;
use crate::model::arn::role_name;
use crate::model::text::visible;
use crate::model::trust::{
    AssociationHop, Judgement, Policy, TargetHop, for_association, for_target_hop,
};
use crate::model::{Arn, Text};

/// A role that is not given, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// ARN of the role that is at fault.
    pub role: Text,
    /// It is only the way to the target role, which is what pods would get.
    pub is_way: bool,
    pub cause: Cause,
}

/// What keeps a role from being given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// IAM knows no such role.
    Deleted,
    /// Its trust policy says "no", for this reason.
    Distrusts(Text),
}

/// Says whether a role is known not to be given.
///
/// `trust` tells the trust policy of an ARN: absent if there is no such role. The association is that which
/// gives the role; without one only what is deleted is told. What is not known keeps nothing from anybody.
pub fn withheld<'p>(
    role: &Role,
    associated: Option<Associated<'_>>,
    trust: impl Fn(&Text) -> Fact<&'p Policy>,
) -> Option<Withheld> {
    let first = role.through.as_ref().unwrap_or(&role.arn);
    let found = |arn: &Text, cause| Withheld {
        role: arn.clone(),
        is_way: *arn != role.arn,
        cause,
    };
    let mut chain = [first, &role.arn].into_iter();
    if let Some(deleted) = chain.find(|arn| trust(arn) == Fact::Absent) {
        return Some(found(deleted, Cause::Deleted));
    }
    let associated = associated?;
    let detail = associated.detail?;
    let association = associated.association;
    let hop = AssociationHop {
        cluster: &association.key.cluster,
        namespace: &association.namespace,
        service_account: &association.service_account,
        session_tags: detail.session_tags(),
        association: association.arn.as_deref(),
    };
    let judged = trust(first)
        .present()
        .map(|policy| for_association(policy, &hop));
    if let Some(cause) = judged.as_ref().and_then(refusal) {
        return Some(found(first, cause));
    }
    role.through.as_ref()?;
    let policy = trust(&role.arn).present()?;
    let hop = TargetHop {
        source: hop,
        role: &Arn::parse(first).ok()?,
        external_id: detail.external_id().map(|id| &**id),
    };
    let cause = refusal(&for_target_hop(policy, &hop))?;
    Some(found(&role.arn, cause))
}

/// A sure "no", and its first reason; what is undecided is none.
fn refusal(judgement: &Judgement) -> Option<Cause> {
    let reason = || judgement.reasons().into_iter().next().unwrap_or_default();
    let is_no = judgement.verdict.is_no();
    is_no.then(|| Cause::Distrusts(reason().into()))
}

impl Withheld {
    /// Before the name of the role that pods would get, where a narrow column does not cut it off.
    pub fn mark(&self) -> &'static str {
        match (&self.cause, self.is_way) {
            (Cause::Deleted, false) => "deleted",
            (Cause::Deleted, true) => "way deleted",
            (Cause::Distrusts(_), false) => "no trust",
            (Cause::Distrusts(_), true) => "no trust on way",
        }
    }

    /// The same where no role is named after it.
    pub fn phrase(&self) -> &'static str {
        match (&self.cause, self.is_way) {
            (Cause::Deleted, false) => "role deleted",
            (Cause::Deleted, true) => "through role deleted",
            (Cause::Distrusts(_), false) => "role does not trust it",
            (Cause::Distrusts(_), true) => "through role does not trust it",
        }
    }

    pub fn sentence(&self) -> String {
        let name = visible(role_name(&self.role));
        let way = if self.is_way {
            ", the way to the target role,"
        } else {
            ""
        };
        match &self.cause {
            Cause::Deleted => {
                format!(
                    "role {name}{way} is deleted: IAM knows no role of this ARN, so no pod gets it"
                )
            }
            Cause::Distrusts(reason) => {
                format!("the trust policy of role {name}{way} keeps it from these pods: {reason}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Association, AssociationDetail, AssociationKey, ClusterArn};

    const WAY: &str = "arn:aws:iam::111122223333:role/way";
    const TARGET: &str = "arn:aws:iam::444455556666:role/target";
    const PODS: &str = r#"{"Service":"pods.eks.amazonaws.com"}"#;
    const EC2: &str = r#"{"Service":"ec2.amazonaws.com"}"#;

    fn policy(principal: &str, namespace: Option<&str>) -> Policy {
        let condition = namespace.map_or_else(String::new, |namespace| {
            format!(r#","Condition":{{"StringEquals":{{"aws:RequestTag/kubernetes-namespace":"{namespace}"}}}}"#)
        });
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":["sts:AssumeRole","sts:TagSession"]{condition}}}]}}"#
        );
        Policy::parse(&text).unwrap()
    }

    fn association() -> (Association, AssociationDetail) {
        let cluster = ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/alpha");
        let association = Association {
            key: AssociationKey {
                cluster: cluster.unwrap(),
                id: "a-1".into(),
            },
            namespace: "shop".into(),
            service_account: "api".into(),
            arn: None,
            owner: None,
        };
        let detail = AssociationDetail {
            role: Some(WAY.into()),
            ..AssociationDetail::default()
        };
        (association, detail)
    }

    fn alone() -> Role {
        Role {
            arn: WAY.into(),
            through: None,
        }
    }

    fn mark(
        role: &Role,
        is_associated: bool,
        first: Fact<&Policy>,
        second: Fact<&Policy>,
    ) -> Option<&'static str> {
        let (association, detail) = association();
        let associated = is_associated.then_some(Associated {
            association: &association,
            detail: Some(&detail),
        });
        let said = |arn: &Text| if &**arn == WAY { first } else { second };
        withheld(role, associated, said).map(|found| found.mark())
    }

    #[test]
    fn only_what_is_known_to_fail_is_withheld() {
        let trusts = policy(PODS, Some("shop"));
        let other = policy(PODS, Some("elsewhere"));
        let ec2 = policy(EC2, None);
        let odd = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}"#;
        let odd = Policy::parse(odd).unwrap();
        let present = Fact::Present;
        for (what, is_associated, said, wanted) in [
            ("not read", true, Fact::Unknown, None),
            ("trusts", true, present(&trusts), None),
            ("undecided", true, present(&odd), None),
            ("gone", true, Fact::Absent, Some("deleted")),
            ("other namespace", true, present(&other), Some("no trust")),
            ("EC2", true, present(&ec2), Some("no trust")),
            ("IRSA, gone", false, Fact::Absent, Some("deleted")),
            ("IRSA", false, present(&ec2), None),
        ] {
            let found = mark(&alone(), is_associated, said, Fact::Unknown);
            assert_eq!(found, wanted, "{what}");
        }
        let (association, _) = association();
        let undescribed = Associated {
            association: &association,
            detail: None,
        };
        let said = |_: &Text| present(&ec2);
        assert_eq!(withheld(&alone(), Some(undescribed), said), None);
    }

    #[test]
    fn a_target_role_needs_its_way() {
        let trusts = policy(PODS, Some("shop"));
        let other = policy(PODS, Some("elsewhere"));
        let ec2 = policy(EC2, None);
        let way = policy(&format!(r#"{{"AWS":"{WAY}"}}"#), None);
        let chained = Role {
            arn: TARGET.into(),
            through: Some(WAY.into()),
        };
        let present = Fact::Present;
        for (first, second, wanted) in [
            (Fact::Unknown, Fact::Unknown, None),
            (present(&trusts), present(&way), None),
            (present(&trusts), Fact::Absent, Some("deleted")),
            (Fact::Absent, Fact::Unknown, Some("way deleted")),
            (present(&other), Fact::Unknown, Some("no trust on way")),
            (Fact::Unknown, present(&ec2), Some("no trust")),
        ] {
            assert_eq!(mark(&chained, true, first, second), wanted);
        }
    }

    #[test]
    fn words_say_which_role_and_why() {
        let mut withheld = Withheld {
            role: WAY.into(),
            is_way: false,
            cause: Cause::Deleted,
        };
        assert_eq!(withheld.phrase(), "role deleted");
        assert!(withheld.sentence().starts_with("role way is deleted"));
        withheld.is_way = true;
        withheld.cause = Cause::Distrusts("no statement allows it".into());
        assert_eq!(withheld.phrase(), "through role does not trust it");
        assert_eq!(
            withheld.sentence(),
            "the trust policy of role way, the way to the target role, keeps it from these pods: no statement allows it"
        );
    }
}
