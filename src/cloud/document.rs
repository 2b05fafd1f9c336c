//! The raw answer, kept beside the SDK's types so that members and values of newer APIs survive.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_eks::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_eks::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use serde_json::Value;

use crate::model::document::normalise;
use crate::model::{Document, Failure, FailureKind};

/// An interceptor that keeps the body of the last answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture {
    body: Arc<Mutex<Vec<u8>>>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "RoledexCapture"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        bytes.clone_into(&mut self.body.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

impl Capture {
    /// The object under `member` of the answer, in the form that roledex shows.
    pub(crate) fn document(&self, member: &str, doing: &str) -> Result<Document, Failure> {
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        let malformed = |cause: String| Failure::new(FailureKind::Malformed, doing, cause);
        let answer: Value = serde_json::from_slice(&body)
            .map_err(|error| malformed(format!("the answer is not JSON: {error}")))?;
        let Value::Object(mut answer) = answer else {
            return Err(malformed("the answer is not a JSON object".to_owned()));
        };
        match answer.remove(member) {
            Some(Value::Object(document)) => Ok(normalise(document)),
            _ => Err(malformed(format!("the answer has no member \"{member}\""))),
        }
    }
}
