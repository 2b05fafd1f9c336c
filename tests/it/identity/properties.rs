//! What must hold of every answer.

use std::collections::BTreeMap;

use proptest::prelude::*;
use roledex::model::identity::{Agent, Certainty, Fact, Mechanism, Verdict};
use serde_json::json;

use super::case::{
    C, Case, HAND_ROLE, IRSA_ROLE, account, associated, association, detail, main, node,
};

/// Something that a container may hold.
type Piece = fn(C) -> C;

const PIECES: [Piece; 18] = [
    |c| c.pod_identity(),
    |c| c.irsa(),
    |c| c.keys(),
    |c| c.web_by_hand(),
    |c| c.mount("own-token", "/tokens"),
    |c| c.aws_files(),
    |c| c.var("AWS_PROFILE", "x"),
    |c| c.var("AWS_CONFIG_FILE", "/x"),
    |c| {
        c.secret("AWS_ACCESS_KEY_ID", false)
            .secret("AWS_SECRET_ACCESS_KEY", true)
    },
    |c| c.secret("AWS_CONTAINER_CREDENTIALS_FULL_URI", true),
    |c| c.var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"),
    |c| c.env_from(""),
    |c| c.env_from("DB_"),
    |c| c.var("AWS_EC2_METADATA_DISABLED", "true"),
    |c| c.var("HTTP_PROXY", "http://proxy"),
    |c| c.var("AWS_ACCESS_KEY", "x").var("AWS_SECRET_KEY", "x"),
    |c| c.var("AWS_ACCESS_KEY_ID", "x"),
    |c| c.var("AWS_ROLE_ARN", HAND_ROLE),
];

fn containers() -> impl Strategy<Value = Vec<C>> {
    // Few pieces, and often those of the webhook: most others end in the same answer.
    let pieces = proptest::collection::vec(0..PIECES.len(), 0..3);
    let container = (any::<bool>(), pieces).prop_map(|(injected, pieces)| {
        let start = if injected {
            main().pod_identity()
        } else {
            main()
        };
        pieces
            .into_iter()
            .fold(start, |container, piece| PIECES[piece](container))
    });
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    proptest::collection::vec((container, proptest::sample::select(lists.to_vec())), 1..4).prop_map(
        |containers| {
            containers
                .into_iter()
                .enumerate()
                .map(|(index, (container, list))| container.kind(list).named(&format!("c{index}")))
                .collect()
        },
    )
}

/// Makes one fact known, in one way.
type Way = fn(&mut Case);

const ACCOUNTS: [Way; 4] = [
    |case| case.account = Fact::Absent,
    |case| case.account = Fact::Present(account(None)),
    |case| case.account = Fact::Present(account(Some(IRSA_ROLE))),
    |case| case.account = Fact::Present(account(Some(HAND_ROLE))),
];

const ASSOCIATIONS: [Way; 3] = [
    |case| case.association = Fact::Absent,
    |case| case.association = Fact::Present((association("payments"), None)),
    |case| case.association = Fact::Present((association("payments"), Some(detail()))),
];

const NODES: [Way; 5] = [
    |case| case.node = Fact::Present(node("ec2", "linux")),
    |case| case.node = Fact::Present(node("ec2", "windows")),
    |case| case.node = Fact::Present(node("auto", "linux")),
    |case| case.node = Fact::Present(node("hybrid", "linux")),
    |case| case.node = Fact::Present(node("fargate", "linux")),
];

const AGENTS: [Way; 3] = [
    |case| case.agent = Agent::Missing,
    |case| case.agent = Agent::NotReady,
    |case| case.agent = Agent::Running,
];

/// Every way in which what is not known may turn out.
fn worlds(case: &Case) -> Vec<Case> {
    let mut worlds = vec![case.clone()];
    for (is_unknown, ways) in [
        (case.account.is_unknown(), ACCOUNTS.as_slice()),
        (case.association.is_unknown(), &ASSOCIATIONS),
        (case.node.is_unknown(), &NODES),
        (case.agent == Agent::Unknown, &AGENTS),
    ] {
        if is_unknown {
            worlds = worlds
                .iter()
                .flat_map(|world| ways.iter().map(|way| changed(world.clone(), *way)))
                .collect();
        }
    }
    worlds
}

fn changed(mut case: Case, way: Way) -> Case {
    way(&mut case);
    case
}

fn cases() -> impl Strategy<Value = Case> {
    let known = (
        containers(),
        proptest::sample::select(ACCOUNTS.to_vec()),
        proptest::sample::select(ASSOCIATIONS.to_vec()),
        proptest::sample::select(NODES.to_vec()),
        proptest::sample::select(AGENTS.to_vec()),
    );
    (known, any::<bool>(), any::<[bool; 4]>()).prop_map(|(known, host_network, hidden)| {
        let (containers, one, two, three, four) = known;
        let mut case = [one, two, three, four]
            .into_iter()
            .fold(associated(containers), changed)
            .with("/spec/hostNetwork", json!(host_network));
        hide(&mut case, hidden);
        case
    })
}

