//! IRSA: what stands beside an association, and what it takes itself.
#![expect(
    clippy::similar_names,
    reason = "a rule about a role is called a rule, and a role a role"
)]

pub(super) mod provider;

use crate::model::arn::{account_of, role_name};
use crate::model::census::Part;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command, kubectl, statement};
use crate::model::diagnosis::renew::renewed;
use crate::model::diagnosis::rules::trust;
use crate::model::diagnosis::{Finding, Look, RoleFacts, Rule, RuleId, Severity, Subject};
use crate::model::identity::{Fact, Mechanism, effective};
use crate::model::service_account::ServiceAccount;
use crate::model::text::visible;
use crate::model::trust::{
    StatementEvidence, WebIdentityHop, for_web_identity, statement_for_web_identity,
};
use crate::model::verdict::Verdict;
use crate::model::{Arn, Learned, Text};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("irsa-leftover"),
        rows: &[49],
        severity: Severity::Warning,
        title: "a service account has an association, and an IRSA annotation besides",
        explanation: "new pods get the role of the association, older ones keep that of the annotation, and where the association goes the annotation comes back to life",
        after: &[],
        judge: leftover,
    },
    Rule {
        id: RuleId("irsa-provider-missing"),
        rows: &[73],
        severity: Severity::Error,
        title: "IAM has no OpenID Connect provider for the cluster, and service accounts use IRSA",
        explanation: "STS refuses their tokens: InvalidIdentityToken, \"No OpenIDConnect provider found in your account\"",
        after: &[],
        judge: provider::missing,
    },
    Rule {
        id: RuleId("irsa-audience-missing"),
        rows: &[74],
        severity: Severity::Error,
        title: "the OpenID Connect provider of the cluster does not know the audience of IRSA",
        explanation: "STS refuses the tokens: InvalidIdentityToken, \"Incorrect token audience\"",
        after: &[],
        judge: provider::audience,
    },
    Rule {
        id: RuleId("irsa-trust-differs"),
        rows: &[75],
        severity: Severity::Error,
        title: "the role of an IRSA annotation does not trust the service account",
        explanation: "STS refuses it: AccessDenied, \"Not authorized to perform sts:AssumeRoleWithWebIdentity\"",
        after: &[RuleId("irsa-provider-missing")],
        judge: distrust,
    },
    Rule {
        id: RuleId("irsa-role-missing"),
        rows: &[],
        severity: Severity::Error,
        title: "the role of an IRSA annotation does not exist",
        explanation: "STS refuses it: AccessDenied, \"Not authorized to perform sts:AssumeRoleWithWebIdentity\"",
        after: &[],
        judge: no_role,
    },
];

const ANNOTATION: &str = "metadata.annotations[eks.amazonaws.com/role-arn]";

/// A service account that IRSA gives its role, because no association does.
struct Annotated<'a> {
    account: &'a ServiceAccount,
    role: &'a Text,
}

impl Annotated<'_> {
    fn subject(&self) -> Subject {
        Subject::account(&self.account.namespace, &self.account.name)
    }

    fn name(&self) -> String {
        let ServiceAccount {
            namespace, name, ..
        } = self.account;
        visible(&format!("{namespace}/{name}")).into_owned()
    }

    /// What the token is made out to.
    fn audience(&self) -> &str {
        let audience = self.account.annotation("audience");
        audience.map_or(AUDIENCE, |audience| audience)
    }
}

/// What tokens of IRSA are made out to, unless the service account says otherwise.
const AUDIENCE: &str = "sts.amazonaws.com";

/// The service accounts that live by IRSA, with what keeps others from being known.
fn annotated<'a>(rule: &Rule, look: &Look<'a>) -> (Vec<Annotated<'a>>, Vec<Finding>) {
    let accounts = look.census().service_accounts();
    let accounts = accounts.filter_map(|account| {
        let role = account.role_arn.as_ref()?;
        let association = look
            .picture
            .associations
            .of(&account.namespace, &account.name);
        (association == Fact::Absent).then_some(Annotated { account, role })
    });
    let gaps = [look.census_gap(Part::ServiceAccounts), look.bindings_gap()];
    let unknown = gaps
        .into_iter()
        .flatten()
        .map(|needs| rule.unknown(Subject::Cluster, needs));
    (accounts.collect(), unknown.collect())
}

