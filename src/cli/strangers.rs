//! Clusters that were named on the command line and are not there.

use std::collections::BTreeSet;

use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::ClusterArn;
use crate::model::reference::ClusterReference;

/// Names that a hint lists.
const LISTED: usize = 10;

/// References that match no cluster, and what there is instead.
pub(crate) struct Strangers {
    /// How many references there were, with those that matched.
    pub(crate) named: usize,
    pub(crate) unmatched: Vec<ClusterReference>,
    pub(crate) known: Vec<ClusterArn>,
    /// What was looked through.
    pub(crate) read: Vec<String>,
}

impl Strangers {
    /// Tells the person about each, and says how to end if there are any.
    pub(crate) fn report(&self) -> Option<Exit> {
        for reference in &self.unmatched {
            let problem = Problem::failed(format!("no cluster matches \"{reference}\""));
            problem.hint(self.hint()).report();
        }
        match self.unmatched.len() {
            0 => None,
            all if all == self.named => Some(Exit::Failed),
            _ => Some(Exit::Partly),
        }
    }

    fn hint(&self) -> String {
        let names: BTreeSet<_> = self.known.iter().map(ClusterArn::name).collect();
        if names.is_empty() {
            return format!(
                "no cluster was found in {}",
                some(self.read.iter().map(String::as_str))
            );
        }
        format!("there are {}", some(names.into_iter()))
    }
}

/// The first few of many.
fn some<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let left = names.len().saturating_sub(LISTED);
    let listed: Vec<_> = names.take(LISTED).collect();
    match left {
        0 => listed.join(", "),
        _ => format!("{} and {left} more", listed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    #[test]
    fn hints_list_ten_names_and_without_any_what_was_read() {
        let region = Region::new("eu-west-1");
        let known = |count| {
            let arn = |n| ClusterArn::new(&region, "111122223333", &format!("c{n:02}"));
            (0..count).map(arn).collect()
        };
        let hint = |count| {
            let strangers = Strangers {
                named: 1,
                unmatched: Vec::new(),
                known: known(count),
                read: vec!["prod/eu-west-1".to_owned()],
            };
            strangers.hint()
        };
        assert_eq!(hint(0), "no cluster was found in prod/eu-west-1");
        assert_eq!(hint(2), "there are c00, c01");
        assert!(hint(10).ends_with("c08, c09"));
        assert!(hint(12).ends_with("c08, c09 and 2 more"));
    }
}
