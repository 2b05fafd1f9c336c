//! Reads the Kubernetes objects that only a diagnosis looks at, trimmed to what its rules need.

use std::collections::BTreeMap;

use serde_json::Value;

use super::evidence::{
    DaemonSet, EgressRule, Expression, NetworkPolicy, Peer, Port, Selector, Webhook, WebhookEntry,
};
use crate::model::Text;
use crate::model::pod::Unreadable;
use crate::model::pod::read::{Intern, Place};

/// The one variable of the network plug-in that a rule looks at; the others are nobody's business.
const ENFORCING_MODE: &str = "POD_SECURITY_GROUP_ENFORCING_MODE";

impl Webhook {
    /// Reads a MutatingWebhookConfiguration.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a MutatingWebhookConfiguration and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let entries = Place::root(object).at("webhooks")?.each(|entry| {
            Ok(WebhookEntry {
                name: intern(entry.at("name")?.needed()?),
                failure_policy: entry.at("failurePolicy")?.filled()?.map(&mut *intern),
                review_versions: texts(&entry.at("admissionReviewVersions")?, intern)?,
                namespace_selector: selector(&entry.at("namespaceSelector")?, intern)?,
                object_selector: selector(&entry.at("objectSelector")?, intern)?,
            })
        })?;
        Ok(Self { entries })
    }
}

impl NetworkPolicy {
    /// Reads a NetworkPolicy.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a NetworkPolicy and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let (metadata, spec) = (root.at("metadata")?, root.at("spec")?);
        let types = spec.at("policyTypes")?;
        let egress = spec.at("egress")?.each(|rule| {
            Ok(EgressRule {
                peers: rule.at("to")?.each(|one| peer(one, intern))?,
                ports: rule.at("ports")?.each(|one| port(one, intern))?,
            })
        })?;
        // Without types, a policy is about what comes in, and about what goes out only if it has a rule for it.
        let is_egress = if types.is_present() {
            let types = types.each(|one| Ok(one.needed()? == "Egress"))?;
            types.contains(&true)
        } else {
            !egress.is_empty()
        };
        Ok(Self {
            namespace: intern(metadata.at("namespace")?.needed()?),
            name: intern(metadata.at("name")?.needed()?),
            pods: selector(&spec.at("podSelector")?, intern)?,
            is_egress,
            egress,
        })
    }
}

impl DaemonSet {
    /// Reads a DaemonSet.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a DaemonSet and shares its texts; of the environment of its containers one variable is kept.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let (metadata, status) = (root.at("metadata")?, root.at("status")?);
        let template = root.at("spec")?;
        let template = template.at("template")?;
        let pod = template.at("spec")?;
        let containers = pod.at("containers")?.each(|container| {
            let modes = container.at("env")?.each(|variable| {
                if variable.at("name")?.text()? != Some(ENFORCING_MODE) {
                    return Ok(None);
                }
                Ok(variable.at("value")?.filled()?.map(&mut *intern))
            })?;
            let image = container.at("image")?.filled()?.map(&mut *intern);
            // Of a variable that is named twice, the last one counts.
            Ok((image, modes.into_iter().flatten().next_back()))
        })?;
        Ok(Self {
            namespace: intern(metadata.at("namespace")?.needed()?),
            name: intern(metadata.at("name")?.needed()?),
            desired: status.at("desiredNumberScheduled")?.count()?,
            ready: status.at("numberReady")?.count()?,
            enforcing_mode: containers.iter().find_map(|(_, mode)| mode.clone()),
            image: containers.into_iter().next().and_then(|(image, _)| image),
        })
    }
}

