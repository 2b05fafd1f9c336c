//! From a request to an API server to its answer.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request as Incoming, State as Shared};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::Value;
use tokio::sync::watch;

use super::answer::{Answer, Payload, forbidden, read, refused};
use super::authentication::{Principal, Scene, authenticate};
use super::authorization::{Attributes, has};
use super::list::{self, Bent};
use super::resource;
use super::route::{Request, Target, route};
use super::status::Status;
use super::store::Kubernetes;
use super::workload::{self, Context};
use super::{Listening, answer, discovery, log, review, table, token, watch as watching, write};
use crate::sim::clock::Clock;
use crate::sim::connection::Scissor;
use crate::sim::fault::{Decision, Ending, Site, Stop};
use crate::sim::log::Entry;
use crate::sim::operation::{Kind, Service};
use crate::sim::server::Server;
use crate::sim::state::Cluster;

const LARGEST_BODY: usize = 3 << 20;

/// The API server of one cluster.
struct Api {
    server: Arc<Server>,
    kubernetes: Arc<Kubernetes>,
    account: String,
    region: String,
    cluster: String,
    is_shutting_down: watch::Receiver<bool>,
}

/// Serves one cluster until the simulator stops.
pub(crate) async fn serve(
    server: Arc<Server>,
    kubernetes: Arc<Kubernetes>,
    cluster: (String, String, String),
    listening: Listening,
    is_shutting_down: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let (account, region, cluster) = cluster;
    let mut stopped = is_shutting_down.clone();
    let api = Arc::new(Api {
        server,
        kubernetes,
        account,
        region,
        cluster,
        is_shutting_down,
    });
    let service = Router::new()
        .fallback(reply)
        .with_state(api)
        .into_make_service_with_connect_info::<Scissor>();
    axum::serve(listening, service)
        .with_graceful_shutdown(async move {
            // The sender goes together with the simulator, which means the same.
            drop(stopped.wait_for(|stopped| *stopped).await);
        })
        .await
}

async fn reply(
    Shared(api): Shared<Arc<Api>>,
    ConnectInfo(scissor): ConnectInfo<Scissor>,
    incoming: Incoming,
) -> Response {
    let (parts, body) = incoming.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let status = Status::new(413, "RequestEntityTooLarge", "request body too large");
        return answer::respond(status.into(), Ending::Whole);
    };
    let path = parts.uri.path();
    let target = route(&parts.method, path, parts.uri.query().unwrap_or_default());
    let (operation, kind) = match &target {
        Ok(Target::Objects(request)) => (request.operation(), Some(kind(request))),
        _ => ("", Some(Kind::Read)),
    };
    let site = Site {
        account: &api.account,
        region: &api.region,
        cluster: Some(&api.cluster),
    };
    let decision = api.server.faults.decide(operation, site, Instant::now());
    let delay = api.server.latency + decision.delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    api.kubernetes.prepare().await;
    let is_cut = matches!(decision.stop, Some(Stop::Reset));
    let told = match target {
        _ if is_cut => Answer::text(500, "text/plain", String::new()),
        Err(status) => status.into(),
        Ok(target) => api
            .carry_out(&parts, &body, &target, &decision)
            .unwrap_or_else(Answer::from),
    };
    let is_lost = is_cut || decision.ending == Ending::Lost;
    api.server.log.push(Entry {
        at: api.server.clock.now(),
        service: Service::Kubernetes,
        operation,
        kind,
        account: Some(api.account.clone()),
        region: Some(api.region.clone()),
        cluster: Some(api.cluster.clone()),
        status: (!is_lost).then_some(told.status),
    });
    if is_lost {
        scissor.cut();
    }
    answer::respond(told, decision.ending)
}

fn kind(request: &Request) -> Kind {
    let is_review = resource::REVIEWS.contains(request.resource);
    let is_reading = matches!(request.verb, "get" | "list" | "watch");
    if is_review || is_reading {
        Kind::Read
    } else {
        Kind::Write
    }
}

