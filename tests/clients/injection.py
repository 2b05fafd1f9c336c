"""An association reaches the pods that are created after the webhook has heard of it, and no others."""

import os

from workshop import EKS, IN, Person, check, expect, finish, role

POD = """{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "%s"}, "spec": {"serviceAccountName": "late",
          "containers": [{"name": "app", "image": "app"}]}}"""
me = Person()


def make(name):
    path = os.path.join(os.environ["KEPT"], name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(POD % name)
    me.kubectl("create", "-n", "apps", "-f", path, "--validate=false")


def is_injected(name):
    [pod] = [one for one in me.items("pods", "-n", "apps") if one["metadata"]["name"] == name]
    variables = {one["name"]: one["value"] for one in pod["spec"]["containers"][0].get("env", [])}
    sources = [source for volume in pod["spec"]["volumes"] for source in volume["projected"]["sources"]]
    audiences = {source.get("serviceAccountToken", {}).get("audience") for source in sources}
    facts = {
        variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") == "http://169.254.170.23/v1/credentials",
        "pods.eks.amazonaws.com" in audiences,
        pod["metadata"].get("labels", {}).get("eks.amazonaws.com/pod-identity") == "enabled",
    }
    check(len(facts) == 1, f"{name} is injected by half: {pod}")
    return facts == {True}


def early():
    me.kubectl("create", "serviceaccount", "late", "-n", "apps")
    EKS.create_pod_identity_association(**IN, namespace="apps", serviceAccount="late", roleArn=role("app"))
    make("early")
    expect(is_injected("early"), False)


def late():
    make("in-time")
    expect((is_injected("early"), is_injected("in-time")), (False, True))
    found = EKS.list_pod_identity_associations(**IN, namespace="apps", serviceAccount="late")["associations"]
    EKS.delete_pod_identity_association(**IN, associationId=found[0]["associationId"])
    make("after-all")
    expect((is_injected("in-time"), is_injected("after-all")), (True, False))


{"early": early, "late": late}[os.environ["PHASE"]]()
finish()
