//! Which commands can be given now, and why the others cannot.

use crate::app::modal::{Modal, Subject};
use crate::app::pane::PaneId;
use crate::app::state::State;
use crate::input::Command;

/// Says why a command does nothing now; `Ok` if it does something.
pub fn available(state: &State, command: Command) -> Result<(), &'static str> {
    use Command as C;
    let selected = || state.selected().map(|_| ()).ok_or("no row is selected");
    let pane = state.focused();
    match command {
        C::Open | C::Describe | C::Yaml | C::CopyName | C::CopyMenu | C::Mark => selected(),
        C::UsedBy => selected().and_then(|()| has_role(state)),
        C::CopyArn => selected().and_then(|()| has_arn(state)),
        C::Finished if state.focus != PaneId::Updates => Err("only updates end"),
        C::ClearScope
            if state.restriction.scope.is_empty() && state.restriction.pods_of.is_none() =>
        {
            Err("nothing is restricted")
        }
        C::ClearMarks if pane.is_none_or(|pane| pane.marks.is_empty()) => Err("nothing is marked"),
        C::Zoom if !state.focus.is_together() => Err("the view has the whole screen already"),
        C::ToggleJson if !shows_row(state) => Err("only raw documents have two notations"),
        C::NextMatch | C::PreviousMatch if !has_pattern(state) => Err("nothing is searched for"),
        _ => Ok(()),
    }
}

fn has_arn(state: &State) -> Result<(), &'static str> {
    let key = state.selected();
    let arn = key.and_then(|key| key.view().arn(&state.fleet, key));
    arn.map(|_| ()).ok_or("the row has no ARN")
}

fn has_role(state: &State) -> Result<(), &'static str> {
    let key = state.selected();
    let role = key.and_then(|key| key.view().role(&state.fleet, key));
    role.map(|_| ())
        .ok_or("the row has no role, or it is not known")
}

fn shows_row(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Text(view)) if matches!(view.subject, Subject::Row(_)))
}

fn has_pattern(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Text(view)) if !view.pattern.is_empty())
}
