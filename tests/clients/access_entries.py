"""Access entries and access policies decide who may do what in Kubernetes, from the next request on."""

from workshop import ACCOUNT, EKS, IN, Person, check, expect, fails, finish, role

POLICY = "arn:aws:eks::aws:cluster-access-policy/"
UNKNOWN = "You must be logged in to the server"
P, R, N, U = "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException", "ResourceInUseException"
AUDITOR = {**IN, "principalArn": role("Auditor")}

auditor, deployer = Person("Auditor"), Person("ci/Deployer")
auditor.kubectl("get", "pods", "-n", "apps", fails=UNKNOWN)

# The role is Deployer under a path, and the world's entry is for a role without one: EKS tells them apart.
deployer.kubectl("get", "pods", "-n", "apps", fails=UNKNOWN)
made = EKS.create_access_entry(**IN, principalArn=role("ci/Deployer"), kubernetesGroups=["deployers"],
                               tags={"Team": "ci"})["accessEntry"]
expect(made["username"], f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/{{{{SessionName}}}}")
expect((made["type"], made["kubernetesGroups"], made["tags"]), ("STANDARD", ["deployers"], {"Team": "ci"}))
check(f":access-entry/mixed/role/{ACCOUNT}/Deployer/" in made["accessEntryArn"], made["accessEntryArn"])
check(role("ci/Deployer") in EKS.list_access_entries(**IN)["accessEntries"], "the entry is not listed")

# A grant of the world to the group: some verbs, on some resources, in one namespace.
deployer.kubectl("get", "pods", "-n", "apps")
deployer.kubectl("rollout", "restart", "deployment/web", "-n", "apps")
deployer.kubectl("get", "pods", "-A", fails='cannot list resource "pods" in API group "" at the cluster scope')
deployer.kubectl("get", "pods", "-n", "team-blue", fails='User "arn:aws:sts::111122223333:assumed-role/Deployer/it"')
deployer.kubectl("create", "token", "web", "-n", "apps", fails='cannot create resource "serviceaccounts/token"')
expect([deployer.may(*words.split()) for words in (
    "list pods -n apps", "get pods --subresource=log -n apps", "delete pods -n apps", "list pods -n team-blue")],
    [True, True, False, False])
EKS.update_access_entry(**IN, principalArn=role("ci/Deployer"), kubernetesGroups=[], username="deployer")
deployer.kubectl("get", "pods", "-n", "apps", fails='User "deployer" cannot list')

# Policies: for the cluster, and for namespaces.
auditing = EKS.create_access_entry(**AUDITOR)["accessEntry"]
auditor.kubectl("get", "pods", "-n", "apps", fails="is forbidden")
told = EKS.associate_access_policy(**AUDITOR, policyArn=POLICY + "AmazonEKSViewPolicy",
                                   accessScope={"type": "namespace", "namespaces": ["team-*"]})
expect(told["associatedAccessPolicy"]["accessScope"], {"type": "namespace", "namespaces": ["team-*"]})
for namespace in ("team-blue", "team-red"):
    auditor.kubectl("get", "pods", "-n", namespace)
auditor.kubectl("get", "pods", "-n", "apps", fails='in the namespace "apps"')
auditor.kubectl("get", "nodes", fails="at the cluster scope")
auditor.kubectl("delete", "pod", "x", "-n", "team-blue", fails="is forbidden")
expect([auditor.may(*words.split()) for words in (
    "list pods -n team-red", "list pods -n apps", "delete pods -n team-red", "list pods -A")],
    [True, False, False, False])
again = EKS.associate_access_policy(**AUDITOR, policyArn=POLICY + "AmazonEKSViewPolicy", accessScope={"type": "cluster"})
expect(again["associatedAccessPolicy"]["associatedAt"], told["associatedAccessPolicy"]["associatedAt"])
auditor.kubectl("get", "pods", "-n", "apps")
EKS.associate_access_policy(**AUDITOR, policyArn=POLICY + "AmazonEKSEditPolicy", accessScope={"type": "cluster"})
expect([auditor.may(*words.split()) for words in (
    "patch deployments -n apps", "create serviceaccounts --subresource=token -n apps", "list nodes")], [True, False, False])
expect(EKS.list_access_entries(**IN, associatedPolicyArn=POLICY + "AmazonEKSEditPolicy")["accessEntries"], [role("Auditor")])
listed = EKS.list_associated_access_policies(**AUDITOR)["associatedAccessPolicies"]
expect([one["policyArn"] for one in listed], [POLICY + "AmazonEKSEditPolicy", POLICY + "AmazonEKSViewPolicy"])
for name in ("AmazonEKSEditPolicy", "AmazonEKSViewPolicy"):
    EKS.disassociate_access_policy(**AUDITOR, policyArn=POLICY + name)
auditor.kubectl("get", "pods", "-n", "apps", fails="is forbidden")
EKS.associate_access_policy(**AUDITOR, policyArn=POLICY + "AmazonEKSClusterAdminPolicy", accessScope={"type": "cluster"})
auditor.kubectl("create", "token", "web", "-n", "apps")
EKS.tag_resource(resourceArn=auditing["accessEntryArn"], tags={"a": "b"})
expect(EKS.describe_access_entry(**AUDITOR)["accessEntry"]["tags"], {"a": "b"})

# Refusals.
fails(U, "already in use on this cluster", "create_access_entry", **AUDITOR)
fails(P, "invalid principal", "create_access_entry", **IN, principalArn=role("Nobody"))
fails(P, "invalid format", "create_access_entry", **IN, principalArn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Auditor/it")
fails(P, "type is invalid", "create_access_entry", **IN, principalArn=role("Stranger"), type="PERSON")
fails(P, "for a role", "create_access_entry", **IN, principalArn=f"arn:aws:iam::{ACCOUNT}:user/x", type="EC2_LINUX")
fails(P, "must not begin with system:", "create_access_entry", **IN, principalArn=role("Stranger"),
      kubernetesGroups=["system:masters"])
fails(P, "cannot be given", "create_access_entry", **IN, principalArn=role("Stranger"), type="EC2_LINUX", username="x")
fails(P, "required", "create_access_entry", **IN)
fails(R, "cannot be updated", "update_access_entry", **IN, principalArn=role("eks-mixed-node"), kubernetesGroups=[])
fails(R, "cannot be associated", "associate_access_policy", **IN, principalArn=role("eks-mixed-node"),
      policyArn=POLICY + "AmazonEKSViewPolicy", accessScope={"type": "cluster"})
fails(N, "policyArn could not be found", "associate_access_policy", **AUDITOR, policyArn=POLICY + "Own",
      accessScope={"type": "cluster"})
for scope in ({"type": "namespace"}, {"type": "cluster", "namespaces": ["a"]}, {"type": "galaxy"}):
    fails(P, "scope" if scope["type"] != "galaxy" else "accessScope", "associate_access_policy", **AUDITOR,
          policyArn=POLICY + "AmazonEKSViewPolicy", accessScope=scope)
fails(N, "not associated", "disassociate_access_policy", **AUDITOR, policyArn=POLICY + "AmazonEKSViewPolicy")
gone = {**IN, "principalArn": role("Stranger")}
for method, more in (("update_access_entry", {"username": "x"}), ("delete_access_entry", {}), ("describe_access_entry", {}),
                     ("list_associated_access_policies", {})):
    fails(N, "principalArn could not be found", method, **gone, **more)
mapped = {"clusterName": "by-config-map", "principalArn": role("Auditor")}
for method, more in (("create_access_entry", {}), ("delete_access_entry", {}), ("update_access_entry", {"username": "x"}),
                     ("associate_access_policy", {"policyArn": POLICY + "AmazonEKSViewPolicy", "accessScope": {"type": "cluster"}})):
    fails(R, "authentication mode must be set to one of [API, API_AND_CONFIG_MAP]", method, **mapped, **more)

# Without the entry one is nobody again, and a new one brings no old policy back.
EKS.delete_access_entry(**AUDITOR)
auditor.kubectl("get", "pods", "-n", "apps", fails=UNKNOWN)
fails(N, "principalArn could not be found", "delete_access_entry", **AUDITOR)
EKS.create_access_entry(**AUDITOR)
auditor.kubectl("get", "pods", "-n", "apps", fails="is forbidden")
expect(EKS.list_associated_access_policies(**AUDITOR)["associatedAccessPolicies"], [])
finish()
