//! Through a role to another, and roles that are made anew under the same name.

use roledex::sim::World;
use serde_json::Value;

use super::{Site, report, step};

/// Two accounts. `near` ends in the own account, `far` in the other one; the rest lack one thing each.
const WORLD: &str = r#"
accounts:
  - id: "111122223333"
    name: one
    access_key_id: AKIAONE
    secret_access_key: SECRETONE
    caller: user/a
    regions: [eu-west-1]
    roles:
      source: &source
        inline: {hop: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"], Resource: "*"}]}}
      other: {}
      powerless: {}
      near:
        path: /team/
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"],
          Principal: {AWS: ["arn:aws:iam::111122223333:role/source", "arn:aws:iam::111122223333:role/powerless"]}}]}
      picky:
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"],
          Principal: {AWS: "arn:aws:iam::111122223333:role/source"},
          Condition: {StringEquals: {"sts:ExternalId": "eu-west-1/111122223333/shop/shop/somebody-else"}}}]}
      closed:
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"],
          Principal: {AWS: "arn:aws:iam::111122223333:role/other"}}]}
      gone: {deleted: true}
    clusters:
      - name: shop
        region: eu-west-1
        version: "1.34"
        platform: eks.1
        created: -30d
        addons: {eks-pod-identity-agent: {version: v1.3.10-eksbuild.1}}
        nodegroups: {general: {size: 1}}
        associations:
          shop:
            near: {role: source, target: "arn:aws:iam::111122223333:role/team/near", created: -20d}
            far: {role: source, target: "arn:aws:iam::444455556666:role/lake", created: -20d}
            closed: {role: source, target: "arn:aws:iam::111122223333:role/closed", created: -20d}
            picky: {role: source, target: "arn:aws:iam::111122223333:role/picky", created: -20d}
            powerless: {role: powerless, target: "arn:aws:iam::111122223333:role/team/near", created: -20d}
            gone: {role: source, target: "arn:aws:iam::111122223333:role/gone", created: -20d}
            plain: {role: other, created: -20d}
        kubernetes:
          workloads:
            shop: {near: {pods: -2h}, far: {pods: -2h}, closed: {pods: -2h}, picky: {pods: -2h}, powerless: {pods: -2h}, gone: {pods: -2h}, plain: {pods: -2h}}
  - id: "444455556666"
    name: two
    access_key_id: AKIATWO
    secret_access_key: SECRETTWO
    caller: user/b
    regions: [eu-west-1]
    roles:
      lake:
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"],
          Principal: {AWS: "arn:aws:iam::111122223333:root"}}]}
    clusters: []
"#;

fn site(faults: &[&str]) -> Site {
    Site::new(World::parse(&WORLD.replace("&source", "")).unwrap(), faults)
}

fn test(site: &Site, account: &str) -> (i32, Value) {
    let account = format!("shop/{account}");
    let ended = site.run(&["--profile", "one", "test", "shop", &account, "-o", "json"]);
    (ended.code, report(&ended))
}

#[test]
fn the_session_is_of_the_target_role() {
    let site = site(&[]);
    for (account, arn, target) in [
        (
            "near",
            "arn:aws:sts::111122223333:assumed-role/near/",
            "arn:aws:iam::111122223333:role/team/near",
        ),
        (
            "far",
            "arn:aws:sts::444455556666:assumed-role/lake/",
            "arn:aws:iam::444455556666:role/lake",
        ),
    ] {
        let (code, report) = test(&site, account);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (0, Some("matches")),
            "{report}"
        );
        let found = report["session"]["assumedRoleArn"].as_str().unwrap();
        assert!(found.starts_with(arn), "{found}");
        assert_eq!(report["expected"]["targetRoleArn"], target);
        assert_eq!(step(&report, "caller")["state"], "passed", "{report}");
        // Chained credentials live for an hour, and not for six.
        let began: jiff::Timestamp = report["startedAt"].as_str().unwrap().parse().unwrap();
        let ends: jiff::Timestamp = report["session"]["expiration"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let minutes = ends.duration_since(began).as_mins();
        assert!((59..=61).contains(&minutes), "{minutes}");
    }
    // The account of the other role cannot be asked about its id, so it was not compared.
    let (_, near) = test(&site, "near");
    assert_eq!(near["unknown"], serde_json::json!([]));
    let (_, far) = test(&site, "far");
    let unknown = far["unknown"].to_string();
    assert!(
        unknown.contains("role id not compared: the role is of another account"),
        "{unknown}"
    );
    assert_eq!(step(&far, "association")["state"], "unknown", "{far}");
}

#[test]
fn what_breaks_the_chain_is_named() {
    let site = site(&[]);
    for (account, what, why) in [
        (
            "closed",
            "the target role closed",
            "trust policy of the target role",
        ),
        ("picky", "the target role picky", "sts:ExternalId"),
        (
            "gone",
            "the target role gone",
            "IAM has no target role gone",
        ),
        // Only IAM can tell what the first role may do.
        (
            "powerless",
            "the role powerless",
            "the role may not assume the target role",
        ),
    ] {
        let (code, report) = test(&site, account);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (7, Some("refused")),
            "{account} {report}"
        );
        let assume = step(&report, "assumeRole");
        let said = assume["said"].as_str().unwrap();
        assert!(said.contains(what), "{account}: {said}");
        assert!(
            assume["evidence"].to_string().contains(why),
            "{account}: {assume}"
        );
    }
    let (_, closed) = test(&site, "closed");
    let remedies = step(&closed, "assumeRole")["remedies"].to_string();
    assert!(
        remedies.contains("a statement for the trust policy of the target role"),
        "{remedies}"
    );
}

/// The first role has the name of one that the target trusted, and is not that one.
#[test]
fn a_first_role_that_was_made_anew_is_not_trusted_by_the_target() {
    let site = site(&[]);
    assert_eq!(test(&site, "near").0, 0);
    site.simulated
        .simulator()
        .remake_role("arn:aws:iam::111122223333:role/source");
    let (code, report) = test(&site, "near");
    assert_eq!(
        (code, report["verdict"].as_str()),
        (7, Some("refused")),
        "{report}"
    );
    let assume = step(&report, "assumeRole").to_string();
    assert!(
        assume.contains("the target role near") && assume.contains("AROA"),
        "{assume}"
    );
}

/// EKS goes by the name, so a role that was made anew is the one that pods get; it has another id.
#[test]
fn a_role_that_was_made_anew_is_given_with_its_new_id() {
    let site = site(&[]);
    let (_, before) = test(&site, "plain");
    site.simulated
        .simulator()
        .remake_role("arn:aws:iam::111122223333:role/other");
    let (code, after) = test(&site, "plain");
    assert_eq!(
        (code, after["verdict"].as_str()),
        (0, Some("matches")),
        "{after}"
    );
    assert_ne!(before["session"]["roleId"], after["session"]["roleId"]);
    let verdict = step(&after, "verdict")["evidence"].to_string();
    let told = format!(
        "the role was made anew since it was tested before: it was {} then",
        before["session"]["roleId"].as_str().unwrap()
    );
    assert!(verdict.contains(&told), "{verdict}");
    // And once that is known, it is nothing new.
    let (_, again) = test(&site, "plain");
    assert!(
        !step(&again, "verdict")["evidence"]
            .to_string()
            .contains("made anew"),
        "{again}"
    );
}
