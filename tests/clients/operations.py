"""Every served operation parses in botocore, its modelled errors come as modelled, and pages of one add up."""

import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
SESSION = boto3.Session()
EKS, AUTH, IAM, STS = (SESSION.client(name, config=CONFIG) for name in ("eks", "eks-auth", "iam", "sts"))
CLIENTS = {"eks": EKS, "eks-auth": AUTH, "iam": IAM, "sts": STS}
ACCOUNT = STS.get_caller_identity()["Account"]
CLUSTER = {"name": "payments"}
IN = {"clusterName": "payments"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/payments-api"

problems = []


def check(condition, message):
    if not condition:
        problems.append(message)


def walk(path, value, shape):
    """Reports what the service model does not know: botocore itself ignores it silently."""
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure":
        for name, member in value.items():
            if name not in shape.members:
                problems.append(f"{path}.{name} is not in the model")
            else:
                walk(f"{path}.{name}", member, shape.members[name])
    elif kind == "list":
        for item in value:
            walk(f"{path}[]", item, shape.member)
    elif kind == "map":
        for item in value.values():
            walk(f"{path}{{}}", item, shape.value)
    else:
        expected = {
            "string": str, "boolean": bool, "timestamp": (int, float), "integer": int, "long": int,
        }[kind]
        check(isinstance(value, expected), f"{path} is {value!r}, not of type {kind}")
        if getattr(shape, "enum", None):
            check(value in shape.enum, f"{path} is {value!r}, which the model does not list")


def raw(response_dict, operation_model, **_):
    if response_dict["status_code"] == 200:
        body = json.loads(response_dict["body"])
        walk(operation_model.name, body, operation_model.output_shape)
    check("x-amzn-requestid" in response_dict["headers"], f"{operation_model.name}: no request id")


for operation in EKS.meta.service_model.operation_names:
    EKS.meta.events.register(f"before-parse.eks.{operation}", raw)

seen = set()


def call(service, operation, **parameters):
    seen.add((service, operation))
    client = CLIENTS[service]
    method = {value: key for key, value in client.meta.method_to_api_mapping.items()}[operation]
    return getattr(client, method)(**parameters)


def all_of(operation, member):
    """Describes a part of every cluster of the region, so that the whole world is checked."""
    return [(cluster, item) for cluster in clusters for item in call("eks", operation, clusterName=cluster)[member]]


clusters = call("eks", "ListClusters")["clusters"]
check(len(clusters) >= 2, f"clusters: {clusters}")
for cluster in clusters:
    call("eks", "DescribeCluster", name=cluster)
    for association in call("eks", "ListPodIdentityAssociations", clusterName=cluster)["associations"]:
        check(
            not set(association) & {"roleArn", "createdAt", "modifiedAt", "tags", "disableSessionTags",
                                    "targetRoleArn", "externalId", "policy"},
            f"a summary tells too much: {association}",
        )
        whole = call("eks", "DescribePodIdentityAssociation", clusterName=cluster,
                     associationId=association["associationId"])["association"]
        check({"roleArn", "createdAt", "modifiedAt", "tags", "disableSessionTags"} <= set(whole), f"{whole}")
        check(("targetRoleArn" in whole) == ("externalId" in whole), f"{whole}")
for operation, member, describe, argument in (
    ("ListAddons", "addons", "DescribeAddon", "addonName"),
    ("ListNodegroups", "nodegroups", "DescribeNodegroup", "nodegroupName"),
    ("ListFargateProfiles", "fargateProfileNames", "DescribeFargateProfile", "fargateProfileName"),
    ("ListCapabilities", "capabilities", "DescribeCapability", "capabilityName"),
):
    parts = all_of(operation, member)
    check(parts, f"{operation}: nothing to describe")
    for cluster, part in parts:
        name = part["capabilityName"] if isinstance(part, dict) else part
        call("eks", describe, clusterName=cluster, **{argument: name})
        if argument in ("addonName", "nodegroupName", "capabilityName"):
            for update in call("eks", "ListUpdates", name=cluster, **{argument: name})["updateIds"]:
                call("eks", "DescribeUpdate", name=cluster, updateId=update, **{argument: name})
for cluster, config in all_of("ListIdentityProviderConfigs", "identityProviderConfigs"):
    call("eks", "DescribeIdentityProviderConfig", clusterName=cluster, identityProviderConfig=config)
for cluster, principal in all_of("ListAccessEntries", "accessEntries"):
    call("eks", "DescribeAccessEntry", clusterName=cluster, principalArn=principal)
    call("eks", "ListAssociatedAccessPolicies", clusterName=cluster, principalArn=principal)
for cluster in clusters:
    for update in call("eks", "ListUpdates", name=cluster)["updateIds"]:
        call("eks", "DescribeUpdate", name=cluster, updateId=update)

# The life of an association.
new = {"clusterName": "payments", "namespace": "new", "serviceAccount": "api", "roleArn": ROLE,
       "targetRoleArn": "arn:aws:iam::444455556666:role/lake-ingest", "tags": {"Team": "new"}}
created = call("eks", "CreatePodIdentityAssociation", **new, clientRequestToken="once")["association"]
check(created["externalId"] == f"{EKS.meta.region_name}/{ACCOUNT}/payments/new/api", f"{created}")
again = call("eks", "CreatePodIdentityAssociation", **new, clientRequestToken="once")["association"]
check(again == created, "a repeated token makes another association")
ID = {"clusterName": "payments", "associationId": created["associationId"]}
updated = call("eks", "UpdatePodIdentityAssociation", **ID, targetRoleArn="", disableSessionTags=True,
               policy='{"Version":"2012-10-17","Statement":[]}')["association"]
check("targetRoleArn" not in updated and "policy" in updated, f"{updated}")
check(updated["modifiedAt"] >= created["modifiedAt"], f"{updated}")
ARN = created["associationArn"]
call("eks", "TagResource", resourceArn=ARN, tags={"a/b": "c d+e", "Ä": "ß"})
call("eks", "UntagResource", resourceArn=ARN, tagKeys=["Team", "a/b"])
tags = call("eks", "ListTagsForResource", resourceArn=ARN)["tags"]
check(tags == {"Ä": "ß"}, f"{tags}")
call("eks", "DeletePodIdentityAssociation", **ID)

# The lives of an add-on and of an access entry: what they bring about is in addons.py and access_entries.py.
for addon in call("eks", "DescribeAddonVersions", kubernetesVersion="1.33")["addons"]:
    newest = addon["addonVersions"][0]["addonVersion"]
    told = call("eks", "DescribeAddonConfiguration", addonName=addon["addonName"], addonVersion=newest)
    check(isinstance(json.loads(told["configurationSchema"]), dict), f"{told}")
    check(bool(told["podIdentityConfiguration"]) == addon["addonVersions"][0]["requiresIamPermissions"], f"{told}")
NEW = {"clusterName": "storefront", "addonName": "metrics-server"}
check(call("eks", "CreateAddon", **NEW)["addon"]["status"] == "CREATING", "the add-on is there at once")
EXTERNAL_DNS = {"clusterName": "payments", "addonName": "external-dns"}
check(call("eks", "UpdateAddon", **EXTERNAL_DNS, resolveConflicts="NONE")["update"]["type"] == "AddonUpdate", "no update")
EFS = {"clusterName": "payments", "addonName": "aws-efs-csi-driver"}
check(call("eks", "DeleteAddon", **EFS, preserve=True)["addon"]["status"] == "DELETING", "the add-on stays")
kept = EKS.list_pod_identity_associations(clusterName="payments", namespace="kube-system", serviceAccount="efs-csi-controller-sa")
check("ownerArn" not in kept["associations"][0], f"{kept}")
POLICIES = {policy["name"]: policy["arn"] for policy in call("eks", "ListAccessPolicies")["accessPolicies"]}
ENTRY = {"clusterName": "payments", "principalArn": ROLE}
VIEW = {"policyArn": POLICIES["AmazonEKSViewPolicy"]}
call("eks", "CreateAccessEntry", **ENTRY, kubernetesGroups=["viewers"], tags={"Team": "it"})
call("eks", "UpdateAccessEntry", **ENTRY, kubernetesGroups=["auditors"])
call("eks", "AssociateAccessPolicy", **ENTRY, **VIEW, accessScope={"type": "namespace", "namespaces": ["payments"]})
check(EKS.describe_access_entry(**ENTRY)["accessEntry"]["kubernetesGroups"] == ["auditors"], "the groups are the old ones")
check(len(EKS.list_associated_access_policies(**ENTRY)["associatedAccessPolicies"]) == 1, "no policy is associated")
call("eks", "DisassociateAccessPolicy", **ENTRY, **VIEW)
call("eks", "DeleteAccessEntry", **ENTRY)


def fails(code, status, service, operation, text="", **parameters):
    """The error has this code and this status, and is one that the model lists for the operation."""
    name = f"{operation}({parameters})"
    try:
        call(service, operation, **parameters)
    except ClientError as error:
        actual = error.response["Error"]["Code"]
        check(actual == code, f"{name}: {actual} instead of {code}: {error}")
        http = error.response["ResponseMetadata"]["HTTPStatusCode"]
        check(http == status, f"{name}: status {http} instead of {status}")
        check(text in error.response["Error"]["Message"], f"{name}: {error}")
        shapes = CLIENTS[service].meta.service_model.operation_model(operation).error_shapes
        codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}
        check(code in codes or code == "ValidationError", f"{name}: {code} is not modelled: {codes}")
    else:
        problems.append(f"{name} succeeds")


