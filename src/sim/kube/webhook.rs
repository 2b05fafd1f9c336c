//! What the pod identity webhook adds to a pod when it is created; running pods never change.

use serde_json::{Map, Value, json};

use super::object::{Head, text};
use super::seed::the;
use super::store::Store;
use super::workload::Context;
use crate::sim::identifier;

const POD_IDENTITY_DIRECTORY: &str = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
const IRSA_DIRECTORY: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount";

/// What the webhook knows when a pod is created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) region: &'a str,
    pub(super) is_ipv6: bool,
    /// The service account has an association, and the webhook has heard of it.
    pub(super) is_associated: bool,
    /// The annotations of the service account.
    pub(super) annotations: &'a Value,
}

/// Changes a pod as the webhook does; an association wins over the older annotation.
pub(super) fn mutate(pod: &mut Value, known: Known<'_>) {
    if pod
        .pointer("/metadata/labels")
        .and_then(|labels| labels.get("eks.amazonaws.com/skip-pod-identity-webhook"))
        .is_some()
    {
        return;
    }
    let role = annotation(known.annotations, "eks.amazonaws.com/role-arn").map(str::to_owned);
    if known.is_associated {
        inject_pod_identity(pod, known);
    } else if let Some(role) = role {
        inject_irsa(pod, known, &role);
    }
}

/// Makes the configuration that tells the API server when to call the webhook.
pub(super) fn put_configuration(cx: &Context<'_>, store: &mut Store) {
    let resource = the("MutatingWebhookConfiguration");
    let head = Head {
        name: "pod-identity-webhook",
        seed: &cx.seed_of(resource, "", "pod-identity-webhook"),
        created: cx.seed.born,
        ..Head::default()
    };
    let namespaces = &cx.seed.unwatched_namespaces;
    let selector = if namespaces.is_empty() {
        json!({})
    } else {
        json!({"matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": namespaces}]})
    };
    let webhook = json!({
        "name": "iam-for-pods.amazonaws.com",
        "clientConfig": {"url": "https://127.0.0.1:23443/mutate"},
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"],
                   "resources": ["pods"], "scope": "*"}],
        "failurePolicy": "Ignore",
        "matchPolicy": "Equivalent",
        "namespaceSelector": selector,
        "objectSelector": {"matchExpressions": [
            {"key": "eks.amazonaws.com/skip-pod-identity-webhook", "operator": "DoesNotExist"}]},
        "sideEffects": "None",
        "timeoutSeconds": 10,
        "admissionReviewVersions": ["v1beta1"],
        "reinvocationPolicy": "IfNeeded",
    });
    store.put(
        resource,
        head.object(resource, json!({"webhooks": [webhook]})),
    );
}

fn inject_pod_identity(pod: &mut Value, known: Known<'_>) {
    let is_windows = is_windows(pod);
    let uri = if known.is_ipv6 {
        "http://[fd00:ec2::23]/v1/credentials"
    } else {
        "http://169.254.170.23/v1/credentials"
    };
    let token = path(POD_IDENTITY_DIRECTORY, "eks-pod-identity-token", is_windows);
    let region = known.region;
    each_container(pod, |container| {
        let has_its_own = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        ]
        .iter()
        .any(|name| defines(container, name));
        add_region(container, region);
        if !has_its_own {
            add(container, "AWS_CONTAINER_CREDENTIALS_FULL_URI", uri);
            add(container, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token);
        }
        mount(container, "eks-pod-identity-token", POD_IDENTITY_DIRECTORY);
    });
    add_volume(
        pod,
        "eks-pod-identity-token",
        "pods.eks.amazonaws.com",
        "eks-pod-identity-token",
        known,
    );
    if let Some(Value::Object(metadata)) = pod.get_mut("metadata") {
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        if let Value::Object(labels) = labels {
            labels.insert(
                "eks.amazonaws.com/pod-identity".to_owned(),
                json!("enabled"),
            );
        }
    }
}

fn inject_irsa(pod: &mut Value, known: Known<'_>, role: &str) {
    let token = path(IRSA_DIRECTORY, "token", is_windows(pod));
    let audience = annotation(known.annotations, "eks.amazonaws.com/audience")
        .unwrap_or("sts.amazonaws.com")
        .to_owned();
    each_container(pod, |container| {
        add_region(container, known.region);
        if !defines(container, "AWS_ROLE_ARN") && !defines(container, "AWS_WEB_IDENTITY_TOKEN_FILE")
        {
            add(container, "AWS_ROLE_ARN", role);
            add(container, "AWS_WEB_IDENTITY_TOKEN_FILE", &token);
        }
        mount(container, "aws-iam-token", IRSA_DIRECTORY);
    });
    add_volume(pod, "aws-iam-token", &audience, "token", known);
}

fn path(directory: &str, file: &str, is_windows: bool) -> String {
    let path = format!("{directory}/{file}");
    if is_windows {
        format!("C:{}", path.replace('/', "\\"))
    } else {
        path
    }
}

fn is_windows(pod: &Value) -> bool {
    pod.pointer("/spec/nodeSelector")
        .and_then(|selector| selector.get("kubernetes.io/os"))
        .and_then(Value::as_str)
        == Some("windows")
}

