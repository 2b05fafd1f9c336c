//! A pod, explained container by container: who each of them is, why, and what speaks against it.

use crate::app::describe::TextLine;
use crate::app::describe::account::explanation;
use crate::app::describe::cluster;
use crate::app::describe::row::{from_cell, member, moment, not_given};
use crate::app::kubernetes::{ContainerKey, ContainerRow};
use crate::app::pane::{Tone, glyph, pods};
use crate::app::state::State;
use crate::model::census::{self, Picture};
use crate::model::identity::{Certainty, Injection, Withheld};
use crate::model::pod::ContainerKind;

pub(in crate::app) fn pod(state: &State, key: &ContainerKey, row: &ContainerRow) -> Vec<TextLine> {
    let (pod, now) = (&row.pod, state.now);
    let mut lines = vec![TextLine::heading(&format!(
        "Pod {}/{}",
        pod.namespace, pod.name
    ))];
    lines.extend(never_injected(row));
    lines.push(member("cluster", Some(key.cluster.as_str())));
    lines.push(member("service account", Some(&pod.service_account)));
    lines.push(member("state", Some(pod.phase.as_str())));
    lines.push(member("workload", row.workload.as_deref()));
    lines.push(member("node", pod.node.as_deref()));
    lines.push(member("compute", row.compute.as_deref()));
    lines.push(moment("created", pod.created, now));
    let explained = state
        .fleet
        .with_picture(&key.cluster, now, |cluster, picture| {
            let mut rows = picture.containers_of(pod);
            // The container under the cursor comes first.
            rows.sort_by_key(|row| row.verdict.container != key.container);
            for row in &rows {
                let key = ContainerKey {
                    container: row.verdict.container.clone(),
                    ..key.clone()
                };
                let known = state.fleet.containers.get(&key);
                let withheld = known.and_then(|row| row.withheld.as_deref());
                lines.extend(container(picture, row, withheld));
            }
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Kubernetes"));
            lines.extend(cluster::kubernetes(cluster, now));
        });
    if explained.is_none() {
        lines.push(TextLine::new(Tone::Warning, "its cluster is gone"));
    }
    lines
}

/// What a pod that the webhook passed over has to say before everything else.
pub(super) fn never_injected(row: &ContainerRow) -> Option<TextLine> {
    matches!(row.injection, Injection::Lacking { .. }).then(not_injected)
}

pub(super) fn not_injected() -> TextLine {
    let text = format!(
        "{} never injected: it holds neither the variables nor the token of Pod Identity; only a new pod gets them",
        glyph::WARNING
    );
    TextLine::new(Tone::Warning, &text)
}

fn container(
    picture: &Picture<'_>,
    row: &census::ContainerRow<'_>,
    withheld: Option<&Withheld>,
) -> Vec<TextLine> {
    let kind = match row.verdict.kind {
        ContainerKind::Main => "Container",
        ContainerKind::Init => "Init container",
        ContainerKind::Sidecar => "Sidecar",
        ContainerKind::Ephemeral => "Ephemeral container",
    };
    let mut lines = vec![TextLine::empty()];
    let title = format!("{kind} {}", row.verdict.container);
    lines.push(TextLine::heading(&title));
    let tone = match row.verdict.certainty {
        Certainty::Certain => Tone::Plain,
        Certainty::Likely | Certainty::Unknown => Tone::Warning,
    };
    lines.push(TextLine::member("identity", tone, &row.phrase()));
    let role = row.role().map(|role| &*role.arn);
    let unknown = (!pods::has_no_role(row.verdict.mechanism)).then_some("unknown");
    lines.push(member("role", role.or(unknown)));
    if let Some(through) = row.role().and_then(|role| role.through.as_deref()) {
        lines.push(member("through role", Some(through)));
    }
    lines.extend(not_given(withheld));
    lines.push(member("injected", Some(row.injection.word())));
    lines.push(from_cell("credentials", &pods::credentials(row.staleness)));
    lines.extend(explanation(&picture.explain_container(row)));
    lines
}
