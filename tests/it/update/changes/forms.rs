//! Forms: what is typed becomes a plan, or says what is wrong with it.

use roledex::app::modal::form::Stop;
use roledex::app::{Effect, Msg, Request, Step};
use roledex::model::plan::Change;

use super::{answer, applied, apply_ticket, arn_of, form, review, world};
use crate::script::{Script, association, cluster_arn, role};

#[test]
fn what_is_wrong_is_said_at_its_field_before_any_call() {
    let mut script = world();
    script.keys("e");
    script.effects.clear();
    script
        .keys("ctrl-u")
        .typed("arn:aws:iam::999999999999:role/x");
    script
        .keys("tab")
        .typed("nonsense")
        .keys("tab tab")
        .typed("{")
        .keys("ctrl-s");
    let at = |script: &Script, stop| form(script).wrong_at(stop).collect::<Vec<_>>().join("; ");
    assert!(
        at(&script, Stop::Role).contains("account 999999999999"),
        "{}",
        at(&script, Stop::Role)
    );
    assert!(
        at(&script, Stop::TargetRole).contains("ARN"),
        "{}",
        at(&script, Stop::TargetRole)
    );
    assert!(
        at(&script, Stop::Policy).contains("not JSON"),
        "{}",
        at(&script, Stop::Policy)
    );
    assert_eq!(
        form(&script).stop,
        Stop::Role,
        "the first field that is wrong takes the keys"
    );
    assert!(
        !script
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Call { .. }))
    );
    script.keys("ctrl-u").typed(&arn_of("x"));
    assert_eq!(at(&script, Stop::Role), "", "what is right is said at once");
}

#[test]
fn a_policy_needs_session_tags_off() {
    let mut script = world();
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    script.keys("e tab tab tab");
    script.send(Msg::Paste(policy.to_owned()));
    script.keys("ctrl-s");
    let wrong: Vec<String> = form(&script).wrong_at(Stop::Policy).collect();
    assert!(wrong[0].contains("session tags off"), "{wrong:?}");
    script.keys("shift-tab space ctrl-s");
    let Change::Update(edit) = review(&script).plan.change().clone() else {
        panic!("no update")
    };
    assert_eq!(edit.session_tags, Some(false));
    assert_eq!(&**edit.policy.value().unwrap().text(), policy);
}

#[test]
fn roles_that_trust_come_first_and_a_few_letters_choose() {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}]}"#;
    let listed = |name: &str, trust: Option<&str>| {
        let mut role = roledex::model::RoleDetail::of(arn_of(name).into(), name.into());
        role.trust = trust.map(Into::into);
        role
    };
    let mut script = world();
    script.keys("e");
    let ticket = script.ticket(|request| matches!(request, Request::ListRoles { .. }));
    let other = trust.replace("pods.eks", "ec2");
    let roles = vec![
        listed("a-ec2", Some(&other)),
        listed("z-pods", Some(trust)),
        listed("b-pods", Some(trust)),
    ];
    script.step(ticket, Step::Roles(roles));
    script.done(ticket, Ok(()));
    script.keys("down");
    script.typed("zpp").keys("ctrl-s");
    let wrong: Vec<String> = form(&script).wrong_at(Stop::Role).collect();
    assert!(
        wrong[0].contains("no role of the account is called \"zpp\""),
        "{wrong:?}"
    );
    script.keys("ctrl-u down");
    let names: Vec<String> = form(&script)
        .suggestions(&script.state.fleet)
        .into_iter()
        .map(|one| one.label)
        .collect();
    assert_eq!(names, ["b-pods", "z-pods", "a-ec2"]);
    script.keys("ctrl-u").typed("zpo").keys("enter ctrl-s");
    let Change::Update(edit) = review(&script).plan.change().clone() else {
        panic!("no update")
    };
    assert_eq!(edit.role.unwrap().as_str(), arn_of("z-pods"));
}

