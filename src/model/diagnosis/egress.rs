//! Whether network policies let a pod reach an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::selector::Label;
use super::{EgressRule, NetworkPolicy, Peer, Port};
use crate::model::pod::Pod;
use crate::model::verdict::Verdict;

/// Where the agent of EKS Pod Identity listens on every node.
pub const AGENT_IPV4: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23));
pub const AGENT_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23));
pub const AGENT_PORT: u16 = 80;

/// What the policies of a namespace mean for one pod and one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way<'p> {
    pub is_open: Verdict,
    /// The policies that restrict the pod, or may do so; none of them surely lets it through, unless it is open.
    pub by: Vec<&'p NetworkPolicy>,
}

/// Joins the policies as Kubernetes does: what one of them allows is allowed, and a pod that none selects may do all.
///
/// Whether the cluster's network enforces policies at all, no object of Kubernetes says.
pub fn way<'p>(
    policies: impl IntoIterator<Item = &'p NetworkPolicy>,
    pod: &Pod,
    address: IpAddr,
    port: u16,
) -> Way<'p> {
    let mut by = Vec::new();
    // What those say that surely select the pod, and what those say that may.
    let (mut surely, mut maybe) = (Vec::new(), Vec::new());
    for policy in policies {
        if policy.namespace != pod.namespace || !policy.is_egress {
            continue;
        }
        let label = |key: &str| Label::of(pod.labels.value(key).map(|value| &**value));
        let verdicts = match policy.pods.selects(label) {
            Verdict::No => continue,
            Verdict::Unknown => &mut maybe,
            Verdict::Yes => &mut surely,
        };
        verdicts.push(policy.lets_out(address, port));
        by.push(policy);
    }
    by.sort_by_key(|policy| &policy.name);
    Way {
        is_open: joined(&surely, &maybe),
        by,
    }
}

fn joined(surely: &[Verdict], maybe: &[Verdict]) -> Verdict {
    let allowed = Verdict::any(surely.iter().copied());
    if surely.is_empty() {
        // None of them may select it, and then it may do all.
        return Verdict::agreed([Verdict::Yes, Verdict::all(maybe.iter().copied())]);
    }
    match allowed {
        Verdict::No if maybe.iter().any(|verdict| !verdict.is_no()) => Verdict::Unknown,
        allowed => allowed,
    }
}

impl NetworkPolicy {
    /// Whether one of its rules lets out to an address by TCP.
    pub fn lets_out(&self, address: IpAddr, port: u16) -> Verdict {
        Verdict::any(self.egress.iter().map(|rule| rule.lets_out(address, port)))
    }
}

impl EgressRule {
    fn lets_out(&self, address: IpAddr, port: u16) -> Verdict {
        let peers = self.peers.iter().map(|peer| peer.holds(address));
        let ports = self.ports.iter().map(|known| known.is(port));
        let everywhere = Verdict::from(self.peers.is_empty());
        let every_port = Verdict::from(self.ports.is_empty());
        everywhere
            .or(Verdict::any(peers))
            .and(every_port.or(Verdict::any(ports)))
    }
}

impl Peer {
    fn holds(&self, address: IpAddr) -> Verdict {
        match self {
            Self::Other => Verdict::No,
            Self::Block { cidr, except } => {
                let excepted = except.iter().map(|block| is_within(block, address));
                is_within(cidr, address).and(!Verdict::any(excepted))
            }
        }
    }
}

impl Port {
    fn is(&self, wanted: u16) -> Verdict {
        let protocol = self.protocol.as_deref().unwrap_or("TCP");
        if protocol != "TCP" {
            return Verdict::No;
        }
        // A name is one of a container's ports; what it means for an address outside the cluster, each network
        // decides for itself.
        if self.named.is_some() {
            return Verdict::Unknown;
        }
        match (self.port, self.end) {
            (None, _) => Verdict::Yes,
            (Some(first), Some(last)) => (first..=last).contains(&wanted).into(),
            (Some(only), None) => (only == wanted).into(),
        }
    }
}

/// Whether an address is within a block such as `169.254.0.0/16`; what is no block is not known to hold anything.
pub fn is_within(block: &str, address: IpAddr) -> Verdict {
    let parsed = block.trim().split_once('/').and_then(|(network, length)| {
        let network: IpAddr = network.parse().ok()?;
        let length: u32 = length.parse().ok()?;
        Some((network, length))
    });
    let Some((network, length)) = parsed else {
        return Verdict::Unknown;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => same_start(
            network.to_bits().into(),
            address.to_bits().into(),
            length,
            32,
        ),
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            same_start(network.to_bits(), address.to_bits(), length, 128)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => Verdict::No,
    }
}

fn same_start(one: u128, other: u128, length: u32, bits: u32) -> Verdict {
    let Some(rest) = bits.checked_sub(length) else {
        return Verdict::Unknown;
    };
    // A shift by all 128 bits leaves nothing to compare.
    let start = |address: u128| address.checked_shr(rest).unwrap_or(0);
    (start(one) == start(other)).into()
}
