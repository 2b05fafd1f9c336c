//! What must never happen, whatever is pressed.

use proptest::prelude::*;
use roledex::app::layout::Size;
use roledex::app::{Effect, Msg};
use roledex::input::{Command, Key};

use crate::script::{Script, association, cluster_arn, update};

fn world() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    for cluster in ["alpha", "beta"] {
        let arn = cluster_arn("eu-west-1", cluster);
        script.list_associations(
            &arn,
            (0..40)
                .map(|n| association(&arn, n, "ns", &format!("sa-{n}")))
                .collect(),
        );
        script.list_updates(
            &arn,
            vec![update(&arn, "u-1", "InProgress", "2026-11-21T11:00:00Z")],
        );
    }
    script.describe_all();
    script
}

fn some_key() -> impl Strategy<Value = Key> {
    let bound = Command::ALL
        .iter()
        .flat_map(|command| command.default_keys())
        .map(|key| key.parse().unwrap());
    let bound: Vec<Key> = bound
        .filter(|key: &Key| key.to_string() != "ctrl-c")
        .collect();
    prop_oneof![
        8 => prop::sample::select(bound),
        2 => any::<char>().prop_map(|c| Key::new(roledex::input::key::Code::Char(c), false, false, false)),
    ]
}

fn some_message() -> impl Strategy<Value = Msg> {
    prop_oneof![
        20 => some_key().prop_map(Msg::Key),
        1 => (0u16..200, 0u16..60).prop_map(|(width, height)| Msg::Resize(Size { width, height })),
        1 => ".{0,20}".prop_map(Msg::Paste),
    ]
}

proptest! {
    #[test]
    fn cursors_stay_in_range_and_quitting_is_three_keys_away(messages in prop::collection::vec(some_message(), 0..120)) {
        let mut script = world();
        for message in messages {
            script.send(message);
            if script.state.quitting {
                return Ok(());
            }
            for pane in script.state.panes.values() {
                prop_assert!(pane.rows.is_empty() && pane.cursor == 0 || pane.cursor < pane.rows.len());
            }
        }
        script.keys("ctrl-c");
        prop_assert!(script.state.quitting);
    }

    #[test]
    fn keys_ask_for_nothing_but_reading(messages in prop::collection::vec(some_message(), 0..120)) {
        let mut script = world();
        script.effects.clear();
        for message in messages {
            script.send(message);
        }
        for effect in &script.effects {
            if let Effect::Call { request, .. } = effect {
                prop_assert!(request.is_read(), "{:?}", request);
            }
        }
    }
}
