//! From what was asked for to a plan, on fresh ground.

use jiff::Timestamp;

use super::{by_name, find};
use crate::cloud::Urgency;
use crate::model::plan::{Basis, Draft, Edit, Invalid, New, Plan, TagEdit};
use crate::model::reference::AssociationReference;
use crate::model::{Association, AssociationRecord, Failure, Known};
use crate::ops::fleet::Site;
use crate::ops::preflight::{Surroundings, surroundings};

/// What a person asks for, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Update {
        association: AssociationReference,
        draft: Draft,
    },
    Create {
        namespace: String,
        service_account: String,
        draft: Draft,
        tags: Vec<(String, String)>,
    },
    Delete {
        association: AssociationReference,
    },
    Tag {
        association: AssociationReference,
        edit: TagEdit,
    },
    /// Another namespace or service account; what the draft says is changed on the way.
    Relocate {
        association: AssociationReference,
        namespace: String,
        service_account: String,
        draft: Draft,
    },
}

/// A plan, with what was found out around it on the way.
#[derive(Debug)]
pub struct Prepared {
    pub plan: Plan,
    pub surroundings: Surroundings,
    /// An association that has the names already which a creation wants: it can be edited instead.
    pub existing: Option<Association>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unprepared {
    /// What was typed breaks rules; nothing was asked of AWS for it.
    Invalid(Vec<Invalid>),
    Failure(Failure),
}

impl From<Failure> for Unprepared {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Vec<Invalid>> for Unprepared {
    fn from(invalid: Vec<Invalid>) -> Self {
        Self::Invalid(invalid)
    }
}

/// Reads what is to be changed and whom that reaches, and plans the change.
pub async fn prepare(
    site: &Site,
    request: &Request,
    now: fn() -> Timestamp,
) -> Result<Prepared, Unprepared> {
    let cluster = &site.arn;
    // What can be refused without a call is refused without one.
    match request {
        Request::Create {
            namespace,
            service_account,
            draft,
            tags,
        } => {
            let tags = tags.iter().map(|(key, value)| (&**key, &**value));
            let new = New::read(cluster, namespace, service_account, draft, tags)?;
            let ((basis, surroundings), existing) = tokio::try_join!(
                basis(site, namespace, service_account, now),
                by_name(&site.session, cluster, namespace, service_account),
            )?;
            Ok(Prepared {
                plan: Plan::create(basis, cluster.clone(), new)?,
                surroundings,
                existing,
            })
        }
        Request::Update { association, draft } => {
            let edit = draft.read(cluster)?;
            let before = read(site, association, now).await?;
            let (basis, surroundings) = of_record(site, &before.value, now).await?;
            Ok(Prepared {
                plan: Plan::update(basis, before, &edit)?,
                surroundings,
                existing: None,
            })
        }
        Request::Delete { association } => {
            let before = read(site, association, now).await?;
            let (basis, surroundings) = of_record(site, &before.value, now).await?;
            Ok(Prepared {
                plan: Plan::delete(basis, before)?,
                surroundings,
                existing: None,
            })
        }
        Request::Tag { association, edit } => {
            let before = read(site, association, now).await?;
            let (basis, surroundings) = of_record(site, &before.value, now).await?;
            Ok(Prepared {
                plan: Plan::tag(basis, before, edit)?,
                surroundings,
                existing: None,
            })
        }
        Request::Relocate {
            association,
            namespace,
            service_account,
            draft,
        } => {
            let edit = draft.read(cluster)?;
            let before = read(site, association, now).await?;
            let (basis, surroundings) = of_record(site, &before.value, now).await?;
            let existing = by_name(&site.session, cluster, namespace, service_account).await?;
            let plan = Plan::relocate(basis, before, namespace, service_account, edit)?;
            Ok(Prepared {
                plan,
                surroundings,
                existing,
            })
        }
    }
}

/// Plans on a record that was read already, such as one that an undo compares with.
pub async fn replan(
    site: &Site,
    names: (&str, &str),
    now: fn() -> Timestamp,
    plan: impl FnOnce(Basis) -> Result<Plan, Vec<Invalid>>,
) -> Result<Prepared, Unprepared> {
    let (basis, surroundings) = basis(site, names.0, names.1, now).await?;
    Ok(Prepared {
        plan: plan(basis)?,
        surroundings,
        existing: None,
    })
}

/// Changes an association, and its tags: two calls of EKS, so two plans, where both differ.
pub async fn edited(
    site: &Site,
    before: &Known<AssociationRecord>,
    edit: &Edit,
    tags: &TagEdit,
    now: fn() -> Timestamp,
) -> Result<Vec<Prepared>, Unprepared> {
    let found = &before.value.association;
    let (basis, surroundings) = basis(site, &found.namespace, &found.service_account, now).await?;
    let plans = Plan::edited(&basis, before, edit, tags)?;
    let prepared = plans.into_iter().map(|plan| Prepared {
        plan,
        surroundings: surroundings.clone(),
        existing: None,
    });
    Ok(prepared.collect())
}

async fn read(
    site: &Site,
    reference: &AssociationReference,
    now: fn() -> Timestamp,
) -> Result<Known<AssociationRecord>, Failure> {
    let described = find(&site.session, &site.arn, reference).await?;
    Ok(Known::live(described.value, now()))
}

async fn of_record(
    site: &Site,
    record: &AssociationRecord,
    now: fn() -> Timestamp,
) -> Result<(Basis, Surroundings), Failure> {
    let Association {
        namespace,
        service_account,
        ..
    } = &record.association;
    basis(site, namespace, service_account, now).await
}

async fn basis(
    site: &Site,
    namespace: &str,
    service_account: &str,
    now: fn() -> Timestamp,
) -> Result<(Basis, Surroundings), Failure> {
    let caller = site.session.caller(Urgency::Interactive).await?;
    // Boxed, because it makes many calls side by side.
    let surroundings = Box::pin(surroundings(site, namespace, service_account, now())).await;
    let basis = Basis {
        route: site.session.route().clone(),
        caller: Some(caller),
        pods: surroundings.pods.clone(),
    };
    Ok((basis, surroundings))
}
