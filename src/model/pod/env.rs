//! The environment of a container, as far as it decides about credentials.
//!
//! Pod environments are full of secrets that are nobody's business here. What is not named in [`Variable`] is
//! dropped while decoding; of what is named, only the values that a rule needs are kept, and only in the form
//! that such a value has: a raw token in a variable that should hold a path is dropped as well.

mod keep;

use crate::model::Text;
use crate::model::pod::read::{Intern, Place, Unreadable};
use keep::Keep;

/// A variable that decides where an SDK finds its credentials, or whether it reaches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variable {
    FullUri,
    RelativeUri,
    TokenFile,
    /// The token itself, where a person set it by hand.
    Token,
    RoleArn,
    WebIdentityTokenFile,
    Region,
    DefaultRegion,
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    /// Read by the Go SDK only.
    OldAccessKey,
    /// Read by the Go SDK only.
    OldSecretKey,
    Profile,
    /// Read by botocore only.
    DefaultProfile,
    ConfigFile,
    SharedCredentialsFile,
    MetadataDisabled,
    HttpProxy,
    HttpProxyLower,
    HttpsProxy,
    HttpsProxyLower,
    AllProxy,
    AllProxyLower,
    NoProxy,
    NoProxyLower,
}

impl Variable {
    pub const ALL: [Self; 26] = [
        Self::FullUri,
        Self::RelativeUri,
        Self::TokenFile,
        Self::Token,
        Self::RoleArn,
        Self::WebIdentityTokenFile,
        Self::Region,
        Self::DefaultRegion,
        Self::AccessKeyId,
        Self::SecretAccessKey,
        Self::SessionToken,
        Self::OldAccessKey,
        Self::OldSecretKey,
        Self::Profile,
        Self::DefaultProfile,
        Self::ConfigFile,
        Self::SharedCredentialsFile,
        Self::MetadataDisabled,
        Self::HttpProxy,
        Self::HttpProxyLower,
        Self::HttpsProxy,
        Self::HttpsProxyLower,
        Self::AllProxy,
        Self::AllProxyLower,
        Self::NoProxy,
        Self::NoProxyLower,
    ];

    pub fn name(self) -> &'static str {
        self.facts().0
    }

    fn keep(self) -> Keep {
        self.facts().1
    }

    fn facts(self) -> (&'static str, Keep) {
        match self {
            Self::FullUri => ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Keep::Uri),
            Self::RelativeUri => ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Keep::UriPath),
            Self::TokenFile => ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Keep::FilePath),
            Self::Token => ("AWS_CONTAINER_AUTHORIZATION_TOKEN", Keep::Presence),
            Self::RoleArn => ("AWS_ROLE_ARN", Keep::RoleArn),
            Self::WebIdentityTokenFile => ("AWS_WEB_IDENTITY_TOKEN_FILE", Keep::FilePath),
            Self::Region => ("AWS_REGION", Keep::Region),
            Self::DefaultRegion => ("AWS_DEFAULT_REGION", Keep::Region),
            Self::AccessKeyId => ("AWS_ACCESS_KEY_ID", Keep::Presence),
            Self::SecretAccessKey => ("AWS_SECRET_ACCESS_KEY", Keep::Presence),
            Self::SessionToken => ("AWS_SESSION_TOKEN", Keep::Presence),
            Self::OldAccessKey => ("AWS_ACCESS_KEY", Keep::Presence),
            Self::OldSecretKey => ("AWS_SECRET_KEY", Keep::Presence),
            Self::Profile => ("AWS_PROFILE", Keep::Presence),
            Self::DefaultProfile => ("AWS_DEFAULT_PROFILE", Keep::Presence),
            Self::ConfigFile => ("AWS_CONFIG_FILE", Keep::Presence),
            Self::SharedCredentialsFile => ("AWS_SHARED_CREDENTIALS_FILE", Keep::Presence),
            Self::MetadataDisabled => ("AWS_EC2_METADATA_DISABLED", Keep::Switch),
            Self::HttpProxy => ("HTTP_PROXY", Keep::Origin),
            Self::HttpProxyLower => ("http_proxy", Keep::Origin),
            Self::HttpsProxy => ("HTTPS_PROXY", Keep::Origin),
            Self::HttpsProxyLower => ("https_proxy", Keep::Origin),
            Self::AllProxy => ("ALL_PROXY", Keep::Origin),
            Self::AllProxyLower => ("all_proxy", Keep::Origin),
            Self::NoProxy => ("NO_PROXY", Keep::Hosts),
            Self::NoProxyLower => ("no_proxy", Keep::Hosts),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|variable| variable.name() == name)
    }
}

/// What is known of a variable that a container defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Setting {
    /// Defined without a value: SDKs pass over it, yet the webhook counts it as defined.
    Empty,
    Literal(Text),
    /// It has a value, which was not kept.
    Withheld,
    /// Its value comes from elsewhere, so it is not known.
    Reference {
        source: Source,
        /// The variable is missing if its source is.
        optional: bool,
    },
}

/// Where a referenced value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    Secret,
    ConfigMap,
    /// A field of the pod or of its resources.
    Field,
    /// `$(OTHER)` in the value.
    Expansion,
    Other,
}

