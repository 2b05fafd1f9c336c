//! The check that EKS makes of a role before it accepts it.

use serde_json::Value;

const PRINCIPAL: &str = "pods.eks.amazonaws.com";

/// Returns whether a trust policy lets the service assume the role.
///
/// Conditions are not looked at, and neither is `sts:TagSession`: what they break shows only when a pod asks for
/// credentials.
pub(crate) fn lets_pods_in(document: &Value) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    statements.iter().any(|statement| {
        let is_allow = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        let mut services = texts(statement.pointer("/Principal/Service"));
        let mut actions = texts(statement.get("Action"));
        is_allow && services.any(|service| service == PRINCIPAL) && actions.any(covers_assume_role)
    })
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    list.iter().filter_map(Value::as_str)
}

fn covers_assume_role(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    match action.strip_suffix('*') {
        Some(prefix) => "sts:assumerole".starts_with(prefix),
        None => action == "sts:assumerole",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_service_must_be_allowed_to_assume_the_role() {
        let statement = |effect, principal, action| {
            lets_pods_in(&json!({"Statement": [
                {"Effect": effect, "Principal": principal, "Action": action}
            ]}))
        };
        let pods = json!({"Service": [PRINCIPAL, "ec2.amazonaws.com"]});
        assert!(statement(
            "Allow",
            pods.clone(),
            json!(["sts:TagSession", "sts:AssumeRole"])
        ));
        assert!(statement("Allow", pods.clone(), json!("STS:Assume*")));
        assert!(statement("Allow", pods.clone(), json!("*")));
        assert!(!statement("Deny", pods.clone(), json!("sts:AssumeRole")));
        assert!(!statement("Allow", pods.clone(), json!("sts:TagSession")));
        assert!(!statement(
            "Allow",
            pods,
            json!("sts:AssumeRoleWithWebIdentity")
        ));
        assert!(!statement(
            "Allow",
            json!({"AWS": "*"}),
            json!("sts:AssumeRole")
        ));
        assert!(!lets_pods_in(&json!({})));
    }
}
