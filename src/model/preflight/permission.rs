//! Whether the caller may do what the plan does, as far as IAM's simulator can say.

use serde_json::json;

use crate::model::export::json;
use crate::model::plan::{Change, New, Plan};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::evidence::{Decision, Evidence, RoleEvidence, Simulated};
use crate::model::preflight::target;
use crate::model::text::visible;
use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::{Arn, Learned, Text};

/// A permission that a call takes: what the simulator is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub action: Text,
    pub resource: Text,
    /// What a statement is to name instead, where the resource only stands for others of its kind.
    pub granted: Option<Text>,
    /// Condition keys and values of the call.
    pub context: Vec<(Text, Text)>,
}

const GET_ROLE: &str = "iam:GetRole";
const TAG: &str = "eks:TagResource";
/// An id as EKS makes them, of no association.
const ANY_ID: &str = "a-00000000000000000";
const PASSED_TO: &str = "iam:PassedToService";

/// What the caller needs for the calls of a plan, in their order.
pub fn needed(plan: &Plan) -> Vec<Need> {
    let need = Need::of;
    let pass = |role: &Arn| Need {
        context: vec![(PASSED_TO.into(), POD_IDENTITY_PRINCIPAL.into())],
        ..Need::of("iam:PassRole", role.as_str())
    };
    let cluster = plan.cluster().as_str();
    let association = plan.association_arn().unwrap_or_default();
    let delete = || need("eks:DeletePodIdentityAssociation", &association);
    let create = |new: &New| {
        let mut needs = vec![need("eks:CreatePodIdentityAssociation", cluster)];
        if !new.tags.map().is_empty() {
            // What is made has no id yet: the simulator takes no pattern, so one stands for all.
            let any = plan.target().arn_of_association("*");
            needs.push(Need {
                granted: Some(any.into()),
                ..need(TAG, &plan.target().arn_of_association(ANY_ID))
            });
        }
        needs.push(pass(new.role.arn()));
        needs
    };
    match plan.change() {
        Change::Update(edit) => {
            let mut needs = vec![need("eks:UpdatePodIdentityAssociation", &association)];
            needs.extend(edit.role.as_ref().map(|role| pass(role.arn())));
            needs
        }
        Change::Create(new) => create(new),
        Change::Delete => vec![delete()],
        Change::Tag(edit) => {
            let set = (!edit.set().is_empty()).then(|| need(TAG, &association));
            let removed =
                (!edit.removed().is_empty()).then(|| need("eks:UntagResource", &association));
            set.into_iter().chain(removed).collect()
        }
        Change::Move(new) => {
            let mut needs = create(new);
            needs.push(delete());
            needs
        }
    }
}

/// What the role of the association needs for its target role; empty without one.
pub fn needed_by_role(plan: &Plan) -> Vec<Need> {
    target::needs_of_role(plan)
}

pub(super) fn checks(plan: &Plan, evidence: &Evidence) -> Vec<Check> {
    let needs = needed(plan);
    let mut checks: Vec<Check> = needs
        .iter()
        .map(|need| one(need, &evidence.permissions))
        .collect();
    let given = match plan.change() {
        Change::Update(edit) => edit.role.as_ref(),
        Change::Create(new) | Change::Move(new) => Some(&new.role),
        Change::Delete | Change::Tag(_) => None,
    };
    checks.extend(given.map(|role| reading(role.arn(), &evidence.role)));
    checks
}

/// EKS may look at the role with the caller's permissions. That is not documented, so it is not blocking; and what
/// the reading of the role came to says more than a simulator.
fn reading(role: &Arn, evidence: &Learned<RoleEvidence>) -> Check {
    let title = format!("your permission {GET_ROLE}");
    let check = |outcome, text: String| Check::new(CheckId::Permission, &*title, outcome, text);
    match evidence {
        Learned::Known(_) | Learned::Absent => {
            check(Outcome::Ok, "given, IAM answered just now".to_owned())
        }
        Learned::Needs(_) => {
            let need = Need::of(GET_ROLE, role.as_str());
            check(
                Outcome::Warning,
                "missing, IAM refused it just now".to_owned(),
            )
            .and("EKS may look at the role with your permissions, and refuse the change")
            .fix_with("ask for this statement", json::pretty(&need.statement()))
        }
        unknown => check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    }
}

