//! Pods out of JSON: what is kept, what is dropped, and what is refused.

use proptest::prelude::*;
use roledex::model::node::Node;
use roledex::model::pod::{ContainerKind, Owner, Phase, Pod, Setting, Source, Variable};
use roledex::model::service_account::ServiceAccount;
use serde_json::{Value, json};

use super::case::{injected, main};

fn pod(spec: &Value) -> Pod {
    Pod::decode(&json!({"metadata": {"namespace": "a", "name": "b"}, "spec": spec})).unwrap()
}

fn setting(item: &Value) -> Option<Setting> {
    let name = item["name"].as_str().unwrap().to_owned();
    let pod = pod(&json!({"containers": [{"name": "c", "env": [item]}]}));
    let variable = Variable::ALL
        .into_iter()
        .find(|variable| variable.name() == name)?;
    pod.containers[0].env.setting(variable).cloned()
}

#[test]
fn a_pod_is_trimmed_to_what_matters() {
    let pod = Pod::decode(&json!({
        "metadata": {"namespace": "payments", "name": "api-7d9f-x2", "uid": "u-7",
            "creationTimestamp": "2026-11-20T12:00:00Z", "deletionTimestamp": "2026-11-21T12:00:00Z",
            "labels": {"app": "api", "pod-template-hash": "7d9f", "eks.amazonaws.com/pod-identity": "enabled"},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "canary"},
            "ownerReferences": [{"kind": "Lease", "name": "x"},
                {"kind": "ReplicaSet", "name": "api-7d9f", "controller": true}]},
        "spec": {"nodeName": "n", "hostNetwork": true, "os": {"name": "linux"},
            "containers": [{"name": "app", "image": "x", "volumeMounts": [
                {"name": "data", "mountPath": "/data"}, {"name": "home", "mountPath": "/home/u"}]}],
            "initContainers": [{"name": "mesh", "restartPolicy": "Always"}, {"name": "setup"}],
            "ephemeralContainers": [{"name": "debug"}],
            "volumes": [{"name": "data", "emptyDir": {}},
                {"name": "home", "secret": {"items": [{"key": "k", "path": ".aws/credentials"}]}},
                {"name": "kube-api-access", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]},
    }))
    .unwrap();
    assert_eq!(&*pod.service_account, "default");
    assert_eq!(
        (pod.phase.clone(), pod.ready, pod.terminating),
        (Phase::Running, Some(false), true)
    );
    assert!(pod.host_network && pod.marks.injected);
    let kinds: Vec<_> = pod.containers.iter().map(|c| (&*c.name, c.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("app", ContainerKind::Main),
            ("mesh", ContainerKind::Sidecar),
            ("setup", ContainerKind::Init),
            ("debug", ContainerKind::Ephemeral),
        ]
    );
    let volumes: Vec<_> = pod.volumes.iter().map(|volume| &*volume.name).collect();
    assert_eq!(volumes, ["home"]);
    assert_eq!(pod.containers[0].mounts.len(), 1);
    let deployment = Owner {
        kind: "Deployment".into(),
        name: "api".into(),
    };
    assert_eq!(pod.workload(), Some(deployment));
    assert!(!format!("{pod:?}").contains("canary"));
}

#[test]
fn values_are_kept_only_in_the_form_they_should_have() {
    let literal = |text: &str| Some(Setting::Literal(text.into()));
    let withheld = Some(Setting::Withheld);
    for (name, value, expected) in [
        (
            "HTTP_PROXY",
            "http://user:pa/s?s#w@rd@proxy:3128/path?q",
            literal("http://proxy:3128"),
        ),
        (
            "HTTP_PROXY",
            "user:secret@proxy:3128",
            literal("proxy:3128"),
        ),
        ("HTTP_PROXY", "http://user:secret", withheld.clone()),
        ("http_proxy", "not a proxy", withheld.clone()),
        ("https_proxy", "secret://proxy", withheld.clone()),
        (
            "ALL_PROXY",
            "socks5://[::1]:1080",
            literal("socks5://[::1]:1080"),
        ),
        (
            "NO_PROXY",
            "10.0.0.0/8, .svc,u:p@x,[fd00:ec2::23]",
            literal("10.0.0.0/8,.svc,[fd00:ec2::23]"),
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://u:p@localhost:80/v1/c?token=t",
            literal("http://localhost:80/v1/c"),
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "localhost/v1",
            withheld.clone(),
        ),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            "eyJhbGciOi",
            withheld.clone(),
        ),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "eyJhbGciOi",
            withheld.clone(),
        ),
        ("AWS_ROLE_ARN", "arn:aws:s3:::bucket", withheld.clone()),
        ("AWS_REGION", "eu-west-1", literal("eu-west-1")),
        ("AWS_REGION", "Not A Region", withheld.clone()),
        ("AWS_EC2_METADATA_DISABLED", "True", literal("true")),
        ("AWS_PROFILE", "prod", withheld.clone()),
        ("AWS_ACCESS_KEY_ID", "AKIA", withheld),
        ("AWS_ACCESS_KEY_ID", "", Some(Setting::Empty)),
        (
            "AWS_ACCESS_KEY_ID",
            "$(KEY)",
            Some(Setting::Reference {
                source: Source::Expansion,
                optional: true,
            }),
        ),
        ("DATABASE_URL", "postgres://u:p@h/d", None),
    ] {
        assert_eq!(
            setting(&json!({"name": name, "value": value})),
            expected,
            "{name}={value}"
        );
    }
    let field = json!({"name": "AWS_REGION", "valueFrom": {"fieldRef": {"fieldPath": "x"}}});
    let expected = Setting::Reference {
        source: Source::Field,
        optional: false,
    };
    assert_eq!(setting(&field), Some(expected));
}