impl Api {
    fn carry_out(
        &self,
        parts: &Parts,
        body: &[u8],
        target: &Target,
        decision: &Decision,
    ) -> Result<Answer, Status> {
        match target {
            Target::Version => {
                let version = self.with_cluster(|cluster| cluster.version.clone())?;
                let document = discovery::version(&version, &self.kubernetes.arn);
                return Ok(Answer::json(200, &document));
            }
            Target::Healthy => return Ok(Answer::text(200, "text/plain", "ok".to_owned())),
            _ => {}
        }
        if let Some(Stop::Refuse(failure)) = &decision.stop {
            return Err(refused(failure));
        }
        let principal = self.principal(parts)?;
        let request = match target {
            Target::Objects(request) => request,
            Target::Core => return Ok(Answer::json(200, &discovery::core())),
            Target::Groups => return Ok(Answer::json(200, &discovery::groups())),
            Target::Group { group, version } => {
                return Ok(Answer::json(200, &discovery::group(group, version)?));
            }
            Target::Version | Target::Healthy => return Err(Status::no_such_path()),
        };
        let resource = request.full_resource();
        let asked = Attributes {
            verb: request.verb,
            resource: &resource,
            is_namespaced: request.resource.is_namespaced,
            namespace: request.namespace.as_deref(),
        };
        let is_denied = matches!(decision.stop, Some(Stop::Deny));
        if is_denied || !self.allows(&principal, asked) {
            return Err(forbidden(request, &principal));
        }
        let header = |name: header::HeaderName| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let as_table = header(header::ACCEPT)
            .split(',')
            .next()
            .is_some_and(|first| first.contains("as=Table"));
        let body = match request.verb {
            "create" | "update" | "patch" => read(body)?,
            _ => Value::Null,
        };
        if resource::REVIEWS.contains(request.resource) {
            let allows = |asked: Attributes<'_>| self.allows(&principal, asked);
            let document = review::answer(request, &body, &principal, allows);
            return Ok(Answer::json(201, &document));
        }
        match request.verb {
            "list" => self.list(request, as_table, decision),
            "watch" => Ok(Answer {
                status: 200,
                warning: None,
                body: Payload::Stream(watching::start(
                    &self.kubernetes,
                    request,
                    as_table,
                    decision.is_gone,
                    self.is_shutting_down.clone(),
                )?),
            }),
            "get" => self.get(request, as_table),
            _ => self.write(request, &body, header(header::CONTENT_TYPE)),
        }
    }

    fn list(
        &self,
        request: &Request,
        as_table: bool,
        decision: &Decision,
    ) -> Result<Answer, Status> {
        let bent = Bent {
            page_cap: decision.page_cap,
            is_gone: decision.is_gone,
        };
        let page = list::page(request, &self.kubernetes.lock(), bent)?;
        if as_table {
            let now = self.server.clock.now();
            return Ok(Answer::json(200, &table::page(request, &page, now)));
        }
        Ok(Answer::text(200, "application/json", page.render(request)))
    }

    fn get(&self, request: &Request, as_table: bool) -> Result<Answer, Status> {
        let object = write::named(&self.kubernetes.lock(), request)?;
        if request.subresource == Some("log") {
            let lines = workload::log(&self.kubernetes, &object, log::is_previous(request));
            let output = log::read(&object, &lines, request)?;
            if !log::is_followed(request) {
                return Ok(Answer::text(200, "text/plain", output));
            }
            let stopped = self.is_shutting_down.clone();
            return Ok(Answer {
                status: 200,
                warning: None,
                body: Payload::Stream(log::follow(&self.kubernetes, &object, output, stopped)),
            });
        }
        if as_table {
            return Ok(Answer::json(200, &table::single(request, &object)));
        }
        Ok(Answer::text(
            200,
            "application/json",
            object.text.to_string(),
        ))
    }

    fn write(&self, request: &Request, body: &Value, kind: &str) -> Result<Answer, Status> {
        let (associations, issuer) =
            self.with_cluster(|cluster| (cluster.associated_since(), cluster.issuer().to_owned()))?;
        let now = self.server.clock.now();
        let cx = Context {
            arn: &self.kubernetes.arn,
            seed: &self.kubernetes.seed,
            associations: &associations,
            planted: None,
            now,
        };
        let mut store = self.kubernetes.lock();
        if request.subresource == Some("token") {
            let made = token::create(request, body, &store, &issuer, now)?;
            store.remember_token(made.answer.pointer("/status/token"));
            let mut answer = Answer::json(201, &made.answer);
            answer.warning = made.warning;
            return Ok(answer);
        }
        Ok(match request.verb {
            "create" => Answer::json(201, &write::create(&cx, &mut store, request, body)?),
            "delete" => Answer::json(200, &write::delete(&cx, &mut store, request)?),
            _ => Answer::json(200, &write::change(&cx, &mut store, request, body, kind)?),
        })
    }

    fn principal(&self, parts: &Parts) -> Result<Principal, Status> {
        let state = self
            .server
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let cluster = state
            .cluster(&self.account, &self.region, &self.cluster)
            .ok_or_else(Status::unauthorized)?;
        let scene = Scene {
            state: &state,
            cluster,
            seed: &self.kubernetes.seed,
            now: Clock::machine(),
            world_now: self.server.clock.now(),
        };
        authenticate(&parts.headers, scene).ok_or_else(Status::unauthorized)
    }

    /// Returns what the API server decides, with everything that was denied on purpose.
    fn allows(&self, principal: &Principal, asked: Attributes<'_>) -> bool {
        let is_denied = self.kubernetes.seed.denied.iter().any(|(verb, resource)| {
            has(std::slice::from_ref(verb), asked.verb)
                && has(std::slice::from_ref(resource), asked.resource)
        });
        let operation = resource::operation_name(asked.resource, asked.verb);
        let site = Site {
            account: &self.account,
            region: &self.region,
            cluster: Some(&self.cluster),
        };
        !is_denied && !self.server.faults.denies(operation, site) && principal.access.allows(asked)
    }

    fn with_cluster<T>(&self, read: impl FnOnce(&Cluster) -> T) -> Result<T, Status> {
        let state = self
            .server
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state
            .cluster(&self.account, &self.region, &self.cluster)
            .map(read)
            .ok_or_else(Status::unauthorized)
    }
}
