//! A scene of old data: clusters from the cache, some of them read again.

use roledex::app::msg::Spent;
use roledex::app::{Msg, Request};
use roledex::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use roledex::model::{Failure, FailureKind, Known, Region};

use super::loading;
use super::world::{denied, detail, detail_of, expired, fail_scope, rows};
use crate::script::{ACCOUNT, Script, cluster_arn};

/// Clusters from the cache, some of them read again, one refused; loading is paused and throttled.
pub(in crate::render) fn stale_and_failed(width: u16, height: u16) -> Script {
    let mut script = loading(width, height);
    let at = "2026-11-21T09:30:00Z".parse().unwrap();
    let clusters = ["checkout-eu", "payments-eu"].map(|name| {
        let arn = cluster_arn("eu-west-1", name);
        let kept = rows(&arn, 0, |row| row % 3 == 0)
            .into_iter()
            .map(|summary| AssociationSnapshot {
                summary,
                detail: Some(Known::cached(detail_of(ACCOUNT, "kept-role", ""), at)),
            });
        ClusterSnapshot {
            associations: Some(Known::cached(kept.collect(), at)),
            detail: Some(Known::cached(detail("ACTIVE", "1.33", "eks.2"), at)),
            updates: Vec::new(),
            arn,
        }
    });
    script.send(Msg::Cached(vec![Snapshot {
        account: ACCOUNT.into(),
        region: Region::new("eu-west-1"),
        clusters: clusters.into(),
    }]));
    script.open_scope("prod", "eu-west-1", &["checkout-eu", "payments-eu"]);
    let arn = cluster_arn("eu-west-1", "checkout-eu");
    let ticket = script.ticket(
        |request| matches!(request, Request::DescribeCluster { cluster, .. } if *cluster == arn),
    );
    let timeout = Failure::new(
        FailureKind::Timeout,
        "describe cluster checkout-eu",
        "no answer within 30 s",
    );
    script.done(ticket, Err(timeout));
    let ticket = script.ticket(
        |request| matches!(request, Request::ListAssociations { cluster, .. } if *cluster == arn),
    );
    script.done(ticket, Err(denied()));
    fail_scope(&mut script, "dev", "eu-west-1", expired("dev", "eu-west-1"));
    script.send(Msg::Spent(Spent {
        calls: 412,
        throttled: 3,
        waiting: 5,
    }));
    script.keys("s j");
    script
}
