//! Moving, filtering, sorting, scoping and marking.

use roledex::app::layout::Size;
use roledex::app::pane::PaneId;
use roledex::app::{Effect, Msg, Request, Step};

use crate::script::{Script, association, cluster_arn};

fn loaded() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    for (cluster, accounts) in [
        ("alpha", ["web", "api", "cron"]),
        ("beta", ["web", "jobs", "mail"]),
    ] {
        let arn = cluster_arn("eu-west-1", cluster);
        let rows = accounts.iter().enumerate();
        let rows = rows
            .map(|(n, name)| association(&arn, n + cluster.len() * 10, "shop", name))
            .collect();
        script.list_associations(&arn, rows);
        script.list_updates(&arn, Vec::new());
    }
    script.describe_all();
    script
}

#[test]
fn a_refresh_does_not_move_what_is_under_the_finger() {
    let mut script = loaded();
    script.keys("tab j j");
    let selected = script.state.selected().cloned();
    let arn = cluster_arn("eu-west-1", "alpha");
    let line = {
        let pane = script.state.focused().unwrap();
        pane.cursor - pane.top
    };
    script.keys("ctrl-r");
    let rows = ["aa", "ab", "ac", "web", "api", "cron"].iter().enumerate();
    let rows = rows
        .map(|(n, name)| association(&arn, if n < 3 { 900 + n } else { n - 3 + 50 }, "shop", name))
        .collect();
    script.list_associations(&arn, rows);
    assert_eq!(script.state.selected(), selected.as_ref());
    let pane = script.state.focused().unwrap();
    assert!(pane.cursor >= 3 && pane.cursor - pane.top >= line);
}

#[test]
fn enter_scopes_the_other_panes_and_escape_lifts_it() {
    let mut script = loaded();
    script.keys("j enter");
    assert_eq!(script.state.focus, PaneId::Associations);
    assert_eq!(
        script.column(PaneId::Associations, 1),
        ["jobs", "mail", "web"]
    );
    script.keys("esc");
    assert_eq!(script.column(PaneId::Associations, 1).len(), 6);
    assert_eq!(script.state.focus, PaneId::Clusters);
}

#[test]
fn marked_clusters_are_scoped_together() {
    let mut script = loaded();
    script.keys("space space enter");
    assert_eq!(script.state.restriction.scope.len(), 2);
    assert_eq!(script.column(PaneId::Associations, 1).len(), 6);
}

#[test]
fn moving_the_cursor_calls_nothing() {
    let mut script = loaded();
    script.effects.clear();
    script.keys("j k G g tab j j k shift-tab");
    assert!(script.effects.is_empty(), "{:?}", script.effects);
}

#[test]
fn filters_follow_the_typing_and_escape_brings_back_what_was() {
    let mut script = loaded();
    script.keys("tab /").typed("web");
    assert_eq!(script.column(PaneId::Associations, 1), ["web", "web"]);
    script.typed(" cluster:beta");
    assert_eq!(script.column(PaneId::Associations, 4), ["beta"]);
    script.keys("enter /").typed("x");
    assert!(script.column(PaneId::Associations, 1).is_empty());
    script.keys("esc");
    assert_eq!(script.column(PaneId::Associations, 4), ["beta"]);
    script.keys("esc");
    assert_eq!(script.column(PaneId::Associations, 1).len(), 6);
}

#[test]
fn an_inactive_term_is_told() {
    let mut script = loaded();
    script.keys("tab /").typed("nonsense:x").keys("enter");
    assert!(
        script.notice().contains("no column starts with"),
        "{}",
        script.notice()
    );
}

#[test]
fn sorting_goes_by_column_and_turns_around() {
    let mut script = loaded();
    script.keys("tab S j enter");
    assert_eq!(
        script.column(PaneId::Associations, 1),
        ["api", "cron", "jobs", "mail", "web", "web"]
    );
    script.keys("I");
    assert_eq!(
        script.column(PaneId::Associations, 1),
        ["web", "web", "mail", "jobs", "cron", "api"]
    );
}

#[test]
fn escape_undoes_one_thing_a_press() {
    let mut script = loaded();
    script.keys("enter space p f /").typed("web").keys("enter");
    let look = |script: &Script| {
        let pane = script.state.focused().unwrap();
        (
            pane.filter.is_empty(),
            pane.marks.is_empty(),
            !pane.problems_only,
            !script.state.zoomed,
            script.state.restriction.scope.is_empty(),
        )
    };
    assert_eq!(look(&script), (false, false, false, false, false));
    let wanted = [
        (true, false, false, false, false),
        (true, true, false, false, false),
        (true, true, true, false, false),
        (true, true, true, true, false),
        (true, true, true, true, true),
    ];
    for state in wanted {
        script.keys("esc");
        assert_eq!(look(&script), state);
    }
    script.keys("esc");
    assert!(script.notice().contains("quits"));
}

#[test]
fn quitting_asks_first_and_the_default_is_no() {
    let mut script = loaded();
    script.keys("q enter");
    assert!(!script.state.quitting && script.top().is_none());
    script.keys("q n");
    assert!(!script.state.quitting && script.top().is_none());
    script.keys("q tab enter");
    assert!(script.state.quitting);
    assert!(matches!(script.effects.last(), Some(Effect::Quit)));
}

#[test]
fn a_key_without_meaning_says_so() {
    let mut script = loaded();
    script.keys("Q");
    assert_eq!(
        script.notice(),
        "Q does nothing here; ? shows the keys that do"
    );
}

#[test]
fn the_cursor_stays_in_view_at_any_size() {
    let mut script = loaded();
    script.keys("tab G");
    for (width, height) in [(80, 8), (1, 1), (0, 0), (140, 40)] {
        script.send(Msg::Resize(Size { width, height })).keys("k j");
        let pane = script.state.focused().unwrap();
        assert!(pane.cursor >= pane.top && pane.cursor < pane.rows.len());
    }
}

#[test]
fn until_it_is_used_the_cursor_stays_on_the_first_row() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let first = |script: &Script| {
        let pane = script.state.pane(PaneId::Associations).unwrap();
        (pane.cursor, pane.top)
    };
    let ticket = script.ticket(|r| matches!(r, Request::ListAssociations { .. }));
    let page = |from: usize| {
        (from..from + 50)
            .map(|n| association(&arn, n, &format!("ns-{n:03}"), "sa"))
            .collect()
    };
    script.step(ticket, Step::Associations(page(500)));
    script.step(ticket, Step::Associations(page(100)));
    assert_eq!(
        first(&script),
        (0, 0),
        "rows that come in above push it down only if it was put there"
    );
    script.keys("tab d esc");
    script.step(ticket, Step::Associations(page(0)));
    assert_eq!(first(&script).0, 50);
}
