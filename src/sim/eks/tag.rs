//! Tags of anything that has an ARN.

use serde_json::json;

use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::reply::Reply;
use crate::sim::state::{State, Tags};

const PER_RESOURCE: usize = 50;

pub(crate) fn tag(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let new = call
        .tags()?
        .filter(|tags| !tags.is_empty())
        .ok_or_else(|| Failure::new(Code::BadRequest, "The parameter tags is required."))?;
    let tags = tags_of(call, state)?;
    let mut after = tags.clone();
    after.extend(new);
    check(&after, &Code::BadRequest)?;
    *tags = after;
    Ok(Reply::Json(json!({})))
}

pub(crate) fn untag(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let keys: Vec<&str> = call.parameters("tagKeys").collect();
    if keys.is_empty() {
        return Err(Failure::new(
            Code::BadRequest,
            "The parameter tagKeys is required.",
        ));
    }
    let tags = tags_of(call, state)?;
    for key in keys {
        tags.remove(key);
    }
    Ok(Reply::Json(json!({})))
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let tags = tags_of(call, state)?;
    Ok(Reply::Json(json!({"tags": tags})))
}

/// Refuses tags beyond the limits of AWS.
pub(super) fn check(tags: &Tags, code: &Code) -> Result<(), Failure> {
    let wrong = |message: String| Err(Failure::new(code.clone(), message));
    if tags.len() > PER_RESOURCE {
        return wrong(format!("A resource has at most {PER_RESOURCE} tags."));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 {
            return wrong(format!("A tag key has 1 to 128 characters: '{key}'"));
        }
        if value.chars().count() > 256 {
            return wrong(format!("A tag value has at most 256 characters: '{key}'"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return wrong(format!("A tag key must not start with aws: '{key}'"));
        }
    }
    Ok(())
}

/// Finds the tags of the resource that the path names, in the caller's account and region.
fn tags_of<'s>(call: &Call<'_>, state: &'s mut State) -> Result<&'s mut Tags, Failure> {
    let arn = call.label("resourceArn");
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _partition, "eks", region, account, resource] = parts.as_slice() else {
        return Err(Failure::new(
            Code::BadRequest,
            format!("Invalid resource ARN: {arn}"),
        ));
    };
    let missing = || Failure::new(Code::NotFound, format!("Resource not found: {arn}"));
    if *account != call.caller.account || *region != call.region {
        return Err(missing());
    }
    let mut path = resource.split('/');
    let (kind, cluster) = (
        path.next().unwrap_or_default(),
        path.next().unwrap_or_default(),
    );
    let cluster = state
        .accounts
        .get_mut(*account)
        .and_then(|account| {
            account
                .clusters
                .get_mut(&((*region).to_owned(), cluster.to_owned()))
        })
        .ok_or_else(missing)?;
    match (kind, path.next()) {
        ("cluster", None) => Ok(&mut cluster.tags),
        ("podidentityassociation", Some(id)) => cluster
            .associations
            .get_mut(id)
            .map(|found| &mut found.tags)
            .ok_or_else(missing),
        _ => cluster
            .parts
            .values_mut()
            .find(|part| part.arn == arn)
            .map(|part| &mut part.tags)
            .ok_or_else(missing),
    }
}
