//! Access entries: which IAM principals may use the Kubernetes API.

pub(crate) mod policy;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{part, tag};
use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Account, Cluster, Part, PartKind, State};

const KIND: PartKind = PartKind::AccessEntry;
const STANDARD: &str = "STANDARD";
/// Names that begin like this belong to Kubernetes and AWS.
const RESERVED: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let wanted = call.parameter("associatedPolicyArn");
    let entries = part::of_kind(cluster, KIND).filter(|(principal, _)| {
        wanted.is_none_or(|policy| {
            cluster
                .access_policies
                .get(*principal)
                .is_some_and(|policies| policies.contains_key(policy))
        })
    });
    let page = call.page(entries.map(|(principal, _)| (principal, Value::from(principal))))?;
    Ok(reply::page("accessEntries", page.items, page.next))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    let entry =
        part::find(cluster, KIND, principal).ok_or_else(|| part::unknown(call, KIND, principal))?;
    let document = part::document(cluster, KIND, principal, entry, call.now);
    Ok(Reply::Json(json!({"accessEntry": document})))
}

pub(crate) fn create(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let arn = call.required_text("principalArn")?;
    let principal = Principal::parse(arn).ok_or_else(|| {
        invalid(
            call,
            format!("The specified principalArn is invalid: invalid format. principalArn: {arn}"),
        )
    })?;
    let kind = call.text("type")?.unwrap_or(STANDARD);
    let defaults = defaults(call, kind, &principal)?;
    if !principal.exists(call.account(state)?) {
        return Err(invalid(
            call,
            "The specified principalArn is invalid: invalid principal.",
        ));
    }
    let (groups, username) = wanted(call, kind)?;
    let tags = call.tags()?.unwrap_or_default();
    tag::check(&tags, &Code::InvalidParameter).map_err(|failure| call.about_cluster(failure))?;
    if part::find(cluster, KIND, arn).is_some() {
        return Err(call.about_cluster(Failure::new(
            Code::ResourceInUse,
            "The specified access entry resource is already in use on this cluster.",
        )));
    }
    let document = json!({
        "principalArn": arn,
        "kubernetesGroups": groups.unwrap_or(defaults.groups),
        "username": username.unwrap_or(defaults.username),
        "type": kind,
        "clusterName": cluster.name,
        "createdAt": reply::epoch(call.now),
        "modifiedAt": reply::epoch(call.now),
    });
    let entry = Part {
        arn: format!(
            "arn:aws:eks:{}:{}:access-entry/{}/{}/{}/{}/{}",
            cluster.region,
            cluster.account,
            cluster.name,
            principal.kind,
            principal.account,
            principal.name,
            Uuid::new_v4()
        ),
        status: None,
        version: None,
        document: match document {
            Value::Object(members) => members,
            _ => Map::new(),
        },
        tags,
        ready: None,
        gone: None,
    };
    let cluster = call.cluster_mut(state)?;
    let answer = part::document(cluster, KIND, arn, &entry, call.now);
    cluster.parts.insert((KIND, arn.to_owned()), entry);
    cluster
        .access_policies
        .insert(arn.to_owned(), BTreeMap::new());
    Ok(Reply::Json(json!({"accessEntry": answer})))
}

pub(crate) fn update(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster_mut(state)?;
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    let entry =
        part::find(cluster, KIND, principal).ok_or_else(|| part::unknown(call, KIND, principal))?;
    let kind = text(entry, "type").to_owned();
    if kind != STANDARD {
        return Err(call.about_cluster(Failure::invalid_request(format!(
            "An access entry of the type {kind} cannot be updated."
        ))));
    }
    let (groups, username) = wanted(call, &kind)?;
    let Some(entry) = cluster.parts.get_mut(&(KIND, principal.to_owned())) else {
        return Err(part::unknown(call, KIND, principal));
    };
    for (member, value) in [
        ("kubernetesGroups", groups.map(Value::from)),
        ("username", username.map(Value::from)),
        ("modifiedAt", Some(reply::epoch(call.now))),
    ] {
        if let Some(value) = value {
            entry.document.insert(member.to_owned(), value);
        }
    }
    describe(call, state)
}

pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster_mut(state)?;
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    cluster
        .parts
        .remove(&(KIND, principal.to_owned()))
        .ok_or_else(|| part::unknown(call, KIND, principal))?;
    cluster.access_policies.remove(principal);
    Ok(Reply::Json(json!({})))
}

/// What an entry gets where the request does not say.
struct Defaults {
    groups: Vec<String>,
    username: String,
}

fn defaults(call: &Call<'_>, kind: &str, principal: &Principal<'_>) -> Result<Defaults, Failure> {
    let node = |groups: &[&str], username: &str| Defaults {
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        username: format!("system:node:{{{{{username}}}}}"),
    };
    let defaults = match kind {
        STANDARD => Defaults {
            groups: Vec::new(),
            username: principal.username(),
        },
        "EC2_LINUX" => node(&["system:nodes"], "EC2PrivateDNSName"),
        "EC2_WINDOWS" => node(
            &["eks:kube-proxy-windows", "system:nodes"],
            "EC2PrivateDNSName",
        ),
        "EC2" => node(&["eks:managed", "system:nodes"], "EC2PrivateDNSName"),
        "HYBRID_LINUX" | "HYPERPOD_LINUX" => node(&["system:nodes"], "SessionName"),
        "FARGATE_LINUX" => node(
            &[
                "system:bootstrappers",
                "system:node-proxier",
                "system:nodes",
            ],
            "SessionName",
        ),
        other => {
            return Err(invalid(
                call,
                format!("The specified type is invalid: {other}"),
            ));
        }
    };
    if kind != STANDARD && principal.kind != "role" {
        return Err(invalid(
            call,
            format!("An access entry of the type {kind} is for a role."),
        ));
    }
    Ok(defaults)
}

/// Returns the groups and the user name that a request gives; only people and programs choose them.
fn wanted(call: &Call<'_>, kind: &str) -> Result<(Option<Vec<String>>, Option<String>), Failure> {
    let groups = call.texts("kubernetesGroups")?;
    let username = call.text("username")?.map(str::to_owned);
    if kind != STANDARD && (groups.is_some() || username.is_some()) {
        return Err(invalid(
            call,
            format!("kubernetesGroups and username cannot be given for the type {kind}."),
        ));
    }
    for name in groups.iter().flatten().chain(&username) {
        if let Some(prefix) = RESERVED.iter().find(|prefix| name.starts_with(**prefix)) {
            return Err(invalid(
                call,
                format!("A name must not begin with {prefix}: {name}"),
            ));
        }
    }
    Ok((groups, username))
}

/// An IAM principal, taken from its ARN.
struct Principal<'a> {
    arn: &'a str,
    account: &'a str,
    /// `role` or `user`.
    kind: &'static str,
    /// Without the path.
    name: &'a str,
}

impl<'a> Principal<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let (account, resource) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
        let (kind, rest) = match resource.split_once('/')? {
            ("role", rest) => ("role", rest),
            ("user", rest) => ("user", rest),
            _ => return None,
        };
        let name = rest.rsplit('/').next()?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (is_account && !name.is_empty()).then_some(Self {
            arn,
            account,
            kind,
            name,
        })
    }

    /// Returns whether the principal is there, which EKS can tell of roles in its own account only.
    fn exists(&self, own: &Account) -> bool {
        self.kind != "role"
            || self.account != own.id
            || own
                .roles
                .get(self.name)
                .is_some_and(|role| role.arn == self.arn)
    }

    fn username(&self) -> String {
        match self.kind {
            "user" => self.arn.to_owned(),
            _ => format!(
                "arn:aws:sts::{}:assumed-role/{}/{{{{SessionName}}}}",
                self.account, self.name
            ),
        }
    }
}

fn text<'p>(entry: &'p Part, member: &str) -> &'p str {
    entry
        .document
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn invalid(call: &Call<'_>, message: impl Into<String>) -> Failure {
    call.about_cluster(Failure::invalid_parameter(message))
}

fn refuse_config_map(call: &Call<'_>, cluster: &Cluster) -> Result<(), Failure> {
    let mode = cluster
        .document
        .get("accessConfig")
        .and_then(|config| config.pointer("/authenticationMode"))
        .and_then(Value::as_str);
    if mode == Some("CONFIG_MAP") {
        return Err(call.about_cluster(Failure::invalid_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] \
             to perform this operation.",
        )));
    }
    Ok(())
}
