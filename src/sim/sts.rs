//! The Security Token Service.

use super::call::Call;
use super::failure::Failure;
use super::reply::Reply;
use super::state::State;
use super::xml::Element;

#[expect(clippy::unnecessary_wraps, reason = "every handler has this signature")]
pub(crate) fn get_caller_identity(call: &Call<'_>, _state: &mut State) -> Result<Reply, Failure> {
    Ok(Reply::Xml(vec![
        Element::text("Arn", call.caller.arn.as_str()),
        Element::text("UserId", call.caller.user_id.as_str()),
        Element::text("Account", call.caller.account.as_str()),
    ]))
}
