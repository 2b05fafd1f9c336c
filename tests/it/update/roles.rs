//! Roles and who uses them: a reverse look-up over everything that is known, honest about what is not.

use roledex::app::effect::Part;
use roledex::app::modal::Modal;
use roledex::app::msg::FoundPart;
use roledex::app::pane::{PaneId, RowKey};
use roledex::app::{Effect, Request};
use roledex::model::{ClusterArn, Failure, FailureKind};

use super::diagnosis::text;
use crate::parts::{addon, describe_roles, list};
use crate::script::kubernetes::{account, pod, world as kube_world};
use crate::script::{ACCOUNT, Script, association, cluster_arn};

fn arn(name: &str) -> ClusterArn {
    cluster_arn("eu-west-1", name)
}

/// Two clusters; the service account `shared` of both has one role, the other has one of its own.
fn world() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    for (index, name) in ["alpha", "beta"].into_iter().enumerate() {
        let mut rows = vec![association(&arn(name), index * 10 + 1, "shop", "shared")];
        if name == "beta" {
            rows.push(association(&arn(name), index * 10 + 2, "shop", "own"));
        }
        script.list_associations(&arn(name), rows);
    }
    script.describe_all();
    script
}

#[test]
fn a_role_is_one_row_with_its_users_of_all_clusters() {
    let mut script = world();
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 0), ["own", "shared"]);
    assert_eq!(script.column(PaneId::Roles, 1), ["1", "2"]);
    assert_eq!(
        script.column(PaneId::Roles, 5),
        ["1+", "2+"],
        "Kubernetes was not read"
    );
}

#[test]
fn users_that_were_not_read_are_unknown_and_not_none() {
    let mut script = world();
    script.keys("6");
    assert_eq!(
        script.column(PaneId::Roles, 4),
        ["?", "?"],
        "nobody read the add-ons"
    );
    script.keys("8");
    let role = format!("arn:aws:iam::{ACCOUNT}:role/cni");
    list(
        &mut script,
        &arn("alpha"),
        Part::Addons,
        vec![addon(&arn("alpha"), "vpc-cni", |addon| {
            addon.role = Some(role.as_str().into());
        })],
    );
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 0), ["cni", "own", "shared"]);
    assert_eq!(
        script.column(PaneId::Roles, 4),
        ["1+", "0+", "0+"],
        "beta's are still missing"
    );
    list_none(&mut script, "beta");
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 4), ["1", "-", "-"]);
}

fn list_none(script: &mut Script, name: &str) {
    list(script, &arn(name), Part::Addons, Vec::new());
}

#[test]
fn iam_is_asked_about_the_roles_in_view_once() {
    let mut script = world();
    script.keys("6");
    describe_roles(&mut script);
    script.keys("1").keys("6").keys("j k");
    let asked = script.effects.iter().filter(|effect| {
        matches!(
            effect,
            Effect::Call {
                request: Request::DescribeRole { .. },
                ..
            }
        )
    });
    assert_eq!(asked.count(), 2);
    let trusts = script.column(PaneId::Roles, 6);
    assert!(
        trusts.iter().all(|trust| trust.contains("Pod Identity")),
        "{trusts:?}"
    );
    assert_eq!(
        script.column(PaneId::Roles, 7),
        ["not in 400d", "not in 400d"]
    );
}

#[test]
fn a_role_of_an_account_without_a_scope_is_not_asked_about() {
    let mut script = world();
    let foreign = "arn:aws:iam::999999999999:role/far";
    script.keys("8");
    list(
        &mut script,
        &arn("alpha"),
        Part::Addons,
        vec![addon(&arn("alpha"), "x", |addon| {
            addon.role = Some(foreign.into());
        })],
    );
    script.keys("6");
    assert_eq!(
        script.column(PaneId::Roles, 8).first().map(String::as_str),
        Some("no scope")
    );
    assert!(!script.open().iter().any(
        |request| matches!(request, Request::DescribeRole { role, .. } if &**role == foreign)
    ));
}

#[test]
fn a_role_that_is_gone_is_a_problem() {
    let mut script = world();
    script.keys("6");
    let ticket = script.ticket(
        |request| matches!(request, Request::DescribeRole { role, .. } if role.ends_with("/own")),
    );
    let failure = Failure::new(
        FailureKind::NotFound,
        "describe role own",
        "it cannot be found",
    );
    script.done(ticket, Err(failure));
    script.keys("p");
    assert_eq!(script.column(PaneId::Roles, 0), ["own"]);
    assert_eq!(script.column(PaneId::Roles, 6), ["the role does not exist"]);
}

