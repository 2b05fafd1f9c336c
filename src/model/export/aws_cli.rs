//! The AWS CLI command that makes an association again.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Exported, Skip, json};
use crate::model::Text;
use crate::model::text::shell_word;

/// `aws eks create-pod-identity-association …` with every argument, one a line.
pub fn command(row: Exported<'_>) -> Result<String, Skip> {
    let definition = row.definition()?;
    let (association, detail) = (definition.association, definition.detail);
    let cluster = &association.key.cluster;
    let mut command = Command::default();
    command.option("--cluster-name", cluster.name())?;
    command.option("--namespace", &association.namespace)?;
    command.option("--service-account", &association.service_account)?;
    command.option("--role-arn", definition.role)?;
    if let Some(target) = &detail.target_role {
        command.option("--target-role-arn", target)?;
    }
    match detail.session_tags_disabled {
        Some(true) => command.flag("--disable-session-tags"),
        Some(false) => command.flag("--no-disable-session-tags"),
        None => {}
    }
    if let Some(policy) = detail.policy() {
        command.policy(policy)?;
    }
    command.tags(detail.tags())?;
    command.place(cluster.region(), definition.profile)?;
    Ok(command.finished("create-pod-identity-association"))
}

/// The command, or the comment that says why there is none.
pub fn command_or_comment(row: Exported<'_>) -> String {
    command(row).unwrap_or_else(|skip| format!("{}\n", row.skipped(&skip)))
}

/// A command of the AWS CLI, an argument a line.
#[derive(Default)]
pub(in crate::model) struct Command {
    lines: Vec<String>,
}

impl Command {
    pub(in crate::model) fn flag(&mut self, name: &str) {
        self.lines.push(name.to_owned());
    }

    /// A session policy. It is usually indented; its line breaks mean nothing and must not be pasted.
    pub(in crate::model) fn policy(&mut self, policy: &str) -> Result<(), Skip> {
        let compact = json::parsed_exactly(policy).map(|value| json::line(&value));
        let policy = compact.map_or(Cow::Borrowed(policy), Cow::Owned);
        self.option("--policy", &policy)
    }

    /// Tags; the shorthand `key=value,…` cannot hold commas, equals signs or quotes, JSON holds everything.
    pub(in crate::model) fn tags<'a>(
        &mut self,
        tags: impl Iterator<Item = (&'a Text, &'a Text)>,
    ) -> Result<(), Skip> {
        let tags: Map<String, Value> = tags
            .map(|(key, value)| (key.to_string(), Value::from(&**value)))
            .collect();
        if tags.is_empty() {
            return Ok(());
        }
        self.option("--tags", &json::line(&Value::Object(tags)))
    }

    pub(in crate::model) fn place(
        &mut self,
        region: &str,
        profile: Option<&str>,
    ) -> Result<(), Skip> {
        self.option("--region", region)?;
        profile.map_or(Ok(()), |profile| self.option("--profile", profile))
    }

    pub(in crate::model) fn finished(self, operation: &str) -> String {
        self.finished_of("eks", operation)
    }

    /// The same for another service, such as `iam`.
    pub(in crate::model) fn finished_of(self, service: &str, operation: &str) -> String {
        let lines = self.lines.join(" \\\n  ");
        format!("aws {service} {operation} \\\n  {lines}\n")
    }

    pub(in crate::model) fn option(&mut self, name: &str, value: &str) -> Result<(), Skip> {
        // The AWS CLI replaces such values by what the file or address holds.
        let loaded = ["file://", "fileb://", "http://", "https://"];
        if loaded.iter().any(|prefix| value.starts_with(prefix)) {
            return Err(Skip::Unsafe(format!(
                "its {name} starts like the name of a file or address, which the AWS CLI would read"
            )));
        }
        let word = shell_word(value).map_err(|error| Skip::Unsafe(error.to_string()))?;
        let joint = if value.starts_with('-') { '=' } else { ' ' };
        self.lines.push(format!("{name}{joint}{word}"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::{HOSTILE, association, full};
    use crate::model::text::is_hidden;

    #[test]
    fn every_argument_comes_back_through_a_shell() {
        let policy = format!("{{\n  \"x\": [{}, \"it's\"]\n}}", Value::from(HOSTILE));
        let detail = full(&[("a", HOSTILE), ("b=,", "it's")], Some(&policy));
        let association = association(None);
        let text = command(Exported {
            association: &association,
            detail: Ok(&detail),
            profile: Some("team prod"),
        })
        .unwrap();
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)));
        let words = shlex::split(&text.replace("\\\n", " ")).unwrap();
        assert_eq!(
            words[..3],
            ["aws", "eks", "create-pod-identity-association"]
        );
        let value = |name: &str| {
            let at = words.iter().position(|word| word == name).unwrap();
            words[at + 1].as_str()
        };
        for (name, expected) in [
            ("--cluster-name", "shop"),
            ("--namespace", "payments"),
            ("--service-account", "api"),
            (
                "--role-arn",
                "arn:aws:iam::111122223333:role/team/payments-api",
            ),
            (
                "--target-role-arn",
                "arn:aws:iam::444455556666:role/vault-reader",
            ),
            ("--region", "us-west-2"),
            ("--profile", "team prod"),
        ] {
            assert_eq!(value(name), expected, "{name}");
        }
        assert!(words.iter().any(|word| word == "--disable-session-tags"));
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(
            parse(value("--tags")),
            serde_json::json!({"a": HOSTILE, "b=,": "it's"})
        );
        assert_eq!(parse(value("--policy")), parse(&policy));
    }

    #[test]
    fn what_a_terminal_or_the_cli_would_act_on_is_refused() {
        for (namespace, policy, expected) in [
            ("a\nb", None, "control characters"),
            ("ok", Some("not json\n"), "control characters"),
            ("ok", Some("file:///etc/passwd"), "would read"),
        ] {
            let mut association = association(None);
            association.namespace = namespace.into();
            let detail = full(&[], policy);
            let row = Exported {
                association: &association,
                detail: Ok(&detail),
                profile: None,
            };
            let refused = command(row).unwrap_err();
            assert!(refused.to_string().contains(expected), "{refused}");
            assert!(command_or_comment(row).starts_with("# skipped"));
        }
    }

    #[test]
    fn a_leading_dash_is_no_option() {
        let mut association = association(None);
        association.namespace = "-x".into();
        let detail = full(&[], None);
        let text = command(Exported {
            association: &association,
            detail: Ok(&detail),
            profile: None,
        });
        assert!(text.unwrap().contains("--namespace=-x"));
    }
}
