//! Ready statements to put into a trust policy.

use serde_json::{Value, json};

use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::trust::hop::{AssociationHop, TargetHop, WebIdentityHop, expected_external_id};
use crate::model::trust::policy::Policy;

/// How much a statement narrows down whom it lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tightness {
    /// No condition.
    Plain,
    /// This cluster only.
    Cluster,
    /// This namespace and service account of this cluster only, as far as the session tags can say so.
    Workload,
}

/// A statement that lets EKS hand a role to pods.
///
/// It names the ARNs of both the cluster and its associations as sources, because AWS does not document which of
/// them it sends; the ARNs are of the cluster's own partition.
pub fn statement_for(hop: &AssociationHop<'_>, tightness: Tightness) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": POD_IDENTITY_PRINCIPAL},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    let cluster = hop.cluster;
    let mut equals = json!({"aws:SourceAccount": cluster.account()});
    match tightness {
        Tightness::Workload if hop.session_tags => {
            set(
                &mut equals,
                "aws:RequestTag/kubernetes-namespace",
                hop.namespace.into(),
            );
            set(
                &mut equals,
                "aws:RequestTag/kubernetes-service-account",
                hop.service_account.into(),
            );
        }
        Tightness::Workload | Tightness::Cluster => {}
        Tightness::Plain => return statement,
    }
    let associations = hop.association_prefix() + "*";
    let condition = json!({
        "StringEquals": equals,
        "ArnLike": {"aws:SourceArn": [cluster.as_str(), associations]},
    });
    set(&mut statement, "Condition", condition);
    statement
}

/// A statement that lets the role of an association assume a target role.
///
/// With session tags it narrows by the tags, without them by the external id, as AWS documents it.
pub fn statement_for_target(hop: &TargetHop<'_>, tightness: Tightness) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": hop.role.as_str()},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    let source = &hop.source;
    let mut equals = json!({});
    if source.session_tags {
        set(
            &mut equals,
            "aws:RequestTag/eks-cluster-arn",
            source.cluster.as_str().into(),
        );
        if tightness == Tightness::Workload {
            set(
                &mut equals,
                "aws:RequestTag/kubernetes-namespace",
                source.namespace.into(),
            );
            let account = source.service_account.into();
            set(
                &mut equals,
                "aws:RequestTag/kubernetes-service-account",
                account,
            );
        }
    } else {
        let id = hop
            .external_id
            .map_or_else(|| expected_external_id(source), str::to_owned);
        set(&mut equals, "sts:ExternalId", id.into());
    }
    if tightness != Tightness::Plain {
        set(&mut statement, "Condition", json!({"StringEquals": equals}));
    }
    statement
}

/// A statement that lets one service account have a role by IRSA.
pub fn statement_for_web_identity(hop: &WebIdentityHop<'_>) -> Value {
    let WebIdentityHop {
        provider,
        issuer,
        namespace,
        service_account,
        audience,
    } = hop;
    let mut equals = json!({});
    let subject = format!("system:serviceaccount:{namespace}:{service_account}");
    set(&mut equals, &format!("{issuer}:aud"), (*audience).into());
    set(&mut equals, &format!("{issuer}:sub"), subject.into());
    json!({
        "Effect": "Allow",
        "Principal": {"Federated": provider.as_str()},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": equals},
    })
}

/// A whole policy of one statement.
pub fn document_of(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The policy with one statement more, everything else kept.
pub fn with_statement(policy: &Policy, statement: Value) -> Value {
    let mut document = policy.to_json();
    if let Some(Value::Array(statements)) = document.get_mut("Statement") {
        statements.push(statement);
    }
    document
}

fn set(object: &mut Value, member: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(member.to_owned(), value);
    }
}
