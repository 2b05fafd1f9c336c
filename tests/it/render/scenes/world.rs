//! The world of the scenes: three scopes, five clusters, and what AWS would answer about them.

use roledex::app::msg::Spent;
use roledex::app::{Msg, Options, Request, Step};
use roledex::model::update::{UpdateError, UpdateParam};
use roledex::model::{
    Association, AssociationDetail, Cluster, ClusterArn, Failure, FailureKind, Route, Text, Update,
    UpdateSubject,
};

use crate::script::{ACCOUNT, Script, association, cluster_arn, role, update};

pub(super) fn route(profile: &str, region: &str) -> Route {
    Route::new(Some(profile), region)
}

pub(super) fn three_scopes() -> Vec<Route> {
    vec![
        route("prod", "eu-west-1"),
        route("prod", "us-east-1"),
        route("dev", "eu-west-1"),
    ]
}

pub(super) fn denied() -> Failure {
    Failure::new(
        FailureKind::Denied,
        "list clusters in eu-west-1 as profile dev",
        "User: arn:aws:iam::444455556666:user/ci is not authorized to perform: eks:ListClusters on resource: arn:aws:eks:eu-west-1:444455556666:cluster/*",
    )
    .code("AccessDeniedException")
    .hint("allow eks:ListClusters, or leave the profile out")
}

pub(super) fn expired(profile: &str, region: &str) -> Failure {
    Failure::new(
        FailureKind::Expired,
        format!("list clusters in {region} as profile {profile}"),
        "the SSO session has expired",
    )
    .hint(format!("aws sso login --profile {profile}"))
}

/// Ends a scope's question with a failure.
pub(super) fn fail_scope(script: &mut Script, profile: &str, region: &str, failure: Failure) {
    let wanted = script.state.fleet.route_ids().find(|id| {
        let route = &script.state.fleet.route(*id).unwrap().route;
        route.profile_name() == profile && route.region.as_str() == region
    });
    let ticket = script.ticket(
        |request| matches!(request, Request::OpenRoute { route } if Some(*route) == wanted),
    );
    script.done(ticket, Err(failure));
}

pub(super) fn detail(status: &str, version: &str, platform: &str) -> Cluster {
    Cluster {
        status: Some(status.into()),
        version: Some(version.into()),
        platform_version: Some(platform.into()),
        created: Some("2025-03-01T00:00:00Z".parse().unwrap()),
        endpoint: Some("https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com".into()),
        authentication_mode: Some("API_AND_CONFIG_MAP".into()),
        document: serde_json::from_str(
            r#"{"name": "payments-eu", "status": "ACTIVE", "version": "1.34", "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": true}]}, "tags": {"team": "payments", "cost-center": "4711"}, "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/payments-eu"}"#,
        )
        .unwrap(),
        ..Cluster::default()
    }
}

pub(super) fn describe_cluster(script: &mut Script, arn: &ClusterArn, detail: Cluster) {
    let ticket = script.ticket(
        |request| matches!(request, Request::DescribeCluster { cluster, .. } if cluster == arn),
    );
    script.step(ticket, Step::Cluster(Box::new(detail)));
    script.done(ticket, Ok(()));
}

/// Namespace, service account, role and target role.
pub(super) const ROWS: [(&str, &str, &str, &str); 18] = [
    (
        "argocd",
        "argocd-application-controller",
        "argocd-deployer",
        "",
    ),
    ("cert-manager", "cert-manager", "cert-manager-route53", ""),
    ("checkout", "cart", "checkout-cart", ""),
    (
        "checkout",
        "orders",
        "checkout-orders",
        "orders-archive-writer",
    ),
    (
        "checkout",
        "payments-api",
        "payments-api",
        "payments-vault-reader",
    ),
    ("data", "airflow-worker", "airflow-worker", "lake-writer"),
    ("data", "spark-driver", "spark-driver", "lake-writer"),
    ("external-dns", "external-dns", "external-dns", ""),
    (
        "external-secrets",
        "external-secrets",
        "external-secrets",
        "",
    ),
    ("keda", "keda-operator", "keda-scaler", ""),
    ("kube-system", "aws-load-balancer-controller", "aws-lbc", ""),
    ("kube-system", "aws-node", "vpc-cni", ""),
    (
        "kube-system",
        "cluster-autoscaler",
        "cluster-autoscaler",
        "",
    ),
    ("kube-system", "ebs-csi-controller-sa", "ebs-csi", ""),
    ("loki", "loki", "loki-chunks", ""),
    ("mimir", "mimir", "mimir-blocks", ""),
    ("search", "indexer", "search-indexer", ""),
    ("velero", "velero", "velero-backup", ""),
];

pub(super) fn detail_of(account: &str, role_name: &str, target: &str) -> AssociationDetail {
    let target = (!target.is_empty())
        .then(|| Text::from(format!("arn:aws:iam::444455556666:role/{target}")));
    AssociationDetail {
        role: Some(format!("arn:aws:iam::{account}:role/{role_name}").into()),
        session_tags_disabled: Some(role_name == "spark-driver"),
        target_role: target,
        created: Some("2026-08-02T00:00:00Z".parse().unwrap()),
        ..AssociationDetail::default()
    }
}

