//! With a permission less, nothing is claimed that is not known: no error goes without a question, and none comes.

use std::collections::BTreeSet;

use roledex::model::diagnosis::{Finding, Standing, Subject};
use roledex::sim::World;

use super::world::{healthy, patched};
use super::{Patient, all, each, everything, findings, is_error, is_found, run};

/// The operation of the simulator that is denied, and the words that name what it takes.
const PERMISSIONS: &[(&str, &str)] = &[
    ("DescribeCluster", "eks:DescribeCluster"),
    (
        "ListPodIdentityAssociations",
        "eks:ListPodIdentityAssociations",
    ),
    (
        "DescribePodIdentityAssociation",
        "eks:DescribePodIdentityAssociation",
    ),
    ("ListAddons", "eks:ListAddons"),
    ("DescribeAddon", "eks:DescribeAddon"),
    ("ListNodegroups", "eks:ListNodegroups"),
    ("DescribeNodegroup", "eks:DescribeNodegroup"),
    ("ListUpdates", "eks:ListUpdates"),
    ("DescribeUpdate", "eks:DescribeUpdate"),
    ("GetRole", "iam:GetRole"),
    ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
    ("ListRolePolicies", "iam:ListRolePolicies"),
    ("GetRolePolicy", "iam:GetRolePolicy"),
    ("GetPolicy", "iam:GetPolicy"),
    ("GetPolicyVersion", "iam:GetPolicyVersion"),
    ("SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy"),
    (
        "ListOpenIDConnectProviders",
        "iam:ListOpenIDConnectProviders",
    ),
    ("GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider"),
    ("kube:list:pods", "list pods"),
    ("kube:list:serviceaccounts", "list serviceaccounts"),
    ("kube:list:nodes", "list nodes"),
    ("kube:list:namespaces", "list namespaces"),
    ("kube:list:networkpolicies", "list networkpolicies"),
    ("kube:list:daemonsets", "list daemonsets"),
    (
        "kube:get:mutatingwebhookconfigurations",
        "get mutatingwebhookconfigurations",
    ),
];

/// A trouble on every kind of evidence at once.
const SICK: &str = r#"
roles:
  shop-gone: {deleted: true}
  shop-untrusted: {trust: account 111122223333}
  shop-tagless: {attached: [tagless], inline: {own: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::shop/${aws:PrincipalTag/kubernetes-namespace}/*"}]}}}
  shop-exporter: {inline: null}
  shop-mailer: {trust: irsa ISSUER shop/postman}
  imports: {trust: service ec2.amazonaws.com, attached: [aws/AmazonEC2ContainerRegistryPullOnly]}
cluster:
  health: [{code: Ec2SubnetNotFound, message: A subnet is gone.}]
  addons: {eks-pod-identity-agent: {status: DEGRADED, health: [{code: InsufficientNumberOfReplicas, message: Too few.}]}}
  nodegroups: {imports: {size: 1, role: imports}, burst: {size: 1}, windows: {size: 1, ami_type: WINDOWS_CORE_2022_x86_64}}
  associations:
    shop:
      gone: {role: shop-gone, created: -9d}
      untrusted: {role: shop-untrusted, created: -9d}
      tagless: {role: shop-tagless, session_tags: false, created: -9d}
      late: {role: shop-late, created: -1d}
      keys: {role: shop-keys, created: -9d}
      blocked: {role: shop-blocked, created: -9d}
      strict: {role: shop-strict, created: -9d}
      burst: {role: shop-burst, created: -9d}
      import: {role: shop-import, created: -9d}
      media: {role: shop-media, created: -9d}
      ghost: {role: shop-ghost, created: -9d}
    chaos: {litmus: {role: chaos, created: -9d}}
    ledger: {book: {role: ledger-book, created: -9d}}
  updates: [{type: EndpointAccessUpdate, started: -3h, takes: 6m, outcome: Failed, params: {EndpointPublicAccess: "false"}, errors: [{code: IpNotAvailable, message: No addresses.}]}]
  kubernetes:
    without_service_account: [shop/ghost, chaos/litmus]
    webhook: {without: [ledger]}
    agent: {on: {burst: {state: missing}}}
    workloads:
      kube-system: {aws-node: {env: {POD_SECURITY_GROUP_ENFORCING_MODE: strict}}}
      shop:
        late: {pods: -3d, created: -30d}
        keys: {pods: -3d, env: {AWS_ACCESS_KEY_ID: canary}}
        blocked: {pods: -3d, labels: {app: blocked}}
        strict: {pods: -3d, annotations: {vpc.amazonaws.com/pod-eni: "[]"}}
        burst: {pods: -3d, "on": nodegroup/burst}
        import: {pods: -3d, "on": nodegroup/imports}
        media: {pods: -3d, "on": windows}
    network_policies: {ledger: {none: {podSelector: {}, policyTypes: [Egress]}}}
"#;

fn name(finding: &Finding) -> (&'static str, Subject) {
    (finding.rule.0, finding.subject.clone())
}

fn examined(world: World, denied: Option<&str>) -> (Vec<Finding>, String) {
    run(async {
        let patient = Patient::of(world).await;
        if let Some(operation) = denied {
            patient.fault(&format!("{operation}=denied"));
        }
        let found = patient.examine(&everything()).await;
        (findings(&found).cloned().collect(), all(&found))
    })
}

#[test]
fn a_healthy_world_never_gains_an_error() {
    each(PERMISSIONS, |(operation, words)| {
        let (found, told) = examined(healthy(), Some(operation));
        if found.iter().any(is_found) {
            return Err(format!("without {words}:\n  {told}"));
        }
        Ok(())
    });
}

#[test]
fn no_error_goes_without_a_question_that_names_the_permission() {
    let (whole, all_told) = examined(patched(SICK), None);
    let errors: BTreeSet<_> = whole
        .iter()
        .filter(|finding| is_error(finding))
        .map(name)
        .collect();
    assert!(errors.len() > 12, "{all_told}");
    let unknown = |found: &[Finding]| {
        found
            .iter()
            .any(|one| matches!(one.standing, Standing::Unknown(_)))
    };
    assert!(!unknown(&whole), "{all_told}");
    each(PERMISSIONS, |(operation, words)| {
        let (found, told) = examined(patched(SICK), Some(operation));
        let now: BTreeSet<_> = found
            .iter()
            .filter(|finding| is_error(finding))
            .map(name)
            .collect();
        let come: Vec<_> = now.difference(&errors).collect();
        // What may be so is still told, in a weaker voice.
        let kept: BTreeSet<_> = found
            .iter()
            .filter(|finding| is_told(finding))
            .map(name)
            .collect();
        let gone: Vec<_> = errors.difference(&kept).collect();
        let is_named = found.iter().any(|finding| match &finding.standing {
            Standing::Unknown(needs) => needs.contains(words),
            Standing::Found | Standing::Possible => false,
        });
        if come.is_empty() && (gone.is_empty() || is_named) {
            return Ok(());
        }
        Err(format!(
            "without {words}: come {come:?}, gone {gone:?}\n  {told}"
        ))
    });
}

fn is_told(finding: &Finding) -> bool {
    !matches!(finding.standing, Standing::Unknown(_))
}
