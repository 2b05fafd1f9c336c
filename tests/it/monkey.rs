//! A hundred thousand seeded random keys, pastes and resizes: no panic, no write that nobody approved, no key that hangs.

use std::collections::VecDeque;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use roledex::app::layout::Size;
use roledex::app::modal::Modal;
use roledex::app::modal::credential::{Button, Stage};
use roledex::app::msg::Journalled;
use roledex::app::{Effect, Msg, Request, Step};
use roledex::input::{Command, Key};
use roledex::theme::Theme;

use roledex::model::credential::CredentialTest;
use roledex::model::kubernetes::{WatchEvent, WatchedKind};
use roledex::model::plan::Digest;
use roledex::model::preflight::Evidence;
use roledex::model::{Association, ClusterArn, Failure, FailureKind};

use crate::script::credential::choice;
use crate::script::kubernetes::{account, gone, pod, world as world_of};
use crate::script::{Script, association, caller, cluster_arn, role, update};

const KEYS: usize = 100_000;
/// Drawing is the slow part of a debug build; every so many keys are enough to meet every state.
const DRAW_EVERY: usize = 16;

const NAMES: [&str; 3] = ["alpha", "beta", "wide-日本語-clústér"];

fn rows(cluster: &ClusterArn) -> Vec<Association> {
    let row = |n: usize| association(cluster, n, "名前空間", &format!("sa-{n}-e\u{301}\u{202e}"));
    (0..25).map(row).collect()
}

fn world() -> Script {
    let mut script = Script::with_clusters(&NAMES);
    for cluster in NAMES {
        let arn = cluster_arn("eu-west-1", cluster);
        script.list_associations(&arn, rows(&arn));
        let running = update(&arn, "u-1", "InProgress", "2026-11-21T11:00:00Z");
        script.list_updates(&arn, vec![running]);
    }
    script
}

/// Some of what Kubernetes may say, in an order that it may say it in.
fn kubernetes(random: &mut StdRng) -> Vec<(WatchedKind, WatchEvent)> {
    let number = random.random_range(0..20);
    let object = pod(
        "名前空間",
        &format!("pod-{number}"),
        "sa-1-e\u{301}\u{202e}",
        number % 2 == 0,
    );
    match random.random_range(0..6) {
        0 => vec![(WatchedKind::Pods, gone(&object))],
        1 => vec![(
            WatchedKind::Pods,
            WatchEvent::Unreadable {
                id: Some(object.id()),
                words: "pod \u{1b}[2J".to_owned(),
            },
        )],
        2 => {
            let failure = Failure::new(FailureKind::Unreachable, "watch pods", "reset");
            vec![(WatchedKind::Pods, WatchEvent::Failed(failure))]
        }
        3 => vec![(WatchedKind::Pods, WatchEvent::Applied(object))],
        _ => world_of(vec![object, account("名前空間", "sa-2", Some("irsa"))]),
    }
}

/// Answers one open question, well or badly.
fn answer(script: &mut Script, random: &mut StdRng) {
    let open = script.open();
    if let Some(request) = open.choose(random).cloned() {
        answer_to(script, &request, random);
    }
}

/// Answers what a form or a review waits for.
fn answer_change(script: &mut Script, random: &mut StdRng) {
    let waited = |request: &Request| {
        matches!(
            request,
            Request::ListRoles { .. } | Request::Review { .. } | Request::PodsToTest { .. }
        )
    };
    if let Some(request) = script.open().into_iter().rfind(waited) {
        answer_to(script, &request, random);
    }
}

fn answer_to(script: &mut Script, request: &Request, random: &mut StdRng) {
    let ticket = script.ticket(|other| other == request);
    if random.random_bool(0.2) {
        let failure =
            roledex::model::Failure::new(roledex::model::FailureKind::Denied, "read", "not today");
        script.done(ticket, Err(failure));
        return;
    }
    match request {
        Request::OpenRoute { .. } => {
            script.step(ticket, Step::Identified(caller()));
            let arns = NAMES.iter().map(|name| cluster_arn("eu-west-1", name));
            script.step(ticket, Step::Clusters(arns.collect()));
        }
        Request::ListAssociations { cluster, .. } => {
            script.step(ticket, Step::Associations(rows(cluster)));
        }
        Request::ListUpdates { cluster, .. } => {
            let status = ["InProgress", "Failed", "Successful"]
                .choose(random)
                .unwrap();
            let update = update(cluster, "u-1", status, "2026-11-21T11:00:00Z");
            script.step(ticket, Step::Update(Box::new(update)));
        }
        Request::DescribeAssociation { .. } => {
            script.step(ticket, Step::Association(Box::new(role("some-role"))));
        }
        Request::DescribeCluster { .. } => {
            script.step(ticket, Step::Cluster(Box::default()));
        }
        Request::DescribeRole { role, .. } => {
            let found = crate::parts::role(role);
            script.step(ticket, Step::Role(Box::new(found)));
        }
        Request::ListParts { cluster, part, .. } => {
            for found in crate::parts::some(cluster, *part) {
                script.step(ticket, Step::Part(Box::new(found)));
            }
        }
        Request::ListKubernetes(_) | Request::WatchKubernetes(_) => {
            script.step(ticket, Step::Kubernetes(kubernetes(random)));
            // A watch goes on.
            if matches!(request, Request::WatchKubernetes(_)) {
                return;
            }
        }
        Request::ListRoles { .. } => {
            let name = "other-role";
            let arn = format!("arn:aws:iam::111122223333:role/{name}");
            let role = roledex::model::RoleDetail::of(arn.into(), name.into());
            script.step(ticket, Step::Roles(vec![role; 12]));
        }
        Request::Review { plan, .. } => {
            let found = ((**plan).clone(), Evidence::default());
            script.step(ticket, Step::Evidence(Box::new(found)));
        }
        Request::ReadJournal => {
            let entries = vec![crate::journal::entry("na\u{1b}[2Jme"); 3];
            let read = Journalled {
                entries,
                ..Journalled::default()
            };
            script.step(ticket, Step::Journal(Box::new(read)));
        }
        Request::Reverse { .. } => {}
        Request::Diagnose { about, .. } => {
            script.step(ticket, Step::Asking("3 of 9 \u{1b}[2J questions".into()));
            let found = crate::script::diagnosis::some(about, script.now);
            script.step(ticket, Step::Diagnosed(Box::new(found)));
        }
        Request::ReadLogs { .. } => {
            let read = crate::script::diagnosis::logs(script.now);
            script.step(ticket, Step::Logs(Box::new(read)));
        }
        Request::PodsToTest { .. } => {
            let pods = (0..random.random_range(0..4))
                .map(|number| choice(&format!("pod-{number}-\u{1b}[2J日本"), number % 2 == 0));
            let pods = pods.collect();
            script.step(ticket, Step::PodsToTest { pods, others: 2 });
        }
        Request::AssociationDocument { .. }
        | Request::UpdateDocument { .. }
        | Request::KubernetesDocument { .. } => {
            let document = serde_json::json!({"a": {"b": ["\u{1b}[2J", null]}});
            let document = document.as_object().unwrap().clone();
            script.step(ticket, Step::Document(document));
        }
    }
    script.done(ticket, Ok(()));
}

