//! What can be changed of an association, field by field.

use std::sync::Arc;

use crate::model::association::{AssociationDetail, AssociationExtra, AssociationRecord};
use crate::model::plan::Field;
use crate::model::plan::definition::Definition;
use crate::model::plan::invalid::{Invalid, Rule};
use crate::model::plan::name;
use crate::model::plan::policy::SessionPolicy;
use crate::model::plan::role::RoleArn;
use crate::model::plan::tags::{TagEdit, Tags};
use crate::model::{ClusterArn, Text};

/// What a plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// UpdatePodIdentityAssociation; only what differs from the record is in it.
    Update(Edit),
    Create(New),
    Delete,
    /// TagResource and UntagResource.
    Tag(TagEdit),
    /// EKS cannot move an association: the new one is created, then the old one is deleted.
    Move(New),
}

/// What happens to a field that can be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting<T> {
    #[default]
    Keep,
    Set(T),
    Clear,
}

/// Changes of one association; a field that is kept is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub role: Option<RoleArn>,
    pub target_role: Setting<RoleArn>,
    pub session_tags: Option<bool>,
    pub policy: Setting<SessionPolicy>,
}

/// An association that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    pub namespace: Text,
    pub service_account: Text,
    pub role: RoleArn,
    pub target_role: Option<RoleArn>,
    /// `None` leaves it to EKS, which sends them.
    pub session_tags: Option<bool>,
    pub policy: Option<SessionPolicy>,
    pub tags: Tags,
}

/// The fields of a form or of the command line, as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    pub role: Option<String>,
    pub target_role: Setting<String>,
    pub session_tags: Option<bool>,
    pub policy: Setting<String>,
}

impl<T> Setting<T> {
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    fn applied(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }

    fn read<U>(&self, read: impl FnOnce(&T) -> Result<U, Rule>) -> Result<Setting<U>, Rule> {
        Ok(match self {
            Self::Keep => Setting::Keep,
            Self::Set(value) => Setting::Set(read(value)?),
            Self::Clear => Setting::Clear,
        })
    }
}

impl Setting<String> {
    /// Reads an option of the command line: absent keeps, `none` clears.
    pub fn of_word(word: Option<&str>) -> Self {
        match word {
            None => Self::Keep,
            Some("none") => Self::Clear,
            Some(value) => Self::Set(value.to_owned()),
        }
    }
}

/// Keeps the value, or notes what is wrong with the field.
fn noted<T>(field: Field, read: Result<T, Rule>, wrong: &mut Vec<Invalid>) -> Option<T> {
    read.map_err(|rule| wrong.push(Invalid::new(field, rule)))
        .ok()
}

fn finished<T>(value: Option<T>, wrong: Vec<Invalid>) -> Result<T, Vec<Invalid>> {
    match value {
        Some(value) if wrong.is_empty() => Ok(value),
        _ => Err(wrong),
    }
}

impl Draft {
    /// The same with roles that were typed by their names written as ARNs in the cluster's account.
    ///
    /// A role can have a path, which only IAM knows; for the rules of what may be typed that makes no difference.
    #[must_use]
    pub fn with_arns(&self, cluster: &ClusterArn) -> Self {
        let written = |text: &String| match name_of_role(text) {
            Some(name) => format!(
                "arn:{}:iam::{}:role/{name}",
                cluster.partition(),
                cluster.account()
            ),
            None => text.clone(),
        };
        Self {
            role: self.role.as_ref().map(written),
            target_role: match &self.target_role {
                Setting::Set(text) => Setting::Set(written(text)),
                other => other.clone(),
            },
            ..self.clone()
        }
    }

    /// Reads every field, and says of each what is wrong with it.
    pub fn read(&self, cluster: &ClusterArn) -> Result<Edit, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let role = self.role.as_deref().map(|text| role_of(text, cluster));
        let role = noted(Field::Role, role.transpose(), &mut wrong);
        let target = self.target_role.read(|text| target_of(text, cluster));
        let target_role = noted(Field::TargetRole, target, &mut wrong);
        let policy = self.policy.read(|text| SessionPolicy::parse(text));
        let policy = noted(Field::Policy, policy, &mut wrong);
        let edit = Edit {
            role: role.flatten(),
            target_role: target_role.unwrap_or_default(),
            session_tags: self.session_tags,
            policy: policy.unwrap_or_default(),
        };
        finished(Some(edit), wrong)
    }
}

