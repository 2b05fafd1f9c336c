"""kubectl works against the API server of a cluster, with tokens that the AWS CLI makes."""

import base64
import json
import os
import subprocess
import sys
import tempfile

import boto3

KUBECTL = os.environ["KUBECTL"]
problems = []
directory = tempfile.mkdtemp()
os.environ["KUBECONFIG"] = os.path.join(directory, "config")
os.environ["HOME"] = directory
os.environ["KUBECTL_DISPATCHER"] = "off"


def configure(cluster, exec_cluster=None):
    """Writes what `aws eks update-kubeconfig` writes."""
    told = boto3.client("eks").describe_cluster(name=cluster)["cluster"]
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{"name": "it", "cluster": {
            "server": told["endpoint"], "certificate-authority-data": told["certificateAuthority"]["data"]}}],
        "users": [{"name": "it", "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1", "command": sys.executable,
            "args": ["-m", "awscli", "eks", "get-token", "--cluster-name", exec_cluster or cluster],
            # The token has to name the real host of STS, whatever the endpoint of everything else is.
            "env": [{"name": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "value": "true"}],
            "interactiveMode": "Never"}}}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
    }
    with open(os.environ["KUBECONFIG"], "w", encoding="utf-8") as file:
        json.dump(config, file)


def keep_token():
    """Spares the other calls the start of the AWS CLI."""
    with open(os.environ["KUBECONFIG"], encoding="utf-8") as file:
        config = json.load(file)
    exec_ = config["users"][0]["user"]["exec"]
    made = subprocess.run([exec_["command"], *exec_["args"]], capture_output=True, check=True,
                          env=os.environ | {one["name"]: one["value"] for one in exec_["env"]})
    config["users"][0]["user"] = {"token": json.loads(made.stdout)["status"]["token"]}
    with open(os.environ["KUBECONFIG"], "w", encoding="utf-8") as file:
        json.dump(config, file)


def run(*arguments, fails=None):
    ran = subprocess.run([KUBECTL, *arguments], capture_output=True, text=True, timeout=60, check=False)
    if fails is None and ran.returncode:
        problems.append(f"kubectl {' '.join(arguments)}: {ran.stderr}")
    if fails is not None and (not ran.returncode or fails not in ran.stderr):
        problems.append(f"kubectl {' '.join(arguments)}: {ran.returncode} {ran.stderr} instead of {fails}")
    return ran.stdout


def expect(actual, expected):
    if actual != expected:
        problems.append(f"{actual!r} instead of {expected!r}")


def check(condition, message):
    if not condition:
        problems.append(message)


def items(*arguments):
    return json.loads(run("get", *arguments, "-o", "json") or '{"items": []}')["items"]


def claims(token):
    part = token.strip().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def environment(pod):
    return {one["name"]: one.get("value") for one in pod["spec"]["containers"][0].get("env", [])}


