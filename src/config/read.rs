//! From TOML to settings, by hand: every refusal knows what it refuses and where it stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::near::unknown;
use super::{Config, ConfigError, Scope};
use crate::input::{Command, Key, Keymap};
use crate::model::ClusterArn;
use crate::model::pattern::{ClusterPattern, Glob};
use crate::theme::NAMES;

/// A refusal with the bytes that it is about.
#[derive(Debug)]
pub(super) struct Fault {
    span: Option<Range<usize>>,
    message: String,
}

impl Fault {
    pub(super) fn at(self, text: &str, origin: &str) -> ConfigError {
        let position = self.span.and_then(|span| {
            let before = text.get(..span.start)?;
            let line = before.matches('\n').count() + 1;
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            Some((line, before.get(start..)?.chars().count() + 1))
        });
        ConfigError {
            origin: origin.to_owned(),
            position,
            message: self.message,
        }
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

fn refuse<T>(span: Range<usize>, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        span: Some(span),
        message: message.into(),
    })
}

pub(super) fn config(text: &str) -> Result<Config, Fault> {
    let table = DeTable::parse(text).map_err(|error| Fault {
        span: error.span(),
        message: error.message().replace('\n', " "),
    })?;
    let mut config = Config::default();
    for (name, value) in table.get_ref() {
        match &**name.get_ref() {
            "scopes" => config.scopes = list(value, "scopes", scope)?,
            "read-only" => match value.get_ref().as_bool() {
                Some(everywhere) => config.guard.read_only = everywhere,
                None => config.guard.read_only_clusters = list(value, "read-only", pattern)?,
            },
            "protected" => config.guard.protected = list(value, "protected", pattern)?,
            "no-credential-tests" => {
                config.guard.no_credential_tests = list(value, "no-credential-tests", pattern)?;
            }
            "theme" => config.theme = theme(value)?,
            "kubernetes-contexts" => config.kubernetes_contexts = contexts(value)?,
            "keys" => config.keymap = keymap(value)?,
            other => {
                let known = [
                    "scopes",
                    "read-only",
                    "protected",
                    "no-credential-tests",
                    "theme",
                    "kubernetes-contexts",
                    "keys",
                ];
                return refuse(name.span(), unknown("setting", other, known));
            }
        }
    }
    Ok(config)
}

fn theme(value: &Value<'_>) -> Result<String, Fault> {
    let name = string(value, "theme")?;
    if NAMES.contains(&name) {
        Ok(name.to_owned())
    } else {
        refuse(value.span(), unknown("theme", name, NAMES))
    }
}

fn contexts(value: &Value<'_>) -> Result<BTreeMap<ClusterArn, String>, Fault> {
    let members = table(value, "kubernetes-contexts")?;
    let read = members.iter().map(|(name, value)| {
        let arn = ClusterArn::parse(name.get_ref()).map_err(|error| Fault {
            span: Some(name.span()),
            message: error.to_string(),
        })?;
        Ok((arn, filled(value, "a context")?.to_owned()))
    });
    read.collect()
}

fn scope(value: &Value<'_>) -> Result<Scope, Fault> {
    let mut scope = Scope::default();
    for (name, value) in table(value, "a scope")? {
        match &**name.get_ref() {
            "profile" => scope.profile = Some(filled(value, "profile")?.to_owned()),
            "regions" => {
                let region = |region: &Value<'_>| filled(region, "a region").map(str::to_owned);
                scope.regions = list(value, "regions", region)?;
            }
            other => {
                let message = unknown("setting of a scope", other, ["profile", "regions"]);
                return refuse(name.span(), message);
            }
        }
    }
    Ok(scope)
}

/// A pattern: text is short for a cluster's name.
fn pattern(value: &Value<'_>) -> Result<ClusterPattern, Fault> {
    if value.get_ref().is_str() {
        return Ok(ClusterPattern {
            cluster: Some(Glob::new(filled(value, "a pattern")?)),
            ..ClusterPattern::default()
        });
    }
    let mut pattern = ClusterPattern::default();
    let members = table(value, "a pattern")?;
    if members.is_empty() {
        // It would match everything, which nobody writes on purpose.
        let message = "this pattern is empty; { cluster = \"*\" } matches every cluster";
        return refuse(value.span(), message);
    }
    for (name, value) in members {
        let part = match &**name.get_ref() {
            "account" => &mut pattern.account,
            "profile" => &mut pattern.profile,
            "region" => &mut pattern.region,
            "cluster" => &mut pattern.cluster,
            other => {
                let known = ["account", "profile", "region", "cluster"];
                return refuse(name.span(), unknown("part of a pattern", other, known));
            }
        };
        *part = Some(Glob::new(filled(value, name.get_ref())?));
    }
    Ok(pattern)
}

