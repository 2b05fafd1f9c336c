"""Add-ons come, change and go with the time of the world, and so do the associations that they own."""

import os

from workshop import EKS, IN, Person, check, expect, fails, finish, role

P, R, N, U = "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException", "ResourceInUseException"
AGENT, DRIVER = {**IN, "addonName": "eks-pod-identity-agent"}, {**IN, "addonName": "aws-ebs-csi-driver"}
ACCOUNT = "ebs-csi-controller-sa"


def owned(name=ACCOUNT):
    found = EKS.list_pod_identity_associations(**IN, namespace="kube-system", serviceAccount=name)["associations"]
    return [EKS.describe_pod_identity_association(**IN, associationId=one["associationId"])["association"] for one in found]


def addon(one):
    return EKS.describe_addon(**one)["addon"]


def daemons():
    pods = Person().items("pods", "-n", "kube-system", "-l", "app.kubernetes.io/name=eks-pod-identity-agent")
    return sorted({pod["metadata"]["ownerReferences"][0]["name"] for pod in pods}), len(pods)


def create():
    expect(daemons(), ([], 0))
    expect(EKS.create_addon(**AGENT)["addon"]["status"], "CREATING")
    expect(daemons(), (["eks-pod-identity-agent"], 2))
    request = {"podIdentityAssociations": [{"serviceAccount": ACCOUNT, "roleArn": role("ebs")}], "clientRequestToken": "one"}
    made = EKS.create_addon(**DRIVER, addonVersion="v1.52.1-eksbuild.1", **request, tags={"Team": "it"})["addon"]
    [association] = owned()
    expect((association["ownerArn"], association["roleArn"]), (made["addonArn"], role("ebs")))
    expect(made["podIdentityAssociations"], [association["associationArn"]])
    expect((made["status"], made["addonVersion"], made["tags"]), ("CREATING", "v1.52.1-eksbuild.1", {"Team": "it"}))
    again = EKS.create_addon(**DRIVER, addonVersion="v1.52.1-eksbuild.1", **request, tags={"Team": "it"})["addon"]
    expect(again["addonArn"], made["addonArn"])
    [pod, *_] = Person().items("pods", "-n", "kube-system", "--field-selector", f"spec.serviceAccountName={ACCOUNT}")
    names = {one["name"] for one in pod["spec"]["containers"][0]["env"]}
    check("AWS_CONTAINER_CREDENTIALS_FULL_URI" in names, f"the add-on's own pods miss their identity: {names}")

    fails(U, "Addon already exists.", "create_addon", **DRIVER)
    fails(U, "Addon aws-ebs-csi-driver cannot be updated as it is currently in CREATING state", "update_addon", **DRIVER)
    fails(R, "currently in CREATING state", "delete_addon", **DRIVER)
    fails(R, "owned by", "delete_pod_identity_association", **IN, associationId=association["associationId"])
    fails(P, "Addon warp-drive specified is not supported in 1.34 kubernetes version", "create_addon", **IN,
          addonName="warp-drive")
    new = {**IN, "addonName": "aws-efs-csi-driver"}
    fails(P, "Addon version specified is not supported", "create_addon", **new, addonVersion="v9.9.9-eksbuild.9")
    fails(P, "Service account other in pod identity configuration is not supported for addon aws-efs-csi-driver",
          "create_addon", **new, podIdentityAssociations=[{"serviceAccount": "other", "roleArn": role("ebs")}])
    mine = {"serviceAccount": "efs-csi-controller-sa"}
    fails(P, "Pod Identity feature is not supported for addon version: v1.7.7-eksbuild.1", "create_addon", **new,
          addonVersion="v1.7.7-eksbuild.1", podIdentityAssociations=[mine | {"roleArn": role("ebs")}])
    fails(P, "Trust policy of the role provided is invalid.", "create_addon", **new,
          podIdentityAssociations=[mine | {"roleArn": role("not-for-pods")}])
    fails(P, "Role provided in the request does not exist", "create_addon", **new,
          podIdentityAssociations=[mine | {"roleArn": role("gone")}])
    fails(P, "neither JSON nor YAML", "create_addon", **new, configurationValues="nonsense")
    theirs = EKS.create_pod_identity_association(**IN, namespace="kube-system", serviceAccount=mine["serviceAccount"],
                                                 roleArn=role("ebs"))["association"]
    fails(U, f"Association already exists: {theirs['associationId']}", "create_addon", **new,
          podIdentityAssociations=[mine | {"roleArn": role("ebs")}])
    fails(N, "No addon: aws-efs-csi-driver found in cluster: mixed", "describe_addon", **new)
    expect(owned(mine["serviceAccount"])[0]["associationId"], theirs["associationId"])


