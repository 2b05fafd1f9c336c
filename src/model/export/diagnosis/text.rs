//! A diagnosis for people: by cluster, then by what it is about; the cause in full, its consequences in a line.

use super::open::Open;
use crate::model::diagnosis::{Diagnosis, Finding, RemedyKind, Severity, Standing, Subject};
use crate::model::measure::flow;
use crate::model::text::{visible, visible_lines};

/// Pods that are named before the rest is counted.
const NAMED: usize = 3;

/// The least room that words need; below that a terminal wraps them itself.
const NARROWEST: usize = 24;

/// Lines of a diagnosis.
///
/// ```text
/// shop  prod/eu-west-1  1 error, 2 unknown
///
///   payments/api
///     error    the role payments-api is not there  [role-missing]
///              EKS cannot assume a role that was deleted
///              seen  iam:GetRole  Error.Code = NoSuchEntity
///              fix   choose another role
///                    aws eks update-pod-identity-association …
///     warning  something else  [session-tags], because of role-missing
///
///   not known
///     needs iam:GetRole: trust-policy, role-missing
/// ```
///
/// Lines are broken between words at `width`; a word is not, since an ARN or a command would not be the same with
/// breaks in it. `are_logs_read` says whether what logs tell is among the findings.
pub fn lines(
    diagnosis: &Diagnosis,
    profile: Option<&str>,
    are_logs_read: bool,
    width: usize,
) -> Vec<String> {
    let mut page = Page {
        lines: vec![title(diagnosis, profile, are_logs_read)],
        width: width.max(NARROWEST),
    };
    let mut groups: Vec<(&Subject, Vec<&Finding>)> = Vec::new();
    let mut open = Open::default();
    for finding in &diagnosis.findings {
        if let Standing::Unknown(needs) = &finding.standing {
            open.add(needs, finding.rule);
            continue;
        }
        let group = groups.iter_mut().find(|(of, _)| **of == finding.subject);
        match group {
            Some((_, findings)) => findings.push(finding),
            None => groups.push((&finding.subject, vec![finding])),
        }
    }
    for (subject, findings) in groups {
        page.lines.push(String::new());
        page.words(2, "", &heading(subject, diagnosis));
        for finding in findings {
            page.finding(finding);
        }
    }
    let questions = open.lines();
    if !questions.is_empty() {
        page.lines.push(String::new());
        page.words(2, "", "not known");
        for question in questions {
            page.words(4, "", &question);
        }
    }
    page.lines
}

/// How many findings of which weight there are: `2 errors, 1 warning, 3 unknown`.
pub fn counts<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let (mut found, mut possible, mut unknown) = ([0_usize; 3], 0_usize, 0_usize);
    let [info, warning, error] = &mut found;
    for finding in findings {
        *match (&finding.standing, finding.severity) {
            (Standing::Possible, _) => &mut possible,
            (Standing::Unknown(_), _) => &mut unknown,
            (Standing::Found, Severity::Info) => &mut *info,
            (Standing::Found, Severity::Warning) => &mut *warning,
            (Standing::Found, Severity::Error) => &mut *error,
        } += 1;
    }
    let [info, warning, error] = found;
    let plural = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let some = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
    let parts = [
        plural(error, "error"),
        plural(warning, "warning"),
        some(info, "for information"),
        some(possible, "possible"),
        some(unknown, "unknown"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "nothing found".to_owned();
    }
    parts.join(", ")
}

fn title(diagnosis: &Diagnosis, profile: Option<&str>, are_logs_read: bool) -> String {
    let cluster = &diagnosis.cluster;
    let place = match profile {
        Some(profile) => format!("{}/{}", visible(profile), cluster.region()),
        None => cluster.region().to_owned(),
    };
    let counts = counts(&diagnosis.findings);
    let is_trouble = |finding: &Finding| {
        finding.severity >= Severity::Warning && !matches!(finding.standing, Standing::Unknown(_))
    };
    // Some troubles show in logs alone, so that "nothing" is not all that can be said.
    let logs = if are_logs_read || diagnosis.findings.iter().any(is_trouble) {
        ""
    } else {
        "; logs were not looked at (--logs)"
    };
    format!("{}  {place}  {counts}{logs}", visible(cluster.name()))
}

fn heading(subject: &Subject, diagnosis: &Diagnosis) -> String {
    let name = subject.name(diagnosis);
    let name = visible(&name);
    match subject {
        Subject::Cluster => "the cluster".to_owned(),
        Subject::Addon(_) => format!("add-on {name}"),
        Subject::Update { .. } => format!("update {name}"),
        Subject::Node(_) => format!("node {name}"),
        Subject::Role(_) => format!("role {name}"),
        Subject::Account { .. } => name.into_owned(),
    }
}

struct Page {
    lines: Vec<String>,
    width: usize,
}

/// Cells before what is said of a finding.
const INDENT: usize = 13;

