//! EKS Auth: credentials for a pod, in exchange for its token.

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::call::Call;
use super::failure::{Code, Failure};
use super::kube::{AUDIENCE, Claims, Refused};
use super::policy::{Actor, Decision, Facts};
use super::reply::{self, Reply};
use super::session::{self, Session};
use super::state::{Association, State};

const LIFE: SignedDuration = SignedDuration::from_hours(6);
const CHAINED_LIFE: SignedDuration = SignedDuration::from_hours(1);
const SERVICE: &str = "pods.eks.amazonaws.com";

pub(crate) fn assume(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let token = match call.text("token")? {
        Some(token) if !token.is_empty() => token,
        _ => return Err(invalid("The parameter token is required.")),
    };
    let cluster = call.cluster(state)?;
    let claims = Claims::read(token, cluster.issuer(), call.now).map_err(refused)?;
    let association = cluster
        .associations
        .values()
        .find(|one| {
            one.namespace == claims.namespace && one.service_account == claims.service_account
        })
        .cloned()
        .ok_or_else(|| {
            Failure::resource_not_found(
                "The token included in the request has no service account role association for it.",
            )
        })?;
    let (arn, name) = (cluster.arn.clone(), cluster.name.clone());
    let association_arn =
        reply::association_arn(&cluster.region, &cluster.account, &name, &association.id);
    let tags = tags(&arn, &name, &claims);
    let session_name = session_name(&name, &claims.pod);
    let session = first_hop(call, state, &association, &arn, &tags)
        .and_then(|()| session::open(state, &association.role_arn, &session_name, call.now, LIFE))
        .ok_or_else(denied)?;
    let session = match &association.target_role_arn {
        None => session,
        Some(target) => second_hop(call, state, &association, target, &tags)
            .and_then(|()| session::open(state, target, &session_name, call.now, CHAINED_LIFE))
            .ok_or_else(denied)?,
    };
    let Session {
        access_key_id,
        secret,
        token,
        expires,
        caller,
    } = session;
    Ok(Reply::Json(json!({
        "subject": {"namespace": claims.namespace, "serviceAccount": claims.service_account},
        "audience": AUDIENCE,
        "podIdentityAssociation": {
            "associationArn": association_arn,
            "associationId": association.id,
        },
        "assumedRoleUser": {"arn": caller.arn, "assumeRoleId": caller.user_id},
        "credentials": {
            "sessionToken": token,
            "secretAccessKey": secret,
            "accessKeyId": access_key_id,
            "expiration": expires.as_second(),
        },
    })))
}

/// Returns the session tags, which travel on from role to role.
fn tags(arn: &str, name: &str, claims: &Claims) -> Facts {
    [
        ("eks-cluster-arn", arn),
        ("eks-cluster-name", name),
        ("kubernetes-namespace", &claims.namespace),
        ("kubernetes-service-account", &claims.service_account),
        ("kubernetes-pod-name", &claims.pod),
        ("kubernetes-pod-uid", &claims.pod_uid),
    ]
    .into_iter()
    .flat_map(|(key, value)| {
        [
            (format!("aws:RequestTag/{key}"), value.to_owned()),
            ("aws:TagKeys".to_owned(), key.to_owned()),
        ]
    })
    .collect()
}

fn session_name(cluster: &str, pod: &str) -> String {
    let cut = |text: &str| text.chars().take(10).collect::<String>();
    format!("eks-{}-{}-{}", cut(cluster), cut(pod), Uuid::new_v4())
}

fn actions(association: &Association) -> &'static [&'static str] {
    if association.session_tags_disabled {
        &["sts:AssumeRole"]
    } else {
        &["sts:AssumeRole", "sts:TagSession"]
    }
}

/// Lets the service assume the association's role.
fn first_hop(
    call: &Call<'_>,
    state: &State,
    association: &Association,
    cluster: &str,
    tags: &Facts,
) -> Option<()> {
    let role = session::role(state, &association.role_arn)?;
    let mut facts = vec![
        ("aws:SourceArn".to_owned(), cluster.to_owned()),
        ("aws:SourceAccount".to_owned(), call.caller.account.clone()),
    ];
    if !association.session_tags_disabled {
        facts.extend(tags.iter().cloned());
    }
    let actor = Actor::Service(SERVICE);
    session::is_trusted(role, actor, actions(association), &facts).then_some(())
}

/// Lets that role assume the target role: both sides have to allow it.
fn second_hop(
    call: &Call<'_>,
    state: &State,
    association: &Association,
    target: &str,
    tags: &Facts,
) -> Option<()> {
    let first = session::role(state, &association.role_arn)?;
    let second = session::role(state, target)?;
    let external_id = format!(
        "{}/{}/{}/{}/{}",
        call.region,
        call.caller.account,
        call.label("name"),
        association.namespace,
        association.service_account
    );
    let mut facts = vec![
        ("sts:ExternalId".to_owned(), external_id),
        ("aws:PrincipalArn".to_owned(), first.arn.clone()),
        (
            "aws:PrincipalAccount".to_owned(),
            call.caller.account.clone(),
        ),
    ];
    if !association.session_tags_disabled {
        facts.extend(tags.iter().cloned());
    }
    let actor = Actor::Principal {
        account: &call.caller.account,
        arn: &first.arn,
    };
    let may = actions(association)
        .iter()
        .all(|action| session::decide(first, action, target, &facts) == Decision::Allowed);
    (may && session::is_trusted(second, actor, actions(association), &facts)).then_some(())
}

fn denied() -> Failure {
    with_status(
        "AccessDeniedException",
        "Unauthorized Exception! EKS does not have permissions to assume the associated role.",
    )
}

fn refused(refused: Refused) -> Failure {
    let invalid_token = |message| with_status("InvalidTokenException", message);
    match refused {
        Refused::Malformed => invalid("The token included in the request is malformed."),
        Refused::Signature => {
            invalid_token("The token included in the request has an invalid signature.")
        }
        Refused::Issuer => {
            invalid_token("The issuer of the token included in the request is not this cluster.")
        }
        Refused::Audience => invalid_token(
            "The audience of the token included in the request is not pods.eks.amazonaws.com.",
        ),
        Refused::Expired => with_status(
            "ExpiredTokenException",
            "The token included in the request is expired.",
        ),
        Refused::NotYetValid => {
            invalid_token("The token included in the request is not valid yet.")
        }
        Refused::NotBound => {
            invalid_token("The token included in the request is not bound to a pod.")
        }
    }
}

fn invalid(message: &str) -> Failure {
    Failure::new(Code::InvalidParameter, message)
}

/// Refuses with a code that this service gives another status than the rest of AWS does.
fn with_status(code: &str, message: &str) -> Failure {
    let code = Code::Other {
        code: code.to_owned(),
        status: 400,
    };
    Failure::new(code, message)
}