fn keymap(value: &Value<'_>) -> Result<Keymap, Fault> {
    let mut overrides: BTreeMap<Command, Vec<Key>> = BTreeMap::new();
    let mut places: BTreeMap<(Command, Key), Range<usize>> = BTreeMap::new();
    for (name, value) in table(value, "keys")? {
        let written = &**name.get_ref();
        let Some(command) = Command::parse(written) else {
            let names = Command::ALL.iter().map(|command| command.name());
            return refuse(name.span(), unknown("command", written, names));
        };
        let keys = if value.get_ref().is_str() {
            vec![key(value)?]
        } else {
            list(value, written, key)?
        };
        for (key, span) in &keys {
            if places.insert((command, *key), span.clone()).is_some() {
                return refuse(span.clone(), format!("{key} is listed twice for {command}"));
            }
        }
        overrides.insert(command, keys.into_iter().map(|(key, _)| key).collect());
    }
    Keymap::with(&overrides).map_err(|conflict| {
        // At least one of the two is from this file; the later line is the one to look at.
        let spans =
            [conflict.first, conflict.second].map(|command| places.get(&(command, conflict.key)));
        let span = spans.into_iter().flatten().max_by_key(|span| span.start);
        Fault {
            span: span.cloned(),
            message: conflict.to_string(),
        }
    })
}

fn key(value: &Value<'_>) -> Result<(Key, Range<usize>), Fault> {
    let text = string(value, "a key")?;
    match text.parse::<Key>() {
        Ok(key) => Ok((key, value.span())),
        Err(error) => refuse(value.span(), error.to_string()),
    }
}

