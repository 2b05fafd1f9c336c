//! Clusters.

use serde_json::{Value, json};

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{State, UpdateScope};

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    if let Some(other) = call.parameters("include").find(|include| *include != "all") {
        return Err(Failure::invalid_parameter(format!(
            "include must be 'all', not '{other}'."
        )));
    }
    let clusters = call
        .account(state)?
        .clusters
        .keys()
        .filter(|(region, _)| region == call.region);
    let page = call.page(clusters.map(|(_, name)| (name, Value::from(name.as_str()))))?;
    Ok(reply::page("clusters", page.items, page.next))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let updated = |param| cluster.updated_to(&UpdateScope::Cluster, param, call.now);
    let mut document = cluster.document.clone();
    for (member, value) in [
        (
            "version",
            json!(updated("Version").unwrap_or(&cluster.version)),
        ),
        (
            "platformVersion",
            json!(updated("PlatformVersion").unwrap_or(&cluster.platform)),
        ),
        ("status", json!(cluster.current_status(call.now))),
        ("tags", json!(cluster.tags)),
    ] {
        document.insert(member.to_owned(), value);
    }
    Ok(Reply::Json(json!({"cluster": document})))
}
