//! A change as it would be made, in the order in which a person decides: what, whom, whether, how.

use crate::app::describe::TextLine;
use crate::app::layout::{Area, Size, text_lines};
use crate::app::modal::Review;
use crate::app::pane::{Tone, glyph};
use crate::app::state::State;
use crate::model::journal::{EntryId, Reversal, WayBack};
use crate::model::measure::rows;
use crate::model::plan::{Counted, Plan, Warning, revoke_command};
use crate::model::preflight::{Check, Outcome, Preflight};
use crate::model::verdict::Verdict;

/// Where the lines of a review stand: as in a text view, with a row for the buttons below.
pub fn area(size: Size) -> Area {
    let area = text_lines(size);
    Area {
        height: area.height.saturating_sub(1),
        ..area
    }
}

pub(in crate::app) fn room(size: Size) -> usize {
    usize::from(area(size).height)
}

/// The first line from which on the rest of the review fits.
pub(in crate::app) fn last_top(state: &State, review: &Review) -> usize {
    let area = area(state.size);
    let lines = lines(review);
    let mut free = usize::from(area.height);
    let mut top = lines.len();
    for line in lines.iter().rev() {
        let rows = rows(&line.text(), usize::from(area.width)).len();
        if rows > free {
            break;
        }
        free -= rows;
        top -= 1;
    }
    top.min(lines.len().saturating_sub(1))
}

pub fn lines(review: &Review) -> Vec<TextLine> {
    let plan = &review.plan;
    let mut lines = Vec::new();
    if review.checks.value().is_some_and(Preflight::is_gone) {
        lines.extend(gone_lines(plan));
        return lines;
    }
    if let Some(way) = review.act.why.way() {
        lines.extend(way_lines(way));
    }
    if !review.act.rest.is_empty() {
        let rest: Vec<String> = review.act.rest.iter().map(Plan::title).collect();
        let text = format!(
            "{} this is not all of it: {} follows, and is shown by itself",
            glyph::WARNING,
            rest.join(", and ")
        );
        lines.push(TextLine::new(Tone::Warning, &text));
        lines.push(TextLine::empty());
    }
    lines.push(TextLine::heading("What changes"));
    lines.extend(diff_lines(plan));
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Pods it reaches"));
    lines.extend(pod_lines(plan));
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Checks"));
    lines.extend(check_lines(review));
    let warnings = plan.warnings();
    if !warnings.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Worth knowing"));
        lines.extend(warnings.iter().map(warning_line));
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Where, and as whom"));
    for line in plan.lines().into_iter().filter(|line| line.label != "pods") {
        lines.push(TextLine::member(line.label, Tone::Plain, &line.value));
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("The same by the AWS CLI"));
    for command in plan.commands() {
        match command {
            Ok(text) => lines.extend(
                text.lines()
                    .map(|line| TextLine::new(Tone::Plain, &format!("  {line}"))),
            ),
            Err(skip) => lines.push(TextLine::new(Tone::Warning, &format!("  {skip}"))),
        }
    }
    let record = plan.record_lines();
    if !record.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What stands there"));
        for line in record {
            lines.push(TextLine::member(line.label, Tone::Muted, &line.value));
        }
    }
    lines
}

/// Of what is gone, a list of changes would only mislead.
fn gone_lines(plan: &Plan) -> Vec<TextLine> {
    let text = format!(
        "{} {} is gone: somebody deleted it since it was read",
        glyph::BAD,
        plan.target().name()
    );
    let mut lines = vec![
        TextLine::new(Tone::Bad, &text),
        TextLine::new(
            Tone::Plain,
            "  so there is nothing to change; if it is still wanted, create it again",
        ),
        TextLine::empty(),
        TextLine::heading("What stood there"),
    ];
    for line in plan.lines().into_iter().filter(|line| line.label != "pods") {
        lines.push(TextLine::member(line.label, Tone::Plain, &line.value));
    }
    for line in plan.record_lines() {
        lines.push(TextLine::member(line.label, Tone::Muted, &line.value));
    }
    lines
}

