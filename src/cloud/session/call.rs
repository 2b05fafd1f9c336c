//! How a call is made: asked again where that is safe, or once.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Session, Unassumed};
use crate::cloud::budget::core::Outcome;
use crate::cloud::budget::{Budget, Permit};
use crate::cloud::failure::{self, Asked};
use crate::cloud::retry::{Retry, pause};
use crate::cloud::{Cloud, Urgency, readonly};
use crate::model::{Failure, FailureKind, Region};

/// What is about to be called.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    pub(super) doing: String,
    pub(super) urgency: Urgency,
}

impl Call {
    /// Says that no answer came in time.
    fn late(&self, limit: Duration, hint: &str) -> Failure {
        let cause = format!("no answer within {limit:?}");
        Failure::new(FailureKind::Timeout, self.doing.as_str(), cause).hint(hint)
    }
}

/// What a call goes by.
struct Way<'a> {
    cloud: Arc<Cloud>,
    credentials: Credentials,
    region: &'a Region,
    budget: Arc<Budget>,
    /// How long one call may take, with all its tries.
    limit: Duration,
}

impl Way<'_> {
    /// Tells the budget and the meter how a call ended that got no answer it asked for.
    fn finish(&self, permit: Permit, retry: Retry) {
        if retry == Retry::Throttled {
            permit.finish(Outcome::Throttled);
            self.cloud.meter.throttled();
        } else {
            permit.finish(Outcome::Other);
        }
    }
}

impl Session {
    /// Describes an EKS call for messages.
    pub(super) fn eks_call(&self, operation: &'static str, urgency: Urgency, what: &str) -> Call {
        let (region, profile) = (&self.route.region, self.route.profile_name());
        Call {
            service: "eks",
            operation,
            doing: format!("{what} in {region} as profile {profile}"),
            urgency,
        }
    }

    /// Describes an IAM call for messages; IAM knows accounts and no regions.
    pub(super) fn iam_call(&self, operation: &'static str, urgency: Urgency, what: &str) -> Call {
        Call {
            service: "iam",
            operation,
            doing: format!("{what} as profile {}", self.route.profile_name()),
            urgency,
        }
    }

