//! Who AWS says is calling.

use crate::model::Text;

/// The answer of `sts:GetCallerIdentity`: the only source of an account number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub account: Text,
    pub arn: Text,
    pub user_id: Text,
}

impl Caller {
    /// The part of the ARN that a person recognises: `assumed-role/Admin/alice`, `user/bob`.
    pub fn short(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn)
    }
}
