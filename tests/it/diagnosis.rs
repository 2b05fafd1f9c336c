//! Why a pod does not get its role.

mod coverage;
mod egress;
mod pods;
pub(crate) mod state;
