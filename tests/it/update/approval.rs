//! Nothing is applied that was not approved as it stood on the screen, whatever comes, in whatever order.

mod event;
mod plans;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use roledex::app::describe::review_lines;
use roledex::app::layout::Size;
use roledex::app::modal::Modal;
use roledex::app::{Effect, Msg, Options, Request, Step, Ticket};
use roledex::input::Key;
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::plan::{Change, Digest, Plan};
use roledex::model::preflight::{Consent, Evidence};
use roledex::model::{Failure, FailureKind, Guard, Route};

use crate::script::{Script, association, cluster_arn, role};
use event::{Answer, Event, events};
use plans::{again, reversing};

/// In the first all may be changed, in the second nothing, and in the third by typing a name.
const CLUSTERS: [&str; 3] = ["open", "frozen", "guarded"];

/// What stands before a person, from which an approval may come.
struct Facing {
    plan: Plan,
    lines: String,
    consent: Option<Consent>,
    apply: bool,
    named: Option<String>,
    waiting: Option<Ticket>,
}

struct Stage {
    script: Script,
    read_only: bool,
    /// Every question about a plan, in its order.
    asked: Vec<(Ticket, Plan)>,
    /// What was answered, or given up on, while it was still asked.
    answered: BTreeMap<Ticket, BTreeSet<String>>,
    cancelled: BTreeSet<Ticket>,
    /// Questions about taking back.
    reversals: Vec<Ticket>,
    applying: Option<Ticket>,
    applied: usize,
    by_name: usize,
    refused: usize,
}

impl Stage {
    fn new(read_only: bool) -> Self {
        let pattern = |name: &str| {
            vec![ClusterPattern {
                cluster: Some(Glob::new(name)),
                ..ClusterPattern::default()
            }]
        };
        let options = Options {
            guard: Guard {
                read_only,
                read_only_clusters: pattern("frozen"),
                protected: pattern("guarded"),
                ..Guard::default()
            },
            ..Options::default()
        };
        let routes = vec![Route::new(Some("prod"), "eu-west-1")];
        let mut script = Script::new(routes, options, 140, 40);
        script.open_scope("prod", "eu-west-1", &CLUSTERS);
        for name in CLUSTERS {
            let arn = cluster_arn("eu-west-1", name);
            script.describe_cluster(&arn, "ACTIVE");
            let rows = (0..3).map(|n| association(&arn, n, "ns", &format!("sa-{n}")));
            script.list_associations(&arn, rows.collect());
        }
        script.describe_all();
        script.keys("2 g");
        script.effects.clear();
        Self {
            script,
            read_only,
            asked: Vec::new(),
            answered: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            reversals: Vec::new(),
            applying: None,
            applied: 0,
            by_name: 0,
            refused: 0,
        }
    }

    fn facing(&self) -> Option<Facing> {
        let Some(Modal::Review(review)) = self.script.top() else {
            return None;
        };
        let lines = review_lines(review);
        let lines: Vec<String> = lines.iter().map(|line| line.text().into_owned()).collect();
        Some(Facing {
            plan: review.plan.clone(),
            lines: lines.join("\n"),
            consent: review.consent(),
            apply: review.apply,
            named: review.naming.as_ref().map(roledex::app::line::Line::text),
            waiting: review.checks.waiting(),
        })
    }

    /// Gives one message, and holds every write that comes of it to what stood on the screen.
    fn send(&mut self, msg: Msg) -> Result<(), TestCaseError> {
        let facing = self.facing();
        let is_enter = matches!(&msg, Msg::Key(key) if key.to_string() == "enter");
        let is_key = matches!(&msg, Msg::Key(_));
        self.script.send(msg);
        if let (Some(before), Some(after), false) = (&facing, self.facing(), is_key) {
            // Nothing else takes the place of what a person looks at, and what is new has not been seen yet.
            prop_assert_eq!(before.plan.target(), after.plan.target());
            prop_assert!(
                before.apply || !after.apply,
                "only a person chooses to apply"
            );
            let is_same = before.plan == after.plan;
            prop_assert!(is_same || !after.apply && after.named.is_none());
        }
        let mut writes = 0;
        for effect in std::mem::take(&mut self.script.effects) {
            match effect {
                Effect::Call {
                    ticket, request, ..
                } => {
                    prop_assert!(request.is_read());
                    match request {
                        Request::Review { plan, .. } => self.asked.push((ticket, *plan)),
                        Request::Reverse { .. } => self.reversals.push(ticket),
                        _ => {}
                    }
                }
                Effect::Cancel(ticket) => {
                    self.cancelled.insert(ticket);
                }
                Effect::Apply {
                    ticket, approved, ..
                } => {
                    writes += 1;
                    prop_assert!(is_enter, "only a person approves");
                    prop_assert_eq!(self.applying, None, "one change at a time");
                    let Some(facing) = &facing else {
                        return Err(TestCaseError::fail("nothing was reviewed"));
                    };
                    self.hold(facing, approved.plan())?;
                    self.applying = Some(ticket);
                    self.applied += 1;
                    self.by_name += usize::from(facing.named.is_some());
                }
                _ => {}
            }
        }
        prop_assert!(writes <= 1, "one approval, one write");
        let tried = is_enter && facing.is_some_and(|facing| facing.apply);
        self.refused += usize::from(tried && writes == 0);
        Ok(())
    }

