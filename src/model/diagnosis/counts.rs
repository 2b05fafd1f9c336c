//! How many findings there are, so that what is not known is never counted as fine.

use std::fmt;

use super::{Finding, Severity, Standing};

/// Findings by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Errors and warnings that may be so.
    pub possible: usize,
    /// Questions that stayed open.
    pub unknown: usize,
}

impl Counts {
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            let count = match (&finding.standing, finding.severity) {
                (Standing::Unknown(_), _) => &mut counts.unknown,
                (_, Severity::Info) => &mut counts.infos,
                (Standing::Possible, _) => &mut counts.possible,
                (Standing::Found, Severity::Warning) => &mut counts.warnings,
                (Standing::Found, Severity::Error) => &mut counts.errors,
            };
            *count += 1;
        }
        counts
    }

    /// Whether everything was looked at, and nothing is wrong.
    pub fn is_clear(&self) -> bool {
        let Self {
            errors,
            warnings,
            infos: _,
            possible,
            unknown,
        } = *self;
        errors + warnings + possible + unknown == 0
    }
}

/// `2 errors 1 warning 4 unknown`; `none` only where nothing stayed open.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        for (count, one, many) in [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.possible, "possible", "possible"),
            (self.infos, "info", "infos"),
            (self.unknown, "unknown", "unknown"),
        ] {
            match count {
                0 => {}
                1 => words.push(format!("1 {one}")),
                count => words.push(format!("{count} {many}")),
            }
        }
        if words.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::{RuleId, Subject};

    fn finding(severity: Severity, standing: Standing) -> Finding {
        Finding {
            rule: RuleId("some"),
            severity,
            standing,
            subject: Subject::Cluster,
            pods: Vec::new(),
            association: None,
            summary: "".into(),
            explanation: "".into(),
            proofs: Vec::new(),
            remedies: Vec::new(),
            cause: None,
        }
    }

    #[test]
    fn what_is_not_known_is_counted_apart_and_is_never_clear() {
        let unknown = Standing::Unknown("needs iam:GetRole".into());
        let findings = [
            finding(Severity::Error, Standing::Found),
            finding(Severity::Error, Standing::Found),
            finding(Severity::Warning, Standing::Found),
            finding(Severity::Error, Standing::Possible),
            finding(Severity::Error, unknown.clone()),
            finding(Severity::Info, unknown),
        ];
        let counts = Counts::of(&findings);
        assert_eq!(
            counts.to_string(),
            "2 errors 1 warning 1 possible 2 unknown"
        );
        let open = Counts::of(findings.last());
        assert!(!open.is_clear() && open.to_string() == "1 unknown");
        let nothing = Counts::of([]);
        assert!(nothing.is_clear() && nothing.to_string() == "none");
    }
}
