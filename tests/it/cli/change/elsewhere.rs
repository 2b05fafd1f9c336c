//! A target role in another account is judged where a scope of the run can read it, and unknown where none can.

use super::{READER, Site, WORLD, seen};
use roledex::sim::World;

const OTHER: &str = "
  - id: '444455556666'
    name: two
    access_key_id: AKIATWO
    secret_access_key: b
    caller: user/b
    regions: [eu-west-1]
    roles:
      open: {trust: account 111122223333}
      shut: {trust: account 777788889999}
    clusters: []
";

fn dry(site: &Site, role: &str, more: &[&str]) -> String {
    let target = format!("arn:aws:iam::444455556666:role/{role}");
    let start = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        READER,
        "--target-role",
        &target,
        "--dry-run",
    ];
    let ended = site.run(&[&start, more].concat());
    assert!(matches!(ended.code, 0 | 4), "{ended:?}");
    assert!(seen(site, "payments/api").unwrap()["targetRoleArn"].is_null());
    ended.out
}

#[test]
fn a_target_role_of_another_account_is_read_by_its_own_route() {
    let site = Site::new(World::parse(&format!("{WORLD}{OTHER}")).unwrap(), &[]);
    let open = dry(&site, "open", &[]);
    assert!(
        open.contains("ok        target role open: exists in account 444455556666"),
        "{open}"
    );
    let shut = dry(&site, "shut", &[]);
    assert!(
        shut.contains("blocking  trust policy of the target role: does not let the role assume it"),
        "{shut}"
    );
    let gone = dry(&site, "gone", &[]);
    assert!(
        gone.contains("blocking  target role gone: does not exist"),
        "{gone}"
    );
    let unseen = dry(&site, "shut", &["--profile", "one"]);
    assert!(
        unseen.contains("in account 444455556666, which no scope of this run reads"),
        "{unseen}"
    );
    assert!(
        unseen.contains("unknown   trust policy of the target role: "),
        "{unseen}"
    );
}
