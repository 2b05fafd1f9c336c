//! What a plan does to the record: only what differs, and back again.

use roledex::model::AssociationRecord;
use roledex::model::plan::{
    Change, Edit, Field, New, Plan, SessionPolicy, Setting, Steps, TagEdit,
};

use super::{
    basis, creation, deletion, edit_role, foreign, read, record, record_with, relocation, role_arn,
    tagging, update,
};

const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const TARGET: &str = "arn:aws:iam::444455556666:role/vault";

fn diff(plan: &Plan) -> Vec<String> {
    plan.diff().iter().map(ToString::to_string).collect()
}

#[test]
fn only_what_differs_is_in_the_change() {
    let same = Edit {
        role: Some(super::role("a")),
        target_role: Setting::Clear,
        session_tags: Some(true),
        policy: Setting::Clear,
    };
    let plan = update(same);
    assert_eq!(plan.change(), &Change::Update(Edit::default()));
    assert!(plan.diff().is_empty() && plan.commands().is_empty());

    // White space and the order of members mean nothing in a policy.
    let airy = r#"{"Statement": [{"Action": "s3:*", "Effect": "Allow", "Resource": "*"}]}"#;
    let edit = Edit {
        policy: Setting::Set(SessionPolicy::parse(airy).unwrap()),
        ..edit_role("b")
    };
    let before = read(record_with(&[], None, Some(POLICY)));
    let plan = Plan::update(basis(), before, &edit).unwrap();
    assert_eq!(plan.change(), &Change::Update(edit_role("b")));

    let plan = tagging(&["team=payments", "gone-", "new=1"]);
    let Change::Tag(edit) = plan.change() else {
        panic!("{plan:?}")
    };
    assert_eq!((edit.set().len(), edit.removed().len()), (1, 0));
}

#[test]
fn the_diff_names_every_field() {
    let edit = Edit {
        role: Some(super::role("b")),
        target_role: Setting::Set(foreign("vault")),
        session_tags: Some(false),
        policy: Setting::Set(SessionPolicy::parse(POLICY).unwrap()),
    };
    let plan = update(edit);
    let fields: Vec<Field> = plan.diff().into_iter().map(|field| field.field).collect();
    assert_eq!(
        fields,
        [
            Field::Role,
            Field::TargetRole,
            Field::SessionTags,
            Field::Policy
        ]
    );
    let lines = diff(&plan);
    assert_eq!(
        lines[0],
        format!("role: {} → {}", role_arn("a"), role_arn("b"))
    );
    assert_eq!(lines[1], format!("target role: none → {TARGET}"));
    assert_eq!(lines[2], "session tags: on → off");
    assert!(lines[3].starts_with("session policy: none → {\n  \"Statement\""));

    let lines = diff(&deletion());
    assert!(
        lines.iter().all(|line| line.ends_with("→ none")),
        "{lines:?}"
    );
    assert!(lines.contains(&"tag team: payments → none".to_owned()));
    let lines = diff(&creation());
    assert!(
        lines.iter().all(|line| line.contains(": none → ")),
        "{lines:?}"
    );
    assert_eq!(diff(&tagging(&["team-"])), ["tag team: payments → none"]);
}

#[test]
fn values_of_a_diff_are_safe_to_print() {
    let before = read(record_with(&[("k", "a\u{1b}[2Jb")], None, None));
    let plan = Plan::delete(basis(), before).unwrap();
    let shown = diff(&plan).join("\n");
    assert!(
        shown.contains(r"a\u{1b}[2Jb") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}

#[test]
fn a_move_takes_every_field_along() {
    let tags = [("team", "payments"), ("aws:cloudformation:stack-name", "s")];
    let before = read(record_with(&tags, Some(TARGET), Some(POLICY)));
    let plan = Plan::relocate(basis(), before, "web", "cart", edit_role("b")).unwrap();
    assert_eq!(plan.steps(), Steps::CreateAndDelete);
    let Change::Move(new) = plan.change() else {
        panic!("{plan:?}")
    };
    assert_eq!((&*new.namespace, &*new.service_account), ("web", "cart"));
    assert_eq!(new.role.as_str(), role_arn("b"));
    assert_eq!(new.target_role.as_ref().unwrap().as_str(), TARGET);
    assert_eq!(new.session_tags, Some(false));
    assert_eq!(&**new.policy.as_ref().unwrap().text(), POLICY);
    assert_eq!(new.tags.map().len(), 1);
    assert_eq!(
        plan.title(),
        "move payments/api to web/cart in the cluster shop (create, then delete)"
    );
    // The id and the name are those of the association that is there now.
    assert_eq!(plan.target().name(), "payments/api");
    // Under the same names there is nothing to move.
    assert_eq!(
        relocation("payments", edit_role("b")).steps(),
        Steps::Update
    );
}

/// What is done and undone leaves the record as it was, whatever was changed.
#[test]
fn an_edit_between_two_states_leads_from_one_to_the_other() {
    let states = [
        record(),
        record_with(&[("a", "1")], None, Some(POLICY)),
        record_with(&[("a", "2"), ("b", "")], Some(TARGET), None),
        record_with(&[], Some(&role_arn("c")), Some(POLICY)),
    ];
    let settings = |record: &AssociationRecord| {
        let plan = Plan::update(basis(), read(record.clone()), &Edit::default()).unwrap();
        plan.after().unwrap().clone()
    };
    for from in &states {
        for to in &states {
            let edit = Edit::between(&from.detail, &to.detail).unwrap();
            let plan = Plan::update(basis(), read(from.clone()), &edit).unwrap();
            let (mut after, mut wanted) = (plan.after().unwrap().clone(), settings(to));
            let tags = TagEdit::between(&after.tags, &wanted.tags);
            let tagged = Plan::tag(basis(), read(from.clone()), &tags).unwrap();
            assert_eq!(tagged.after().unwrap().tags, wanted.tags);
            (after.tags, wanted.tags) = Default::default();
            assert_eq!(after, wanted);
            assert_eq!(
                edit.is_empty(),
                from == to || settings(from) == settings(to)
            );
        }
    }
}

#[test]
fn a_deleted_association_comes_back_with_every_field() {
    let gone = record_with(&[("team", "x")], Some(TARGET), Some(POLICY));
    let new = New::again(&gone).unwrap();
    let plan = Plan::create(basis(), super::cluster(), new).unwrap();
    let definition = roledex::model::plan::Definition::of(&gone);
    assert_eq!(plan.after(), Some(&definition));
    assert_eq!(plan.target().id, None);
}

#[test]
fn a_creation_of_what_exists_becomes_an_edit() {
    let mut new = super::new("payments", "api");
    new.role = super::role("b");
    let existing = record_with(&[("old", "1")], Some(TARGET), None);
    let plan = Plan::update(basis(), read(existing.clone()), &new.as_edit()).unwrap();
    assert_eq!(
        diff(&plan),
        [
            format!("role: {} → {}", role_arn("a"), role_arn("b")),
            format!("target role: {TARGET} → none"),
        ]
    );
    let tags = new.as_tag_edit(&existing.detail);
    assert_eq!(
        tags.removed().iter().map(|key| &**key).collect::<Vec<_>>(),
        ["old"]
    );
}

#[test]
fn words_of_the_command_line() {
    for (word, expected) in [
        (None, Setting::Keep),
        (Some("none"), Setting::Clear),
        (Some("./none"), Setting::Set("./none".to_owned())),
    ] {
        assert_eq!(Setting::of_word(word), expected);
    }
}
