//! From an account in a world file to the running one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::cluster;
use super::file::{AccountFile, RoleFile, Trust};
use crate::sim::identifier;
use crate::sim::state::{AccessKey, Account, Caller, OpenIdConnectProvider, Role};

/// Builds an account, its clusters, and the roles that anything in it names.
pub(super) fn build(file: AccountFile, start: Timestamp) -> Account {
    let mut roles = Roles {
        account: file.id.clone(),
        creator: String::new(),
        start,
        by_name: BTreeMap::new(),
    };
    let mut deleted = Vec::new();
    let first_region = file.regions.first().cloned().unwrap_or_default();
    for (name, role) in file.roles {
        if role.deleted {
            deleted.push(name.clone());
        }
        roles.define(&name, role, &first_region);
    }
    roles.creator = roles.principal(&file.caller);
    let mut account = Account {
        keys: vec![AccessKey {
            id: file.access_key_id,
            secret: file.secret_access_key,
            session_token: file.session_token,
            caller: caller(&file.id, &file.caller),
            expires: None,
        }],
        id: file.id,
        alias: file.alias,
        regions: file.regions,
        roles: BTreeMap::new(),
        identity_providers: BTreeMap::new(),
        clusters: BTreeMap::new(),
    };
    for file in file.clusters {
        let is_irsa = file.irsa;
        let audiences = file.audiences.clone();
        let cluster = cluster::build(file, &mut roles, start);
        if is_irsa {
            let mut provider = provider(&cluster.account, &cluster.document, cluster.started);
            provider.audiences = audiences.unwrap_or(provider.audiences);
            account
                .identity_providers
                .insert(provider.arn.clone(), provider);
        }
        account
            .clusters
            .insert((cluster.region.clone(), cluster.name.clone()), cluster);
    }
    // They existed while ARNs were made of their names; now they are gone.
    for name in deleted {
        roles.by_name.remove(&name);
    }
    account.roles = roles.by_name;
    account
}

/// The roles of one account while it is built.
pub(super) struct Roles {
    pub(super) account: String,
    /// The ARN by which clusters know who made them.
    pub(super) creator: String,
    start: Timestamp,
    by_name: BTreeMap<String, Role>,
}

impl Roles {
    /// Returns the ARN of a role by its name, which is made if need be; an ARN stays as it is.
    pub(super) fn arn(&mut self, role: &str, region: &str) -> String {
        // What a workload may do is its own policy, called like its role.
        let file = RoleFile {
            attached: vec![role.to_owned()],
            ..RoleFile::default()
        };
        self.arn_or(role, file, region)
    }

    /// Returns the ARN of a user, or of the role behind a session.
    fn principal(&self, caller: &str) -> String {
        let role = caller
            .strip_prefix("assumed-role/")
            .and_then(|rest| rest.split('/').next());
        match role {
            None => format!("arn:aws:iam::{}:{caller}", self.account),
            Some(name) => self.by_name.get(name).map_or_else(
                || format!("arn:aws:iam::{}:role/{name}", self.account),
                |role| role.arn.clone(),
            ),
        }
    }

    /// Does the same for a role that is made for an AWS service.
    pub(super) fn service_arn(
        &mut self,
        role: &str,
        host: &str,
        policies: &[&str],
        region: &str,
    ) -> String {
        let file = RoleFile {
            trust: Trust::Service(host.to_owned()),
            attached: policies.iter().map(|name| format!("aws/{name}")).collect(),
            ..RoleFile::default()
        };
        self.arn_or(role, file, region)
    }

    /// Does the same for a role that one service account of a cluster uses in the federated way.
    pub(super) fn irsa_arn(
        &mut self,
        role: &str,
        issuer: &str,
        subject: &str,
        region: &str,
    ) -> String {
        let trust = Trust::Irsa {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        };
        let file = RoleFile {
            trust,
            attached: vec![role.to_owned()],
            ..RoleFile::default()
        };
        self.arn_or(role, file, region)
    }

    fn arn_or(&mut self, role: &str, file: RoleFile, region: &str) -> String {
        if role.starts_with("arn:") {
            return role.to_owned();
        }
        if let Some(known) = self.by_name.get(role) {
            return known.arn.clone();
        }
        self.define(role, file, region)
    }

