//! Where a person says yes to a change: the only place of the terminal UI that approves one.

use crate::app::applying::{Applying, Kind};
use crate::app::describe;
use crate::app::effect::{Effect, Request};
use crate::app::line::Line;
use crate::app::modal::credential::{Course, Stage, Tested};
use crate::app::modal::{Act, Menu, Modal, Review};
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::app::update::textview;
use crate::input::Command;
use crate::model::Text;
use crate::model::credential::{Expected, Purpose};
use crate::model::plan::{Approved, Assent, Change, Definition, NotApproved, Plan, Reviewed};
use crate::model::preflight::{Consent, Evidence, Preflight, Why};

/// Puts the first of plans that belong together on the screen at once, and asks for what its checks look at.
///
/// The others follow when it was applied; `first` is the one that was approved before, if one was.
pub(in crate::app) fn open(
    state: &mut State,
    plans: Vec<Plan>,
    why: Why,
    first: Option<Ticket>,
    effects: &mut Vec<Effect>,
) {
    let mut plans = plans.into_iter();
    let Some(plan) = plans.next() else { return };
    let rest = plans.collect();
    let mut review = Review::new(plan.clone(), Act { why, rest, first });
    let profiles = state.profiles_of(plan.cluster()).map(Text::from).collect();
    let plan = Box::new(plan);
    let ticket = state.call(Request::Review { plan, profiles }, true, effects);
    review.checks.ask(ticket);
    state.modals.push(Modal::Review(Box::new(review)));
}

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    let page = isize::try_from(describe::review_room(state.size))
        .unwrap_or(1)
        .max(1);
    match command {
        C::Down => scroll(state, 1),
        C::Up => scroll(state, -1),
        C::PageDown => scroll(state, page),
        C::PageUp => scroll(state, -page),
        C::HalfPageDown => scroll(state, (page / 2).max(1)),
        C::HalfPageUp => scroll(state, -(page / 2).max(1)),
        C::Top => scroll(state, isize::MIN),
        C::Bottom => scroll(state, isize::MAX),
        C::NextButton | C::PreviousButton => change(state, |review| review.apply = !review.apply),
        C::CopyOffer => offer_copies(state),
        C::Accept => accept(state, effects),
        C::Help => textview::help(state),
        C::Back | C::Leave => leave(state, effects),
        _ => {}
    }
}

fn change(state: &mut State, change: impl FnOnce(&mut Review)) {
    if let Some(Modal::Review(review)) = state.modals.last_mut() {
        change(review);
    }
}

fn scroll(state: &mut State, by: isize) {
    let Some(Modal::Review(review)) = state.modals.last() else {
        return;
    };
    let last = describe::review_last_top(state, review);
    change(state, |review| {
        review.top = review.top.saturating_add_signed(by).min(last);
    });
}

fn offer_copies(state: &mut State) {
    let Some(Modal::Review(review)) = state.modals.last() else {
        return;
    };
    match Menu::of_copies(describe::review_copies(review)) {
        Some(menu) => state.modals.push(Modal::Menu(menu)),
        None => state.complain("there is nothing to copy here"),
    }
}

/// Closes the review; what its checks still ask for is not wanted any more.
fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(Modal::Review(review)) = state.modals.pop() {
        state.supersede(review.checks.waiting(), effects);
    }
}

/// Enter: on Cancel it leaves; on Apply it approves, or asks for the name first.
fn accept(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Review(review)) = state.modals.last_mut() else {
        return;
    };
    if review.naming.is_some() {
        approve(state, effects);
        return;
    }
    if !review.apply {
        leave(state, effects);
        return;
    }
    if let Some(obstacle) = review.obstacle() {
        state.complain(obstacle);
        return;
    }
    match review.consent() {
        Some(Consent::TypedName(_)) => review.naming = Some(Line::default()),
        _ => approve(state, effects),
    }
}

/// Takes the approval out of the review and makes the change; where it is refused, nothing has been asked of AWS.
fn approve(state: &mut State, effects: &mut Vec<Effect>) {
    if state.is_changing() {
        state.complain("another change is being made; wait for its end");
        return;
    }
    let Some(Modal::Review(review)) = state.modals.last_mut() else {
        return;
    };
    let typed = review.naming.take().map(|line| line.text());
    let assent = typed.as_deref().map_or(Assent::Yes, Assent::Typed);
    let (Some(preflight), Some(reviewed)) = (review.checks.value(), review.reviewed.take()) else {
        return;
    };
    let plan = review.plan.clone();
    match Approved::new(plan, preflight, reviewed, assent) {
        Ok(approved) => {
            let (link, title) = (review.link(), review.title());
            let plan = approved.plan();
            let mut act = std::mem::take(&mut review.act);
            let profiles = state.profiles_of(plan.cluster()).map(Text::from).collect();
            // The form that led here is done with, and so is the list that the change was chosen from.
            let form = state.modals.drain(..).find_map(|modal| match modal {
                Modal::Form(form) => Some(form),
                _ => None,
            });
            state.loading.last_ticket += 1;
            let ticket = Ticket(state.loading.last_ticket);
            // What brings a change back is held together by its links.
            let belongs = act.why.way().is_none() && !act.rest.is_empty();
            act.first = act.first.or_else(|| belongs.then_some(ticket));
            let first = act.first;
            state.applying = Some(Applying {
                ticket,
                title,
                target: plan.target().clone(),
                kind: Kind::of(plan.change()),
                since: state.now,
                steps: Vec::new(),
                act,
                outcome: None,
                offer: offer(plan),
                warned: false,
                form,
            });
            state.modals.push(Modal::Progress);
            effects.push(Effect::Apply {
                ticket,
                approved: Box::new(approved),
                link,
                first,
                profiles,
            });
        }
        Err(refused) => {
            // It is still the same that is shown, so it may be approved anew.
            review.reviewed = Some(Reviewed::of(&review.plan, preflight));
            if let NotApproved::WrongName { wanted, .. } = &refused {
                // The prompt stays: what is typed on must not become commands.
                review.naming = Some(Line::default());
                let text = format!("that is not {wanted}; type it again, or leave with esc");
                state.complain(text);
                return;
            }
            review.apply = false;
            state.complain(refused.to_string());
        }
    }
}

