//! Scenes of explanations and findings.

use roledex::app::diagnosis::About;
use roledex::app::{Request, Step};
use roledex::model::diagnosis::{Finding, Remedy, RemedyKind, Standing, Subject};
use roledex::model::pod::Pod;
use roledex::model::signature::{LogsRead, Looked};
use roledex::model::{ClusterArn, Failure, FailureKind};
use serde_json::json;

use super::ready;
use crate::script::diagnosis::{
    about_account, because, command, error, logged, of_account, proof, unknown, warning,
};
use crate::script::{Script, cluster_arn};

fn cluster() -> ClusterArn {
    cluster_arn("eu-west-1", "checkout-eu")
}

fn agent() -> Finding {
    Finding {
        explanation: "nothing answers at 169.254.170.23, so pods get no credentials".into(),
        proofs: vec![
            proof("eks:ListAddons", "addons", "vpc-cni, coredns"),
            proof("GET daemonsets/eks-pod-identity-agent", "", "not found"),
        ],
        remedies: vec![command(
            "install the agent",
            "aws eks create-addon --cluster-name checkout-eu --addon-name eks-pod-identity-agent",
        )],
        ..error(
            "agent-missing",
            Subject::Cluster,
            "the cluster has no agent of EKS Pod Identity",
        )
    }
}

fn trust(namespace: &str, name: &str) -> Finding {
    let statement = "{\n  \"Effect\": \"Allow\",\n  \"Principal\": {\n    \"Service\": \"pods.eks.amazonaws.com\"\n  },\n  \"Action\": [\n    \"sts:AssumeRole\",\n    \"sts:TagSession\"\n  ]\n}";
    Finding {
        explanation: "EKS may not assume the role for the pods, and answers them with AccessDenied"
            .into(),
        proofs: vec![proof(
            "iam:GetRole cart",
            "AssumeRolePolicyDocument.Statement[0].Principal",
            "{\"Federated\": \"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\"}",
        )],
        remedies: vec![
            Remedy {
                kind: RemedyKind::Advice,
                title: "keep the statement for IRSA until no pod uses it any more".into(),
                text: "keep the statement for IRSA until no pod uses it any more".into(),
            },
            Remedy {
                kind: RemedyKind::Statement,
                title: "add a statement to the trust policy".into(),
                text: statement.into(),
            },
        ],
        ..error(
            "trust-irsa-only",
            of_account(namespace, name),
            "role cart trusts the OIDC provider alone, not EKS Pod Identity",
        )
    }
}

fn old_pods(namespace: &str, name: &str) -> Finding {
    Finding {
        pods: vec!["cart-6f9c-aaaaa".into(), "cart-6f9c-bbbbb".into()],
        remedies: vec![command(
            "restart deployment cart",
            "kubectl rollout restart deployment/cart --namespace checkout",
        )],
        ..warning(
            "pod-before-association",
            of_account(namespace, name),
            "2 pods are older than the association and have nothing injected",
        )
    }
}

fn not_known() -> Finding {
    unknown(
        "node-permission",
        Subject::Cluster,
        "not known: the role of a node may not use EKS Auth",
        "needs iam:SimulatePrincipalPolicy",
    )
}

fn denied() -> Failure {
    Failure::new(
        FailureKind::Denied,
        "simulate the policies of role node-general",
        "alice is not authorized to perform: iam:SimulatePrincipalPolicy",
    )
    .hint("allow iam:SimulatePrincipalPolicy, or ask somebody who may")
}

fn findings() -> Vec<Finding> {
    let possible = Finding {
        standing: Standing::Possible,
        ..warning(
            "network-policy",
            of_account("search", "indexer"),
            "a network policy may keep the pods from the agent",
        )
    };
    vec![
        agent(),
        because(trust("checkout", "cart"), "agent-missing"),
        because(old_pods("checkout", "cart"), "trust-irsa-only"),
        error(
            "role-missing",
            Subject::Role("arn:aws:iam::111122223333:role/loki-chunks".into()),
            "role loki-chunks does not exist",
        ),
        possible,
        not_known(),
    ]
}

/// The third association, of checkout/cart, as it is being explained.
pub(in crate::render) fn explaining(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("2 /").typed("cart").keys("enter g x");
    let ticket = script.diagnosis(&about());
    script.step(ticket, Step::Asking("12 of 31 questions answered".into()));
    script
}

fn about() -> About {
    about_account(&cluster(), "checkout", "cart")
}

pub(in crate::render) fn explained(width: u16, height: u16) -> Script {
    let mut script = explaining(width, height);
    let found = vec![
        trust("checkout", "cart"),
        because(old_pods("checkout", "cart"), "trust-irsa-only"),
        not_known(),
    ];
    script.diagnosed_in_part(&about(), found, vec![denied()]);
    script
}

/// The end of it, with what stayed open.
pub(in crate::render) fn explained_below(width: u16, height: u16) -> Script {
    let mut script = explained(width, height);
    script.keys("G");
    script
}

pub(in crate::render) fn explained_nothing(width: u16, height: u16) -> Script {
    let mut script = explaining(width, height);
    script.diagnosed(&about(), Vec::new());
    script
}

pub(in crate::render) fn remedies(width: u16, height: u16) -> Script {
    let mut script = explained(width, height);
    script.keys("C");
    script
}

/// The logs of its pods name something; those of the agent could not be read.
pub(in crate::render) fn explained_logs(width: u16, height: u16) -> Script {
    let mut script = explained(width, height);
    script.keys("L");
    let ticket = script.ticket(|request| matches!(request, Request::ReadLogs { .. }));
    let line = "EndpointCredentialsError: invalid endpoint host, \"169.254.170.23\", only loopback hosts are allowed. \"http://169.254.170.23/v1/credentials\"";
    let log = |pod: &str, lines| Looked {
        agent_of: None,
        namespace: "checkout".into(),
        pod: pod.into(),
        container: "app".into(),
        lines,
    };
    let pod = Pod::decode(&json!({
        "metadata": {"namespace": "checkout", "name": "cart-6f9c-aaaaa", "uid": "u"},
        "spec": {"containers": [{"name": "app"}]},
    }));
    let pod = pod.unwrap_or_else(|error| panic!("{error:?}"));
    let findings = vec![
        logged(&cluster(), of_account("checkout", "cart"), &pod, line),
        unknown(
            "logs-unread",
            Subject::Cluster,
            "not known: what the logs say",
            "1 of 3 logs did not come in time",
        ),
    ];
    let read = LogsRead {
        at: script.now,
        looked: vec![
            log("cart-6f9c-aaaaa", Some(200)),
            log("cart-6f9c-bbbbb", None),
        ],
        findings,
    };
    script.step(ticket, Step::Logs(Box::new(read)));
    script.done(ticket, Ok(()));
    script
}

/// One cluster diagnosed, one that may not be, the others on their way.
pub(in crate::render) fn findings_view(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("X");
    script.diagnosed(&About::Cluster(cluster()), findings());
    let other = script.diagnosing().pop();
    if let Some(other) = other {
        let ticket = script.diagnosis(&other);
        script.done(ticket, Err(denied()));
    }
    script.keys("j");
    script
}

/// Paused before anything was read.
pub(in crate::render) fn findings_unread(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("s X");
    script
}

/// The cluster rows after that.
pub(in crate::render) fn finding_counts(width: u16, height: u16) -> Script {
    let mut script = findings_view(width, height);
    script.keys("1 f");
    script
}
