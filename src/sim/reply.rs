//! Answers, and how each protocol writes them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::failure::Failure;
use super::operation::{Operation, Service};
use super::xml::Element;

/// What a handler answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Json(Value),
    /// The content of the `…Result` element.
    Xml(Vec<Element>),
}

/// An answer as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// For the header `x-amzn-ErrorType`.
    pub(crate) error_type: Option<String>,
    pub(crate) request_id: String,
    pub(crate) body: String,
}

const JSON: &str = "application/json";
const XML: &str = "text/xml";

/// Writes an answer in the protocol of its service.
pub(crate) fn render(operation: &Operation, reply: Reply) -> Rendered {
    let request_id = Uuid::new_v4().to_string();
    let (content_type, body) = match reply {
        Reply::Json(value) => (JSON, value.to_string()),
        Reply::Xml(result) => {
            let name = operation.name;
            let element = Element::node(
                format!("{name}Response"),
                vec![
                    Element::node(format!("{name}Result"), result),
                    Element::node(
                        "ResponseMetadata",
                        vec![Element::text("RequestId", request_id.clone())],
                    ),
                ],
            );
            (XML, element.within(namespace(operation.service)).render())
        }
    };
    Rendered {
        status: 200,
        content_type,
        error_type: None,
        request_id,
        body,
    }
}

/// Writes a refusal in the protocol of the service.
pub(crate) fn render_failure(service: Service, failure: &Failure) -> Rendered {
    let request_id = Uuid::new_v4().to_string();
    let (code, status) = failure.code.spelled(service);
    if service.is_rest() {
        let mut members = Map::new();
        let named = if service == Service::Eks {
            failure.code.members()
        } else {
            &[]
        };
        for member in named {
            members.insert((*member).to_owned(), Value::Null);
        }
        for (member, value) in &failure.resources {
            if let Some(slot) = members.get_mut(*member) {
                *slot = Value::from(value.as_str());
            }
        }
        members.insert("message".to_owned(), Value::from(failure.message.as_str()));
        return Rendered {
            status,
            content_type: JSON,
            error_type: Some(code.to_owned()),
            request_id,
            body: Value::Object(members).to_string(),
        };
    }
    let kind = if status < 500 { "Sender" } else { "Receiver" };
    let element = Element::node(
        "ErrorResponse",
        vec![
            Element::node(
                "Error",
                vec![
                    Element::text("Type", kind),
                    Element::text("Code", code),
                    Element::text("Message", failure.message.as_str()),
                ],
            ),
            Element::text("RequestId", request_id.clone()),
        ],
    );
    let body = element.within(namespace(service)).render();
    Rendered {
        status,
        content_type: XML,
        error_type: None,
        request_id,
        body,
    }
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        Service::Sts | Service::Eks | Service::EksAuth | Service::Kubernetes => {
            "https://sts.amazonaws.com/doc/2011-06-15/"
        }
    }
}

/// Writes a time as EKS does: seconds since 1970 with a fraction.
pub(crate) fn epoch(moment: Timestamp) -> Value {
    json!(moment.as_duration().as_secs_f64())
}

/// Writes a time as the query services do.
pub(crate) fn date(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a page under its member name, with `nextToken: null` after the last one.
pub(crate) fn page(member: &str, items: Vec<Value>, next: Option<String>) -> Reply {
    let mut members = Map::new();
    members.insert(member.to_owned(), Value::Array(items));
    members.insert(
        "nextToken".to_owned(),
        next.map_or(Value::Null, Value::from),
    );
    Reply::Json(Value::Object(members))
}

/// Returns the ARN of an association.
pub(crate) fn association_arn(region: &str, account: &str, cluster: &str, id: &str) -> String {
    format!("arn:aws:eks:{region}:{account}:podidentityassociation/{cluster}/{id}")
}
