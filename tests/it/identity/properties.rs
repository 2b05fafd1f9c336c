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
    let container = proptest::collection::vec(0..PIECES.len(), 0..4).prop_map(|pieces| {
        pieces
            .into_iter()
            .fold(main(), |container, piece| PIECES[piece](container))
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

fn agents() -> [Agent; 3] {
    [Agent::Missing, Agent::NotReady, Agent::Running]
}

/// Every value that a fact can have, once it is known.
fn worlds(case: &Case) -> Vec<Case> {
    let accounts = [None, Some(IRSA_ROLE), Some(HAND_ROLE)];
    let machines = [
        ("ec2", "linux"),
        ("ec2", "windows"),
        ("auto", "linux"),
        ("hybrid", "linux"),
        ("fargate", "linux"),
    ];
    let mut worlds = vec![case.clone()];
    let mut widen = |is_unknown: bool, ways: Vec<Box<dyn Fn(&mut Case)>>| {
        if is_unknown {
            worlds = worlds
                .iter()
                .flat_map(|world| {
                    ways.iter().map(|way| {
                        let mut world = world.clone();
                        way(&mut world);
                        world
                    })
                })
                .collect();
        }
    };
    let mut ways: Vec<Box<dyn Fn(&mut Case)>> = vec![Box::new(|case| case.account = Fact::Absent)];
    for role in accounts {
        ways.push(Box::new(move |case| {
            case.account = Fact::Present(account(role))
        }));
    }
    widen(case.account.is_unknown(), ways);
    let mut ways: Vec<Box<dyn Fn(&mut Case)>> =
        vec![Box::new(|case| case.association = Fact::Absent)];
    for described in [None, Some(detail())] {
        ways.push(Box::new(move |case| {
            case.association = Fact::Present((association("payments"), described.clone()));
        }));
    }
    widen(case.association.is_unknown(), ways);
    let mut ways: Vec<Box<dyn Fn(&mut Case)>> = Vec::new();
    for (compute, os) in machines {
        ways.push(Box::new(move |case| {
            case.node = Fact::Present(node(compute, os))
        }));
    }
    widen(case.node.is_unknown(), ways);
    let mut ways: Vec<Box<dyn Fn(&mut Case)>> = Vec::new();
    for agent in agents() {
        ways.push(Box::new(move |case| case.agent = agent));
    }
    widen(case.agent == Agent::Unknown, ways);
    worlds
}

fn cases() -> impl Strategy<Value = Case> {
    let known = containers().prop_flat_map(|containers| {
        let mut case = associated(containers);
        case.account = Fact::Unknown;
        case.association = Fact::Unknown;
        case.node = Fact::Unknown;
        case.agent = Agent::Unknown;
        proptest::sample::select(worlds(&case))
    });
    (known, any::<bool>(), any::<[bool; 4]>()).prop_map(|(mut case, host_network, hidden)| {
        case = case.with("/spec/hostNetwork", json!(host_network));
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
        let answers = by_name(&case);
        for world in worlds(&case) {
            for (name, known) in by_name(&world) {
                let answer = &answers[&name];
                if answer.certainty == Certainty::Certain {
                    prop_assert_eq!(answer.mechanism, known.mechanism);
                    prop_assert_eq!(known.certainty, Certainty::Certain);
                    prop_assert!(answer.role.is_none() || answer.role == known.role);
                }
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
