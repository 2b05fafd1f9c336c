//! Answers of `AssumeRoleForPodIdentity`.

use crate::model::Learned;
use crate::model::arn::role_name;
use crate::model::diagnosis::remedy;
use crate::model::text::visible;
use crate::model::trust::{TargetHop, Tightness, statement_for, statement_for_target};

use super::{About, Explained};
use crate::model::Arn;
use crate::model::credential::flaw::Flaw;
use crate::model::credential::refusal::Refusal;

/// Explains why EKS Auth gave no credentials.
pub fn explain_assume(refusal: Refusal, about: &About<'_>) -> Explained {
    let explained = match refusal {
        Refusal::NoAssociation => no_association(about),
        Refusal::NoCluster => Explained::new(
            format!("EKS Auth knows no cluster {} there", about.cluster()),
            "the cluster is of another region or account than the call, or it was deleted",
        )
        .advice("check the region and the profile of the route"),
        Refusal::Role => role(about),
        Refusal::Caller => Explained::new(
            format!("{} may not ask EKS Auth", about.caller()),
            "the call is made with the caller's own permissions, as the agent makes it with those of the node; it says \
             nothing about the pod",
        )
        .remedy(about.permission()),
        Refusal::TokenExpired => token_expired(about),
        Refusal::InvalidToken => invalid_token(about),
        Refusal::InvalidParameter | Refusal::InvalidRequest => Explained::new(
            "EKS Auth cannot read the request",
            "the token is not as a token must be, or the name of the cluster is not",
        )
        .remedy(about.better_token()),
        Refusal::Throttled => Explained::new(
            "EKS Auth has too many questions at the moment",
            "the limit counts for the whole account and region; pods that start at once use it up, and agents ask again",
        )
        .advice("ask again in a minute; where pods meet it too, use the newest agent and spread roll-outs"),
        Refusal::Internal => Explained::new(
            "EKS Auth failed by itself",
            "the service had an error inside; it says nothing about the pod",
        )
        .advice("ask again; if it stays, look at the health of EKS in the region"),
        Refusal::Unavailable => Explained::new(
            "EKS Auth is not available",
            "the service turned the call away; it says nothing about the pod",
        )
        .advice("ask again; if it stays, look at the health of EKS in the region"),
        other => of_the_way(other, about),
    };
    with_words(explained, about)
}

/// Refusals that say nothing about the pod and nothing about EKS Auth.
fn of_the_way(refusal: Refusal, about: &About<'_>) -> Explained {
    let hint = |explained: Explained| match about.hint() {
        Some(hint) => explained.advice(hint),
        None => explained,
    };
    match refusal {
        Refusal::CallerExpired => hint(Explained::new(
            format!("the credentials of {} have expired", about.caller()),
            "these are the caller's own, not those of the pod and not the token",
        )),
        Refusal::CallerUnknown => hint(Explained::new(
            format!("AWS does not accept the credentials of {}", about.caller()),
            "the key is unknown in the region, or its secret is wrong; it says nothing about the pod",
        )),
        Refusal::Clock => Explained::new(
            "the clock of this machine is wrong",
            "AWS refuses a signature that is too old or from the future; a node with such a clock fails in the same way",
        )
        .advice("set the clock of this machine, and have it kept by NTP"),
        Refusal::NoCredentials => hint(Explained::new(
            "there are no credentials to ask with",
            "the profile gives none",
        )),
        Refusal::Unreachable | Refusal::Timeout => unreachable(about),
        Refusal::Unreadable => hint(Explained::new(
            "the answer of EKS Auth cannot be read",
            "something between roledex and AWS may have changed it",
        )),
        Refusal::Off => hint(Explained::new(
            "roledex did not ask",
            "read-only and no-credential-tests decide where credentials may be asked for",
        )),
        _ => hint(Explained::new(
            "EKS Auth answered something that this version does not know",
            "its own words say more",
        )),
    }
}