#[test]
fn creating_what_is_there_becomes_a_change_and_says_so() {
    let mut script = world();
    script
        .keys("A")
        .typed("shop")
        .keys("tab")
        .typed("web")
        .keys("tab");
    assert!(form(&script).notes()[0].contains("shop/web has an association already"));
    script.typed(&arn_of("new")).keys("tab tab tab tab");
    assert_eq!(form(&script).stop, Stop::Tags);
    script.typed("team=x").keys("ctrl-s");
    let plan = review(&script).plan.clone();
    assert_eq!(plan.target().id.as_deref(), Some("a-00000000000000003"));
    assert!(matches!(plan.change(), Change::Update(edit) if edit.session_tags.is_none()));
    // The tags that were typed are another call, and another review.
    let [rest] = &review(&script).act.rest[..] else {
        panic!("{:?}", review(&script).act.rest)
    };
    let Change::Tag(tags) = rest.change() else {
        panic!("{rest:?}")
    };
    assert_eq!(tags.set().len(), 1);
    assert!(tags.removed().is_empty());
    answer(&mut script);
    script.keys("tab enter");
    assert!(applied(&script).is_empty(), "an enter is not enough");
    script.typed("web").keys("enter");
    let ticket = apply_ticket(&script);
    script.done(ticket, Ok(()));
    assert!(
        matches!(review(&script).plan.change(), Change::Tag(_)),
        "{}",
        script.notice()
    );
    // The name was typed once for both, and both are one act.
    answer(&mut script);
    script.keys("tab enter");
    let acts: Vec<_> = script
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Apply { first, .. } => Some(*first),
            _ => None,
        })
        .collect();
    assert_eq!(acts, [Some(ticket), Some(ticket)]);
}

#[test]
fn a_change_that_was_asked_for_alone_is_no_act_with_others() {
    let mut script = world();
    super::edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let first = script.effects.iter().find_map(|effect| match effect {
        Effect::Apply { first, .. } => Some(*first),
        _ => None,
    });
    assert_eq!(first, Some(None));
}

#[test]
fn a_new_association_is_created_with_its_tags() {
    let mut script = world();
    script
        .keys("A")
        .typed("shop")
        .keys("tab")
        .typed("new")
        .keys("tab")
        .typed(&arn_of("new"));
    script
        .keys("tab tab tab tab")
        .typed("team=shop")
        .keys("enter")
        .typed("env = prod")
        .keys("ctrl-s");
    answer(&mut script);
    script.keys("tab enter");
    let plans = applied(&script);
    let Change::Create(new) = plans[0].change() else {
        panic!("{plans:?}")
    };
    assert_eq!(
        new.tags.map().get("env").map(|value| &**value),
        Some("prod")
    );
    assert_eq!((new.session_tags, new.tags.map().len()), (None, 2));
    script.done(apply_ticket(&script), Ok(()));
    let reads = script.open();
    assert!(
        reads
            .iter()
            .any(|request| matches!(request, Request::ListAssociations { .. }))
    );
}

#[test]
fn another_name_is_a_move_and_says_so() {
    let mut script = world();
    script
        .keys("e shift-tab ctrl-u")
        .typed("moved")
        .keys("ctrl-s");
    assert!(
        review(&script)
            .plan
            .title()
            .starts_with("move shop/api to shop/moved")
    );
}

#[test]
fn tags_are_set_and_removed_line_by_line() {
    let mut script = world();
    let arn = cluster_arn("eu-west-1", "alpha");
    let key = association(&arn, 1, "shop", "api").key;
    let row = script.state.fleet.associations.get_mut(&key).unwrap();
    let mut detail = role("api");
    detail.extra = Some(std::sync::Arc::new(
        roledex::model::association::AssociationExtra {
            tags: [
                ("a".into(), "1".into()),
                ("b".into(), "2".into()),
                ("aws:x".into(), "y".into()),
            ]
            .into(),
            ..Default::default()
        },
    ));
    row.detail = roledex::app::Remote::default();
    row.detail
        .seed(roledex::model::Known::live(detail, script.now));
    script.keys("T");
    assert_eq!(form(&script).tags.text(), "a=1\nb=2");
    script.keys("end ctrl-u").typed("c=3").keys("ctrl-s");
    let Change::Tag(edit) = review(&script).plan.change().clone() else {
        panic!("no tags")
    };
    assert_eq!(edit.set().len(), 1);
    assert_eq!(
        edit.removed().iter().map(|key| &**key).collect::<Vec<_>>(),
        ["a"]
    );
}

#[test]
fn what_is_typed_first_takes_the_place_of_what_was_there() {
    let mut script = world();
    script.keys("e").typed("x");
    assert_eq!(form(&script).role.text(), "x");
    script.keys("esc esc e left").typed("x");
    let text = form(&script).role.text();
    assert_eq!(
        text,
        format!("{}xi", arn_of("ap")),
        "who moves the cursor edits"
    );
}