#[test]
fn what_is_wrong_is_named() {
    let metadata = json!({"namespace": "a", "name": "b"});
    for (object, words) in [
        (json!(null), "metadata.namespace is missing"),
        (json!({"metadata": 5}), "metadata is not an object"),
        (
            json!({"metadata": metadata, "spec": {"containers": {}}}),
            "spec.containers is not a list",
        ),
        (
            json!({"metadata": metadata, "spec": {"containers": [{"name": "x"}, {"name": ""}]}}),
            "spec.containers[1].name is empty",
        ),
        (
            json!({"metadata": metadata, "spec": {"containers": [{"name": "x", "env": [{"name": "AWS_REGION", "value": 5}]}]}}),
            "spec.containers[0].env[0].value is not a text",
        ),
        (
            json!({"metadata": {"namespace": "a", "name": "b", "creationTimestamp": "noon"}}),
            "metadata.creationTimestamp is not a time in RFC 3339",
        ),
    ] {
        assert_eq!(Pod::decode(&object).unwrap_err().to_string(), words);
    }
}

const CANARY: &str = "c4n4ry";

fn variable_name() -> impl Strategy<Value = String> {
    let hidden = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "DATABASE_URL",
        "aws_region",
    ];
    prop_oneof![
        proptest::sample::select(hidden.to_vec()).prop_map(str::to_owned),
        "[A-Za-z_]{0,12}".prop_filter("shown on purpose", |name| {
            Variable::ALL.iter().all(|variable| variable.name() != name)
        }),
    ]
}

/// Any JSON, with members that the decoders ask for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let names = [
        "metadata",
        "spec",
        "status",
        "containers",
        "initContainers",
        "env",
        "envFrom",
        "name",
        "namespace",
        "value",
        "valueFrom",
        "volumes",
        "projected",
        "sources",
        "labels",
        "annotations",
        "ownerReferences",
        "conditions",
        "type",
        "nodeInfo",
        "volumeMounts",
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(names.to_vec()), inner), 0..5)
                .prop_map(|members| {
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect()
                }),
        ]
    })
}

/// Puts a value in the place of the n-th value of a document, counted in depth.
fn replaced(document: &mut Value, countdown: &mut usize, with: &Value) {
    if *countdown == 0 {
        *document = with.clone();
    }
    *countdown = countdown.wrapping_sub(1);
    match document {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replaced(item, countdown, with)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|item| replaced(item, countdown, with)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn values_outside_the_list_are_dropped(
        variables in proptest::collection::vec((variable_name(), "\\PC{0,6}"), 0..8),
        userinfo in "[a-z:/?#@%]{0,8}",
    ) {
        let mut env: Vec<Value> = variables
            .iter()
            .map(|(name, value)| json!({"name": name, "value": format!("{value}{CANARY}")}))
            .collect();
        env.push(json!({"name": "HTTP_PROXY", "value": format!("http://{userinfo}{CANARY}@proxy:3128")}));
        env.push(json!({"name": "https_proxy", "value": format!("{CANARY}{userinfo}@proxy")}));
        env.push(json!({"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": format!("http://{CANARY}@localhost/c?{CANARY}")}));
        let container = json!({"name": "c", "env": env, "args": [CANARY], "command": [CANARY], "image": CANARY});
        let pod = pod(&json!({"containers": [container], "initContainers": [container]}));
        prop_assert!(!format!("{pod:?}").contains(CANARY), "{pod:?}");
    }

    #[test]
    fn any_document_is_read_or_refused(document in any_json()) {
        for problem in [
            Pod::decode(&document).err(),
            ServiceAccount::decode(&document).err(),
            Node::decode(&document).err(),
        ].into_iter().flatten() {
            prop_assert!(!problem.member.is_empty());
        }
    }

    #[test]
    fn any_part_of_a_pod_may_be_something_else(place in 0usize..90, with in any_json()) {
        let mut document = injected(main().irsa().env_from("")).pod;
        replaced(&mut document, &mut { place }, &with);
        if let Err(problem) = Pod::decode(&document) {
            prop_assert!(!problem.member.is_empty());
        }
    }
}
