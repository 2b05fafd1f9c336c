//! Words of the agent, and of programs that do not reach it.

use super::advice;
use crate::model::diagnosis::Severity;
use crate::model::signature::{Fix, Mend, Place, Signature};

pub(super) const AGENT_WITHOUT_IPV6: Signature = Signature {
    id: "agent-without-ipv6",
    patterns: &[&["fd00:ec2::23", "bind: cannot assign requested address"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the node has no IPv6, and the agent does not start because it cannot listen on its IPv6 address",
    fix: &[Fix::Mend(Mend::AgentOnIpv4)],
    rows: &[44],
    place: Place::Agent,
};

pub(super) const AGENT_PORT_TAKEN: Signature = Signature {
    id: "agent-port-taken",
    patterns: &[
        &["169.254.170.23:80", "bind: address already in use"],
        &["[fd00:ec2::23]:80", "bind: address already in use"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "something else on the node listens on port 80 of every address, so the agent does not start",
    fix: &[advice(
        "find the pod with host network, or the daemon of the node, that listens on port 80, and give it another port",
    )],
    rows: &[19],
    place: Place::Agent,
};

pub(super) const AGENT_WITHOUT_NODE_ROLE: Signature = Signature {
    id: "agent-without-node-role",
    patterns: &[
        &["AssumeRoleForPodIdentity", "no EC2 IMDS role found"],
        &[
            "AssumeRoleForPodIdentity",
            "failed to refresh cached credentials",
        ],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the agent has no credentials of the node to ask EKS Auth with: instance metadata is off or out of its reach, or the instance has no role",
    fix: &[advice(
        "give the instances a role, and turn their metadata service on; a self-built agent without host network needs a hop limit of 2",
    )],
    rows: &[26],
    place: Place::Agent,
};

pub(super) const AGENT_CUT_OFF: Signature = Signature {
    id: "agent-cannot-reach-eks-auth",
    patterns: &[
        &["AssumeRoleForPodIdentity", "context canceled"],
        &["AssumeRoleForPodIdentity", "context deadline exceeded"],
        &["AssumeRoleForPodIdentity", "i/o timeout"],
        &["AssumeRoleForPodIdentity", "no such host"],
        &["AssumeRoleForPodIdentity", "connection refused"],
        &["AssumeRoleForPodIdentity", "StatusCode: 0"],
    ],
    without: &[
        "no EC2 IMDS role found",
        "failed to refresh cached credentials",
    ],
    session: None,
    severity: Severity::Error,
    cause: "the agent got no answer of EKS Auth within its second: the node has no way to it, or too many pods asked at once",
    fix: &[
        advice(
            "give the subnets of the nodes a NAT gateway, or an interface endpoint for eks-auth with private DNS and a security group that lets in port 443",
        ),
        advice(
            "if it comes and goes, use the newest version of the agent and start fewer pods at once",
        ),
    ],
    rows: &[27, 61],
    place: Place::Agent,
};

pub(super) const AGENT_REFUSED: Signature = Signature {
    id: "node-role-lacks-eks-auth",
    patterns: &[&["not authorized to perform: eks-auth:AssumeRoleForPodIdentity"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the role of the node may not ask EKS Auth for credentials",
    fix: &[Fix::Mend(Mend::NodePolicy)],
    rows: &[25],
    place: Place::Agent,
};

/// Not a trouble: without it, people take these lines for one.
pub(super) const AGENT_FORGETS: Signature = Signature {
    id: "agent-forgets-ended-pods",
    patterns: &[&["Removing credentials from cache", "ExpiredToken"]],
    without: &[],
    session: None,
    severity: Severity::Info,
    cause: "the agent tried to renew the credentials of a pod that is gone, was refused, and forgot them, as it should",
    fix: &[],
    rows: &[57],
    place: Place::Agent,
};

pub(super) const AGENT_THROTTLED: Signature = Signature {
    id: "eks-auth-throttles",
    patterns: &[
        &["AssumeRoleForPodIdentity", "ThrottlingException"],
        &["AssumeRoleForPodIdentity", "Rate exceeded"],
        &["AssumeRoleForPodIdentity", "StatusCode: 429"],
    ],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "EKS Auth was asked too often, mostly because many pods started at once",
    fix: &[advice(
        "spread roll-outs, and use the newest version of the agent, which renews at random times",
    )],
    rows: &[61],
    place: Place::Agent,
};

pub(super) const AGENT_BUSY: Signature = Signature {
    id: "agent-limits-requests",
    patterns: &[
        &["169.254.170.23", "Too Many Requests"],
        &["fd00:ec2::23", "Too Many Requests"],
        &["container metadata", "Too Many Requests"],
    ],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "the agent of the node was asked more often than it answers; some program asks for credentials with every call",
    fix: &[advice(
        "make one client in the program and keep it, so that its SDK keeps the credentials",
    )],
    rows: &[62],
    place: Place::App,
};

pub(super) const AGENT_WRONG_ADDRESS: Signature = Signature {
    id: "agent-called-by-proxy",
    patterns: &[&["Called agent through invalid address"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the agent was called by another address than its own, mostly by a proxy",
    fix: &[Fix::Words(
        "add to NO_PROXY and no_proxy of the container",
        "169.254.170.23,[fd00:ec2::23]",
    )],
    rows: &[47],
    place: Place::App,
};

pub(super) const AGENT_SILENT: Signature = Signature {
    id: "agent-does-not-answer",
    patterns: &[
        &["169.254.170.23", "context deadline exceeded"],
        &["169.254.170.23", "i/o timeout"],
        &["169.254.170.23", "connection refused"],
        &["169.254.170.23", "Connection refused"],
        &["169.254.170.23", "ECONNREFUSED"],
        &["169.254.170.23", "timed out"],
        &["169.254.170.23", "timeout"],
        &["169.254.170.23", "ETIMEDOUT"],
        &["169.254.170.23", "no route to host"],
        &["169.254.170.23", "Network is unreachable"],
        &["169.254.170.23", "Could not connect to the endpoint URL"],
        &["fd00:ec2::23", "context deadline exceeded"],
        &["fd00:ec2::23", "connection refused"],
        &["fd00:ec2::23", "Connection refused"],
        &["fd00:ec2::23", "ECONNREFUSED"],
        &["fd00:ec2::23", "timed out"],
        &["fd00:ec2::23", "timeout"],
        &["fd00:ec2::23", "ETIMEDOUT"],
        &["fd00:ec2::23", "network is unreachable"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "nothing answered at the address of the agent: it does not run on the node, or not yet, or something keeps the pod from it",
    fix: &[advice(
        "see whether the agent is ready on the node, whether a network policy lets the pod reach 169.254.170.23 on TCP port 80, and whether NO_PROXY names it",
    )],
    rows: &[16, 19, 20, 46, 47, 48],
    place: Place::App,
};