fn diff_lines(plan: &Plan) -> Vec<TextLine> {
    let mut lines = Vec::new();
    // Of what comes or goes as a whole, the other side has nothing to say field by field.
    let both = plan.before().is_some() && plan.after().is_some();
    for diff in plan.diff() {
        let label = diff.field.to_string();
        let (old, new) = (diff.old.as_deref(), diff.new.as_deref());
        let mut label = label.as_str();
        if both || old.is_some() {
            lines.extend(value_lines(label, "- ", Tone::Bad, old));
            label = "";
        }
        if both || new.is_some() {
            lines.extend(value_lines(label, "+ ", Tone::Good, new));
        }
    }
    if lines.is_empty() {
        let text = "  nothing: every field is so already";
        lines.push(TextLine::new(Tone::Warning, text));
    }
    lines
}

/// A value, line by line, after a sign that can be told without colour; nothing where there is none.
fn value_lines(label: &str, sign: &str, tone: Tone, value: Option<&str>) -> Vec<TextLine> {
    let text = value.unwrap_or("none");
    let tone = if value.is_some() { tone } else { Tone::Muted };
    let mut label = label;
    text.lines()
        .map(|line| {
            let line = TextLine::member(label, tone, &format!("{sign}{line}"));
            label = "";
            line
        })
        .collect()
}

fn check_lines(review: &Review) -> Vec<TextLine> {
    let Some(preflight) = review.checks.value() else {
        let asking = review.asking.as_deref();
        let text = asking.unwrap_or("what they look at");
        return vec![
            TextLine::new(Tone::Busy, &format!("  {} asking… {text}", glyph::BUSY)),
            TextLine::new(
                Tone::Muted,
                "  role and trust, cluster, quota, add-ons, workloads, and your own permissions",
            ),
        ];
    };
    let mut lines = Vec::new();
    // What is in the way first; what is fine last, and short.
    for outcome in [
        Outcome::Blocking,
        Outcome::Warning,
        Outcome::Unknown,
        Outcome::Ok,
    ] {
        for check in preflight.with(outcome) {
            lines.extend(one_check(check));
        }
    }
    lines.extend(name_lines(preflight));
    lines
}

fn one_check(check: &Check) -> Vec<TextLine> {
    let (sign, tone) = match check.outcome {
        Outcome::Ok => (glyph::GOOD, Tone::Good),
        Outcome::Unknown => ("?", Tone::Warning),
        Outcome::Warning => (glyph::WARNING, Tone::Warning),
        Outcome::Blocking => (glyph::BAD, Tone::Bad),
    };
    let head = TextLine::new(tone, &format!("  {sign} {:<9}", check.outcome.word()))
        .with(Tone::Plain, &format!(" {}", check.title));
    if check.outcome == Outcome::Ok {
        let evidence = check.evidence.join("; ");
        return vec![head.with(Tone::Muted, &format!(": {evidence}"))];
    }
    let finding = check.evidence.first().map_or("", |finding| finding);
    let mut lines = vec![head.with(tone, &format!(": {finding}"))];
    for sentence in check.evidence.iter().skip(1) {
        lines.push(TextLine::new(Tone::Muted, &format!("      {sentence}")));
    }
    if let Some(fix) = &check.fix {
        lines.push(TextLine::new(Tone::Busy, "      fix: ").with(Tone::Plain, &fix.text));
        for line in fix.copy.as_deref().unwrap_or_default().lines() {
            lines.push(TextLine::new(Tone::Plain, &format!("        {line}")));
        }
    }
    lines
}

fn name_lines(preflight: &Preflight) -> Vec<TextLine> {
    let reasons = preflight.reasons_for_name();
    if reasons.is_empty() {
        return Vec::new();
    }
    let text = format!(
        "  The name must be typed, because {}",
        reasons.join(", and because ")
    );
    vec![TextLine::new(Tone::Warning, &text)]
}

fn warning_line(warning: &Warning) -> TextLine {
    TextLine::new(Tone::Warning, &format!("  {} ", glyph::WARNING))
        .with(Tone::Plain, &warning.to_string())
}

