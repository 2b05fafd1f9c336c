//! Whether the association is still what was shown, still free, and the caller's to change.

use crate::model::Learned;
use crate::model::export::Skip;
use crate::model::export::aws_cli::Command;
use crate::model::plan::{Change, Definition, Plan, Steps};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::evidence::Evidence;
use crate::model::text::visible;

/// Nobody changed it between the reading and now.
pub(super) fn current(plan: &Plan, evidence: &Evidence) -> Option<Check> {
    let before = &plan.before()?.value;
    let title = "association as it was read";
    let check = |outcome, text: String| Check::new(CheckId::Current, title, outcome, text);
    Some(match &evidence.current {
        Learned::Known(now) if now.association.key != before.association.key => check(
            Outcome::Unknown,
            "what was read again is another association".to_owned(),
        ),
        Learned::Known(now) => {
            let differs = Definition::of(before).differences(&Definition::of(now));
            if differs.is_empty() && now.association.owner == before.association.owner {
                return Some(check(
                    Outcome::Ok,
                    "unchanged, as it was read again".to_owned(),
                ));
            }
            let mut lines = differs
                .iter()
                .map(|field| format!("changed since: {field}"));
            let first = lines
                .next()
                .unwrap_or_else(|| "changed since: it has another owner".to_owned());
            let found = check(Outcome::Blocking, first);
            lines
                .fold(found, Check::and)
                .fix("make the plan again from what is there now")
        }
        Learned::Absent => check(
            Outcome::Blocking,
            "it is gone: somebody deleted it".to_owned(),
        )
        .fix("create it again if it is still wanted"),
        unknown => check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    })
}

/// EKS allows one association a service account.
pub(super) fn existing(plan: &Plan, evidence: &Evidence) -> Option<Check> {
    let (Change::Create(new) | Change::Move(new)) = plan.change() else {
        return None;
    };
    let name = format!("{}/{}", new.namespace, new.service_account);
    let name = visible(&name);
    let title = format!("association of {name}");
    let check = |outcome, text: String| Check::new(CheckId::Existing, &*title, outcome, text);
    Some(match &evidence.existing {
        Learned::Known(found)
            if (&found.namespace, &found.service_account)
                != (&new.namespace, &new.service_account) =>
        {
            let text = "what was found is for another service account";
            check(Outcome::Unknown, text.to_owned())
        }
        Learned::Known(found) => {
            let id = visible(&found.key.id);
            let found = check(
                Outcome::Blocking,
                format!("there is {id} already, and EKS allows one"),
            );
            found.fix_with(format!("change {id} instead"), id)
        }
        Learned::Absent => check(Outcome::Ok, "none yet".to_owned()),
        unknown => check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    })
}

/// An add-on makes its associations again as it wants them.
pub(super) fn add_on(plan: &Plan) -> Option<Check> {
    let association = &plan.before()?.value.association;
    let title = "owner of the association";
    let Some(add_on) = association.owner_name() else {
        let evidence = "no add-on, AWS names none";
        return Some(Check::new(CheckId::AddOn, title, Outcome::Ok, evidence));
    };
    let shown = visible(add_on);
    let owned = format!("the add-on {shown} owns it, and makes it again as it wants it");
    if plan.steps() == Steps::Tag {
        let check = Check::new(CheckId::AddOn, title, Outcome::Warning, owned);
        return Some(check.and("tags are lost when it does"));
    }
    let mut check = Check::new(CheckId::AddOn, title, Outcome::Blocking, owned);
    let role = match plan.change() {
        Change::Update(edit) => edit.role.as_ref(),
        _ => None,
    };
    if let Change::Update(edit) = plan.change()
        && (!edit.target_role.is_keep() || !edit.policy.is_keep() || edit.session_tags.is_some())
    {
        check = check.and("an add-on sets the role only: no target role, session tags or policy");
    }
    let (text, command) = match role {
        Some(role) => (
            "set the role through the add-on; the list is all that it shall have, so name its other service accounts too",
            update_command(plan, add_on, role.as_str()),
        ),
        None => (
            "change it through the add-on; see what it has now, then give update-addon the list that it shall have",
            describe_command(plan, add_on),
        ),
    };
    Some(match command {
        Ok(command) => check.fix_with(text, command),
        Err(skip) => check.fix(format!("{text} ({skip})")),
    })
}

fn of_add_on(plan: &Plan, owner: &str) -> Result<Command, Skip> {
    let mut command = Command::default();
    command.option("--cluster-name", plan.cluster().name())?;
    command.option("--addon-name", owner)?;
    Ok(command)
}

fn update_command(plan: &Plan, owner: &str, role: &str) -> Result<String, Skip> {
    let mut command = of_add_on(plan, owner)?;
    let account = &*plan.target().service_account;
    let wanted = serde_json::json!([{"serviceAccount": account, "roleArn": role}]);
    let wanted = crate::model::export::json::line(&wanted);
    command.option("--pod-identity-associations", &wanted)?;
    command.place(plan.cluster().region(), plan.route().profile.as_deref())?;
    Ok(command.finished("update-addon"))
}

fn describe_command(plan: &Plan, owner: &str) -> Result<String, Skip> {
    let mut command = of_add_on(plan, owner)?;
    command.place(plan.cluster().region(), plan.route().profile.as_deref())?;
    Ok(command.finished("describe-addon"))
}