impl Page {
    fn finding(&mut self, finding: &Finding) {
        let word = match finding.standing {
            Standing::Possible => "possible",
            Standing::Found | Standing::Unknown(_) => finding.severity.word(),
        };
        let label = format!("    {word:9}");
        let cause = finding.cause.map(|cause| format!(", because of {cause}"));
        let summary = format!(
            "{}  [{}]{}",
            visible(&finding.summary),
            finding.rule,
            cause.as_deref().unwrap_or_default()
        );
        self.words(INDENT, &label, &summary);
        if !finding.pods.is_empty() {
            let named = finding.pods.iter().take(NAMED);
            let named: Vec<_> = named.map(|pod| visible(pod)).collect();
            let left = finding.pods.len().saturating_sub(NAMED);
            let rest = if left > 0 {
                format!(" and {left} more")
            } else {
                String::new()
            };
            self.words(INDENT, "", &format!("pods  {}{rest}", named.join(", ")));
        }
        // A consequence goes when its cause does, so its own reasons can wait.
        if finding.cause.is_some() && finding.standing == Standing::Found {
            return;
        }
        self.words(INDENT, "", &visible(&finding.explanation));
        for proof in &finding.proofs {
            let (call, field) = (visible(&proof.call), visible(&proof.field));
            let seen = format!("seen  {call}  {field} = {}", visible(&proof.value));
            self.words(INDENT, "", &seen);
        }
        for remedy in &finding.remedies {
            if remedy.kind == RemedyKind::Advice {
                let text = if remedy.text == remedy.title || remedy.text.is_empty() {
                    visible(&remedy.title).into_owned()
                } else {
                    format!("{}: {}", visible(&remedy.title), visible(&remedy.text))
                };
                self.words(INDENT, "", &format!("fix   {text}"));
                continue;
            }
            self.words(INDENT, "", &format!("fix   {}", visible(&remedy.title)));
            let copied = visible_lines(&remedy.text);
            let copied = copied.map(|line| format!("{:1$}{line}", "", INDENT + 6));
            self.lines.extend(copied);
        }
    }

    /// Words below each other, the first row behind a label.
    fn words(&mut self, indent: usize, label: &str, text: &str) {
        // Rows of what has a word in front hang behind it.
        let hanging = ["pods  ", "seen  ", "fix   "];
        let hang = if hanging.iter().any(|word| text.starts_with(word)) {
            6
        } else {
            0
        };
        let room = self.width.saturating_sub(indent).max(NARROWEST);
        for (index, range) in flow(text, room, hang).into_iter().enumerate() {
            let row = text.get(range).unwrap_or_default().trim_end();
            self.lines.push(match index {
                0 if !label.is_empty() => format!("{label:indent$}{row}"),
                0 => format!("{:indent$}{row}", ""),
                _ => format!("{:1$}{row}", "", indent + hang),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::diagnosis::tests::diagnosis;
    use crate::model::measure::width;
    use crate::model::text::is_hidden;

    #[test]
    fn a_cause_stands_in_full_and_its_consequence_in_a_line() {
        let diagnosis = diagnosis();
        let (first, second) = (diagnosis.findings[0].rule, diagnosis.findings[1].rule);
        let lines = lines(&diagnosis, Some("prod"), false, 80);
        let expected = format!(
            "shop  prod/eu-west-1  1 error, 1 warning, 1 possible, 2 unknown

  payments/api
    error    the role payments-api is not there  [{first}]
             pods  api-0, api-1, api-2 and 2 more
             EKS cannot assume a role that was deleted
             seen  iam:GetRole  Error.Code = NoSuchEntity\\u{{1b}}[31m
             fix   choose another role: name a role that is there
             fix   with the AWS CLI
                   aws eks update-pod-identity-association --cluster-name shop
             fix   allow it
                   {{
                     \"Effect\": \"Allow\"
                   }}
    warning  something else  [{second}], because of {first}

  the cluster
    possible something else  [{second}]
             EKS cannot assume a role that was deleted

  not known
    needs iam:GetRole: {second}"
        );
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn words_fit_narrow_terminals_and_commands_stay_whole() {
        let diagnosis = diagnosis();
        let command = "aws eks update-pod-identity-association --cluster-name shop";
        let lines = lines(&diagnosis, None, false, 40);
        assert!(lines.iter().any(|line| line.trim_start() == command));
        for line in &lines {
            assert!(!line.chars().any(is_hidden), "{line:?}");
            let is_copied = line.contains(command);
            let is_title = line.starts_with("shop");
            let is_one_word = !line.trim().contains(' ');
            assert!(
                is_copied || is_title || is_one_word || width(line) <= 40,
                "{line:?}"
            );
        }
    }

    /// They are there to be copied.
    #[test]
    fn no_arn_is_broken() {
        let mut diagnosis = diagnosis();
        let arn = format!(
            "arn:aws:eks:us-east-1:111122223333:podidentityassociation/{}",
            "x".repeat(80)
        );
        let finding = &mut diagnosis.findings[0];
        finding.proofs[0].value = format!("it wants {arn} or {arn}").into();
        finding.remedies[0].text = format!("let it accept {arn}").into();
        finding.summary = format!("the role of {arn} is not there").into();
        for width in [24, 40, 80, 120] {
            let lines = lines(&diagnosis, None, false, width);
            let whole = lines.iter().filter(|line| line.contains(&arn));
            assert_eq!(whole.count(), 4, "{}", lines.join("\n"));
        }
    }

    #[test]
    fn nothing_is_said_where_nothing_is() {
        let mut diagnosis = diagnosis();
        diagnosis.findings.clear();
        assert_eq!(
            lines(&diagnosis, None, true, 80),
            ["shop  eu-west-1  nothing found"]
        );
        assert_eq!(
            lines(&diagnosis, None, false, 80),
            ["shop  eu-west-1  nothing found; logs were not looked at (--logs)"]
        );
    }
}
