//! What a person is told beside the diff.

use roledex::model::Known;
use roledex::model::identity::{Evidence, Fact};
use roledex::model::plan::{BlastRadius, Edit, Plan, Setting};
use roledex::model::pod::Pod;
use roledex::model::service_account::ServiceAccount;
use serde_json::json;

use super::{
    basis, creation, deletion, edit_role, foreign, read, record, record_with, relocation, tagging,
    update,
};

fn warned(plan: &Plan) -> String {
    let warnings = plan
        .warnings()
        .into_iter()
        .map(|warning| warning.to_string());
    warnings.collect::<Vec<_>>().join("\n")
}

#[test]
fn running_pods_keep_what_they_have() {
    let direct = warned(&update(edit_role("b")));
    assert!(
        direct.contains("up to 3 h in the agent and up to 6 h in the SDK"),
        "{direct}"
    );
    let chained = read(record_with(&[], Some(foreign("v").as_str()), None));
    let plan = Plan::update(basis(), chained.clone(), &edit_role("b")).unwrap();
    assert!(warned(&plan).contains("up to 59 min"), "{}", warned(&plan));
    let gone = warned(&Plan::delete(basis(), chained).unwrap());
    assert!(gone.contains("at most 1 h"), "{gone}");
    assert!(gone.contains("revoke the active sessions of v "), "{gone}");
    assert!(
        warned(&deletion()).contains("at most 6 h"),
        "{}",
        warned(&deletion())
    );
    assert!(warned(&creation()).contains("pods that run now get nothing"));
    assert!(warned(&tagging(&["a=1"])).is_empty());
    assert!(warned(&update(Edit::default())).is_empty());

    let mut nobody = basis();
    nobody.pods = BlastRadius::of([], Fact::Unknown, "2026-11-01T00:00:00Z".parse().unwrap());
    let plan = Plan::update(nobody, read(record()), &edit_role("b")).unwrap();
    assert!(warned(&plan).is_empty(), "{}", warned(&plan));
}

#[test]
fn consequences_that_are_easily_overlooked() {
    let target = |tags| Edit {
        target_role: Setting::Set(foreign("v")),
        session_tags: tags,
        ..Edit::default()
    };
    let text = warned(&update(target(Some(false))));
    assert!(
        text.contains("eu-west-1/111122223333/shop/payments/api"),
        "{text}"
    );
    assert!(text.contains("stop matching"), "{text}");
    let moved = Plan::relocate(basis(), read(record()), "web", "cart", target(None)).unwrap();
    let text = warned(&moved);
    assert!(
        text.contains("eu-west-1/111122223333/shop/web/cart"),
        "{text}"
    );
    assert!(text.contains("EKS cannot move an association"), "{text}");
    assert!(text.contains("another id and ARN"), "{text}");

    let policy = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let limited = record_with(&[("aws:x", "1")], Some(foreign("v").as_str()), Some(policy));
    let clear = Edit {
        policy: Setting::Clear,
        ..Edit::default()
    };
    let text = warned(&Plan::update(basis(), read(limited.clone()), &clear).unwrap());
    assert!(text.contains("is not documented"), "{text}");
    let text =
        warned(&Plan::relocate(basis(), read(limited), "web", "api", Edit::default()).unwrap());
    assert!(text.contains("limits the target role only"), "{text}");
    assert!(text.contains("are lost: aws:x"), "{text}");

    let old = Known::cached(record(), "2026-11-01T00:00:00Z".parse().unwrap());
    let text = warned(&Plan::delete(basis(), old).unwrap());
    assert!(
        text.contains("from the cache, read 2026-11-01T00:00:00Z"),
        "{text}"
    );
}

#[test]
fn pods_are_counted_by_whether_they_use_it() {
    let pod = |name: &str, env: serde_json::Value, phase: &str| {
        Pod::decode(&json!({
            "metadata": {"namespace": "payments", "name": name, "uid": name},
            "spec": {"serviceAccountName": "api", "nodeName": "n", "containers": [{"name": "c", "env": env}]},
            "status": {"phase": phase},
        }))
        .unwrap()
    };
    let keys = json!([
        {"name": "AWS_ACCESS_KEY_ID", "value": "x"}, {"name": "AWS_SECRET_ACCESS_KEY", "value": "y"},
    ]);
    let agent = json!([
        {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
        {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
         "value": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"},
    ]);
    let pods = [
        pod("b", agent, "Running"),
        pod("a", keys, "Running"),
        pod("c", json!([]), "Succeeded"),
    ];
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let account = ServiceAccount::decode(&json!({
        "metadata": {"namespace": "payments", "name": "api", "annotations":
            {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/irsa"}},
    }))
    .unwrap();
    let evidence = pods.iter().map(|pod| (Evidence::of(pod, now), None));
    let radius = BlastRadius::of(evidence, Fact::Present(&account), now);
    // The agent and the association are not known, so it is no more than a perhaps.
    assert_eq!(
        radius.phrase(),
        "2 pods, 0 of them with these credentials, 1 perhaps"
    );
    let mut reached = basis();
    reached.pods = radius;
    let plan = Plan::delete(reached, read(record())).unwrap();
    let text = warned(&plan);
    assert!(
        text.contains("the IRSA role arn:aws:iam::111122223333:role/irsa"),
        "{text}"
    );
    assert!(!plan.pods().is_nobody());
}

#[test]
fn lines_say_where_and_as_whom() {
    let lines: Vec<String> = update(edit_role("b"))
        .lines()
        .into_iter()
        .map(|line| format!("{}={}", line.label, line.value))
        .collect();
    assert_eq!(
        lines,
        [
            "account=111122223333",
            "region=eu-west-1",
            "cluster=arn:aws:eks:eu-west-1:111122223333:cluster/shop",
            "association=payments/api",
            "id=a-0123456789abcdefg",
            "profile=prod",
            "caller=arn:aws:sts::111122223333:assumed-role/Admin/alice",
            "pods=not known: nobody asked",
        ]
    );
    for (plan, title) in [
        (
            update(edit_role("b")),
            "change payments/api of the cluster shop",
        ),
        (creation(), "create payments/api of the cluster shop"),
        (deletion(), "delete payments/api of the cluster shop"),
        (tagging(&["a=1"]), "tag payments/api of the cluster shop"),
        (
            relocation("web", Edit::default()),
            "move payments/api to web/api in the cluster shop (create, then delete)",
        ),
    ] {
        assert_eq!(plan.title(), title);
    }
}
