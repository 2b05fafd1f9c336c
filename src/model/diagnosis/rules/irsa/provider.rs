//! The OpenID Connect provider that IRSA rests on.

use std::collections::BTreeSet;

use super::{AUDIENCE, Annotated, annotated};
use crate::model::arn::account_of;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::{Finding, Look, OidcProvider, Remedy, Rule, Subject};
use crate::model::text::visible;
use crate::model::{Learned, Text};

const LIST: &str = "iam:ListOpenIDConnectProviders";
const GET: &str = "iam:GetOpenIDConnectProvider";

/// The issuer of the cluster without `https://`, or what it takes to know it.
pub(super) fn issuer<'a>(look: &Look<'a>) -> Result<&'a str, Text> {
    let cluster = match &look.evidence.cluster {
        Learned::Known(cluster) => cluster,
        unknown => {
            return Err(gap(unknown).unwrap_or_else(|| "EKS knows no such cluster".into()));
        }
    };
    let issuer = cluster.oidc_issuer.as_deref();
    let issuer = issuer.map(|issuer| issuer.strip_prefix("https://").unwrap_or(issuer));
    issuer.ok_or_else(|| "AWS sent no issuer of the cluster".into())
}

/// The ARN of the provider in an account.
pub(super) fn arn(look: &Look<'_>, account: &str, issuer: &str) -> String {
    let partition = look.evidence.arn.partition();
    format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}")
}

/// The service accounts that need a provider in the account of the cluster, and the provider if there is one.
enum Found<'a> {
    /// Nobody uses IRSA, or what it takes to know whether there is a provider.
    Nothing(Vec<Finding>),
    Provider {
        users: Vec<Annotated<'a>>,
        issuer: &'a str,
        provider: Option<&'a OidcProvider>,
        unknown: Vec<Finding>,
    },
}

fn find<'a>(rule: &Rule, look: &Look<'a>) -> Found<'a> {
    let (mut users, mut unknown) = annotated(rule, look);
    users.retain(|user| account_of(user.role) == Some(look.evidence.arn.account()));
    if users.is_empty() {
        return Found::Nothing(unknown);
    }
    let issuer = match issuer(look) {
        Ok(issuer) => issuer,
        Err(needs) => {
            unknown.push(rule.unknown(Subject::Cluster, needs));
            return Found::Nothing(unknown);
        }
    };
    let providers = match &look.evidence.oidc_providers {
        Learned::Known(providers) => providers.as_slice(),
        Learned::Absent => &[],
        other => {
            unknown.extend(gap(other).map(|needs| rule.unknown(Subject::Cluster, needs)));
            return Found::Nothing(unknown);
        }
    };
    let is_meant = |provider: &&OidcProvider| {
        let url = provider.url.strip_prefix("https://");
        url.unwrap_or(&provider.url) == issuer
    };
    let mut meant: Vec<_> = providers.iter().filter(is_meant).collect();
    meant.sort_by(|one, other| one.arn.cmp(&other.arn));
    Found::Provider {
        users,
        issuer,
        provider: meant.first().copied(),
        unknown,
    }
}

pub(super) fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let (users, issuer, provider, mut findings) = match find(rule, look) {
        Found::Nothing(unknown) => return unknown,
        Found::Provider {
            users,
            issuer,
            provider,
            unknown,
        } => (users, issuer, provider, unknown),
    };
    if provider.is_some() {
        return findings;
    }
    let summary = format!(
        "IAM has no OpenID Connect provider for the cluster, and {}",
        use_irsa(&users)
    );
    let url = format!("https://{issuer}");
    let finding = rule
        .found(Subject::Cluster, summary)
        .proof("eks:DescribeCluster", "cluster.identity.oidc.issuer", &*url)
        .proof(
            LIST,
            "OpenIDConnectProviderList[].Arn",
            format!("none that ends with {issuer}"),
        );
    let finding = named(finding, &users);
    findings.push(
        finding
            // The AWS CLI would take a URL for the address of a file; so it goes by `eksctl`.
            .remedy(command("create the provider", eksctl(look)))
            .remedy(advice(
                "or give the service accounts associations, which need no provider",
            )),
    );
    findings
}

fn eksctl(look: &Look<'_>) -> Result<String, crate::model::text::UnsafeWord> {
    let arn = &look.evidence.arn;
    let mut words = vec![
        "eksctl",
        "utils",
        "associate-iam-oidc-provider",
        "--cluster",
        arn.name(),
        "--region",
        arn.region(),
    ];
    if let Some(profile) = look.evidence.profile.as_deref() {
        words.extend(["--profile", profile]);
    }
    words.push("--approve");
    let words: Result<Vec<_>, _> = words
        .into_iter()
        .map(crate::model::text::shell_word)
        .collect();
    words.map(|words| words.join(" "))
}

pub(super) fn audience(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let (users, provider, mut findings) = match find(rule, look) {
        Found::Provider {
            users,
            provider: Some(provider),
            unknown,
            ..
        } => (users, provider, unknown),
        // Of a provider that is not there, another rule speaks.
        Found::Nothing(unknown) | Found::Provider { unknown, .. } => return unknown,
    };
    let known = match &provider.client_ids {
        Learned::Known(known) => known,
        // It is gone since it was listed.
        Learned::Absent => return findings,
        other => {
            findings.extend(gap(other).map(|needs| rule.unknown(Subject::Cluster, needs)));
            return findings;
        }
    };
    let wanted: BTreeSet<&str> = users.iter().map(Annotated::audience).collect();
    for audience in wanted {
        if known.iter().any(|id| **id == *audience) {
            continue;
        }
        let shown = visible(audience).into_owned();
        let summary = format!(
            "the OpenID Connect provider of the cluster does not know the audience {shown}"
        );
        let mut listed: Vec<&str> = known.iter().map(|id| &**id).collect();
        listed.sort_unstable();
        let finding = rule.found(Subject::Cluster, summary).proof(
            GET,
            "ClientIDList",
            if listed.is_empty() {
                "empty".to_owned()
            } else {
                listed.join(", ")
            },
        );
        let concerned: Vec<_> = users
            .iter()
            .filter(|user| user.audience() == audience)
            .collect();
        let finding = named(finding, concerned);
        findings.push(finding.remedy(known_to(look, &provider.arn, audience)));
    }
    findings
}

/// Lets a provider know an audience.
fn known_to(look: &Look<'_>, provider: &str, audience: &str) -> Remedy {
    let options = [
        ("--open-id-connect-provider-arn", provider),
        ("--client-id", audience),
    ];
    command(
        "let the provider know the audience",
        look.aws("iam", "add-client-id-to-open-id-connect-provider", &options),
    )
}

/// Lets the provider of the cluster know the audience of IRSA, if the issuer of the cluster is known.
pub(in crate::model) fn known_audience(look: &Look<'_>) -> Option<Remedy> {
    let provider = arn(look, look.evidence.arn.account(), issuer(look).ok()?);
    Some(known_to(look, &provider, AUDIENCE))
}

fn use_irsa(users: &[Annotated<'_>]) -> String {
    match users {
        [one] => format!("{} uses IRSA", one.name()),
        several => format!("{} service accounts use IRSA", several.len()),
    }
}

/// Names as proof the first of those that it concerns.
fn named<'a, 'b: 'a>(
    finding: Finding,
    users: impl IntoIterator<Item = &'a Annotated<'b>>,
) -> Finding {
    users.into_iter().take(10).fold(finding, |finding, user| {
        let call = format!("GET serviceaccounts {}", user.name());
        finding.proof(call, super::ANNOTATION, user.role.clone())
    })
}
