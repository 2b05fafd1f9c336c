//! Credential tests by keys against the simulator: what is asked, what comes of it, and that no secret is seen.

use std::fs;
use std::path::Path;

use roledex::app::State;
use roledex::app::modal::Modal;
use roledex::app::modal::credential::{Course, Ending, Stage};
use roledex::model::credential::{StepKind, StepState, Verdict};
use roledex::model::{ClusterArn, Route};
use roledex::sim::{Options, Simulator, World};

use super::kubernetes::at;
use super::{Flow, screen};

const ASSUME: &str = "AssumeRoleForPodIdentity";
const TOKEN: &str = "kube:create:serviceaccounts/token";

/// The cluster payments, entered, and everything written down that passes the screen.
async fn payments() -> (Flow, ClusterArn) {
    let (mut flow, arn) = at("payments", Options::default()).await;
    flow.seen = Some(String::new());
    flow.enter(&arn).await;
    (flow, arn)
}

fn course(state: &State) -> Option<&Course> {
    match state.modals.last() {
        Some(Modal::Credential(panel)) => panel.course(),
        _ => None,
    }
}

fn has_ended(state: &State) -> bool {
    course(state).is_some_and(|course| !course.is_running())
}

fn is_chosen(state: &State) -> bool {
    let Some(Modal::Credential(panel)) = state.modals.last() else {
        return false;
    };
    !matches!(panel.stage, Stage::Looking(_))
}

impl Flow {
    /// Puts the cursor on an association of the cluster in view.
    fn select_association(&mut self, namespace: &str, name: &str) {
        self.keys("2 /").typed(&format!("{namespace} {name}"));
        self.keys("enter g");
    }

    /// Opens the test of the row, and goes on to the exact calls.
    async fn ask(&mut self) {
        self.keys("t").until("pods", is_chosen).await;
        self.choose_pod();
    }

    fn choose_pod(&mut self) {
        if let Some(Modal::Credential(panel)) = self.state.modals.last()
            && matches!(panel.stage, Stage::Picking { .. })
        {
            self.keys("enter");
        }
        let Some(Modal::Credential(panel)) = self.state.modals.last() else {
            panic!("{:?}", self.state.notice)
        };
        assert!(matches!(panel.stage, Stage::Consent(_)), "{panel:?}");
    }

