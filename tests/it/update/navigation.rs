//! From view to view and back.

use roledex::app::Msg;
use roledex::app::availability::goes_back;
use roledex::app::layout::Size;
use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;

use crate::script::Script;

const SMALL: Size = Size {
    width: 80,
    height: 24,
};

fn loaded() -> Script {
    Script::with_clusters(&["alpha", "beta"])
}

#[test]
fn every_view_has_a_key() {
    let mut script = loaded();
    for (index, id) in PaneId::ALL.into_iter().enumerate() {
        let key = id.view().command().default_keys()[0];
        let number = (index < 9).then(|| (index + 1).to_string());
        assert!(number.is_none_or(|number| number == key), "{id:?}");
        script.keys(key);
        assert_eq!(script.state.focus, id);
        let seen = script.state.layout().panes;
        let together = index < PaneId::TOGETHER.len();
        assert_eq!(seen.len(), if together { 4 } else { 1 }, "{id:?}");
        assert!(seen.iter().any(|(seen, _)| *seen == id));
    }
}

#[test]
fn back_goes_where_one_came_from() {
    let mut script = loaded();
    for back in ["esc", "q"] {
        script.keys("2 5 7 9");
        for id in [
            PaneId::IdentityProviders,
            PaneId::Pods,
            PaneId::Associations,
        ] {
            script.keys(back);
            assert_eq!(script.state.focus, id);
        }
    }
    // At the panes there is no view to go back to: the one asks, the other says so.
    script.keys("q");
    assert!(matches!(script.top(), Some(Modal::Quit(_))));
    script.keys("n esc");
    assert!(script.notice().contains("nothing to go back from"));
}

/// The footer offers the way back where there is one, and only there.
#[test]
fn there_is_a_way_back_until_esc_finds_none() {
    for keys in [
        "",
        "space",
        "p",
        "f",
        "enter",
        "5",
        "4 7 f",
        "/ a enter",
        "X f",
    ] {
        let mut script = loaded();
        script.keys(keys);
        let mut pressed = 0;
        while goes_back(&script.state) {
            script.keys("esc");
            let notice = script.notice();
            assert!(!notice.contains("nothing to go back from"), "{keys}");
            pressed += 1;
            assert!(pressed < 9, "{keys}");
        }
        assert_eq!(pressed > 0, !keys.is_empty(), "{keys}");
        script.keys("esc");
        assert!(script.notice().contains("nothing to go back from"));
    }
}

#[test]
fn the_way_back_has_no_circles() {
    let mut script = loaded();
    script.keys("5 6 5 6 5 esc");
    assert_eq!(script.state.focus, PaneId::Clusters);
}

#[test]
fn tab_stays_with_what_stands_together() {
    let mut script = loaded();
    let mut around = |keys: &str, by: &str, count: usize| {
        script.keys(keys);
        let mut seen = Vec::new();
        for _ in 0..count {
            script.keys(by);
            seen.push(script.state.focus);
        }
        seen
    };
    let [clusters, associations, updates, accounts] = PaneId::TOGETHER;
    assert_eq!(
        around("1", "tab", 4),
        [associations, updates, accounts, clusters]
    );
    assert_eq!(around("1", "shift-tab", 2), [accounts, updates]);
    // Alone on the screen, the tabs are what can be seen.
    assert_eq!(
        around("X", "tab", 2),
        [clusters, associations],
        "after the last view the panes stand together again"
    );
    let mut all = PaneId::ALL.to_vec();
    all.rotate_left(1);
    assert_eq!(around("1 f", "tab", 10), all);
}

#[test]
fn a_view_that_was_come_to_by_tab_is_left_by_escape() {
    let mut script = loaded();
    script.keys("4 f tab");
    assert_eq!(script.state.focus, PaneId::Pods);
    script.keys("esc");
    assert_eq!(script.state.focus, PaneId::ServiceAccounts);
    assert!(script.state.zoomed);
    script.keys("esc");
    assert!(!script.state.zoomed);
}

#[test]
fn on_a_small_screen_every_view_hides_the_one_before() {
    let mut script = loaded();
    script.send(Msg::Resize(SMALL)).keys("2 3 esc");
    assert_eq!(script.state.focus, PaneId::Associations);
    script.keys("esc");
    assert_eq!(script.state.focus, PaneId::Clusters);
}

#[test]
fn a_view_alone_on_the_screen_cannot_be_zoomed() {
    let mut script = loaded();
    script.keys("5 f");
    assert!(
        script.notice().contains("whole screen"),
        "{}",
        script.notice()
    );
    assert!(!script.state.zoomed);
}
