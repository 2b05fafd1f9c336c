//! Undo as a property: whatever was changed, taking all of it back leaves what was there, and redoing what had become.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use roledex::model::Document;
use roledex::model::journal::{Family, History, Settings, Standing};
use roledex::model::plan::{Draft, Setting, TagEdit};
use roledex::model::reference::AssociationReference;
use roledex::ops::change::{Request, Unprepared, find};
use roledex::ops::undo::{Way, weigh};
use roledex::store::Journal;

use super::super::Site;
use super::hands::{Hands, approve, now};
use super::{READER, VAULT, WRITER, site};

/// Enough for every pair of acts to meet; the environment can ask for more.
const CASES: u32 = 24;

/// Two of them are there, and one is not.
const NAMES: [&str; 3] = ["api", "full", "new"];

const POLICIES: [&str; 2] = [
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
];

/// Every field of an association that can be set.
#[derive(Debug, Clone)]
struct Fields {
    role: &'static str,
    target: Option<&'static str>,
    session_tags: bool,
    policy: Option<&'static str>,
}

impl Fields {
    fn draft(&self) -> Draft {
        let setting = |value: Option<&str>| match value {
            Some(value) => Setting::Set(value.to_owned()),
            None => Setting::Clear,
        };
        Draft {
            role: Some(self.role.to_owned()),
            target_role: setting(self.target),
            session_tags: Some(self.session_tags),
            policy: setting(self.policy),
        }
    }
}

#[derive(Debug, Clone)]
enum Act {
    /// Creates what is not there, and changes what is.
    Put(usize, Fields, BTreeMap<String, String>),
    Tag(usize, Vec<String>),
    Delete(usize),
    Move(usize, usize, Option<Fields>),
}

fn fields() -> impl Strategy<Value = Fields> {
    let roles = prop::sample::select(vec![READER, WRITER]);
    let targets = prop::option::of(prop::sample::select(vec![
        VAULT,
        "arn:aws:iam::444455556666:role/far",
    ]));
    // A session policy needs session tags off.
    let sealed = prop_oneof![
        Just((true, None)),
        Just((false, None)),
        prop::sample::select(&POLICIES[..]).prop_map(|policy| (false, Some(policy))),
    ];
    (roles, targets, sealed).prop_map(|(role, target, (session_tags, policy))| Fields {
        role,
        target,
        session_tags,
        policy,
    })
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let value = || prop::sample::select(vec!["", "1", "two words"]);
    let tags = prop::collection::btree_map("[ab]", value().prop_map(str::to_owned), 0..3);
    let word = |key: &'static str| {
        prop_oneof![
            1 => Just(None),
            2 => value().prop_map(move |value| Some(format!("{key}={value}"))),
            2 => Just(Some(format!("{key}-"))),
        ]
    };
    let words = (word("a"), word("b"), word("team"))
        .prop_map(|(a, b, team)| [a, b, team].into_iter().flatten().collect());
    let act = prop_oneof![
        4 => (name(), fields(), tags).prop_map(|(name, fields, tags)| Act::Put(name, fields, tags)),
        3 => (name(), words).prop_map(|(name, words)| Act::Tag(name, words)),
        2 => name().prop_map(Act::Delete),
        2 => (name(), name(), prop::option::of(fields()))
            .prop_map(|(from, to, fields)| Act::Move(from, to, fields)),
    ];
    prop::collection::vec(act, 1..7)
}

fn reference(name: usize) -> AssociationReference {
    AssociationReference::parse(&format!("payments/{}", NAMES[name])).unwrap()
}

/// Every settable field of every association that may be there.
async fn stands(hands: &Hands) -> BTreeMap<&'static str, Document> {
    let mut all = BTreeMap::new();
    for (number, name) in NAMES.into_iter().enumerate() {
        let (session, cluster) = (&hands.place.session, &hands.place.arn);
        if let Ok(found) = find(session, cluster, &reference(number)).await {
            let settings = Settings::read(Family::Association, &found.document);
            all.insert(name, settings.to_document());
        }
    }
    all
}