P, R, N, U = "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException", "ResourceInUseException"
NOWHERE = {"clusterName": "nowhere"}
for operation, arguments in (
    ("ListPodIdentityAssociations", NOWHERE), ("ListAddons", NOWHERE), ("ListNodegroups", NOWHERE),
    ("ListFargateProfiles", NOWHERE), ("ListIdentityProviderConfigs", NOWHERE),
    ("ListAccessEntries", NOWHERE), ("ListUpdates", {"name": "nowhere"}), ("DescribeCluster", {"name": "nowhere"}),
):
    fails(N, 404, "eks", operation, "No cluster found for name: nowhere.", **arguments)
for operation, arguments in (
    ("ListClusters", {}), ("ListPodIdentityAssociations", IN), ("ListAddons", IN), ("ListNodegroups", IN),
    ("ListFargateProfiles", IN), ("ListIdentityProviderConfigs", IN), ("ListAccessEntries", IN),
    ("ListCapabilities", IN), ("ListUpdates", CLUSTER),
):
    for wrong in ({"maxResults": 0}, {"maxResults": 101}, {"nextToken": "foreign"}):
        fails(P, 400, "eks", operation, **arguments, **wrong)
for operation, argument in (
    ("DescribeAddon", "addonName"), ("DescribeNodegroup", "nodegroupName"),
    ("DescribeFargateProfile", "fargateProfileName"), ("DescribeCapability", "capabilityName"),
    ("DescribeAccessEntry", "principalArn"), ("ListAssociatedAccessPolicies", "principalArn"),
):
    fails(N, 404, "eks", operation, **IN, **{argument: "gone"})
