//! What is to be tested, as it is shown and approved.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::plan::{Checks, Digest, Ink, Reviewable};
use crate::model::preflight::Consent;
use crate::model::text::{shell_word, visible};
use crate::model::{Caller, ClusterArn, Guard, Route, Text};

use super::{AUDIENCE, MOST_POLLS, POLL_SECONDS};

/// A test of one service account, with every call that issues something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialTest {
    pub cluster: ClusterArn,
    pub route: Route,
    /// Whose permissions the calls are made with, as STS named them; CloudTrail will name them too.
    pub caller: Option<Caller>,
    pub namespace: Text,
    pub service_account: Text,
    pub token: TokenSource,
    pub expected: Expected,
    pub purpose: Purpose,
}

/// Where the token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The API server makes one, bound to this pod.
    Pod {
        name: Text,
        uid: Text,
        node: Option<Text>,
    },
    /// A person gave one; it is tested as it is.
    Given,
}

/// Whom the association says that the pods are; what is not known is looked up by the test.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    pub association: Option<Text>,
    /// ARN of the role.
    pub role: Option<Text>,
    /// ARN of the target role, which is whom the pods are in the end.
    pub target_role: Option<Text>,
}

impl Expected {
    /// The role that the pods end up with.
    pub fn last_role(&self) -> Option<&Text> {
        self.target_role.as_ref().or(self.role.as_ref())
    }
}

/// What the credentials are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Looked at and thrown away.
    #[default]
    Test,
    /// Asked again after a change, until the answer is as expected or it takes too long.
    AfterChange {
        /// When AWS took the change, which is what its delay is counted from; not known before it.
        accepted: Option<Timestamp>,
    },
    /// Given to a command, by its words.
    Run(Vec<Text>),
}

/// How long a token of ours lives: the least that Kubernetes makes.
pub const TOKEN_SECONDS: u32 = 600;

impl CredentialTest {
    /// How the service account is called: `namespace/serviceaccount`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }

    /// The exact calls that issue something, in their order; safe to print.
    pub fn calls(&self) -> Vec<Text> {
        let (cluster, region) = (self.cluster.as_str(), &self.route.region);
        let caller = self.caller.as_ref().map_or("the caller", Caller::short);
        let mut calls: Vec<String> = Vec::new();
        if let TokenSource::Pod { name, uid, .. } = &self.token {
            calls.push(format!(
                "POST /api/v1/namespaces/{}/serviceaccounts/{}/token: a token for {AUDIENCE}, good for {} minutes, bound to \
                 pod {} ({})",
                visible(&self.namespace),
                visible(&self.service_account),
                TOKEN_SECONDS / 60,
                visible(name),
                visible(uid),
            ));
        }
        let whose = match self.token {
            TokenSource::Pod { .. } => "that token",
            TokenSource::Given => "the token that was given",
        };
        let often = match self.purpose {
            Purpose::AfterChange { .. } => format!(
                "at most {MOST_POLLS} times within {POLL_SECONDS} s, until it gives the new role, and CloudTrail records \
                 each"
            ),
            Purpose::Test | Purpose::Run(_) => "once, and CloudTrail records it".to_owned(),
        };
        calls.push(format!(
            "eks-auth:AssumeRoleForPodIdentity on {cluster} in {region} with {whose}, signed by {}; {often}",
            visible(caller)
        ));
        calls.push(format!(
            "sts:GetCallerIdentity in {region} with the credentials that come back"
        ));
        if let Purpose::Run(words) = &self.purpose {
            let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
            calls.push(format!("run with these credentials: {}", words.join(" ")));
        }
        calls.into_iter().map(Text::from).collect()
    }
}

/// A word as it is typed at a shell, so that it shows where one ends; what cannot be typed is made visible.
fn quoted(word: &str) -> String {
    let shown = visible(word);
    let typed = shell_word(&shown).map(Cow::into_owned);
    typed.unwrap_or_else(|_| shown.clone().into_owned())
}

impl Reviewable for CredentialTest {
    type Checks = Clearance;

    // Every struct is taken apart by name, so that a new member cannot be forgotten here.
    fn digest(&self) -> Digest {
        let Self {
            cluster,
            route:
                Route {
                    profile,
                    region,
                    // Not shown: it decides only how a missing region is told.
                    speculative: _,
                },
            caller,
            namespace,
            service_account,
            token,
            expected:
                Expected {
                    association,
                    role,
                    target_role,
                },
            purpose,
        } = self;
        let mut ink = Ink::default();
        ink.text("credential test");
        ink.text(cluster.as_str());
        ink.maybe(profile.as_deref());
        ink.text(region.as_str());
        ink.maybe(caller.as_ref().map(|caller| &*caller.account));
        ink.maybe(caller.as_ref().map(|caller| &*caller.arn));
        ink.text(namespace);
        ink.text(service_account);
        match token {
            TokenSource::Pod { name, uid, node } => {
                ink.text("pod");
                ink.text(name);
                ink.text(uid);
                ink.maybe(node.as_deref());
            }
            TokenSource::Given => ink.text("given"),
        }
        for known in [association, role, target_role] {
            ink.maybe(known.as_deref());
        }
        match purpose {
            Purpose::Test => ink.text("test"),
            // When the change was made asks for nothing else.
            Purpose::AfterChange { accepted: _ } => ink.text("after change"),
            Purpose::Run(words) => {
                ink.text("run");
                ink.each(words.iter(), |ink, word| ink.text(word));
            }
        }
        ink.dry()
    }
}

