//! What can be chosen for a field: roles by how well they trust, names that the cluster knows.

use std::cmp::Reverse;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{ChangeForm, Stop};
use crate::app::fleet::Fleet;
use crate::app::pane::{Tone, glyph};
use crate::model::arn::role_name;
use crate::model::plan::{Candidate, Ranked, rank};
use crate::model::trust::{AssociationHop, Malformed, Policy};
use crate::model::verdict::Verdict;
use crate::model::{RoleDetail, Text};

/// A role of the account, its trust policy parsed once.
#[derive(Debug, Clone)]
pub struct KnownRole {
    pub arn: Text,
    pub trust: Result<Policy, Malformed>,
}

/// Something that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub label: String,
    /// What the field holds once it is chosen.
    pub value: String,
    pub glyph: &'static str,
    pub tone: Tone,
    pub note: String,
}

impl KnownRole {
    pub fn of(role: &RoleDetail) -> Self {
        let silent = || Malformed {
            place: String::new(),
            reason: "IAM sent none".to_owned(),
        };
        Self {
            arn: role.arn.clone(),
            trust: role.policy().unwrap_or_else(|| Err(silent())),
        }
    }

    pub fn name(&self) -> &str {
        role_name(&self.arn)
    }
}

impl ChangeForm {
    /// Takes more roles in.
    pub fn add_roles(&mut self, roles: &[RoleDetail]) {
        Arc::make_mut(&mut self.roles).extend(roles.iter().map(KnownRole::of));
        self.rank();
    }

    /// Ranks the roles for the association as it is typed; called when what decides has changed.
    pub fn rank(&mut self) {
        let (namespace, name) = (self.namespace.text(), self.service_account.text());
        let found = self.before.as_ref().map(|before| &before.value);
        let hop = AssociationHop {
            cluster: &self.cluster,
            namespace: namespace.trim(),
            service_account: name.trim(),
            session_tags: self.session_tags_shown().0,
            association: found.and_then(|found| found.association.arn.as_deref()),
        };
        let candidates = self.roles.iter().map(|role| Candidate {
            arn: &role.arn,
            trust: role.trust.as_ref(),
        });
        let current = found.and_then(|found| found.detail.role.as_deref());
        self.ranked = rank(candidates, &hop, current);
    }

    /// Whether suggestions stand under the field.
    pub fn suggests(&self) -> bool {
        self.is_open || self.choice.is_some()
    }

    /// What may be chosen for the field that takes the keys, the best first.
    pub fn suggestions(&self, fleet: &Fleet) -> Vec<Suggestion> {
        match self.stop {
            Stop::Role => self.matching(&self.role.text(), role_suggestion),
            Stop::TargetRole => self.matching(&self.target_role.text(), target_suggestion),
            Stop::Namespace => self.names(fleet, None),
            Stop::ServiceAccount => self.names(fleet, Some(self.namespace.text().trim())),
            Stop::SessionTags | Stop::Policy | Stop::Tags | Stop::Review => Vec::new(),
        }
    }

    /// Roles whose names match what is typed: by verdict, then by how well they match, then as they are ranked.
    fn matching(&self, typed: &str, suggest: fn(&Ranked) -> Suggestion) -> Vec<Suggestion> {
        let typed = if self.is_open { typed.trim() } else { "" };
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut found: Vec<(Reverse<Verdict>, Reverse<u32>, &Ranked)> = Vec::new();
        for ranked in &self.ranked {
            // Whole ARNs are pasted, and parts of names typed.
            let text = if typed.contains(':') {
                &*ranked.arn
            } else {
                ranked.name()
            };
            let score = pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
            if let Some(score) = score {
                found.push((Reverse(ranked.verdict), Reverse(score), ranked));
            }
        }
        found.sort_by_key(|(verdict, score, _)| (*verdict, *score));
        found
            .into_iter()
            .map(|(_, _, ranked)| suggest(ranked))
            .collect()
    }

    /// Namespaces of the cluster, or the service accounts of one of them, as far as they are known.
    fn names(&self, fleet: &Fleet, namespace: Option<&str>) -> Vec<Suggestion> {
        let accounts = fleet.accounts.keys();
        let accounts = accounts
            .filter(|key| key.cluster == self.cluster)
            .map(|key| (&key.namespace, &key.name));
        let associations = fleet.associations.values();
        let associations = associations
            .filter(|row| row.summary.key.cluster == self.cluster)
            .map(|row| (&row.summary.namespace, &row.summary.service_account));
        let names = accounts
            .chain(associations)
            .filter_map(|(space, name)| match namespace {
                None => Some(space),
                Some(wanted) => (**space == *wanted).then_some(name),
            });
        let names: std::collections::BTreeSet<&Text> = names.collect();
        let typed = match self.line() {
            Some(line) if self.is_open => line.text().trim().to_owned(),
            _ => String::new(),
        };
        let fits = |name: &&&Text| name.contains(&*typed) && ****name != *typed;
        names
            .iter()
            .filter(fits)
            .map(|name| Suggestion {
                label: name.to_string(),
                value: name.to_string(),
                glyph: "",
                tone: Tone::Plain,
                note: String::new(),
            })
            .collect()
    }
}

fn role_suggestion(ranked: &Ranked) -> Suggestion {
    let (glyph, tone) = match ranked.verdict {
        Verdict::Yes => (glyph::GOOD, Tone::Good),
        Verdict::Unknown => (glyph::WARNING, Tone::Warning),
        Verdict::No => (glyph::BAD, Tone::Muted),
    };
    let reason = ranked.reasons.first();
    let mut note = match (ranked.verdict, reason) {
        (Verdict::Yes, _) => "trusts Pod Identity".to_owned(),
        (_, Some(reason)) => reason.clone(),
        (Verdict::Unknown, None) => "cannot be told".to_owned(),
        (Verdict::No, None) => "does not trust Pod Identity".to_owned(),
    };
    if ranked.is_current {
        note = format!("as it is now; {note}");
    }
    Suggestion {
        label: ranked.name().to_owned(),
        value: ranked.arn.to_string(),
        glyph,
        tone,
        note,
    }
}

/// A target role is assumed by the first role, which this does not judge; the checks do.
fn target_suggestion(ranked: &Ranked) -> Suggestion {
    Suggestion {
        label: ranked.name().to_owned(),
        value: ranked.arn.to_string(),
        glyph: "",
        tone: Tone::Plain,
        note: String::new(),
    }
}
