//! Roles: who uses them everywhere, and what IAM says of them.

mod reach;
mod users;

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;

use super::{Accounts, Fault, Harvest, Progress, Selection, TOGETHER, URGENCY};
use crate::cloud::{Cloud, Session, Urgency};
use crate::model::role::{RoleReference, RoleState};
use crate::model::usage::{self, Radius, RoleUsage};
use crate::model::{Arn, Failure, FailureKind, Route, Text};
use crate::ops::load;

/// Roles that are read together; the budget decides how many calls are on the wire.
const ROLES_TOGETHER: usize = TOGETHER * 2;

#[derive(Debug, Clone)]
pub struct RoleRow {
    /// What the role is called: by those who use it, or by IAM.
    pub arn: Text,
    /// The named profile through which IAM was asked, if there is a way to ask it.
    pub profile: Option<Text>,
    pub state: RoleState,
    /// Absent where nobody looked.
    pub usage: Option<RoleUsage>,
    /// The same down to the pods; absent where nobody looked that far.
    pub radius: Option<Radius>,
}

/// Every role that an association, an add-on or a service account of the selected clusters names.
pub async fn roles(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    mut progress: impl FnMut(Progress) + Send,
) -> Harvest<RoleRow> {
    let mut done = Progress::default();
    // What names roles is no row yet: many name one.
    let found = users::read(cloud, routes, selection, |progressed| {
        done = Progress {
            rows: 0,
            ..progressed
        };
        progress(done);
    });
    let (users, _, mut harvest) = found.await;
    let accounts = Accounts::of(cloud, URGENCY, routes).await;
    let asked = usage::by_role(users).into_iter().map(|usage| async {
        let (profile, state) = state(&accounts, &usage.role).await;
        (usage, profile, state)
    });
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let asked: Vec<_> = asked.collect();
    let mut asked = stream::iter(asked).buffered(ROLES_TOGETHER);
    while let Some((usage, profile, state)) = asked.next().await {
        let state = match state {
            Ok(state) => state,
            Err(fault) => {
                let reason = fault.failure.to_string().into();
                harvest.faults.push(*fault);
                RoleState::Unknown(reason)
            }
        };
        harvest.rows.push(RoleRow {
            arn: usage.role.clone(),
            profile,
            state,
            usage: Some(usage),
            radius: None,
        });
        done.rows += 1;
        progress(done);
    }
    harvest
}

/// What IAM says of a role, asked in the role's own account; and the profile that asked.
async fn state(accounts: &Accounts, role: &str) -> (Option<Text>, Result<RoleState, Box<Fault>>) {
    let arn = match RoleReference::parse(role) {
        Ok(RoleReference::Arn(arn)) => arn,
        Ok(RoleReference::Name(_)) => {
            return (
                None,
                Ok(RoleState::Unknown("it is not named by an ARN".into())),
            );
        }
        Err(error) => return (None, Ok(RoleState::Unknown(error.to_string().into()))),
    };
    let Some(session) = accounts.session(&arn) else {
        return (None, Ok(RoleState::Unknown(no_way(&arn).into())));
    };
    let route = session.route();
    let state = load::role_by_arn(session, URGENCY, &arn).await;
    let state = state.map_err(|failure| {
        Box::new(Fault {
            route: route.clone(),
            cluster: None,
            failure,
        })
    });
    (route.profile.clone(), state)
}

fn no_way(arn: &Arn) -> String {
    format!("no profile leads to account {}", arn.account())
}

/// A role by its ARN, or by its name in whichever account has it; with who uses it from any cluster of any account,
/// whom it reaches down to their pods, and what could not be read of that.
pub async fn one_role(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    reference: &RoleReference,
    now: fn() -> Timestamp,
    progress: impl FnMut(Progress) + Send,
) -> Result<(RoleRow, Vec<Failure>), Failure> {
    let mut row = find(cloud, routes, reference).await?;
    let everywhere = Selection::default();
    let (readings, sites, harvest) = users::read(cloud, routes, &everywhere, progress).await;
    let usage = usage::of_role(readings, &row.arn);
    let (radius, unread) = reach::read(&sites, usage.clone(), &row.state, now()).await;
    row.usage = Some(usage);
    row.radius = Some(radius);
    let mut failures = Vec::new();
    for (cluster, failure) in unread {
        // An API server that did not say who is annotated does not say who runs, either.
        let is_told = |fault: &Fault| {
            fault.cluster.as_ref() == Some(&cluster)
                && fault.failure.kind == failure.kind
                && fault.failure.cause == failure.cause
        };
        if !harvest.faults.iter().any(is_told) {
            failures.push(failure);
        }
    }
    let told = harvest.faults.into_iter().map(|fault| fault.failure);
    Ok((row, told.chain(failures).collect()))
}

async fn find(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    reference: &RoleReference,
) -> Result<RoleRow, Failure> {
    let urgency = Urgency::Interactive;
    let accounts = Accounts::of(cloud, urgency, routes).await;
    let doing = format!("find role {reference}");
    let missing = |cause: String| Failure::new(FailureKind::NotFound, doing.as_str(), cause);
    let unreachable = accounts.faults.first().map(|fault| fault.failure.clone());
    match reference {
        RoleReference::Arn(arn) => {
            let Some(session) = accounts.session(arn) else {
                // A profile that cannot say who it is may be the one.
                return Err(unreachable.unwrap_or_else(|| {
                    missing(no_way(arn)).hint("name a profile of that account with --profile")
                }));
            };
            match load::role_by_arn(session, urgency, arn).await? {
                RoleState::Missing => Err(missing(format!(
                    "account {} has no role with this ARN",
                    arn.account()
                ))),
                state => Ok(RoleRow {
                    arn: arn.text().clone(),
                    profile: session.route().profile.clone(),
                    state,
                    usage: None,
                    radius: None,
                }),
            }
        }
        RoleReference::Name(name) => {
            let (rows, failure) = by_name(&accounts, urgency, name).await;
            match rows.as_slice() {
                [row] => Ok(row.clone()),
                [] => Err(failure.or(unreachable).unwrap_or_else(|| {
                    let accounts = accounts.sessions().len();
                    missing(format!("none of the {accounts} accounts has it"))
                        .hint("--profile adds accounts; roledex get roles lists roles in use")
                })),
                several => {
                    let arns: Vec<&str> = several.iter().map(|row| &*row.arn).collect();
                    let cause = format!("{} accounts have a role of that name", several.len());
                    Err(Failure::new(FailureKind::Invalid, doing.as_str(), cause)
                        .hint(format!("name one of: {}", arns.join(", "))))
                }
            }
        }
    }
}

/// The roles of a name in all accounts, and why one of them could not be asked.
async fn by_name(
    accounts: &Accounts,
    urgency: Urgency,
    name: &str,
) -> (Vec<RoleRow>, Option<Failure>) {
    let ask = |session: Arc<Session>| async move {
        let found = load::role(&session, urgency, name).await;
        (session, found)
    };
    let asked: Vec<_> = accounts.sessions().cloned().map(ask).collect();
    let mut asked = stream::iter(asked).buffered(ROLES_TOGETHER);
    let (mut rows, mut failure) = (Vec::new(), None);
    while let Some((session, found)) = asked.next().await {
        match found {
            Ok(described) => rows.push(RoleRow {
                arn: described.value.arn.clone(),
                profile: session.route().profile.clone(),
                state: RoleState::Read(Box::new(described)),
                usage: None,
                radius: None,
            }),
            Err(missing) if missing.kind == FailureKind::NotFound => {}
            Err(other) => failure = failure.or(Some(other)),
        }
    }
    (rows, failure)
}
