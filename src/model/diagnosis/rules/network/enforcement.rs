//! Whether anything in the cluster makes network policies more than words.

use serde_json::Value;

use crate::model::Text;
use crate::model::diagnosis::Look;
use crate::model::diagnosis::served::listed;
use crate::model::verdict::Verdict;

/// Daemon sets of kube-system that enforce network policies wherever they run.
const ENFORCERS: [&str; 8] = [
    "antrea-agent",
    "calico-node",
    "canal",
    "cilium",
    "kube-network-policies",
    "kube-router",
    "kube-ovn-cni",
    "weave-net",
];

/// What shows that policies are enforced.
pub(super) struct Enforcer {
    pub(super) call: &'static str,
    pub(super) field: &'static str,
    pub(super) value: Text,
}

/// Where nobody is known to enforce policies, they may be mere words.
pub(super) fn is_enforced(enforcer: Option<&Enforcer>) -> Verdict {
    enforcer.map_or(Verdict::Unknown, |_| Verdict::Yes)
}

/// Who is known to enforce policies; that nobody is does not mean that nobody does.
pub(super) fn enforcer(look: &Look<'_>) -> Option<Enforcer> {
    let mut sets = listed(&look.evidence.daemon_sets)
        .unwrap_or_default()
        .iter();
    let set = sets.find(|set| {
        &*set.namespace == "kube-system"
            && ENFORCERS.contains(&&*set.name)
            && set.desired != Some(0)
    });
    if let Some(set) = set {
        return Some(Enforcer {
            call: "GET daemonsets in kube-system",
            field: "items[].metadata.name",
            value: set.name.clone(),
        });
    }
    let mut addons = listed(&look.evidence.addons).unwrap_or_default().iter();
    let plug_in = addons.find(|addon| &*addon.key.name == "vpc-cni")?;
    let values: Value = serde_json::from_str(plug_in.configuration.as_deref()?).ok()?;
    let is_on = match values.get("enableNetworkPolicy")? {
        Value::Bool(is_on) => *is_on,
        Value::String(word) => word == "true",
        _ => false,
    };
    is_on.then(|| Enforcer {
        call: "eks:DescribeAddon vpc-cni",
        field: "addon.configurationValues.enableNetworkPolicy",
        value: "true".into(),
    })
}
