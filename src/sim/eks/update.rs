//! Updates of clusters, node groups, add-ons and capabilities.

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::reply::{self, Reply};
use crate::sim::state::{
    Cancellation, Cluster, PartKind, State, Update, UpdateScope, UpdateStatus,
};

const CANCELLING_TAKES: SignedDuration = SignedDuration::from_secs(5);

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let scope = scope(call, cluster)?;
    let ids = cluster
        .updates
        .iter()
        .filter(|(_, update)| update.scope == scope);
    let page = call.page(ids.map(|(id, _)| (id, Value::from(id.as_str()))))?;
    Ok(reply::page("updateIds", page.items, page.next))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let scope = scope(call, cluster)?;
    let id = call.label("updateId");
    let update = cluster
        .updates
        .get(id)
        .filter(|update| update.scope == scope)
        .ok_or_else(|| unknown(call))?;
    Ok(Reply::Json(json!({"update": document(update, call.now)})))
}

pub(crate) fn cancel(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let now = call.now;
    let cluster = call.cluster_mut(state)?;
    let id = call.label("updateId");
    // The operation takes no filter, so it finds what changes the cluster itself.
    let update = cluster
        .updates
        .get_mut(id)
        .filter(|update| update.scope == UpdateScope::Cluster)
        .ok_or_else(|| unknown(call))?;
    if update.status(now) != UpdateStatus::InProgress {
        return Err(call.about_cluster(Failure::new(
            Code::InvalidState,
            format!(
                "Update {id} is {} and cannot be cancelled",
                update.status(now).name()
            ),
        )));
    }
    if update.kind != "VersionRollback" {
        return Err(call.about_cluster(Failure::invalid_request(format!(
            "Update {id} is of the type {}, which cannot be cancelled",
            update.kind
        ))));
    }
    if update.cancellation.is_some() {
        return Err(call.about_cluster(Failure::new(
            Code::ResourceInUse,
            format!("Update {id} is already being cancelled"),
        )));
    }
    update.outcome = UpdateStatus::Cancelled;
    update.ends = update.ends.min(now + CANCELLING_TAKES);
    update.cancellation = Some(Cancellation {
        reason: "Cancelled by the user".to_owned(),
    });
    Ok(Reply::Json(json!({"update": document(update, now)})))
}

/// Returns the scope that the filters name; without one it is the cluster itself.
fn scope(call: &Call<'_>, cluster: &Cluster) -> Result<UpdateScope, Failure> {
    let filters: Vec<(PartKind, &str, &'static str)> = [
        (PartKind::Nodegroup, "nodegroupName"),
        (PartKind::Addon, "addonName"),
        (PartKind::Capability, "capabilityName"),
    ]
    .into_iter()
    .filter_map(|(kind, member)| Some((kind, call.parameter(member)?, member)))
    .collect();
    let (kind, name, member) = match filters.as_slice() {
        [] => return Ok(UpdateScope::Cluster),
        [only] => *only,
        _ => {
            return Err(call.about_cluster(Failure::invalid_parameter(
                "Only one of nodegroupName, addonName and capabilityName can be given.",
            )));
        }
    };
    if !cluster.parts.contains_key(&(kind, name.to_owned())) {
        return Err(super::part::unknown(call, kind, name).about(member, name));
    }
    Ok(match kind {
        PartKind::Nodegroup => UpdateScope::Nodegroup(name.to_owned()),
        PartKind::Addon => UpdateScope::Addon(name.to_owned()),
        _ => UpdateScope::Capability(name.to_owned()),
    })
}

fn unknown(call: &Call<'_>) -> Failure {
    let id = call.label("updateId");
    call.about_cluster(Failure::resource_not_found(format!(
        "No update found for id: {id}."
    )))
}

/// An update that is about to begin.
pub(super) struct Begun {
    pub(super) kind: &'static str,
    pub(super) scope: UpdateScope,
    pub(super) params: IndexMap<String, String>,
    pub(super) takes: SignedDuration,
}

/// Starts an update that will end well, and returns what there is to tell of it.
pub(super) fn begin(call: &Call<'_>, cluster: &mut Cluster, begun: Begun) -> Value {
    let update = Update {
        id: Uuid::new_v4().to_string(),
        kind: begun.kind.to_owned(),
        scope: begun.scope,
        params: begun.params,
        created: call.now,
        ends: call.now + begun.takes,
        outcome: UpdateStatus::Successful,
        errors: Vec::new(),
        cancellation: None,
    };
    let document = document(&update, call.now);
    cluster.updates.insert(update.id.clone(), update);
    document
}

fn document(update: &Update, now: Timestamp) -> Value {
    let status = update.status(now);
    let params: Vec<Value> = update
        .params
        .iter()
        .map(|(kind, value)| json!({"type": kind, "value": value}))
        .collect();
    let has_ended = status != UpdateStatus::InProgress;
    let errors: Vec<Value> = update
        .errors
        .iter()
        .filter(|_| has_ended)
        .map(|issue| {
            json!({
                "errorCode": issue.code,
                "errorMessage": issue.message,
                "resourceIds": issue.resources,
            })
        })
        .collect();
    let mut document = json!({
        "id": update.id,
        "status": status.name(),
        "type": update.kind,
        "params": params,
        "createdAt": reply::epoch(update.created),
        "errors": errors,
    });
    if let (Some(cancellation), Value::Object(members)) = (&update.cancellation, &mut document) {
        let progress = if has_ended {
            "Successful"
        } else {
            "InProgress"
        };
        let value = json!({"status": progress, "reason": cancellation.reason});
        members.insert("cancellation".to_owned(), value);
    }
    document
}
