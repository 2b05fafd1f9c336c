//! The agents whose logs are read: those beside the pods and of the nodes in trouble, and why others are not.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::MOST_LISTED;
use crate::cloud::{Kubernetes, ObjectFilter, Urgency};
use crate::model::addon::AGENT;
use crate::model::diagnosis::{Diagnosis, Evidence, Severity, Standing, Subject};
use crate::model::identity::Fact;
use crate::model::node::Compute;
use crate::model::pod::Pod;
use crate::model::{Failure, Text};
use crate::ops::load::kubernetes::first;

/// Nodes whose agents are read.
pub(super) const MOST_AGENTS: usize = 8;
const SYSTEM: &str = "kube-system";

/// Agents whose logs are read, and what is to be told of the others.
#[derive(Debug, Default)]
pub(super) struct Agents {
    pub(super) pods: Vec<Pod>,
    pub(super) gaps: Vec<String>,
}

/// Nodes that the findings of a diagnosis are about.
pub(super) fn in_trouble(diagnosis: &Diagnosis) -> Vec<Text> {
    let findings = diagnosis.findings.iter().filter(|finding| {
        finding.severity >= Severity::Warning && !matches!(finding.standing, Standing::Unknown(_))
    });
    let nodes = findings.filter_map(|finding| match &finding.subject {
        Subject::Node(node) => Some(node.clone()),
        _ => None,
    });
    nodes.collect()
}

/// The nodes that can have an agent as a pod, those named first before the others, each once; and how many have none.
pub(super) fn with_agents(
    evidence: &Evidence,
    named: impl IntoIterator<Item = Text>,
) -> (Vec<Text>, Vec<String>) {
    let mut known = BTreeSet::new();
    let (mut nodes, mut built_in) = (Vec::new(), 0_usize);
    for name in named {
        if !known.insert(name.clone()) {
            continue;
        }
        match evidence.census.node(&name) {
            Fact::Present(node) if node.compute == Compute::Auto => built_in += 1,
            // There never is an agent, as the rules say.
            Fact::Present(node) if node.compute == Compute::Fargate => {}
            Fact::Present(_) | Fact::Absent | Fact::Unknown => nodes.push(name),
        }
    }
    let gap = match built_in {
        0 => None,
        1 => Some("the agent of a node of Auto Mode is no pod, and has no log here".to_owned()),
        several => Some(format!(
            "the agents of {several} nodes of Auto Mode are no pods, and have no logs here"
        )),
    };
    (nodes, gap.into_iter().collect())
}

/// The pods of the agent on the first few of some nodes.
pub(super) async fn of_nodes(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    evidence: &Evidence,
    nodes: &[Text],
) -> Result<Agents, Failure> {
    if nodes.is_empty() {
        return Ok(Agents::default());
    }
    let filter = &ObjectFilter {
        namespace: Some(SYSTEM.to_owned()),
        labels: Some(format!("app.kubernetes.io/name={AGENT}")),
        ..ObjectFilter::default()
    };
    let listed = first("list the agents", MOST_LISTED, |page| async move {
        kubernetes.pods(urgency, filter, page.as_deref()).await
    });
    let (listed, is_cut) = listed.await?;
    let mut agents = some(evidence, nodes, listed);
    if is_cut {
        agents.gaps.push(format!(
            "only the first {MOST_LISTED} agents were listed: those of some nodes may be missing"
        ));
    }
    Ok(agents)
}

fn some(evidence: &Evidence, nodes: &[Text], listed: Vec<Pod>) -> Agents {
    let mut on: BTreeMap<Text, Vec<Pod>> = BTreeMap::new();
    for agent in listed {
        if let Some(node) = agent.node.clone() {
            on.entry(node).or_default().push(agent);
        }
    }
    let mut agents = Agents::default();
    let (mut read, mut passed, mut without) = (0_usize, 0_usize, 0_usize);
    for node in nodes {
        match on.remove(node) {
            Some(_) if read == MOST_AGENTS => passed += 1,
            Some(pods) => {
                read += 1;
                agents.pods.extend(pods);
            }
            // Of a node that is known the rules say that its agent is missing.
            None if matches!(evidence.census.node(node), Fact::Present(_)) => {}
            None => without += 1,
        }
    }
    if passed > 0 {
        let words = many(passed, "more node was", "more nodes were");
        agents.gaps.push(format!(
            "the agents of {words} passed over: ask about a pod of such a node to read them"
        ));
    }
    if without > 0 {
        let words = many(without, "node that pods run on", "nodes that pods run on");
        agents.gaps.push(format!(
            "on {words} there is no pod of the agent, and so no log: Auto Mode has it built in"
        ));
    }
    agents
}