fn no_association(about: &About<'_>) -> Explained {
    let what = format!("EKS Auth knows no association for {}", whose(about));
    if about.is_of_another() {
        return Explained::new(
            what,
            format!(
                "the token that was given is not of {}, whose association this test looked at",
                about.name()
            ),
        )
        .remedy(about.better_token());
    }
    let why = match &about.known.association {
        Learned::Known(record) => {
            let id = visible(&record.association.key.id).into_owned();
            format!(
                "EKS has {id} for {}; it was made a moment ago and has not reached EKS Auth, or the token is somebody else's",
                about.name()
            )
        }
        _ => "namespace and service account must be those of an association, letter by letter"
            .to_owned(),
    };
    let explained = Explained::new(what, why);
    if about.known.association.known().is_some() {
        return explained.advice("wait some seconds and test again");
    }
    let test = about.test;
    let role = test.expected.role.as_deref().unwrap_or("ROLE_ARN");
    let written = about.aws(
        "eks",
        "create-pod-identity-association",
        &[
            ("--cluster-name", test.cluster.name()),
            ("--namespace", &test.namespace),
            ("--service-account", &test.service_account),
            ("--role-arn", role),
        ],
    );
    explained
        .remedy(remedy::command("create the association", written))
        .advice("then restart its pods: only new pods are told about it")
}

/// Whose token it was: that decides, and not whom the test is about.
fn whose(about: &About<'_>) -> String {
    let of_token = about.claims.and_then(super::Claims::account);
    visible(&of_token.unwrap_or_else(|| about.test.name())).into_owned()
}

fn role(about: &About<'_>) -> Explained {
    let known = about.known;
    if about.is_of_another() {
        let what = format!(
            "EKS may not assume the role of the association of {}",
            whose(about)
        );
        let why = format!(
            "the token that was given is not of {}, whose association this test looked at",
            about.name()
        );
        return Explained::new(what, why).remedy(about.better_token());
    }
    let name = match (known.target_arn(), known.role_arn()) {
        (Some(target), _)
            if known
                .causes(&about.test.cluster)
                .iter()
                .any(|cause| cause.contains("target role")) =>
        {
            format!("the target role {}", visible(role_name(target)))
        }
        (_, Some(role)) => format!("the role {}", visible(role_name(role))),
        (_, None) => "the role of the association".to_owned(),
    };
    let causes = known.causes(&about.test.cluster);
    let why = if causes.is_empty() {
        let mut others = vec![
            "a condition of the trust policy that cannot be seen from here",
            "a policy of the organisation",
        ];
        if known.target_arn().is_some() {
            others.insert(0, "the role may not assume the target role");
        }
        if known.hop().is_some_and(|hop| hop.session_tags) {
            others.push("session tags that are too long together (disableSessionTags drops them)");
        }
        let unknown = match known.role.unknown().filter(|_| known.role_arn().is_some()) {
            Some(why) => format!("whether the role is there is not known: {why}; otherwise "),
            None => "nothing is known to be wrong with role and trust policy; ".to_owned(),
        };
        format!("{unknown}it may be {}", others.join(", or "))
    } else {
        causes.join("; ")
    };
    let explained = Explained::new(format!("EKS may not assume {name}"), why);
    let explained = role_remedies(explained, about);
    if explained.remedies.is_empty() {
        return explained.advice(
            "look in CloudTrail for the AssumeRole that pods.eks.amazonaws.com made at this time: its errorMessage names \
             what denied it; if role or trust policy were changed a moment ago, test again in some seconds",
        );
    }
    explained
}

