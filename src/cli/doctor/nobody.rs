//! Namespaces and service accounts that were named on the command line and are not there.

use std::collections::BTreeSet;

use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::Text;
use crate::ops::diagnose::DiagnosisRow;
use crate::ops::fleet::Selection;

/// Clusters that a message names.
const LISTED: usize = 10;

/// Names that nothing is called by, and where they were looked for.
pub(super) struct Nobody<'s> {
    namespaces: Vec<&'s str>,
    service_accounts: Vec<&'s str>,
    /// The namespaces that were asked for.
    within: &'s [String],
    clusters: BTreeSet<String>,
    /// Some clusters could not be looked through.
    is_open: bool,
    is_met: bool,
}

impl<'s> Nobody<'s> {
    /// Looks for whom the selection names; rows of clusters where nobody of them is are left out.
    pub(super) fn take(selection: &'s Selection, rows: &mut Vec<DiagnosisRow>) -> Self {
        let mut nobody = Self {
            namespaces: Vec::new(),
            service_accounts: Vec::new(),
            within: &selection.namespaces,
            clusters: BTreeSet::new(),
            is_open: false,
            is_met: true,
        };
        let is_everybody = selection.namespaces.is_empty() && selection.service_accounts.is_empty();
        if is_everybody || rows.is_empty() {
            return nobody;
        }
        let reaches = || rows.iter().map(|row| &row.reach);
        let missing = |names: &'s [String], there: fn(&DiagnosisRow) -> &BTreeSet<Text>| {
            let names = names.iter().map(String::as_str);
            let is_nowhere = |name: &&str| !rows.iter().any(|row| there(row).contains(*name));
            names.filter(is_nowhere).collect::<Vec<_>>()
        };
        nobody.namespaces = missing(&selection.namespaces, |row| &row.reach.namespaces);
        nobody.service_accounts = missing(&selection.service_accounts, |row| {
            &row.reach.service_accounts
        });
        nobody.is_met = reaches().any(|reach| reach.is_met);
        nobody.is_open = reaches().any(|reach| !reach.is_met && reach.gap.is_some());
        let names = rows.iter().map(|row| row.site.arn.name().to_owned());
        nobody.clusters = names.collect();
        rows.retain(|row| row.reach.is_met || row.reach.gap.is_some());
        nobody
    }

    /// Tells the person about each, and says how to end if there are any.
    pub(super) fn report(&self) -> Option<Exit> {
        let (missing, within) = (!self.namespaces.is_empty(), self.within);
        for name in &self.namespaces {
            self.problem(format!("no namespace \"{name}\" {}", self.place()))
                .report();
        }
        // Of a namespace that is not there, its service accounts are not either.
        let is_told = missing && self.namespaces.len() == within.len();
        for name in self.service_accounts.iter().filter(|_| !is_told) {
            let of = match within {
                [] => String::new(),
                within => format!("of namespace {} ", within.join(", ")),
            };
            let message = format!("no service account \"{name}\" {of}{}", self.place());
            self.problem(message)
                .detail("neither it, nor an association, nor a pod of it is there")
                .report();
        }
        if !missing && self.service_accounts.is_empty() {
            return None;
        }
        Some(if self.is_met || self.is_open {
            Exit::Partly
        } else {
            Exit::Failed
        })
    }

    fn problem(&self, message: String) -> Problem {
        let problem = Problem::failed(message);
        if self.is_open {
            return problem.hint("not every cluster could be read, so it may be there");
        }
        problem.hint("roledex get service-accounts and roledex get associations list what there is")
    }

    fn place(&self) -> String {
        let left = self.clusters.len().saturating_sub(LISTED);
        let listed: Vec<&str> = self
            .clusters
            .iter()
            .take(LISTED)
            .map(String::as_str)
            .collect();
        match (listed.as_slice(), left) {
            ([one], _) => format!("in cluster {one}"),
            (_, 0) => format!("in any of {}", listed.join(", ")),
            _ => format!("in any of {} and {left} more clusters", listed.join(", ")),
        }
    }
}
