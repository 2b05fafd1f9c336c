//! The credentials that EKS Auth hands out for a pod.

use std::fmt;

use jiff::Timestamp;

use crate::cloud::secret::Secret;

/// How much of an access key's id is shown: enough to tell two apart in CloudTrail, too little to use.
const SHOWN: usize = 4;

/// A pod's temporary keys; wiped when dropped, and shown nowhere.
pub struct PodCredentials {
    /// No secret by itself, yet it goes where the others go and nowhere else.
    pub access_key_id: Secret,
    pub secret_access_key: Secret,
    pub session_token: Secret,
    pub expires: Timestamp,
}

impl PodCredentials {
    /// The last characters of the access key's id, as CloudTrail's reader knows it.
    pub fn access_key_suffix(&self) -> &str {
        let id = self.access_key_id.expose();
        let start = id.char_indices().rev().nth(SHOWN - 1);
        match start {
            // A shorter id would be shown as a whole.
            Some((at, _)) if at > 0 => id.get(at..).unwrap_or_default(),
            _ => "",
        }
    }
}

impl fmt::Debug for PodCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodCredentials")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(id: &str) -> PodCredentials {
        PodCredentials {
            access_key_id: Secret::new(id.to_owned()),
            secret_access_key: Secret::new("secret-of-pod".to_owned()),
            session_token: Secret::new("session-of-pod".to_owned()),
            expires: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn debug_says_when_they_expire_and_nothing_else() {
        assert_eq!(
            format!("{:?}", credentials("ASIAEXAMPLE")),
            "PodCredentials { expires: 1970-01-01T00:00:00Z, .. }"
        );
    }

    #[test]
    fn the_end_of_the_key_id_tells_keys_apart() {
        assert_eq!(credentials("ASIAEXAMPLE").access_key_suffix(), "MPLE");
        assert_eq!(credentials("ABCD").access_key_suffix(), "");
        assert_eq!(credentials("").access_key_suffix(), "");
    }
}
