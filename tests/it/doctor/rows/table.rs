//! The worlds: what is otherwise than in the healthy one.

/// The row, the rule that must be first, and what is otherwise than in the healthy world.
pub(in crate::doctor) type Row = (u8, &'static str, &'static str);

pub(in crate::doctor) const ROWS: &[Row] = &[
    (1, "cluster-status", "cluster: {status: FAILED}"),
    (
        2,
        "cluster-health",
        "cluster: {health: [{code: Ec2SubnetNotFound, message: A subnet is gone.}]}",
    ),
    (
        3,
        "platform-too-old",
        "cluster: {version: '1.27', platform: eks.7}",
    ),
    (
        4,
        "cluster-kind-unsupported",
        "cluster: {platform: eks-local-outposts.1, outposts: ['arn:aws:outposts:eu-central-1:111122223333:outpost/op-0a1b2c3d4e5f6a7b8']}",
    ),
    (
        6,
        "names-nearly-match",
        "cluster: {associations: {shop: {Worker: shop-worker}}, kubernetes: {without_service_account: [shop/Worker], workloads: {shop: {worker: {pods: -3d}}}}}",
    ),
    (
        7,
        "service-account-missing",
        "cluster: {associations: {shop: {forgotten-job: {role: shop-jobs, created: -9d}}}, kubernetes: {without_service_account: [shop/forgotten-job]}}",
    ),
    (
        8,
        "namespace-missing",
        "cluster: {associations: {chaos: {litmus: {role: chaos, created: -9d}}}, kubernetes: {without_service_account: [chaos/litmus]}}",
    ),
    (
        9,
        "workload-uses-another-account",
        "cluster: {associations: {shop: {search: {role: shop-search, created: -9d}}}, kubernetes: {workloads: {shop: {search: {service_account: default, pods: -3d}}}}}",
    ),
    (
        10,
        "pod-older-than-association",
        "cluster: {associations: {shop: {api: {created: -1d}}}}",
    ),
    (
        11,
        "pod-created-with-association",
        "cluster: {associations: {shop: {api: {created: -47m}}}, kubernetes: {workloads: {shop: {api: {pods: [-46m58s]}}}}}",
    ),
    (
        12,
        "pod-not-injected",
        "cluster: {kubernetes: {workloads: {shop: {api: {webhook: missed}}}}}",
    ),
    (
        13,
        "webhook-missing",
        "cluster: {kubernetes: {webhook: {deleted: true}}}",
    ),
    (
        13,
        "webhook-altered",
        "cluster: {kubernetes: {webhook: {without: [shop]}}}",
    ),
    (
        14,
        "pod-opted-out",
        "cluster: {kubernetes: {workloads: {shop: {api: {labels: {eks.amazonaws.com/skip-pod-identity-webhook: 'true'}}}}}}",
    ),
    (
        15,
        "token-volume-taken",
        "cluster: {kubernetes: {workloads: {shop: {api: {volumes: {eks-pod-identity-token: {emptyDir: {}}}}}}}}",
    ),
    (
        16,
        "agent-missing",
        "cluster: {addons: {eks-pod-identity-agent: null}}",
    ),
    (
        17,
        "agent-self-managed",
        "cluster: {addons: {eks-pod-identity-agent: null}, kubernetes: {agent: {self_managed: v1.3.8}}}",
    ),
    (
        18,
        "agent-addon-unhealthy",
        "cluster: {addons: {eks-pod-identity-agent: {status: DEGRADED, health: [{code: InsufficientNumberOfReplicas, message: Too few.}]}}}",
    ),
    (
        19,
        "agent-not-ready",
        "cluster: {kubernetes: {agent: {on: {general: {state: crashing}}}}}",
    ),
    (
        20,
        "agent-not-on-node",
        "cluster: {nodegroups: {burst: {size: 1}}, kubernetes: {agent: {on: {burst: {state: missing}}}, workloads: {shop: {api: {'on': nodegroup/burst}}}}}",
    ),
    (
        21,
        "pod-on-fargate",
        "cluster: {fargate_profiles: {jobs: {namespaces: [jobs]}}, associations: {jobs: {batch: {role: jobs-batch, created: -9d}}}}",
    ),
    (
        22,
        "pod-on-windows",
        "cluster: {nodegroups: {windows: {size: 1, ami_type: WINDOWS_CORE_2022_x86_64}}, associations: {shop: {media: {role: shop-media, created: -9d}}}, kubernetes: {workloads: {shop: {media: {'on': windows, pods: -3d}}}}}",
    ),
    (
        23,
        "hybrid-node-without-agent",
        "cluster: {hybrid_nodes: true, associations: {shop: {booth: {role: shop-booth, created: -9d}}}, kubernetes: {hybrid_nodes: 1, workloads: {shop: {booth: {'on': hybrid, pods: -3d}}}}}",
    ),
    (
        25,
        "node-role-lacks-eks-auth",
        "{roles: {imports: {trust: service ec2.amazonaws.com, attached: [aws/AmazonEC2ContainerRegistryPullOnly]}}, cluster: {nodegroups: {imports: {size: 1, role: imports}}, kubernetes: {workloads: {shop: {api: {'on': nodegroup/imports}}}}}}",
    ),
    (28, "role-missing", "roles: {shop-api: {deleted: true}}"),
    (
        29,
        "trust-lacks-pod-identity",
        "roles: {shop-api: {trust: account 111122223333}}",
    ),
    (
        30,
        "trust-lacks-tag-session",
        "roles: {shop-api: {trust: pod-identity without tags}}",
    ),
    (
        31,
        "trust-for-irsa-only",
        "roles: {shop-api: {trust: irsa ISSUER shop/api}}",
    ),
    (
        32,
        "trust-source-differs",
        "roles: {shop-api: {trust: 'pod-identity for arn:aws:eks:eu-central-1:111122223333:cluster/other'}}",
    ),
    (
        33,
        "trust-tags-differ",
        "roles: {shop-api: {trust: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: pods.eks.amazonaws.com}, Action: ['sts:AssumeRole', 'sts:TagSession'], Condition: {StringEquals: {'aws:RequestTag/kubernetes-namespace': other}}}]}}}",
    ),
    (
        34,
        "trust-denies",
        "roles: {shop-api: {trust: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: pods.eks.amazonaws.com}, Action: ['sts:AssumeRole', 'sts:TagSession']}, {Effect: Deny, Principal: {Service: pods.eks.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}",
    ),
    (
        36,
        "role-in-another-account",
        "{data_roles: {shop-api: {}}, cluster: {associations: {shop: {api: {role: 'arn:aws:iam::444455556666:role/shop-api'}}}}}",
    ),
    (
        37,
        "target-role-missing",
        "data_roles: {lake: {deleted: true}}",
    ),
    (
        37,
        "target-permission-missing",
        "roles: {shop-exporter: {inline: null}}",
    ),
    (
        37,
        "target-trust-lacks-role",
        "data_roles: {lake: {trust: account 444455556666}}",
    ),
    (
        38,
        "target-external-id-differs",
        "data_roles: {lake: {trust: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111122223333:role/shop-exporter'}, Action: ['sts:AssumeRole', 'sts:TagSession'], Condition: {StringEquals: {'sts:ExternalId': 'eu-central-1/111122223333/payments/shop/importer'}}}]}}}",
    ),
    (
        39,
        "target-confused-deputy",
        "data_roles: {lake: {trust: account 111122223333}}",
    ),
    (
        41,
        "policy-with-session-tags",
        "cluster: {associations: {shop: {api: {session_tags: true, policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}}}}",
    ),
    (
        42,
        "abac-without-session-tags",
        "{cluster: {associations: {shop: {api: {session_tags: false}}}}, roles: {shop-api: {inline: {own: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::shop/${aws:PrincipalTag/kubernetes-namespace}/*'}]}}}}}",
    ),
    (
        43,
        "host-network",
        "cluster: {kubernetes: {workloads: {shop: {api: {host_network: true}}}}}",
    ),
    (
        45,
        "proxy-without-ipv6-agent",
        "cluster: {ipv6: true, kubernetes: {network_policies: {shop: null}, workloads: {shop: {api: {env: {HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/8,169.254.170.23'}}}}}}",
    ),
    (
        46,
        "network-policy-blocks-agent",
        "cluster: {kubernetes: {network_policies: {shop: {out: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}}}}",
    ),
    (
        47,
        "proxy-without-agent",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 10.0.0.0/8}}}}}}",
    ),
    (
        48,
        "security-groups-strict",
        "cluster: {kubernetes: {workloads: {kube-system: {aws-node: {env: {POD_SECURITY_GROUP_ENFORCING_MODE: strict}}}, shop: {api: {annotations: {vpc.amazonaws.com/pod-eni: '[]'}}}}}}",
    ),
    (
        49,
        "irsa-leftover",
        "{cluster: {kubernetes: {service_accounts: {shop: {api: {irsa: shop-api}}}}}, roles: {shop-api: {trust: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: pods.eks.amazonaws.com}, Action: ['sts:AssumeRole', 'sts:TagSession']}, {Effect: Allow, Principal: {Federated: 'arn:aws:iam::111122223333:oidc-provider/ISSUER'}, Action: 'sts:AssumeRoleWithWebIdentity', Condition: {StringEquals: {'ISSUER:sub': 'system:serviceaccount:shop:api', 'ISSUER:aud': sts.amazonaws.com}}}]}}}}",
    ),
    (
        50,
        "static-keys",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {AWS_ACCESS_KEY_ID: canary, AWS_SECRET_ACCESS_KEY: canary}}}}}}",
    ),
    (
        51,
        "web-identity-by-hand",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/x', AWS_WEB_IDENTITY_TOKEN_FILE: /var/run/token}}}}}}",
    ),
    (
        52,
        "profile-first",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {AWS_PROFILE: shop}}}}}}",
    ),
    (
        53,
        "own-credential-endpoint",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: /v2/credentials}}}}}}",
    ),
    // Row 54 follows from what keeps a role away (5, 10 to 15), which is named before it.
    (
        65,
        "add-on-association-changed",
        "cluster: {associations: {shop: {exporter: {addon: vpc-cni}}}}",
    ),
    (
        65,
        "add-on-owner-gone",
        "cluster: {associations: {shop: {api: {owner: 'arn:aws:eks:eu-central-1:111122223333:addon/payments/gone/8ac1b2f0-0000-4000-8000-000000000001'}}}}",
    ),
    (
        66,
        "update-running",
        "cluster: {updates: [{type: VersionUpdate, nodegroup: general, started: -8m, takes: 35m, params: {Version: '1.33'}}]}",
    ),
    (
        68,
        "update-failed",
        "cluster: {updates: [{type: EndpointAccessUpdate, started: -3h, takes: 6m, outcome: Failed, params: {EndpointPublicAccess: 'false'}, errors: [{code: IpNotAvailable, message: No addresses., resources: [subnet-1]}]}]}",
    ),
    (
        68,
        "update-failed",
        "cluster: {capabilities: {argocd: {type: ARGOCD, version: 3.1.8-eks-1}}, updates: [{type: CapabilityUpdate, capability: argocd, started: -3h, takes: 6m, outcome: Failed, errors: [{code: AccessDenied, message: No permission.}]}]}",
    ),
    (
        69,
        "pods-predate-change",
        "cluster: {associations: {shop: {api: {modified: -1h}}}}",
    ),
    (
        70,
        "association-deleted",
        "cluster: {kubernetes: {workloads: {shop: {legacy: {webhook: injected, pods: -3h}}}}}",
    ),
    (
        71,
        "role-never-used",
        "roles: {shop-api: {never_used: true, last_used: null}}",
    ),
    (73, "irsa-provider-missing", "cluster: {irsa: false}"),
    (
        74,
        "irsa-audience-missing",
        "cluster: {audiences: [elsewhere]}",
    ),
    (
        75,
        "irsa-trust-differs",
        "roles: {shop-mailer: {trust: irsa ISSUER shop/postman}}",
    ),
    (
        77,
        "kubernetes-refuses",
        "cluster: {kubernetes: {deny: [list serviceaccounts]}}",
    ),
    (
        80,
        "pods-gone",
        "cluster: {kubernetes: {workloads: {shop: {api: {state: failed, pods: -3h}}}}}",
    ),
    (
        81,
        "region-elsewhere",
        "cluster: {kubernetes: {workloads: {shop: {api: {env: {AWS_REGION: us-west-1}}}}}}",
    ),
];
