//! Scenes: states that are worth a picture, built by messages alone.

mod changes;
mod credential;
mod diagnosis;
mod kubernetes;
mod parts;
mod stale;
mod world;

use std::collections::BTreeMap;

use roledex::app::{Msg, Options};
use roledex::input::{Command, Keymap};
use roledex::model::{Failure, FailureKind, Guard};

use crate::script::{Script, association, cluster_arn};
pub(super) use changes::{
    form_roles, form_tags, form_wrong, history, progress, progress_failed, review_asking,
    review_blocking, review_deletion,
};
pub(super) use credential::{
    run_consent, run_typing, test_cancelled, test_consent, test_kept, test_offer, test_pasting,
    test_pick, test_podless, test_refused, test_running, test_settled, test_verdict,
};
pub(super) use diagnosis::{
    explained, explained_below, explained_logs, explained_nothing, explaining, finding_counts,
    findings_unread, findings_view, remedies,
};
pub(super) use kubernetes::{
    broken_watch, describe_account, describe_pod, no_pods_of_account, other_view, pods,
    pods_of_account, service_accounts, unreachable_accounts, unread_accounts, withheld_accounts,
    withheld_pods,
};
pub(super) use parts::{
    access_entries, access_entry_described, addon_described, addons, identity_provider_described,
    identity_providers, role_described, roles,
};
pub(super) use stale::stale_and_failed;
use world::{
    denied, describe_cluster, describe_rows, detail, expired, fail_scope, ready_with, route,
    three_scopes,
};

/// A scene at a size.
pub(super) type Scene = fn(u16, u16) -> Script;

pub(super) const ALL: &[Scene] = &[
    unconfigured,
    loading,
    no_clusters,
    all_failed,
    ready,
    wide_columns,
    skipped_columns,
    stale_and_failed,
    partial,
    filtered,
    filtered_away,
    filter_prompt,
    filter_problem,
    marked_and_scoped,
    finished_updates,
    long_names,
    hostile_text,
    read_only_demo,
    describe,
    yaml_searched,
    help,
    scopes,
    palette,
    sort_menu,
    copy_menu,
    quit,
    rebound_keys,
    long_notice,
    identity_providers,
    identity_provider_described,
    addons,
    addon_described,
    access_entries,
    access_entry_described,
    roles,
    role_described,
    service_accounts,
    unread_accounts,
    unreachable_accounts,
    pods,
    pods_of_account,
    no_pods_of_account,
    withheld_accounts,
    withheld_pods,
    broken_watch,
    describe_account,
    describe_pod,
    other_view,
    form_roles,
    form_wrong,
    form_tags,
    review_asking,
    review_blocking,
    review_deletion,
    progress,
    progress_failed,
    history,
    explaining,
    explained,
    explained_below,
    explained_logs,
    explained_nothing,
    remedies,
    findings_view,
    findings_unread,
    finding_counts,
    test_pick,
    test_podless,
    test_pasting,
    run_typing,
    run_consent,
    test_consent,
    test_running,
    test_kept,
    test_verdict,
    test_refused,
    test_cancelled,
    test_offer,
    test_settled,
];

pub(super) fn unconfigured(width: u16, height: u16) -> Script {
    let trouble = Failure::new(
        FailureKind::Unconfigured,
        "find a profile",
        "neither /home/alice/.aws/config nor /home/alice/.aws/credentials exists, and AWS_ACCESS_KEY_ID is not set",
    )
    .hint(
        "roledex --demo shows a simulated world\naws configure sso sets up a profile\nroledex --profile NAME --region REGION reads one scope",
    );
    let options = Options {
        troubles: vec![trouble],
        ..Options::default()
    };
    Script::new(Vec::new(), options, width, height)
}

pub(super) fn loading(width: u16, height: u16) -> Script {
    Script::new(three_scopes(), Options::default(), width, height)
}

pub(super) fn no_clusters(width: u16, height: u16) -> Script {
    let mut script = loading(width, height);
    script.open_scope("prod", "eu-west-1", &[]);
    script.open_scope("prod", "us-east-1", &[]);
    script.open_scope("dev", "eu-west-1", &[]);
    script
}

pub(super) fn all_failed(width: u16, height: u16) -> Script {
    let mut script = loading(width, height);
    fail_scope(
        &mut script,
        "prod",
        "eu-west-1",
        expired("prod", "eu-west-1"),
    );
    fail_scope(
        &mut script,
        "prod",
        "us-east-1",
        expired("prod", "us-east-1"),
    );
    fail_scope(&mut script, "dev", "eu-west-1", denied());
    script
}

/// Everything read.
pub(super) fn ready(width: u16, height: u16) -> Script {
    ready_with(Options::default(), width, height)
}

/// The scene of the README's picture.
pub(super) fn picture(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab j j j j j j j j");
    script
}

pub(super) fn wide_columns(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab f ctrl-w");
    script
}

