//! From a request on the wire to its answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Map, Value};

use super::call::Call;
use super::clock::Clock;
use super::connection::Scissor;
use super::failure::{Code, Failure};
use super::fault::{Decision, Ending, Engine, Site, Stop};
use super::identity::{Identity, authenticate};
use super::log::{Entry, Log};
use super::operation::{Labels, Operation, Service, route};
use super::paging::Pager;
use super::replay;
use super::reply::{Rendered, Reply, render, render_failure};
use super::sigv4::{Wire, parameters};
use super::state::State;

const LARGEST_BODY: usize = 1 << 20;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) state: Mutex<State>,
    pub(crate) clock: Clock,
    pub(crate) faults: Engine,
    pub(crate) log: Log,
    pub(crate) pager: Pager,
    pub(crate) latency: Duration,
}

/// A request as far as it is understood before it is carried out.
struct Asked {
    service: Service,
    operation: Option<&'static Operation>,
    identity: Option<Identity>,
}

pub(crate) fn router(server: Arc<Server>) -> Router {
    Router::new().fallback(answer).with_state(server)
}

async fn answer(
    Shared(server): Shared<Arc<Server>>,
    ConnectInfo(scissor): ConnectInfo<Scissor>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let failure = Failure::new(Code::Serialization, "The body is broken or too large.");
        return respond(render_failure(Service::Eks, &failure), Ending::Whole);
    };
    let mut asked = Asked {
        service: Service::Eks,
        operation: None,
        identity: None,
    };
    let outcome = server.carry_out(&parts, &body, &mut asked).await;
    let (rendered, ending) = match outcome {
        Outcome::Answer(rendered, ending) => (rendered, ending),
        Outcome::Cut => (
            render_failure(asked.service, &Failure::internal("")),
            Ending::Lost,
        ),
    };
    let status = (ending != Ending::Lost).then_some(rendered.status);
    tracing::debug!(
        operation = asked.operation.map_or("", |row| row.name),
        status,
        "simulated"
    );
    server.log.push(Entry {
        at: server.clock.now(),
        service: asked.service,
        operation: asked.operation.map_or("", |operation| operation.name),
        kind: asked.operation.map(|operation| operation.kind),
        account: asked
            .identity
            .as_ref()
            .map(|identity| identity.caller.account.clone()),
        region: asked.identity.map(|identity| identity.region),
        cluster: None,
        status,
    });
    if ending == Ending::Lost {
        scissor.cut();
    }
    respond(rendered, ending)
}

enum Outcome {
    Answer(Rendered, Ending),
    Cut,
}

impl Server {
    async fn carry_out(&self, parts: &Parts, body: &[u8], asked: &mut Asked) -> Outcome {
        let path = parts.uri.path();
        let query = parts.uri.query().unwrap_or_default();
        let form = if path == "/" {
            String::from_utf8_lossy(body)
        } else {
            query.into()
        };
        let parameters = parameters(&form);
        let route = route(&parts.method, path, &parameters);
        asked.service = route.service;
        asked.operation = route
            .operation
            .as_ref()
            .ok()
            .map(|(operation, _)| *operation);
        let refuse = |failure: &Failure| {
            Outcome::Answer(render_failure(route.service, failure), Ending::Whole)
        };

        let wire = Wire {
            method: parts.method.as_str(),
            path,
            query,
            headers: &parts.headers,
            body,
        };
        let identity = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let (now, world_now) = (Clock::machine(), self.clock.now());
            match authenticate(&wire, route.service, &state, now, world_now) {
                Ok(identity) => identity,
                Err(failure) => return refuse(&failure),
            }
        };
        asked.identity = Some(identity.clone());
        let (operation, labels) = match route.operation {
            Ok(found) => found,
            Err(failure) => return refuse(&failure),
        };

        let account = &identity.caller.account;
        let site = Site {
            account,
            region: &identity.region,
            cluster: None,
        };
        let decision = self.faults.decide(operation.name, site, Instant::now());
        let delay = self.latency + decision.delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match &decision.stop {
            None => {}
            Some(Stop::Reset) => return Outcome::Cut,
            Some(Stop::Refuse(failure)) => return refuse(failure),
            Some(Stop::Deny) => return refuse(&denied(operation, &identity, &labels)),
        }
        let call = Call {
            operation,
            caller: &identity.caller,
            region: &identity.region,
            now: self.clock.now(),
            labels,
            parameters,
            body: match json_body(route.service, body) {
                Ok(members) => members,
                Err(failure) => return refuse(&failure),
            },
            pager: &self.pager,
            page_cap: decision.page_cap,
        };
        let rendered = self.handle(&call, &decision);
        Outcome::Answer(rendered, decision.ending)
    }

    fn handle(&self, call: &Call<'_>, decision: &Decision) -> Rendered {
        let reply = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Ok(cluster) = call.cluster_mut(&mut state) {
                cluster.settle(call.now);
            }
            replay::carry_out(call, &mut state)
        };
        match reply {
            Ok(mut reply) => {
                if let Reply::Json(value) = &mut reply {
                    decision.bend(value);
                }
                render(call.operation, reply)
            }
            Err(failure) => render_failure(call.operation.service, &failure),
        }
    }
}

/// Reads the body of a REST-JSON request; none is as good as an empty object.
fn json_body(service: Service, body: &[u8]) -> Result<Map<String, Value>, Failure> {
    if !service.is_rest() || body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Failure::new(
            Code::Serialization,
            "The body must be a JSON object.",
        )),
    }
}

/// Refuses in the words of AWS, which name caller, action and resource.
fn denied(operation: &Operation, identity: &Identity, labels: &Labels) -> Failure {
    let label = |name: &str| {
        labels
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    };
    let Identity { caller, region } = identity;
    let prefix = format!("arn:aws:eks:{region}:{}", caller.account);
    let resource = match (label("resourceArn"), label("name"), label("associationId")) {
        (Some(arn), _, _) => arn.to_owned(),
        (_, Some(cluster), Some(id)) => format!("{prefix}:podidentityassociation/{cluster}/{id}"),
        (_, Some(cluster), None) => format!("{prefix}:cluster/{cluster}"),
        _ => "*".to_owned(),
    };
    let action = format!("{}:{}", operation.service.name(), operation.name);
    Failure::new(
        Code::AccessDenied,
        format!(
            "User: {} is not authorized to perform: {action} on resource: {resource} because no \
             identity-based policy allows the {action} action",
            caller.arn
        ),
    )
}

fn respond(rendered: Rendered, ending: Ending) -> Response {
    let Rendered {
        status,
        content_type,
        error_type,
        request_id,
        body,
    } = rendered;
    let length = body.len();
    let body = if ending == Ending::Half {
        half(body)
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    for (name, value) in [
        ("x-amzn-requestid", Some(request_id)),
        ("x-amzn-errortype", error_type),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

/// Sends half of the text and then fails, so that the announced length is never reached.
pub(crate) fn half(body: String) -> Body {
    let mut bytes = body.into_bytes();
    bytes.truncate(bytes.len() / 2);
    Body::from_stream(stream::unfold(Some(bytes), async |rest| {
        if let Some(bytes) = rest {
            return Some((Ok(bytes), None));
        }
        // One pause lets the first half leave before the connection is closed.
        tokio::task::yield_now().await;
        Some((
            Err(std::io::Error::other("the answer is cut off on purpose")),
            None,
        ))
    }))
}