/// Whom the change gives another role, to test that they get it.
fn offer(plan: &Plan) -> Option<Tested> {
    let (before, after) = (plan.before(), plan.after()?);
    let roles = |definition: &Definition| (definition.role.clone(), definition.target_role.clone());
    let is_other = match plan.change() {
        Change::Create(_) | Change::Move(_) => true,
        Change::Update(_) => {
            before.is_none_or(|before| roles(&Definition::of(&before.value)) != roles(after))
        }
        Change::Delete | Change::Tag(_) => false,
    };
    let (role, target_role) = roles(after);
    is_other.then(|| Tested {
        cluster: plan.cluster().clone(),
        namespace: after.namespace.clone(),
        service_account: after.service_account.clone(),
        expected: Expected {
            // One that is made anew gets an id that nobody knows yet.
            association: plan
                .target()
                .key()
                .filter(|_| matches!(plan.change(), Change::Update(_)))
                .map(|key| key.id),
            role,
            target_role,
        },
        purpose: Purpose::AfterChange { accepted: None },
    })
}

/// Takes the approval out of a test as it was shown, and makes it: one yes, one test.
pub(super) fn approve_test(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Credential(panel)) = state.modals.last_mut() else {
        return;
    };
    let Stage::Consent(asked) = &mut panel.stage else {
        return;
    };
    let Some(reviewed) = asked.reviewed.take() else {
        return;
    };
    match Approved::new(asked.test.clone(), &asked.clearance, reviewed, Assent::Yes) {
        Ok(approved) => {
            let test = asked.test.clone();
            state.loading.last_ticket += 1;
            let ticket = Ticket(state.loading.last_ticket);
            let secret = asked.secret.take();
            panel.stage = Stage::Course(Box::new(Course {
                ticket,
                test,
                since: state.now,
                steps: Vec::new(),
                ending: None,
            }));
            panel.top = 0;
            let cluster = approved.plan().cluster.clone();
            let profiles = state.profiles_of(&cluster).map(Text::from).collect();
            effects.push(Effect::Test {
                ticket,
                approved: Box::new(approved),
                profiles,
                token: secret,
            });
            state.tick(effects);
        }
        Err(refused) => {
            asked.reviewed = Some(Reviewed::of(&asked.test, &asked.clearance));
            asked.button = 0;
            state.complain(refused.to_string());
        }
    }
}

impl State {
    /// Takes what was found out about a plan. From here on it can be approved, as it stands on the screen now.
    pub(in crate::app) fn land_evidence(
        &mut self,
        ticket: Ticket,
        plan: &Plan,
        evidence: &Evidence,
    ) {
        let access = self.access_to(plan.cluster());
        let now = self.now;
        let mut otherwise = false;
        for modal in &mut self.modals {
            let Modal::Review(review) = modal else {
                continue;
            };
            if review.checks.waiting() != Some(ticket) {
                continue;
            }
            // The checks are about what is on the screen, or they are about nothing.
            if plan.target() != review.plan.target() || plan.steps() != review.plan.steps() {
                continue;
            }
            otherwise = plan.diff() != review.plan.diff();
            let preflight = Preflight::run(plan, evidence, access).because(&review.act.why);
            review.reviewed = Some(Reviewed::of(plan, &preflight));
            review.plan = plan.clone();
            // Whoever was about to say yes has not seen this yet.
            review.apply = false;
            review.naming = None;
            review.asking = None;
            review.checks.settle(ticket, Ok(preflight), now);
        }
        if otherwise {
            self.complain(
                "it is not what it was when it was last read; look at what would change now",
            );
        }
    }

    /// The checks could not be asked: every one of them is unknown, and that is said, but the change is not barred.
    pub(in crate::app) fn land_no_evidence(&mut self, ticket: Ticket) {
        let plan = self.modals.iter().find_map(|modal| match modal {
            Modal::Review(review) if review.checks.waiting() == Some(ticket) => {
                Some(review.plan.clone())
            }
            _ => None,
        });
        if let Some(plan) = plan {
            self.land_evidence(ticket, &plan, &Evidence::default());
        }
    }
}