    /// A call that is asked again where that is safe and may help.
    pub(super) async fn call<T, E, Sent>(
        &self,
        call: &Call,
        send: impl Fn() -> Sent + Send + Sync,
    ) -> Result<T, Failure>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        Sent: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let way = self.way(call).await?;
        let mut permit = way.budget.start(call.urgency).await;
        let began = Instant::now();
        let deadline = began + way.limit;
        let mut tries = 0;
        loop {
            way.cloud.meter.sent(tries > 0);
            tracing::debug!(target: "roledex::cloud", operation = call.operation, region = %way.region, tries, "call");
            let error = match timeout_at(deadline, send()).await {
                Ok(Ok(answer)) => {
                    permit.finish(Outcome::Success);
                    return Ok(answer);
                }
                Ok(Err(error)) => error,
                Err(_elapsed) => {
                    let hint =
                        "try again; if it stays, check the network, HTTPS_PROXY and NO_PROXY";
                    return Err(call.late(way.limit, hint));
                }
            };
            let (failure, retry) = self.judge(call, &way, began, &error).await;
            way.finish(permit, retry);
            // A change is asked for again only where the service certainly did nothing; see `Session::change`.
            let is_safe = readonly::is_read(call.operation) || retry == Retry::Throttled;
            if tries >= retry.most() || !is_safe {
                return Err(failure);
            }
            let again = Instant::now() + pause(way.cloud.settings.deadlines.backoff, tries);
            if again >= deadline {
                return Err(failure);
            }
            sleep_until(again).await;
            permit = match timeout_at(deadline, way.budget.start(call.urgency)).await {
                Ok(permit) => permit,
                Err(_elapsed) => return Err(failure),
            };
            tries += 1;
        }
    }
    /// A call that is made once, whatever comes of it.
    ///
    /// Unlike [`Session::call`] it leaves the keys alone where it is told that something expired: that may be the
    /// token, or the keys of the pod.
    pub(super) async fn once<T, E, Sent>(
        &self,
        call: &Call,
        send: impl FnOnce() -> Sent + Send,
    ) -> Result<T, Unassumed>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        Sent: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let way = self.way(call).await?;
        let permit = way.budget.start(call.urgency).await;
        way.cloud.meter.sent(false);
        tracing::debug!(target: "roledex::cloud", operation = call.operation, region = %way.region, "call");
        let error = match timeout_at(Instant::now() + way.limit, send()).await {
            Ok(Ok(answer)) => {
                permit.finish(Outcome::Success);
                return Ok(answer);
            }
            Ok(Err(error)) => error,
            Err(_elapsed) => {
                let hint = "check the network, HTTPS_PROXY and NO_PROXY";
                return Err(call.late(way.limit, hint).into());
            }
        };
        let (mut failure, retry) = failure::of(&error, &self.asked(call, None));
        if failure.kind == FailureKind::Malformed {
            // What cannot be read may hold keys, and a parser likes to say at what it stumbled.
            failure.cause = "the answer cannot be read".into();
        }
        tracing::debug!(target: "roledex::cloud", operation = call.operation, kind = ?failure.kind, code = ?failure.code, "failed");
        way.finish(permit, retry);
        let status = match &error {
            SdkError::ServiceError(answer) => Some(answer.raw().status().as_u16()),
            _ => None,
        };
        Err(Unassumed { failure, status })
    }

    async fn way(&self, call: &Call) -> Result<Way<'_>, Failure> {
        let Some(cloud) = self.cloud.upgrade() else {
            let cause = "roledex is closing";
            return Err(Failure::new(
                FailureKind::Cancelled,
                call.doing.as_str(),
                cause,
            ));
        };
        let credentials = self.keyring.credentials().await?;
        let payer = self
            .account()
            .unwrap_or_else(|| self.route.profile_name().into());
        let region = match call.service {
            "sts" => &self.sts_region,
            "iam" => &self.iam_region,
            _ => &self.route.region,
        };
        Ok(Way {
            budget: cloud.budget(payer, region, call.service),
            limit: cloud.settings.deadlines.call(call.urgency),
            cloud,
            credentials,
            region,
        })
    }

    fn asked<'a>(&'a self, call: &'a Call, account: Option<&'a str>) -> Asked<'a> {
        Asked {
            doing: &call.doing,
            route: &self.route,
            account,
            renewal: &self.keyring.renewal,
            has_own_endpoint: self.endpoint.is_some(),
        }
    }

    /// Says what an error means, and forgets keys that are no good any more.
    async fn judge<E>(
        &self,
        call: &Call,
        way: &Way<'_>,
        began: Instant,
        error: &SdkError<E, HttpResponse>,
    ) -> (Failure, Retry)
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        // Asked for anew: another region may have learnt it while this call was on its way. STS and IAM are asked
        // where they surely answer, so that what they say of a key is about the key.
        let is_regional = !matches!(call.service, "sts" | "iam");
        let account = self.account().filter(|_| is_regional);
        let (failure, retry) = failure::of(error, &self.asked(call, account.as_deref()));
        tracing::debug!(target: "roledex::cloud", operation = call.operation, %failure, "failed");
        let is_key_lost = match failure.kind {
            FailureKind::Expired => true,
            // Anybody may ask who he is: whoever is denied that has keys that are no good any more.
            FailureKind::Denied => call.service == "sts",
            _ => false,
        };
        if is_key_lost {
            self.keyring.forget(&way.credentials);
        } else if failure.kind == FailureKind::RegionDisabled
            && call.service != "sts"
            && !self.is_known_since(call.urgency, began).await
        {
            // The key worked once and was deleted since, which is no news about the region.
            return (failure::of(error, &self.asked(call, None)).0, retry);
        }
        (failure, retry)
    }

    /// Says whether STS still knows the key. Boxed, because it is asked from within a call and is one itself.
    fn is_known_since(
        &self,
        urgency: Urgency,
        since: Instant,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move { self.caller_since(urgency, Some(since)).await.is_ok() })
    }
}
