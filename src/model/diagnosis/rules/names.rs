//! Associations whose names are nearly those of somebody who has none.

use crate::model::census::Part;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::renew::renewed_then;
use crate::model::diagnosis::rules::association::deletion;
use crate::model::diagnosis::{Binding, Finding, Look, Remedy, Rule, RuleId, Severity, Subject};
use crate::model::export::{Exported, aws_cli};
use crate::model::identity::Fact;
use crate::model::service_account::ServiceAccount;
use crate::model::text::visible;
use crate::model::{Association, Text};

pub(super) const RULES: &[Rule] = &[Rule {
    id: RuleId("names-nearly-match"),
    rows: &[6],
    severity: Severity::Error,
    title: "an association names a service account that does not exist, and one with nearly that name has none",
    explanation: "names match exactly, letter by letter; the names of an association cannot be changed, so it must be created again",
    after: &[],
    judge,
}];

fn judge(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    let mut open = false;
    let accounts: Vec<_> = look.census().service_accounts().collect();
    for binding in look.all_bindings() {
        let association = binding.association;
        let (namespace, name) = (&association.namespace, &association.service_account);
        let waits = look.census().service_account(namespace, name);
        // Beyond the scope nobody looked; within it, that is a gap.
        if waits.is_unknown() && look.census().scope().covers(namespace, name) {
            open = true;
            continue;
        }
        if matches!(waits, Fact::Present(_)) {
            continue;
        }
        for account in &accounts {
            let Some(likeness) = likeness(association, account) else {
                continue;
            };
            if !is_without(look, account) {
                continue;
            }
            let is_sure = likeness == Likeness::Spelling && waits == Fact::Absent;
            findings.push(mistaken(rule, look, &binding, account, is_sure));
        }
    }
    if open && let Some(needs) = look.census_gap(Part::ServiceAccounts) {
        findings.push(rule.unknown(Subject::Cluster, needs));
    }
    findings
}

/// How much one name is like another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// They differ in letter case, or in dashes, dots and the like.
    Spelling,
    /// One letter is too much, too few or another.
    Letter,
    /// The same name stands in another namespace.
    Elsewhere,
}

fn likeness(association: &Association, account: &ServiceAccount) -> Option<Likeness> {
    let (namespace, name) = (&association.namespace, &association.service_account);
    let is_here = *namespace == account.namespace;
    if is_here && *name == account.name {
        return None;
    }
    let nearly = |one: &str, other: &str| {
        let (one, other) = (letters(one), letters(other));
        !one.is_empty() && one == other
    };
    if nearly(namespace, &account.namespace) && nearly(name, &account.name) {
        return Some(Likeness::Spelling);
    }
    if is_here && is_one_letter_apart(name, &account.name) {
        return Some(Likeness::Letter);
    }
    // Every namespace has an account of this name.
    let is_telling = &**name != "default";
    (is_telling && *name == account.name && !is_here).then_some(Likeness::Elsewhere)
}

fn letters(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether names differ in one letter; numbers tell names apart on purpose, and so do letters of short ones.
fn is_one_letter_apart(one: &str, other: &str) -> bool {
    const SHORTEST: usize = 5;
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let alike = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (rest, others) = (one.get(alike..), other.get(alike..));
    let (Some(rest), Some(others)) = (rest, others) else {
        return false;
    };
    let after = |letters: &[char], count| letters.get(count..).map(<[char]>::to_vec);
    let is_apart = [(1, 0), (0, 1), (1, 1)].into_iter().any(|(here, there)| {
        let (left, right) = (after(rest, here), after(others, there));
        left.is_some() && left == right
    });
    let is_number = |letters: &[char]| letters.first().is_some_and(char::is_ascii_digit);
    let is_long = one.len().min(other.len()) >= SHORTEST;
    is_long && is_apart && !is_number(rest) && !is_number(others)
}

/// Whether a service account has no role by any way, as far as AWS and Kubernetes know.
fn is_without(look: &Look<'_>, account: &ServiceAccount) -> bool {
    let association = look
        .picture
        .associations
        .of(&account.namespace, &account.name);
    association == Fact::Absent && account.role_arn.is_none()
}

fn mistaken(
    rule: &Rule,
    look: &Look<'_>,
    binding: &Binding<'_>,
    account: &ServiceAccount,
    is_sure: bool,
) -> Finding {
    let association = binding.association;
    let pods = look.pods(&account.namespace, &account.name);
    let meant = visible(&format!("{}/{}", account.namespace, account.name)).into_owned();
    let summary = format!(
        "the association for {} may be meant for {meant}",
        binding.name()
    );
    let subject = Subject::account(&account.namespace, &account.name);
    let finding = if is_sure {
        rule.found(subject, summary)
    } else {
        rule.possible(subject, summary).severity(Severity::Warning)
    };
    finding
        .of_association(association)
        .pods(pods.iter().copied())
        .proof(
            "eks:ListPodIdentityAssociations",
            format!("associations[] {}", visible(&association.key.id)),
            binding.name(),
        )
        .proof("GET serviceaccounts", "metadata.name", meant)
        .remedy(creation(look, binding, account))
        .remedies(renewed_then(look, pods))
        .remedy(deletion(look, binding))
}

/// The same association under the right names.
fn creation(look: &Look<'_>, binding: &Binding<'_>, account: &ServiceAccount) -> Remedy {
    let title = "create it again under the right names";
    let Some(detail) = binding.detail.known() else {
        return advice(title);
    };
    let mut association = binding.association.clone();
    association.namespace = account.namespace.clone();
    association.service_account = account.name.clone();
    let profile: Option<&Text> = look.evidence.profile.as_ref();
    let written = aws_cli::command(Exported {
        association: &association,
        detail: Ok(detail),
        profile: profile.map(|profile| &**profile),
    });
    command(title, written)
}
