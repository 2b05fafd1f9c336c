//! The raw answer, kept beside the SDK's types so that members and values of newer APIs survive.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_eks::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_eks::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use serde_json::Value;

use crate::model::document::normalise;
use crate::model::{Document, Failure, FailureKind, Text};

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
        match self.answer(doing)?.remove(member) {
            Some(Value::Object(document)) => Ok(normalise(document)),
            _ => Err(malformed(
                doing,
                format!("the answer has no member \"{member}\""),
            )),
        }
    }

    /// The objects of the list under `member`; an absent list is an empty one, and nulls are none of its items.
    pub(crate) fn documents(&self, member: &str, doing: &str) -> Result<Vec<Document>, Failure> {
        let items = match self.answer(doing)?.remove(member) {
            Some(Value::Array(items)) => items,
            None | Some(Value::Null) => Vec::new(),
            Some(_) => {
                let cause = format!("the member \"{member}\" of the answer is no list");
                return Err(malformed(doing, cause));
            }
        };
        let objects = items.into_iter().filter_map(|item| match item {
            Value::Object(document) => Some(normalise(document)),
            _ => None,
        });
        Ok(objects.collect())
    }

    fn answer(&self, doing: &str) -> Result<Document, Failure> {
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        match serde_json::from_slice(&body) {
            Ok(Value::Object(answer)) => Ok(answer),
            Ok(_) => Err(malformed(doing, "the answer is not a JSON object")),
            Err(error) => Err(malformed(doing, format!("the answer is not JSON: {error}"))),
        }
    }
}

fn malformed(doing: &str, cause: impl Into<Text>) -> Failure {
    Failure::new(FailureKind::Malformed, doing, cause)
}