fn hide(case: &mut Case, [account, association, node, agent]: [bool; 4]) {
    if account {
        case.account = Fact::Unknown;
    }
    if association {
        case.association = Fact::Unknown;
    }
    if node {
        case.node = Fact::Unknown;
    }
    if agent {
        case.agent = Agent::Unknown;
    }
}

fn by_name(case: &Case) -> BTreeMap<String, Verdict> {
    case.verdicts()
        .into_iter()
        .map(|verdict| (verdict.container.to_string(), verdict))
        .collect()
}

proptest! {
    /// The strongest form of "an unknown input never yields a certain answer".
    #[test]
    fn a_certain_answer_holds_whatever_the_unknown_turns_out_to_be(case in cases()) {
        let mut answers = by_name(&case);
        answers.retain(|_, answer| answer.certainty == Certainty::Certain);
        if answers.is_empty() {
            return Ok(());
        }
        for world in worlds(&case) {
            let known = by_name(&world);
            for (name, answer) in &answers {
                let known = &known[name];
                prop_assert_eq!(answer.mechanism, known.mechanism);
                prop_assert_eq!(known.certainty, Certainty::Certain);
                prop_assert!(answer.role.is_none() || answer.role == known.role);
            }
        }
    }

    #[test]
    fn what_is_not_known_is_never_certain(mut case in cases(), hidden in 1usize..4) {
        hide(&mut case, [false, hidden == 1, hidden == 2, hidden == 3]);
        let on_auto = matches!(&case.node, Fact::Present(node) if node.compute.word() == "Auto Mode");
        for verdict in case.verdicts() {
            let needs = verdict.mechanism == Mechanism::PodIdentity && !(hidden == 3 && on_auto);
            let guess = [Mechanism::NodeRole, Mechanism::Unknown].contains(&verdict.mechanism);
            prop_assert!(!(needs || guess) || verdict.certainty < Certainty::Certain, "{verdict:?}");
        }
    }

    #[test]
    fn knowing_less_is_never_more_certain(case in cases(), hidden in any::<[bool; 4]>()) {
        let mut less = case.clone();
        hide(&mut less, hidden);
        for (more, less) in case.verdicts().iter().zip(less.verdicts()) {
            prop_assert!(less.certainty <= more.certainty, "{more:?}\n{less:?}");
        }
    }

    #[test]
    fn variables_that_are_not_seen_leave_nothing_certain(mut containers in containers(), case in cases()) {
        containers = containers.into_iter().map(|container| container.env_from("")).collect();
        let blind = Case { pod: associated(containers).pod, ..case };
        for verdict in blind.verdicts() {
            prop_assert!(verdict.certainty < Certainty::Certain);
        }
    }

    #[test]
    fn the_order_of_containers_and_variables_is_irrelevant(containers in containers(), case in cases()) {
        let forward = Case { pod: associated(containers.clone()).pod, ..case };
        let mut backward = Case { pod: associated(containers.into_iter().rev()).pod, ..forward.clone() };
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for container in backward.pod["spec"][list].as_array_mut().into_iter().flatten() {
                for part in ["envFrom", "volumeMounts"] {
                    container[part].as_array_mut().unwrap().reverse();
                }
                // Of two definitions the later counts, so only names that are defined once may move.
                let env = container["env"].as_array_mut().unwrap();
                let mut names: Vec<_> = env.iter().map(|item| item["name"].to_string()).collect();
                names.sort();
                let count = names.len();
                names.dedup();
                if names.len() == count {
                    env.reverse();
                }
            }
        }
        backward.pod["spec"]["volumes"].as_array_mut().unwrap().reverse();
        let strip = |mut verdicts: BTreeMap<String, Verdict>| {
            for verdict in verdicts.values_mut() {
                verdict.reasons.sort_by_key(|reason| format!("{reason:?}"));
            }
            verdicts
        };
        prop_assert_eq!(strip(by_name(&forward)), strip(by_name(&backward)));
    }

    #[test]
    fn doubts_are_given_exactly_where_there_are_some(case in cases()) {
        for verdict in case.verdicts() {
            prop_assert_eq!(verdict.doubts.is_empty(), verdict.certainty == Certainty::Certain);
            prop_assert!(verdict.mechanism != Mechanism::Unknown || verdict.certainty == Certainty::Unknown);
            for words in verdict.doubts.iter().map(ToString::to_string)
                .chain(verdict.notes.iter().map(ToString::to_string))
                .chain(verdict.reasons.iter().map(ToString::to_string)) {
                prop_assert!(!words.is_empty() && !words.ends_with('.'));
            }
        }
    }
}
