//! Identity providers, add-ons and access entries, against a world of their own.

use roledex::sim::World;
use serde_json::{Value, json};

use super::{Ended, Site};

const WORLD: &str = "
accounts:
  - id: '111122223333'
    name: one
    access_key_id: AKIAONE
    secret_access_key: a
    caller: user/a
    regions: [eu-west-1]
    roles:
      Admin: {trust: account 111122223333}
      reader: {path: /team/, last_used: -3d, max_session: 2h}
      elsewhere: {path: /moved/}
      gone: {deleted: true}
      twin: {never_used: true}
      cni: {}
    clusters:
      - name: shop
        region: eu-west-1
        version: '1.34'
        platform: eks.1
        created: -9d
        addons:
          vpc-cni: {version: v1.20.4-eksbuild.1, service_account_role: cni, configuration: {a: b}}
          metrics-server: {version: v0.8.0-eksbuild.3, status: DEGRADED, health: [{code: InsufficientNumberOfReplicas, message: no}]}
        identity_providers:
          sso: {issuer: 'https://sso.example.com', client_id: kubernetes, groups_claim: groups, required_claims: {mfa: 'true'}}
        access_entries:
          Admin: {policies: ['AmazonEKSViewPolicy@a,b']}
        associations:
          ns: {api: reader, web: {role: reader, target: 'arn:aws:iam::444455556666:role/vault'}, lost: gone,
               far: {role: reader, target: 'arn:aws:iam::999900001111:role/foreign'}}
        kubernetes: {service_accounts: {ns: {job: {irsa: reader}, alone: {irsa: twin}}}}
      - name: old
        region: eu-west-1
        version: '1.29'
        platform: eks.1
        created: -90d
        authentication_mode: CONFIG_MAP
        associations:
          ns: {job: reader}
  - id: '444455556666'
    name: two
    access_key_id: AKIATWO
    secret_access_key: b
    caller: user/b
    regions: [eu-west-1]
    roles:
      vault: {trust: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Principal: {AWS: 'arn:aws:iam::111122223333:role/team/reader'}}]}}
      twin: {}
    clusters: []
";

pub(super) fn site(faults: &[&str]) -> Site {
    Site::new(World::parse(WORLD).unwrap(), faults)
}

pub(super) fn row<'a>(rows: &'a [Value], member: &str, value: &str) -> &'a Value {
    let found = rows.iter().find(|row| row[member] == value);
    found.unwrap_or_else(|| panic!("no {member} {value} in {rows:#?}"))
}

pub(super) fn rows(ended: Ended) -> Vec<Value> {
    let rows = ended.rows();
    ended.done();
    rows
}

#[test]
fn parts_of_clusters_are_printed_with_everything_aws_says() {
    let site = site(&[]);
    let providers = rows(site.run(&["get", "idp", "-o", "json"]));
    assert_eq!(providers.len(), 1);
    let provider = &providers[0];
    for (member, expected) in [
        ("type", json!("oidc")),
        ("identityProviderConfigName", json!("sso")),
        ("issuerUrl", json!("https://sso.example.com")),
        ("requiredClaims", json!({"mfa": "true"})),
        ("clusterName", json!("shop")),
        ("profile", json!("one")),
        ("region", json!("eu-west-1")),
    ] {
        assert_eq!(provider[member], expected, "{member}");
    }

    let addons = rows(site.run(&["get", "addons", "--cluster", "shop", "-o", "json"]));
    assert_eq!(addons.len(), 2);
    let cni = row(&addons, "addonName", "vpc-cni");
    assert_eq!(
        cni["serviceAccountRoleArn"],
        "arn:aws:iam::111122223333:role/cni"
    );
    let configuration: Value =
        serde_json::from_str(cni["configurationValues"].as_str().unwrap()).unwrap();
    assert_eq!(configuration, json!({"a": "b"}));
    let table = site
        .run(&["get", "addon", "--cluster", "shop", "--no-headers"])
        .done();
    let words: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        words[0][1..7],
        [
            "metrics-server",
            "v0.8.0-eksbuild.3",
            "DEGRADED",
            "none",
            "-",
            "InsufficientNumberOfReplicas"
        ]
    );
    assert_eq!(
        words[1][1..7],
        [
            "vpc-cni",
            "v1.20.4-eksbuild.1",
            "ACTIVE",
            "IRSA",
            "cni",
            "-"
        ]
    );

    // The other cluster knows its ConfigMap alone: it has no access entries, which is no failure.
    let entries = rows(site.run(&["get", "access-entries", "-o", "json"]));
    assert!(entries.iter().all(|entry| entry["clusterName"] == "shop"));
    let admin = row(
        &entries,
        "principalArn",
        "arn:aws:iam::111122223333:role/Admin",
    );
    assert_eq!(
        admin["associatedAccessPolicies"][0]["accessScope"],
        json!({"type": "namespace", "namespaces": ["a", "b"]})
    );
}

