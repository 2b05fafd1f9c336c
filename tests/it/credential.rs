//! The credential test by its use case: polling after a change, and what the journal keeps of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use roledex::cloud::{Cloud, Settings, Urgency};
use roledex::model::Route;
use roledex::model::credential::{
    Clearance, CredentialTest, Expected, MOST_POLLS, Purpose, Report, Step, StepKind, StepState,
    TokenSource, Verdict, pick,
};
use roledex::model::journal::{Entry, Outcome};
use roledex::model::plan::{Approved, Assent, Reviewed};
use roledex::model::reference::ClusterReference;
use roledex::ops::change::{Desk, Patience};
use roledex::ops::credential::{Obtained, obtain, pods_of, run};
use roledex::ops::fleet::{Site, one_site};
use roledex::sim::{Options, Simulator, World};
use roledex::store::Journal;

const WORLD: &str = include_str!("cli/kubernetes/world.yaml");
const ASSUME: &str = "AssumeRoleForPodIdentity";
const OTHER: &str = "arn:aws:iam::111122223333:role/shop-other";
const OWN: &str = "arn:aws:iam::111122223333:role/shop-api";

/// When AWS took the change, by the clock of these tests.
fn accepted() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn now() -> Timestamp {
    accepted() + SignedDuration::from_millis(3_400)
}

/// The use case with everything that it needs, against a simulator.
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    site: Site,
    desk: Desk,
    /// While it is there, calls are made.
    _cloud: Arc<Cloud>,
    _files: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let world = World::parse(WORLD).unwrap();
        let simulator = Simulator::start(world, Options::default()).await.unwrap();
        let files = tempfile::tempdir().unwrap();
        let path = |name: &str| files.path().join(name);
        let account = &simulator.accounts()[0];
        let text = format!(
            "[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            account.name, account.access_key_id, account.secret_access_key
        );
        std::fs::write(path("credentials"), text).unwrap();
        std::fs::write(path("config"), "").unwrap();
        let settings = Settings::isolated(path("config"), path("credentials"), simulator.url());
        let cloud = Cloud::new(settings).unwrap();
        let routes = [Route::new(Some(&account.name), &account.regions[0])];
        let reference = ClusterReference::parse("shop").unwrap();
        let site = one_site(&cloud, &routes, &reference).await.unwrap();
        let desk = Desk {
            journal: Arc::new(Journal::open(path("state")).unwrap().0),
            now,
            // A second of the schedule lasts 10 ms here.
            patience: Patience {
                pause: Duration::from_millis(20),
                ..Patience::default()
            },
        };
        Self {
            simulator,
            site,
            desk,
            _cloud: cloud,
            _files: files,
        }
    }

    /// A test after a change that was to give this role.
    async fn approved(&self, role: &str) -> Approved<CredentialTest> {
        let pods = pods_of(&self.site, "shop", "api").await.unwrap();
        let caller = Box::pin(self.site.session.caller(Urgency::Interactive));
        let caller = caller.await.unwrap();
        let test = CredentialTest {
            cluster: self.site.arn.clone(),
            route: self.site.session.route().clone(),
            caller: Some(caller),
            namespace: "shop".into(),
            service_account: "api".into(),
            token: TokenSource::of(pick(&pods, "shop/api", None).unwrap()),
            expected: Expected {
                role: Some(role.into()),
                ..Expected::default()
            },
            purpose: Purpose::AfterChange {
                accepted: Some(accepted()),
            },
        };
        let clearance = Clearance::of(&test, &self.site.session.guard(), &["one"]);
        let reviewed = Reviewed::of(&test, &clearance);
        Approved::new(test, &clearance, reviewed, Assent::Yes).unwrap()
    }

    async fn run(&self, role: &str, on_step: impl FnMut(Step) + Send) -> Report {
        let approved = self.approved(role).await;
        let run = run(&self.site, &self.desk, approved, None, on_step);
        Box::pin(run).await.unwrap()
    }

    /// Credentials, as a command would get them.
    pub(crate) async fn obtained(&self) -> Obtained {
        let approved = self.approved(OWN).await;
        let obtained = obtain(&self.site, &self.desk, approved, None, |_| ());
        Box::pin(obtained).await.unwrap()
    }

    fn entry(&self) -> Entry {
        let mut entries = self.desk.journal.newest(9).unwrap().entries;
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.remove(0)
    }

    fn asked(&self) -> usize {
        self.simulator.log().count(ASSUME)
    }
}

