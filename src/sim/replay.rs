//! Idempotency: a token that is used again gets the first answer again.

use serde_json::Value;

use super::call::Call;
use super::failure::Failure;
use super::reply::Reply;
use super::state::{Replay, State};

/// Carries an operation out, unless its idempotency token tells that this was done already.
///
/// A client whose answer got lost asks again with the same token, and must not meet its own first request as a
/// conflict.
pub(crate) fn carry_out(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let handler = call.operation.handler;
    let Some(token) = call.text("clientRequestToken")? else {
        return handler(call, state);
    };
    let key = format!(
        "{} {} {} {:?} {token}",
        call.caller.account, call.region, call.operation.name, call.labels
    );
    if let Some(first) = state.replays.get(&key) {
        if first.request != Value::Object(call.body.clone()) {
            return Err(call.about_cluster(Failure::invalid_parameter(
                "The clientRequestToken was used before with other parameters.",
            )));
        }
        return Ok(Reply::Json(first.answer.clone()));
    }
    let reply = handler(call, state)?;
    if let Reply::Json(answer) = &reply {
        let first = Replay {
            request: Value::Object(call.body.clone()),
            answer: answer.clone(),
        };
        state.replays.insert(key, first);
    }
    Ok(reply)
}
