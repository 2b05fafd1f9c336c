//! What the user sees: screens as text with the role of every run of cells, at sizes that matter.
//!
//! `cargo insta review`, or `INSTA_UPDATE=always cargo test --test it render`, takes changed screens over.

mod dump;
mod picture;
mod properties;
mod scenes;

use roledex::app::State;

use dump::screen;

/// Compares a scene at a size with its snapshot.
macro_rules! snapshots {
    ($($name:ident: $scene:ident $width:literal x $height:literal;)+) => {
        $(
            #[test]
            fn $name() {
                let script = scenes::$scene($width, $height);
                insta::with_settings!({
                    snapshot_path => "render/screens",
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, {
                    insta::assert_snapshot!(stringify!($name), screen(&script.state));
                });
            }
        )+
    };
}

snapshots! {
    unconfigured_80x24: unconfigured 80 x 24;
    unconfigured_40x12: unconfigured 40 x 12;
    loading_120x30: loading 120 x 30;
    no_clusters_80x24: no_clusters 80 x 24;
    all_failed_80x24: all_failed 80 x 24;
    ready_140x40: ready 140 x 40;
    ready_120x30: ready 120 x 30;
    ready_119x30: ready 119 x 30;
    ready_80x24: ready 80 x 24;
    ready_40x12: ready 40 x 12;
    ready_20x6: ready 20 x 6;
    ready_12x3: ready 12 x 3;
    wide_columns_140x40: wide_columns 140 x 40;
    skipped_columns_80x24: skipped_columns 80 x 24;
    stale_and_failed_120x30: stale_and_failed 120 x 30;
    partial_80x24: partial 80 x 24;
    filtered_120x30: filtered 120 x 30;
    filtered_away_80x24: filtered_away 80 x 24;
    filter_prompt_80x24: filter_prompt 80 x 24;
    filter_problem_80x24: filter_problem 80 x 24;
    marked_and_scoped_120x30: marked_and_scoped 120 x 30;
    finished_updates_80x24: finished_updates 80 x 24;
    long_names_80x24: long_names 80 x 24;
    hostile_text_80x24: hostile_text 80 x 24;
    read_only_demo_80x24: read_only_demo 80 x 24;
    describe_80x24: describe 80 x 24;
    describe_40x12: describe 40 x 12;
    yaml_searched_80x24: yaml_searched 80 x 24;
    help_80x24: help 80 x 24;
    scopes_80x24: scopes 80 x 24;
    palette_80x24: palette 80 x 24;
    palette_40x12: palette 40 x 12;
    sort_menu_80x24: sort_menu 80 x 24;
    copy_menu_40x12: copy_menu 40 x 12;
    quit_80x24: quit 80 x 24;
    quit_20x6: quit 20 x 6;
    long_notice_80x24: long_notice 80 x 24;
    rebound_keys_80x24: rebound_keys 80 x 24;
    identity_providers_140x40: identity_providers 140 x 40;
    identity_providers_80x24: identity_providers 80 x 24;
    identity_provider_described_80x24: identity_provider_described 80 x 24;
    addons_120x30: addons 120 x 30;
    addons_80x24: addons 80 x 24;
    addon_described_80x24: addon_described 80 x 24;
    access_entries_120x30: access_entries 120 x 30;
    access_entries_80x24: access_entries 80 x 24;
    access_entry_described_80x24: access_entry_described 80 x 24;
    roles_140x40: roles 140 x 40;
    roles_80x24: roles 80 x 24;
    role_described_80x24: role_described 80 x 24;
    service_accounts_140x40: service_accounts 140 x 40;
    service_accounts_80x24: service_accounts 80 x 24;
    service_accounts_40x12: service_accounts 40 x 12;
    unread_accounts_120x30: unread_accounts 120 x 30;
    unreachable_accounts_120x30: unreachable_accounts 120 x 30;
    unreachable_accounts_80x24: unreachable_accounts 80 x 24;
    pods_200x40: pods 200 x 40;
    pods_140x40: pods 140 x 40;
    pods_80x24: pods 80 x 24;
    pods_20x6: pods 20 x 6;
    pods_of_account_120x30: pods_of_account 120 x 30;
    no_pods_of_account_80x24: no_pods_of_account 80 x 24;
    withheld_accounts_140x40: withheld_accounts 140 x 40;
    withheld_accounts_80x24: withheld_accounts 80 x 24;
    withheld_pods_200x40: withheld_pods 200 x 40;
    withheld_pods_80x24: withheld_pods 80 x 24;
    broken_watch_120x30: broken_watch 120 x 30;
    describe_account_80x24: describe_account 80 x 24;
    describe_pod_80x24: describe_pod 80 x 24;
    other_view_80x24: other_view 80 x 24;
    form_roles_80x24: form_roles 80 x 24;
    form_roles_120x30: form_roles 120 x 30;
    form_wrong_80x24: form_wrong 80 x 24;
    form_wrong_120x30: form_wrong 120 x 30;
    form_tags_80x24: form_tags 80 x 24;
    form_tags_120x30: form_tags 120 x 30;
    review_asking_80x24: review_asking 80 x 24;
    review_asking_120x30: review_asking 120 x 30;
    review_blocking_80x24: review_blocking 80 x 24;
    review_blocking_120x30: review_blocking 120 x 30;
    review_deletion_80x24: review_deletion 80 x 24;
    review_deletion_120x30: review_deletion 120 x 30;
    progress_80x24: progress 80 x 24;
    progress_120x30: progress 120 x 30;
    progress_failed_80x24: progress_failed 80 x 24;
    progress_failed_120x30: progress_failed 120 x 30;
    history_80x24: history 80 x 24;
    history_40x12: history 40 x 12;
    history_120x30: history 120 x 30;
    form_roles_40x12: form_roles 40 x 12;
    review_blocking_40x12: review_blocking 40 x 12;
    explaining_80x24: explaining 80 x 24;
    explained_80x24: explained 80 x 24;
    explained_120x30: explained 120 x 30;
    explained_40x12: explained 40 x 12;
    explained_below_80x24: explained_below 80 x 24;
    explained_logs_80x24: explained_logs 80 x 24;
    explained_logs_120x30: explained_logs 120 x 30;
    explained_nothing_80x24: explained_nothing 80 x 24;
    remedies_80x24: remedies 80 x 24;
    findings_view_80x24: findings_view 80 x 24;
    findings_view_120x30: findings_view 120 x 30;
    findings_view_40x12: findings_view 40 x 12;
    findings_unread_80x24: findings_unread 80 x 24;
    finding_counts_120x30: finding_counts 120 x 30;
    finding_counts_80x24: finding_counts 80 x 24;
    test_pick_80x24: test_pick 80 x 24;
    test_pick_40x12: test_pick 40 x 12;
    test_podless_80x24: test_podless 80 x 24;
    test_podless_40x12: test_podless 40 x 12;
    test_pasting_80x24: test_pasting 80 x 24;
    run_typing_80x24: run_typing 80 x 24;
    run_consent_80x24: run_consent 80 x 24;
    test_consent_120x30: test_consent 120 x 30;
    test_consent_80x24: test_consent 80 x 24;
    test_consent_40x12: test_consent 40 x 12;
    test_running_80x24: test_running 80 x 24;
    test_kept_80x24: test_kept 80 x 24;
    test_verdict_120x30: test_verdict 120 x 30;
    test_verdict_80x24: test_verdict 80 x 24;
    test_verdict_40x12: test_verdict 40 x 12;
    test_refused_120x30: test_refused 120 x 30;
    test_refused_80x24: test_refused 80 x 24;
    test_cancelled_80x24: test_cancelled 80 x 24;
    test_offer_80x24: test_offer 80 x 24;
    test_settled_80x24: test_settled 80 x 24;
}

/// Where the terminal's cursor stands while a line is typed.
#[test]
fn the_cursor_follows_what_is_typed() {
    let cursor = |state: &State| dump::draw(state).1;
    assert_eq!(cursor(&scenes::ready(80, 24).state), None);
    let mut script = scenes::ready(80, 24);
    script.keys("/");
    assert_eq!(cursor(&script.state), Some((2, 23)));
    script.typed("日本");
    assert_eq!(cursor(&script.state), Some((6, 23)));
    script.keys("left");
    assert_eq!(cursor(&script.state), Some((4, 23)));
    script.keys("esc :").typed("quit");
    assert_eq!(script.state.modals.len(), 1);
    assert!(cursor(&script.state).is_some_and(|(_, y)| y < 23));
}