    fn define(&mut self, name: &str, file: RoleFile, region: &str) -> String {
        let path = file.path.unwrap_or_else(|| "/".to_owned());
        let arn = format!("arn:aws:iam::{}:role{path}{name}", self.account);
        let days = 30 + identifier::number(&arn, 600);
        let created = file.created.map_or_else(
            || self.start - SignedDuration::from_hours(24 * i64::try_from(days).unwrap_or(30)),
            |when| when.resolve(self.start),
        );
        // Pods renew their credentials every few hours, so a role in use was used lately.
        let minutes = i64::try_from(identifier::number(&arn, 360)).unwrap_or_default();
        let is_for_pods = matches!(file.trust, Trust::PodIdentity | Trust::PodIdentityFor(_));
        let last_used = match file.last_used {
            Some(when) => Some(when.resolve(self.start)),
            None if file.never_used => None,
            None => is_for_pods.then(|| self.start - SignedDuration::from_mins(minutes)),
        };
        let role = Role {
            id: identifier::role(&arn),
            name: name.to_owned(),
            path,
            arn: arn.clone(),
            description: file.description,
            trust: document(&file.trust, &self.account),
            created,
            last_used,
            last_used_region: region.to_owned(),
            max_session_seconds: file.max_session.map_or(3600, |span| span.0.as_secs()),
            boundary: file.boundary,
            attached: file
                .attached
                .into_iter()
                .map(|policy| attached(&policy, &self.account))
                .collect(),
            inline: file.inline.into_iter().collect(),
            tags: file.tags.into_iter().collect(),
        };
        self.by_name.insert(name.to_owned(), role);
        arn
    }
}

/// Returns name and ARN of a policy: `aws/NAME` is managed by AWS, an ARN is one, the rest is the account's.
fn attached(policy: &str, account: &str) -> (String, String) {
    if policy.starts_with("arn:") {
        let name = policy.rsplit('/').next().unwrap_or(policy);
        return (name.to_owned(), policy.to_owned());
    }
    if let Some(name) = policy.strip_prefix("aws/") {
        return (name.to_owned(), format!("arn:aws:iam::aws:policy/{name}"));
    }
    (
        policy.to_owned(),
        format!("arn:aws:iam::{account}:policy/{policy}"),
    )
}

fn caller(account: &str, text: &str) -> Caller {
    if let Some((role, session)) = text
        .strip_prefix("assumed-role/")
        .and_then(|rest| rest.split_once('/'))
    {
        let id = identifier::role(&format!("arn:aws:iam::{account}:role/{role}"));
        return Caller {
            account: account.to_owned(),
            arn: format!("arn:aws:sts::{account}:{text}"),
            user_id: format!("{id}:{session}"),
        };
    }
    let arn = format!("arn:aws:iam::{account}:{text}");
    let user_id = identifier::role(&arn).replacen("AROA", "AIDA", 1);
    Caller {
        account: account.to_owned(),
        arn,
        user_id,
    }
}

fn provider(
    account: &str,
    document: &serde_json::Map<String, Value>,
    created: Timestamp,
) -> OpenIdConnectProvider {
    let issuer = document
        .get("identity")
        .and_then(|identity| identity.pointer("/oidc/issuer"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let url = issuer.trim_start_matches("https://").to_owned();
    OpenIdConnectProvider {
        arn: format!("arn:aws:iam::{account}:oidc-provider/{url}"),
        url,
        audiences: vec!["sts.amazonaws.com".to_owned()],
        created,
    }
}

fn document(trust: &Trust, account: &str) -> Value {
    let both = json!(["sts:AssumeRole", "sts:TagSession"]);
    let pods = json!({"Service": "pods.eks.amazonaws.com"});
    let statement = match trust {
        Trust::Document(document) => return document.clone(),
        Trust::PodIdentity => json!({"Effect": "Allow", "Principal": pods, "Action": both}),
        Trust::PodIdentityWithoutTags => {
            json!({"Effect": "Allow", "Principal": pods, "Action": "sts:AssumeRole"})
        }
        Trust::PodIdentityFor(cluster) => json!({
            "Effect": "Allow",
            "Principal": pods,
            "Action": both,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnEquals": {"aws:SourceArn": cluster},
            },
        }),
        Trust::Irsa { issuer, subject } => {
            let subject = format!("system:serviceaccount:{}", subject.replacen('/', ":", 1));
            json!({
                "Effect": "Allow",
                "Principal": {"Federated": format!("arn:aws:iam::{account}:oidc-provider/{issuer}")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {
                    format!("{issuer}:aud"): "sts.amazonaws.com",
                    format!("{issuer}:sub"): subject,
                }},
            })
        }
        Trust::Service(host) => {
            json!({"Effect": "Allow", "Principal": {"Service": host}, "Action": "sts:AssumeRole"})
        }
        Trust::Account(id) => json!({
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{id}:root")},
            "Action": both,
        }),
    };
    json!({"Version": "2012-10-17", "Statement": [statement]})
}