pub(super) fn skipped_columns(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab l l j");
    script
}

/// Two of three scopes answered; the third did not let us in.
pub(super) fn partial(width: u16, height: u16) -> Script {
    let mut script = loading(width, height);
    script.open_scope("prod", "eu-west-1", &["checkout-eu"]);
    describe_cluster(
        &mut script,
        &cluster_arn("eu-west-1", "checkout-eu"),
        detail("ACTIVE", "1.34", "eks.3"),
    );
    script.open_scope("prod", "us-east-1", &[]);
    fail_scope(&mut script, "dev", "eu-west-1", denied());
    script
}

pub(super) fn filtered(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script
        .keys("tab /")
        .typed("kube !role:lbc")
        .keys("enter S j enter");
    script
}

pub(super) fn filtered_away(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script
        .keys("tab /")
        .typed("nothing like it")
        .keys("enter p");
    script
}

pub(super) fn filter_prompt(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab /").typed("checkout");
    script
}

pub(super) fn filter_problem(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab /").typed("rolle:check");
    script
}

pub(super) fn marked_and_scoped(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("space space enter j space");
    script
}

pub(super) fn finished_updates(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab tab F");
    script
}

pub(super) fn long_names(width: u16, height: u16) -> Script {
    let mut script = Script::new(
        vec![route("a-profile-whose-name-is-long", "ap-southeast-2")],
        Options::default(),
        width,
        height,
    );
    let name = "a-cluster-whose-name-takes-every-one-of-the-hundred-characters-that-eks-allows-for-the-name-of-one-xx";
    script.open_scope("a-profile-whose-name-is-long", "ap-southeast-2", &[name]);
    let arn = cluster_arn("ap-southeast-2", name);
    describe_cluster(&mut script, &arn, detail("ACTIVE", "1.34", "eks.3"));
    let long = "service-account-".repeat(8);
    script.list_associations(
        &arn,
        vec![
            association(
                &arn,
                1,
                "namespace-with-sixty-three-characters-which-is-the-most-allowed",
                &long,
            ),
            association(&arn, 2, "short", "short"),
        ],
    );
    describe_rows(&mut script, 10);
    script.list_updates(&arn, Vec::new());
    script.keys("tab");
    script
}

/// Text that would repaint the terminal, reverse itself or take two cells a character.
pub(super) fn hostile_text(width: u16, height: u16) -> Script {
    let mut script = Script::new(
        vec![route("prod", "eu-west-1")],
        Options::default(),
        width,
        height,
    );
    script.open_scope("prod", "eu-west-1", &["checkout-eu"]);
    let arn = cluster_arn("eu-west-1", "checkout-eu");
    describe_cluster(&mut script, &arn, detail("ACTIVE", "1.34", "eks.3"));
    script.list_associations(
        &arn,
        vec![
            association(
                &arn,
                1,
                "日本語の名前空間がここにあります",
                "支払いサービスのアカウント",
            ),
            association(&arn, 2, "esc\u{1b}[2J\u{1b}[31m", "bell\u{7}\r\nnew"),
            association(&arn, 3, "bidi\u{202e}txt.exe", "zero\u{200b}width"),
            association(&arn, 4, "cafe\u{301}-e\u{301}te\u{301}", "👩‍💻-dev-❤️"),
            association(&arn, 5, "plain", "ｶﾞｷﾞ-half"),
        ],
    );
    describe_rows(&mut script, 10);
    script.list_updates(&arn, Vec::new());
    script.keys("tab j");
    script
}

pub(super) fn read_only_demo(width: u16, height: u16) -> Script {
    ready_with(
        Options {
            guard: Guard::read_only(),
            demo: true,
            ..Options::default()
        },
        width,
        height,
    )
}

pub(super) fn describe(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab j j j d");
    script
}

pub(super) fn yaml_searched(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("j j y /").typed("pay").keys("enter w l");
    script
}

pub(super) fn help(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("? j");
    script
}

pub(super) fn scopes(width: u16, height: u16) -> Script {
    let mut script = partial(width, height);
    script.keys("P");
    script
}

pub(super) fn palette(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys(":").typed("re").keys("down");
    script
}

pub(super) fn sort_menu(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab S j j");
    script
}

pub(super) fn copy_menu(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("tab C j");
    script
}

pub(super) fn quit(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("q");
    script
}

/// An error that takes more than the footer.
pub(super) fn long_notice(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.send(Msg::Told(Err(denied())));
    script
}

pub(super) fn rebound_keys(width: u16, height: u16) -> Script {
    let overrides = BTreeMap::from([
        (Command::Open, vec!["f2".parse().unwrap()]),
        (Command::Filter, vec!["ctrl-k".parse().unwrap()]),
        (Command::Help, Vec::new()),
    ]);
    let keymap = Keymap::with(&overrides).unwrap();
    ready_with(
        Options {
            keymap,
            ..Options::default()
        },
        width,
        height,
    )
}
