//! Explanations and findings: what is asked when, what is cancelled, and what may be claimed.

use roledex::app::diagnosis::About;
use roledex::app::modal::Modal;
use roledex::app::pane::{PaneId, RowKey};
use roledex::app::{Effect, Step, describe};
use roledex::model::{ClusterArn, Failure, FailureKind};

use crate::script::diagnosis::{
    about_account, because, command, error, of_account, unknown, warning,
};
use crate::script::{Script, association, cluster_arn};

fn arn(name: &str) -> ClusterArn {
    cluster_arn("eu-west-1", name)
}

fn of(name: &str) -> About {
    About::Cluster(arn(name))
}

/// Two clusters; the first has two associations.
fn world() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    let rows = vec![
        association(&arn("alpha"), 1, "shop", "api"),
        association(&arn("alpha"), 2, "shop", "web"),
    ];
    script.list_associations(&arn("alpha"), rows);
    script.list_associations(&arn("beta"), Vec::new());
    script.describe_all();
    script
}

/// The text of what lies on top.
pub(crate) fn text(script: &Script) -> String {
    let Some(Modal::Text(view)) = script.top() else {
        panic!("no text on top: {:?}", script.top());
    };
    let lines = describe::lines(&script.state, view);
    let lines: Vec<String> = lines.iter().map(|line| line.text().into_owned()).collect();
    lines.join("\n")
}

fn denied() -> Failure {
    Failure::new(
        FailureKind::Denied,
        "read role api",
        "no iam:GetRole on role api",
    )
}

#[test]
fn an_association_is_explained_by_its_service_account_cause_first() {
    let mut script = world();
    script.keys("2 g x");
    let about = about_account(&arn("alpha"), "shop", "api");
    assert_eq!(script.diagnosing(), std::slice::from_ref(&about));
    let ticket = script.diagnosis(&about);
    script.step(ticket, Step::Asking("3 of 9 questions answered".into()));
    assert!(text(&script).contains("reading the evidence: 3 of 9 questions"));
    assert!(!text(&script).contains("nothing wrong"));
    let account = || of_account("shop", "api");
    script.diagnosed(
        &about,
        vec![
            error("trust", account(), "the role trusts nobody"),
            because(
                warning("not-injected", account(), "2 pods have nothing"),
                "trust",
            ),
        ],
    );
    let text = text(&script);
    let (cause, effect) = (
        text.find("✗ error    the role trusts nobody").unwrap(),
        text.find("   ▲ warning  2 pods have nothing").unwrap(),
    );
    assert!(
        cause < effect && text.contains("which brings about"),
        "{text}"
    );
    assert!(text.contains("1 error 1 warning"), "{text}");
}

#[test]
fn nothing_wrong_is_said_only_when_nothing_stayed_open() {
    let mut script = world();
    script.keys("4").keys("2 g x");
    let about = about_account(&arn("alpha"), "shop", "api");
    script.diagnosed(&about, Vec::new());
    let clear = text(&script);
    assert!(clear.contains("● nothing wrong found"), "{clear}");
    assert!(clear.contains("looked for, and not found:"), "{clear}");
    script.keys("ctrl-r");
    let open = vec![unknown(
        "trust",
        of_account("shop", "api"),
        "not known: the role does not trust EKS",
        "needs iam:GetRole",
    )];
    script.diagnosed_in_part(&about, open, vec![denied()]);
    let partly = text(&script);
    assert!(!partly.contains("● nothing wrong found"), "{partly}");
    assert!(
        partly.contains("but 1 question stays open") && partly.contains("? needs iam:GetRole"),
        "{partly}"
    );
    assert!(
        partly.contains("no iam:GetRole on role api"),
        "why: {partly}"
    );
}

