"""The demo world keeps what its head promises: who gets credentials, who does not, and what each pod was given."""

import base64
import collections
import http.client
import json
import os
import ssl
import sys

import boto3
import botocore.auth
import botocore.awsrequest
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})
FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
OF_AGENT = ("http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials")
problems = []

# Associations whose pods are refused, by cluster; everybody else gets credentials.
REFUSED = {
    "payments": {
        "payments/card-tokeniser", "payments/retry-scheduler", "settlement/bank-files", "cards/pin-service",
        "wallet/limits", "kyc/screening", "billing/dunning", "merchant-portal/file-exchange",
        "data-pipeline/airflow-worker", "internal-tools/bulk-corrections",
    },
    "checkout": {"checkout/cart", "checkout/gift-cards", "checkout/inventory-hold"},
    "storefront": set(), "payments-staging": set(), "sandbox": set(), "edge": set(),
}
# Associations without any pod.
PODLESS = {
    "payments": {"settlement/calendar-sync", "payouts/fx-rates", "internal-tools/support-search"},
    "sandbox": {"chaos/litmus"},
}
# Pods whose first container lacks what its association promises.
UNINJECTED = {
    "payments": {
        "fraud/scoring": (2, 3), "fraud/model-refresh": (2, 2), "cards/lifecycle": (2, 2), "wallet/limits": (2, 3),
        "wallet/top-ups": (3, 3), "kyc/face-match": (2, 3), "kyc/watchlist-sync": None,
    },
    "payments-staging": {"ledger/api": None},
}


def check(condition, message):
    if not condition:
        problems.append(message)