fn list<T>(
    value: &Value<'_>,
    what: &str,
    read: impl Fn(&Value<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    match value.get_ref().as_array() {
        Some(items) => items.iter().map(read).collect(),
        None => refuse(value.span(), expected(what, "a list", value)),
    }
}

fn table<'v, 'i>(value: &'v Value<'i>, what: &str) -> Result<&'v DeTable<'i>, Fault> {
    match value.get_ref().as_table() {
        Some(table) => Ok(table),
        None => refuse(value.span(), expected(what, "a table", value)),
    }
}

fn string<'v>(value: &'v Value<'_>, what: &str) -> Result<&'v str, Fault> {
    match value.get_ref().as_str() {
        Some(text) => Ok(text),
        None => refuse(value.span(), expected(what, "text in quotes", value)),
    }
}

fn filled<'v>(value: &'v Value<'_>, what: &str) -> Result<&'v str, Fault> {
    match string(value, what)? {
        "" => refuse(value.span(), format!("{what} is empty")),
        text => Ok(text),
    }
}

fn expected(what: &str, wanted: &str, value: &Value<'_>) -> String {
    let found = value.get_ref().type_str();
    format!("{what} must be {wanted}, and this is a TOML {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text, "c.toml").unwrap_err().to_string()
    }

    #[test]
    fn every_setting_is_read() {
        let text = r#"
theme = "mono"
read-only = ["prod-*"]
protected = ["live", { account = "1111*", region = "eu-?est-1" }]
no-credential-tests = ["secret"]

[[scopes]]
profile = "team/prod"
regions = ["eu-west-1", "all"]

[[scopes]]

[keys]
refresh = "f5"
zoom = []
top = ["home", "ctrl-home"]

[kubernetes-contexts]
"arn:aws:eks:eu-west-1:111122223333:cluster/live" = "live-admin"
"#;
        let config = Config::parse(text, "c.toml").unwrap();
        let glob = |text| Some(Glob::new(text));
        let cluster = |text| ClusterPattern {
            cluster: glob(text),
            ..ClusterPattern::default()
        };
        assert_eq!(
            (config.theme.as_str(), config.guard.read_only),
            ("mono", false)
        );
        assert_eq!(config.guard.read_only_clusters, [cluster("prod-*")]);
        let place = ClusterPattern {
            account: glob("1111*"),
            region: glob("eu-?est-1"),
            ..ClusterPattern::default()
        };
        assert_eq!(config.guard.protected, [cluster("live"), place]);
        assert_eq!(config.guard.no_credential_tests, [cluster("secret")]);
        let prod = Scope {
            profile: Some("team/prod".to_owned()),
            regions: vec!["eu-west-1".to_owned(), "all".to_owned()],
        };
        assert_eq!(config.scopes, [prod, Scope::default()]);
        let live = "arn:aws:eks:eu-west-1:111122223333:cluster/live";
        let live = (ClusterArn::parse(live).unwrap(), "live-admin".to_owned());
        assert_eq!(config.kubernetes_contexts, [live].into());
        assert_eq!(config.keymap.shown(Command::Refresh).unwrap(), "f5");
        assert_eq!(config.keymap.shown(Command::Zoom), None);
        assert_eq!(config.keymap.keys(Command::Top).len(), 2);
        assert!(
            Config::parse("read-only = true", "")
                .unwrap()
                .guard
                .read_only
        );
    }

    #[test]
    fn refusals_name_line_column_and_what_was_probably_meant() {
        for (text, expected) in [
            (
                "themes = 1",
                "1:1: there is no setting \"themes\"; did you mean theme?",
            ),
            (
                "\n  thema = 'x'",
                "2:3: there is no setting \"thema\"; did you mean theme?",
            ),
            (
                "theme = 1",
                "1:9: theme must be text in quotes, and this is a TOML integer",
            ),
            (
                "[[scopes]]\nregion = 'x'",
                "2:1: there is no setting of a scope \"region\"; did you mean regions?",
            ),
            ("[[scopes]]\nprofile = ''", "2:11: profile is empty"),
            (
                "[kubernetes-contexts]\nlive = 'x'",
                "2:1: \"live\" is not the ARN expected",
            ),
            (
                "[kubernetes-contexts]\n'arn:aws:eks:eu-west-1:111122223333:cluster/live' = ''",
                "2:53: a context is empty",
            ),
            (
                "protected = ['a', {}]",
                "1:19: this pattern is empty; { cluster = \"*\" } matches every cluster",
            ),
            (
                "protected = [{ name = 'x' }]",
                "1:16: there is no part of a pattern \"name\"; there are account, profile, region, cluster",
            ),
            (
                "read-only = 'x'",
                "1:13: read-only must be a list, and this is a TOML string",
            ),
            (
                "[keys]\nzooom = 'z'",
                "2:1: there is no command \"zooom\"; did you mean zoom?",
            ),
            (
                "[keys]\nfly-to-the-moon = 'z'",
                "2:1: there is no command \"fly-to-the-moon\"; roledex config sample lists them all",
            ),
            (
                "[keys]\nzoom = ['z', 'hyper-z']",
                "2:14: \"hyper-z\" is not a key",
            ),
            (
                "[keys]\nzoom = 'ctrl-r'",
                "2:8: ctrl-r is bound to both zoom and refresh",
            ),
            (
                "[keys]\nzoom = 'B'\nwide = ['é', 'B']",
                "3:14: B is bound to both zoom and wide",
            ),
            (
                "[keys]\nzoom = ['z', 'z']",
                "2:14: z is listed twice for zoom",
            ),
        ] {
            let message = refused(text);
            let expected = format!("c.toml:{expected}");
            assert!(
                message.starts_with(&expected),
                "{text}\n{message}\n{expected}"
            );
        }
        for (text, expected) in [
            (
                "theme = 'drak'",
                "c.toml:1:9: there is no theme \"drak\"; did you mean dark?",
            ),
            (
                "theme = ''",
                "c.toml:1:9: there is no theme \"\"; there are dark, light",
            ),
        ] {
            assert!(refused(text).starts_with(expected), "{}", refused(text));
        }
        // The parser's own words are not ours to test, its position is.
        for (text, place) in [
            ("theme = 'a'\ntheme = 'b'", "c.toml:2:"),
            ("theme = ", "c.toml:1:"),
        ] {
            assert!(refused(text).starts_with(place), "{}", refused(text));
        }
    }
}