#[test]
fn a_diagnosis_that_failed_claims_nothing_and_keeps_what_was_known() {
    let mut script = world();
    script.keys("1 g x");
    script.diagnosed(&of("alpha"), Vec::new());
    assert!(text(&script).contains("● nothing wrong found"));
    script.keys("ctrl-r");
    let ticket = script.diagnosis(&of("alpha"));
    script.done(ticket, Err(denied()));
    let failed = text(&script);
    assert!(
        !failed.contains("nothing wrong found") && failed.contains("no iam:GetRole"),
        "{failed}"
    );
    script.keys("esc");
    assert_eq!(script.column(PaneId::Clusters, 6), ["none, outdated", "-"]);
}

#[test]
fn what_is_read_again_elsewhere_makes_a_diagnosis_old() {
    let mut script = world();
    script.keys("1 g x");
    script.diagnosed(&of("alpha"), Vec::new());
    script.keys("esc");
    assert_eq!(script.column(PaneId::Clusters, 6), ["none", "-"]);
    script.keys("ctrl-r");
    assert_eq!(script.column(PaneId::Clusters, 6), ["none, outdated", "-"]);
    assert!(script.diagnosing().is_empty(), "nobody looks at it");
    script.keys("x");
    assert_eq!(script.diagnosing(), [of("alpha")], "somebody looks at it");
    let old = text(&script);
    assert!(
        old.contains("out of date") && !old.contains("nothing wrong"),
        "{old}"
    );
    script.keys("esc");
    assert_eq!(
        script.column(PaneId::Clusters, 6),
        ["none, outdated", "-"],
        "it was not read"
    );
    script.keys("x");
    script.diagnosed(&of("alpha"), Vec::new());
    assert!(!text(&script).contains("out of date"));
    script.keys("esc");
    assert_eq!(script.column(PaneId::Clusters, 6), ["none", "-"]);
}

#[test]
fn closing_an_explanation_cancels_what_was_asked_for_it() {
    let mut script = world();
    script.keys("2 g x");
    let ticket = script.diagnosis(&about_account(&arn("alpha"), "shop", "api"));
    script.keys("esc");
    assert!(script.diagnosing().is_empty() && script.state.modals.is_empty());
    assert!(
        script
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(cancelled) if *cancelled == ticket))
    );
    // What comes all the same lands nowhere.
    script.step(ticket, Step::Asking("late".into()));
    assert!(script.state.loading.asking.is_empty());
}

#[test]
fn a_service_account_is_read_again_each_time_and_a_cluster_while_it_is_not_live() {
    let mut script = world();
    let about = about_account(&arn("alpha"), "shop", "api");
    for _ in 0..2 {
        script.keys("2 g x");
        script.diagnosed(&about, Vec::new());
        script.keys("esc");
    }
    script.keys("1 g x");
    script.diagnosed(&of("alpha"), Vec::new());
    script.keys("esc x");
    assert!(script.diagnosing().is_empty(), "it is seconds old");
    script.keys("ctrl-r");
    assert_eq!(script.diagnosing(), [of("alpha")]);
    script.diagnosed(&of("alpha"), Vec::new());
    script.now += jiff::SignedDuration::from_mins(10);
    script.keys("esc x");
    assert_eq!(script.diagnosing(), [of("alpha")]);
}

#[test]
fn the_view_of_findings_diagnoses_the_clusters_in_scope_a_few_at_a_time() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut script = Script::with_clusters(&names);
    assert!(script.diagnosing().is_empty(), "nobody has asked");
    script.keys("X");
    let four: Vec<About> = names.iter().take(4).map(|name| of(name)).collect();
    assert_eq!(script.diagnosing(), four);
    script.diagnosed(
        &of("b"),
        vec![
            warning("old", of_account("shop", "api"), "is old"),
            error("gone", of_account("shop", "api"), "is gone"),
            unknown(
                "trust",
                of_account("shop", "web"),
                "not known: trust",
                "needs x",
            ),
        ],
    );
    assert_eq!(script.diagnosing(), [of("a"), of("c"), of("d"), of("e")]);
    assert_eq!(
        script.column(PaneId::Findings, 0),
        ["error", "warning", "unknown"]
    );
    assert_eq!(script.column(PaneId::Findings, 2)[0], "shop/api");
    script.keys("p");
    assert_eq!(
        script.column(PaneId::Findings, 0).len(),
        3,
        "what is not known may be a problem"
    );
    let counts = script.column(PaneId::Clusters, 6);
    assert_eq!(counts[1], "1 error 1 warning 1 unknown");
    assert_eq!(counts[5], "-", "f was not diagnosed yet");
    // Whoever looks elsewhere asks for no more.
    script.keys("1");
    script.diagnosed(&of("a"), Vec::new());
    assert_eq!(script.diagnosing(), [of("c"), of("d"), of("e")]);
}