/// Why a test waits whose caller is not known: the yes is for calls in somebody's name.
const NOBODY: &str = "STS has not said yet in whose name the calls would be made";

/// Whether a test may be made at all, by what this run and the configuration allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    subject: Digest,
    refusal: Option<&'static str>,
}

impl Clearance {
    /// Asks the guard about a test of a cluster that is reached by `profiles`.
    pub fn of(test: &CredentialTest, guard: &Guard, profiles: &[&str]) -> Self {
        let refusal = guard.against_credentials(&test.cluster, profiles);
        // Consent that names nobody is none.
        let refusal = refusal.or(test.caller.is_none().then_some(NOBODY));
        Self {
            subject: test.digest(),
            refusal,
        }
    }

    /// Why it may not be made, if so.
    pub fn refusal(&self) -> Option<&'static str> {
        self.refusal
    }
}

impl Checks for Clearance {
    fn subject(&self) -> Digest {
        self.subject
    }

    fn digest(&self) -> Digest {
        let mut ink = Ink::default();
        ink.bytes(&self.subject);
        ink.maybe(self.refusal);
        ink.dry()
    }

    fn consent(&self) -> Consent {
        match self.refusal {
            Some(why) => Consent::Refused(vec![why.to_owned()]),
            None => Consent::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{Approved, Assent, NotApproved, Reviewed};
    use crate::model::{Guard, Region};

    fn test() -> CredentialTest {
        CredentialTest {
            cluster: ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo"),
            route: Route::new(Some("prod"), "eu-west-1"),
            caller: Some(Caller {
                account: "111122223333".into(),
                arn: "arn:aws:sts::111122223333:assumed-role/Admin/alice".into(),
                user_id: "AROAX:alice".into(),
            }),
            namespace: "payments".into(),
            service_account: "api".into(),
            token: TokenSource::Pod {
                name: "api-7d9f".into(),
                uid: "p-1".into(),
                node: None,
            },
            expected: Expected::default(),
            purpose: Purpose::Test,
        }
    }

    #[test]
    fn the_exact_calls_are_named() {
        let calls = test().calls();
        assert_eq!(calls.len(), 3);
        assert!(calls[0].contains("/namespaces/payments/serviceaccounts/api/token"));
        assert!(
            calls[0].contains("bound to pod api-7d9f (p-1)"),
            "{}",
            calls[0]
        );
        assert!(
            calls[1].contains("signed by assumed-role/Admin/alice"),
            "{}",
            calls[1]
        );
        let given = CredentialTest {
            token: TokenSource::Given,
            purpose: Purpose::Run(vec!["aws".into(), "s3\u{1b}".into()]),
            ..test()
        };
        let calls = given.calls();
        assert!(calls[0].starts_with("eks-auth:AssumeRoleForPodIdentity"));
        assert_eq!(&*calls[2], r"run with these credentials: aws 's3\u{1b}'");
    }

    #[test]
    fn only_what_was_shown_is_approved() {
        let guard = Guard::default();
        let shown = test();
        let clearance = Clearance::of(&shown, &guard, &["prod"]);
        let reviewed = || Reviewed::of(&shown, &clearance);
        assert!(Approved::new(test(), &clearance, reviewed(), Assent::Yes).is_ok());
        let run = |word: &str| Purpose::Run(vec![word.into()]);
        let others: [fn(&mut CredentialTest); 7] = [
            |test| test.namespace = "other".into(),
            |test| test.service_account = "other".into(),
            |test| test.token = TokenSource::Given,
            |test| test.caller = None,
            |test| test.route.profile = None,
            |test| test.expected.role = Some("r".into()),
            |test| test.purpose = Purpose::Run(Vec::new()),
        ];
        for change in others {
            let mut other = test();
            change(&mut other);
            let refused = Approved::new(other, &clearance, reviewed(), Assent::Yes).unwrap_err();
            assert_eq!(refused, NotApproved::AnotherPlan);
        }
        let words = |words| CredentialTest {
            purpose: words,
            ..test()
        };
        assert_ne!(words(run("a")).digest(), words(run("b")).digest());
    }

    #[test]
    fn a_guard_that_closed_since_refuses() {
        let test = test();
        let open = Clearance::of(&test, &Guard::default(), &["prod"]);
        let shut = Clearance::of(&test, &Guard::read_only(), &["prod"]);
        let refused = Approved::new(test.clone(), &shut, Reviewed::of(&test, &open), Assent::Yes);
        assert_eq!(refused.unwrap_err(), NotApproved::OtherChecks);
        let refused = Approved::new(test.clone(), &shut, Reviewed::of(&test, &shut), Assent::Yes);
        assert!(matches!(refused.unwrap_err(), NotApproved::Refused(_)));
    }

    #[test]
    fn nobody_consents_in_the_name_of_nobody() {
        let test = CredentialTest {
            caller: None,
            ..test()
        };
        let clearance = Clearance::of(&test, &Guard::default(), &["prod"]);
        assert!(clearance.refusal().unwrap().contains("STS"));
        let refused = Approved::new(
            test.clone(),
            &clearance,
            Reviewed::of(&test, &clearance),
            Assent::Yes,
        );
        assert!(matches!(refused.unwrap_err(), NotApproved::Refused(_)));
    }
}
