//! Who signed a request, and whether they signed it for this service and region.

use jiff::Timestamp;

use super::failure::{Code, Failure};
use super::operation::Service;
use super::sigv4::{Claim, Refusal, Wire};
use super::state::{Caller, State};

/// An accepted signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) caller: Caller,
    pub(crate) region: String,
}

/// Accepts or refuses a request; `now` is the machine's time, by which clients sign, not the world's.
pub(crate) fn authenticate(
    wire: &Wire<'_>,
    service: Service,
    state: &State,
    now: Timestamp,
    world_now: Timestamp,
) -> Result<Identity, Failure> {
    let claim = Claim::read(wire).map_err(refused)?;
    let unrecognized = || {
        Failure::new(
            Code::UnrecognizedClient,
            "The security token included in the request is invalid.",
        )
    };
    let key = state
        .access_key(&claim.access_key_id)
        .ok_or_else(unrecognized)?;
    if claim.session_token != key.session_token {
        return Err(unrecognized());
    }
    if key.expires.is_some_and(|expires| world_now >= expires) {
        return Err(Failure::new(
            Code::ExpiredToken,
            "The security token included in the request is expired",
        ));
    }
    if claim.service != service.name() {
        return Err(wrong_scope(format!(
            "Credential should be scoped to correct service: '{}', not '{}'.",
            service.name(),
            claim.service
        )));
    }
    // IAM and the global STS endpoint belong to us-east-1, but a client with an endpoint of its own knows only its
    // own region.
    let is_valid_region =
        state.has_region(&claim.region) || (!service.is_rest() && claim.region == "us-east-1");
    if !is_valid_region {
        return Err(wrong_scope(format!(
            "Credential should be scoped to a valid region, not '{}'.",
            claim.region
        )));
    }
    claim.verify(wire, &key.secret, now).map_err(refused)?;
    let is_enabled = state
        .accounts
        .get(&key.caller.account)
        .is_some_and(|account| account.regions.contains(&claim.region));
    if service.is_rest() && !is_enabled {
        // This is what a region says that the account has not opted in to.
        return Err(unrecognized());
    }
    Ok(Identity {
        caller: key.caller.clone(),
        region: claim.region,
    })
}

fn wrong_scope(message: String) -> Failure {
    Failure::new(Code::InvalidSignature, message)
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Missing => {
            Failure::new(Code::MissingAuthentication, "Missing Authentication Token")
        }
        Refusal::Incomplete(message) => Failure::new(Code::IncompleteSignature, message),
        Refusal::Invalid(message) => Failure::new(Code::InvalidSignature, message),
    }
}