#[test]
fn a_pause_puts_off_what_nobody_waits_for() {
    let mut script = world();
    script.keys("X");
    assert_eq!(script.diagnosing().len(), 2);
    script.keys("s");
    assert!(script.diagnosing().is_empty());
    script.keys("j k");
    assert!(script.diagnosing().is_empty(), "it stays paused");
    script.keys("1 g x");
    assert_eq!(
        script.diagnosing(),
        [of("alpha")],
        "somebody wants this one"
    );
    script.keys("esc X s");
    assert_eq!(script.diagnosing(), [of("alpha"), of("beta")]);
}

#[test]
fn a_cluster_that_cannot_be_diagnosed_says_why_and_is_not_fine() {
    let mut script = world();
    script.keys("X");
    let ticket = script.diagnosis(&of("alpha"));
    script.done(ticket, Err(denied()));
    script.diagnosed(&of("beta"), Vec::new());
    assert_eq!(script.column(PaneId::Clusters, 6), ["denied", "none"]);
    assert!(script.diagnosing().is_empty(), "it is not asked for ever");
    script.keys("ctrl-r");
    assert_eq!(script.diagnosing().len(), 2);
}

#[test]
fn a_finding_is_explained_with_its_cause_and_leads_to_its_row() {
    let mut script = world();
    script.keys("X");
    let mut found = because(
        error("refused", of_account("shop", "web"), "EKS refuses"),
        "agent",
    );
    found.association = Some(association(&arn("alpha"), 2, "shop", "web").key);
    found.remedies = vec![command("start it", "aws eks create-addon")];
    let agent = error(
        "agent",
        roledex::model::diagnosis::Subject::Cluster,
        "no agent",
    );
    let other = error("other", of_account("shop", "api"), "something else");
    script.diagnosed(&of("alpha"), vec![agent, found, other]);
    script.keys("/").typed("refuses").keys("enter g enter");
    let told = text(&script);
    assert!(
        told.contains("no agent") && told.contains("EKS refuses"),
        "{told}"
    );
    assert!(!told.contains("something else"), "{told}");
    script.keys("C enter");
    assert!(script.effects.iter().any(
        |effect| matches!(effect, Effect::Copy { text, .. } if text == "aws eks create-addon")
    ));
    script.keys("enter");
    assert_eq!(script.state.focus, PaneId::Associations);
    let wanted = association(&arn("alpha"), 2, "shop", "web").key;
    assert_eq!(
        script.state.selected(),
        Some(&RowKey::Association(wanted)),
        "its service account is not read"
    );
    script.keys("X g x");
    assert_eq!(
        script.diagnosing().last(),
        Some(&about_account(&arn("alpha"), "shop", "web")),
        "explained anew by what it is about"
    );
}

#[test]
fn a_cluster_that_is_gone_takes_its_findings_along() {
    let mut script = world();
    script.keys("X");
    script.diagnosed(&of("alpha"), vec![error("gone", of_account("a", "b"), "c")]);
    script.keys("1 ctrl-r");
    script.open_scope("prod", "eu-west-1", &["beta"]);
    assert!(script.state.fleet.findings.is_empty());
    assert!(script.state.fleet.account_diagnoses.is_empty());
}