fn leftover(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    for binding in look.bindings() {
        let association = binding.association;
        let (namespace, name) = (&association.namespace, &association.service_account);
        let role = match look.census().service_account(namespace, name) {
            Fact::Absent => continue,
            Fact::Unknown => {
                let gap = look.census_gap(Part::ServiceAccounts);
                findings.extend(gap.map(|needs| rule.unknown(binding.subject(), needs)));
                continue;
            }
            Fact::Present(account) => match &account.role_arn {
                Some(role) => role,
                None => continue,
            },
        };
        let mut pods = look.pods(namespace, name);
        pods.retain(|pod| {
            let verdicts = effective(&look.picture.evidence(pod));
            verdicts
                .iter()
                .any(|verdict| verdict.mechanism == Mechanism::Irsa)
        });
        let summary = format!(
            "{} has an association, and an IRSA annotation besides",
            binding.name()
        );
        let removal = kubectl(
            &look.evidence.arn,
            &[
                "annotate",
                "serviceaccount",
                name,
                "--namespace",
                namespace,
                "eks.amazonaws.com/role-arn-",
            ],
        );
        findings.push(
            rule.found(binding.subject(), summary)
                .of_association(association)
                .pods(pods.iter().copied())
                .proof(
                    format!("GET serviceaccounts {}", binding.name()),
                    ANNOTATION,
                    role.clone(),
                )
                .proof(
                    "eks:ListPodIdentityAssociations",
                    "associations[].associationId",
                    association.key.id.clone(),
                )
                .remedies(renewed(look, pods))
                .remedy(command(
                    "once all pods have the new role, remove the annotation",
                    removal,
                )),
        );
    }
    findings
}

/// Judges the role of each service account that lives by IRSA.
fn of_each_role<'a>(
    rule: &Rule,
    look: &Look<'a>,
    judge: impl Fn(&Annotated<'a>, Option<&'a RoleFacts>) -> Option<Finding>,
) -> Vec<Finding> {
    let (annotated, mut findings) = annotated(rule, look);
    for one in annotated {
        let other = account_of(one.role) != Some(look.evidence.arn.account());
        findings.extend(match look.role(one.role) {
            Learned::Known(facts) if facts.detail.arn == *one.role => judge(&one, Some(facts)),
            _ if other => {
                let account = account_of(one.role).unwrap_or("another account");
                let needs = format!("needs iam:GetRole in account {}", visible(account));
                Some(rule.unknown(one.subject(), needs))
            }
            Learned::Known(_) | Learned::Absent => judge(&one, None),
            unknown => gap(unknown).map(|needs| rule.unknown(one.subject(), needs)),
        });
    }
    findings
}

fn no_role(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    of_each_role(rule, look, |one, facts| {
        if facts.is_some() {
            return None;
        }
        let name = visible(role_name(one.role));
        let finding = rule
            .found(
                one.subject(),
                format!("the role {name} of its annotation does not exist"),
            )
            .proof(
                format!("GET serviceaccounts {}", one.name()),
                ANNOTATION,
                one.role.clone(),
            )
            .proof(trust::call(one.role), "Error.Code", "NoSuchEntity")
            .remedy(advice(
                "create the role again, or annotate the service account with another",
            ));
        Some(finding)
    })
}

fn distrust(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    of_each_role(rule, look, |one, facts| {
        let facts = facts?;
        let unknown = |needs: Text| Some(rule.unknown(one.subject(), needs));
        let policy = match trust::readable(facts) {
            Ok(policy) => policy,
            Err(why) => return unknown(why),
        };
        let issuer = match provider::issuer(look) {
            Ok(issuer) => issuer,
            Err(needs) => return unknown(needs),
        };
        let provider = provider::arn(look, account_of(one.role)?, issuer);
        let Ok(provider) = Arn::parse(&provider) else {
            return unknown("the issuer of the cluster makes no ARN".into());
        };
        let hop = WebIdentityHop {
            provider: &provider,
            issuer,
            namespace: &one.account.namespace,
            service_account: &one.account.name,
            audience: one.audience(),
        };
        let evaluation = for_web_identity(&policy, &hop);
        let name = visible(role_name(one.role));
        let finding = match evaluation.verdict {
            Verdict::Yes => return None,
            Verdict::No => rule.found(
                one.subject(),
                format!("the role {name} does not trust {}", one.name()),
            ),
            Verdict::Unknown => rule
                .possible(
                    one.subject(),
                    format!(
                        "only AWS can tell whether the role {name} trusts {}",
                        one.name()
                    ),
                )
                .severity(Severity::Warning),
        };
        let mut finding = finding.proof(
            format!("GET serviceaccounts {}", one.name()),
            ANNOTATION,
            one.role.clone(),
        );
        let failed = evaluation
            .near_misses()
            .flat_map(|statement| statement.conditions_that_are(Verdict::No));
        let doubts = evaluation.grants().flat_map(StatementEvidence::doubts);
        let said = failed.map(ToString::to_string).chain(doubts);
        let mut said: Vec<String> = said.collect();
        if let Some(denial) = evaluation.denied().first() {
            said.insert(0, format!("{} denies it", denial.name));
        }
        if said.is_empty() {
            said.push(format!(
                "no statement lets {} in",
                visible(provider.as_str())
            ));
        }
        for line in said {
            finding = finding.proof(trust::call(one.role), trust::FIELD, line);
        }
        let denied = evaluation.denied();
        if !denied.is_empty() {
            let denied = denied.iter().map(|denial| advice(denial.remedy()));
            return Some(finding.remedies(denied));
        }
        let wanted = statement_for_web_identity(&hop);
        Some(
            finding
                .remedy(statement(
                    format!("add this statement to the trust policy of {name}"),
                    &wanted,
                ))
                .remedy(trust::update(
                    look,
                    facts,
                    &crate::model::trust::with_statement(&policy, wanted),
                )),
        )
    })
}