fails(N, 404, "eks", "DescribeIdentityProviderConfig", **IN, identityProviderConfig={"type": "oidc", "name": "gone"})
fails(P, 400, "eks", "DescribeIdentityProviderConfig", **IN, identityProviderConfig={"type": "saml", "name": "x"})

GONE = {"clusterName": "payments", "associationId": "a-" + "0" * 17}
for operation in ("DescribePodIdentityAssociation", "UpdatePodIdentityAssociation", "DeletePodIdentityAssociation"):
    fails(N, 404, "eks", operation, **GONE)
    fails(P, 400, "eks", operation, "The parameter associationId should be 19 characters long.",
          clusterName="payments", associationId="a-1")
first = EKS.list_pod_identity_associations(clusterName="payments", namespace="payments", serviceAccount="api")
first = first["associations"]
check(len(first) == 1, f"filters: {first}")
first = first[0]["associationId"]
owned = EKS.list_pod_identity_associations(clusterName="payments", namespace="kube-system", serviceAccount="aws-node")
owned = {"clusterName": "payments", "associationId": owned["associations"][0]["associationId"]}
fails(R, 400, "eks", "DeletePodIdentityAssociation", "owned by", **owned)
fails(R, 400, "eks", "UpdatePodIdentityAssociation", "owned by", **owned, roleArn=ROLE)
fails(R, 400, "eks", "UpdatePodIdentityAssociation", clusterName="payments", associationId=first)
fails(R, 400, "eks", "UpdatePodIdentityAssociation", clusterName="payments", associationId=first, roleArn=ROLE)