fn one(need: &Need, evidence: &Learned<Vec<Simulated>>) -> Check {
    let title = format!("your permission {}", visible(&need.action));
    let open = |why: String| Check::new(CheckId::Permission, &*title, Outcome::Unknown, why);
    let answers = match evidence {
        Learned::Known(answers) => answers,
        Learned::Absent => return open("IAM does not know the caller".to_owned()),
        unknown => return open(unknown.unknown().unwrap_or_default()),
    };
    let (mut outcome, mut lines) = judged(need, answers);
    let found = answer(need, answers).map(|answer| &answer.decision);
    if outcome == Outcome::Blocking && found == Some(&Decision::ImplicitDeny) {
        // It knows neither policies of the session nor every key of the request; AWS itself has the last word.
        outcome = Outcome::Warning;
        lines.push(
            "the simulator may not see everything that allows it, so AWS may let it pass"
                .to_owned(),
        );
    }
    let mut check = open(String::new());
    check.outcome = outcome;
    check.evidence = lines;
    match (outcome, found) {
        (Outcome::Ok, _) => check,
        (_, Some(Decision::ExplicitDeny)) => {
            check.fix("have the Deny narrowed: no further permission can outweigh it")
        }
        _ => check.fix_with("ask for this statement", json::pretty(&need.statement())),
    }
}

impl Need {
    pub(super) fn of(action: &str, resource: &str) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            granted: None,
            context: Vec::new(),
        }
    }

    /// The statement of an identity policy that grants it.
    pub fn statement(&self) -> serde_json::Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Action": &*self.action,
            "Resource": &**self.granted.as_ref().unwrap_or(&self.resource),
        });
        let context = self.context.iter();
        let equals: serde_json::Map<_, _> = context
            .map(|(key, value)| (key.to_string(), json!(&**value)))
            .collect();
        if let (false, Some(members)) = (equals.is_empty(), statement.as_object_mut()) {
            members.insert("Condition".to_owned(), json!({"StringEquals": equals}));
        }
        statement
    }
}

pub(super) fn answer<'a>(need: &Need, answers: &'a [Simulated]) -> Option<&'a Simulated> {
    answers.iter().find(|answer| {
        answer.action.eq_ignore_ascii_case(&need.action) && answer.resource == need.resource
    })
}

/// What the simulator's answer means, and why.
pub(super) fn judged(need: &Need, answers: &[Simulated]) -> (Outcome, Vec<String>) {
    let resource = need.granted.as_ref().unwrap_or(&need.resource);
    let (action, resource) = (visible(&need.action), visible(resource));
    let Some(answer) = answer(need, answers) else {
        let text = format!("IAM was not asked about {action} on {resource}");
        return (Outcome::Unknown, vec![text]);
    };
    let (mut outcome, text) = match &answer.decision {
        Decision::Allowed => (
            Outcome::Ok,
            format!("IAM's simulator allows {action} on {resource}"),
        ),
        Decision::ImplicitDeny => (
            Outcome::Blocking,
            format!("no policy allows {action} on {resource}"),
        ),
        Decision::ExplicitDeny => (
            Outcome::Blocking,
            format!("a policy denies {action} on {resource}"),
        ),
        Decision::Other(word) => (
            Outcome::Unknown,
            format!("IAM's simulator says \"{}\" to {action}", visible(word)),
        ),
    };
    let mut lines = vec![text];
    if !answer.missing_context.is_empty() {
        let keys = answer.missing_context.iter().map(|key| visible(key));
        let keys = keys.collect::<Vec<_>>().join(", ");
        lines.push(format!("that depends on {keys}, which is not known here"));
        outcome = Outcome::Unknown;
    }
    if answer.by_organisation == Some(false) {
        lines.push("a policy of the organisation does not allow it".to_owned());
    }
    if answer.by_boundary == Some(false) {
        lines.push("the permissions boundary does not allow it".to_owned());
    }
    (outcome, lines)
}
