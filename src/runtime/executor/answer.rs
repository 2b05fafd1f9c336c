//! The one match from requests to use cases.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::{change, credential, diagnosis, kubernetes, parts};
use crate::app::{Msg, Request, Step, Ticket};
use crate::cloud::{AssociationFilter, Cloud, Session, Urgency};
use crate::model::role::RoleState;
use crate::model::{
    Arn, Described, Failure, FailureKind, RoleDetail, Route, RouteId, UpdateSubject,
};
use crate::ops::load;
use crate::store::Journal;

/// Sends the pieces of an answer under its ticket.
pub(super) struct Steps {
    pub(super) ticket: Ticket,
    pub(super) messages: Sender<Msg>,
}

impl Steps {
    pub(super) async fn send(&self, step: Step) {
        // The loop is gone only when the program ends.
        self.messages
            .send(Msg::Step {
                ticket: self.ticket,
                step,
            })
            .await
            .unwrap_or_default();
    }
}

/// The one match from requests to use cases.
#[expect(
    clippy::too_many_lines,
    reason = "one arm a request, and a table reads best whole"
)]
pub(super) async fn answer(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    journal: &Result<Arc<Journal>, Failure>,
    urgency: Urgency,
    request: Request,
    steps: &Steps,
) -> Result<(), Failure> {
    match request {
        Request::OpenRoute { route } => {
            let session = session(cloud, routes, route).await?;
            let caller = load::identify(&session, urgency).await?;
            steps.send(Step::Identified(caller)).await;
            stream(steps, Step::Clusters, |send| {
                load::clusters(&session, urgency, send)
            })
            .await
        }
        Request::DescribeCluster { route, cluster } => {
            let session = session(cloud, routes, route).await?;
            let detail = load::cluster(&session, urgency, &cluster).await?;
            steps.send(Step::Cluster(Box::new(detail))).await;
            Ok(())
        }
        Request::ListAssociations { route, cluster } => {
            let session = session(cloud, routes, route).await?;
            let all = AssociationFilter::default();
            stream(steps, Step::Associations, |send| {
                load::associations(&session, urgency, &cluster, &all, send)
            })
            .await
        }
        Request::DescribeAssociation { route, key } => {
            let session = session(cloud, routes, route).await?;
            let described = load::association(&session, urgency, &key).await?;
            steps
                .send(Step::Association(Box::new(described.value.detail)))
                .await;
            Ok(())
        }
        Request::ListUpdates {
            route,
            cluster,
            every_subject,
            ended,
        } => {
            let session = session(cloud, routes, route).await?;
            let mut subjects = vec![UpdateSubject::Cluster];
            if every_subject {
                // A part that may not be listed must not hide the updates of the others.
                let found = load::subjects(&session, urgency, &cluster).await;
                subjects.extend(found.subjects);
                steps.send(Step::Unread(found.failures)).await;
            }
            let update = |described: Described<_>| Step::Update(Box::new(described.value));
            let read = stream(steps, update, |send| async {
                let failures =
                    load::updates(&session, urgency, &cluster, &subjects, &ended, send).await;
                failures.into_iter().next().map_or(Ok(()), Err)
            });
            read.await
        }
        Request::ListParts {
            route,
            cluster,
            part,
        } => {
            let session = session(cloud, routes, route).await?;
            parts::list(&session, urgency, &cluster, part, steps).await
        }
        Request::DescribeRole { route, role } => {
            let session = session(cloud, routes, route).await?;
            let found = described_role(&session, urgency, &role).await?;
            steps.send(Step::Role(found)).await;
            Ok(())
        }
        Request::AssociationDocument { route, key } => {
            let session = session(cloud, routes, route).await?;
            let described = load::association(&session, urgency, &key).await?;
            steps.send(Step::Document(described.document)).await;
            Ok(())
        }
        Request::ListKubernetes(of) => {
            let session = session(cloud, routes, of.route).await?;
            kubernetes::list(&session, urgency, &of, steps).await
        }
        Request::WatchKubernetes(of) => {
            let session = session(cloud, routes, of.route).await?;
            kubernetes::watch(&session, &of, steps).await
        }
        Request::KubernetesDocument { of, id } => {
            let session = session(cloud, routes, of.route).await?;
            let document = kubernetes::document(&session, urgency, &of, &id).await?;
            steps.send(Step::Document(document)).await;
            Ok(())
        }
        Request::ListRoles { route } => {
            let session = session(cloud, routes, route).await?;
            change::roles(&session, urgency, steps).await
        }
        Request::Review { plan, profiles } => {
            change::review(cloud, routes, *plan, profiles, steps).await
        }
        Request::ReadJournal => change::journal(change::desk(journal)?, steps).await,
        Request::Reverse { entry, redo } => {
            let desk = change::desk(journal)?;
            change::reverse(cloud, routes, desk, entry, redo, steps).await
        }
        Request::Diagnose {
            route,
            profiles,
            about,
        } => {
            let route = route_of(routes, route)?;
            let way = (route, profiles);
            // Boxed: what asks many questions side by side is a future of many kilobytes.
            Box::pin(diagnosis::answer(
                cloud, routes, urgency, way, &about, steps,
            ))
            .await
        }
        Request::ReadLogs {
            route,
            profiles,
            cluster,
            of,
        } => {
            let way = (route_of(routes, route)?, profiles);
            Box::pin(diagnosis::logs(cloud, urgency, way, &cluster, &of, steps)).await
        }
        Request::PodsToTest {
            of,
            namespace,
            service_account,
        } => {
            let session = session(cloud, routes, of.route).await?;
            Box::pin(credential::pods(
                &session,
                &of,
                &namespace,
                &service_account,
                steps,
            ))
            .await
        }
        Request::UpdateDocument { route, key } => {
            let session = session(cloud, routes, route).await?;
            let described = load::update(&session, urgency, &key).await?;
            steps.send(Step::Document(described.document)).await;
            Ok(())
        }
    }
}

