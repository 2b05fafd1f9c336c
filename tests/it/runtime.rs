//! What the runtime promises whatever its tasks do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use roledex::app::{Effect, Msg};
use roledex::model::{FailureKind, Route};
use roledex::runtime::executor;
use roledex::ui;

use crate::script::Script;

#[tokio::test]
async fn a_panic_in_a_task_becomes_a_failure_on_screen() {
    let routes = vec![Route::new(Some("prod"), "eu-west-1")];
    let mut script = Script::new(routes, roledex::app::Options::default(), 140, 40);
    let ticket = script
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Call { ticket, .. } => Some(*ticket),
            _ => None,
        })
        .unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    executor::spawn(ticket, async { panic!("on purpose") }, sender);
    let message = receiver.recv().await.unwrap();
    let Msg::Done {
        outcome: Err(failure),
        ticket: told,
    } = &message
    else {
        panic!("{message:?}");
    };
    assert_eq!((failure.kind, *told), (FailureKind::Bug, ticket));
    script.send(message);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 140, 40));
    ui::draw(
        &script.state,
        &roledex::theme::Theme::default(),
        &mut buffer,
    );
    let screen: String = buffer
        .content()
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert!(screen.contains("panicked"), "{screen}");
}
