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

    /// The user or the role, without the name of the session: that is another at each sign-in.
    pub fn principal(&self) -> &str {
        if !self.short().starts_with("assumed-role/") {
            return &self.arn;
        }
        let without_session = self.arn.rsplit_once('/');
        without_session.map_or(&self.arn, |(role, _)| role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_not_who_it_is() {
        let principal = |short: &str| {
            let caller = Caller {
                account: "111122223333".into(),
                arn: format!("arn:aws:sts::111122223333:{short}").into(),
                user_id: "x".into(),
            };
            caller.principal().to_owned()
        };
        let (admin, alice) = ("assumed-role/Admin", "assumed-role/Admin/alice");
        assert_eq!(principal(alice), principal("assumed-role/Admin/bob"));
        assert_eq!(
            principal(alice),
            format!("arn:aws:sts::111122223333:{admin}")
        );
        assert_ne!(principal(alice), principal("assumed-role/Reader/alice"));
        // The path of a user belongs to its name.
        assert_ne!(principal("user/team/alice"), principal("user/team/bob"));
        assert_ne!(
            principal("federated-user/alice"),
            principal("federated-user/bob")
        );
        assert_eq!(principal("root"), "arn:aws:sts::111122223333:root");
    }
}
