//! Scenes of service accounts and pods.

use roledex::model::kubernetes::{WatchEvent, WatchedKind};
use roledex::model::{ClusterArn, Failure, FailureKind};

use super::ready;
use crate::parts::{delete_role, distrust_role};
use crate::script::kubernetes::{account, pod, world};
use crate::script::{Script, cluster_arn};

fn cluster() -> ClusterArn {
    cluster_arn("eu-west-1", "checkout-eu")
}

/// The first cluster entered, and everything of it read.
fn entered(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("1 g enter");
    script.say(
        &cluster(),
        world(vec![
            account("argocd", "argocd-application-controller", None),
            account("checkout", "cart", None),
            account("checkout", "legacy", Some("legacy-irsa")),
            account("default", "default", None),
            account("external-dns", "external-dns", None),
            pod(
                "argocd",
                "argocd-application-controller-0",
                "argocd-application-controller",
                true,
            ),
            pod("checkout", "cart-6f9c-aaaaa", "cart", false),
            pod("checkout", "legacy-6f9c-bbbbb", "legacy", false),
            pod("default", "debug", "default", false),
            pod(
                "external-dns",
                "external-dns-6f9c-ccccc",
                "external-dns",
                true,
            ),
            pod(
                "external-dns",
                "external-dns-6f9c-ddddd",
                "external-dns",
                false,
            ),
        ]),
    );
    script
}

fn failing() -> Vec<(WatchedKind, WatchEvent)> {
    let failure = Failure::new(
        FailureKind::Unreachable,
        "reach the API server of checkout-eu",
        "no answer within 5 s",
    )
    .hint("the endpoint may be private: connect to its network, or use --kubeconfig");
    WatchedKind::ALL
        .map(|kind| (kind, WatchEvent::Failed(failure.clone())))
        .to_vec()
}

pub(in crate::render) fn service_accounts(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("4 j");
    script
}

pub(in crate::render) fn unread_accounts(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("4 f");
    script
}

/// What AWS knows stands there; what only Kubernetes knows says why it is not known.
pub(in crate::render) fn unreachable_accounts(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("1 g enter");
    script.say(&cluster(), failing());
    script.keys("4 f j");
    script
}

pub(in crate::render) fn pods(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("5 j j");
    script
}

pub(in crate::render) fn pods_of_account(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script
        .keys("4 /")
        .typed("name:external")
        .keys("enter enter");
    script
}

pub(in crate::render) fn no_pods_of_account(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("2 /").typed("keda").keys("enter enter");
    script
}

/// What a broken watch leaves behind, some minutes later.
pub(in crate::render) fn broken_watch(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.say(&cluster(), failing());
    script.now = "2026-11-21T12:07:00Z".parse().unwrap();
    script.keys("5 j");
    script
}

pub(in crate::render) fn describe_account(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("4 G d");
    script
}

pub(in crate::render) fn describe_pod(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("5 G enter");
    script
}

/// A role that is gone, one that does not trust EKS, and others that IAM was not asked about.
fn withheld(width: u16, height: u16) -> Script {
    let mut script = entered(width, height);
    script.keys("6");
    delete_role(&mut script, "argocd-deployer");
    distrust_role(&mut script, "external-dns");
    script
}

pub(in crate::render) fn withheld_accounts(width: u16, height: u16) -> Script {
    let mut script = withheld(width, height);
    script.keys("4 f");
    script
}

pub(in crate::render) fn withheld_pods(width: u16, height: u16) -> Script {
    let mut script = withheld(width, height);
    script.keys("5 f");
    script
}

/// A view beyond those that stand together.
pub(in crate::render) fn other_view(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("6");
    script
}
