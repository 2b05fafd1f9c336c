//! One finding in full: what is wrong, why that matters, what was seen, and what mends it.

use crate::app::describe::TextLine;
use crate::app::diagnosis::{subject, weight};
use crate::app::modal::{Action, Item};
use crate::app::pane::Tone;
use crate::model::Text;
use crate::model::diagnosis::{Branch, Finding, Proof, Remedy, RemedyKind, Standing};
use crate::model::signature::Signature;

/// Pods that are named; of more only the number is told.
const NAMED: usize = 8;

/// A finding and all that it brings about, each step further in.
pub(super) fn branch(branch: &Branch<'_>, depth: usize) -> Vec<TextLine> {
    let mut lines = finding(branch.finding, depth);
    for below in &branch.consequences {
        lines.push(TextLine::new(
            Tone::Muted,
            &format!("{}which brings about", indent(depth + 1)),
        ));
        lines.extend(self::branch(below, depth + 1));
    }
    lines
}

fn indent(depth: usize) -> String {
    // Beyond some depth there would be no room left for words.
    "   ".repeat(depth.min(4))
}

/// The line that says what is wrong.
pub(super) fn head(finding: &Finding, depth: usize) -> TextLine {
    let (sign, word, tone) = weight(finding);
    TextLine::new(tone, &format!("{}{sign} {word:<8}", indent(depth)))
        .with(Tone::Name, &format!(" {}", finding.summary))
}

pub(super) fn finding(finding: &Finding, depth: usize) -> Vec<TextLine> {
    let inner = indent(depth + 1);
    let mut lines = vec![head(finding, depth)];
    let about = format!("{inner}{}  ", subject(&finding.subject));
    lines.push(TextLine::new(Tone::Plain, &about).with(Tone::Muted, finding.rule.0));
    // What a log says is told with its own caution.
    let is_of_log = Signature::of(finding.rule.0).is_some();
    if finding.standing == Standing::Possible && !is_of_log {
        let text = "it may be so: AWS or Kubernetes know more than was read";
        lines.push(TextLine::new(Tone::Warning, &format!("{inner}{text}")));
    }
    if !finding.explanation.is_empty() {
        let text = format!("{inner}{}", finding.explanation);
        lines.push(TextLine::new(Tone::Plain, &text));
    }
    lines.extend(pods(finding, &inner));
    lines.extend(finding.proofs.iter().map(|proof| seen(proof, &inner)));
    for remedy in &finding.remedies {
        lines.extend(mends(remedy, &inner));
    }
    lines
}

/// Questions that stayed open for the same reason.
pub(super) fn open_question(needs: &Text, same: &[&Finding]) -> Vec<TextLine> {
    let mut lines = vec![TextLine::new(Tone::Warning, &format!("? {needs}"))];
    for finding in same {
        let about = subject(&finding.subject);
        let line = TextLine::new(Tone::Plain, &format!("    {}", finding.summary));
        lines.push(line.with(Tone::Muted, &format!("  {about}  {}", finding.rule)));
        lines.extend(finding.proofs.iter().map(|proof| seen(proof, "      ")));
    }
    let mut told: Vec<&Remedy> = Vec::new();
    for remedy in same.iter().flat_map(|finding| &finding.remedies) {
        if !told.contains(&remedy) {
            told.push(remedy);
            lines.extend(mends(remedy, "    "));
        }
    }
    lines
}

fn pods(finding: &Finding, inner: &str) -> Option<TextLine> {
    let count = finding.pods.len();
    let named: Vec<&str> = finding.pods.iter().take(NAMED).map(|pod| &**pod).collect();
    let more = count.saturating_sub(NAMED);
    let label = if count == 1 { "pod" } else { "pods" };
    let text = match (count, more) {
        (0, _) => return None,
        (_, 0) => named.join(", "),
        _ => format!("{} and {more} more", named.join(", ")),
    };
    Some(TextLine::new(Tone::Muted, &format!("{inner}{label} ")).with(Tone::Plain, &text))
}

fn seen(proof: &Proof, inner: &str) -> TextLine {
    let line = TextLine::new(Tone::Muted, &format!("{inner}seen  {}", proof.call));
    let line = if proof.field.is_empty() {
        line
    } else {
        line.with(Tone::Muted, &format!("  {}", proof.field))
    };
    if proof.value.is_empty() {
        return line;
    }
    line.with(Tone::Muted, " = ")
        .with(Tone::Plain, &proof.value)
}

fn mends(remedy: &Remedy, inner: &str) -> Vec<TextLine> {
    if remedy.kind == RemedyKind::Advice {
        let line = TextLine::new(Tone::Busy, &format!("{inner}→ {}", remedy.title));
        // Advice may be all said by its title.
        let more = !remedy.text.is_empty() && remedy.text != remedy.title;
        return vec![if more {
            line.with(Tone::Plain, &format!(": {}", remedy.text))
        } else {
            line
        }];
    }
    let mut lines = vec![TextLine::new(
        Tone::Busy,
        &format!("{inner}→ {}", remedy.title),
    )];
    let copied = remedy.text.lines();
    lines.extend(copied.map(|line| TextLine::new(Tone::Plain, &format!("{inner}    {line}"))));
    lines
}

/// What can be copied of what mends it.
pub(in crate::app) fn remedies(finding: &Finding) -> Vec<Item> {
    let remedies = finding.remedies.iter();
    let copied = remedies.filter_map(|remedy| {
        let what = match remedy.kind {
            RemedyKind::Advice => return None,
            RemedyKind::Command => "command",
            RemedyKind::Statement => "statement",
            RemedyKind::Patch => "patch",
        };
        let first = remedy.text.lines().next().unwrap_or_default();
        Some(Item {
            label: remedy.title.to_string(),
            note: first.to_owned(),
            action: Action::Copy {
                text: remedy.text.to_string(),
                what,
            },
        })
    });
    copied.collect()
}
