//! Describe, raw documents, help, the palette and the menus.

use roledex::app::modal::{Action, Modal};
use roledex::app::{Effect, Options, Request, Step, describe};
use roledex::input::{Command, Keymap};
use roledex::model::Route;

use crate::script::{Script, association, cluster_arn};

fn text(script: &Script) -> String {
    let Some(Modal::Text(view)) = script.top() else {
        panic!("no text view")
    };
    let lines = describe::lines(&script.state, view);
    lines
        .iter()
        .map(|line| line.text().into_owned() + "\n")
        .collect()
}

fn loaded() -> Script {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let mut owned = association(&arn, 2, "kube-system", "aws-node");
    owned.owner = Some(
        format!(
            "arn:aws:eks:eu-west-1:{}:addon/shop/vpc-cni/1",
            crate::script::ACCOUNT
        )
        .into(),
    );
    script
        .list_associations(&arn, vec![association(&arn, 1, "web", "api"), owned])
        .describe_all();
    script
}

#[test]
fn describe_explains_an_association() {
    let mut script = loaded();
    script.keys("tab d");
    let said = text(&script);
    assert!(
        said.contains("role/aws-node") && said.contains("add-on vpc-cni owns it"),
        "{said}"
    );
    script.keys("esc");
    assert!(script.top().is_none());
}

#[test]
fn raw_documents_are_fetched_and_shown_in_both_notations() {
    let mut script = loaded();
    script.keys("tab y");
    let ticket = script.ticket(|r| matches!(r, Request::AssociationDocument { .. }));
    let document =
        serde_json::json!({"associationId": "a-1", "newMember": {"x": [1]}, "evil": "a\u{1b}[31m"});
    script
        .step(
            ticket,
            Step::Document(document.as_object().unwrap().clone()),
        )
        .done(ticket, Ok(()));
    let yaml = text(&script);
    assert!(
        yaml.contains("associationId: a-1") && yaml.contains("newMember"),
        "{yaml}"
    );
    script.keys("J");
    let json = text(&script);
    assert!(
        json.contains("\"associationId\": \"a-1\"") && !json.contains('\u{1b}'),
        "{json}"
    );
}

#[test]
fn help_shows_keys_as_they_are_bound_now() {
    let overrides = [
        (Command::Zoom, vec!["f5".parse().unwrap()]),
        (Command::Wide, vec![]),
    ]
    .into();
    let options = Options {
        keymap: Keymap::with(&overrides).unwrap(),
        ..Options::default()
    };
    let mut script = Script::new(vec![Route::new(None, "eu-west-1")], options, 120, 40);
    script.keys("?");
    let said = text(&script);
    let line = |name: &str| {
        said.lines()
            .find(|line| line.contains(name))
            .unwrap()
            .to_owned()
    };
    assert!(
        line(" zoom ").contains("f5") && line(" wide ").contains("unbound"),
        "{said}"
    );
}

#[test]
fn search_finds_and_moves() {
    let mut script = loaded();
    script.keys("? /").typed("palette").keys("enter");
    let Some(Modal::Text(view)) = script.top() else {
        panic!()
    };
    let at = view.top;
    assert!(
        describe::lines(&script.state, view)[at]
            .text()
            .contains("palette")
    );
    script.keys("esc esc");
    assert!(script.top().is_none());
}

#[test]
fn the_palette_runs_a_command_by_its_name() {
    let mut script = loaded();
    script.keys(":").typed("zoom").keys("enter");
    assert!(script.state.zoomed && script.top().is_none());
    script.keys(":").typed("qqqq").keys("enter");
    assert!(script.notice().contains("no command matches"));
}

#[test]
fn copying_sends_exactly_what_is_shown() {
    let mut script = loaded();
    script.keys("tab G c Y");
    let copied = |script: &Script| {
        let copied = script.effects.iter().filter_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text.clone()),
            _ => None,
        });
        copied.collect::<Vec<_>>()
    };
    let arn = format!(
        "arn:aws:eks:eu-west-1:{}:podidentityassociation/shop/a-00000000000000001",
        crate::script::ACCOUNT
    );
    assert_eq!(copied(&script), ["web/api".to_owned(), arn]);
}

#[test]
fn a_command_with_a_hostile_name_is_not_copied() {
    let mut script = Script::with_clusters(&["shop\u{1b}[31m"]);
    script.keys("C G enter");
    assert!(
        script.notice().contains("control characters"),
        "{}",
        script.notice()
    );
    assert!(
        !script
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy { .. }))
    );
}

#[test]
fn an_association_is_copied_as_code_unless_an_add_on_owns_it() {
    let mut script = loaded();
    let choices = |script: &mut Script| {
        script.keys("C");
        let Some(Modal::Menu(menu)) = script.top() else {
            panic!("no menu")
        };
        let items = menu.items.iter().map(|item| {
            (
                item.label.clone(),
                matches!(item.action, Action::Copy { .. }),
            )
        });
        let items: Vec<_> = items
            .filter(|(label, _)| label.contains("eksctl") || label.contains("Terraform"))
            .collect();
        script.keys("esc");
        items
            .into_iter()
            .map(|(_, copies)| copies)
            .collect::<Vec<_>>()
    };
    script.keys("tab");
    assert_eq!(
        choices(&mut script),
        [false, false],
        "kube-system/aws-node belongs to vpc-cni"
    );
    script.keys("G");
    assert_eq!(choices(&mut script), [true, true]);
}