def create(code, status, text, **changes):
    parameters = {"clusterName": "payments", "namespace": "n", "serviceAccount": "s", "roleArn": ROLE} | changes
    fails(code, status, "eks", "CreatePodIdentityAssociation", text,
          **{name: value for name, value in parameters.items() if value is not None})


def role(name):
    return {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}"}


create(U, 409, f"Association already exists: {first}", namespace="payments", serviceAccount="api")
create(P, 400, "Trust policy of the role provided is invalid.", **role("cards-pin-service"))
create(P, 400, "Role provided in the request does not exist", **role("payments-legacy-batch"))
create(P, 400, "Cross-account pass role is not allowed.", roleArn="arn:aws:iam::444455556666:role/lake-ingest")
create(P, 400, "no role ARN", roleArn="payments-api")
create(P, 400, "required", roleArn=None)
create(P, 400, "no Kubernetes name", namespace="Not_A_Name")
create(P, 400, "disableSessionTags must be true", policy="{}")
create(P, 400, "no JSON object", policy="nonsense", disableSessionTags=True)
create(P, 400, "tag key", tags={"aws:x": "y"})
create(P, 400, "at most 50", tags={f"k{i}": "" for i in range(51)})
create(P, 400, "clientRequestToken", namespace="other", clientRequestToken="once")
create(N, 404, "No cluster", clusterName="nowhere")

fails("NotFoundException", 404, "eks", "ListTagsForResource", resourceArn=ARN)
fails("NotFoundException", 404, "eks", "TagResource", resourceArn=ARN, tags={"a": "b"})
fails("BadRequestException", 400, "eks", "ListTagsForResource", resourceArn="nonsense")
fails("BadRequestException", 400, "eks", "TagResource",
      resourceArn=f"arn:aws:eks:{EKS.meta.region_name}:{ACCOUNT}:cluster/payments", tags={"k" * 129: ""})
fails("BadRequestException", 400, "eks", "UntagResource", resourceArn=ARN, tagKeys=[])

# Add-ons and access entries.
SCOPE = {"accessScope": {"type": "cluster"}}
fails(U, 409, "eks", "CreateAddon", "Addon already exists.", **NEW)
fails(P, 400, "eks", "CreateAddon", "is not supported in 1.33 kubernetes version", **(NEW | {"addonName": "x"}))
fails(N, 404, "eks", "CreateAddon", **(NEW | NOWHERE))
fails(U, 409, "eks", "UpdateAddon", "currently in UPDATING state", **EXTERNAL_DNS)
fails(N, 404, "eks", "UpdateAddon", **(NEW | {"addonName": "x"}))
fails(R, 400, "eks", "DeleteAddon", "currently in DELETING state", **EFS)
fails(N, 404, "eks", "DeleteAddon", **(NEW | {"addonName": "x"}))
fails(P, 400, "eks", "DescribeAddonVersions", addonName="x")
fails(N, 404, "eks", "DescribeAddonConfiguration", addonName="vpc-cni", addonVersion="x")
fails(P, 400, "eks", "CreateAccessEntry", "invalid principal", **IN, principalArn=ROLE + "-gone")
fails(U, 409, "eks", "CreateAccessEntry", "already in use", **IN, principalArn=f"arn:aws:iam::{ACCOUNT}:user/break-glass")
for operation, more in (("UpdateAccessEntry", {}), ("DeleteAccessEntry", {}), ("AssociateAccessPolicy", VIEW | SCOPE),
                        ("DisassociateAccessPolicy", VIEW)):
    fails(N, 404, "eks", operation, **ENTRY, **more)
    fails(N, 404, "eks", operation, **(ENTRY | NOWHERE), **more)

update = EKS.list_updates(name="payments")["updateIds"][0]
addon = EKS.list_updates(name="payments", addonName="vpc-cni")["updateIds"][0]
fails(N, 404, "eks", "DescribeUpdate", **CLUSTER, updateId=addon)
fails(N, 404, "eks", "DescribeUpdate", **CLUSTER, updateId=update, addonName="vpc-cni")
fails(P, 400, "eks", "DescribeUpdate", **CLUSTER, updateId=addon, addonName="vpc-cni", nodegroupName="pci")
fails(P, 400, "eks", "ListUpdates", **CLUSTER, addonName="vpc-cni", capabilityName="argocd")
fails(N, 404, "eks", "ListUpdates", **CLUSTER, nodegroupName="gone")
fails("InvalidStateException", 400, "eks", "CancelUpdate", **CLUSTER, updateId=update)
fails(N, 404, "eks", "CancelUpdate", **CLUSTER, updateId="gone")
running = next(
    update for update in EKS.list_updates(name="storefront")["updateIds"]
    if EKS.describe_update(name="storefront", updateId=update)["update"]["status"] == "InProgress"
)
fails(R, 400, "eks", "CancelUpdate", name="storefront", updateId=running)

