//! The one way in which each request is made: the token, the turn in the budget, the wire, counted retries.

use std::sync::Arc;

use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::failure::{self, Asked, Trouble};
use super::request::{self, Ask};
use super::token::Token;
use super::{Kubernetes, Means};
use crate::cloud::budget::Urgency;
use crate::cloud::budget::core::Outcome;
use crate::cloud::retry::{Retry, pause};
use crate::cloud::{Cloud, readonly};
use crate::model::kubernetes::WatchedKind;
use crate::model::{Failure, FailureKind};

/// The largest answer that is read: an API server sends what it is asked for, anything else may send for ever.
const LARGEST: usize = 512 * 1024 * 1024;

/// How soon an answer must begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// As soon as a connection must be there: an API server that is well answers these at once.
    Small,
    /// Whenever the call has time for it: a list is put together before its first byte is sent.
    Large,
}

/// Who a call says it is; a token that is refused is replaced once.
#[derive(Debug)]
struct Pass {
    token: Option<Token>,
    has_renewed: bool,
}

impl Kubernetes {
    /// The way to a whole answer: the token, its turn in the budget, the wire, a deadline, and counted retries.
    pub(super) async fn whole(
        &self,
        ask: &Ask,
        doing: &str,
        urgency: Urgency,
        size: Size,
    ) -> Result<Vec<u8>, Trouble> {
        let cloud = self.cloud(doing)?;
        let deadlines = cloud.settings.deadlines;
        let budget = self.budget(&cloud);
        let mut pass = self.pass().await?;
        let mut permit = budget.start(urgency).await;
        let mut deadline = Instant::now() + deadlines.call(urgency);
        let mut tries = 0;
        loop {
            let is_retry = tries > 0 || pass.has_renewed;
            let answer = async {
                let begin = match size {
                    Size::Small => deadline.min(Instant::now() + deadlines.connect),
                    Size::Large => {
                        self.greet(&cloud, doing).await?;
                        deadline
                    }
                };
                let response = self
                    .send(&cloud, ask, doing, begin, &pass, is_retry)
                    .await?;
                self.collect(response, doing, deadline).await
            };
            let trouble = match answer.await {
                Ok(body) => {
                    permit.finish(Outcome::Success);
                    return Ok(body);
                }
                Err(trouble) => trouble,
            };
            tracing::debug!(target: "roledex::cloud", verb = ask.verb, resource = ask.resource, failure = %trouble.failure, "failed");
            permit.finish(outcome(&cloud, &trouble));
            if trouble.failure.kind == FailureKind::Unreachable {
                self.greeted.forget(|()| true);
            }
            if trouble.is_unknown {
                pass = self.renew(pass, &cloud, doing, urgency, trouble).await?;
                permit = budget.start(urgency).await;
                // Finding credentials may have taken a while, which is not the API server's.
                deadline = Instant::now() + deadlines.call(urgency);
                continue;
            }
            let wait = pause(deadlines.backoff, tries).max(trouble.after.unwrap_or_default());
            let again = Instant::now() + wait;
            if tries >= trouble.retry.most()
                || again >= deadline
                || !request::is_read(&ask.method, &ask.path)
            {
                return Err(trouble);
            }
            sleep_until(again).await;
            permit = match timeout_at(deadline, budget.start(urgency)).await {
                Ok(permit) => permit,
                Err(_elapsed) => return Err(trouble),
            };
            tries += 1;
        }
    }

    /// The way to an answer that goes on and on; whoever reads it tries again himself.
    pub(super) async fn open(&self, ask: &Ask, doing: &str) -> Result<Response<Body>, Trouble> {
        let cloud = self.cloud(doing)?;
        let urgency = Urgency::Background;
        let mut pass = self.pass().await?;
        loop {
            // A watch holds its place in the budget only until it stands.
            let permit = self.budget(&cloud).start(urgency).await;
            let begin = Instant::now() + cloud.settings.deadlines.interactive;
            let answer = self
                .send(&cloud, ask, doing, begin, &pass, pass.has_renewed)
                .await;
            permit.finish(match &answer {
                Ok(_) => Outcome::Success,
                Err(trouble) => outcome(&cloud, trouble),
            });
            match answer {
                Err(trouble) if trouble.is_unknown => {
                    pass = self.renew(pass, &cloud, doing, urgency, trouble).await?;
                }
                other => return other,
            }
        }
    }

    /// Asked for before the turn in the budget: a credential process may take a minute, and nobody else must wait.
    async fn pass(&self) -> Result<Pass, Failure> {
        let token = match &self.means {
            Means::Minted(mint) => Some(mint.token().await?),
            Means::Context(_) => None,
        };
        Ok(Pass {
            token,
            has_renewed: false,
        })
    }

