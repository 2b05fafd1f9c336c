//! A hundred thousand seeded random keys, pastes and resizes: no panic, no write, no key that hangs.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use roledex::app::layout::Size;
use roledex::app::{Effect, Msg, Request, Step};
use roledex::input::{Command, Key};
use roledex::theme::Theme;

use crate::script::{Script, association, cluster_arn, role, update};

const KEYS: usize = 100_000;
/// Drawing is the slow part of a debug build; every so many keys are enough to meet every state.
const DRAW_EVERY: usize = 16;

fn world() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta", "wide-日本語-clústér"]);
    for cluster in ["alpha", "beta", "wide-日本語-clústér"] {
        let arn = cluster_arn("eu-west-1", cluster);
        let row = |n: usize| association(&arn, n, "名前空間", &format!("sa-{n}-e\u{301}\u{202e}"));
        script.list_associations(&arn, (0..25).map(row).collect());
        script.list_updates(
            &arn,
            vec![update(&arn, "u-1", "InProgress", "2026-11-21T11:00:00Z")],
        );
    }
    script
}

/// Answers one open question, well or badly.
fn answer(script: &mut Script, random: &mut StdRng) {
    let open = script.open();
    let Some(request) = open.choose(random).cloned() else {
        return;
    };
    let ticket = script.ticket(|other| *other == request);
    if random.random_bool(0.2) {
        let failure =
            roledex::model::Failure::new(roledex::model::FailureKind::Denied, "read", "not today");
        script.done(ticket, Err(failure));
        return;
    }
    if let Request::DescribeAssociation { .. } = request {
        script.step(ticket, Step::Association(Box::new(role("some-role"))));
    }
    script.done(ticket, Ok(()));
}

#[test]
fn random_keys_break_nothing_and_write_nothing() {
    let mut random = StdRng::seed_from_u64(20_261_121);
    let keys: Vec<Key> = Command::ALL
        .iter()
        .flat_map(|command| command.default_keys())
        .map(|key| key.parse::<Key>().unwrap())
        .filter(|key| key.to_string() != "ctrl-c")
        .chain(
            "abcxyz019/:!é日"
                .chars()
                .map(|c| Key::plain(roledex::input::key::Code::Char(c))),
        )
        .collect();
    let theme = Theme::named("dark").unwrap();
    let mut script = world();
    for pressed in 0..KEYS {
        match random.random_range(0..100) {
            0 => {
                let size = Size {
                    width: random.random_range(0..200),
                    height: random.random_range(0..60),
                };
                script.hear(Msg::Resize(size));
            }
            1 => script.hear(Msg::Paste(
                "pa\u{1b}[31mste\n".repeat(random.random_range(0..3)),
            )),
            2..=5 => answer(&mut script, &mut random),
            _ => script.hear(Msg::Key(*keys.choose(&mut random).unwrap())),
        }
        if script.state.quitting {
            // Somebody found "yes": start over, with the same randomness.
            script = world();
        }
        if pressed % DRAW_EVERY == 0 {
            roledex::app::arrange(&mut script.state);
            let area = Rect::new(0, 0, script.state.size.width, script.state.size.height);
            let mut buffer = Buffer::empty(area);
            roledex::ui::draw(&script.state, &theme, &mut buffer);
        }
        for effect in script.effects.drain(..) {
            if let Effect::Call { request, .. } = effect {
                // Every request there is reads. One that writes must be added here, and then this test fails.
                match request {
                    Request::OpenRoute { .. }
                    | Request::DescribeCluster { .. }
                    | Request::ListAssociations { .. }
                    | Request::DescribeAssociation { .. }
                    | Request::ListUpdates { .. }
                    | Request::AssociationDocument { .. }
                    | Request::UpdateDocument { .. } => {}
                }
            }
        }
    }
}
