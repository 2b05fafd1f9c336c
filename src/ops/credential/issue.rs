//! Token, credentials and verdict: the part of a test that issues something.

use super::look::Around;
use super::poll::{Answered, Given};
use super::{Log, URGENCY, record};
use crate::cloud::{Assumed, PodCredentials, Secret};
use crate::model::credential::{
    About, Circumstances, Claims, CredentialTest, Flaw, Judged, Known, Refusal, Session, Step,
    StepKind, StepState, TokenRefusal, TokenSource, Verdict, assumed_step, claims_step,
    explain_assume, explain_token, failed_step, remade, verdict_step,
};
use crate::model::journal::{EntryId, Outcome};
use crate::model::text::visible;
use crate::model::{Failure, FailureKind, Text};
use crate::ops::change::{Desk, Pending};
use crate::ops::fleet::Site;

/// What came of it.
pub(super) struct Found {
    pub(super) verdict: Verdict,
    pub(super) unknown: Vec<Text>,
    pub(super) warnings: Vec<Text>,
    pub(super) claims: Option<Claims>,
    pub(super) session: Option<Session>,
    pub(super) credentials: Option<PodCredentials>,
    pub(super) entry: Option<EntryId>,
    /// How often EKS Auth was asked.
    pub(super) asked: usize,
    pub(super) arrived_ms: Option<u64>,
}

/// Everything that the steps here share.
pub(super) struct Test<'a> {
    pub(super) site: &'a Site,
    pub(super) desk: &'a Desk,
    pub(super) subject: &'a CredentialTest,
    around: &'a Around,
    /// What was read last.
    pub(super) known: Known,
}

pub(super) async fn credentials(
    site: &Site,
    desk: &Desk,
    test: &CredentialTest,
    given: Option<Secret>,
    around: &Around,
    log: &mut Log<'_>,
) -> Result<Found, Failure> {
    let mut one = Test {
        site,
        desk,
        subject: test,
        around,
        known: around.known.clone(),
    };
    if let Some(token) = &given
        && let Err(flaw) = Claims::read(token.expose())
    {
        // What is no token is not sent anywhere: it may be any other secret.
        let said = format!("what was given is no token: {flaw}; it was not sent");
        log.put(Step::new(StepKind::Token, StepState::Failed, said.as_str()));
        return Ok(one.end(log, Verdict::Untestable(said.into()), None, None, 0));
    }
    let caller = site.session.caller(URGENCY).await?;
    let intent = record::intent(site, test, &caller, (desk.now)());
    let mut pending = Pending::record(desk, intent).await?;
    let entry = pending.id()?;
    pending.is_called();
    let made = one.make(&mut pending, given, log).await;
    let (mut found, outcome) = match made {
        Ok((found, outcome)) => (found, outcome),
        Err(failure) => {
            let outcome = record::ended(&pending, &failure);
            let Err(unwritten) = pending.conclude(outcome).await else {
                return Err(failure);
            };
            tracing::error!(target: "roledex::ops", %unwritten, "the outcome is not in the journal");
            let is_silent = failure.hint.is_none();
            return Err(if is_silent {
                failure.hint(not_written(&unwritten))
            } else {
                failure
            });
        }
    };
    found.entry = Some(entry);
    if let Err(failure) = pending.conclude(outcome).await {
        // What was found out is worth more than its record, which the next start completes.
        tracing::error!(target: "roledex::ops", %failure, "the outcome is not in the journal");
        let warning = Text::from(not_written(&failure));
        log.warn(&warning);
        found.warnings.push(warning);
    }
    Ok(found)
}

/// What an earlier answer gave, where the last one refused.
fn given_before(session: &Session) -> String {
    let role = session.role_name().unwrap_or(&session.role_arn);
    format!(
        "before that it gave {}: those credentials (access key …{}) are good until {}",
        visible(role),
        visible(&session.access_key_suffix),
        session.expires
    )
}

fn not_written(failure: &Failure) -> String {
    format!("not in the journal: {}", visible(&failure.to_string()))
}

