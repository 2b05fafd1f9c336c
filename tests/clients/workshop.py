"""What the scripts have in common that look at both sides of a cluster: EKS by boto3, Kubernetes by kubectl."""

import base64
import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = os.environ["AWS_REGION"]
SESSION = boto3.Session()
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
EKS = SESSION.client("eks", config=CONFIG)
IN = {"clusterName": "mixed"}
problems = []
_directory = tempfile.mkdtemp()


def check(condition, message):
    if not condition:
        problems.append(message)


def expect(actual, expected):
    if actual != expected:
        problems.append(f"{actual!r} instead of {expected!r}")


def finish():
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def fails(code, text, method, **parameters):
    """EKS refuses with this code, in these words."""
    try:
        getattr(EKS, method)(**parameters)
        problems.append(f"{method}({parameters}) succeeds")
    except ClientError as error:
        expect(error.response["Error"]["Code"], code)
        check(text in str(error), f"{method}: {error} does not say {text}")


class Person:
    """Somebody with credentials, who asks the API server of one cluster."""

    def __init__(self, name=None, cluster="mixed"):
        self.session = SESSION
        if name:
            arn = role(name)
            keys = SESSION.client("sts").assume_role(RoleArn=arn, RoleSessionName="it")["Credentials"]
            self.session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self.cluster = cluster
        told = EKS.describe_cluster(name=cluster)["cluster"]
        self.server = told["endpoint"]
        authority = told["certificateAuthority"]["data"]
        self.context = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
        self.config = os.path.join(_directory, f"{name}-{cluster}".replace("/", "-"))
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": self.server, "certificate-authority-data": authority}}],
            "users": [{"name": "it", "user": {"token": self.token()}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def token(self):
        url = f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        request = botocore.awsrequest.AWSRequest("GET", url, headers={"x-k8s-aws-id": self.cluster})
        botocore.auth.SigV4QueryAuth(self.session.get_credentials(), "sts", REGION, expires=60).add_auth(request)
        return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")

    def command(self, *arguments):
        more = {"KUBECONFIG": self.config, "HOME": _directory, "KUBECTL_DISPATCHER": "off"}
        return {"args": [os.environ["KUBECTL"], *arguments], "env": os.environ | more}

    def kubectl(self, *arguments, fails=None):
        ran = subprocess.run(**self.command(*arguments), capture_output=True, text=True, timeout=60, check=False)
        if fails is None and ran.returncode:
            problems.append(f"kubectl {' '.join(arguments)}: {ran.stderr}")
        if fails is not None and (not ran.returncode or fails not in ran.stderr):
            problems.append(f"kubectl {' '.join(arguments)}: {ran.returncode} {ran.stderr} instead of {fails}")
        return ran.stdout

    def items(self, *arguments):
        return json.loads(self.kubectl("get", *arguments, "-o", "json") or '{"items": []}')["items"]

    def may(self, *arguments):
        """Asks the API server itself, which must say what it would do."""
        ran = subprocess.run(**self.command("auth", "can-i", *arguments), capture_output=True, text=True, check=False)
        return ran.stdout.strip() == "yes"

    def ask(self, path, body=None):
        """One request by hand, for what kubectl does not send."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.server + path, data, {
            "Authorization": "Bearer " + self.token(), "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, context=self.context) as response:
                lines = [json.loads(line) for line in response.read().splitlines()]
                return response.status, lines if "watch=" in path else lines[0]
        except urllib.error.HTTPError as error:
            return error.status, json.load(error)
