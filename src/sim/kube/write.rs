//! Creating, changing and deleting objects, and what controllers make of it.

use serde_json::{Value, json};

use super::object::{Head, Object, text};
use super::patch;
use super::pod::{self, NewPod, insert};
use super::route::Request;
use super::seed::{PodState, put_namespace, the};
use super::status::{self, Status};
use super::store::Store;
use super::workload::{self, Context};

pub(super) fn create(
    cx: &Context<'_>,
    store: &mut Store,
    request: &Request,
    body: &Value,
) -> Result<Value, Status> {
    let resource = request.resource;
    let name = text(body, "/metadata/name");
    let namespace = request.namespace.as_deref().unwrap_or_default();
    if resource.is_namespaced && store.get(the("Namespace"), "", namespace).is_none() {
        return Err(Status::not_found("namespaces", namespace));
    }
    let kind = text(body, "/kind");
    if kind != resource.kind {
        return Err(Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): {kind}",
            resource.kind
        )));
    }
    if name.is_empty() {
        return Err(Status::invalid(format!(
            "{} \"\" is invalid: metadata.name: Required value: name or generateName is required",
            resource.kind
        )));
    }
    if store.get(resource, namespace, name).is_some() {
        return Err(Status::new(
            409,
            "AlreadyExists",
            format!("{} \"{name}\" already exists", resource.qualified()),
        )
        .about(resource.plural, name));
    }
    match resource.kind {
        "Namespace" => put_namespace(cx, store, name, cx.now),
        "Pod" => {
            pod::create(
                cx,
                store,
                &NewPod {
                    namespace,
                    name,
                    template: body,
                    more_labels: Vec::new(),
                    owner: None,
                    node: None,
                    created: cx.now,
                    state: PodState::default(),
                },
            );
        }
        _ => {
            let seed = format!(
                "{}#{}",
                cx.seed_of(resource, namespace, name),
                store.version()
            );
            let head = Head {
                namespace,
                name,
                seed: &seed,
                created: cx.now,
                ..Head::default()
            };
            let mut made = head.object(resource, json!({}));
            let mut given = body.clone();
            if let Some(metadata) = made.get("metadata").cloned() {
                patch::merge(&mut given, &json!({"metadata": metadata}), false);
            }
            patch::merge(&mut made, &given, false);
            workload::complete(resource, &mut made);
            let object = store.put(resource, made);
            workload::reconcile(cx, store, resource, &object);
        }
    }
    Ok(store
        .get(resource, namespace, name)
        .map(|object| object.value())
        .unwrap_or_default())
}

/// Changes an object by a patch or by its successor.
pub(super) fn change(
    cx: &Context<'_>,
    store: &mut Store,
    request: &Request,
    body: &Value,
    content_type: &str,
) -> Result<Value, Status> {
    let before = named(store, request)?;
    let mut value = before.value();
    let kept = value.get("metadata").cloned().unwrap_or_default();
    if request.verb == "update" {
        let version = text(body, "/metadata/resourceVersion");
        if !version.is_empty() && version != before.version.to_string() {
            return Err(Status::new(
                409,
                "Conflict",
                format!(
                    "Operation cannot be fulfilled on {} \"{}\": the object has been modified; please \
                 apply your changes to the latest version and try again",
                    request.resource.qualified(),
                    before.name
                ),
            ));
        }
        value = body.clone();
    } else {
        match content_type.split(';').next().unwrap_or_default() {
            "application/strategic-merge-patch+json" => patch::merge(&mut value, body, true),
            "application/merge-patch+json" => patch::merge(&mut value, body, false),
            other => {
                return Err(Status::new(
                    415,
                    "UnsupportedMediaType",
                    format!(
                        "the body of the request was in an unknown format - accepted media types \
                     include: application/merge-patch+json, application/strategic-merge-patch+json; \
                     not {other}"
                    ),
                ));
            }
        }
    }
    // These are not the client's to change.
    if let Some(metadata) = value.get_mut("metadata") {
        for member in [
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "generation",
        ] {
            if let Some(old) = kept.get(member) {
                insert(metadata, member, old.clone());
            }
        }
    }
    workload::count_generation(&before.value(), &mut value);
    let object = store.put(request.resource, value);
    workload::reconcile(cx, store, request.resource, &object);
    Ok(named(store, request)?.value())
}

pub(super) fn delete(
    cx: &Context<'_>,
    store: &mut Store,
    request: &Request,
) -> Result<Value, Status> {
    let object = named(store, request)?;
    let resource = request.resource;
    if resource.kind == "Pod" {
        pod::remove(cx, store, &object.namespace, &object.name);
        if let Some((kind, owner)) = workload::owner_of(store, &object) {
            // A replica set of a deployment is kept by the deployment.
            let (kind, owner) = workload::owner_of(store, &owner).unwrap_or((kind, owner));
            workload::reconcile(cx, store, kind, &owner);
        }
        return Ok(object.value());
    }
    store.remove(resource, &object.namespace, &object.name);
    cascade(store, &object);
    Ok(status::success(
        &resource.qualified(),
        &object.name,
        &object.uid,
    ))
}

/// Deletes what an object made, and what that made.
pub(super) fn cascade(store: &mut Store, owner: &Object) {
    for kind in ["ReplicaSet", "Pod"] {
        let prefix = format!("{}-", owner.name);
        let made: Vec<_> = store
            .owned(the(kind), &owner.namespace, &prefix, &owner.uid)
            .cloned()
            .collect();
        for object in made {
            store.remove(the(kind), &object.namespace, &object.name);
            cascade(store, &object);
        }
    }
}

pub(super) fn named(store: &Store, request: &Request) -> Result<std::sync::Arc<Object>, Status> {
    store
        .get(
            request.resource,
            request.namespace.as_deref().unwrap_or_default(),
            request.name.as_deref().unwrap_or_default(),
        )
        .cloned()
        .ok_or_else(|| request.not_found())
}
