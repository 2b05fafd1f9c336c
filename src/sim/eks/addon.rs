//! Add-ons as they are made, changed and removed; `part` lists and describes them.

pub(crate) mod catalog;
mod owned;
mod software;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::association::check;
use super::{part, tag, update as updates};
use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Cluster, Part, PartKind, State, UpdateScope};

const KIND: PartKind = PartKind::Addon;
const CREATING_TAKES: SignedDuration = SignedDuration::from_secs(90);
const UPDATING_TAKES: SignedDuration = SignedDuration::from_mins(3);
const DELETING_TAKES: SignedDuration = SignedDuration::from_secs(60);
const SYSTEM_NAMESPACE: &str = "kube-system";

/// What a request says of an add-on, in the order in which an update lists it.
struct Given {
    version: Option<String>,
    role: Option<String>,
    resolve_conflicts: Option<String>,
    configuration: Option<String>,
}

pub(crate) fn create(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let name = call.required_text("addonName")?;
    if part::find(cluster, KIND, name).is_some() {
        return Err(busy(call, name, "Addon already exists."));
    }
    let Some(entry) = catalog::find(name) else {
        return Err(invalid(
            call,
            name,
            format!(
                "Addon {name} specified is not supported in {} kubernetes version",
                cluster.version
            ),
        ));
    };
    let given = given(call, state, name)?;
    let version = given.version.as_deref().unwrap_or(entry.default_version());
    let namespace = call
        .object("namespaceConfig")?
        .and_then(|config| config.get("namespace"))
        .and_then(Value::as_str)
        .unwrap_or(entry.namespace);
    let wanted = owned::wanted(call, state, name, version)?.unwrap_or_default();
    let tags = call.tags()?.unwrap_or_default();
    tag::check(&tags, &Code::InvalidParameter).map_err(|failure| call.about_cluster(failure))?;
    let arn = format!(
        "arn:aws:eks:{}:{}:addon/{}/{name}/{}",
        cluster.region,
        cluster.account,
        cluster.name,
        Uuid::new_v4()
    );
    owned::refuse_taken(call, cluster, &arn, namespace, &wanted)?;

    let configuration = given.configuration;
    let mut document = Map::new();
    for (member, value) in [
        ("addonName", Some(json!(name))),
        ("clusterName", Some(json!(cluster.name))),
        ("health", Some(json!({"issues": []}))),
        ("createdAt", Some(reply::epoch(call.now))),
        ("modifiedAt", Some(reply::epoch(call.now))),
        ("publisher", Some(json!("eks"))),
        ("owner", Some(json!("aws"))),
        ("namespaceConfig", Some(json!({"namespace": namespace}))),
        ("serviceAccountRoleArn", given.role.map(Value::from)),
        (
            "configurationValues",
            configuration.clone().map(Value::from),
        ),
    ] {
        if let Some(value) = value {
            document.insert(member.to_owned(), value);
        }
    }
    let addon = Part {
        arn: arn.clone(),
        status: Some("ACTIVE".to_owned()),
        version: Some(version.to_owned()),
        document,
        tags,
        ready: Some(call.now + CREATING_TAKES),
        gone: None,
    };
    let namespace = namespace.to_owned();
    let cluster = call.cluster_mut(state)?;
    cluster.parts.insert((KIND, name.to_owned()), addon);
    owned::settle(call, cluster, &arn, &namespace, wanted);
    software::install(
        cluster,
        name,
        &namespace,
        configuration.as_deref(),
        call.now,
    );
    answer(call, cluster, name)
}

pub(crate) fn update(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let (name, addon) = named(call, cluster)?;
    let status = status(call, cluster, name, addon);
    if ["CREATING", "UPDATING", "DELETING"].contains(&status.as_str()) {
        let message =
            format!("Addon {name} cannot be updated as it is currently in {status} state");
        return Err(busy(call, name, message));
    }
    let given = given(call, state, name)?;
    let current = part::addon_version(cluster, name, addon, call.now);
    let version = given.version.as_deref().unwrap_or(current);
    let wanted = owned::wanted(call, state, name, version)?;
    let (arn, namespace) = (addon.arn.clone(), namespace(name, addon));
    if let Some(wanted) = &wanted {
        owned::refuse_taken(call, cluster, &arn, &namespace, wanted)?;
    }
    let told = match &wanted {
        None => None,
        Some(_) => call
            .body
            .get("podIdentityAssociations")
            .map(Value::to_string),
    };
    let configuration = given.configuration;
    let params = [
        ("AddonVersion", given.version),
        ("ServiceAccountRoleArn", given.role),
        ("ResolveConflicts", given.resolve_conflicts),
        ("ConfigurationValues", configuration.clone()),
        ("PodIdentityAssociations", told),
    ]
    .into_iter()
    .filter_map(|(param, value)| Some((param.to_owned(), value?)))
    .collect();
    let cluster = call.cluster_mut(state)?;
    if let Some(wanted) = wanted {
        owned::settle(call, cluster, &arn, &namespace, wanted);
    }
    if let Some(addon) = cluster.parts.get_mut(&(KIND, name.to_owned())) {
        // What was wrong with the old state says nothing of the new one.
        addon.status = Some("ACTIVE".to_owned());
        addon
            .document
            .insert("health".to_owned(), json!({"issues": []}));
        addon
            .document
            .insert("modifiedAt".to_owned(), reply::epoch(call.now));
    }
    let begun = updates::Begun {
        kind: "AddonUpdate",
        scope: UpdateScope::Addon(name.to_owned()),
        params,
        takes: UPDATING_TAKES,
    };
    let document = updates::begin(call, cluster, begun);
    if configuration.is_some() {
        software::install(
            cluster,
            name,
            &namespace,
            configuration.as_deref(),
            call.now,
        );
    }
    Ok(Reply::Json(json!({"update": document})))
}

pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster_mut(state)?;
    let (name, addon) = named(call, cluster)?;
    let status = status(call, cluster, name, addon);
    if ["CREATING", "UPDATING", "DELETING"].contains(&status.as_str()) {
        return Err(call.about_cluster(
            Failure::invalid_request(format!(
                "Addon {name} cannot be deleted as it is currently in {status} state"
            ))
            .about("addonName", name),
        ));
    }
    let (arn, namespace) = (addon.arn.clone(), namespace(name, addon));
    let is_preserved = call.parameter("preserve") == Some("true");
    if let Some(addon) = cluster.parts.get_mut(&(KIND, name.to_owned())) {
        addon.gone = Some(call.now + DELETING_TAKES);
    }
    let reply = answer(call, cluster, name);
    owned::release(cluster, &arn, is_preserved);
    if !is_preserved {
        software::remove(cluster, name, &namespace);
    }
    reply
}

/// Returns the add-on that the path names.
fn named<'c, 's>(call: &'c Call<'_>, cluster: &'s Cluster) -> Result<(&'c str, &'s Part), Failure> {
    let name = call.label("addonName");
    part::find(cluster, KIND, name)
        .map(|addon| (name, addon))
        .ok_or_else(|| part::unknown(call, KIND, name).about("addonName", name))
}

fn status(call: &Call<'_>, cluster: &Cluster, name: &str, addon: &Part) -> String {
    part::document(cluster, KIND, name, addon, call.now)
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn answer(call: &Call<'_>, cluster: &Cluster, name: &str) -> Result<Reply, Failure> {
    let addon = part::find(cluster, KIND, name).ok_or_else(|| part::unknown(call, KIND, name))?;
    let document = part::document(cluster, KIND, name, addon, call.now);
    Ok(Reply::Json(json!({"addon": document})))
}

/// Returns where the software of an add-on lives.
fn namespace(name: &str, addon: &Part) -> String {
    let given = addon
        .document
        .get("namespaceConfig")
        .and_then(|config| config.get("namespace"))
        .and_then(Value::as_str);
    let usual = || catalog::find(name).map_or(SYSTEM_NAMESPACE, |entry| entry.namespace);
    given.unwrap_or_else(usual).to_owned()
}

/// Reads what both creating and updating take.
fn given(call: &Call<'_>, state: &State, name: &str) -> Result<Given, Failure> {
    let text = |member| Ok::<_, Failure>(call.text(member)?.map(str::to_owned));
    let version = text("addonVersion")?;
    if let Some(version) = &version {
        let current = call
            .cluster(state)
            .ok()
            .and_then(|cluster| cluster.parts.get(&(KIND, name.to_owned())))
            .and_then(|addon| addon.version.as_deref());
        let is_known = catalog::find(name).is_some_and(|entry| entry.has(version));
        if !is_known && current != Some(version) {
            return Err(invalid(
                call,
                name,
                "Addon version specified is not supported",
            ));
        }
    }
    let role = text("serviceAccountRoleArn")?;
    if let Some(arn) = &role {
        check::is_role(arn)
            .then_some(())
            .ok_or_else(|| invalid(call, name, format!("Invalid role ARN: {arn}")))?;
    }
    let resolve_conflicts = text("resolveConflicts")?;
    if let Some(how) = &resolve_conflicts
        && !["OVERWRITE", "NONE", "PRESERVE"].contains(&how.as_str())
    {
        return Err(invalid(
            call,
            name,
            format!("resolveConflicts must be OVERWRITE, NONE or PRESERVE, not {how}"),
        ));
    }
    let configuration = text("configurationValues")?;
    if let Some(values) = &configuration
        && !software::is_configuration(values)
    {
        return Err(invalid(
            call,
            name,
            "ConfigurationValue provided in request is neither JSON nor YAML with members",
        ));
    }
    Ok(Given {
        version,
        role,
        resolve_conflicts,
        configuration,
    })
}

fn invalid(call: &Call<'_>, name: &str, message: impl Into<String>) -> Failure {
    call.about_cluster(Failure::invalid_parameter(message).about("addonName", name))
}

fn busy(call: &Call<'_>, name: &str, message: impl Into<String>) -> Failure {
    call.about_cluster(Failure::new(Code::ResourceInUse, message).about("addonName", name))
}
