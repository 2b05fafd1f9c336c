//! With a permission less, nothing is claimed that is not known: no trouble goes without a question, and none comes.

use std::collections::BTreeSet;

use roledex::model::diagnosis::{Finding, Severity, Standing, Subject};
use roledex::ops::fleet::Selection;
use roledex::sim::World;

use super::rows::table::ROWS;
use super::world::{healthy, patched};
use super::{Patient, all, each, everything, findings, run};

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
    ("ListCapabilities", "eks:ListCapabilities"),
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
    ("kube:get:namespaces", "get namespaces"),
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

/// What doctor needs to get so far that there is a cluster to be examined.
const FIRST: &[&str] = &["GetCallerIdentity", "ListClusters"];

/// What was seen with some operations failing.
struct Seen {
    found: Vec<Finding>,
    told: String,
    asked: BTreeSet<&'static str>,
}

impl Seen {
    fn is_found(&self, wanted: &(&'static str, Subject)) -> bool {
        let mut told = self.found.iter().filter(|one| is_told(one));
        told.any(|finding| name(finding) == *wanted)
    }

    /// What the rule says that it needs to judge this very subject, or anybody.
    fn needs_of(&self, trouble: &(&'static str, Subject)) -> impl Iterator<Item = &str> {
        let (rule, subject) = trouble.clone();
        let of = self.found.iter().filter(move |finding| {
            let is_of_all = finding.subject == Subject::Cluster;
            finding.rule.0 == rule && (is_of_all || finding.subject == subject)
        });
        of.filter_map(|finding| match &finding.standing {
            Standing::Unknown(needs) => Some(&**needs),
            Standing::Found | Standing::Possible => None,
        })
    }

    /// What the rule says that it needs.
    fn needs(&self, rule: &str) -> Vec<&str> {
        let of_rule = self.found.iter().filter(|finding| finding.rule.0 == rule);
        let needs = of_rule.filter_map(|finding| match &finding.standing {
            Standing::Unknown(needs) => Some(&**needs),
            Standing::Found | Standing::Possible => None,
        });
        needs.collect()
    }
}

fn examined(world: World, faults: &[String], selection: &Selection) -> Seen {
    run(async {
        let patient = Patient::of(world).await;
        for fault in faults {
            patient.fault(fault);
        }
        let found = patient.examine(selection).await;
        let entries = patient.simulator.log().entries();
        Seen {
            found: findings(&found).cloned().collect(),
            told: all(&found),
            // What is no operation is how a client finds its way to the API server.
            asked: entries
                .iter()
                .map(|entry| entry.operation)
                .filter(|operation| !operation.is_empty())
                .collect(),
        }
    })
}

fn denied(operation: &str) -> [String; 1] {
    [format!("{operation}=denied")]
}

fn is_told(finding: &Finding) -> bool {
    !matches!(finding.standing, Standing::Unknown(_))
}

/// Whatever somebody should do something about.
fn troubles(found: &[Finding]) -> BTreeSet<(&'static str, Subject)> {
    found
        .iter()
        .filter(|finding| is_told(finding) && finding.severity >= Severity::Warning)
        .map(name)
        .collect()
}

/// What may come where the other was told of the same subject, with the reason.
///
/// - A pod that was not injected is older than its association or not: where the dates are not known, both are possible.
const ONE_OF_TWO: &[(&str, &str)] = &[("pod-older-than-association", "pod-not-injected")];

/// Every trouble is still there, in whatever voice, or its own rule asks for one of what it lacks; and none has come.
fn compare(
    before: &BTreeSet<(&'static str, Subject)>,
    after: &Seen,
    words: &[&str],
) -> Result<(), String> {
    let now = troubles(&after.found);
    let come = now.difference(before).filter(|(rule, subject)| {
        let mut others = ONE_OF_TWO.iter().filter(|(one, _)| one == rule);
        !others.any(|(_, other)| before.contains(&(*other, subject.clone())))
    });
    let come: Vec<_> = come.collect();
    let silent = before.iter().filter(|trouble| {
        let mut needs = after.needs_of(trouble);
        let is_asked = needs.any(|needs| words.iter().any(|words| needs.contains(words)));
        !after.is_found(trouble) && !is_asked
    });
    let silent: Vec<_> = silent.collect();
    if come.is_empty() && silent.is_empty() {
        return Ok(());
    }
    Err(format!(
        "without {words:?}: come {come:?}, silent {silent:?}\n  {}",
        after.told
    ))
}

/// A call that somebody adds is taken away like the others.
#[test]
fn everything_that_is_asked_is_taken_away_below() {
    let narrowed = Selection {
        namespaces: vec!["shop".to_owned()],
        ..everything()
    };
    let mut asked = BTreeSet::new();
    for selection in [everything(), narrowed] {
        asked.extend(examined(patched(SICK), &[], &selection).asked);
    }
    let known: BTreeSet<&str> = PERMISSIONS
        .iter()
        .map(|(operation, _)| *operation)
        .chain(FIRST.iter().copied())
        .collect();
    assert_eq!(asked, known);
}

#[test]
fn a_healthy_world_gains_questions_that_name_the_permission_and_nothing_else() {
    let narrowed = |accounts: &[&str]| Selection {
        namespaces: vec!["shop".to_owned()],
        service_accounts: accounts.iter().map(|name| (*name).to_owned()).collect(),
        ..everything()
    };
    let of_kubernetes = |of: &str| of.starts_with("kube:");
    let mut cases = Vec::new();
    for selection in [everything(), narrowed(&[]), narrowed(&["api"])] {
        let is_whole = selection.namespaces.is_empty();
        let seen = examined(healthy(), &[], &selection);
        let open = seen.found.iter().filter(|one| is_told(one));
        assert_eq!(open.count(), 0, "{}", seen.told);
        // What narrows the view is asked of Kubernetes; AWS is asked the same.
        let meant = PERMISSIONS
            .iter()
            .filter(|(of, _)| is_whole || of_kubernetes(of));
        cases.extend(meant.map(|one| (*one, selection.clone(), seen.asked.clone())));
    }
    each(&cases, |((operation, words), selection, whole)| {
        let seen = examined(healthy(), &denied(operation), selection);
        // What nobody asks for in this view is no loss.
        if !selection.namespaces.is_empty() && !whole.contains(operation) {
            return Ok(());
        }
        let other = seen.found.iter().find(|finding| match &finding.standing {
            Standing::Unknown(needs) => {
                let is_narrow = !selection.service_accounts.is_empty();
                !(needs.contains(words) || is_narrow && needs.contains("were not read"))
            }
            // A reader who may not read is no trouble of a pod.
            Standing::Found | Standing::Possible => true,
        });
        let is_silent = seen.found.is_empty() && whole.contains(operation);
        if other.is_none() && !is_silent {
            return Ok(());
        }
        Err(format!(
            "without {words}: {}\n  {}",
            other.map_or_else(
                || "nothing is asked".to_owned(),
                |finding| finding.rule.to_string()
            ),
            seen.told
        ))
    });
}

#[test]
fn no_trouble_goes_without_a_question_of_its_own_rule_that_names_the_permission() {
    let whole = examined(patched(SICK), &[], &everything());
    let troubles = troubles(&whole.found);
    assert!(troubles.len() > 16, "{}", whole.told);
    assert!(whole.found.iter().all(is_told), "{}", whole.told);
    each(PERMISSIONS, |(operation, words)| {
        let seen = examined(patched(SICK), &denied(operation), &everything());
        compare(&troubles, &seen, &[words])
    });
}

/// All of Kubernetes, all of IAM, all of both; refused, throttled and broken.
#[test]
fn without_a_whole_service_nothing_goes_silently() {
    let troubles = troubles(&examined(patched(SICK), &[], &everything()).found);
    let of = |is_meant: fn(&str, &str) -> bool| {
        let meant = PERMISSIONS
            .iter()
            .filter(|(operation, words)| is_meant(operation, words));
        meant.map(|(operation, _)| *operation).collect::<Vec<_>>()
    };
    let kubernetes = of(|operation, _| operation.starts_with("kube:"));
    let iam = of(|_, words| words.starts_with("iam:"));
    let both = [kubernetes.clone(), iam.clone()].concat();
    // Whoever is throttled asks again and again, which takes its time.
    let role = vec!["GetRole"];
    let broken = "error:500:ServiceFailure:broken";
    let cases = [
        (&kubernetes, "denied", &["Kubernetes"][..]),
        (&kubernetes, broken, &["in cluster payments"]),
        (&iam, "denied", &["iam:"]),
        (&role, broken, &["role"]),
        (&role, "throttle", &["role"]),
        (&both, "denied", &["Kubernetes", "iam:"]),
    ];
    each(&cases, |(operations, how, words)| {
        let faults = operations
            .iter()
            .map(|operation| format!("{operation}={how}"));
        let faults: Vec<String> = faults.collect();
        let seen = examined(patched(SICK), &faults, &everything());
        compare(&troubles, &seen, words).map_err(|wrong| format!("{how}: {wrong}"))
    });
}

/// What most rules rest on; the others are taken away from the world with everything above.
const OFTEN: &[&str] = &[
    "DescribeCluster",
    "ListPodIdentityAssociations",
    "DescribePodIdentityAssociation",
    "GetRole",
    "kube:list:pods",
    "kube:list:nodes",
    "kube:list:serviceaccounts",
];

/// What asks in the name of a rule that cannot ask for itself, with the reason.
///
/// - Whether the API server refuses is not known before its address is; that it is silent is said then.
/// - An agent without its add-on is information. Where nothing is known of the agent, the rule of the missing agent asks.
const SPOKESMEN: &[(&str, &str)] = &[
    ("kubernetes-refuses", "kubernetes-silent"),
    ("agent-self-managed", "agent-missing"),
];

/// In each world with one trouble: that trouble is still told, or its own rule asks for the permission.
#[test]
fn no_trouble_of_its_own_world_goes_silently() {
    each(ROWS, |(row, rule, patch)| {
        let spokesman = SPOKESMEN.iter().find(|(of, _)| of == rule);
        let asks = [Some(*rule), spokesman.map(|(_, other)| *other)];
        for (operation, words) in PERMISSIONS.iter().filter(|(one, _)| OFTEN.contains(one)) {
            let seen = examined(patched(patch), &denied(operation), &everything());
            let is_still = seen
                .found
                .iter()
                // That Kubernetes refuses is known by what it does not say.
                .any(|finding| finding.rule.0 == *rule && (is_told(finding) || *row == 77));
            let needs = asks.iter().flatten().flat_map(|rule| seen.needs(rule));
            let is_asked = needs.into_iter().any(|needs| needs.contains(words));
            if !is_still && !is_asked {
                return Err(format!(
                    "row {row}, {rule} without {words}:\n  {}",
                    seen.told
                ));
            }
        }
        Ok(())
    });
}
