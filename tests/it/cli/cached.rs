//! `--cached`: what earlier runs saw, without a call.

use roledex::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use roledex::model::{
    Association, AssociationDetail, AssociationKey, Cluster, ClusterArn, Known, Region,
};
use roledex::store::Cache;
use serde_json::Value;

use super::{Home, Site};

fn fill(home: &Home, cache: &str) {
    let region = Region::new("eu-west-1");
    let arn = ClusterArn::new(&region, "111122223333", "kept");
    let at = jiff::Timestamp::UNIX_EPOCH;
    let association = |id: &str, name: &str, detail| AssociationSnapshot {
        summary: Association {
            key: AssociationKey {
                cluster: arn.clone(),
                id: id.into(),
            },
            namespace: "payments".into(),
            service_account: name.into(),
            arn: None,
            owner: None,
        },
        detail,
    };
    let detail = AssociationDetail {
        role: Some("arn:aws:iam::111122223333:role/kept".into()),
        ..AssociationDetail::default()
    };
    let rows = vec![
        association(
            "a-1b2c3d4e5f6g7h8i9",
            "api",
            Some(Known::cached(detail, at)),
        ),
        association("a-2b2c3d4e5f6g7h8i9", "worker", None),
    ];
    let Value::Object(document) = serde_json::json!({"name": "kept", "version": "1.34"}) else {
        unreachable!()
    };
    let cluster = Cluster {
        version: Some("1.34".into()),
        document,
        ..Cluster::default()
    };
    let snapshot = Snapshot {
        account: "111122223333".into(),
        region,
        clusters: vec![ClusterSnapshot {
            arn: arn.clone(),
            detail: Some(Known::cached(cluster, at)),
            associations: Some(Known::cached(rows, at)),
            updates: Vec::new(),
        }],
    };
    Cache::open(home.path(cache))
        .unwrap()
        .save(&snapshot)
        .unwrap();
}

#[test]
fn the_last_known_world_is_shown_without_a_call() {
    let site = Site::demo();
    // Kept apart by endpoint: see the end of this test.
    let endpoint = site.simulated.simulator().url().replace([':', '/'], "_");
    fill(&site.home, &format!("cache/roledex/endpoint-{endpoint}"));
    let rows = site
        .run(&["get", "clusters", "--cached", "-o", "json"])
        .rows();
    assert_eq!((rows.len(), &rows[0]["name"]), (1, &Value::from("kept")));
    let rows = site.run(&["get", "pia", "--cached", "-o", "json"]).rows();
    assert_eq!(rows[0]["roleArn"], "arn:aws:iam::111122223333:role/kept");
    assert!(rows[1]["roleArn"].is_null() && rows[1]["unknown"]["roleArn"].is_string());
    assert_eq!(rows[0]["readAt"], "1970-01-01T00:00:00Z");
    let one = site.run(&[
        "describe",
        "pia",
        "kept",
        "payments/api",
        "--cached",
        "-o",
        "json",
    ]);
    assert_eq!(one.code, 0);
    assert_eq!(serde_json::from_str::<Value>(&one.out).unwrap(), rows[0]);
    assert!(one.err.starts_with("read from the cache, "), "{}", one.err);
    let other = site.run(&[
        "get",
        "pia",
        "--cached",
        "--region",
        "eu-west-2",
        "-o",
        "json",
    ]);
    assert_eq!(other.rows().len(), 0);
    assert!(site.simulated.log().entries().is_empty());
    // Another endpoint is another world, although it may have the same accounts and regions.
    let elsewhere = [
        "get",
        "clusters",
        "--cached",
        "-o",
        "json",
        "--endpoint-url",
    ];
    let elsewhere = site.run(&[&elsewhere[..], &["http://127.0.0.1:1"]].concat());
    assert!(!elsewhere.out.contains("kept"), "{}", elsewhere.out);
}

#[test]
fn an_empty_cache_says_so() {
    let ended = Home::new().run(&["get", "clusters", "--cached"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
    assert!(
        ended.err.contains("is empty") && ended.err.contains("--cached"),
        "{}",
        ended.err
    );
}

#[test]
fn how_old_it_is_is_said_in_every_format() {
    let home = Home::new();
    fill(&home, "cache/roledex");
    for format in ["table", "json", "yaml", "csv", "terraform"] {
        let ended = home.run(&["get", "pia", "--cached", "-o", format]);
        assert_eq!(ended.code, 0);
        let said: Vec<_> = ended.err.lines().collect();
        let [line] = said.as_slice() else {
            panic!("{said:?}");
        };
        assert!(
            line.starts_with("read from the cache, ")
                && line.ends_with("y old; without --cached it is read from AWS"),
            "{line}"
        );
        let stands_in_row = ended.out.matches("1970-01-01T00:00:00Z").count();
        let expected = if matches!(format, "json" | "yaml" | "csv") {
            2
        } else {
            0
        };
        assert_eq!(stands_in_row, expected, "{format}: {}", ended.out);
    }
}

#[test]
fn a_name_that_is_not_kept_is_a_fault() {
    let home = Home::new();
    fill(&home, "cache/roledex");
    let ended = home.run(&["get", "pia", "--cached", "--cluster", "ketp"]);
    assert_eq!((ended.code, &*ended.out), (1, ""));
    assert!(
        ended
            .err
            .contains("error: no cluster matches \"ketp\"\n  hint: there are kept\n"),
        "{}",
        ended.err
    );
    let both = [
        "get",
        "pia",
        "--cached",
        "--cluster",
        "ketp",
        "--cluster",
        "kept",
    ];
    let ended = home.run(&both);
    assert_eq!(ended.code, 3);
    assert!(ended.out.contains("payments"), "{}", ended.out);
}
