//! Which commands can be given now, and why the others cannot.

use crate::app::describe;
use crate::app::diagnosis::{FindingRow, Logs, logs_of, row_explained};
use crate::app::kubernetes::AccountKey;
use crate::app::modal::credential::Tested;
use crate::app::modal::{CredentialPanel, Item, Modal, Subject};
use crate::app::pane::{Pane, PaneId, RowKey};
use crate::app::state::State;
use crate::input::Command;
use crate::model::credential::{Expected, Purpose};
use crate::model::{Access, Association, AssociationKey, ClusterArn, diagnosis};

/// Says why a command does nothing now; `Ok` if it does something.
pub fn available(state: &State, command: Command) -> Result<(), &'static str> {
    use Command as C;
    let selected = || state.selected().map(|_| ()).ok_or("no row is selected");
    let pane = state.focused();
    match command {
        C::Yaml if matches!(state.selected(), Some(RowKey::Finding(_))) => {
            Err("a finding is made by roledex: nobody sent a document")
        }
        C::CopyMenu if explained(state).is_some() => remedies(state),
        C::ReadLogs => logs(state),
        C::GoToRow => explained(state).map(|_| ()).ok_or("no row is explained"),
        C::Open | C::Describe | C::Explain | C::Yaml | C::CopyName | C::CopyMenu | C::Mark => {
            selected()
        }
        C::UsedBy => selected().and_then(|()| has_role(state)),
        C::CopyArn => selected().and_then(|()| has_arn(state)),
        C::Test => tests(state),
        C::RunWith => testable(state).map(|_| ()),
        C::CopyOffer if matches!(state.modals.last(), Some(Modal::Progress)) => {
            Err("there is nothing to copy here")
        }
        C::Accept if runs_test(state) => Err("the test is running; esc cancels it"),
        C::Edit | C::Delete | C::EditTags => changeable(state).map(|_| ()),
        C::Create => cluster_for_new(state).map(|_| ()),
        C::Undo | C::Redo if matches!(state.modals.last(), Some(Modal::Credential(_))) => {
            Err("esc closes the test first")
        }
        C::Undo | C::Redo => writable(state, None),
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

/// Whether there is something at the panes to go back from, as [`Command::Back`] does it.
pub fn goes_back(state: &State) -> bool {
    let restriction = &state.restriction;
    let narrows =
        |pane: &Pane| !pane.filter.is_empty() || !pane.marks.is_empty() || pane.problems_only;
    state.focused().is_some_and(narrows)
        || !state.trail.is_empty()
        || state.focus == PaneId::Pods && restriction.pods_of.is_some()
        || state.zoomed && state.focus.is_together()
        || !restriction.scope.is_empty()
}

/// Why nothing may be changed, or nothing of a cluster.
fn writable(state: &State, cluster: Option<&ClusterArn>) -> Result<(), &'static str> {
    if state.options.guard.read_only {
        return Err("this run is read-only");
    }
    if let Some(cluster) = cluster {
        if state.access_to(cluster) == Access::ReadOnly {
            return Err("the cluster is read-only");
        }
        if state.route_to(cluster).is_none() {
            return Err("no scope of this run reaches the cluster");
        }
    }
    if state.is_changing() {
        return Err("another change is being made");
    }
    Ok(())
}

/// The association under the cursor, if it may be changed now.
pub(in crate::app) fn changeable(state: &State) -> Result<AssociationKey, &'static str> {
    let key = match state.selected() {
        None => return writable(state, None).and(Err("no row is selected")),
        Some(RowKey::Association(key)) => Some(key),
        Some(RowKey::Account(key)) => {
            let account = state.fleet.accounts.get(key);
            account.and_then(|row| row.association.as_ref())
        }
        Some(_) => {
            return writable(state, None).and(Err("only associations can be changed"));
        }
    };
    let cluster = state.selected().and_then(RowKey::cluster);
    writable(state, cluster)?;
    let key = key.ok_or("the service account has no association")?;
    let row = state.fleet.associations.get(key);
    let row = row.ok_or("the association is not listed any more")?;
    if row.summary.owner.is_some() {
        return Err("an add-on owns it: change it through the add-on");
    }
    if row.detail.known().is_none() {
        return Err("its details are not known yet");
    }
    Ok(key.clone())
}

/// Whether a test can be opened from where the keys go.
fn tests(state: &State) -> Result<(), &'static str> {
    match state.modals.last() {
        Some(Modal::Progress) => {
            let applying = state.applying.as_ref().ok_or("nothing was changed")?;
            match (applying.is_running(), &applying.offer) {
                (true, Some(_)) => Err("the change is not done yet"),
                (false, Some(_)) => Ok(()),
                (_, None) => Err("nobody gets another role by it"),
            }
        }
        Some(Modal::Credential(_)) if runs_test(state) => Err("the test is running already"),
        Some(_) => Ok(()),
        None => testable(state).map(|_| ()),
    }
}

fn runs_test(state: &State) -> bool {
    let Some(Modal::Credential(panel)) = state.modals.last() else {
        return false;
    };
    let course = CredentialPanel::course(panel);
    course.is_some_and(crate::app::modal::credential::Course::is_running)
}

