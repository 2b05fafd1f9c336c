//! How a change ends on screen.

use roledex::app::Step;
use roledex::app::modal::Modal;
use roledex::app::msg::ChangeStep;

use super::{answer, apply_ticket, edit_role, world};

#[test]
fn what_aws_shows_otherwise_is_no_plain_success() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let ticket = apply_ticket(&script);
    let note = "AWS took the change, but shows another role: none";
    script.step(ticket, Step::Change(ChangeStep::Unlike(note.into())));
    script.done(ticket, Ok(()));
    let notice = script.notice();
    assert!(
        notice.contains("applied, but AWS does not show it"),
        "{notice}"
    );
    assert!(!notice.starts_with("done"), "{notice}");
    assert!(matches!(script.top(), Some(Modal::Progress)), "it stays");
}
