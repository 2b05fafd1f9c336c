//! Plans: what a change would do, all of it, as a value, before anything is asked of AWS to be done.
//!
//! ```text
//! what was typed ─ Draft::read, New::read, TagEdit::parse ─> Change ┐  (every rule that needs no call)
//! the record as it was read ────────────────────────────────────────┼─> Plan ─ shown ─> Reviewed ─┐
//! route, caller, pods ──────────────────────────────────────────────┘     └─> Preflight ──────────┴─> Approved<Plan>
//! ```
//!
//! A plan cannot be altered. What differs from it is another plan with another [`Digest`], and was not approved.

pub mod blast;
pub mod candidate;
pub mod change;
pub mod command;
mod definition;
mod diff;
mod digest;
mod gate;
mod invalid;
pub mod name;
mod policy;
mod role;
mod rules;
mod sheet;
mod tags;
mod warning;

use crate::model::association::{AssociationKey, AssociationRecord};
use crate::model::trust::{AssociationHop, expected_external_id};
use crate::model::{Caller, ClusterArn, Known, Route, Text};

pub use blast::{AffectedPod, BlastRadius, Counted, Fallback};
pub use candidate::{Candidate, Ranked, rank};
pub use change::{Change, Draft, Edit, New, Setting, name_of_role, role_of, target_of};
pub use definition::Definition;
pub use diff::{Field, FieldDiff};
pub use digest::Digest;
pub(in crate::model) use digest::Ink;
pub use gate::{Approved, Assent, Checks, NotApproved, Reviewable, Reviewed};
pub use invalid::{BadName, Invalid, Rule};
pub use policy::{LONGEST_POLICY, SessionPolicy};
pub use role::RoleArn;
pub use sheet::Line;
pub use tags::{LONGEST_KEY, LONGEST_VALUE, MOST_TAGS, TagEdit, Tags, is_reserved};
pub use warning::{Lifetime, Warning, revoke_command};

/// A change of one association, with everything that is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    target: Target,
    route: Route,
    caller: Option<Caller>,
    change: Change,
    before: Option<Known<AssociationRecord>>,
    after: Option<Definition>,
    pods: BlastRadius,
}

/// The association that a plan is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub cluster: ClusterArn,
    pub namespace: Text,
    pub service_account: Text,
    /// What the calls name it by; none for a creation.
    pub id: Option<Text>,
}

/// What every plan is made from, besides its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    pub route: Route,
    /// Who will make the calls, if STS said so.
    pub caller: Option<Caller>,
    pub pods: BlastRadius,
}

/// The calls of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Steps {
    Update,
    Create,
    Delete,
    Tag,
    /// A move: the new association first, so that a failure loses nothing.
    CreateAndDelete,
}

impl Plan {
    /// Changes an association; what is so already is left out.
    pub fn update(
        basis: Basis,
        before: Known<AssociationRecord>,
        edit: &Edit,
    ) -> Result<Self, Vec<Invalid>> {
        let found = Definition::of(&before.value);
        let edit = edit.narrowed(&found);
        let after = edit.applied(&found);
        let target = Target::of(&before.value);
        let mut wrong = rules::place(&basis, &target.cluster);
        wrong.extend(rules::subject(&before));
        let roles = (edit.role.as_ref(), edit.target_role.value());
        wrong.extend(rules::roles(roles.0, roles.1, &target.cluster));
        wrong.extend(rules::policy_and_tags(&after));
        let change = Change::Update(edit);
        finished(wrong, basis, target, change, Some(before), Some(after))
    }

    pub fn create(basis: Basis, cluster: ClusterArn, new: New) -> Result<Self, Vec<Invalid>> {
        let after = Definition::of_new(&new);
        let mut wrong = rules::place(&basis, &cluster);
        wrong.extend(rules::of_new(&new, &after, &cluster));
        let target = Target {
            cluster,
            namespace: new.namespace.clone(),
            service_account: new.service_account.clone(),
            id: None,
        };
        finished(wrong, basis, target, Change::Create(new), None, Some(after))
    }

