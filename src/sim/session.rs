//! Sessions of roles: credentials that come into being while the world runs.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::identifier;
use super::policy::{self, Actor, Decision, Facts};
use super::state::{AccessKey, Caller, Role, State};

/// Credentials, and whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    pub(crate) caller: Caller,
}

/// Finds a role by its ARN, in any account of the world.
pub(crate) fn role<'s>(state: &'s State, arn: &str) -> Option<&'s Role> {
    let rest = arn.strip_prefix("arn:aws:iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    let role = state.accounts.get(account)?.roles.get(name)?;
    (role.arn == arn).then_some(role)
}

/// Makes a role anew. In the trust policies of others IAM shows the id of the old one from then on.
pub(crate) fn remake(state: &mut State, arn: &str, now: Timestamp) {
    let Some(old) = role(state, arn).map(|role| role.id.clone()) else {
        return;
    };
    let roles = state.accounts.values_mut();
    for role in roles.flat_map(|account| account.roles.values_mut()) {
        if role.arn == arn {
            role.id = identifier::role(&format!("{arn} since {now} {}", Uuid::new_v4()));
            role.created = now;
            role.last_used = None;
        }
        forget_principal(&mut role.trust, arn, &old);
    }
}

/// Puts the id of a principal that is gone in the place of its ARN.
fn forget_principal(trust: &mut Value, arn: &str, id: &str) {
    let Some(statements) = trust.get_mut("Statement") else {
        return;
    };
    let statements = match statements {
        Value::Array(statements) => statements.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for statement in statements {
        let Some(principals) = statement.pointer_mut("/Principal/AWS") else {
            continue;
        };
        let list = match principals {
            Value::Array(list) => list.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for name in list.iter_mut().filter(|name| **name == arn) {
            *name = Value::from(id);
        }
    }
}

/// Returns whether the trust policy of a role lets an actor do all of that.
pub(crate) fn is_trusted(role: &Role, actor: Actor<'_>, actions: &[&str], facts: &Facts) -> bool {
    actions
        .iter()
        .all(|action| policy::trust(&role.trust, actor, action, facts) == Decision::Allowed)
}

/// Returns what the policies of a role say of an action; those of AWS are known by their names.
pub(crate) fn decide(role: &Role, action: &str, resource: &str, facts: &Facts) -> Decision {
    let attached: Vec<Value> = role
        .attached
        .values()
        .map(|arn| super::iam::policy::document(arn))
        .collect();
    policy::identity(
        role.inline.values().chain(&attached),
        action,
        resource,
        facts,
    )
}

/// Makes credentials for a role, which are accepted from now on until they expire.
pub(crate) fn open(
    state: &mut State,
    role_arn: &str,
    name: &str,
    now: Timestamp,
    life: SignedDuration,
) -> Option<Session> {
    let (id, role_name) = {
        let role = role(state, role_arn)?;
        (role.id.clone(), role.name.clone())
    };
    let account_id = role_arn.split(':').nth(4)?.to_owned();
    let account = state.accounts.get_mut(&account_id)?;
    if let Some(role) = account.roles.get_mut(&role_name) {
        role.last_used = Some(now);
    }
    let seed = Uuid::new_v4().to_string();
    let key = identifier::role(&seed).replacen("AROA", "ASIA", 1);
    let token = identifier::hexadecimal(&format!("{seed}/token"));
    let session = Session {
        access_key_id: key.chars().take(20).collect(),
        secret: format!(
            "{}/{}",
            identifier::hexadecimal(&seed),
            identifier::association(&seed)
        ),
        token: format!("IQoJb3JpZ2luX2Vj{token}{}", identifier::hexadecimal(&token)),
        expires: now + life,
        caller: Caller {
            arn: format!("arn:aws:sts::{account_id}:assumed-role/{role_name}/{name}"),
            user_id: format!("{id}:{name}"),
            account: account_id,
        },
    };
    account
        .keys
        .retain(|key| key.expires.is_none_or(|expires| expires > now));
    account.keys.push(AccessKey {
        id: session.access_key_id.clone(),
        secret: session.secret.clone(),
        session_token: Some(session.token.clone()),
        caller: session.caller.clone(),
        expires: Some(session.expires),
    });
    Some(session)
}
