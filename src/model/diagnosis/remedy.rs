//! What mends a trouble, ready to be copied.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::Value;

use super::finding::{Remedy, RemedyKind};
use crate::model::export::{json, yaml};
use crate::model::pod::Pod;
use crate::model::text::{UnsafeWord, shell_word, visible};
use crate::model::{ClusterArn, Text};

/// Words for a person.
pub(in crate::model) fn advice(text: impl Into<Text>) -> Remedy {
    let text = text.into();
    Remedy {
        kind: RemedyKind::Advice,
        title: text.clone(),
        text,
    }
}

/// A command, or why none can be written.
pub(in crate::model) fn command(
    title: impl Into<Text>,
    written: Result<String, impl Display>,
) -> Remedy {
    let title = title.into();
    match written {
        Ok(text) => Remedy {
            kind: RemedyKind::Command,
            title,
            text: text.trim_end().into(),
        },
        Err(why) => advice(format!("{title}; no command can be written: {why}")),
    }
}

/// A statement of an IAM policy.
pub(in crate::model) fn statement(title: impl Into<Text>, statement: &Value) -> Remedy {
    Remedy {
        kind: RemedyKind::Statement,
        title: title.into(),
        text: json::pretty(statement).into(),
    }
}

/// A patch of a Kubernetes object.
pub(in crate::model) fn patch(title: impl Into<Text>, patch: &Value) -> Remedy {
    Remedy {
        kind: RemedyKind::Patch,
        title: title.into(),
        text: yaml::document(patch).trim_end().into(),
    }
}

/// `kubectl …`, quoted for a POSIX shell, for this cluster and no other.
///
/// `aws eks update-kubeconfig` names the context by the ARN; whoever has none of that name is told so by kubectl, and
/// changes nothing in whichever cluster came last.
pub(in crate::model) fn kubectl(
    cluster: &ClusterArn,
    arguments: &[&str],
) -> Result<String, UnsafeWord> {
    let mut line = "kubectl".to_owned();
    for argument in arguments.iter().chain(&["--context", cluster.as_str()]) {
        line.push(' ');
        line.push_str(&shell_word(argument)?);
    }
    Ok(line)
}

/// Restarts whatever made the pods, a remedy for each: the webhook writes into new pods only.
pub(in crate::model) fn restart<'p>(
    cluster: &ClusterArn,
    pods: impl IntoIterator<Item = &'p Pod>,
) -> Vec<Remedy> {
    let makers: BTreeSet<(Text, Option<(Text, Text)>)> = pods
        .into_iter()
        .map(|pod| {
            let maker = pod.workload().map(|owner| (owner.kind, owner.name));
            (pod.namespace.clone(), maker)
        })
        .collect();
    let makers = makers.into_iter();
    makers
        .map(|(namespace, maker)| match maker {
            Some((kind, name)) => restart_of(cluster, &namespace, &kind, &name),
            None => advice("delete the pods that nothing makes anew, and create them again"),
        })
        .collect()
}

fn restart_of(cluster: &ClusterArn, namespace: &str, kind: &str, name: &str) -> Remedy {
    let shown = visible(name);
    let what = match kind {
        "Deployment" => "deployment",
        "StatefulSet" => "statefulset",
        "DaemonSet" => "daemonset",
        "Job" => {
            return advice(format!(
                "delete the job {shown} and create it again: the pods of a job are not restarted"
            ));
        }
        kind => {
            let kind = visible(kind);
            return advice(format!(
                "delete the pods of {kind} {shown}, which makes them anew"
            ));
        }
    };
    let object = format!("{what}/{name}");
    let arguments = ["rollout", "restart", &object, "--namespace", namespace];
    let written = kubectl(cluster, &arguments);
    command(format!("restart {what} {shown}"), written)
}