def update():
    expect((addon(AGENT)["status"], addon(DRIVER)["status"]), ("ACTIVE", "ACTIVE"))
    [before] = owned()
    wanted = [{"serviceAccount": ACCOUNT, "roleArn": role("ebs-next")}]
    begun = EKS.update_addon(**DRIVER, addonVersion="v1.53.0-eksbuild.1", resolveConflicts="OVERWRITE",
                             podIdentityAssociations=wanted)["update"]
    expect((begun["type"], begun["status"]), ("AddonUpdate", "InProgress"))
    expect([one["type"] for one in begun["params"]], ["AddonVersion", "ResolveConflicts", "PodIdentityAssociations"])
    [after] = owned()
    expect((after["associationId"], after["roleArn"]), (before["associationId"], role("ebs-next")))
    told = addon(DRIVER)
    expect((told["status"], told["addonVersion"]), ("UPDATING", "v1.52.1-eksbuild.1"))
    expect(EKS.list_updates(name="mixed", addonName="aws-ebs-csi-driver")["updateIds"], [begun["id"]])
    check(begun["id"] not in EKS.list_updates(name="mixed")["updateIds"], "it is no update of the cluster itself")
    fails(U, "currently in UPDATING state", "update_addon", **DRIVER)
    fails(N, "No update found", "cancel_update", name="mixed", updateId=begun["id"])
    fails(P, "resolveConflicts", "update_addon", **AGENT, resolveConflicts="MAYBE")
    fails(N, "No addon", "update_addon", **IN, addonName="coredns")
    # Other add-ons are not in the way.
    EKS.update_addon(**AGENT, configurationValues='{"daemonsets": {"hybrid": {"create": true}}}')
    expect(daemons(), (["eks-pod-identity-agent", "eks-pod-identity-agent-hybrid"], 4))


def remove():
    told = addon(DRIVER)
    expect((told["status"], told["addonVersion"]), ("ACTIVE", "v1.53.0-eksbuild.1"))
    expect(addon(AGENT)["configurationValues"], '{"daemonsets": {"hybrid": {"create": true}}}')
    [update_id] = EKS.list_updates(name="mixed", addonName="aws-ebs-csi-driver")["updateIds"]
    update = EKS.describe_update(name="mixed", updateId=update_id, addonName="aws-ebs-csi-driver")["update"]
    expect(update["status"], "Successful")
    EKS.update_addon(**DRIVER, podIdentityAssociations=[])
    expect(owned(), [])
    expect(addon(DRIVER)["podIdentityAssociations"], [])
    expect(EKS.delete_addon(**AGENT)["addon"]["status"], "DELETING")
    expect(addon(AGENT)["status"], "DELETING")
    fails(U, "currently in DELETING state", "update_addon", **AGENT)
    expect(daemons(), ([], 0))


def gone():
    fails(N, "No addon: eks-pod-identity-agent found in cluster: mixed", "describe_addon", **AGENT)
    check("eks-pod-identity-agent" not in EKS.list_addons(**IN)["addons"], "it is listed")
    EKS.create_addon(**AGENT)
    expect(daemons(), (["eks-pod-identity-agent"], 2))


{"create": create, "update": update, "remove": remove, "gone": gone}[os.environ["PHASE"]]()
finish()
