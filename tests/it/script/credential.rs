//! A credential test, as data: pods, steps, and what came of it.

use roledex::app::modal::CredentialPanel;
use roledex::app::modal::Modal;
use roledex::app::modal::credential::{Course, PodChoice, Stage};
use roledex::app::msg::TestStep;
use roledex::app::{Effect, Request, Step, Ticket};
use roledex::model::credential::{
    self, CredentialTest, Purpose, Report, Session, StepKind, StepState, Verdict,
};
use roledex::model::diagnosis::{Remedy, RemedyKind};

use super::{ACCOUNT, Script, noon};

pub(crate) fn choice(name: &str, injected: bool) -> PodChoice {
    PodChoice {
        name: name.into(),
        uid: format!("uid-of-{name}").into(),
        node: Some("ip-10-0-1-23.eu-west-1.compute.internal".into()),
        created: Some("2026-11-21T09:00:00Z".parse().unwrap()),
        injected,
        ready: Some(true),
    }
}

fn step(kind: StepKind, state: StepState, said: &str, ms: u64) -> credential::Step {
    credential::Step {
        elapsed_ms: Some(ms),
        ..credential::Step::new(kind, state, said)
    }
}

/// Every step but the verdict, as a test of a healthy world has them.
pub(crate) fn steps() -> Vec<credential::Step> {
    use StepKind as K;
    use StepState as S;
    vec![
        step(K::Cluster, S::Passed, "ACTIVE, 1.34, eks.3", 84)
            .evidence("eks:DescribeCluster: cluster.status ACTIVE"),
        step(K::Association, S::Passed, "a-00000000000000001", 61),
        step(
            K::Agent,
            S::Warning,
            "the agent's pod on the node is not ready",
            35,
        )
        .evidence("GET pods kube-system: eks-pod-identity-agent-x, Ready False"),
        step(K::ServiceAccount, S::Passed, "it exists", 12),
        step(K::Pod, S::Passed, "Running since 09:00", 15),
        step(
            K::Permission,
            S::Unknown,
            "nobody says whether you may create tokens",
            9,
        ),
        step(K::Token, S::Passed, "good until 12:10", 18),
        step(
            K::Claims,
            S::Passed,
            "audience, issuer and pod are right",
            0,
        ),
        step(K::Assume, S::Passed, "credentials came back", 212),
        step(K::Caller, S::Passed, "STS names the same role", 1_480),
    ]
}

pub(crate) fn session(role: &str) -> Session {
    let name = "eks-checkout-e-cart-7d9f-1-0f2c4d6e-1111-4222-8333-444455556666";
    Session {
        association: "a-00000000000000001".into(),
        namespace: "checkout".into(),
        service_account: "cart".into(),
        role_arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}").into(),
        role_id: "AROAEXAMPLEROLEID1234".into(),
        session_name: name.into(),
        expires: "2026-11-21T18:00:00Z".parse().unwrap(),
        access_key_suffix: "WXYZ".into(),
    }
}

pub(crate) fn report(test: &CredentialTest, verdict: Verdict) -> Report {
    let session = matches!(verdict, Verdict::Matches | Verdict::Differs(_));
    let role = test.expected.last_role().map_or("role", |arn| {
        arn.rsplit_once('/').map_or(&**arn, |(_, name)| name)
    });
    let role = match verdict {
        Verdict::Differs(_) => "somebody-else",
        _ => role,
    };
    let mut steps = steps();
    if let Verdict::Refused(why) = &verdict {
        steps.truncate(8);
        let refused = step(StepKind::Assume, StepState::Failed, why, 190)
            .evidence("eks-auth:AssumeRoleForPodIdentity: 400 AccessDeniedException")
            .remedies([Remedy {
                kind: RemedyKind::Statement,
                title: "let EKS Pod Identity assume the role".into(),
                text: "{\n  \"Effect\": \"Allow\",\n  \"Principal\": {\"Service\": \"pods.eks.amazonaws.com\"},\n  \"Action\": [\"sts:AssumeRole\", \"sts:TagSession\"]\n}".into(),
            }]);
        steps.push(refused);
    }
    Report {
        test: test.clone(),
        steps,
        claims: None,
        session: session.then(|| self::session(role)),
        verdict,
        unknown: Vec::new(),
        warnings: Vec::new(),
        kept: Vec::new(),
        asked: 1,
        arrived_ms: match test.purpose {
            Purpose::AfterChange { accepted: Some(_) } => Some(4_200),
            _ => None,
        },
        began: noon(),
        ended: noon(),
    }
}

impl Script {
    pub(crate) fn panel(&self) -> &CredentialPanel {
        match self.top() {
            Some(Modal::Credential(panel)) => panel,
            other => panic!("no test but {other:?}; {}", self.notice()),
        }
    }

    pub(crate) fn course(&self) -> &Course {
        let panel = self.panel();
        panel.course().unwrap_or_else(|| panic!("{panel:?}"))
    }

    /// The test that is on the screen to be approved.
    pub(crate) fn asked(&self) -> &CredentialTest {
        match &self.panel().stage {
            Stage::Consent(asked) => &asked.test,
            other => panic!("nothing is asked but {other:?}"),
        }
    }

    /// Answers the open question for pods.
    pub(crate) fn pods_to_test(&mut self, pods: Vec<PodChoice>) -> &mut Self {
        let ticket = self.ticket(|request| matches!(request, Request::PodsToTest { .. }));
        self.step(ticket, Step::PodsToTest { pods, others: 0 });
        self.done(ticket, Ok(()))
    }

    /// Tests that were approved, the newest last.
    pub(crate) fn tested(&self) -> Vec<(Ticket, &CredentialTest)> {
        let effects = self.effects.iter();
        let tests = effects.filter_map(|effect| match effect {
            Effect::Test {
                ticket, approved, ..
            } => Some((*ticket, approved.plan())),
            _ => None,
        });
        tests.collect()
    }

    pub(crate) fn test_step(&mut self, step: TestStep) -> &mut Self {
        let ticket = self.tested().last().unwrap().0;
        self.step(ticket, Step::Test(step))
    }

    /// Ends the test that was approved last.
    pub(crate) fn verdict(&mut self, verdict: Verdict) -> &mut Self {
        let (ticket, test) = *self.tested().last().unwrap();
        let report = Box::new(report(test, verdict));
        self.step(ticket, Step::Test(TestStep::Report(report)));
        self.done(ticket, Ok(()))
    }
}
