//! Who was refused: AWS names the session of a role, and the name of a session tells who began it.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Who began a session, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Session {
    /// EC2, for an instance: the session has its id.
    Node,
    /// EKS Pod Identity: `eks-CLUSTER-POD-UUID`.
    Pod,
}

impl Session {
    fn named(name: &str) -> Option<Self> {
        if let Some(id) = name.strip_prefix("i-") {
            // Ids of instances were eight digits long once.
            let is_id = matches!(id.len(), 8 | 17);
            let is_hexadecimal = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            return (is_id && id.bytes().all(is_hexadecimal)).then_some(Self::Node);
        }
        name.starts_with("eks-").then_some(Self::Pod)
    }
}

/// What a line says of whoever was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused<'l> {
    /// Where it is said.
    pub(super) place: usize,
    pub(super) role: &'l str,
    /// `None` where something else began it, as IRSA or the program itself.
    pub(super) session: Option<Session>,
}

/// The session that asked stands right before the words; what stands elsewhere is what it asked for.
static REFUSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r":assumed-role/([A-Za-z0-9_+=,.@\-]+)/([A-Za-z0-9_+=,.@\-]+)",
        r#"[\\"'`]* is not authorized to perform"#,
    ))
    .ok()
});

/// Everybody whom the line says to be refused.
pub(super) fn refused(line: &str) -> impl Iterator<Item = Refused<'_>> {
    let all = REFUSED
        .iter()
        .flat_map(|refused| refused.captures_iter(line));
    all.filter_map(|found| {
        Some(Refused {
            place: found.get(0)?.start(),
            role: found.get(1)?.as_str(),
            session: Session::named(found.get(2)?.as_str()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_told_by_their_whole_names() {
        for (name, session) in [
            ("i-0123456789abcdef0", Some(Session::Node)),
            ("i-1a2b3c4d", Some(Session::Node)),
            ("eks-shop-api-7d9f-0b6c", Some(Session::Pod)),
            ("i-0", None),
            ("i-0123456789abcdefg", None),
            ("i-import-0", None),
            ("mi-0123456789abcdef0", None),
            ("botocore-session-1790000000", None),
            ("my-eks-shop", None),
        ] {
            assert_eq!(Session::named(name), session, "{name}");
        }
    }
}