impl Test<'_> {
    async fn make(
        &mut self,
        pending: &mut Pending,
        given: Option<Secret>,
        log: &mut Log<'_>,
    ) -> Result<(Found, Outcome), Failure> {
        let token = match self.token(pending, given, log).await? {
            Ok(token) => token,
            Err((failure, what)) => {
                let found = self.end(log, Verdict::Untestable(what), None, None, 0);
                return Ok((found, record::refused(&failure)));
            }
        };
        let claims = self.claims(&token, log);
        let began = log.begin(StepKind::Assume, "asking EKS Auth for the role");
        let Answered {
            answer,
            before,
            asked,
            since_change_ms,
        } = self.assume(pending, &token, began, log).await?;
        drop(token);
        match answer {
            Ok(Given {
                assumed,
                judged,
                outcome,
            }) => {
                let mut judged = judged;
                if let (Verdict::Differs(why), Some(misfit)) =
                    (&mut judged.verdict, self.misfit(claims.as_ref()))
                {
                    *why = format!("{misfit}; {why}").into();
                }
                log.end(began, assumed_step(&assumed.session, asked));
                self.caller(pending, &assumed, log).await?;
                let told = Circumstances {
                    role: assumed.session.role_name(),
                    kept: &self.around.kept,
                    asked,
                    since_change_ms,
                };
                let mut step = verdict_step(self.subject, &judged, told);
                let before = record::role_id_before(self.desk, self.subject, &assumed.session);
                if let Some(id) = before.await.filter(|id| *id != assumed.session.role_id) {
                    step = remade(step, &id);
                }
                log.put(step);
                let found = Found {
                    arrived_ms: since_change_ms.filter(|_| judged.verdict == Verdict::Matches),
                    verdict: judged.verdict,
                    unknown: judged.unknown,
                    warnings: Vec::new(),
                    claims,
                    session: Some(assumed.session),
                    credentials: Some(assumed.credentials),
                    entry: None,
                    asked,
                };
                Ok((found, outcome))
            }
            Err(refused) => {
                let refusal = Refusal::of(&refused.failure, refused.status);
                let misfit = self.misfit(claims.as_ref());
                let about = self.about(&refused.failure, claims.as_ref());
                let explained = explain_assume(refusal, &about);
                // What is wrong with the token says more than that EKS Auth does not take it.
                let is_about = refusal.is_about(&self.subject.token);
                let what = match misfit {
                    Some(misfit) if is_about && !explained.what.starts_with(&misfit) => {
                        format!("{misfit}; {}", explained.what).into()
                    }
                    _ => explained.what.clone(),
                };
                let mut step = failed_step(StepKind::Assume, explained);
                if let Some(session) = &before {
                    step = step.evidence(given_before(session));
                }
                log.end(began, step);
                let none = "the last answer gave no credentials";
                log.put(Step::new(StepKind::Caller, StepState::Skipped, none));
                let verdict = if refusal.is_about(&self.subject.token) {
                    Verdict::Refused(what)
                } else {
                    Verdict::Untestable(what)
                };
                // Credentials that came back before are there, whatever the last answer was.
                let outcome = record::ended(pending, &refused.failure);
                Ok((self.end(log, verdict, claims, before, asked), outcome))
            }
        }
    }

    fn about<'a>(&'a self, failure: &'a Failure, claims: Option<&'a Claims>) -> About<'a> {
        About {
            test: self.subject,
            failure,
            known: &self.known,
            claims,
        }
    }

    /// The token; or why there is none, and what that is called.
    async fn token(
        &self,
        pending: &Pending,
        given: Option<Secret>,
        log: &mut Log<'_>,
    ) -> Result<Result<Secret, (Failure, Text)>, Failure> {
        if let Some(token) = given {
            log.put(Step::new(
                StepKind::Token,
                StepState::Skipped,
                "one was given",
            ));
            return Ok(Ok(token));
        }
        let TokenSource::Pod { name, uid, .. } = &self.subject.token else {
            let doing = "test credentials";
            return Err(Failure::new(FailureKind::Bug, doing, "there is no token"));
        };
        let began = log.begin(StepKind::Token, "having a token issued");
        let recorded = pending.recorded()?;
        let issued = match &self.around.kubernetes {
            Ok(kubernetes) => kubernetes.create_token(recorded, name, uid).await,
            Err(failure) => Err(failure.clone()),
        };
        match issued {
            Ok(token) => {
                let said = format!("issued, bound to pod {}", visible(name));
                log.end(began, Step::new(StepKind::Token, StepState::Passed, said));
                Ok(Ok(token))
            }
            Err(failure) => {
                let about = self.about(&failure, None);
                let explained = explain_token(TokenRefusal::of(&failure), &about);
                let what = explained.what.clone();
                log.end(began, failed_step(StepKind::Token, explained));
                for kind in [StepKind::Claims, StepKind::Assume, StepKind::Caller] {
                    log.put(Step::new(kind, StepState::Skipped, "there is no token"));
                }
                Ok(Err((failure, what)))
            }
        }
    }

    fn claims(&self, token: &Secret, log: &mut Log<'_>) -> Option<Claims> {
        let began = log.begin(StepKind::Claims, "reading the claims");
        let claims = match Claims::read(token.expose()) {
            Ok(claims) => claims,
            Err(flaw) => {
                let said = format!("it is no token: {flaw}");
                log.end(began, Step::new(StepKind::Claims, StepState::Failed, said));
                return None;
            }
        };
        log.end(
            began,
            claims_step(&claims, &self.known, self.subject, (self.desk.now)()),
        );
        Some(claims)
    }

    /// Why a token that was given is not what the test is about, as far as its claims tell.
    fn misfit(&self, claims: Option<&Claims>) -> Option<String> {
        let (claims, TokenSource::Given) = (claims?, &self.subject.token) else {
            return None;
        };
        let test = self.subject;
        let (namespace, account) = (&test.namespace, &test.service_account);
        let now = (self.desk.now)();
        let flaws = claims.flaws(self.known.issuer(), namespace, account, now);
        flaws.first().map(Flaw::of_token)
    }

    async fn caller(
        &self,
        pending: &Pending,
        assumed: &Assumed,
        log: &mut Log<'_>,
    ) -> Result<(), Failure> {
        let began = log.begin(StepKind::Caller, "asking STS who that is");
        let recorded = pending.recorded()?;
        let caller = self
            .site
            .session
            .caller_with(recorded, &assumed.credentials)
            .await;
        let shown = |text: &str| visible(text).into_owned();
        let step = match caller {
            Ok(caller) if caller.arn == assumed.session.role_arn => {
                Step::new(StepKind::Caller, StepState::Passed, shown(caller.short()))
            }
            Ok(caller) => Step::new(
                StepKind::Caller,
                StepState::Warning,
                format!(
                    "STS says {}, and EKS Auth said otherwise",
                    shown(&caller.arn)
                ),
            ),
            Err(failure) => Step::new(
                StepKind::Caller,
                StepState::Warning,
                format!("STS did not say: {}", shown(&failure.to_string())),
            ),
        };
        log.end(began, step);
        Ok(())
    }

    /// Ends a test without credentials: what else is known is said in their place.
    fn end(
        &self,
        log: &mut Log<'_>,
        verdict: Verdict,
        claims: Option<Claims>,
        session: Option<Session>,
        asked: usize,
    ) -> Found {
        let is_of_another = claims
            .as_ref()
            .is_some_and(|claims| claims.is_of_another(self.subject));
        // What is known of one association says nothing of another's.
        let evidence = if is_of_another {
            Vec::new()
        } else {
            self.known.lines(&self.subject.cluster)
        };
        let judged = Judged::without_session(verdict, evidence);
        let told = Circumstances {
            asked,
            ..Circumstances::default()
        };
        log.put(verdict_step(self.subject, &judged, told));
        Found {
            arrived_ms: None,
            verdict: judged.verdict,
            unknown: judged.unknown,
            warnings: Vec::new(),
            claims,
            session,
            credentials: None,
            entry: None,
            asked,
        }
    }
}