fn many(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::model::ClusterArn;
    use crate::model::node::Node;

    fn node(name: &str, compute: Option<&str>) -> Node {
        let labels = compute.map_or(
            json!({}),
            |word| json!({"eks.amazonaws.com/compute-type": word}),
        );
        let object = json!({"metadata": {"name": name, "labels": labels}, "spec": {"providerID": "aws:///z/i-0a"}, "status": {}});
        Node::decode(&object).unwrap()
    }

    fn agent(node: &str) -> Pod {
        let object = json!({"metadata": {"namespace": SYSTEM, "name": format!("agent-{node}")}, "spec": {"nodeName": node, "containers": []}, "status": {"phase": "Running"}});
        Pod::decode(&object).unwrap()
    }

    fn evidence(nodes: &[Node]) -> Evidence {
        let arn = ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/demo").unwrap();
        let mut evidence = Evidence::nothing(arn, Timestamp::UNIX_EPOCH);
        for node in nodes {
            evidence.census.apply(node.clone());
        }
        evidence
    }

    fn names(range: std::ops::Range<usize>, word: &str) -> Vec<Text> {
        range.map(|n| format!("{word}-{n:02}").into()).collect()
    }

    #[test]
    fn nodes_of_auto_mode_and_fargate_take_no_place_from_others() {
        let auto = names(0..9, "auto");
        let mut nodes: Vec<Node> = auto.iter().map(|name| node(name, Some("auto"))).collect();
        nodes.push(node("fargate", Some("fargate")));
        let evidence = evidence(&nodes);
        let named = auto
            .iter()
            .cloned()
            .chain(["fargate".into(), "z".into(), "z".into()]);
        let (nodes, gaps) = with_agents(&evidence, named);
        assert_eq!(nodes, ["z".into()] as [Text; 1]);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert!(gaps[0].contains("9 nodes of Auto Mode"), "{gaps:?}");
        let agents = some(&evidence, &nodes, vec![agent("z")]);
        assert_eq!((agents.pods.len(), agents.gaps.len()), (1, 0));
    }

    #[test]
    fn those_named_first_are_read_and_the_others_told_of() {
        let evidence = evidence(&[]);
        // By name they would come last.
        let named: Vec<Text> = std::iter::once("z".into())
            .chain(names(0..10, "n"))
            .collect();
        let (nodes, _) = with_agents(&evidence, named);
        let listed = nodes.iter().rev().map(|node| agent(node)).collect();
        let agents = some(&evidence, &nodes, listed);
        let read: Vec<&str> = agents
            .pods
            .iter()
            .filter_map(|pod| pod.node.as_deref())
            .collect();
        assert_eq!(
            read,
            ["z", "n-00", "n-01", "n-02", "n-03", "n-04", "n-05", "n-06"]
        );
        assert_eq!(agents.gaps.len(), 1, "{:?}", agents.gaps);
        assert!(agents.gaps[0].starts_with("the agents of 3 more nodes were passed over"));
    }

    #[test]
    fn nodes_without_an_agent_are_told_of_where_nothing_else_does() {
        let nodes = ["known".into(), "other".into()];
        let agents = some(&evidence(&[node("known", None)]), &nodes, Vec::new());
        assert_eq!(agents.gaps.len(), 1, "{:?}", agents.gaps);
        assert!(
            agents.gaps[0].starts_with("on 1 node that pods run on"),
            "{:?}",
            agents.gaps
        );
    }
}