fn role_remedies(mut explained: Explained, about: &About<'_>) -> Explained {
    let (known, test) = (about.known, about.test);
    if known.role == Learned::Absent
        && let Some(record) = known.association.known()
    {
        let written = about.aws(
            "eks",
            "update-pod-identity-association",
            &[
                ("--cluster-name", test.cluster.name()),
                ("--association-id", &record.association.key.id),
                ("--role-arn", "ROLE_ARN"),
            ],
        );
        explained = explained.remedy(remedy::command(
            "give the association a role that exists",
            written,
        ));
        return explained
            .advice("or create the role again, with a trust policy for pods.eks.amazonaws.com");
    }
    if let (Some(trust), Some(hop)) = (known.trust(), known.hop())
        && !trust.verdict.is_yes()
    {
        for denial in trust.denials() {
            explained = explained.advice(format!("in the trust policy of the role: {denial}"));
        }
        if let Some(mend) = trust.remedy().filter(|_| trust.denials().is_empty()) {
            explained = explained.advice(format!("in the trust policy of the role: {mend}"));
        }
        // No Allow outweighs a Deny.
        if trust.denials().is_empty() {
            let statement = statement_for(&hop, Tightness::Workload);
            explained = explained.remedy(remedy::statement(
                "a statement for the trust policy of the role",
                &statement,
            ));
        }
    }
    let target = known.target_trust().filter(|trust| !trust.verdict.is_yes());
    let source = known.role_arn().and_then(|role| Arn::parse(role).ok());
    if let (Some(trust), Some(source), Some(hop)) = (target, source, known.hop()) {
        for denial in trust.denials() {
            explained =
                explained.advice(format!("in the trust policy of the target role: {denial}"));
        }
        if let Some(mend) = trust.remedy().filter(|_| trust.denials().is_empty()) {
            explained = explained.advice(format!("in the trust policy of the target role: {mend}"));
        }
        let record = known.association.known();
        let hop = TargetHop {
            source: hop,
            role: &source,
            external_id: record
                .and_then(|record| record.detail.external_id())
                .map(|id| &**id),
        };
        if trust.denials().is_empty() {
            let statement = statement_for_target(&hop, Tightness::Workload);
            explained = explained.remedy(remedy::statement(
                "a statement for the trust policy of the target role",
                &statement,
            ));
        }
    }
    explained
}

fn token_expired(about: &About<'_>) -> Explained {
    let when = about.claims.and_then(|claims| claims.expires);
    let what = match when {
        Some(at) => format!("the token expired at {at}"),
        None => "the token has expired".to_owned(),
    };
    Explained::new(
        what,
        "a token is good until its exp and no longer; an application must read the file anew each time, because the kubelet \
         replaces the token in it; a clock that is wrong makes the same trouble",
    )
    .remedy(about.better_token())
}

fn invalid_token(about: &About<'_>) -> Explained {
    let test = about.test;
    let issuer = about.known.issuer();
    let flaws: Vec<Flaw> = about
        .claims
        .map(|claims| {
            // Whether it has expired, EKS Auth says in another way.
            let then = claims.issued.or(claims.expires).unwrap_or_default();
            claims.flaws(issuer, &test.namespace, &test.service_account, then)
        })
        .unwrap_or_default();
    let decisive: Vec<String> = flaws
        .iter()
        .filter(|flaw| !matches!(flaw, Flaw::OtherAccount { .. } | Flaw::Expired { .. }))
        .map(ToString::to_string)
        .collect();
    let why = if decisive.is_empty() {
        "its claims look as they must, so it is the signature, a pod that is gone, or a key that the cluster does not use any \
         more"
            .to_owned()
    } else {
        decisive.join("; ")
    };
    Explained::new("EKS Auth does not take the token", why).remedy(about.better_token())
}

fn unreachable(about: &About<'_>) -> Explained {
    let region = about.test.cluster.region();
    let explained = Explained::new(
        "EKS Auth cannot be reached from here",
        "eks-auth has an endpoint of its own, which a network may not let through; it says nothing about the pod, whose agent \
         asks from its node",
    );
    let explained = match about.hint() {
        Some(hint) => explained.advice(hint),
        None => explained,
    };
    explained.advice(format!(
        "let https://eks-auth.{region}.api.aws through, or add the interface endpoint com.amazonaws.{region}.eks-auth; nodes need \
         the same"
    ))
}

/// Adds what the service itself said: it may know more.
fn with_words(mut explained: Explained, about: &About<'_>) -> Explained {
    explained.why = format!("{} (it said: {})", explained.why, about.said()).into();
    explained
}
