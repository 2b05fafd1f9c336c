//! Fingerprints of what was shown, so that nothing else can be approved.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::model::association::{
    Association, AssociationDetail, AssociationKey, AssociationRecord,
};
use crate::model::known::{Known, Origin};
use crate::model::plan::blast::{AffectedPod, BlastRadius, Counted, Fallback};
use crate::model::plan::change::{Change, Edit, New, Setting};
use crate::model::plan::definition::Definition;
use crate::model::plan::role::RoleArn;
use crate::model::plan::tags::TagEdit;
use crate::model::plan::{Plan, Target};
use crate::model::pod::Owner;
use crate::model::{Route, Text};

/// The fingerprint of something that was shown to a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Takes down values one after the other, each with its length, so that no two lists of values read the same.
#[derive(Default)]
pub(in crate::model) struct Ink(Sha256);

impl Ink {
    pub(in crate::model) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    pub(in crate::model) fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    pub(in crate::model) fn maybe(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    pub(in crate::model) fn each<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.number(items.len() as u64);
        items.for_each(|item| write(self, item));
    }

    pub(in crate::model) fn bytes(&mut self, digest: &Digest) {
        self.0.update(digest.0);
    }

    pub(in crate::model) fn dry(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// The fingerprint of a plan: diff, warnings and commands follow from what goes into it.
pub(super) fn of(plan: &Plan) -> Digest {
    let Plan {
        target:
            Target {
                cluster,
                namespace,
                service_account,
                id,
            },
        route:
            Route {
                profile,
                region,
                // Not shown: it decides only how a missing region is told.
                speculative: _,
            },
        caller,
        change: changed,
        before: found,
        after,
        pods,
    } = plan;
    let mut ink = Ink::default();
    ink.text(cluster.as_str());
    ink.text(namespace);
    ink.text(service_account);
    ink.maybe(id.as_deref());
    ink.maybe(profile.as_deref());
    ink.text(region.as_str());
    ink.maybe(caller.as_ref().map(|caller| &*caller.account));
    ink.maybe(caller.as_ref().map(|caller| &*caller.arn));
    change(&mut ink, changed);
    ink.each(found.iter(), before);
    ink.each(after.iter(), definition);
    blast(&mut ink, pods);
    ink.dry()
}

// Every struct is taken apart by name, so that a new member cannot be forgotten here.

fn change(ink: &mut Ink, change: &Change) {
    match change {
        Change::Update(update) => {
            ink.text("update");
            edit(ink, update);
        }
        Change::Create(created) => {
            ink.text("create");
            new(ink, created);
        }
        Change::Delete => ink.text("delete"),
        Change::Tag(tags) => {
            ink.text("tag");
            tag_edit(ink, tags);
        }
        Change::Move(to) => {
            ink.text("move");
            new(ink, to);
        }
    }
}

fn edit(ink: &mut Ink, edit: &Edit) {
    let Edit {
        role,
        target_role,
        session_tags,
        policy,
    } = edit;
    ink.maybe(role.as_ref().map(RoleArn::as_str));
    setting(ink, target_role, |role| role.as_str());
    ink.maybe(session_tags.map(on_or_off));
    setting(ink, policy, |policy| policy.text());
}

fn setting<T>(ink: &mut Ink, setting: &Setting<T>, text: impl Fn(&T) -> &str) {
    match setting {
        Setting::Keep => ink.text("keep"),
        Setting::Set(value) => {
            ink.text("set");
            ink.text(text(value));
        }
        Setting::Clear => ink.text("clear"),
    }
}

fn new(ink: &mut Ink, new: &New) {
    let New {
        namespace,
        service_account,
        role,
        target_role,
        session_tags,
        policy,
        tags,
    } = new;
    ink.text(namespace);
    ink.text(service_account);
    ink.text(role.as_str());
    ink.maybe(target_role.as_ref().map(RoleArn::as_str));
    ink.maybe(session_tags.map(on_or_off));
    ink.maybe(policy.as_ref().map(|policy| &**policy.text()));
    tag_map(ink, tags.map());
}

fn tag_edit(ink: &mut Ink, edit: &TagEdit) {
    tag_map(ink, edit.set());
    ink.each(edit.removed().iter(), |ink, key| ink.text(key));
}

fn tag_map(ink: &mut Ink, tags: &BTreeMap<Text, Text>) {
    ink.each(tags.iter(), |ink, (key, value)| {
        ink.text(key);
        ink.text(value);
    });
}

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn definition(ink: &mut Ink, definition: &Definition) {
    let Definition {
        namespace,
        service_account,
        role,
        target_role,
        session_tags,
        policy,
        tags,
    } = definition;
    ink.text(namespace);
    ink.text(service_account);
    ink.maybe(role.as_deref());
    ink.maybe(target_role.as_deref());
    ink.text(on_or_off(*session_tags));
    ink.maybe(policy.as_deref());
    tag_map(ink, tags);
}

fn before(ink: &mut Ink, before: &Known<AssociationRecord>) {
    let Known { value, origin, at } = before;
    ink.text(match origin {
        Origin::Cache => "cache",
        Origin::Live => "live",
    });
    ink.text(&at.to_string());
    record(ink, value);
}

fn record(ink: &mut Ink, record: &AssociationRecord) {
    let AssociationRecord {
        association,
        detail,
    } = record;
    let Association {
        key: AssociationKey { cluster, id },
        namespace,
        service_account,
        arn,
        owner,
    } = association;
    ink.text(cluster.as_str());
    ink.text(id);
    ink.text(namespace);
    ink.text(service_account);
    ink.maybe(arn.as_deref());
    ink.maybe(owner.as_deref());
    let AssociationDetail {
        role,
        target_role,
        session_tags_disabled,
        created,
        modified,
        extra: _,
    } = detail;
    ink.maybe(role.as_deref());
    ink.maybe(target_role.as_deref());
    ink.maybe(session_tags_disabled.map(on_or_off));
    for moment in [created, modified] {
        ink.maybe(moment.map(|moment| moment.to_string()).as_deref());
    }
    // Whether the rarer members are absent or all empty makes no difference.
    ink.maybe(detail.external_id().map(|id| &**id));
    ink.maybe(detail.policy().map(|policy| &**policy));
    let tags: BTreeMap<Text, Text> = detail
        .tags()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    tag_map(ink, &tags);
}

fn blast(ink: &mut Ink, radius: &BlastRadius) {
    let counted = match radius {
        BlastRadius::Unknown { why } => {
            ink.text("unknown");
            return ink.text(why);
        }
        BlastRadius::Counted(counted) => counted,
    };
    ink.text("counted");
    let Counted { pods, fallback, at } = counted;
    ink.text(&at.to_string());
    match fallback {
        Fallback::Irsa { role } => ink.maybe(Some(role)),
        Fallback::Nothing => ink.maybe(None),
        Fallback::Unknown => ink.text("unknown"),
    }
    ink.each(pods.iter(), |ink, pod| {
        let AffectedPod {
            name,
            workload,
            uses,
        } = pod;
        ink.text(name);
        ink.maybe(workload.as_ref().map(|Owner { kind, .. }| &**kind));
        ink.maybe(workload.as_ref().map(|Owner { name, .. }| &**name));
        ink.text(&uses.to_string());
    });
}
