"""Faults look to botocore like the failures that they stand for. What is armed is in tests/it/sim/faults.rs."""

import sys

import boto3
import botocore.exceptions
from botocore.config import Config

EKS = boto3.client("eks", config=Config(retries={"total_max_attempts": 1}))
problems = []


def code(method, **parameters):
    try:
        getattr(EKS, method)(**parameters)
        return ("", 200)
    except botocore.exceptions.ClientError as error:
        return (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
    except botocore.exceptions.HTTPClientError as error:
        return (type(error).__name__, 0)


def expect(actual, expected):
    if actual != expected:
        problems.append(f"{actual} instead of {expected}")


IN = {"clusterName": "payments"}
expect([code("list_addons", **IN) for _ in range(3)],
       [("ThrottlingException", 429), ("ThrottlingException", 429), ("", 200)])
expect(code("list_nodegroups", **IN), ("AccessDeniedException", 403))
expect(code("list_fargate_profiles", **IN), ("ExpiredTokenException", 403))
expect(code("list_capabilities", **IN), ("SomethingOwnException", 418))
expect(code("list_access_entries", **IN)[1], 0)
expect(code("list_access_entries", **IN), ("", 200))

# botocore takes half an answer for a whole one, so the lengths are compared here.
lengths = []
EKS.meta.events.register(
    "before-parse.eks.ListIdentityProviderConfigs",
    lambda response_dict, **_: lengths.append(
        (len(response_dict["body"]), int(response_dict["headers"]["content-length"]))
    ),
)
for _ in range(2):
    EKS.list_identity_provider_configs(**IN)
expect([2 * got in (announced, announced - 1) for got, announced in lengths], [True, False])
expect(lengths[1][0], lengths[1][1])

association = EKS.list_pod_identity_associations(**IN, namespace="ledger")["associations"][0]["associationId"]
expect(code("delete_pod_identity_association", **IN, associationId=association)[1], 0)
expect(code("describe_pod_identity_association", **IN, associationId=association), ("ResourceNotFoundException", 404))
expect(len(EKS.list_clusters()["clusters"]), 1)
expect("nextToken" in EKS.list_clusters(), True)
update = EKS.list_updates(name="payments")["updateIds"][0]
expect(EKS.describe_update(name="payments", updateId=update)["update"]["status"], "SOMETHING_NEWER")
expect("version" in EKS.describe_cluster(name="payments")["cluster"], False)

print("\n".join(problems))
sys.exit(1 if problems else 0)