class Cluster:
    """Asks one cluster, through one connection."""

    def __init__(self, session, name):
        self.name, self.auth = name, session.client("eks-auth", config=CONFIG)
        self.eks = session.client("eks", config=CONFIG)
        told = self.eks.describe_cluster(name=name)["cluster"]
        context = ssl.create_default_context(cadata=base64.b64decode(told["certificateAuthority"]["data"]).decode())
        self.connection = http.client.HTTPSConnection(told["endpoint"].split("//")[1], context=context)
        region = session.region_name
        request = botocore.awsrequest.AWSRequest(
            "GET", f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            headers={"x-k8s-aws-id": name})
        botocore.auth.SigV4QueryAuth(session.get_credentials(), "sts", region, expires=60).add_auth(request)
        self.bearer = "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")

    def ask(self, path, body=None):
        headers = {"Authorization": "Bearer " + self.bearer, "Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def items(self, path):
        status, text = self.ask(path)
        check(status == 200, f"{self.name}{path}: {status} {text[:200]}")
        return json.loads(text).get("items", [])

    def associations(self):
        pages = self.eks.get_paginator("list_pod_identity_associations").paginate(clusterName=self.name)
        return {f"{one['namespace']}/{one['serviceAccount']}" for page in pages for one in page["associations"]}

    def gets_credentials(self, pod):
        """Says whether EKS Auth gives credentials for a token of the pod."""
        spec, meta = pod["spec"], pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/serviceaccounts/{spec['serviceAccountName']}/token"
        status, text = self.ask(path, {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {
            "audiences": ["pods.eks.amazonaws.com"], "expirationSeconds": 600,
            "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}}})
        check(status == 201, f"{self.name}: no token for {meta['name']}: {text}")
        try:
            self.auth.assume_role_for_pod_identity(clusterName=self.name, token=json.loads(text)["status"]["token"])
        except ClientError as error:
            check(error.response["Error"]["Code"] == "AccessDeniedException", f"{self.name} {meta['name']}: {error}")
            return False
        return True


def by_account(pods):
    found = collections.defaultdict(list)
    for pod in pods:
        found[f"{pod['metadata']['namespace']}/{pod['spec']['serviceAccountName']}"].append(pod)
    return found


def environment(container):
    return {one["name"]: one.get("value") for one in container.get("env", [])}


def mechanism(pod):
    """What the first container would use, told by its variables alone."""
    env = environment(pod["spec"]["containers"][0])
    for name, told in (("AWS_ACCESS_KEY_ID", "keys"), ("AWS_PROFILE", "profile")):
        if name in env:
            return told
    if "AWS_ROLE_ARN" in env:
        by_webhook = env["AWS_WEB_IDENTITY_TOKEN_FILE"] == "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
        return "irsa" if by_webhook else "by hand"
    if "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" in env:
        return "ecs"
    if FULL_URI in env:
        return "pod identity" if env[FULL_URI] in OF_AGENT else "own endpoint"
    return "none"


def is_injected(pod):
    return FULL_URI in environment(pod["spec"]["containers"][0])


def agrees(cluster, pods):
    """EKS Auth says yes to the healthy and no to the others; the webhook was in time for all but those named."""
    mine = by_account(pods)
    associations = cluster.associations()
    check({one for one in associations if one not in mine} == PODLESS.get(cluster.name, set()),
          f"{cluster.name}: without pods: {sorted(one for one in associations if one not in mine)}")
    running = {one: [pod for pod in mine[one] if pod["status"]["phase"] != "Pending"] or mine[one]
               for one in associations if one in mine}
    refused = {one for one, found in running.items() if not cluster.gets_credentials(found[-1])}
    check(refused == REFUSED[cluster.name], f"{cluster.name}: refused but not meant to be or the reverse: "
          f"{sorted(refused ^ REFUSED[cluster.name])}")
    expected = UNINJECTED.get(cluster.name, {})
    for one, found in running.items():
        missing = sum(not is_injected(pod) for pod in found)
        if one not in expected:
            check(missing == 0, f"{cluster.name} {one}: {missing} of {len(found)} pods were not injected")
        elif expected[one] is None:
            check(missing == len(found) > 0, f"{cluster.name} {one}: {missing} of {len(found)} were not injected")
        else:
            check((missing, len(found)) == expected[one], f"{cluster.name} {one}: {missing} of {len(found)}")
    return mine


def payments(cluster):
    pods = cluster.items("/api/v1/pods")
    mine = agrees(cluster, pods)
    for account, told in {
        "payments/worker": {"pod identity"}, "wallet/top-ups": {"irsa"}, "wallet/limits": {"irsa", "pod identity"},
        "wallet/loyalty": {"irsa"}, "wallet/vouchers": {"pod identity"}, "merchant-portal/kiosk": {"none"},
        "payments/swift-gateway": {"keys"}, "merchant-portal/bff": {"profile"}, "payouts/bank-validation": {"by hand"},
        "disputes/letters": {"ecs"}, "internal-tools/legacy-importer": {"pod identity"},
        "settlement/calendar-synch": {"none"}, "internal-tools/default": {"none"},
    }.items():
        found = {mechanism(pod) for pod in mine[account]}
        check(found == told, f"{account}: {found} instead of {told}")
    gateway, proxy = mine["payments/sepa-gateway"][0]["spec"]["containers"]
    check(environment(gateway)[FULL_URI] in OF_AGENT and environment(proxy)[FULL_URI] not in OF_AGENT, "sepa-gateway")
    debezium, heartbeat = mine["data-pipeline/cdc-postgres"][0]["spec"]["containers"]
    check(FULL_URI in environment(debezium) and FULL_URI not in environment(heartbeat), "cdc-postgres")
    migrate = mine["payments/reconciler"][0]["spec"]["initContainers"][0]
    check(FULL_URI in environment(migrate), "init containers are injected too")
    sources = [list(source) for pod in pods for one in pod["spec"]["containers"] for source in one.get("envFrom", [])]
    check({"secretRef", "configMapRef"} == {name for names in sources for name in names}, f"{sources}")
    volume = next(one for one in mine["billing/pdf-renderer"][0]["spec"]["volumes"] if one["name"] == "eks-pod-identity-token")
    check("emptyDir" in volume, f"{volume}")
    phases = {pod["status"]["phase"] for pod in pods}
    check({"Running", "Succeeded", "Failed"} <= phases, f"{phases}")
    check(any("deletionTimestamp" in pod["metadata"] for pod in mine["billing/tax-service"]), "tax-service")
    check(any(pod["spec"].get("hostNetwork") for pod in mine["monitoring/prometheus-remote-write"]), "hostNetwork")
    check("canary" in json.dumps(pods), "there is nothing that could leak")
    logs = {"notifications/push": "only loopback hosts are allowed", "internal-tools/audit-viewer": "cannot be parsed"}
    for account, told in logs.items():
        meta = mine[account][0]["metadata"]
        log = cluster.ask(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/log")[1].decode()
        check(told in log, f"{account}: {log}")


def checkout(cluster):
    mine = agrees(cluster, cluster.items("/api/v1/pods"))
    for pod in mine["checkout-jobs/nightly-export"]:
        check(pod["spec"]["nodeName"].startswith("fargate-"), f"{pod['spec']['nodeName']}")
        check(pod["metadata"]["labels"].get("eks.amazonaws.com/fargate-profile") == "jobs", "no profile")


def storefront(cluster):
    mine = agrees(cluster, cluster.items("/api/v1/pods"))
    nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in cluster.items("/api/v1/nodes")}
    group = lambda pod: nodes[pod["spec"]["nodeName"]]["eks.amazonaws.com/nodegroup"]
    agents = cluster.items("/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Deks-pod-identity-agent")
    crashing = [pod for pod in agents if pod["status"]["containerStatuses"][0]["restartCount"]]
    check({group(pod) for pod in crashing} == {"hardened"} and len(crashing) == 2, "crashing agents")
    status = json.loads(cluster.ask("/apis/apps/v1/namespaces/kube-system/daemonsets/eks-pod-identity-agent")[1])["status"]
    check((status["desiredNumberScheduled"], status["numberReady"]) == (8, 6), f"{status}")
    log = cluster.ask(f"/api/v1/namespaces/kube-system/pods/{crashing[0]['metadata']['name']}/log")[1].decode()
    check("bind: cannot assign requested address" in log, log)
    check({group(pod) for pod in mine["storefront/sitemap"]} == {"hardened"}, "sitemap")
    check({nodes[pod["spec"]["nodeName"]]["kubernetes.io/os"] for pod in mine["cms/media-upload"]} == {"windows"}, "windows")
    check({mechanism(pod) for pod in mine["storefront/recommendations"]} == {"irsa"}, "recommendations")
    check({pod["status"]["phase"] for pod in mine["storefront/reviews"]} == {"Pending"}, "reviews")
    iam = cluster.session.client("iam", config=CONFIG)
    for role, told in (("eks-storefront-node", "allowed"), ("storefront-imports-node", "implicitDeny")):
        results = iam.simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::111122223333:role/{role}",
                                                ActionNames=["eks-auth:AssumeRoleForPodIdentity"])["EvaluationResults"]
        check([one["EvalDecision"] for one in results] == [told], f"{role}: {results}")


def analytics(cluster):
    status, text = cluster.ask("/api/v1/pods")
    check(status == 403, f"analytics: {status} {text[:200]}")
    check(len(cluster.items("/api/v1/serviceaccounts")) > 5, "service accounts are denied too")
    check(cluster.items("/apis/apps/v1/daemonsets"), "no self-managed agent")


def payments_dr(cluster):
    try:
        cluster.ask("/version")
        problems.append("payments-dr is reachable")
    except OSError:
        pass


def payments_staging(cluster):
    mine = agrees(cluster, cluster.items("/api/v1/pods"))
    agents = {pod["spec"]["nodeName"] for pod in cluster.items(
        "/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Deks-pod-identity-agent")}
    for account in ("payments/webhooks", "payments/refunds"):
        check(not agents & {pod["spec"]["nodeName"] for pod in mine[account]}, f"an agent near {account}")
    check(agents >= {pod["spec"]["nodeName"] for pod in mine["payments/api"]}, "no agent near payments/api")
    provider = cluster.eks.describe_identity_provider_config(
        clusterName=cluster.name, identityProviderConfig={"type": "oidc", "name": "corp-sso"})
    check(provider["identityProviderConfig"]["oidc"]["status"] == "CREATING", f"{provider}")
    webhook = json.loads(cluster.ask(
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/pod-identity-webhook")[1])
    check("ledger" in json.dumps(webhook["webhooks"][0]["namespaceSelector"]), f"{webhook}")


def sandbox(cluster):
    mine = agrees(cluster, cluster.items("/api/v1/pods"))
    check("chaos" not in {one["metadata"]["name"] for one in cluster.items("/api/v1/namespaces")}, "chaos is there")
    agents = {pod["spec"]["nodeName"] for pod in cluster.items(
        "/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Deks-pod-identity-agent")}
    check({pod["spec"]["nodeName"] for pod in mine["hack-week/photo-booth"]} <= agents, "no hybrid agent")


def edge(cluster):
    mine = agrees(cluster, cluster.items("/api/v1/pods"))
    check(not cluster.items("/apis/apps/v1/daemonsets"), "there is an agent")
    env = environment(mine["edge/geo-router"][0]["spec"]["containers"][0])
    check(env[FULL_URI] == OF_AGENT[1] and "fd00:ec2::23" not in env["NO_PROXY"], f"{env}")


ACCOUNTS = (
    (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], {
        "eu-central-1": (payments, checkout, storefront), "us-east-1": (analytics, payments_dr)}),
    (os.environ["OTHER_KEY"], os.environ["OTHER_SECRET"], {
        "eu-central-1": (payments_staging, sandbox), "eu-west-1": (edge,)}),
)
kinds = set()
for key, secret, regions in ACCOUNTS:
    for region, checks in regions.items():
        session = boto3.Session(key, secret, region_name=region)
        eks = session.client("eks", config=CONFIG)
        names = {one.__name__.replace("_", "-"): one for one in checks}
        check(set(eks.list_clusters()["clusters"]) == set(names), f"{region}: other clusters")
        for name, one in names.items():
            cluster = Cluster(session, name)
            cluster.session = session
            one(cluster)
            if name != "analytics":  # Whose access is kept in a ConfigMap.
                for principal in eks.list_access_entries(clusterName=name)["accessEntries"]:
                    entry = eks.describe_access_entry(clusterName=name, principalArn=principal)["accessEntry"]
                    kinds.add(entry["type"])
check(kinds == {"STANDARD", "EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"},
      f"{sorted(kinds)}")

print("\n".join(problems))
sys.exit(1 if problems else 0)