    async fn verdict(&mut self) -> Verdict {
        self.keys("tab enter").until("the verdict", has_ended).await;
        match &course(&self.state).unwrap().ending {
            Some(Ending::Verdict(report)) => report.verdict.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn step(&self, kind: StepKind) -> StepState {
        let course = course(&self.state).unwrap();
        let step = course.steps().iter().find(|step| step.kind == kind);
        step.unwrap_or_else(|| panic!("{course:#?}")).state
    }

    /// Asserts that nothing secret was ever seen: on a screen, in a message, in the state, or in a file.
    fn assert_no_secret(&self) {
        let mut places = vec![
            (
                "messages and screens".to_owned(),
                self.seen.clone().unwrap(),
            ),
            ("state".to_owned(), format!("{:?}", self.state)),
        ];
        files(self.files.path(), &mut places);
        let names: Vec<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            names.iter().any(|name| name.ends_with("journal.jsonl")),
            "{names:?}"
        );
        let issued = self.simulator.issued();
        assert!(
            !issued.is_empty(),
            "nothing was issued, so nothing was tested"
        );
        for (place, text) in &places {
            for secret in &issued {
                assert!(!text.contains(secret), "{place} holds a secret");
            }
            // What every JWT begins with.
            assert!(!text.contains("eyJ"), "{place} holds a token");
        }
    }
}

fn files(directory: &Path, places: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, places);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            places.push((path.display().to_string(), text));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_gets_its_role_and_nobody_sees_its_keys() {
    let (mut flow, _) = payments().await;
    flow.select_association("fraud", "scoring");
    flow.ask().await;
    let log = flow.simulator.log();
    assert_eq!(
        (log.count(TOKEN), log.count(ASSUME)),
        (0, 0),
        "nothing before the yes"
    );
    assert_eq!(flow.verdict().await, Verdict::Matches);
    assert_eq!((log.count(TOKEN), log.count(ASSUME)), (1, 1));
    let seen = screen(&flow.state);
    for part in ["matches", "expires", "in 5:59:", "assumed role"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    flow.assert_no_secret();
    // A second test is a second yes.
    flow.keys("t");
    flow.choose_pod();
    assert_eq!(log.count(ASSUME), 1);
    flow.keys("esc");
    assert!(flow.state.modals.is_empty());
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_trust_is_refused_and_what_mends_it_can_be_copied() {
    let (mut flow, _) = payments().await;
    flow.select_association("cards", "pin-service");
    flow.ask().await;
    let verdict = flow.verdict().await;
    assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
    assert_eq!(flow.step(StepKind::Assume), StepState::Failed);
    flow.keys("c");
    let Some(Modal::Menu(menu)) = flow.state.modals.last() else {
        panic!("{:?}", flow.state.notice)
    };
    assert!(!menu.items.is_empty());
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_to_create_tokens_it_cannot_be_tested() {
    let (mut flow, _) = payments().await;
    let denied = format!("{TOKEN}#payments=denied");
    flow.simulator.fault(denied.parse().unwrap());
    flow.select_association("fraud", "scoring");
    flow.ask().await;
    let verdict = flow.verdict().await;
    assert!(matches!(verdict, Verdict::Untestable(_)), "{verdict:?}");
    assert_eq!(flow.step(StepKind::Token), StepState::Failed);
    assert_eq!(flow.simulator.log().count(ASSUME), 0);
    flow.finish().await;
}

/// What was kept is there at once, and STS takes its time: nobody says yes in the name of nobody.
#[tokio::test(flavor = "multi_thread")]
async fn the_consent_waits_for_sts_to_say_who_asks() {
    let cache = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let account = &simulator.accounts()[0];
    let routes = vec![Route::new(Some(&account.name), "eu-central-1")];
    let mut flow = Flow::on(simulator, routes.clone(), Some(cache.path())).await;
    flow.idle().await;
    let mut arns = flow.state.fleet.clusters.keys();
    let arn = arns.find(|arn| arn.name() == "payments").unwrap().clone();
    flow.enter(&arn).await;
    flow.keys("ctrl-c");
    let simulator = flow.finish().await;

    simulator.fault("GetCallerIdentity=latency:8000".parse().unwrap());
    let mut flow = Flow::on(simulator, routes, Some(cache.path())).await;
    flow.until("rows from the cache", |state| {
        state.fleet.associations.len() > 20
    })
    .await;
    flow.select_association("fraud", "scoring");
    flow.keys("t");
    let notice = flow.state.notice.as_ref().unwrap();
    assert!(
        notice.text.contains("STS has not said yet who asks"),
        "{}",
        notice.text
    );
    assert!(flow.state.modals.is_empty());
    flow.simulator.clear_faults();
    flow.idle().await;
    let log = flow.simulator.log();
    assert_eq!((log.count(TOKEN), log.count(ASSUME)), (0, 0));
    flow.ask().await;
    assert!(screen(&flow.state).contains("issued to you, "));
    assert_eq!(flow.verdict().await, Verdict::Matches);
    flow.finish().await;
}

/// Even if the state allowed it, the connection would not.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_read_only_issues_nothing() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let account = &simulator.accounts()[0];
    let route = roledex::model::Route::new(Some(&account.name), "eu-central-1");
    let mut flow = Flow::read_only(simulator, vec![route]).await;
    flow.idle().await;
    let arns = flow.state.fleet.clusters.keys();
    let arn = arns
        .clone()
        .find(|arn| arn.name() == "payments")
        .unwrap()
        .clone();
    flow.enter(&arn).await;
    flow.select_association("fraud", "scoring");
    flow.ask().await;
    flow.keys("tab enter").until("the end", has_ended).await;
    let log = flow.simulator.log();
    assert_eq!((log.count(TOKEN), log.count(ASSUME)), (0, 0));
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn esc_cancels_a_test_that_hangs() {
    let (mut flow, _) = payments().await;
    let slow = format!("{ASSUME}=latency:600000");
    flow.simulator.fault(slow.parse().unwrap());
    flow.select_association("fraud", "scoring");
    flow.ask().await;
    flow.keys("tab enter");
    flow.until("the call", |state| {
        let steps = course(state).map_or(&[][..], |course| &course.steps);
        let is_asking = |step: &roledex::model::credential::Step| step.kind == StepKind::Assume;
        steps.iter().any(is_asking)
    })
    .await;
    flow.keys("esc");
    assert!(matches!(
        course(&flow.state).unwrap().ending,
        Some(Ending::Cancelled)
    ));
    assert!(screen(&flow.state).contains("cancelled"));
    flow.keys("esc");
    assert!(flow.state.modals.is_empty());
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_it_is_asked_until_the_new_role_comes_back() {
    let (mut flow, _) = payments().await;
    flow.select_association("fraud", "case-api");
    flow.keys("e ctrl-u")
        .typed("arn:aws:iam::111122223333:role/analytics-dbt")
        .keys("ctrl-s")
        .until("checks", |state| {
            matches!(state.modals.last(), Some(Modal::Review(review)) if review.consent().is_some())
        })
        .await;
    flow.keys("tab enter");
    flow.until("the end of the change", |state| {
        let applying = state.applying.as_ref();
        applying.is_some_and(|applying| !applying.is_running())
    })
    .await;
    let log = flow.simulator.log();
    assert_eq!(
        log.count(ASSUME),
        0,
        "never by itself: {:?}",
        flow.state.notice
    );
    // The change is not there at once.
    let late = format!("{ASSUME}=first:1:error:503:ServiceUnavailableException:not yet");
    flow.simulator.fault(late.parse().unwrap());
    flow.ask().await;
    assert!(screen(&flow.state).contains("at most 8 times"));
    assert_eq!(flow.verdict().await, Verdict::Matches);
    assert_eq!(log.count(ASSUME), 2);
    let seen = screen(&flow.state);
    assert!(
        seen.contains("EKS Auth gives analytics-dbt to fraud/case-api, ")
            && seen.contains(" s after the change, with 2 calls"),
        "{seen}"
    );
    let told = flow.seen.as_ref().unwrap();
    assert!(
        told.contains("asked 1 of at most 8 times"),
        "each call is told"
    );
    flow.assert_no_secret();
    flow.finish().await;
}