/// What an act asks for in a world where these stand; none if it makes no sense there.
fn request(act: &Act, stands: &BTreeMap<&'static str, Document>) -> Option<Request> {
    let is_there = |name: usize| stands.contains_key(NAMES[name]);
    Some(match act {
        Act::Put(name, fields, _) if is_there(*name) => Request::Update {
            association: reference(*name),
            draft: fields.draft(),
        },
        Act::Put(name, fields, tags) => Request::Create {
            namespace: "payments".to_owned(),
            service_account: NAMES[*name].to_owned(),
            draft: fields.draft(),
            tags: tags.clone().into_iter().collect(),
        },
        Act::Tag(name, words) if is_there(*name) && !words.is_empty() => Request::Tag {
            association: reference(*name),
            edit: TagEdit::parse(words.iter().map(String::as_str)).unwrap(),
        },
        Act::Delete(name) if is_there(*name) => Request::Delete {
            association: reference(*name),
        },
        Act::Move(from, to, fields) if is_there(*from) && !is_there(*to) => Request::Relocate {
            association: reference(*from),
            namespace: "payments".to_owned(),
            service_account: NAMES[*to].to_owned(),
            draft: fields.as_ref().map(Fields::draft).unwrap_or_default(),
        },
        Act::Tag(..) | Act::Delete(_) | Act::Move(..) => return None,
    })
}

/// Takes back, or makes again, one change after the other until none is left; says how many.
async fn bring_all_back(hands: &Hands, way: Way) -> Result<usize, TestCaseError> {
    let mut count = 0;
    loop {
        let entries = hands.desk.journal.newest(usize::MAX).unwrap().entries;
        let history = History::new(&entries);
        let next = match way {
            Way::Undo => history.undoable().next(),
            Way::Redo => history.redoable().next(),
        };
        let Some(next) = next else {
            return Ok(count);
        };
        let weighed = weigh(&hands.place, &entries, &next.id, way, now)
            .await
            .unwrap();
        // Nobody else was here, so nothing is in the way and nothing would be overwritten.
        prop_assert_eq!(
            &weighed.way.standing(),
            &Standing::Clean,
            "{:#?}",
            next.intent
        );
        prop_assert!(!weighed.way.tramples());
        prop_assert!(!weighed.plans.is_empty());
        let last = weighed.plans.len() - 1;
        for (number, prepared) in weighed.plans.into_iter().enumerate() {
            let link = weighed.way.link.clone();
            let link = Some(if number < last { link.partly() } else { link });
            let applied = hands.apply_as(approve(prepared.plan), link, |_| ()).await;
            prop_assert!(applied.is_done(), "{:?}", applied);
        }
        count += 1;
    }
}

async fn there_and_back(
    site: &Site,
    journal: &Arc<Journal>,
    acts: &[Act],
) -> Result<usize, TestCaseError> {
    // New clouds have full budgets of calls, and looking does not use up those of the changes.
    let hands = async || Hands::free(site).await.with_journal(journal);
    let (watch, first) = (&hands().await, hands().await);
    let start = stands(watch).await;
    let mut last = start.clone();
    for act in acts {
        let Some(request) = request(act, &last) else {
            continue;
        };
        let plan = match first.plan(&request).await {
            Ok(plan) if !plan.diff().is_empty() => plan,
            Ok(_) => continue,
            Err(Unprepared::Invalid(wrong)) => {
                return Err(TestCaseError::fail(format!("{act:?}: {wrong:?}")));
            }
            Err(Unprepared::Failure(failure)) => panic!("{failure}"),
        };
        let applied = first.apply(approve(plan)).await;
        prop_assert!(applied.is_done(), "{:?}: {:?}", act, applied);
        last = stands(watch).await;
    }
    let undone = bring_all_back(&hands().await, Way::Undo).await?;
    prop_assert_eq!(stands(watch).await, start.clone(), "all undone");
    let redone = bring_all_back(&hands().await, Way::Redo).await?;
    prop_assert_eq!(stands(watch).await, last, "all redone");
    prop_assert_eq!(undone, redone);
    bring_all_back(&hands().await, Way::Undo).await?;
    prop_assert_eq!(stands(watch).await, start, "all undone again");
    Ok(undone)
}

#[test]
fn all_undone_is_the_start_and_all_redone_is_the_end() {
    let site = site(&[]);
    let cases = std::env::var("PROPTEST_CASES").ok();
    let config = Config {
        cases: cases.map_or(CASES, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        // A case makes dozens of calls.
        max_shrink_iters: 60,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let brought_back = Cell::new(0);
    let tried = TestRunner::new(config).run(&acts(), |acts| {
        // A journal of its own for each; the world is as it was after each that went well.
        let directory = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(directory.path().join("roledex")).unwrap();
        let count = runtime.block_on(there_and_back(&site, &journal.into(), &acts))?;
        brought_back.set(brought_back.get() + count);
        Ok(())
    });
    tried.unwrap();
    assert!(brought_back.get() > 0, "nothing was ever changed");
}
