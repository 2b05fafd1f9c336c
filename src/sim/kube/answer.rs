//! Answers, and what is read and refused on the way to them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::authentication::Principal;
use super::route::Request;
use super::status::Status;
use super::{protobuf, resource};
use crate::sim::failure::Failure;
use crate::sim::fault::Ending;
use crate::sim::operation::Service;

/// What is to be sent.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Payload,
    pub(super) warning: Option<String>,
}

pub(super) enum Payload {
    Text(&'static str, String),
    Stream(Body),
}

impl Answer {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json", value.to_string())
    }

    pub(super) fn text(status: u16, kind: &'static str, text: String) -> Self {
        Self {
            status,
            body: Payload::Text(kind, text),
            warning: None,
        }
    }
}

impl From<Status> for Answer {
    fn from(status: Status) -> Self {
        Self::json(status.code, &status.document())
    }
}

pub(super) fn respond(answer: Answer, ending: Ending) -> Response {
    let Answer {
        status,
        body,
        warning,
    } = answer;
    let (kind, body) = match body {
        Payload::Text(kind, text) if ending == Ending::Half => {
            (kind, crate::sim::server::half(text))
        }
        Payload::Text(kind, text) => (kind, Body::from(text)),
        Payload::Stream(body) => ("application/json", body),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        "cache-control",
        HeaderValue::from_static("no-cache, private"),
    );
    let audit = uuid::Uuid::new_v4().to_string();
    for (name, value) in [("audit-id", Some(audit)), ("warning", warning)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

pub(super) fn read(body: &[u8]) -> Result<Value, Status> {
    if protobuf::is_protobuf(body) {
        return protobuf::read(body).ok_or_else(|| {
            Status::new(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: \
                 application/json",
            )
        });
    }
    serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!("the object provided is unrecognized: {error}"))
    })
}

pub(super) fn refused(failure: &Failure) -> Status {
    let (code, status) = failure.code.spelled(Service::Kubernetes);
    match code {
        "TooManyRequests" => Status::new(
            429,
            "TooManyRequests",
            "too many requests, please try again later",
        ),
        "Unauthorized" => Status::unauthorized(),
        _ => Status::new(status, resource::reason(status), failure.message.clone()),
    }
}

pub(super) fn forbidden(request: &Request, principal: &Principal) -> Status {
    let Request {
        verb,
        resource,
        namespace,
        name,
        ..
    } = request;
    let subject = match name {
        Some(name) => format!("{} \"{name}\"", resource.qualified()),
        None => resource.qualified(),
    };
    let place = match namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    Status::new(403, "Forbidden", format!(
        "{subject} is forbidden: User \"{}\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
        principal.username,
        request.full_resource(),
        resource.group
    ))
    .about(resource.plural, name.as_deref().unwrap_or_default())
}
