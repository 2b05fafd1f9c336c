"""The AWS CLI, run in one process: its commands succeed, and print what is meant."""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

problems = []


def aws(*arguments):
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = create_clidriver().main([*arguments, "--output", "json"])
    if status:
        problems.append(f"aws {' '.join(arguments)}: {status} {errors.getvalue()}")
        return {}
    text = output.getvalue()
    return json.loads(text) if text else {}


def expect(actual, expected):
    if actual != expected:
        problems.append(f"{actual!r} instead of {expected!r}")


ON = ("--cluster-name", "payments")
account = aws("sts", "get-caller-identity").get("Account")
expect(account, "111122223333")
expect(aws("iam", "get-role", "--role-name", "payments-api").get("Role", {}).get("RoleName"), "payments-api")
expect(aws("eks", "list-clusters"), {"clusters": ["checkout", "payments", "storefront"]})
expect(aws("eks", "describe-cluster", "--name", "storefront")["cluster"]["status"], "UPDATING")
expect(len(aws("eks", "list-pod-identity-associations", *ON)["associations"]), 104)
expect(len(aws("eks", "list-pod-identity-associations", *ON, "--page-size", "7")["associations"]), 104)
created = aws("eks", "create-pod-identity-association", *ON, "--namespace", "cli", "--service-account", "api",
              "--role-arn", f"arn:aws:iam::{account}:role/payments-api", "--tags", "Team=cli")["association"]
on_it = (*ON, "--association-id", created["associationId"])
successor = f"arn:aws:iam::{account}:role/payments-api-v2"
aws("eks", "update-pod-identity-association", *on_it, "--role-arn", successor)
described = aws("eks", "describe-pod-identity-association", *on_it)["association"]
expect((described["roleArn"], described["tags"]), (successor, {"Team": "cli"}))
aws("eks", "delete-pod-identity-association", *on_it)
expect(aws("eks", "list-pod-identity-associations", *ON, "--namespace", "cli"), {"associations": []})
expect(len(aws("eks", "list-updates", "--name", "payments", "--nodegroup-name", "general")["updateIds"]), 1)

print("\n".join(problems))
sys.exit(1 if problems else 0)
