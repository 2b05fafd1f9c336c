"""An identity provider is associated and disassociated by updates that run with the time of the world."""

import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

EKS = boto3.client("eks", config=Config(retries={"total_max_attempts": 1}))
IN = {"clusterName": "payments"}
CONFIG = {"type": "oidc", "name": "guests"}
OIDC = {"identityProviderConfigName": "guests", "issuerUrl": "https://guests.example.com", "clientId": "k8s"}
problems = []


def expect(actual, expected):
    if actual != expected:
        problems.append(f"{actual!r} instead of {expected!r}")


def status():
    return EKS.describe_identity_provider_config(**IN, identityProviderConfig=CONFIG)["identityProviderConfig"]["oidc"]["status"]


def check_running(update, kind, value):
    expect((update["type"], update["status"]), (kind, "InProgress"))
    expect(update["params"], [{"type": "IdentityProviderConfig", "value": value}])
    expect(EKS.describe_cluster(name="payments")["cluster"]["status"], "UPDATING")
    for method, argument in ((EKS.disassociate_identity_provider_config, {"identityProviderConfig": CONFIG}),
                             (EKS.associate_identity_provider_config, {"oidc": OIDC | {"identityProviderConfigName": "more"}})):
        try:
            method(**IN, **argument)
            problems.append("two changes at once")
        except ClientError as error:
            expect(error.response["Error"]["Code"], "ResourceInUseException")
            expect(update["id"] in str(error), True)


def associate():
    answer = EKS.associate_identity_provider_config(**IN, oidc=OIDC, tags={"Team": "it"}, clientRequestToken="once")
    again = EKS.associate_identity_provider_config(**IN, oidc=OIDC, tags={"Team": "it"}, clientRequestToken="once")
    expect(again["update"]["id"], answer["update"]["id"])
    expect(answer["tags"], {"Team": "it"})
    check_running(answer["update"], "AssociateIdentityProviderConfig", '[{"type":"oidc","name":"guests"}]')
    expect(status(), "CREATING")


def disassociate():
    expect(status(), "ACTIVE")
    expect(EKS.describe_cluster(name="payments")["cluster"]["status"], "ACTIVE")
    update = EKS.disassociate_identity_provider_config(**IN, identityProviderConfig=CONFIG)["update"]
    check_running(update, "DisassociateIdentityProviderConfig", "[]")
    expect(status(), "DELETING")


def gone():
    expect(CONFIG in EKS.list_identity_provider_configs(**IN)["identityProviderConfigs"], False)
    ended = [EKS.describe_update(name="payments", updateId=one)["update"] for one in EKS.list_updates(name="payments")["updateIds"]]
    expect(sum(one["status"] == "Successful" and "guests" in one["params"][0]["value"] for one in ended), 1)


{"associate": associate, "disassociate": disassociate, "gone": gone}[os.environ["PHASE"]]()
print("\n".join(problems))
sys.exit(1 if problems else 0)
