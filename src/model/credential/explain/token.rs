//! Answers to a `TokenRequest`.

use serde_json::json;

use crate::model::diagnosis::remedy;
use crate::model::text::visible;

use super::{About, Explained};
use crate::model::credential::refusal::TokenRefusal;
use crate::model::credential::test::TokenSource;

/// Explains why the API server issued no token.
pub fn explain_token(refusal: TokenRefusal, about: &About<'_>) -> Explained {
    let name = about.name();
    let pod = match &about.test.token {
        TokenSource::Pod { name, .. } => visible(name).into_owned(),
        TokenSource::Given => "the pod".to_owned(),
    };
    let explained = match refusal {
        TokenRefusal::NoServiceAccount => Explained::new(
            format!("there is no service account {name}"),
            "EKS takes associations for service accounts that are not there; such an association sleeps",
        )
        .remedy(create_account(about)),
        TokenRefusal::NoPod => Explained::new(
            format!("pod {pod} is gone"),
            "it was deleted or replaced since it was picked; a token must be bound to a pod that is there",
        )
        .advice("test again: another pod is picked"),
        TokenRefusal::AnotherPod => Explained::new(
            format!("pod {pod} is another one by now"),
            "a pod of the same name took its place, with another uid",
        )
        .advice("test again: the new pod is picked"),
        TokenRefusal::AnotherAccount => Explained::new(
            format!("pod {pod} runs as another service account than {name}"),
            "a token is bound to pods of its own service account only",
        )
        .advice("look at serviceAccountName of the workload, or test its own service account"),
        TokenRefusal::Forbidden => Explained::new(
            format!("{} may not have tokens of {name} issued", about.caller()),
            "it takes the RBAC rule \"create serviceaccounts/token\" in the namespace",
        )
        .remedy(rule(about)),
        TokenRefusal::Unauthorized => {
            let explained = Explained::new(
                format!("the API server does not know {}", about.caller()),
                "its role has no access entry and no row in aws-auth, or the clock of this machine is wrong",
            );
            match about.hint() {
                Some(hint) => explained.advice(hint),
                None => explained,
            }
        }
        TokenRefusal::Invalid => Explained::new(
            "the API server does not take the request for a token",
            "it may set limits of its own, for example on how long a token lives",
        ),
        TokenRefusal::Throttled => Explained::new(
            "the API server is busy",
            "it turned the request away; it says nothing about the pod",
        )
        .advice("test again later"),
        TokenRefusal::Unreachable => {
            let explained = Explained::new(
                "the API server of the cluster cannot be reached from here",
                "without it there is no token to test with",
            );
            let explained = match about.hint() {
                Some(hint) => explained.advice(hint),
                None => explained,
            };
            explained.advice("where it can be reached, make a token, and test it here with --token-file")
        }
        TokenRefusal::Off => Explained::new(
            "roledex did not ask",
            "read-only and no-credential-tests decide where credentials may be asked for",
        ),
        TokenRefusal::Other => Explained::new(
            "the API server issued no token",
            "its own words say more",
        ),
    };
    let explained = match refusal {
        TokenRefusal::Forbidden => {
            explained.advice("or have somebody else make a token, and test it with --token-file")
        }
        _ => explained,
    };
    Explained {
        why: format!("{} (it said: {})", explained.why, about.said()).into(),
        ..explained
    }
}

fn create_account(about: &About<'_>) -> crate::model::diagnosis::Remedy {
    let test = about.test;
    let written = remedy::kubectl(
        &test.cluster,
        &[
            "create",
            "serviceaccount",
            &test.service_account,
            "--namespace",
            &test.namespace,
        ],
    );
    remedy::command("create the service account", written)
}

fn rule(about: &About<'_>) -> crate::model::diagnosis::Remedy {
    let test = about.test;
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "roledex-credential-test", "namespace": &*test.namespace},
        "rules": [{
            "apiGroups": [""], "resources": ["serviceaccounts/token"],
            "resourceNames": [&*test.service_account], "verbs": ["create"],
        }],
    });
    remedy::patch("a role to bind to the caller", &role)
}
