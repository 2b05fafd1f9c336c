//! Logs beside an explanation: read only when somebody wants them, and what may be claimed of them.

use roledex::app::pane::PaneId;
use roledex::app::{Effect, Request, Step};
use roledex::model::diagnosis::{Finding, Severity, Standing};
use roledex::model::signature::{LogsOf, LogsRead, Looked};
use roledex::model::{Failure, FailureKind};

use super::diagnosis::text;
use crate::script::diagnosis::{about_account, error, logged, of_account, unknown};
use crate::script::{Script, association, cluster_arn};

const LINE: &str = "EndpointCredentialsError: invalid endpoint host, \"169.254.170.23\", only loopback hosts are allowed. \"http://169.254.170.23/v1/credentials\"";

fn world() -> Script {
    let mut script = Script::with_clusters(&["alpha"]);
    let arn = cluster_arn("eu-west-1", "alpha");
    let rows = vec![
        association(&arn, 1, "shop", "api"),
        association(&arn, 2, "shop", "web"),
    ];
    script.list_associations(&arn, rows);
    script.describe_all();
    script
}

/// What a line of a log is told as.
pub(crate) fn seen(line: &str) -> Finding {
    let arn = cluster_arn("eu-west-1", "alpha");
    let pod = roledex::model::pod::Pod::decode(&serde_json::json!({
        "metadata": {"namespace": "shop", "name": "api-7d9f", "uid": "u"},
        "spec": {"containers": [{"name": "app"}]},
    }));
    logged(&arn, of_account("shop", "api"), &pod.unwrap(), line)
}

fn looked(lines: Option<usize>) -> Looked {
    Looked {
        agent_of: None,
        namespace: "shop".into(),
        pod: "api-7d9f".into(),
        container: "app".into(),
        lines,
    }
}

fn wanted(script: &Script) -> Vec<LogsOf> {
    let open = script.open().into_iter();
    open.filter_map(|request| match request {
        Request::ReadLogs { of, .. } => Some(of),
        _ => None,
    })
    .collect()
}

fn read(script: &mut Script, looked: Vec<Looked>, findings: Vec<Finding>) {
    let ticket = script.ticket(|request| matches!(request, Request::ReadLogs { .. }));
    let at = script.now;
    let read = LogsRead {
        at,
        looked,
        findings,
    };
    script.step(ticket, Step::Logs(Box::new(read)));
    script.done(ticket, Ok(()));
}