# Identity providers of a cluster come and go by updates that take their time: see identity_providers.py.
OIDC = {"identityProviderConfigName": "new", "issuerUrl": "https://sso.example.com/", "clientId": "kubernetes"}
for operation, argument in (("AssociateIdentityProviderConfig", {"oidc": OIDC}),
                            ("DisassociateIdentityProviderConfig", {"identityProviderConfig": {"type": "oidc", "name": "x"}})):
    fails(U, 409, "eks", operation, f"Cannot {operation} because cluster storefront currently has update {running} in "
          "progress", clusterName="storefront", **argument)
    fails(N, 404, "eks", operation, **NOWHERE, **argument)
fails(P, 400, "eks", "AssociateIdentityProviderConfig", **IN, oidc=OIDC | {"issuerUrl": "http://sso.example.com"})
fails(R, 400, "eks", "AssociateIdentityProviderConfig", **IN, oidc=OIDC | {"identityProviderConfigName": "corp-sso"})
fails(R, 400, "eks", "DisassociateIdentityProviderConfig", "Identity provider config is not associated with cluster payments",
      **IN, identityProviderConfig={"type": "oidc", "name": "gone"})

# IAM: the query protocol.
for one in call("iam", "ListRoles", MaxItems=1000)["Roles"]:
    whole = call("iam", "GetRole", RoleName=one["RoleName"])["Role"]
    check(isinstance(whole["AssumeRolePolicyDocument"], dict), f"{whole}")
    check(one["RoleId"] == whole["RoleId"] and "Tags" not in one, f"{one}")