    pub fn delete(basis: Basis, before: Known<AssociationRecord>) -> Result<Self, Vec<Invalid>> {
        let target = Target::of(&before.value);
        let mut wrong = rules::place(&basis, &target.cluster);
        wrong.extend(rules::subject(&before));
        finished(wrong, basis, target, Change::Delete, Some(before), None)
    }

    /// Sets and removes tags; what is so already is left out.
    pub fn tag(
        basis: Basis,
        before: Known<AssociationRecord>,
        edit: &TagEdit,
    ) -> Result<Self, Vec<Invalid>> {
        let found = Definition::of(&before.value);
        let edit = edit.narrowed(&found.tags);
        let after = Definition {
            tags: edit.applied(&found.tags),
            ..found.clone()
        };
        let target = Target::of(&before.value);
        let mut wrong = rules::place(&basis, &target.cluster);
        wrong.extend(rules::subject(&before));
        wrong.extend(tags::check_count(&found.tags, &after.tags));
        let change = Change::Tag(edit);
        finished(wrong, basis, target, change, Some(before), Some(after))
    }

    /// Changes an association, and its tags, which is another call: a plan for each that changes something.
    ///
    /// The second one is about what the first one will leave.
    pub fn edited(
        basis: &Basis,
        before: &Known<AssociationRecord>,
        edit: &Edit,
        tags: &TagEdit,
    ) -> Result<Vec<Self>, Vec<Invalid>> {
        let found = Definition::of(&before.value);
        let (edit, tags) = (edit.narrowed(&found), tags.narrowed(&found.tags));
        let mut plans = Vec::new();
        let mut left = before.clone();
        if !edit.is_empty() {
            plans.push(Self::update(basis.clone(), before.clone(), &edit)?);
            left.value.detail = edit.left(&before.value.detail);
        }
        if !tags.is_empty() {
            plans.push(Self::tag(basis.clone(), left, &tags)?);
        }
        Ok(plans)
    }

    /// Gives an association another namespace or service account, and changes it on the way.
    ///
    /// It stays in its cluster: another cluster means another account or region, and other credentials. Under the
    /// same names it is an update.
    pub fn relocate(
        basis: Basis,
        before: Known<AssociationRecord>,
        namespace: &str,
        service_account: &str,
        edit: Edit,
    ) -> Result<Self, Vec<Invalid>> {
        let found = &before.value.association;
        if (&*found.namespace, &*found.service_account) == (namespace, service_account) {
            return Self::update(basis, before, &edit);
        }
        let names = (
            name::namespace(namespace).map_err(|rule| Invalid::new(Field::Namespace, rule)),
            name::service_account(service_account)
                .map_err(|rule| Invalid::new(Field::ServiceAccount, rule)),
        );
        match (New::again(&before.value), names) {
            (Ok(new), (Ok(namespace), Ok(service_account))) => {
                Self::replace(basis, before, new.moved(namespace, service_account, edit))
            }
            (new, (namespace, service_account)) => {
                let mut wrong = rules::place(&basis, &before.value.association.key.cluster);
                wrong.extend(rules::subject(&before));
                wrong.extend(new.err().into_iter().flatten());
                wrong.extend(namespace.err());
                wrong.extend(service_account.err());
                Err(wrong)
            }
        }
    }

