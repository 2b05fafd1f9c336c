//! What doctor says of worlds with one trouble each, with none, and with fewer permissions.

mod command;
mod demo;
mod logs;
mod permissions;
mod rows;
mod world;

use std::thread;

use jiff::Timestamp;
use roledex::cloud::{Cloud, Settings};
use roledex::model::Route;
use roledex::model::diagnosis::{Diagnosis, Finding, Subject};
use roledex::ops::diagnose::{self, DiagnosisRow};
use roledex::ops::fleet::{Harvest, Selection};
use roledex::sim::{Fault, Options, Simulator, World};

/// A simulated world, with a way to it for the profile of each account.
struct Patient {
    simulator: Simulator,
    directory: tempfile::TempDir,
}

impl Patient {
    async fn of(world: World) -> Self {
        let simulator = Simulator::start(world, Options::default()).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let mut credentials = String::new();
        for account in simulator.accounts() {
            credentials.push_str(&format!(
                "[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                account.name, account.access_key_id, account.secret_access_key
            ));
        }
        std::fs::write(directory.path().join("config"), "").unwrap();
        std::fs::write(directory.path().join("credentials"), credentials).unwrap();
        Self {
            simulator,
            directory,
        }
    }

    /// Examines it anew: nothing of an earlier time is remembered.
    async fn examine(&self, selection: &Selection) -> Harvest<DiagnosisRow> {
        let file = |name: &str| self.directory.path().join(name);
        let url = self.simulator.url();
        let settings = Settings::isolated(file("config"), file("credentials"), url);
        let cloud = Cloud::new(settings).unwrap();
        let accounts = self.simulator.accounts().iter();
        let routes: Vec<Route> = accounts
            .flat_map(|account| {
                let regions = account.regions.iter();
                regions.map(|region| Route::new(Some(&account.name), region))
            })
            .collect();
        diagnose::fleet(&cloud, &routes, selection, now, |_| {}).await
    }

    fn fault(&self, fault: &str) {
        self.simulator.fault(fault.parse::<Fault>().unwrap());
    }
}

#[expect(clippy::disallowed_methods, reason = "the simulator goes by the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn everything() -> Selection {
    Selection::default()
}

fn diagnoses(harvest: &Harvest<DiagnosisRow>) -> impl Iterator<Item = &Diagnosis> {
    harvest.rows.iter().map(|row| &row.diagnosis)
}

fn findings(harvest: &Harvest<DiagnosisRow>) -> impl Iterator<Item = &Finding> {
    diagnoses(harvest).flat_map(|diagnosis| &diagnosis.findings)
}

/// One line, for messages of tests.
fn told(finding: &Finding) -> String {
    let subject = match &finding.subject {
        Subject::Account {
            namespace,
            service_account,
        } => format!("{namespace}/{service_account}"),
        other => format!("{other:?}"),
    };
    let cause = finding.cause.map(|cause| format!(" because of {cause}"));
    format!(
        "{:?} {:?} {} of {subject}: {}{}",
        finding.severity,
        finding.standing,
        finding.rule,
        finding.summary,
        cause.unwrap_or_default()
    )
}

fn all(harvest: &Harvest<DiagnosisRow>) -> String {
    let told: Vec<String> = findings(harvest).map(told).collect();
    told.join("\n  ")
}

/// Runs something asynchronous to its end, on a thread of its own.
fn run<T: Send>(future: impl Future<Output = T> + Send) -> T {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(8 << 20);
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(Box::pin(future))
        };
        let running = builder.spawn_scoped(scope, run).unwrap();
        match running.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Does something for each item, a few at a time, and says everything that went wrong.
fn each<T: Sync>(items: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    if let Err(problem) = check(item) {
                        wrong.lock().unwrap().push((index, problem));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    let wrong: Vec<String> = wrong.into_iter().map(|(_, problem)| problem).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