fn texts(place: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Vec<Text>, Unreadable> {
    place.each(|text| Ok(intern(text.needed()?)))
}

fn selector(place: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Selector, Unreadable> {
    let labels = place.at("matchLabels")?;
    let mut wanted = BTreeMap::new();
    for name in labels.object()?.into_iter().flat_map(|map| map.keys()) {
        if let Some(value) = labels.entry(name)? {
            wanted.insert(intern(name), intern(value));
        }
    }
    let expressions = place.at("matchExpressions")?.each(|expression| {
        Ok(Expression {
            key: intern(expression.at("key")?.needed()?),
            operator: intern(expression.at("operator")?.needed()?),
            // The empty text is a value that a label can have.
            values: expression
                .at("values")?
                .each(|value| Ok(intern(value.text()?.unwrap_or_default())))?,
        })
    })?;
    Ok(Selector {
        labels: wanted,
        expressions,
    })
}

fn peer(place: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Peer, Unreadable> {
    let block = place.at("ipBlock")?;
    if !block.is_present() {
        return Ok(Peer::Other);
    }
    Ok(Peer::Block {
        cidr: intern(block.at("cidr")?.needed()?),
        except: texts(&block.at("except")?, intern)?,
    })
}

fn port(place: &Place<'_, '_>, intern: &mut Intern<'_>) -> Result<Port, Unreadable> {
    let port = place.at("port")?;
    let named = port.text().ok().flatten().map(&mut *intern);
    Ok(Port {
        protocol: place.at("protocol")?.filled()?.map(&mut *intern),
        port: if named.is_some() {
            None
        } else {
            number(&port)?
        },
        end: number(&place.at("endPort")?)?,
        named,
    })
}

fn number(place: &Place<'_, '_>) -> Result<Option<u16>, Unreadable> {
    let number = place.count()?;
    number
        .map(|number| u16::try_from(number).map_err(|_| place.wrong("is not the number of a port")))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_webhook_configuration_is_read() {
        let webhook = Webhook::decode(&json!({
            "metadata": {"name": "pod-identity-webhook"},
            "webhooks": [{
                "name": "pod-identity-webhook.eks.amazonaws.com", "failurePolicy": "Ignore",
                "admissionReviewVersions": ["v1beta1"], "new": {},
                "namespaceSelector": {"matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["ledger"]},
                ]},
                "objectSelector": {"matchLabels": {"a": ""}},
            }, {"name": "bare"}],
        }));
        let webhook = webhook.unwrap();
        let [entry, bare] = webhook.entries.as_slice() else {
            panic!("{webhook:?}")
        };
        assert_eq!(entry.failure_policy.as_deref(), Some("Ignore"));
        assert_eq!(entry.review_versions, ["v1beta1".into()]);
        let expression = &entry.namespace_selector.expressions[0];
        assert_eq!(
            (&*expression.operator, expression.values.as_slice()),
            ("NotIn", ["ledger".into()].as_slice())
        );
        assert_eq!(
            entry.object_selector.labels,
            BTreeMap::from([("a".into(), "".into())])
        );
        assert_eq!(bare.namespace_selector, Selector::default());
        let wrong = json!({"webhooks": [{"name": "x", "namespaceSelector": []}]});
        assert_eq!(
            Webhook::decode(&wrong).unwrap_err().to_string(),
            "webhooks[0].namespaceSelector is not an object"
        );
    }

    fn policy(spec: &Value) -> Result<NetworkPolicy, Unreadable> {
        NetworkPolicy::decode(&json!({"metadata": {"namespace": "a", "name": "b"}, "spec": spec}))
    }

    #[test]
    fn a_network_policy_is_about_egress_as_the_api_server_decides() {
        let rule = json!([{"to": [{"podSelector": {}}]}]);
        for (spec, expected) in [
            (json!({}), false),
            (json!({"policyTypes": ["Ingress"]}), false),
            (json!({"policyTypes": ["Ingress"], "egress": rule}), false),
            (json!({"policyTypes": ["Ingress", "Egress"]}), true),
            (json!({"egress": rule}), true),
        ] {
            assert_eq!(policy(&spec).unwrap().is_egress, expected, "{spec}");
        }
    }

    #[test]
    fn what_a_network_policy_lets_out_is_read() {
        let spec = json!({"podSelector": {"matchLabels": {"app": "x"}}, "egress": [
            {"to": [{"ipBlock": {"cidr": "169.254.170.23/32", "except": ["10.0.0.0/8"]}},
                    {"namespaceSelector": {}}],
             "ports": [{"port": 80}, {"protocol": "UDP", "port": 1, "endPort": 9}, {"port": "http"}, {}]},
            {},
        ]});
        let policy = policy(&spec).unwrap();
        assert_eq!(&*policy.pods.labels["app"], "x");
        let rule = &policy.egress[0];
        assert_eq!(
            rule.peers,
            [
                Peer::Block {
                    cidr: "169.254.170.23/32".into(),
                    except: vec!["10.0.0.0/8".into()]
                },
                Peer::Other
            ]
        );
        let ports = rule.ports.iter();
        let ports: Vec<_> = ports
            .map(|one| {
                (
                    one.protocol.as_deref(),
                    one.port,
                    one.end,
                    one.named.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            ports,
            [
                (None, Some(80), None, None),
                (Some("UDP"), Some(1), Some(9), None),
                (None, None, None, Some("http")),
                (None, None, None, None),
            ]
        );
        assert_eq!(policy.egress[1], EgressRule::default());
    }

    #[test]
    fn ports_that_cannot_be_are_named() {
        for (port, expected) in [
            (
                json!(65_536),
                "spec.egress[0].ports[0].port is not the number of a port",
            ),
            (
                json!(-1),
                "spec.egress[0].ports[0].port is not a number that counts",
            ),
            (
                json!([]),
                "spec.egress[0].ports[0].port is not a number that counts",
            ),
        ] {
            let spec = json!({"egress": [{"ports": [{"port": port}]}]});
            assert_eq!(policy(&spec).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn of_the_environment_of_a_daemon_set_one_variable_is_kept() {
        let set = DaemonSet::decode(&json!({
            "metadata": {"namespace": "kube-system", "name": "aws-node"},
            "spec": {"template": {"spec": {"containers": [
                {"name": "aws-node", "image": "cni:1", "env": [
                    {"name": "PASSWORD", "value": "canary"},
                    {"name": ENFORCING_MODE, "value": "strict"},
                    {"name": "LATER", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                ]},
                {"name": "other", "image": "other:1"},
            ]}}},
            "status": {"desiredNumberScheduled": 3, "numberReady": 2},
        }));
        let set = set.unwrap();
        assert_eq!((set.desired, set.ready), (Some(3), Some(2)));
        assert_eq!(set.image.as_deref(), Some("cni:1"));
        assert_eq!(set.enforcing_mode.as_deref(), Some("strict"));
        assert!(!format!("{set:?}").contains("canary"));
    }
}
