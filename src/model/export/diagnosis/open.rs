//! Questions that stayed open, said once for each thing that they lack.

use std::collections::BTreeMap;

use crate::model::diagnosis::RuleId;
use crate::model::text::visible;

/// Rules, or calls, that are named; of more only the number is told.
const NAMED: usize = 3;

/// Rules by what they lack.
#[derive(Debug, Default)]
pub(super) struct Open<'a> {
    /// By what is to be had, or by why it could not be.
    gaps: BTreeMap<&'a str, Gap<'a>>,
}

#[derive(Debug, Default)]
struct Gap<'a> {
    /// What could not be done, where several calls failed for the same reason.
    calls: Vec<&'a str>,
    rules: Vec<RuleId>,
}

impl<'a> Open<'a> {
    pub(super) fn add(&mut self, needs: &'a str, rule: RuleId) {
        let (call, why) = match needs
            .strip_prefix("could not ")
            .and_then(|said| said.split_once(": "))
        {
            Some((call, why)) => (Some(call), why),
            None => (None, needs),
        };
        let gap = self.gaps.entry(why).or_default();
        if let Some(call) = call.map(bare)
            && !gap.calls.contains(&call)
        {
            gap.calls.push(call);
        }
        if !gap.rules.contains(&rule) {
            gap.rules.push(rule);
        }
    }

    /// A line for each; the other formats name every rule.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut is_counted = false;
        let gaps = self.gaps.iter().map(|(why, gap)| {
            let rules = match gap.rules.len() {
                count if count > NAMED => {
                    is_counted = true;
                    format!("{count} rules")
                }
                _ => {
                    let rules: Vec<String> = gap.rules.iter().map(ToString::to_string).collect();
                    rules.join(", ")
                }
            };
            let why = visible(why);
            match gap.calls.as_slice() {
                [] => format!("{why}: {rules}"),
                calls => {
                    let named: Vec<_> =
                        calls.iter().take(NAMED).map(|call| visible(call)).collect();
                    let more = match calls.len().saturating_sub(NAMED) {
                        0 => String::new(),
                        1 => " and 1 more call".to_owned(),
                        more => format!(" and {more} more calls"),
                    };
                    format!("could not {}{more}: {why}: {rules}", named.join(", "))
                }
            }
        });
        let mut lines: Vec<String> = gaps.collect();
        if is_counted {
            lines.push("-o json names the rules".to_owned());
        }
        lines
    }
}

/// What was done, without where: that stands above.
fn bare(call: &str) -> &str {
    call.split_once(" in cluster ")
        .map_or(call, |(call, _)| call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_the_same_is_said_once() {
        let mut open = Open::default();
        let refused = [
            "list pods",
            "list nodes",
            "list namespaces",
            "read the webhook",
        ]
        .map(|call| {
            format!("could not {call} in cluster shop as profile prod: refused: (os error 111)")
        });
        for (needs, rule) in refused.iter().zip(["a", "b", "c", "d"]) {
            open.add(needs, RuleId(rule));
            open.add(needs, RuleId("a"));
        }
        open.add("needs iam:GetRole", RuleId("a"));
        open.add("needs iam:GetRole", RuleId("b"));
        assert_eq!(
            open.lines(),
            [
                "needs iam:GetRole: a, b",
                "could not list pods, list nodes, list namespaces and 1 more call: refused: (os error 111): 4 rules",
                "-o json names the rules",
            ]
        );
    }
}