fn each_container(pod: &mut Value, mut change: impl FnMut(&mut Map<String, Value>)) {
    let skipped: Vec<String> = pod
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotation(annotations, "eks.amazonaws.com/skip-containers"))
        .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    for list in ["/spec/initContainers", "/spec/containers"] {
        let Some(Value::Array(containers)) = pod.pointer_mut(list) else {
            continue;
        };
        for container in containers.iter_mut() {
            let name = text(container, "/name").to_owned();
            if let (Value::Object(container), false) = (container, skipped.contains(&name)) {
                change(container);
            }
        }
    }
}

fn add_region(container: &mut Map<String, Value>, region: &str) {
    if !defines(container, "AWS_STS_REGIONAL_ENDPOINTS") {
        add(container, "AWS_STS_REGIONAL_ENDPOINTS", "regional");
    }
    if !defines(container, "AWS_DEFAULT_REGION") && !defines(container, "AWS_REGION") {
        add(container, "AWS_DEFAULT_REGION", region);
        add(container, "AWS_REGION", region);
    }
}

fn defines(container: &Map<String, Value>, name: &str) -> bool {
    container
        .get("env")
        .and_then(Value::as_array)
        .is_some_and(|variables| {
            variables
                .iter()
                .any(|variable| text(variable, "/name") == name)
        })
}

fn add(container: &mut Map<String, Value>, name: &str, value: &str) {
    push(container, "env", json!({"name": name, "value": value}));
}

fn mount(container: &mut Map<String, Value>, volume: &str, path: &str) {
    push(
        container,
        "volumeMounts",
        json!({"name": volume, "readOnly": true, "mountPath": path}),
    );
}

pub(super) fn push(members: &mut Map<String, Value>, member: &str, item: Value) {
    let list = members.entry(member).or_insert_with(|| json!([]));
    if let Value::Array(items) = list {
        items.push(item);
    }
}

fn add_volume(pod: &mut Value, name: &str, audience: &str, file: &str, known: Known<'_>) {
    let wanted = pod
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotation(annotations, "eks.amazonaws.com/token-expiration"))
        .or_else(|| annotation(known.annotations, "eks.amazonaws.com/token-expiration"))
        .and_then(|text| text.parse::<u64>().ok());
    // Without an annotation, tokens of many pods must not expire all at once.
    let jitter = identifier::number(text(pod, "/metadata/name"), 7200);
    let seconds = wanted.map_or(86_400 - jitter, |seconds| seconds.clamp(600, 86_400));
    let Some(Value::Object(spec)) = pod.get_mut("spec") else {
        return;
    };
    let is_taken = spec
        .get("volumes")
        .and_then(Value::as_array)
        .is_some_and(|volumes| volumes.iter().any(|volume| text(volume, "/name") == name));
    if is_taken {
        // The webhook keeps what is there, right or wrong.
        return;
    }
    push(
        spec,
        "volumes",
        json!({"name": name, "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"audience": audience, "expirationSeconds": seconds, "path": file}}
        ]}}),
    );
}

fn annotation<'v>(annotations: &'v Value, name: &str) -> Option<&'v str> {
    annotations.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutated(pod: &Value, is_associated: bool, annotations: &Value) -> Value {
        let mut pod = pod.clone();
        mutate(
            &mut pod,
            Known {
                region: "eu-west-1",
                is_ipv6: false,
                is_associated,
                annotations,
            },
        );
        pod
    }

    fn variables(pod: &Value, container: usize) -> Vec<String> {
        let list = pod.pointer(&format!("/spec/containers/{container}/env"));
        list.and_then(Value::as_array)
            .map(|list| {
                list.iter()
                    .map(|one| text(one, "/name").to_owned())
                    .collect()
            })
            .unwrap_or_default()
    }

    #[test]
    fn an_association_wins_over_the_annotation() {
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}});
        let annotated = json!({"eks.amazonaws.com/role-arn": "arn:x"});
        let both = mutated(&pod, true, &annotated);
        assert_eq!(
            variables(&both, 0),
            [
                "AWS_STS_REGIONAL_ENDPOINTS",
                "AWS_DEFAULT_REGION",
                "AWS_REGION",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
            ]
        );
        assert_eq!(
            both.pointer("/metadata/labels/eks.amazonaws.com~1pod-identity"),
            Some(&json!("enabled"))
        );
        let seconds = both
            .pointer("/spec/volumes/0/projected/sources/0/serviceAccountToken/expirationSeconds")
            .and_then(Value::as_u64)
            .unwrap();
        assert!((79_200..=86_400).contains(&seconds));
        let older = mutated(&pod, false, &annotated);
        assert!(variables(&older, 0).contains(&"AWS_ROLE_ARN".to_owned()));
        assert_eq!(mutated(&pod, false, &json!({})), pod);
    }

    #[test]
    fn containers_keep_what_they_define_and_may_be_skipped() {
        let pod = json!({
            "metadata": {"name": "p", "annotations": {"eks.amazonaws.com/skip-containers": "b, c"}},
            "spec": {"containers": [
                {"name": "a", "env": [
                    {"name": "AWS_REGION", "value": "x"},
                    {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://localhost"},
                ]},
                {"name": "b"},
            ]},
        });
        let pod = mutated(&pod, true, &json!({}));
        assert_eq!(
            variables(&pod, 0),
            [
                "AWS_REGION",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_STS_REGIONAL_ENDPOINTS"
            ]
        );
        assert!(pod.pointer("/spec/containers/0/volumeMounts/0").is_some());
        assert!(variables(&pod, 1).is_empty());
    }
}
