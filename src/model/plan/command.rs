//! The commands of the AWS CLI that do the same as a plan.

use std::sync::Arc;

use serde_json::Value;

use crate::model::association::{Association, AssociationDetail, AssociationExtra, AssociationKey};
use crate::model::export::aws_cli::{self, Command};
use crate::model::export::{Exported, Skip, json};
use crate::model::plan::Plan;
use crate::model::plan::change::{Change, Edit, New, Setting};
use crate::model::plan::tags::TagEdit;

/// A command for a POSIX shell, or why none can be written.
pub type Written = Result<String, Skip>;

/// The commands in the order in which the plan makes its calls.
pub(super) fn of(plan: &Plan) -> Vec<Written> {
    match plan.change() {
        Change::Update(edit) if edit.is_empty() => Vec::new(),
        Change::Update(edit) => vec![update(plan, edit)],
        Change::Create(new) => vec![create(plan, new)],
        Change::Delete => vec![delete(plan)],
        Change::Tag(edit) => tag(plan, edit),
        Change::Move(new) => vec![create(plan, new), delete(plan)],
    }
}

fn profile(plan: &Plan) -> Option<&str> {
    plan.route().profile.as_deref()
}

/// The cluster and the id: an association is never found by its name.
fn subject(plan: &Plan) -> Result<Command, Skip> {
    let mut command = Command::default();
    command.option("--cluster-name", plan.cluster().name())?;
    command.option(
        "--association-id",
        plan.target().id.as_deref().unwrap_or_default(),
    )?;
    Ok(command)
}

fn update(plan: &Plan, edit: &Edit) -> Written {
    let mut command = subject(plan)?;
    if let Some(role) = &edit.role {
        command.option("--role-arn", role.as_str())?;
    }
    match &edit.target_role {
        Setting::Keep => {}
        Setting::Set(role) => command.option("--target-role-arn", role.as_str())?,
        Setting::Clear => command.option("--target-role-arn", "")?,
    }
    match edit.session_tags {
        Some(true) => command.flag("--no-disable-session-tags"),
        Some(false) => command.flag("--disable-session-tags"),
        None => {}
    }
    match &edit.policy {
        Setting::Keep => {}
        Setting::Set(policy) => command.policy(policy.text())?,
        Setting::Clear => command.option("--policy", "")?,
    }
    command.place(plan.cluster().region(), profile(plan))?;
    Ok(command.finished("update-pod-identity-association"))
}

fn create(plan: &Plan, new: &New) -> Written {
    let association = Association {
        key: AssociationKey {
            cluster: plan.cluster().clone(),
            id: "".into(),
        },
        namespace: new.namespace.clone(),
        service_account: new.service_account.clone(),
        arn: None,
        owner: None,
    };
    let detail = AssociationDetail {
        role: Some(new.role.arn().text().clone()),
        target_role: new
            .target_role
            .as_ref()
            .map(|role| role.arn().text().clone()),
        session_tags_disabled: new.session_tags.map(|on| !on),
        created: None,
        modified: None,
        extra: Some(Arc::new(AssociationExtra {
            tags: new.tags.map().clone(),
            external_id: None,
            policy: new.policy.as_ref().map(|policy| policy.text().clone()),
        })),
    };
    aws_cli::command(Exported {
        association: &association,
        detail: Ok(&detail),
        profile: profile(plan),
    })
}

fn delete(plan: &Plan) -> Written {
    let mut command = subject(plan)?;
    command.place(plan.cluster().region(), profile(plan))?;
    Ok(command.finished("delete-pod-identity-association"))
}

fn tag(plan: &Plan, edit: &TagEdit) -> Vec<Written> {
    let arn = plan.association_arn().unwrap_or_default();
    let with = |name: &str, fill: &dyn Fn(&mut Command) -> Result<(), Skip>| {
        let mut command = Command::default();
        command.option("--resource-arn", &arn)?;
        fill(&mut command)?;
        command.place(plan.cluster().region(), profile(plan))?;
        Ok(command.finished(name))
    };
    let mut commands = Vec::new();
    if !edit.set().is_empty() {
        let tags = edit.set().iter();
        commands.push(with("tag-resource", &|command| command.tags(tags.clone())));
    }
    if !edit.removed().is_empty() {
        // As JSON, because a key may start with a dash or hold blanks.
        let keys = edit.removed().iter().map(|key| Value::from(&**key));
        let keys = json::line(&keys.collect());
        commands.push(with("untag-resource", &|command| {
            command.option("--tag-keys", &keys)
        }));
    }
    commands
}