/// The plan that enter would have applied, if the screen is such that it would.
fn approvable(script: &Script) -> Option<Digest> {
    match script.state.modals.last() {
        Some(Modal::Review(review)) if review.apply && review.consent().is_some() => {
            Some(review.plan.digest())
        }
        _ => None,
    }
}

/// The test that enter would have made, if the screen is such that it would.
fn testable(script: &Script) -> Option<CredentialTest> {
    let Some(Modal::Credential(panel)) = script.state.modals.last() else {
        return None;
    };
    match &panel.stage {
        Stage::Consent(asked) => match panel.buttons().get(panel.chosen()) {
            Some(Button::Test | Button::Run) => Some(asked.test.clone()),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn random_keys_break_nothing_and_write_only_what_was_approved() {
    let mut random = StdRng::seed_from_u64(20_261_121);
    let keys: Vec<Key> = Command::ALL
        .iter()
        .flat_map(|command| command.default_keys())
        .map(|key| key.parse::<Key>().unwrap())
        .filter(|key| key.to_string() != "ctrl-c")
        .chain(
            "abcxyz019/:!é日"
                .chars()
                .map(|c| Key::plain(roledex::input::key::Code::Char(c))),
        )
        .collect();
    let theme = Theme::named("dark").unwrap();
    let mut script = world();
    let (mut writes, mut tests) = (0, 0);
    let mut applying = Vec::new();
    let mut way: VecDeque<&str> = VecDeque::new();
    for pressed in 0..KEYS {
        let shown = approvable(&script);
        let asked = testable(&script);
        match random.random_range(0..100) {
            0 => {
                let size = Size {
                    width: random.random_range(0..200),
                    height: random.random_range(0..60),
                };
                script.hear(Msg::Resize(size));
            }
            1 => script.hear(Msg::Paste(
                "pa\u{1b}[31mste\n".repeat(random.random_range(0..3)),
            )),
            // Nobody finds the way to a change by chance, so it is shown; other keys come in between.
            _ if !way.is_empty() && random.random_bool(0.95) => match way.pop_front() {
                Some("answer") | None => answer_change(&mut script, &mut random),
                Some(key) => script.hear(Msg::Key(key.parse().unwrap())),
            },
            2..=5 => answer(&mut script, &mut random),
            7 => {
                let role = "esc esc esc 2 e answer down enter ctrl-s answer tab enter";
                let tags = "esc esc esc 2 T x = y ctrl-s answer tab enter";
                let test = "esc esc esc 2 t answer tab enter";
                let ways = [role, tags, test];
                way.extend(ways.choose(&mut random).unwrap().split(' '));
            }
            6 if !applying.is_empty() => {
                let ticket = applying.remove(0);
                script.hear(Msg::Done {
                    ticket,
                    outcome: Ok(()),
                });
            }
            _ => script.hear(Msg::Key(*keys.choose(&mut random).unwrap())),
        }
        if script.state.quitting {
            // Somebody found "yes": start over, with the same randomness.
            script = world();
        }
        if pressed % 1_000 == 0 {
            let rows = script.state.fleet.associations.len();
            assert!(rows > 0, "nothing is left to press keys on after {pressed}");
        }
        if pressed % DRAW_EVERY == 0 {
            roledex::app::arrange(&mut script.state);
            let area = Rect::new(0, 0, script.state.size.width, script.state.size.height);
            let mut buffer = Buffer::empty(area);
            roledex::ui::draw(&script.state, &theme, &mut buffer);
        }
        for effect in script.effects.drain(..) {
            match effect {
                Effect::Call { request, .. } => assert!(request.is_read(), "{request:?}"),
                Effect::Apply {
                    ticket, approved, ..
                } => {
                    // The very plan that was on the screen, with its checks, and the cursor on Apply.
                    assert_eq!(Some(approved.plan().digest()), shown);
                    writes += 1;
                    applying.push(ticket);
                }
                Effect::Test { approved, .. } => {
                    // The very test that was on the screen, with the cursor on its button.
                    assert_eq!(Some(approved.plan()), asked.as_ref());
                    tests += 1;
                }
                _ => {}
            }
        }
    }
    assert!(tests > 0, "no key ever led to a test");
    assert!(
        writes > 0,
        "no key ever led to an approval, so nothing was tested"
    );
}