#[test]
fn every_name_leads_to_the_same_kind_and_describe_takes_back_what_name_prints() {
    let site = site(&[]);
    for (words, described) in [
        (
            &["identity-providers", "identity-provider", "idp"][..],
            "idp",
        ),
        (&["addons", "addon", "add-ons"], "addon"),
        (&["access-entries", "access-entry", "ae"], "ae"),
        (&["roles", "role"], "role"),
    ] {
        let get = |kind: &str, format: &str| site.run(&["get", kind, "-o", format]).done();
        let json: Vec<Value> = serde_json::from_str(&get(words[0], "json")).unwrap();
        for word in words {
            assert_eq!(get(word, "json"), get(words[0], "json"), "{word}");
        }
        let yaml: Vec<Value> = serde_norway::from_str(&get(words[0], "yaml")).unwrap();
        assert_eq!(yaml, json, "{described}");
        let csv = get(words[0], "csv");
        assert_eq!(
            csv::Reader::from_reader(csv.as_bytes()).records().count(),
            json.len()
        );
        assert_eq!(get(words[0], "wide").lines().count(), json.len() + 1);

        for (name, row) in get(words[0], "name").lines().zip(&json) {
            if row.get("exists").is_some() || row["Path"].is_null() && described == "role" {
                continue;
            }
            let names: Vec<&str> = name.split(' ').collect();
            let arguments = [&["describe", described], names.as_slice(), &["-o", "json"]].concat();
            let document: Value = serde_json::from_str(&site.run(&arguments).done()).unwrap();
            for (member, value) in document.as_object().unwrap() {
                // Pods are read for one role alone.
                if member == "blastRadius" {
                    continue;
                }
                assert_eq!(value, &row[member], "{name} {member}");
            }
        }
    }
}

#[test]
fn things_in_a_cluster_are_found_by_name_and_missing_ones_say_where_to_look() {
    let site = site(&[]);
    let entry = site
        .run(&["describe", "ae", "shop", "Admin", "-o", "name"])
        .done();
    assert!(
        entry.ends_with("cluster/shop arn:aws:iam::111122223333:role/Admin\n"),
        "{entry}"
    );
    let provider = site.run(&["describe", "idp", "shop", "sso", "-o", "table"]);
    assert!(
        provider.err.contains("they are not IRSA"),
        "{}",
        provider.err
    );
    assert_eq!((provider.code, provider.out.lines().count()), (0, 2));
    let data = site.run(&["describe", "idp", "shop", "sso"]).done();
    assert!(!data.contains("IRSA"), "{data}");
    for (kind, hint) in [
        ("idp", "get identity-providers"),
        ("addon", "get addons"),
        ("ae", "get access-entries"),
    ] {
        let ended = site.run(&["describe", kind, "shop", "nothing"]);
        assert_eq!((ended.code, &*ended.out), (1, ""));
        assert!(
            ended
                .err
                .contains(&format!("roledex {hint} --cluster shop lists them")),
            "{}",
            ended.err
        );
    }
    for (arguments, says) in [
        (
            &["describe", "role", "shop", "reader"][..],
            "without a cluster",
        ),
        (&["describe", "role", "team/reader"], "without its path"),
        (&["describe", "idp", "shop"], "which identity provider"),
        (
            &["describe", "addon", "/shop", "x"],
            "does not name a cluster",
        ),
        (
            &["get", "roles", "-n", "x"],
            "select associations, service accounts and pods only",
        ),
        (
            &["get", "addons", "-o", "terraform"],
            "print associations only",
        ),
        (
            &["get", "roles", "--cached"],
            "the cache keeps clusters, associations and updates only",
        ),
        (
            &["describe", "addon", "shop", "x", "--cached"],
            "--cached cannot print add-ons",
        ),
    ] {
        let ended = site.run(arguments);
        assert_eq!((ended.code, &*ended.out), (2, ""), "{arguments:?}");
        assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn the_demo_world_holds_every_kind_in_every_format() {
    let site = Site::demo();
    for kind in ["identity-providers", "addons", "access-entries", "roles"] {
        let get = |format: &str| {
            site.run(&["get", kind, "--cluster", "checkout", "-o", format])
                .done()
        };
        let json: Vec<Value> = serde_json::from_str(&get("json")).unwrap();
        assert!(!json.is_empty(), "{kind}");
        for format in ["table", "wide", "csv"] {
            assert!(get(format).lines().count() > json.len(), "{kind} {format}");
        }
        assert_eq!(get("name").lines().count(), json.len());
    }
}

#[test]
fn an_entry_whose_policies_are_denied_stays_and_says_so() {
    let site = site(&["ListAssociatedAccessPolicies=denied"]);
    let ended = site.run(&["get", "ae", "-o", "json"]);
    assert_eq!(ended.code, 3);
    let entries = ended.rows();
    assert!(
        entries
            .iter()
            .all(|row| row["type"].is_string() && row["associatedAccessPolicies"].is_null())
    );
    assert!(entries[0]["unknown"]["associatedAccessPolicies"].is_string());
}