    /// Another token in place of one that was refused. The second time it is told why, as far as STS knows.
    async fn renew(
        &self,
        pass: Pass,
        cloud: &Arc<Cloud>,
        doing: &str,
        urgency: Urgency,
        trouble: Trouble,
    ) -> Result<Pass, Trouble> {
        let (Means::Minted(mint), Some(refused)) = (&self.means, &pass.token) else {
            return Err(trouble);
        };
        mint.forget(refused);
        if !pass.has_renewed {
            let pass = self.pass().await?;
            return Ok(Pass {
                has_renewed: true,
                ..pass
            });
        }
        // The same keys signed both. Whether they are good any more, only STS can tell; it makes the keyring forget
        // them if they are not.
        let began = Instant::now();
        let Ok(session) = cloud.session(&self.route).await else {
            return Err(trouble);
        };
        match session.caller_since(urgency, Some(began)).await {
            Ok(caller) => {
                let hint = failure::unknown_caller(self.arn.name(), Some(&caller.arn));
                Err(Trouble {
                    failure: trouble.failure.hint(hint),
                    ..trouble
                })
            }
            Err(failure) if matches!(failure.kind, FailureKind::Expired | FailureKind::Denied) => {
                let cause = format!("AWS does not accept the credentials: {}", failure.cause);
                let expired = Failure::new(FailureKind::Expired, doing, cause);
                Err(expired.hint(&*self.keyring.renewal).into())
            }
            Err(_unknown) => Err(trouble),
        }
    }

    /// Makes sure that an API server answers at all before it is given time for a large list.
    ///
    /// Silence alone counts here; everything else the list itself learns, and tries again.
    async fn greet(&self, cloud: &Cloud, doing: &str) -> Result<(), Trouble> {
        let ask = Ask::version();
        let greeted = self.greeted.get(
            |()| true,
            |_| async {
                let begin = Instant::now() + cloud.settings.deadlines.connect;
                let pass = Pass {
                    token: None,
                    has_renewed: false,
                };
                match self.send(cloud, &ask, doing, begin, &pass, false).await {
                    Err(trouble)
                        if trouble.failure.kind == FailureKind::Unreachable
                            && trouble.retry == Retry::No =>
                    {
                        Err(trouble.failure)
                    }
                    _ => Ok(()),
                }
            },
        );
        greeted.await.map_err(|failure| {
            // It may be the failure of another list that asked at the same time.
            let doing = doing.into();
            Failure { doing, ..failure }.into()
        })
    }

    /// The one place where requests leave: the gate, and the wire.
    async fn send(
        &self,
        cloud: &Cloud,
        ask: &Ask,
        doing: &str,
        begin: Instant,
        pass: &Pass,
        is_retry: bool,
    ) -> Result<Response<Body>, Trouble> {
        if cloud.read_only() && !request::is_read(&ask.method, &ask.path) {
            return Err(readonly::refused(doing).into());
        }
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.target())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(ask.body.clone()))
            .map_err(|error| Failure::new(FailureKind::Invalid, doing, error.to_string()))?;
        if let Some(token) = &pass.token {
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, token.bearer());
        }
        cloud.meter.sent(is_retry);
        tracing::debug!(target: "roledex::cloud", verb = ask.verb, resource = ask.resource, cluster = %self.arn, "call");
        let rule = ask.rule();
        let caller = self.known_caller();
        let asked = Asked {
            doing,
            rule: &rule,
            cluster: &self.arn,
            caller: caller.as_deref(),
            exposure: &self.exposure,
        };
        let response = match timeout_at(begin, self.client.send(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failure::of_error(&error, &asked)),
            Err(_elapsed) => return Err(self.silent(doing).into()),
        };
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = self
            .collect(response, doing, begin)
            .await
            .unwrap_or_default();
        Err(failure::of_answer(status.as_u16(), &headers, &body, &asked))
    }

    async fn collect(
        &self,
        response: Response<Body>,
        doing: &str,
        deadline: Instant,
    ) -> Result<Vec<u8>, Trouble> {
        let body = Limited::new(response.into_body(), LARGEST).collect();
        match timeout_at(deadline, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes().into()),
            Ok(Err(error)) => Err(failure::broken(doing, &*error, &self.exposure)),
            Err(_elapsed) => {
                let cause = "the answer did not end in time";
                let failure = Failure::new(FailureKind::Timeout, doing, cause);
                Err(failure
                    .hint("try again, or look at one namespace only")
                    .into())
            }
        }
    }

    fn silent(&self, doing: &str) -> Failure {
        Failure::new(
            FailureKind::Unreachable,
            doing,
            "the API server does not answer in time",
        )
        .hint(&*self.exposure)
    }

    /// What the API server says in the middle of a watch.
    pub(super) fn told(&self, doing: &str, kind: WatchedKind, status: &failure::Status) -> Trouble {
        let rule = format!("watch {}", kind.resource());
        let caller = self.known_caller();
        let asked = Asked {
            doing,
            rule: &rule,
            cluster: &self.arn,
            caller: caller.as_deref(),
            exposure: &self.exposure,
        };
        failure::of_status(status.code.unwrap_or(500), status, None, &asked)
    }
}

/// What the budget learns from a failure.
fn outcome(cloud: &Cloud, trouble: &Trouble) -> Outcome {
    if trouble.retry == Retry::Throttled {
        cloud.meter.throttled();
        return Outcome::Throttled;
    }
    Outcome::Other
}
