//! Why a pod does not get its role.

mod egress;
mod pods;
