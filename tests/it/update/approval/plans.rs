//! Plans as the executor makes them.

use roledex::app::msg::Reversing;
use roledex::model::association::AssociationRecord;
use roledex::model::journal::{History, Image};
use roledex::model::plan::{Basis, BlastRadius, Change, Plan};
use roledex::model::{Known, Route};

use crate::script::{association, cluster_arn, role};

fn basis(why: &str) -> Basis {
    Basis {
        route: Route::new(Some("prod"), "eu-west-1"),
        caller: Some(crate::script::caller()),
        pods: BlastRadius::unknown(why),
    }
}

/// The same change of what stands there by now, as the executor plans it when it looks again.
pub(super) fn again(plan: &Plan, role_now: Option<&str>, pods: &str) -> Option<Plan> {
    let mut before = plan.before().cloned();
    if let (Some(before), Some(name)) = (&mut before, role_now) {
        before.value.detail.role = role(name).role;
    }
    let basis = basis(pods);
    let planned = match (plan.change(), before) {
        (Change::Create(new), _) => Plan::create(basis, plan.cluster().clone(), new.clone()),
        (Change::Update(edit), Some(before)) => Plan::update(basis, before, edit),
        (Change::Delete, Some(before)) => Plan::delete(basis, before),
        (Change::Tag(edit), Some(before)) => Plan::tag(basis, before, edit),
        (Change::Move(new), Some(before)) => {
            let (namespace, name) = (&new.namespace, &new.service_account);
            Plan::relocate(basis, before, namespace, name, new.as_edit())
        }
        (_, None) => return None,
    };
    planned.ok()
}

/// What it takes to bring a change in a cluster back: one deletion, or two of them.
pub(super) fn reversing(cluster: &str, two: bool) -> Reversing {
    let arn = cluster_arn("eu-west-1", cluster);
    let plan = |number: usize| {
        let record = AssociationRecord {
            association: association(&arn, number, "ns", &format!("sa-{number}")),
            detail: role(&format!("sa-{number}")),
        };
        let before = Known::live(record, crate::script::noon());
        Plan::delete(basis("nobody counted"), before).unwrap()
    };
    let entry = crate::journal::entry("sa-0");
    let now = match entry.left() {
        Image::Present(document) => Image::Present(document.clone()),
        other => panic!("{other:?}"),
    };
    let entries = [entry.clone()];
    let reversal = History::new(&entries).undo(&entry.id, &now).unwrap();
    Reversing {
        entry,
        way: reversal.into(),
        plans: (0..=usize::from(two)).map(plan).collect(),
    }
}