async fn session(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    id: RouteId,
) -> Result<Arc<Session>, Failure> {
    cloud.session(route_of(routes, id)?).await
}

fn route_of(routes: &[Route], id: RouteId) -> Result<&Route, Failure> {
    routes.get(usize::from(id.0)).ok_or_else(|| {
        Failure::new(
            FailureKind::Bug,
            "find the scope",
            "it is not among those of this run",
        )
    })
}

/// Runs a use case that hands out pieces, and sends each as it comes.
///
/// The callback of a use case cannot wait, so pieces pass through a channel of their own, which has no bound: this
/// is for what has an end, where all that can wait is one complete answer. A watch has none, and is a stream.
pub(super) async fn stream<P, F>(
    steps: &Steps,
    step: impl Fn(P) -> Step,
    read: impl FnOnce(Box<dyn FnMut(P) + Send>) -> F,
) -> Result<(), Failure>
where
    P: Send + 'static,
    F: Future<Output = Result<(), Failure>>,
{
    let (sender, mut pieces) = tokio::sync::mpsc::unbounded_channel();
    let read = read(Box::new(move |piece| {
        sender.send(piece).unwrap_or_default();
    }));
    let forward = async {
        while let Some(piece) = pieces.recv().await {
            steps.send(step(piece)).await;
        }
    };
    // The use case drops its callback when it ends, which ends the forwarding after the last piece.
    let (outcome, ()) = tokio::join!(read, forward);
    outcome
}

/// What IAM says of exactly this role: one of the same name at another path is another role.
async fn described_role(
    session: &Session,
    urgency: Urgency,
    role: &str,
) -> Result<Box<Described<RoleDetail>>, Failure> {
    let doing = format!("read role {role}");
    let arn = Arn::parse(role)
        .map_err(|error| Failure::new(FailureKind::Malformed, doing.as_str(), error.to_string()))?;
    match load::role_by_arn(session, urgency, &arn).await? {
        RoleState::Read(found) => Ok(found),
        RoleState::Missing => Err(Failure::new(
            FailureKind::NotFound,
            doing,
            "the account has no role of this name at this path",
        )),
        RoleState::Unknown(why) => Err(Failure::new(FailureKind::Other, doing, why)),
    }
}
