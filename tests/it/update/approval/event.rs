//! What may come, and how often.

use proptest::prelude::*;
use proptest::sample::select;
use roledex::input::Command;

use crate::script::ACCOUNT;

/// What a person, the network or the terminal does.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Keys(String),
    Type(String),
    /// The name that is asked for.
    Name,
    Paste(String),
    Resize(u16, u16),
    /// An answer to the open question about a plan.
    Answer(Answer),
    /// An answer to a question that was asked at some time, and may be settled or taken back.
    Late(usize, Answer),
    /// The same of what takes a change back.
    Reversal(usize, bool),
    /// Rows change under the cursor.
    Listed(usize, Vec<usize>),
    Described(String),
    Applied(bool),
}

/// What comes of the question about a plan.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    AsAsked,
    /// Its role was changed by somebody meanwhile.
    Drifted(String),
    /// Its pods were counted.
    Counted(String),
    /// It is about another plan.
    Foreign(usize),
    Failed,
    /// It ends once more.
    Ends,
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![
        8 => Just(Answer::AsAsked),
        1 => "[xy]".prop_map(Answer::Drifted),
        1 => "[xy]".prop_map(Answer::Counted),
        1 => (0..9_usize).prop_map(Answer::Foreign),
        1 => Just(Answer::Failed),
        1 => Just(Answer::Ends),
    ]
}

/// Keys on the way to a change: alone they lead nowhere by chance.
fn ways() -> impl Strategy<Value = Event> {
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let edit = select(vec!["one", "two"]).prop_map(move |name| format!("e ctrl-u {}", arn(name)));
    let more = select(vec![
        "e shift-tab ctrl-u moved".to_owned(),
        "T end ctrl-u c=3".to_owned(),
        "T ctrl-u".to_owned(),
        format!("A ns tab new tab {}", arn("one")),
        "ctrl-d".to_owned(),
        "z".to_owned(),
    ]);
    let row = select(vec!["g", "j", "j j j", "G"]);
    let way = prop_oneof![2 => edit, 3 => more];
    (row, way).prop_map(|(row, way)| Event::Keys(format!("esc esc esc 2 {row} {way} ctrl-s")))
}

/// All that it takes to make a change.
fn whole() -> impl Strategy<Value = Vec<Event>> {
    let rest = |first: Vec<Event>| {
        let approve = [
            Event::Answer(Answer::AsAsked),
            Event::Keys("tab enter".to_owned()),
            Event::Name,
            Event::Applied(true),
        ];
        first.into_iter().chain(approve).collect()
    };
    let back = (0..3_usize, any::<bool>()).prop_map(move |(cluster, two)| {
        let ask = Event::Keys("esc esc esc z".to_owned());
        rest(vec![ask, Event::Reversal(cluster, two)])
    });
    prop_oneof![
        3 => ways().prop_map(move |way| rest(vec![way])),
        1 => back,
    ]
}

pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
    let bound = Command::ALL
        .iter()
        .flat_map(|command| command.default_keys());
    let bound: Vec<String> = bound
        .filter(|key| **key != "ctrl-c")
        .map(|key| (*key).to_owned())
        .collect();
    let keys = |keys: &'static str| Just(Event::Keys(keys.to_owned()));
    let names = vec!["sa-0", "sa-1", "new", "moved", ""];
    let event = prop_oneof![
        6 => ways(),
        6 => answers().prop_map(Event::Answer),
        5 => keys("tab enter"),
        3 => keys("enter"),
        1 => keys("tab"),
        5 => select(names).prop_map(|name| Event::Type(name.to_owned())),
        3 => Just(Event::Name),
        2 => select(vec!["j", "k", "g", "G", "1", "2", "esc", "j j j"]).prop_map(|keys| Event::Keys(keys.to_owned())),
        3 => select(bound).prop_map(Event::Keys),
        3 => (0..9_usize, answers()).prop_map(|(which, answer)| Event::Late(which, answer)),
        2 => (0..3_usize, any::<bool>()).prop_map(|(cluster, two)| Event::Reversal(cluster, two)),
        1 => (0..3_usize, prop::collection::vec(0..6_usize, 0..4)).prop_map(|(cluster, rows)| Event::Listed(cluster, rows)),
        1 => "[xy]".prop_map(Event::Described),
        3 => any::<bool>().prop_map(Event::Applied),
        1 => (1..200_u16, 1..60_u16).prop_map(|(width, height)| Event::Resize(width, height)),
        1 => "[a-z\n]{0,5}".prop_map(Event::Paste),
    ];
    // A whole change is many events, between which others can come when they are taken out one by one.
    let some = prop_oneof![9 => event.prop_map(|event| vec![event]), 1 => whole()];
    prop::collection::vec(some, 0..40).prop_map(|some| some.concat())
}
