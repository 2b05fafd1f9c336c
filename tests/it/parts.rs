//! What belongs to a cluster, for scripts and scenes: identity providers, add-ons, access entries.

use roledex::app::effect::Part;
use roledex::app::msg::FoundPart;
use roledex::app::{Request, Step, Ticket};
use roledex::model::health::HealthIssue;
use roledex::model::role::LastUse;
use roledex::model::{
    AccessEntry, AccessEntryKey, AccessPolicy, AccessRecord, Addon, AddonKey, ClusterArn,
    Described, Document, Failure, FailureKind, IdentityProvider, IdentityProviderKey, RoleDetail,
};

use crate::script::{ACCOUNT, Script};

/// Answers the open question for one kind of parts of a cluster, and ends it.
pub(crate) fn list(script: &mut Script, arn: &ClusterArn, kind: Part, found: Vec<FoundPart>) {
    let ticket = script.ticket(|request| {
        matches!(request, Request::ListParts { cluster, part, .. } if cluster == arn && *part == kind)
    });
    for part in found {
        script.step(ticket, Step::Part(Box::new(part)));
    }
    script.done(ticket, Ok(()));
}

/// Some of every kind, with something wrong among them.
pub(crate) fn some(arn: &ClusterArn, kind: Part) -> Vec<FoundPart> {
    match kind {
        Part::IdentityProviders => vec![identity_provider(arn, "okta"), denied_provider(arn)],
        Part::Addons => vec![
            addon(arn, "eks-pod-identity-agent", |_| {}),
            addon(arn, "aws-ebs-csi-driver", |addon| {
                addon.associations =
                    vec!["arn:aws:eks:eu-west-1:111122223333:podidentityassociation/x/a-1".into()];
            }),
            addon(arn, "vpc-cni", |addon| {
                addon.status = Some("DEGRADED".into());
                addon.role = Some(format!("arn:aws:iam::{ACCOUNT}:role/cni").into());
                addon.issues = vec![HealthIssue {
                    code: Some("InsufficientNumberOfReplicas".into()),
                    message: Some("1 of 3 replicas".into()),
                    resources: Vec::new(),
                }];
            }),
        ],
        Part::AccessEntries => vec![
            access_entry(arn, "Platform", "STANDARD"),
            access_entry(arn, "eks-node", "EC2_LINUX"),
        ],
    }
}

pub(crate) fn identity_provider(arn: &ClusterArn, name: &str) -> FoundPart {
    let key = provider_key(arn, name);
    let provider = IdentityProvider {
        status: Some("ACTIVE".into()),
        issuer: Some("https://login.example.com".into()),
        client_id: Some("kubernetes".into()),
        username_claim: Some("email".into()),
        groups_claim: Some("groups".into()),
        required_claims: [("team".into(), "platform".into())].into(),
        ..IdentityProvider::of(key.clone())
    };
    FoundPart::IdentityProvider(key, Ok(described(provider)))
}

fn denied_provider(arn: &ClusterArn) -> FoundPart {
    let failure = Failure::new(
        FailureKind::Denied,
        "describe identity provider corp",
        "no eks:DescribeIdentityProviderConfig",
    );
    FoundPart::IdentityProvider(provider_key(arn, "corp"), Err(failure))
}

fn provider_key(arn: &ClusterArn, name: &str) -> IdentityProviderKey {
    IdentityProviderKey {
        cluster: arn.clone(),
        kind: "oidc".into(),
        name: name.into(),
    }
}

pub(crate) fn addon(arn: &ClusterArn, name: &str, change: impl FnOnce(&mut Addon)) -> FoundPart {
    let key = AddonKey {
        cluster: arn.clone(),
        name: name.into(),
    };
    let mut addon = Addon {
        status: Some("ACTIVE".into()),
        version: Some("v1.3.10-eksbuild.1".into()),
        created: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        ..Addon::of(key.clone())
    };
    change(&mut addon);
    FoundPart::Addon(key, Ok(described(addon)))
}

fn access_entry(arn: &ClusterArn, role: &str, kind: &str) -> FoundPart {
    let key = AccessEntryKey {
        cluster: arn.clone(),
        principal: format!("arn:aws:iam::{ACCOUNT}:role/{role}").into(),
    };
    let entry = AccessEntry {
        kind: Some(kind.into()),
        username: Some(
            format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{{{{SessionName}}}}").into(),
        ),
        groups: vec!["platform".into()],
        ..AccessEntry::of(key.clone())
    };
    let policy = AccessPolicy {
        arn: Some("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy".into()),
        scope: Some("namespace".into()),
        namespaces: vec!["payments".into()],
        ..AccessPolicy::default()
    };
    let record = AccessRecord {
        entry: described(entry),
        policies: Ok(vec![described(policy)]),
    };
    FoundPart::AccessEntry(key, Ok(record))
}

/// What IAM says of a role that trusts the pods of one cluster.
pub(crate) fn role(arn: &str) -> Described<RoleDetail> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"pods.eks.amazonaws.com"}},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}}}}}}]}}"#
    );
    let mut role = RoleDetail::of(arn.into(), name.into());
    role.trust = Some(trust.into());
    role.last_use = LastUse::Never;
    described(role)
}

/// Answers the open question about a role: there is none.
pub(crate) fn delete_role(script: &mut Script, name: &str) {
    let doing = format!("read role {name}");
    let failure = Failure::new(FailureKind::NotFound, doing, "the account has no such role");
    script.done(asked_about(script, name), Err(failure));
}

/// Answers the open question about a role: it trusts machines, and no pods.
pub(crate) fn distrust_role(script: &mut Script, name: &str) {
    let mut found = role(&format!("arn:aws:iam::{ACCOUNT}:role/{name}"));
    let trust = found.value.trust.as_deref().unwrap_or_default();
    found.value.trust = Some(trust.replace("pods.eks.", "ec2.").into());
    let ticket = asked_about(script, name);
    script.step(ticket, Step::Role(Box::new(found)));
    script.done(ticket, Ok(()));
}

pub(crate) fn asked_about(script: &Script, name: &str) -> Ticket {
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    script.ticket(|request| matches!(request, Request::DescribeRole { role, .. } if **role == *arn))
}

fn described<T>(value: T) -> Described<T> {
    Described {
        value,
        document: Document::new(),
    }
}

/// Answers every open question about a role.
pub(crate) fn describe_roles(script: &mut Script) {
    loop {
        let asked = script.open().into_iter().find_map(|request| match request {
            Request::DescribeRole { role, .. } => Some(role),
            _ => None,
        });
        let Some(arn) = asked else { return };
        let ticket = script.ticket(
            |request| matches!(request, Request::DescribeRole { role, .. } if *role == arn),
        );
        script.step(ticket, Step::Role(Box::new(role(&arn))));
        script.done(ticket, Ok(()));
    }
}
