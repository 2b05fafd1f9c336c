"""A rollback can be cancelled once, and nothing else can."""

import os

from workshop import EKS, expect, fails, finish

updates = [EKS.describe_update(name="mixed", updateId=one)["update"] for one in EKS.list_updates(name="mixed")["updateIds"]]
[rollback] = [one for one in updates if one["type"] == "VersionRollback"]
[ended] = [one for one in updates if one["type"] == "LoggingUpdate"]
ON = {"name": "mixed", "updateId": rollback["id"]}
OIDC = {"identityProviderConfigName": "new", "issuerUrl": "https://sso.example.com/", "clientId": "kubernetes"}


def cancel():
    fails("InvalidStateException", "is Successful and cannot be cancelled", "cancel_update", name="mixed", updateId=ended["id"])
    fails("ResourceNotFoundException", "No update found", "cancel_update", name="mixed", updateId="gone")
    fails("ResourceInUseException", rollback["id"], "associate_identity_provider_config", clusterName="mixed", oidc=OIDC)
    told = EKS.cancel_update(**ON)["update"]
    expect((told["status"], told["cancellation"]["status"]), ("InProgress", "InProgress"))
    fails("ResourceInUseException", "already being cancelled", "cancel_update", **ON)


def cancelled():
    expect((rollback["status"], rollback["cancellation"]["status"]), ("Cancelled", "Successful"))
    fails("InvalidStateException", "is Cancelled and cannot be cancelled", "cancel_update", **ON)
    running = EKS.associate_identity_provider_config(clusterName="mixed", oidc=OIDC)["update"]["id"]
    fails("InvalidRequestException", "cannot be cancelled", "cancel_update", name="mixed", updateId=running)


{"cancel": cancel, "cancelled": cancelled}[os.environ["PHASE"]]()
finish()