#[test]
fn logs_are_read_only_when_somebody_wants_them_and_are_gone_with_the_explanation() {
    let mut script = world();
    script.keys("2 g x");
    let about = about_account(&cluster_arn("eu-west-1", "alpha"), "shop", "api");
    script.diagnosed(&about, Vec::new());
    assert!(wanted(&script).is_empty());
    assert!(!text(&script).contains("What the logs say"));
    script.keys("L");
    let asked = wanted(&script);
    let [of] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let accounts: Vec<_> = of.accounts.keys().collect();
    assert_eq!(accounts, [&("shop".into(), "api".into())]);
    assert!(text(&script).contains("reading the ends of logs"));
    script.keys("L");
    assert_eq!(script.notice(), "read-logs: the logs are being read");
    read(&mut script, vec![looked(Some(200))], vec![seen(LINE)]);
    let told = text(&script);
    for part in [
        "from Kubernetes",
        "is older than EKS Pod Identity",
        "only loopback hosts are allowed",
        "shop/api-7d9f  container app  the last 200 lines",
        "? nothing wrong found but what the logs name",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(
        !told.contains("● nothing wrong found"),
        "the logs name something: {told}"
    );
    script.keys("esc x");
    script.diagnosed(&about, Vec::new());
    let again = text(&script);
    assert!(!again.contains("What the logs say") && again.contains("● nothing wrong found"));
    assert!(
        again.contains("logs were not looked at: L looks through them"),
        "{again}"
    );
}

#[test]
fn what_mends_what_a_log_names_can_be_copied() {
    let mut script = world();
    script.keys("2 g x");
    let about = about_account(&cluster_arn("eu-west-1", "alpha"), "shop", "api");
    script.diagnosed(&about, Vec::new());
    script.keys("C");
    assert!(script.notice().contains("nothing that was found"));
    script.keys("L");
    let line = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/z";
    read(&mut script, vec![looked(Some(3))], vec![seen(line)]);
    script.keys("C enter");
    let copied = script.effects.iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert!(copied.unwrap().contains("iam:PassRole"), "{copied:?}");
}

#[test]
fn logs_that_could_not_be_read_are_not_called_clean() {
    let mut script = world();
    script.keys("2 g x L");
    let gap = Finding {
        severity: Severity::Warning,
        ..unknown(
            "logs-unread",
            of_account("shop", "api"),
            "not known: what the logs say",
            "needs get pods/log in Kubernetes",
        )
    };
    read(&mut script, Vec::new(), vec![gap.clone()]);
    let told = text(&script);
    assert!(
        told.contains("? no log could be read") && told.contains("? needs get pods/log"),
        "{told}"
    );
    script.keys("L");
    read(&mut script, vec![looked(Some(1))], vec![gap]);
    let told = text(&script);
    assert!(
        told.contains("nothing known stands in the logs that could be read"),
        "{told}"
    );
    script.keys("L");
    read(&mut script, vec![looked(Some(1)), looked(None)], Vec::new());
    let told = text(&script);
    assert!(
        told.contains("known troubles is named in them") && told.contains("no log: it has not"),
        "{told}"
    );
    script.keys("L");
    let ticket = script.ticket(|request| matches!(request, Request::ReadLogs { .. }));
    let failure = Failure::new(FailureKind::Unreachable, "list the pods", "no route");
    script.done(ticket, Err(failure));
    assert!(text(&script).contains("no route"), "{}", text(&script));
}

#[test]
fn closing_the_explanation_cancels_the_logs_and_reading_again_reads_them_again() {
    let mut script = world();
    script.keys("2 g x L");
    let ticket = script.ticket(|request| matches!(request, Request::ReadLogs { .. }));
    script.keys("ctrl-r");
    assert_eq!(wanted(&script).len(), 1, "in place of the one before");
    let newer = script.ticket(|request| matches!(request, Request::ReadLogs { .. }));
    assert_ne!(ticket, newer);
    script.keys("esc");
    assert!(wanted(&script).is_empty() && script.state.modals.is_empty());
}

#[test]
fn of_a_cluster_the_logs_of_those_in_trouble_are_read() {
    let mut script = world();
    script.keys("1 g x L");
    assert!(
        script.notice().contains("is not there yet"),
        "{}",
        script.notice()
    );
    let about = roledex::app::diagnosis::About::Cluster(cluster_arn("eu-west-1", "alpha"));
    script.diagnosed(&about, Vec::new());
    script.keys("L");
    assert!(script.notice().contains("no pod and no node is in trouble"));
    script.keys("ctrl-r");
    let found = vec![
        Finding {
            pods: vec!["api-7d9f".into()],
            ..error("old", of_account("shop", "api"), "is old")
        },
        Finding {
            standing: Standing::Possible,
            ..error(
                "agent",
                roledex::model::diagnosis::Subject::Node("node-1".into()),
                "the agent is not there",
            )
        },
        unknown("trust", of_account("shop", "web"), "not known", "needs x"),
    ];
    script.diagnosed(&about, found);
    script.keys("L");
    let asked = wanted(&script);
    let [of] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let (place, pods) = of.accounts.first_key_value().unwrap();
    assert_eq!(of.accounts.len(), 1, "{of:?}");
    assert_eq!(place, &("shop".into(), "api".into()));
    assert!(!pods.only && pods.first.contains("api-7d9f"));
    assert!(of.nodes.contains("node-1"));
}

#[test]
fn whom_a_role_reaches_has_no_logs() {
    let mut script = world();
    script.keys("2 g u L");
    assert!(script.notice().starts_with("read-logs: logs go with"));
    assert_eq!(script.state.focus, PaneId::Associations);
}
