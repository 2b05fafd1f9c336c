"""Pods exchange their tokens for credentials; every refusal is as EKS Auth words it."""

import base64
import datetime
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
from botocore.config import Config
from botocore.exceptions import ClientError

CONFIG = Config(retries={"total_max_attempts": 1})
SESSION = boto3.Session()
EKS, AUTH, IAM = (SESSION.client(name, config=CONFIG) for name in ("eks", "eks-auth", "iam"))
REGION = os.environ["AWS_REGION"]
KEPT = os.path.join(os.environ["KEPT"], "kept.json")
AUDIENCE = "pods.eks.amazonaws.com"
problems = []


def check(condition, message):
    if not condition:
        problems.append(message)


def bearer(cluster, host=f"https://sts.{REGION}.amazonaws.com", signed=True, expires=60):
    headers = {"x-k8s-aws-id": cluster} if signed else {}
    query = "/?Action=GetCallerIdentity&Version=2011-06-15"
    request = botocore.awsrequest.AWSRequest("GET", host + query, headers=headers)
    botocore.auth.SigV4QueryAuth(SESSION.get_credentials(), "sts", REGION, expires=expires).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def kubernetes(cluster, path, body=None, token=None):
    told = EKS.describe_cluster(name=cluster)["cluster"]
    context = ssl.create_default_context(cadata=base64.b64decode(told["certificateAuthority"]["data"]).decode())
    request = urllib.request.Request(told["endpoint"] + path, json.dumps(body).encode() if body else None, {
        "Authorization": "Bearer " + (token or bearer(cluster)), "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, context=context) as response:
            return response.status, json.load(response), response.headers
    except urllib.error.HTTPError as error:
        return error.status, json.load(error), error.headers


def pod_of(cluster, namespace, account):
    path = f"/api/v1/namespaces/{namespace}/pods?fieldSelector=spec.serviceAccountName%3D{account}"
    return kubernetes(cluster, path)[1]["items"][0]["metadata"]


def token(cluster, namespace, account, bound=True, seconds=600, audience=AUDIENCE):
    spec = {"audiences": [audience], "expirationSeconds": seconds}
    if bound:
        pod = pod_of(cluster, namespace, account)
        spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Pod", "name": pod["name"], "uid": pod["uid"]}
    status, made, headers = kubernetes(
        cluster, f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token",
        {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec})
    check(status == 201, f"{namespace}/{account}: {made}")
    return made["status"]["token"], headers


def assume(cluster, text):
    return AUTH.assume_role_for_pod_identity(clusterName=cluster, token=text)


def fails(code, status, text, cluster, with_token):
    try:
        assume(cluster, with_token)
        problems.append(f"{code} is not to be had")
    except ClientError as error:
        actual = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        check(actual == (code, status), f"{actual} instead of {(code, status)}: {error}")
        check(text in str(error), f"{error} does not say {text}")


def identity(credentials):
    session = boto3.Session(credentials["accessKeyId"], credentials["secretAccessKey"], credentials["sessionToken"])
    return session.client("sts", config=CONFIG).get_caller_identity()["Arn"]


def association(cluster, namespace, account):
    found = EKS.list_pod_identity_associations(clusterName=cluster, namespace=namespace, serviceAccount=account)
    return found["associations"][0]


def begin():
    right, _ = token("payments", "payments", "api")
    # The faults that tests/it/sim/kubernetes.rs armed come first, one each.
    fails("ThrottlingException", 429, "Rate exceeded", "payments", right)
    fails("InternalServerException", 500, "", "payments", right)
    fails("ServiceUnavailableException", 503, "", "payments", right)
    fails("InvalidRequestException", 400, "", "payments", right)
    fails("AccessDeniedException", 403, "is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: "
          f"arn:aws:eks:{REGION}:111122223333:cluster/payments", "payments", right)

    answer = assume("payments", right)
    mine = association("payments", "payments", "api")
    check(answer["subject"] == {"namespace": "payments", "serviceAccount": "api"}, f"{answer['subject']}")
    check(answer["audience"] == AUDIENCE, f"{answer['audience']}")
    told = answer["podIdentityAssociation"]
    check(told == {"associationArn": mine["associationArn"], "associationId": mine["associationId"]}, f"{told}")
    user, role = answer["assumedRoleUser"], IAM.get_role(RoleName="payments-api")["Role"]
    prefix = "arn:aws:sts::111122223333:assumed-role/payments-api/eks-payments-api-"
    check(user["arn"].startswith(prefix), f"{user}")
    check(user["assumeRoleId"] == role["RoleId"] + ":" + user["arn"].split("/")[-1], f"{user}")
    check(identity(answer["credentials"]) == user["arn"], "another identity")
    left = answer["credentials"]["expiration"] - datetime.datetime.now(datetime.timezone.utc)
    check(datetime.timedelta(hours=5) < left <= datetime.timedelta(hours=6), f"{left}")
    # The session tags name the target role's namespace, and it asks for that.
    chained = assume("payments", token("payments", "payments", "ledger-writer")[0])
    check(":444455556666:assumed-role/ledger-cross-account-writer/" in chained["assumedRoleUser"]["arn"], f"{chained}")
    check(identity(chained["credentials"]) == chained["assumedRoleUser"]["arn"], "another identity")
    left = chained["credentials"]["expiration"] - datetime.datetime.now(datetime.timezone.utc)
    check(left <= datetime.timedelta(hours=1), f"{left}")

    denied = ("AccessDeniedException", 400, "EKS does not have permissions to assume the associated role", "payments")
    fails(*denied, token("payments", "payments", "retry-scheduler")[0])  # The role was deleted.
    fails(*denied, token("payments", "billing", "dunning")[0])  # It may not be given tags.
    fails(*denied, token("payments", "cards", "pin-service")[0])  # It does not let pods in.
    fails(*denied, token("payments", "kyc", "screening")[0])  # The target role is nobody's.
    invalid = ("InvalidTokenException", 400)
    fails(*invalid, "audience", "payments", token("payments", "payments", "api", audience="sts.amazonaws.com")[0])
    fails(*invalid, "bound", "payments", token("payments", "payments", "api", bound=False)[0])
    fails(*invalid, "issuer", "checkout", right)
    fails(*invalid, "signature", "payments", right[:-8] + "AAAAAAAA")
    fails("InvalidParameterException", 400, "malformed", "payments", "no.jwt")
    fails("ResourceNotFoundException", 404, "has no service account role association for it", "payments",
          unassociated())
    fails("ResourceNotFoundException", 404, "No cluster found", "nowhere", right)
    _, headers = token("payments", "payments", "api", seconds=200000)
    check("shortened to 86400 seconds" in headers.get("Warning", ""), f"{headers}")

    # Whom the API server knows.
    pods = "/api/v1/pods?limit=1"
    check(kubernetes("payments", pods, token=bearer("payments"))[0] == 200, "the regional STS")
    for name, wrong in {
        "no cluster signed": bearer("payments", signed=False),
        "another cluster": bearer("checkout"),
        "a configured endpoint": bearer("payments", host=os.environ["AWS_ENDPOINT_URL"]),
        "another region": bearer("payments", host="https://sts.ap-southeast-2.amazonaws.com"),
        "without TLS": bearer("payments", host=f"http://sts.{REGION}.amazonaws.com"),
        "another host": bearer("payments", host="https://example.com"),
        "too long": bearer("payments", expires=3600),
        "changed": bearer("payments")[:-4] + "AAAA",
        "nonsense": "k8s-aws-v1.%%%",
    }.items():
        status, answer, _ = kubernetes("payments", pods, token=wrong)
        check((status, answer.get("reason")) == (401, "Unauthorized"), f"{name}: {status} {answer}")

    # Pages, versions that are gone, and what is asked wrongly.
    _, page, _ = kubernetes("payments", "/api/v1/pods?limit=10")
    check(len(page["items"]) == 10 and page["metadata"]["remainingItemCount"] > 100, f"{page['metadata']}")
    _, rest, _ = kubernetes("payments", "/api/v1/pods?limit=10&continue=" + page["metadata"]["continue"])
    names = [item["metadata"]["name"] for item in page["items"] + rest["items"]]
    check(len(set(names)) == 20, f"{names}")
    status, answer, _ = kubernetes("payments", "/api/v1/pods?watch=1&resourceVersion=1&timeoutSeconds=1")
    check((status, answer["type"], answer["object"]["code"]) == (200, "ERROR", 410), f"{status} {answer}")
    check(kubernetes("payments", "/api/v1/pods?fieldSelector=spec.x%3D1")[0] == 400, "an unknown field")

    expired, _ = token("payments", "payments", "worker")
    with open(KEPT, "w", encoding="utf-8") as file:
        json.dump({"token": expired, "credentials": answer_of(expired)}, file)


def unassociated():
    """Makes a pod of a service account that has no association."""
    base = "/api/v1/namespaces/payments/"
    kubernetes("payments", base + "serviceaccounts", {
        "kind": "ServiceAccount", "apiVersion": "v1", "metadata": {"name": "nobody"}})
    kubernetes("payments", base + "pods", {
        "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "nobody"},
        "spec": {"serviceAccountName": "nobody", "containers": [{"name": "app", "image": "app"}]}})
    return token("payments", "payments", "nobody")[0]


def answer_of(text):
    credentials = assume("payments", text)["credentials"]
    return {key: str(value) for key, value in credentials.items()}


def later():
    """Seven hours have gone by in the world."""
    with open(KEPT, encoding="utf-8") as file:
        kept = json.load(file)
    fails("ExpiredTokenException", 400, "expired", "payments", kept["token"])
    try:
        identity(kept["credentials"])
        problems.append("credentials live on")
    except ClientError as error:
        check(error.response["Error"]["Code"] == "ExpiredToken", f"{error}")


{"begin": begin, "later": later}[os.environ["PHASE"]]()
print("\n".join(problems))
sys.exit(1 if problems else 0)