configure("payments")
check("Server Version: v1.33" in run("version"), "no version")
keep_token()
accounts = run("get", "sa", "-A").splitlines()
expect(accounts[0].split(), ["NAMESPACE", "NAME", "SECRETS", "AGE"])
check(len(accounts) > 100, f"{len(accounts)} service accounts")
pods = run("get", "pods", "-A").splitlines()
expect(pods[0].split(), ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"])
expect(len(run("get", "pods", "-A", "--no-headers", "--chunk-size", "7").splitlines()), len(pods) - 1)
check("pod-identity-webhook" in run("get", "mutatingwebhookconfigurations"), "no webhook")
nodes = items("nodes")
agents = items("pods", "-n", "kube-system", "-l", "app.kubernetes.io/name=eks-pod-identity-agent")
expect({pod["spec"]["nodeName"] for pod in agents}, {node["metadata"]["name"] for node in nodes})
status = json.loads(run("get", "ds", "-n", "kube-system", "eks-pod-identity-agent", "-o", "json"))["status"]
expect((status["desiredNumberScheduled"], status["numberReady"]), (len(nodes), len(nodes)))
run("get", "secrets", fails="the server doesn't have a resource type")
run("get", "pod", "-n", "payments", "gone", fails='pods "gone" not found')

# Tokens, bound and not.
OF_API = ("-n", "payments", "-l", "app.kubernetes.io/name=api")
mine = items("pods", "--field-selector", "spec.serviceAccountName=api", "-n", "payments")
expect([pod["metadata"]["name"] for pod in mine], [pod["metadata"]["name"] for pod in items("pods", *OF_API)])
pod = mine[0]["metadata"]
TOKEN = ("create", "token", "-n", "payments", "api", "--audience", "pods.eks.amazonaws.com")
BOUND = ("--bound-object-kind", "Pod", "--bound-object-name", pod["name"])
unbound = claims(run(*TOKEN))
expect((unbound["aud"], unbound["sub"]), (["pods.eks.amazonaws.com"], "system:serviceaccount:payments:api"))
check("pod" not in unbound["kubernetes.io"], f"{unbound}")
bound = claims(run(*TOKEN, *BOUND, "--bound-object-uid", pod["uid"], "--duration", "2h"))
expect(bound["kubernetes.io"]["pod"], {"name": pod["name"], "uid": pod["uid"]})
expect(bound["exp"] - bound["iat"], 7200)
issuer = boto3.client("eks").describe_cluster(name="payments")["cluster"]["identity"]["oidc"]["issuer"]
expect(bound["iss"], issuer)
run(*TOKEN, "--duration", "5m", fails="may not specify a duration less than 10 minutes")
run(*TOKEN, *BOUND, "--bound-object-uid", "other", fails="does not match the UID in record")
run(*TOKEN, "--bound-object-kind", "Pod", "--bound-object-name", "gone", fails='pods "gone" not found')
run("create", "token", "-n", "payments", "gone", fails='serviceaccounts "gone" not found')
run("create", "token", "-n", "payments", "worker", *BOUND, fails="running with different serviceaccount name")

# The AWS CLI exchanges a bound token for credentials, and no other.
ASSUME = [sys.executable, "-m", "awscli", "eks-auth", "assume-role-for-pod-identity", "--cluster-name", "payments", "--token"]
for token, expected in ((run(*TOKEN, *BOUND), ""), (run(*TOKEN), "InvalidTokenException")):
    ran = subprocess.run([*ASSUME, token.strip()], capture_output=True, text=True, check=False)
    check(expected in ran.stderr and bool(ran.returncode) == bool(expected), f"{ran}")
    if not expected:
        expect(json.loads(ran.stdout)["subject"], {"namespace": "payments", "serviceAccount": "api"})

# What a principal may.
expect(run("auth", "can-i", "create", "serviceaccounts", "--subresource=token", "-n", "payments").strip(), "yes")
check("PlatformEngineer" in run("auth", "whoami"), "nobody")

# A rollout replaces pods through the webhook; a watch tells of it.
watch = subprocess.Popen([KUBECTL, "get", "pods", *OF_API, "--watch-only", "-o", "name"], stdout=subprocess.PIPE, text=True)
watch_all = subprocess.Popen([KUBECTL, "get", "pods", *OF_API, "--watch", "-o", "name"], stdout=subprocess.PIPE, text=True)
known = {f"pod/{one['metadata']['name']}" for one in mine}
expect({watch_all.stdout.readline().strip() for _ in known}, known)
run("rollout", "restart", "-n", "payments", "deployment/api")
run("rollout", "status", "-n", "payments", "deployment/api", "--timeout", "10s")
after = items("pods", *OF_API)
expect(len(after), len(mine))
check(not {one["metadata"]["uid"] for one in after} & {one["metadata"]["uid"] for one in mine}, "the same pods")
for one in after:
    check("AWS_CONTAINER_CREDENTIALS_FULL_URI" in environment(one), "not injected")
    expect(one["metadata"]["labels"].get("eks.amazonaws.com/pod-identity"), "enabled")
first = watch_all.stdout.readline().strip()
check(first.startswith("pod/api-"), first)
for process in (watch, watch_all):
    process.kill()
    process.wait()

# A new association reaches new pods only after the webhook has heard of it.
run("create", "namespace", "fresh")
run("create", "serviceaccount", "app", "-n", "fresh")
check("app" in run("get", "sa", "-n", "fresh"), "no service account")
run("delete", "pod", "-n", "payments", after[0]["metadata"]["name"], "--wait=false")
expect(len(items("pods", *OF_API)), len(mine))

# Tokens of other clusters, and clusters where one is nobody.
configure("checkout", exec_cluster="payments")
run("get", "pods", fails="You must be logged in to the server")
configure("checkout")
kinds = {node["metadata"]["labels"].get("eks.amazonaws.com/compute-type") for node in items("nodes")}
expect(kinds, {"auto", "fargate"})

# What was denied on purpose: see tests/it/sim/kubernetes.rs.
configure("storefront")
run("get", "pods", "-A", fails='cannot list resource "pods" in API group "" at the cluster scope')
expect(subprocess.run([KUBECTL, "auth", "can-i", "list", "pods", "-A"], capture_output=True, text=True, check=False)
       .stdout.strip(), "no")
check("web" in run("get", "sa", "-n", "storefront"), "service accounts are denied too")

print("\n".join(problems))
sys.exit(1 if problems else 0)