    /// The plan that is applied is the one that was shown, checked, and said yes to.
    fn hold(&self, facing: &Facing, plan: &Plan) -> Result<(), TestCaseError> {
        prop_assert_eq!(plan, &facing.plan);
        prop_assert_eq!(plan.digest(), facing.plan.digest());
        prop_assert_eq!(facing.waiting, None, "its checks are still being asked");
        for diff in plan.diff() {
            for value in [diff.old, diff.new].into_iter().flatten() {
                prop_assert!(facing.lines.contains(&value), "{} is not shown", value);
            }
        }
        // What was asked about it was asked by this program, not taken back, and answered with this very plan.
        let is_answer = |(ticket, digests): (&Ticket, &BTreeSet<String>)| {
            digests.contains(&plan.digest().to_string()) && !self.cancelled.contains(ticket)
        };
        prop_assert!(self.answered.iter().any(is_answer), "nobody has checked it");
        let cluster = plan.cluster().name();
        prop_assert!(
            !self.read_only && cluster != "frozen",
            "{} is read-only",
            cluster
        );
        let deletes = matches!(plan.change(), Change::Delete);
        match (&facing.consent, &facing.named) {
            (Some(Consent::Plain), None) => {
                prop_assert!(facing.apply && !deletes && cluster == "open");
            }
            (Some(Consent::TypedName(wanted)), Some(typed)) => {
                prop_assert_eq!(typed, wanted);
                prop_assert_eq!(&**typed, &*plan.target().service_account);
            }
            other => prop_assert!(false, "no consent: {other:?}"),
        }
        Ok(())
    }

    fn step(&mut self, ticket: Ticket, step: Step) -> Result<(), TestCaseError> {
        self.send(Msg::Step { ticket, step })
    }

    fn done(&mut self, ticket: Ticket, outcome: Result<(), Failure>) -> Result<(), TestCaseError> {
        self.send(Msg::Done { ticket, outcome })
    }

    /// Types where a name is asked for: elsewhere its letters are commands.
    fn type_name(&mut self, name: &str) -> Result<(), TestCaseError> {
        if self.facing().is_none_or(|facing| facing.named.is_none()) {
            return Ok(());
        }
        for character in name.chars() {
            self.send(Msg::Key(character.to_string().parse().unwrap()))?;
        }
        self.send(Msg::Key("enter".parse().unwrap()))
    }