/// How sure it is that a variable, or a set of them, has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Likelihood {
    No,
    Maybe,
    Probably,
    Yes,
}

/// The variables of one container that matter, each once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Env(Box<[(Variable, Setting)]>);

impl Env {
    pub fn setting(&self, variable: Variable) -> Option<&Setting> {
        self.0
            .iter()
            .find(|(known, _)| *known == variable)
            .map(|(_, setting)| setting)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Variable, &Setting)> {
        self.0
            .iter()
            .map(|(variable, setting)| (*variable, setting))
    }

    /// Whether the container names the variable, even without a value; the webhook asks only this.
    pub fn defines(&self, variable: Variable) -> bool {
        self.setting(variable).is_some()
    }

    /// Whether an SDK finds a value.
    pub fn likelihood(&self, variable: Variable) -> Likelihood {
        match self.setting(variable) {
            None | Some(Setting::Empty) => Likelihood::No,
            Some(Setting::Literal(_) | Setting::Withheld) => Likelihood::Yes,
            Some(Setting::Reference { optional, .. }) => {
                if *optional {
                    Likelihood::Maybe
                } else {
                    Likelihood::Probably
                }
            }
        }
    }

    pub fn literal(&self, variable: Variable) -> Option<&Text> {
        match self.setting(variable)? {
            Setting::Literal(text) => Some(text),
            Setting::Empty | Setting::Withheld | Setting::Reference { .. } => None,
        }
    }

    /// Reads `env`; of two definitions of one name Kubernetes uses the later.
    pub(super) fn decode(
        place: &Place<'_, '_>,
        intern: &mut Intern<'_>,
    ) -> Result<Self, Unreadable> {
        let mut known: Vec<(Variable, Setting)> = Vec::new();
        place.each(|item| {
            let Some(variable) = item.at("name")?.text()?.and_then(Variable::parse) else {
                return Ok(());
            };
            let setting = decode_setting(variable, item, intern)?;
            known.retain(|(other, _)| *other != variable);
            known.push((variable, setting));
            Ok(())
        })?;
        known.sort_by_key(|(variable, _)| *variable);
        Ok(Self(known.into()))
    }
}

/// A ConfigMap or Secret whose entries all become variables; their names are not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvFrom {
    pub source: Source,
    pub name: Text,
    pub prefix: Text,
    pub optional: bool,
}

impl EnvFrom {
    /// Whether a variable that matters can come from here: with the prefix `DB_` none can.
    pub fn may_matter(&self) -> bool {
        Variable::ALL
            .iter()
            .any(|variable| variable.name().starts_with(&*self.prefix))
    }

    pub(super) fn decode(
        place: &Place<'_, '_>,
        intern: &mut Intern<'_>,
    ) -> Result<Self, Unreadable> {
        let (map, secret) = (place.at("configMapRef")?, place.at("secretRef")?);
        let (source, from) = if secret.is_present() {
            (Source::Secret, secret)
        } else if map.is_present() {
            (Source::ConfigMap, map)
        } else {
            (Source::Other, map)
        };
        Ok(Self {
            source,
            name: intern(from.at("name")?.text()?.unwrap_or_default()),
            prefix: intern(place.at("prefix")?.text()?.unwrap_or_default()),
            optional: from.at("optional")?.boolean()?.unwrap_or(false),
        })
    }
}

/// What may be shown of a value that an object holds literally; `None` for a value that may not.
pub(super) fn shown(name: &str, value: &str) -> Option<String> {
    if value.trim().is_empty() {
        return Some(String::new());
    }
    let variable = Variable::parse(name)?;
    match kept(variable, value, &mut |text| text.into()) {
        Setting::Literal(text) => Some(text.as_ref().to_owned()),
        Setting::Empty | Setting::Withheld | Setting::Reference { .. } => None,
    }
}

fn decode_setting(
    variable: Variable,
    item: &Place<'_, '_>,
    intern: &mut Intern<'_>,
) -> Result<Setting, Unreadable> {
    if let Some(value) = item.at("value")?.filled()? {
        return Ok(kept(variable, value, intern));
    }
    let from = item.at("valueFrom")?;
    if !from.is_present() {
        return Ok(Setting::Empty);
    }
    for (member, source) in [
        ("secretKeyRef", Source::Secret),
        ("configMapKeyRef", Source::ConfigMap),
        ("fieldRef", Source::Field),
        ("resourceFieldRef", Source::Field),
    ] {
        let reference = from.at(member)?;
        if reference.is_present() {
            let optional = reference.at("optional")?.boolean()?.unwrap_or(false);
            return Ok(Setting::Reference { source, optional });
        }
    }
    // A kind of source from a newer Kubernetes: nothing can be said about it.
    Ok(Setting::Reference {
        source: Source::Other,
        optional: true,
    })
}

fn kept(variable: Variable, value: &str, intern: &mut Intern<'_>) -> Setting {
    if value.contains("$(") {
        // It may expand to nothing, and what it expands to may be a secret.
        return Setting::Reference {
            source: Source::Expansion,
            optional: true,
        };
    }
    let value = value.trim();
    if value.is_empty() {
        return Setting::Empty;
    }
    variable
        .keep()
        .kept(value)
        .map_or(Setting::Withheld, |text| Setting::Literal(intern(&text)))
}
