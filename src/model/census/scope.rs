//! Which part of a cluster is read.

use crate::model::Text;

/// Namespaces and service accounts; an empty list is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    pub namespaces: Vec<Text>,
    pub service_accounts: Vec<Text>,
}

impl Scope {
    pub fn is_everything(&self) -> bool {
        self.namespaces.is_empty() && self.service_accounts.is_empty()
    }

    /// Whether a service account, and with it its pods, is within.
    pub fn covers(&self, namespace: &str, service_account: &str) -> bool {
        let among = |words: &[Text], word: &str| {
            words.is_empty() || words.iter().any(|known| **known == *word)
        };
        among(&self.namespaces, namespace) && among(&self.service_accounts, service_account)
    }
}
