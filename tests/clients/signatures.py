"""Requests are accepted only with a right signature for the right service and region."""

import datetime
import json
import os
import sys
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
from botocore.credentials import Credentials

URL = os.environ["AWS_ENDPOINT_URL"]
KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
REGION = os.environ["AWS_REGION"]
STS = "Action=GetCallerIdentity&Version=2011-06-15"
IAM = "Action=ListRoles&Version=2010-05-08"
problems = []


def send(request):
    prepared = request.prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    call = urllib.request.Request(prepared.url, body, dict(prepared.headers.items()), method=prepared.method)
    try:
        with urllib.request.urlopen(call) as response:
            return response.status, "", response.read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        code = error.headers.get("x-amzn-errortype") or text.split("<Code>")[-1].split("</Code>")[0]
        return error.status, code, text


def request(path="/clusters", data=None):
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
    method = "POST" if data else "GET"
    return botocore.awsrequest.AWSRequest(method=method, url=URL + path, data=data, headers=headers)


def expect(name, made, status, code="", text=""):
    actual = send(made)
    if actual[:2] != (status, code) or text not in actual[2]:
        problems.append(f"{name}: {actual}")


def signed(service="eks", region=REGION, key=KEY, secret=SECRET, made=None, token=None, auth=botocore.auth.SigV4Auth):
    made = made or request()
    auth(Credentials(key, secret, token), service, region).add_auth(made)
    return made


expect("a right signature", signed(), 200)
expect("a presigned request", signed(auth=botocore.auth.SigV4QueryAuth), 200)
expect("a query string", signed(made=request("/clusters?maxResults=1&include=all")), 200)
expect("an encoded path", signed(made=request(
    f"/tags/arn%3Aaws%3Aeks%3A{REGION}%3A111122223333%3Acluster%2Fpayments")), 200)
expect("a raw path", signed(made=request(f"/tags/arn:aws:eks:{REGION}:111122223333:cluster/payments")), 200)
expect("STS", signed("sts", made=request("/", STS)), 200)
expect("IAM in its own region", signed("iam", "us-east-1", made=request("/", IAM)), 200)
expect("IAM in the client's region", signed("iam", made=request("/", IAM)), 200)

expect("no signature", request(), 403, "MissingAuthenticationTokenException", "Missing Authentication Token")
expect("no signature for STS", request("/", STS), 403, "MissingAuthenticationToken")
expect("an unknown key", signed(key="AKIDUNKNOWN"), 403, "UnrecognizedClientException")
expect("an unknown key for STS", signed("sts", key="AKIDUNKNOWN", made=request("/", STS)), 403, "InvalidClientTokenId")
expect("a session token nobody gave", signed(token="made-up"), 403, "UnrecognizedClientException")
expect("a wrong secret", signed(secret="wrong"), 403, "InvalidSignatureException", "does not match")
expect("a wrong secret for IAM", signed("iam", secret="wrong", made=request("/", IAM)), 403, "SignatureDoesNotMatch")
for service in ("s3", "eks-auth", "iam"):
    expect(f"EKS signed for {service}", signed(service), 403, "InvalidSignatureException", "correct service: 'eks'")
expect("STS signed for eks", signed("eks", made=request("/", STS)), 403, "SignatureDoesNotMatch", "'sts'")
expect("EKS in no region", signed(region="mars-1"), 403, "InvalidSignatureException", "valid region")
expect("EKS in a region of others", signed(region="eu-west-1"), 403, "UnrecognizedClientException")
expect("EKS in a region not enabled", signed(region="us-west-2"), 403, "UnrecognizedClientException")
expect("IAM in no region", signed("iam", "mars-1", made=request("/", IAM)), 403, "SignatureDoesNotMatch", "valid region")
expect("the other account does not see it",
       signed(key=os.environ["OTHER_KEY"], secret=os.environ["OTHER_SECRET"], made=request("/clusters/payments")),
       404, "ResourceNotFoundException")
elsewhere = signed(region="us-east-1", made=request("/clusters/payments"))
expect("a cluster is in its region only", elsewhere, 404, "ResourceNotFoundException")

changed = signed()
changed.url += "?maxResults=1"
expect("changed after signing", changed, 403, "InvalidSignatureException")
half = request()
half.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=x"
expect("half a signature", half, 400, "IncompleteSignatureException")

real = botocore.auth.get_current_datetime
for minutes, text in ((-16, "Signature expired"), (16, "not yet current")):
    now = real() + datetime.timedelta(minutes=minutes)
    botocore.auth.get_current_datetime = lambda *_, now=now, **__: now
    expect(f"{minutes} minutes", signed(), 403, "InvalidSignatureException", text)
botocore.auth.get_current_datetime = real

print("\n".join(problems))
sys.exit(1 if problems else 0)
