//! A small world in which everything is right, and patches of it.

use roledex::sim::World;
use serde_json::{Map, Value, json};

/// Two accounts and one cluster with each way to a role that works: directly, through a target role, federated.
const HEALTHY: &str = r#"
accounts:
  - id: "111122223333"
    name: prod
    access_key_id: AKIAIOSFODNN7EXAMPLE
    secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
    caller: assumed-role/Engineer/ada
    regions: [eu-central-1]
    roles:
      Engineer: {trust: account 111122223333, attached: [aws/AdministratorAccess], last_used: -2m}
      shop-api: {attached: [shop-api], last_used: -1h}
      shop-exporter: {last_used: -1h, inline: {assume-target: {Version: "2012-10-17", Statement: [
        {Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"], Resource: "arn:aws:iam::444455556666:role/lake"}]}}}
    clusters:
      - name: payments
        region: eu-central-1
        version: "1.33"
        platform: eks.19
        created: -400d
        irsa: true
        addons: {eks-pod-identity-agent: {version: v1.3.10-eksbuild.1}, vpc-cni: {version: v1.20.4-eksbuild.1}}
        nodegroups: {general: {size: 2}}
        access_entries: {role/Engineer: {policies: [AmazonEKSClusterAdminPolicy]}}
        associations:
          shop:
            api: {role: shop-api, created: -90d}
            exporter: {role: shop-exporter, target: "arn:aws:iam::444455556666:role/lake", session_tags: false, created: -90d}
        updates: [{type: VersionUpdate, started: -30d, takes: 10m, params: {Version: "1.33"}}]
        kubernetes:
          service_accounts: {shop: {mailer: {irsa: shop-mailer}}}
          workloads:
            shop:
              api: {pods: [-3d, -2d], created: -60d}
              exporter: {pods: -3d, created: -60d}
              mailer: {pods: -3d, created: -60d}
            kube-system:
              aws-node: {kind: DaemonSet, host_network: true, containers: [aws-node], env: {POD_SECURITY_GROUP_ENFORCING_MODE: standard}, pods: -35d}
          network_policies:
            shop:
              out: {podSelector: {}, policyTypes: [Egress], egress: [
                {to: [{ipBlock: {cidr: 169.254.170.23/32}}], ports: [{port: 80}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}
  - id: "444455556666"
    name: data
    access_key_id: AKIAI44QH8DHBEXAMPLE
    secret_access_key: je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY
    caller: assumed-role/Engineer/ada
    regions: [eu-central-1]
    roles:
      Engineer: {trust: account 444455556666, attached: [aws/AdministratorAccess]}
      lake:
        last_used: -1h
        trust: {Version: "2012-10-17", Statement: [
          {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:role/shop-exporter"}, Action: ["sts:AssumeRole", "sts:TagSession"],
           Condition: {StringEquals: {"sts:ExternalId": "eu-central-1/111122223333/payments/shop/exporter"}}}]}
    clusters: []
"#;

/// The issuer of the cluster's tokens, without `https://`.
pub(super) const ISSUER: &str =
    "oidc.eks.eu-central-1.amazonaws.com/id/FC617DF20D635150B3B985887B99A06C";

pub(super) fn healthy() -> World {
    patched("{}")
}

/// The healthy world with `cluster`, `roles` and `data_roles` of a patch laid over it; `null` takes away.
pub(super) fn patched(patch: &str) -> World {
    let patch = patch.replace("ISSUER", ISSUER);
    let patch: Value =
        serde_norway::from_str(&patch).unwrap_or_else(|error| panic!("{error}: {patch}"));
    let mut world: Value = serde_norway::from_str(HEALTHY).unwrap();
    for (name, over) in patch.as_object().unwrap_or(&Map::new()) {
        let place = match name.as_str() {
            "cluster" => "/accounts/0/clusters/0",
            "roles" => "/accounts/0/roles",
            "data_roles" => "/accounts/1/roles",
            other => panic!("{other} is no part of the world"),
        };
        lay(world.pointer_mut(place).unwrap(), over);
    }
    let text = world.to_string();
    World::parse(&text).unwrap_or_else(|error| panic!("{error:#}: {patch}"))
}

fn lay(under: &mut Value, over: &Value) {
    let Value::Object(members) = over else {
        *under = over.clone();
        return;
    };
    // A shorthand of the format gives way to what is said in full.
    if !under.is_object() {
        *under = json!({});
    }
    let whole = under.as_object_mut().unwrap();
    for (name, value) in members {
        if value.is_null() {
            whole.remove(name);
        } else {
            lay(whole.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
