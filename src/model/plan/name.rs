//! Names that a person types: namespaces, service accounts and ids of associations.

use crate::model::Text;
use crate::model::plan::invalid::{BadName, Rule};

const LONGEST_LABEL: usize = 63;
const LONGEST_SUBDOMAIN: usize = 253;
const ID_LENGTH: usize = 19;

/// Reads the name of a namespace.
pub fn namespace(text: &str) -> Result<Text, Rule> {
    let reason = match length(text, LONGEST_LABEL) {
        Some(reason) => Some(reason),
        None => label(text),
    };
    reason.map_or_else(|| Ok(text.into()), |reason| Err(Rule::Label(reason)))
}

/// Reads the name of a service account.
pub fn service_account(text: &str) -> Result<Text, Rule> {
    let reason = match length(text, LONGEST_SUBDOMAIN) {
        Some(reason) => Some(reason),
        None => text.split('.').find_map(label),
    };
    reason.map_or_else(|| Ok(text.into()), |reason| Err(Rule::Subdomain(reason)))
}

/// Reads the id of an association.
pub fn association_id(text: &str) -> Result<Text, Rule> {
    let characters = text.chars().count();
    if characters != ID_LENGTH {
        return Err(Rule::IdLength { characters });
    }
    let rest = text.strip_prefix("a-");
    let is_plain = |rest: &str| {
        rest.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if rest.is_some_and(is_plain) {
        Ok(text.into())
    } else {
        Err(Rule::IdCharacters)
    }
}

fn length(text: &str, longest: usize) -> Option<BadName> {
    let characters = text.chars().count();
    if characters == 0 {
        return Some(BadName::Empty);
    }
    (characters > longest).then_some(BadName::TooLong { characters })
}

fn label(text: &str) -> Option<BadName> {
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if let Some(strange) = text.chars().find(|c| !is_end(*c) && *c != '-') {
        return Some(BadName::Character(strange));
    }
    let ends = [text.chars().next(), text.chars().next_back()];
    let is_whole = ends.into_iter().all(|end| end.is_some_and(is_end));
    (!is_whole).then_some(BadName::Edge)
}