/// Reads the role of an association of this cluster.
pub fn role_of(text: &str, cluster: &ClusterArn) -> Result<RoleArn, Rule> {
    let role = RoleArn::parse(text)?;
    role.check_role(cluster)?;
    Ok(role)
}

/// Reads the target role of an association of this cluster.
pub fn target_of(text: &str, cluster: &ClusterArn) -> Result<RoleArn, Rule> {
    let role = RoleArn::parse(text)?;
    role.check_target(cluster)?;
    Ok(role)
}

impl Edit {
    /// What leads from one state of an association to another, for an undo.
    pub fn between(from: &AssociationDetail, to: &AssociationDetail) -> Result<Self, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let role = to.role.as_deref().map(RoleArn::parse).transpose();
        let target = to.target_role.as_deref().map(RoleArn::parse).transpose();
        let edit = Self {
            role: noted(Field::Role, role, &mut wrong).flatten(),
            target_role: wanted(noted(Field::TargetRole, target, &mut wrong).flatten()),
            session_tags: Some(to.session_tags()),
            policy: wanted(to.policy().map(SessionPolicy::as_read)),
        };
        finished(Some(edit.narrowed(&Definition::of_detail(from))), wrong)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The edit without what is so already, so that only differences are sent.
    pub(super) fn narrowed(&self, before: &Definition) -> Self {
        let is_same = |wanted: &RoleArn, found: Option<&Text>| {
            found.is_some_and(|found| **found == *wanted.as_str())
        };
        let role = self.role.clone();
        let target_role = match &self.target_role {
            Setting::Set(role) if is_same(role, before.target_role.as_ref()) => Setting::Keep,
            Setting::Clear if before.target_role.is_none() => Setting::Keep,
            setting => setting.clone(),
        };
        let policy = match (&self.policy, before.policy.as_deref()) {
            (Setting::Set(policy), Some(found)) if policy.means(found) => Setting::Keep,
            (Setting::Clear, None) => Setting::Keep,
            (setting, _) => setting.clone(),
        };
        Self {
            role: role.filter(|role| !is_same(role, before.role.as_ref())),
            target_role,
            session_tags: self.session_tags.filter(|on| *on != before.session_tags),
            policy,
        }
    }

    pub(super) fn applied(&self, before: &Definition) -> Definition {
        let role = self.role.as_ref().map(|role| role.arn().text().clone());
        let target = match &self.target_role {
            Setting::Keep => Setting::Keep,
            Setting::Set(role) => Setting::Set(role.arn().text().clone()),
            Setting::Clear => Setting::Clear,
        };
        let policy = match &self.policy {
            Setting::Keep => Setting::Keep,
            Setting::Set(policy) => Setting::Set(policy.text().clone()),
            Setting::Clear => Setting::Clear,
        };
        Definition {
            role: role.or_else(|| before.role.clone()),
            target_role: target.applied(before.target_role.clone()),
            session_tags: self.session_tags.unwrap_or(before.session_tags),
            policy: policy.applied(before.policy.clone()),
            ..before.clone()
        }
    }
}

/// The name in what was typed of a role, if it is no ARN.
pub fn name_of_role(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+=,.@_/-".contains(c);
    (!text.is_empty() && text.chars().all(is_plain)).then_some(text)
}

impl Edit {
    /// What it leaves of an association.
    pub(super) fn left(&self, before: &AssociationDetail) -> AssociationDetail {
        let text = |role: RoleArn| role.arn().text().clone();
        let extra = before.extra.as_deref().cloned().unwrap_or_default();
        let policy = match &self.policy {
            Setting::Keep => Setting::Keep,
            Setting::Set(policy) => Setting::Set(policy.text().clone()),
            Setting::Clear => Setting::Clear,
        };
        let target = match &self.target_role {
            Setting::Keep => Setting::Keep,
            Setting::Set(role) => Setting::Set(text(role.clone())),
            Setting::Clear => Setting::Clear,
        };
        AssociationDetail {
            role: self.role.clone().map(text).or_else(|| before.role.clone()),
            target_role: target.applied(before.target_role.clone()),
            session_tags_disabled: match self.session_tags {
                Some(on) => Some(!on),
                None => before.session_tags_disabled,
            },
            extra: Some(Arc::new(AssociationExtra {
                policy: policy.applied(extra.policy.clone()),
                ..extra
            })),
            ..before.clone()
        }
    }
}