/// The associations of a cluster, of which every one that `keep` admits.
pub(super) fn rows(
    cluster: &ClusterArn,
    first: usize,
    keep: impl Fn(usize) -> bool,
) -> Vec<Association> {
    let numbered = ROWS.iter().enumerate().filter(|(index, _)| keep(*index));
    let mut rows: Vec<Association> = numbered
        .map(|(index, (ns, sa, _, _))| association(cluster, first + index, ns, sa))
        .collect();
    for row in &mut rows {
        if &*row.service_account == "aws-node" || &*row.service_account == "ebs-csi-controller-sa" {
            let (region, name) = (cluster.region(), cluster.name());
            let addon = if &*row.service_account == "aws-node" {
                "vpc-cni"
            } else {
                "aws-ebs-csi-driver"
            };
            row.owner = Some(
                format!("arn:aws:eks:{region}:{ACCOUNT}:addon/{name}/{addon}/8ac1b2f0-0000").into(),
            );
        }
    }
    rows
}

/// Answers open describes of associations with what [`ROWS`] says, at most so many.
pub(super) fn describe_rows(script: &mut Script, most: usize) {
    for _ in 0..most {
        let open = script.open();
        let Some(Request::DescribeAssociation { key, .. }) = open
            .iter()
            .find(|request| matches!(request, Request::DescribeAssociation { .. }))
        else {
            return;
        };
        let key = key.clone();
        let ticket = script.ticket(
            |request| matches!(request, Request::DescribeAssociation { key: other, .. } if *other == key),
        );
        let name = script.state.fleet.associations[&key]
            .summary
            .service_account
            .clone();
        let known = ROWS.iter().find(|(_, sa, _, _)| **sa == *name);
        let detail = known.map_or_else(
            || role(&name),
            |(_, _, role, target)| detail_of(ACCOUNT, role, target),
        );
        script.step(ticket, Step::Association(Box::new(detail)));
        script.done(ticket, Ok(()));
    }
}

pub(super) fn version_update(cluster: &ClusterArn) -> Update {
    let mut running = update(
        cluster,
        "5c7d1f7e-0b5c-4f1e-9d53-6c1b7c1a2b3c",
        "InProgress",
        "2026-11-21T11:48:00Z",
    );
    running.params = vec![
        UpdateParam {
            kind: Some("Version".into()),
            value: Some("1.34".into()),
        },
        UpdateParam {
            kind: Some("PlatformVersion".into()),
            value: Some("eks.4".into()),
        },
    ];
    running
}

pub(super) fn failed_update(cluster: &ClusterArn) -> Update {
    let mut failed = update(
        cluster,
        "9e107d9d-372b-4f6e-8ac1-b2f0c3d4e5f6",
        "Failed",
        "2026-11-21T08:12:00Z",
    );
    failed.key.subject = UpdateSubject::Addon("vpc-cni".into());
    failed.kind = Some("AddonUpdate".into());
    failed.params = vec![UpdateParam {
        kind: Some("AddonVersion".into()),
        value: Some("v1.20.1-eksbuild.3".into()),
    }];
    failed.errors = vec![UpdateError {
        code: Some("ConfigurationConflict".into()),
        message: Some(
            "Conflicts found when trying to apply: .data.enable-network-policy-controller".into(),
        ),
        resources: Vec::new(),
    }];
    failed
}

/// Three scopes, five clusters, everything read; one update runs and one failed.
pub(super) fn ready_with(options: Options, width: u16, height: u16) -> Script {
    let mut script = Script::new(three_scopes(), options, width, height);
    script.open_scope("prod", "eu-west-1", &["checkout-eu", "payments-eu"]);
    script.open_scope("prod", "us-east-1", &["checkout-us", "platform-tools"]);
    script.open_scope("dev", "eu-west-1", &["sandbox"]);
    for (index, (region, name, status, version)) in [
        ("eu-west-1", "checkout-eu", "ACTIVE", "1.34"),
        ("eu-west-1", "payments-eu", "UPDATING", "1.33"),
        ("us-east-1", "checkout-us", "ACTIVE", "1.34"),
        ("us-east-1", "platform-tools", "ACTIVE", "1.31"),
        ("eu-west-1", "sandbox", "ACTIVE", "1.23"),
    ]
    .into_iter()
    .enumerate()
    {
        let arn = cluster_arn(region, name);
        let mut detail = detail(status, version, "eks.3");
        if name == "platform-tools" {
            detail.health_issues = vec!["IamRoleNotFound".into()];
        }
        describe_cluster(&mut script, &arn, detail);
        let rows = rows(&arn, index * 100, |row| match name {
            "sandbox" => false,
            "checkout-eu" => true,
            _ => row % (index + 2) == 0,
        });
        script.list_associations(&arn, rows);
        describe_rows(&mut script, 100);
        let updates = match name {
            "payments-eu" => vec![version_update(&arn)],
            "checkout-us" => vec![
                failed_update(&arn),
                update(
                    &arn,
                    "11111111-0000-0000-0000-000000000000",
                    "Successful",
                    "2026-10-01T00:00:00Z",
                ),
            ],
            _ => Vec::new(),
        };
        script.list_updates(&arn, updates);
    }
    describe_rows(&mut script, 100);
    script.send(Msg::Spent(Spent {
        calls: 71,
        throttled: 0,
        waiting: 0,
    }));
    script
}