/// Whether a step says that the first question is answered, and another one follows.
fn asks_again(step: &Step) -> bool {
    step.kind == StepKind::Assume
        && step.state == StepState::Running
        && step.said.starts_with("asked 1 of")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_role_for_good_is_asked_about_eight_times_at_most_and_was_issued() {
    let bench = Bench::new().await;
    let mut told = Vec::new();
    let report = bench
        .run(OTHER, |step| {
            if step.kind == StepKind::Assume && step.state == StepState::Running {
                told.push(step.said.to_string());
            }
        })
        .await;
    assert!(
        matches!(report.verdict, Verdict::Differs(_)),
        "{:?}",
        report.verdict
    );
    assert!((2..=MOST_POLLS).contains(&report.asked), "{}", report.asked);
    assert_eq!(report.asked, bench.asked());
    assert!(told[1].contains("still shop-api"), "{told:?}");
    assert_eq!(report.arrived_ms, None);
    let entry = bench.entry();
    let outcome = entry.outcome().unwrap();
    assert_eq!(outcome.word_of(&entry.intent.kind), "issued");
}

/// The old role came back first, and then nothing but refusals: its credentials are there all the same.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_came_back_first_stay_issued_whatever_is_refused_later() {
    let bench = Bench::new().await;
    let mut is_broken = false;
    let report = bench
        .run(OTHER, |step| {
            if asks_again(&step) && !is_broken {
                is_broken = true;
                let refuse = format!("{ASSUME}=error:400:InvalidTokenException:no");
                bench.simulator.fault(refuse.parse().unwrap());
            }
        })
        .await;
    assert!(
        matches!(report.verdict, Verdict::Refused(_)),
        "{:?}",
        report.verdict
    );
    assert_eq!(report.asked, 2);
    let entry = bench.entry();
    let Some(outcome @ Outcome::Applied { after, .. }) = entry.outcome() else {
        panic!("{entry:?}")
    };
    assert_eq!(outcome.word_of(&entry.intent.kind), "issued");
    let session = report.session.as_ref().unwrap();
    let after = after.document().unwrap();
    assert_eq!(after["accessKeyIdSuffix"], &*session.access_key_suffix);
    // It is said, and it softens nothing: the last answer was a refusal.
    let assume = report.step(StepKind::Assume).unwrap();
    assert_eq!(assume.state, StepState::Failed);
    let told = assume
        .evidence
        .iter()
        .find(|line| line.starts_with("before that it gave shop-api"));
    assert!(told.is_some(), "{assume:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_interrupted_while_it_polls_leaves_what_was_issued_in_the_journal() {
    let bench = Bench::new().await;
    let approved = bench.approved(OTHER).await;
    let (sender, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let on_step = |step: Step| {
        if asks_again(&step) {
            sender.send(()).unwrap();
        }
    };
    {
        let run = Box::pin(run(&bench.site, &bench.desk, approved, None, on_step));
        tokio::select! {
            ended = run => panic!("{ended:?}"),
            _ = asked.recv() => {}
        }
    }
    let entry = bench.entry();
    let outcome = entry.outcome().unwrap();
    assert_eq!(outcome.word_of(&entry.intent.kind), "issued", "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seconds_are_those_since_the_change() {
    let bench = Bench::new().await;
    let report = bench.run(OWN, |_| ()).await;
    assert_eq!(report.verdict, Verdict::Matches, "{report:#?}");
    assert_eq!(report.arrived_ms, Some(3_400));
    assert_eq!(
        report.headline(),
        "EKS Auth gives shop-api to shop/api, 3.4 s after the change, with 1 call"
    );
}
