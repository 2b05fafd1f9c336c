//! Checks about the association itself: changed, current, free, owned, managed.

use roledex::model::plan::{Edit, Plan};
use roledex::model::preflight::{CheckId, Evidence, Manager, Outcome, manager_of};
use roledex::model::{Association, Learned, Text};

use super::{assert_check, check, fine, unknowns};
use crate::plan::{
    basis, creation, deletion, edit_role, read, record, record_with, relocation, tagging, update,
};

#[test]
fn something_changes() {
    let evidence = Evidence::default();
    let id = CheckId::Changes;
    assert_check(
        &check(&update(edit_role("b")), &evidence, id),
        Outcome::Ok,
        "role",
    );
    for idle in [
        update(Edit::default()),
        update(edit_role("a")),
        tagging(&["team=payments"]),
    ] {
        assert_check(
            &check(&idle, &evidence, id),
            Outcome::Blocking,
            "change at least one",
        );
    }
}

#[test]
fn current() {
    let plan = update(edit_role("b"));
    let with = |current| {
        let evidence = Evidence {
            current,
            ..fine(&plan)
        };
        check(&plan, &evidence, CheckId::Current)
    };
    assert_check(&with(Learned::Known(record())), Outcome::Ok, "read again");
    let mut touched = record();
    // A tag edit may move the time of modification; that alone is no other association.
    touched.detail.modified = None;
    assert_check(&with(Learned::Known(touched)), Outcome::Ok, "read again");
    let mut changed = record();
    changed.detail.role = Some("arn:aws:iam::111122223333:role/c".into());
    let words =
        "changed since: role: arn:aws:iam::111122223333:role/a → arn:aws:iam::111122223333:role/c";
    assert_check(&with(Learned::Known(changed)), Outcome::Blocking, words);
    let mut owned = record();
    owned.association.owner = Some("x".into());
    assert_check(
        &with(Learned::Known(owned)),
        Outcome::Blocking,
        "another owner",
    );
    let mut other = record();
    other.association.key.id = "a-zzzzzzzzzzzzzzzzz".into();
    assert_check(
        &with(Learned::Known(other)),
        Outcome::Unknown,
        "another association",
    );
    assert_check(&with(Learned::Absent), Outcome::Blocking, "it is gone");
    for (unknown, words) in unknowns() {
        assert_check(&with(unknown), Outcome::Unknown, words);
    }
    let none = super::run(&creation(), &Evidence::default());
    assert!(
        none.checks()
            .iter()
            .all(|check| check.id != CheckId::Current)
    );
}

#[test]
fn existing() {
    for plan in [creation(), relocation("web", Edit::default())] {
        let wanted = plan.after().unwrap();
        let with = |existing| {
            let evidence = Evidence {
                existing,
                ..fine(&plan)
            };
            check(&plan, &evidence, CheckId::Existing)
        };
        let found = Association {
            namespace: wanted.namespace.clone(),
            ..record().association
        };
        let blocked = with(Learned::Known(found));
        assert_check(
            &blocked,
            Outcome::Blocking,
            "change a-0123456789abcdefg instead",
        );
        let other = Association {
            namespace: "elsewhere".into(),
            ..record().association
        };
        assert_check(
            &with(Learned::Known(other)),
            Outcome::Unknown,
            "another service account",
        );
        assert_check(&with(Learned::Absent), Outcome::Ok, "none yet");
        for (unknown, words) in unknowns() {
            assert_check(&with(unknown), Outcome::Unknown, words);
        }
    }
}