NAME = {"RoleName": "payments-api"}
check(call("iam", "ListRoleTags", **NAME)["Tags"], "no tags")
check(call("iam", "ListAttachedRolePolicies", **NAME)["AttachedPolicies"], "no policies")
names = call("iam", "ListRolePolicies", **NAME)["PolicyNames"]
policy = call("iam", "GetRolePolicy", **NAME, PolicyName=names[0])
check(isinstance(policy["PolicyDocument"], dict), f"{policy}")
check(len(call("iam", "ListAccountAliases")["AccountAliases"]) == 1, "no alias")
provider = call("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"][0]["Arn"]
issuer = EKS.describe_cluster(name="payments")["cluster"]["identity"]["oidc"]["issuer"]
url = call("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=provider)["Url"]
check("https://" + url == issuer, f"{url} {issuer}")
missing = {"RoleName": "gone"}
for operation in ("GetRole", "ListRoleTags", "ListAttachedRolePolicies", "ListRolePolicies"):
    fails("NoSuchEntity", 404, "iam", operation, "The role with name gone cannot be found.", **missing)
fails("NoSuchEntity", 404, "iam", "GetRolePolicy", **NAME, PolicyName="gone")
fails("NoSuchEntity", 404, "iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn="gone")
fails("ValidationError", 400, "iam", "ListRoles", MaxItems=0)
fails("ValidationError", 400, "iam", "ListRoles", Marker="foreign")
fails("ValidationError", 400, "iam", "GetRole")
for attached in call("iam", "ListAttachedRolePolicies", **NAME)["AttachedPolicies"]:
    version = call("iam", "GetPolicy", PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
    document = call("iam", "GetPolicyVersion", PolicyArn=attached["PolicyArn"], VersionId=version)
    check(isinstance(document["PolicyVersion"]["Document"], dict), f"{document}")
fails("NoSuchEntity", 404, "iam", "GetPolicy", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/gone")
results = call("iam", "SimulatePrincipalPolicy", PolicySourceArn=ROLE,
               ActionNames=["dynamodb:GetItem", "s3:GetObject"],
               ResourceArns=[f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/card-tokens"])["EvaluationResults"]
check([one["EvalDecision"] for one in results] == ["allowed", "implicitDeny"], f"{results}")
fails("NoSuchEntity", 404, "iam", "SimulatePrincipalPolicy", PolicySourceArn=ROLE + "-gone", ActionNames=["a:b"])
call("sts", "GetCallerIdentity")
engineer = f"arn:aws:iam::{ACCOUNT}:role/sso/PlatformEngineer"
assumed = call("sts", "AssumeRole", RoleArn=engineer, RoleSessionName="it")
keys = assumed["Credentials"]
session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
who = session.client("sts").get_caller_identity()
check(who["Arn"] == assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/PlatformEngineer/it", f"{who}")
try:
    call("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="it")
    problems.append("a role for pods is assumed by a person")
except ClientError as error:
    check(error.response["Error"]["Code"] == "AccessDenied", f"{error}")
    check("is not authorized to perform: sts:AssumeRole on resource: " in str(error), f"{error}")

# EKS Auth: what goes well, and all its errors, are in eks_auth.py.
fails("InvalidParameterException", 400, "eks-auth", "AssumeRoleForPodIdentity", **IN, token="x")
fails("ResourceNotFoundException", 404, "eks-auth", "AssumeRoleForPodIdentity", **NOWHERE, token="a.b.c")

# What is not served says so.
for client, method, parameters, code, status in (
    (EKS, "list_insights", IN, "UnknownOperationException", 404),
    (IAM, "list_users", {}, "InvalidAction", 400),
    (STS, "get_session_token", {}, "InvalidAction", 400),
):
    try:
        getattr(client, method)(**parameters)
        problems.append(f"{method} succeeds")
    except ClientError as error:
        actual = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        check(actual == (code, status), f"{method}: {actual}")


def pages(client, method, parameters, member):
    """Pages of one collect what one page holds."""
    whole = getattr(client, method)(**parameters)[member]
    paginator = client.get_paginator(method)
    found, count = [], 0
    for page in paginator.paginate(**parameters, PaginationConfig={"PageSize": 1}):
        check(len(page[member]) <= 1, f"{method}: a page of {len(page[member])}")
        found += page[member]
        count += 1
    check(count == max(1, len(whole)), f"{method}: {count} pages of {len(whole)} items")
    check(found == whole, f"{method}: pages of one differ")


for method, parameters, member in (
    ("list_clusters", {}, "clusters"),
    ("list_pod_identity_associations", {"clusterName": "checkout"}, "associations"),
    ("list_pod_identity_associations", IN | {"namespace": "payments"}, "associations"),
    ("list_updates", CLUSTER, "updateIds"),
    ("list_updates", CLUSTER | {"addonName": "vpc-cni"}, "updateIds"),
    ("list_addons", IN, "addons"),
    ("list_nodegroups", IN, "nodegroups"),
    ("list_fargate_profiles", {"clusterName": "checkout"}, "fargateProfileNames"),
    ("list_capabilities", IN, "capabilities"),
    ("list_identity_provider_configs", IN, "identityProviderConfigs"),
    ("list_access_entries", IN, "accessEntries"),
    ("list_access_policies", {}, "accessPolicies"),
    ("describe_addon_versions", {}, "addons"),
):
    pages(EKS, method, parameters, member)
for method, parameters, member in (
    ("list_role_tags", NAME, "Tags"),
    ("list_attached_role_policies", {"RoleName": "payments-api-v2"}, "AttachedPolicies"),
    ("list_role_policies", NAME, "PolicyNames"),
    ("list_account_aliases", {}, "AccountAliases"),
):
    pages(IAM, method, parameters, member)
default = EKS.list_pod_identity_associations(clusterName="payments")
check(len(default["associations"]) == 100 and default["nextToken"], "the default page is not 100")
token = {"clusterName": "payments", "nextToken": default["nextToken"]}
check(len(EKS.list_pod_identity_associations(**token)["associations"]) == 4, "the rest is not 4")
fails(P, 400, "eks", "ListPodIdentityAssociations", **(token | {"clusterName": "checkout"}))
fails(P, 400, "eks", "ListPodIdentityAssociations", **token, namespace="payments")

served = {tuple(pair) for pair in json.loads(os.environ["SERVED"])}
check(served - seen == set(), f"served, but not tried: {served - seen}")
check(seen - served == set(), f"tried, but not served: {seen - served}")

print("\n".join(problems))
sys.exit(1 if problems else 0)