    fn event(&mut self, event: Event) -> Result<(), TestCaseError> {
        match event {
            Event::Keys(keys) => keys
                .split(' ')
                .try_for_each(|key| match key.parse::<Key>() {
                    Ok(key) => self.send(Msg::Key(key)),
                    // A word among the keys is typed.
                    Err(_) => self.send(Msg::Paste(key.to_owned())),
                }),
            Event::Name => {
                let name = self
                    .facing()
                    .map(|facing| facing.plan.target().service_account.clone());
                self.type_name(&name.unwrap_or_default())
            }
            Event::Type(text) => self.type_name(&text),
            Event::Paste(text) => self.send(Msg::Paste(text)),
            Event::Resize(width, height) => self.send(Msg::Resize(Size { width, height })),
            Event::Answer(answer) => {
                let waiting = self.facing().and_then(|facing| facing.waiting);
                let asked = self
                    .asked
                    .iter()
                    .find(|(ticket, _)| Some(*ticket) == waiting);
                match asked.cloned() {
                    Some((ticket, plan)) => self.answer(ticket, &plan, &answer),
                    None => Ok(()),
                }
            }
            Event::Late(which, answer) => {
                let count = self.asked.len().max(1);
                match self.asked.get(which % count).cloned() {
                    Some((ticket, plan)) => self.answer(ticket, &plan, &answer),
                    None => Ok(()),
                }
            }
            Event::Reversal(cluster, two) => match self.reversals.pop() {
                Some(ticket) => {
                    let found = reversing(CLUSTERS[cluster], two);
                    self.step(ticket, Step::Reversal(Box::new(found)))?;
                    self.done(ticket, Ok(()))
                }
                None => Ok(()),
            },
            Event::Listed(cluster, rows) => {
                let arn = cluster_arn("eu-west-1", CLUSTERS[cluster]);
                self.send(Msg::Key("ctrl-r".parse().unwrap()))?;
                let open = self.script.open();
                let is_list = |request: &Request| matches!(request, Request::ListAssociations { cluster, .. } if *cluster == arn);
                if !open.iter().any(is_list) {
                    return Ok(());
                }
                let ticket = self.script.ticket(is_list);
                // The same names may have other ids by now.
                let row = |n: usize| association(&arn, n, "ns", &format!("sa-{}", n % 3));
                let rows = rows.into_iter().map(row).collect();
                self.step(ticket, Step::Associations(rows))?;
                self.done(ticket, Ok(()))
            }
            Event::Described(name) => {
                let open = self.script.open();
                let is_one =
                    |request: &Request| matches!(request, Request::DescribeAssociation { .. });
                if !open.iter().any(is_one) {
                    return Ok(());
                }
                let ticket = self.script.ticket(is_one);
                self.step(ticket, Step::Association(Box::new(role(&name))))?;
                self.done(ticket, Ok(()))
            }
            Event::Applied(well) => match self.applying.take() {
                Some(ticket) => {
                    let failure = Failure::new(FailureKind::Conflict, "change it", "in the way");
                    self.done(ticket, if well { Ok(()) } else { Err(failure) })
                }
                None => Ok(()),
            },
        }
    }

    fn answer(
        &mut self,
        ticket: Ticket,
        plan: &Plan,
        answer: &Answer,
    ) -> Result<(), TestCaseError> {
        let found = match answer {
            Answer::AsAsked => Some(plan.clone()),
            Answer::Drifted(name) => again(plan, Some(name), "they are counted with the checks"),
            Answer::Counted(why) => again(plan, None, why),
            Answer::Foreign(which) => {
                let other = self.asked.get(which % self.asked.len());
                other.map(|(_, plan)| plan.clone())
            }
            Answer::Failed | Answer::Ends => None,
        };
        let is_open = self
            .facing()
            .is_some_and(|facing| facing.waiting == Some(ticket));
        if let Some(found) = found {
            self.note(ticket, is_open, found.digest());
            self.step(
                ticket,
                Step::Evidence(Box::new((found, Evidence::default()))),
            )?;
        }
        // Where nothing was found out, all of it is unknown, and what was asked about can be approved.
        let shown = self
            .facing()
            .filter(|facing| facing.waiting == Some(ticket));
        if let Some(shown) = shown {
            self.note(ticket, true, shown.plan.digest());
        }
        let outcome = match answer {
            Answer::Failed => Err(Failure::new(FailureKind::Denied, "read a role", "no")),
            _ => Ok(()),
        };
        self.done(ticket, outcome)
    }

    fn note(&mut self, ticket: Ticket, is_open: bool, digest: Digest) {
        if is_open {
            self.answered
                .entry(ticket)
                .or_default()
                .insert(digest.to_string());
        }
    }
}

#[test]
fn nothing_is_applied_but_what_was_approved_as_it_stood_there() {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let (applied, by_name, refused) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let add = |to: &Cell<usize>, count: usize| to.set(to.get() + count);
    let worlds = (prop::bool::weighted(0.1), events());
    let tried = TestRunner::new(config).run(&worlds, |(read_only, events)| {
        let mut stage = Stage::new(read_only);
        for event in events {
            stage.event(event)?;
            if stage.script.state.quitting {
                break;
            }
        }
        add(&applied, stage.applied);
        add(&by_name, stage.by_name);
        add(&refused, stage.refused);
        Ok(())
    });
    tried.unwrap();
    let counts = (applied.get(), by_name.get(), refused.get());
    assert!(
        counts.0 > 40 && counts.1 > 10 && counts.2 > 40,
        "too little was approved, by a name, and refused, to have tested anything: {counts:?}"
    );
}