    /// Puts another association in the place of one: the new one is created, then the old one is deleted.
    pub fn replace(
        basis: Basis,
        before: Known<AssociationRecord>,
        new: New,
    ) -> Result<Self, Vec<Invalid>> {
        let target = Target::of(&before.value);
        let mut wrong = rules::place(&basis, &target.cluster);
        wrong.extend(rules::subject(&before));
        let after = Definition::of_new(&new);
        wrong.extend(rules::of_new(&new, &after, &target.cluster));
        let change = Change::Move(new);
        finished(wrong, basis, target, change, Some(before), Some(after))
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn cluster(&self) -> &ClusterArn {
        &self.target.cluster
    }

    /// The route that the calls take, and no other.
    pub fn route(&self) -> &Route {
        &self.route
    }

    pub fn caller(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    pub fn change(&self) -> &Change {
        &self.change
    }

    /// The full record as it was read, and when; none before a creation.
    pub fn before(&self) -> Option<&Known<AssociationRecord>> {
        self.before.as_ref()
    }

    /// How it shall be; none after a deletion.
    pub fn after(&self) -> Option<&Definition> {
        self.after.as_ref()
    }

    pub fn pods(&self) -> &BlastRadius {
        &self.pods
    }

    /// The ARN of the association as AWS sent it, or as AWS documents it; none before a creation.
    pub fn association_arn(&self) -> Option<String> {
        let association = &self.before.as_ref()?.value.association;
        let sent = association.arn.as_deref().map(str::to_owned);
        Some(sent.unwrap_or_else(|| self.target.arn_of_association(&association.key.id)))
    }

    pub fn steps(&self) -> Steps {
        match self.change {
            Change::Update(_) => Steps::Update,
            Change::Create(_) => Steps::Create,
            Change::Delete => Steps::Delete,
            Change::Tag(_) => Steps::Tag,
            Change::Move(_) => Steps::CreateAndDelete,
        }
    }

    /// Every field that differs.
    pub fn diff(&self) -> Vec<FieldDiff> {
        let before = self
            .before
            .as_ref()
            .map(|before| Definition::of(&before.value));
        diff::diff(before.as_ref(), self.after.as_ref())
    }

    pub fn warnings(&self) -> Vec<Warning> {
        warning::of(self)
    }

    /// The equivalent commands of the AWS CLI, in the order of the calls.
    pub fn commands(&self) -> Vec<command::Written> {
        command::of(self)
    }

    /// The external id of the association as it will be, by the documentation of EKS.
    pub fn expected_external_id(&self) -> String {
        self.hop()
            .as_ref()
            .map(expected_external_id)
            .unwrap_or_default()
    }

    /// The first hop as it will be, for the rules of trust; none after a deletion.
    pub fn hop(&self) -> Option<AssociationHop<'_>> {
        let after = self.after.as_ref()?;
        let association = match self.change {
            Change::Move(_) | Change::Create(_) => None,
            Change::Update(_) | Change::Delete | Change::Tag(_) => self
                .before
                .as_ref()
                .and_then(|before| before.value.association.arn.as_deref()),
        };
        Some(AssociationHop {
            cluster: &self.target.cluster,
            namespace: &after.namespace,
            service_account: &after.service_account,
            session_tags: after.session_tags,
            association,
        })
    }

    /// The fingerprint of all that is shown.
    pub fn digest(&self) -> Digest {
        digest::of(self)
    }
}

impl Target {
    fn of(record: &AssociationRecord) -> Self {
        let association = &record.association;
        Self {
            cluster: association.key.cluster.clone(),
            namespace: association.namespace.clone(),
            service_account: association.service_account.clone(),
            id: Some(association.key.id.clone()),
        }
    }

    /// How the association is called: `namespace/serviceaccount`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }

    pub fn key(&self) -> Option<AssociationKey> {
        let id = self.id.clone()?;
        let cluster = self.cluster.clone();
        Some(AssociationKey { cluster, id })
    }

    /// The ARN of one of the cluster's associations; `*` names them all.
    pub fn arn_of_association(&self, id: &str) -> String {
        let cluster = &self.cluster;
        format!(
            "arn:{}:eks:{}:{}:podidentityassociation/{}/{id}",
            cluster.partition(),
            cluster.region(),
            cluster.account(),
            cluster.name()
        )
    }
}

fn finished(
    wrong: Vec<Invalid>,
    basis: Basis,
    target: Target,
    change: Change,
    before: Option<Known<AssociationRecord>>,
    after: Option<Definition>,
) -> Result<Plan, Vec<Invalid>> {
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Plan {
        target,
        route: basis.route,
        caller: basis.caller,
        change,
        before,
        after,
        pods: basis.pods,
    })
}