#[test]
fn the_role_of_a_row_is_one_key_away() {
    let mut script = world();
    script.keys("2 j u enter");
    assert!(script.state.modals.is_empty());
    assert_eq!(script.state.focus, PaneId::Roles);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/shared");
    assert_eq!(
        script.state.selected(),
        Some(&RowKey::Role(role.as_str().into()))
    );
    script.keys("d");
    assert!(matches!(script.top(), Some(Modal::Text(_))));
    script.keys("esc esc");
    assert_eq!(script.state.focus, PaneId::Associations);
}

#[test]
fn annotated_service_accounts_are_users_as_soon_as_they_are_read() {
    let mut script = world();
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 3), ["?", "?"]);
    script.keys("4 ctrl-r");
    for name in ["alpha", "beta"] {
        script.describe_cluster(&arn(name), "ACTIVE");
    }
    for name in ["alpha", "beta"] {
        let annotated = account("shop", "legacy", Some("shared"));
        script.say(&arn(name), kube_world(vec![annotated]));
    }
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 3), ["-", "2"]);
}

#[test]
fn an_add_on_that_could_not_be_described_may_use_any_role() {
    let mut script = world();
    script.keys("8");
    let key = roledex::model::AddonKey {
        cluster: arn("alpha"),
        name: "vpc-cni".into(),
    };
    let failure = Failure::new(FailureKind::Denied, "describe add-on vpc-cni", "no");
    list(
        &mut script,
        &arn("alpha"),
        Part::Addons,
        vec![FoundPart::Addon(key, Err(failure))],
    );
    list(
        &mut script,
        &arn("beta"),
        Part::Addons,
        vec![addon(&arn("beta"), "coredns", |_| {})],
    );
    script.keys("6");
    assert_eq!(script.column(PaneId::Roles, 4), ["0+", "0+"]);
}

#[test]
fn the_blast_radius_of_a_role_goes_down_to_its_pods_and_says_what_is_not_known() {
    let mut script = world();
    script.keys("2 g j u");
    let (listed, watched) = script.reads();
    assert_eq!(
        (listed.len(), watched.len()),
        (2, 0),
        "both clusters use it"
    );
    let before = text(&script);
    assert!(
        before.contains("There may be more")
            && before.contains("in alpha, pods were not read; so it is in another cluster"),
        "{before}"
    );
    assert!(before.contains("pods unknown"), "{before}");
    let pods = vec![
        account("shop", "shared", None),
        pod("shop", "web-1", "shared", true),
        pod("shop", "web-2", "shared", true),
        pod("shop", "web-3", "shared", false),
        pod("shop", "other-1", "own", true),
    ];
    script.say(&arn("alpha"), kube_world(pods));
    script.say(
        &arn("beta"),
        kube_world(vec![account("shop", "shared", None)]),
    );
    list_none(&mut script, "alpha");
    list_none(&mut script, "beta");
    let told = text(&script);
    assert!(!told.contains("There may be more"), "{told}");
    for (label, count) in [
        ("clusters", "2  alpha, beta"),
        ("namespaces", "2"),
        ("service accounts", "2"),
        ("workloads", "1"),
        ("pods", "3  2 act as it now, 1 may"),
        ("add-ons", "0"),
    ] {
        let line = format!("  {label:<18} {count}");
        assert!(
            told.lines().any(|told| told.trim_end() == line),
            "{line}: {told}"
        );
    }
    assert!(told.contains("shop/shared  association a-00000000000000001  asked from here"));
    assert!(told.contains("Deployment/web  3 pods, 2 act as it now, 1 may  web-1, web-2, web-3"));
    assert!(!told.contains("other-1"), "another role: {told}");
    script.keys("C j enter");
    let accounts = "alpha shop/shared\nbeta shop/shared";
    assert!(
        script
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy { text, .. } if text == accounts))
    );
}

#[test]
fn a_blast_radius_reads_the_kubernetes_of_all_clusters_only_on_request() {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    script.list_associations(
        &arn("alpha"),
        vec![association(&arn("alpha"), 1, "shop", "own")],
    );
    script.list_associations(&arn("beta"), Vec::new());
    script.describe_all();
    script.keys("2 g u");
    assert_eq!(script.reads().0, ["alpha"], "beta is not known to use it");
    assert!(text(&script).contains("service accounts of 2 of 2 clusters are not read"));
    script.keys("ctrl-r");
    for name in ["alpha", "beta"] {
        script.describe_cluster(&arn(name), "ACTIVE");
    }
    let (mut listed, _) = script.reads();
    listed.sort();
    assert_eq!(listed, ["alpha", "beta"]);
}