fn pod_lines(plan: &Plan) -> Vec<TextLine> {
    let mut lines = vec![TextLine::new(
        Tone::Plain,
        &format!("  {}", plan.pods().phrase()),
    )];
    let Some(counted) = plan.pods().counted() else {
        return lines;
    };
    lines.extend(counted.named().map(|pod| {
        let tone = match pod.uses {
            Verdict::Yes => Tone::Warning,
            Verdict::Unknown | Verdict::No => Tone::Muted,
        };
        let fate = Counted::fate(pod, plan.steps());
        TextLine::new(Tone::Name, &format!("    {}", pod.name)).with(tone, &format!("  {fate}"))
    }));
    let more = counted.unnamed();
    if more > 0 {
        lines.push(TextLine::new(Tone::Muted, &format!("    and {more} more")));
    }
    if let Some(afterwards) = counted.afterwards(plan.steps()) {
        lines.push(TextLine::new(Tone::Warning, &format!("    {afterwards}")));
    }
    lines
}

/// Before, mine and now, field by field, and what the way back would lose.
fn way_lines(way: &WayBack) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading(&format!(
        "{}: before, mine, and now",
        way.phrase()
    ))];
    if !way.link.with.is_empty() {
        let with = way.link.with.iter().map(EntryId::short);
        let text = format!(
            "  it was made together with {}, and all of it is brought back",
            with.collect::<Vec<_>>().join(", ")
        );
        lines.push(TextLine::new(Tone::Plain, &text));
    }
    for place in &way.places {
        lines.extend(place_lines(place));
    }
    lines.push(TextLine::empty());
    lines
}

fn place_lines(reversal: &Reversal) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for difference in &reversal.differences {
        let field = &difference.field;
        lines.push(TextLine::new(Tone::Name, &format!("  {field}")));
        let columns = [
            ("wanted again", difference.wanted.as_ref(), Tone::Good),
            ("as roledex left it", difference.left.as_ref(), Tone::Muted),
            ("as it is now", difference.now.as_ref(), Tone::Plain),
        ];
        for (label, value, tone) in columns {
            lines.push(TextLine::member(label, tone, &field.shown(value)));
        }
        if let Some(fate) = difference.fate() {
            let (tone, sign) = if difference.tramples() {
                (Tone::Bad, glyph::BAD)
            } else {
                (Tone::Warning, glyph::WARNING)
            };
            lines.push(TextLine::new(tone, &format!("    {sign} {fate}")));
        }
    }
    if let Some(replaced) = &reversal.replaced {
        let text = format!(
            "  {} {} was replaced: {} stands there now, and roledex did not put it there",
            glyph::WARNING,
            replaced.was,
            replaced.now
        );
        lines.push(TextLine::new(Tone::Warning, &text));
    }
    if reversal.recreates {
        let text = format!(
            "  {} it is created again: id, ARN and times are new, and the external id is read again",
            glyph::WARNING
        );
        lines.push(TextLine::new(Tone::Warning, &text));
    }
    lines
}

/// What can be copied: label, text, and what the text is.
pub(in crate::app) fn copies(review: &Review) -> Vec<(String, String, &'static str)> {
    let plan = &review.plan;
    let mut copies = Vec::new();
    for command in plan.commands().into_iter().flatten() {
        copies.push(("AWS CLI command".to_owned(), command, "command"));
    }
    for check in review
        .checks
        .value()
        .into_iter()
        .flat_map(Preflight::checks)
    {
        let fix = check.fix.as_ref();
        if let Some(text) = fix.and_then(|fix| fix.copy.clone()) {
            copies.push((format!("fix of the check {}", check.id), text, "fix"));
        }
    }
    for warning in plan.warnings() {
        if let Warning::StillIssued {
            role: Some(role), ..
        } = warning
            && let Some(known) = review.checks.known()
            && let Ok(text) = revoke_command(&role, known.at)
        {
            let label = "command that ends every session of the role".to_owned();
            copies.push((label, text, "command"));
        }
    }
    copies
}