/// Whose credentials would be tested now.
pub(in crate::app) fn testable(state: &State) -> Result<Tested, &'static str> {
    let (cluster, namespace, service_account) = match state.selected() {
        None if state.options.guard.read_only => return Err("this run is read-only"),
        None => return Err("no row is selected"),
        Some(RowKey::Association(key)) => {
            let row = state.fleet.associations.get(key);
            let summary = &row.ok_or("the association is not listed any more")?.summary;
            (&key.cluster, &summary.namespace, &summary.service_account)
        }
        Some(RowKey::Account(key)) => (&key.cluster, &key.namespace, &key.name),
        Some(RowKey::Container(key)) => {
            let row = state.fleet.containers.get(key);
            let pod = &row.ok_or("the pod is not listed any more")?.pod;
            (&key.cluster, &key.namespace, &pod.service_account)
        }
        Some(RowKey::Finding(key)) => {
            let row = state.fleet.findings.get(key);
            let finding = row.and_then(FindingRow::finding);
            match finding.map(|finding| &finding.subject) {
                Some(diagnosis::Subject::Account {
                    namespace,
                    service_account,
                }) => (&key.cluster, namespace, service_account),
                _ => return Err("the finding is not about one service account"),
            }
        }
        Some(_) => return Err("only associations, service accounts and pods get credentials"),
    };
    may_test(state, cluster)?;
    let association = if let Some(RowKey::Association(key)) = state.selected() {
        Some(key)
    } else if let Some(RowKey::Finding(key)) = state.selected() {
        let mut keys = state.fleet.associations.iter();
        let is_its = |summary: &Association| {
            summary.key.cluster == key.cluster
                && summary.namespace == *namespace
                && summary.service_account == *service_account
        };
        keys.find(|(_, row)| is_its(&row.summary))
            .map(|(key, _)| key)
    } else {
        let key = AccountKey {
            cluster: cluster.clone(),
            namespace: namespace.clone(),
            name: service_account.clone(),
        };
        let account = state.fleet.accounts.get(&key);
        account.and_then(|row| row.association.as_ref())
    };
    let row = association.and_then(|key| state.fleet.associations.get(key));
    let detail = row.and_then(|row| row.detail.value());
    Ok(Tested {
        cluster: cluster.clone(),
        namespace: namespace.clone(),
        service_account: service_account.clone(),
        expected: Expected {
            association: association.map(|key| key.id.clone()),
            role: detail.and_then(|detail| detail.role.clone()),
            target_role: detail.and_then(|detail| detail.target_role.clone()),
        },
        purpose: Purpose::Test,
    })
}

/// Why no credentials of a cluster may be asked for.
pub(in crate::app) fn may_test(state: &State, cluster: &ClusterArn) -> Result<(), &'static str> {
    let profiles: Vec<&str> = state.profiles_of(cluster).collect();
    let guard = &state.options.guard;
    if let Some(why) = guard.against_credentials(cluster, &profiles) {
        return Err(why);
    }
    if state.route_to(cluster).is_none() {
        let mut routes = state.fleet.routes.iter();
        // What was kept is on the screen before anybody has asked with whose permissions this run goes on.
        if routes.any(|row| row.caller.value().is_none() && row.caller.waiting().is_some()) {
            return Err("the scope is still being opened: STS has not said yet who asks");
        }
        return Err("no scope of this run reaches the cluster");
    }
    Ok(())
}

/// The cluster in which an association would be created now.
pub(in crate::app) fn cluster_for_new(state: &State) -> Result<ClusterArn, &'static str> {
    let selected = state.selected().and_then(RowKey::cluster);
    let only = match state.restriction.scope.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let cluster = selected.or(only);
    writable(state, cluster)?;
    cluster.cloned().ok_or("no cluster is selected")
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

/// What the explanation on top is about.
pub(in crate::app) fn explained(state: &State) -> Option<&Subject> {
    match state.modals.last() {
        Some(Modal::Text(view)) if view.explains() => Some(&view.subject),
        _ => None,
    }
}

/// What can be copied of the explanation on top.
pub(in crate::app) fn explained_copies(state: &State) -> Vec<Item> {
    match explained(state) {
        Some(Subject::Explanation(key)) => {
            let logs = explained_logs(state);
            describe::explanation_copies(state, key, logs)
        }
        Some(Subject::Radius { role, .. }) => describe::radius_copies(state, role),
        _ => Vec::new(),
    }
}

/// Why the logs that go with the explanation on top cannot be read.
fn logs(state: &State) -> Result<(), &'static str> {
    let Some(key) = row_explained(state) else {
        return Err("logs go with what x explains");
    };
    let mut open = explained_logs(state)
        .into_iter()
        .flat_map(|logs| logs.values());
    if open.any(|remote| remote.waiting().is_some()) {
        return Err("the logs are being read");
    }
    logs_of(state, key).map(|_| ())
}

fn explained_logs(state: &State) -> Option<&Logs> {
    match state.modals.last() {
        Some(Modal::Text(view)) => Some(&view.logs),
        _ => None,
    }
}

fn remedies(state: &State) -> Result<(), &'static str> {
    if explained_copies(state).is_empty() {
        return Err("nothing that was found has a remedy to copy");
    }
    Ok(())
}

fn shows_row(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Text(view)) if matches!(view.subject, Subject::Row(_)))
}

fn has_pattern(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Text(view)) if !view.pattern.is_empty())
}