fn wanted<T>(value: Option<T>) -> Setting<T> {
    value.map_or(Setting::Clear, Setting::Set)
}

impl New {
    /// Says which rules the names of a new association break.
    pub fn check_names(namespace: &str, service_account: &str) -> Result<(), Vec<Invalid>> {
        let mut wrong = Vec::new();
        noted(Field::Namespace, name::namespace(namespace), &mut wrong);
        let service_account = name::service_account(service_account);
        noted(Field::ServiceAccount, service_account, &mut wrong);
        finished(Some(()), wrong)
    }

    /// Reads the fields of a form, and says of each what is wrong with it.
    pub fn read<'a>(
        cluster: &ClusterArn,
        namespace: &str,
        service_account: &str,
        draft: &Draft,
        tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Invalid>> {
        let mut wrong = Vec::new();
        let namespace = noted(Field::Namespace, name::namespace(namespace), &mut wrong);
        let service_account = name::service_account(service_account);
        let service_account = noted(Field::ServiceAccount, service_account, &mut wrong);
        if draft.role.is_none() {
            wrong.push(Invalid::new(Field::Role, Rule::Missing));
        }
        let edit = draft.read(cluster).map_err(|more| wrong.extend(more)).ok();
        let tags = Tags::parse(tags).map_err(|more| wrong.extend(more)).ok();
        let new = || {
            let edit = edit?;
            Some(Self {
                namespace: namespace?,
                service_account: service_account?,
                role: edit.role?,
                target_role: edit.target_role.applied(None),
                session_tags: edit.session_tags,
                policy: edit.policy.applied(None),
                tags: tags?,
            })
        };
        finished(new(), wrong)
    }

    /// An association that was there before, with every field that can be set.
    pub fn again(record: &AssociationRecord) -> Result<Self, Vec<Invalid>> {
        let (association, detail) = (&record.association, &record.detail);
        let mut wrong = Vec::new();
        let role = detail.role.as_deref().ok_or(Rule::Missing);
        let role = noted(Field::Role, role.and_then(RoleArn::parse), &mut wrong);
        let target = detail.target_role.as_deref().map(RoleArn::parse);
        let target = noted(Field::TargetRole, target.transpose(), &mut wrong);
        let new = || {
            Some(Self {
                namespace: association.namespace.clone(),
                service_account: association.service_account.clone(),
                role: role?,
                target_role: target?,
                session_tags: detail.session_tags_disabled.map(|disabled| !disabled),
                policy: detail.policy().map(SessionPolicy::as_read),
                tags: Tags::as_read(detail.tags()),
            })
        };
        finished(new(), wrong)
    }

    /// The same under other names, with what is changed on the way.
    #[must_use]
    pub fn moved(self, namespace: Text, service_account: Text, edit: Edit) -> Self {
        Self {
            namespace,
            service_account,
            role: edit.role.unwrap_or(self.role),
            target_role: edit.target_role.applied(self.target_role),
            session_tags: edit.session_tags.or(self.session_tags),
            policy: edit.policy.applied(self.policy),
            tags: self.tags,
        }
    }

    /// What makes an association that exists already into this one; tags are another call.
    pub fn as_edit(&self) -> Edit {
        Edit {
            role: Some(self.role.clone()),
            target_role: wanted(self.target_role.clone()),
            session_tags: self.session_tags,
            policy: wanted(self.policy.clone()),
        }
    }

    /// The tags that an association that exists already would need.
    pub fn as_tag_edit(&self, existing: &AssociationDetail) -> TagEdit {
        let tags = existing.tags();
        let found = tags
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        TagEdit::between(&found, self.tags.map())
    }
}