#[test]
fn add_ons() {
    let mut owned = record();
    owned.association.owner =
        Some("arn:aws:eks:eu-west-1:111122223333:addon/shop/vpc-cni/8ac1".into());
    let evidence = Evidence::default();
    let id = CheckId::AddOn;
    let plan = Plan::update(basis(), read(owned.clone()), &edit_role("b")).unwrap();
    let found = check(&plan, &evidence, id);
    assert_check(&found, Outcome::Blocking, "the add-on vpc-cni owns it");
    let command = found.fix.unwrap().copy.unwrap();
    let words = shlex::split(&command.replace("\\\n", " ")).unwrap();
    assert_eq!(words[..3], ["aws", "eks", "update-addon"]);
    let list = r#"[{"serviceAccount":"api","roleArn":"arn:aws:iam::111122223333:role/b"}]"#;
    for (name, value) in [
        ("--cluster-name", "shop"),
        ("--addon-name", "vpc-cni"),
        ("--pod-identity-associations", list),
        ("--profile", "prod"),
    ] {
        let at = words.iter().position(|word| word == name).unwrap();
        assert_eq!(words[at + 1], value);
    }
    let edit = Edit {
        session_tags: Some(false),
        ..Edit::default()
    };
    let plan = Plan::update(basis(), read(owned.clone()), &edit).unwrap();
    assert_check(
        &check(&plan, &evidence, id),
        Outcome::Blocking,
        "sets the role only",
    );
    let plan = Plan::delete(basis(), read(owned.clone())).unwrap();
    assert_check(
        &check(&plan, &evidence, id),
        Outcome::Blocking,
        "aws eks describe-addon",
    );
    let tags = roledex::model::plan::TagEdit::parse(["a=1"]).unwrap();
    let plan = Plan::tag(basis(), read(owned), &tags).unwrap();
    assert_check(
        &check(&plan, &evidence, id),
        Outcome::Warning,
        "tags are lost",
    );
    assert_check(
        &check(&deletion(), &evidence, id),
        Outcome::Ok,
        "no add-on, AWS names none",
    );
}

#[test]
fn managers() {
    for (key, value, expected) in [
        ("managed-by", "terraform", Some(Manager::Terraform)),
        ("ManagedBy", "Terraform Cloud", Some(Manager::Terraform)),
        ("org:managed_by", "OpenTofu", Some(Manager::Terraform)),
        ("Terraform", "true", Some(Manager::Terraform)),
        ("terraform", "false", None),
        (
            "app.kubernetes.io/managed-by",
            "pulumi",
            Some(Manager::Pulumi),
        ),
        (
            "services.k8s.aws/controller-version",
            "eks-v1.2.3",
            Some(Manager::Ack),
        ),
        (
            "crossplane-kind",
            "podidentityassociation.eks",
            Some(Manager::Crossplane),
        ),
        (
            "alpha.eksctl.io/cluster-name",
            "shop",
            Some(Manager::Eksctl),
        ),
        (
            "aws:cloudformation:stack-name",
            "s",
            Some(Manager::CloudFormation),
        ),
        ("team", "payments", None),
        ("stack", "back", None),
        ("managed-by", "hand", None),
        ("team", "terraform", None),
    ] {
        let tags = [(Text::from(key), Text::from(value))].into();
        let found = manager_of(&tags).map(|(manager, _)| manager);
        assert_eq!(found, expected, "{key}={value}");
    }
    // eksctl works through CloudFormation, and is the one to turn to.
    let tags = [
        ("aws:cloudformation:stack-name", "s"),
        ("alpha.eksctl.io/cluster-name", "shop"),
    ];
    let plan = Plan::delete(basis(), read(record_with(&tags, None, None))).unwrap();
    let found = check(&plan, &Evidence::default(), CheckId::ManagedBy);
    assert_check(&found, Outcome::Warning, "make the change in eksctl too");
    let ack = [("services.k8s.aws/namespace", "x")];
    let plan = Plan::delete(basis(), read(record_with(&ack, None, None))).unwrap();
    let found = check(&plan, &Evidence::default(), CheckId::ManagedBy);
    assert_check(
        &found,
        Outcome::Warning,
        "put back what it wants within minutes",
    );
    let found = check(&deletion(), &Evidence::default(), CheckId::ManagedBy);
    assert_check(
        &found,
        Outcome::Ok,
        "a tool that sets no tags cannot be seen",
    );
}
