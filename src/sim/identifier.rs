//! Identifiers in the shapes that AWS gives them, the same for the same seed.

use sha2::{Digest, Sha256};
use uuid::Uuid;

const LOWER: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Returns `a-` and 17 characters, the form of an association id.
pub(crate) fn association(seed: &str) -> String {
    format!("a-{}", spell(seed, LOWER, 17))
}

/// Returns the unique id of a role, which is what a trust policy shows once the role is deleted.
pub(crate) fn role(seed: &str) -> String {
    format!("AROA{}", spell(seed, UPPER, 17))
}

/// Returns 32 upper-case hexadecimal digits, as in issuers and API endpoints.
pub(crate) fn hexadecimal(seed: &str) -> String {
    uuid(seed).simple().to_string().to_uppercase()
}

/// Returns a UUID.
pub(crate) fn uuid(seed: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, seed.as_bytes())
}

/// Returns a number below `bound`.
pub(crate) fn number(seed: &str, bound: u64) -> u64 {
    let [first, second, third, fourth, ..] = digest(seed);
    u64::from(u32::from_be_bytes([first, second, third, fourth])) % bound.max(1)
}

/// Returns `count` lower-case hexadecimal digits, as in the ids of VPCs and subnets.
pub(crate) fn resource(prefix: &str, seed: &str) -> String {
    let digits: String = uuid(seed).simple().to_string().chars().take(17).collect();
    format!("{prefix}-{digits}")
}

fn spell(seed: &str, alphabet: &[u8], count: usize) -> String {
    digest(seed)
        .into_iter()
        .take(count)
        .filter_map(|byte| alphabet.get(usize::from(byte) % alphabet.len()).copied())
        .map(char::from)
        .collect()
}

pub(crate) fn digest(seed: &str) -> [u8; 32] {
    Sha256::digest(seed.as_bytes()).into()
}
