"""Pods of every kind of workload on every kind of node, with their logs and what is told of them."""

import subprocess

from workshop import Person, check, expect, finish

me = Person()
LATER = "--timeout=10s"
IN = ("-n", "apps")


def pods(app):
    return me.items("pods", *IN, "-l", f"app.kubernetes.io/name={app}")


def names(app):
    return [pod["metadata"]["name"] for pod in pods(app)]


def uids(app):
    return {pod["metadata"]["uid"] for pod in pods(app)}


def variables(pod):
    return {one["name"]: one["value"] for one in pod["spec"]["containers"][0].get("env", [])}


nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in me.items("nodes")}
WINDOWS = [name for name, labels in nodes.items() if labels["kubernetes.io/os"] == "windows"]
HYBRID = [name for name, labels in nodes.items() if labels.get("eks.amazonaws.com/compute-type") == "hybrid"]
LINUX = [name for name in nodes if name not in WINDOWS + HYBRID]
expect((len(LINUX), len(WINDOWS), len(HYBRID)), (2, 1, 2))

# Names, owners and nodes are those that each controller gives.
expect(names("db"), ["db-0", "db-1"])
for app, kind in (("web", "ReplicaSet"), ("db", "StatefulSet"), ("node-exporter", "DaemonSet"), ("migrate", "Job")):
    expect({pod["metadata"]["ownerReferences"][0]["kind"] for pod in pods(app)}, {kind})
    check(all("AWS_CONTAINER_CREDENTIALS_FULL_URI" in variables(pod) for pod in pods(app)), f"{app} is not injected")
expect({pod["spec"]["nodeName"] for pod in pods("node-exporter")}, set(LINUX))
expect([pod["status"]["phase"] for pod in pods("migrate")], ["Succeeded"])
expect([pod["spec"]["nodeName"] for pod in pods("legacy")], WINDOWS)
expect(variables(pods("legacy")[0])["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"],
       "C:\\var\\run\\secrets\\pods.eks.amazonaws.com\\serviceaccount\\eks-pod-identity-token")
check(pods("edge")[0]["spec"]["nodeName"] in HYBRID, "edge runs elsewhere")
check("CrashLoopBackOff" in me.kubectl("get", "pods", *IN, "-l", "app.kubernetes.io/name=broken"), "broken is well")

# A restart replaces the pods of each; those of a stateful set keep their names.
for kind, app in (("deployment", "web"), ("statefulset", "db"), ("daemonset", "node-exporter")):
    before, known = uids(app), names(app)
    me.kubectl("rollout", "restart", *IN, f"{kind}/{app}")
    me.kubectl("rollout", "status", *IN, f"{kind}/{app}", LATER)
    check(not before & uids(app) and len(before) == len(uids(app)), f"{app} is not replaced")
    expect(known == names(app), kind != "deployment")
[workload] = me.items("deployments", *IN, "--field-selector", "metadata.name=web")
expect((workload["metadata"]["generation"], workload["status"]["observedGeneration"]), (2, 2))

# What is told of it.
name = names("web")[0]
events = me.items("events", *IN, "--field-selector", f"involvedObject.name={name}")
expect({event["reason"] for event in events}, {"Scheduled", "Created", "Started"})
expect({event["involvedObject"]["kind"] for event in events}, {"Pod"})
told = {event["reason"] for event in me.items("events", *IN, "--field-selector", "involvedObject.kind!=Pod")}
expect(told, {"ScalingReplicaSet", "SuccessfulCreate", "SuccessfulDelete"})
warnings = me.items("events", "-A", "--field-selector", "type=Warning")
expect({(event["reason"], event["source"]["component"]) for event in warnings}, {("BackOff", "kubelet")})
described = me.kubectl("describe", "pod", *IN, name)
check("Successfully assigned apps/" + name in described, described)
check("Scaled down replica set" in me.kubectl("get", "events", *IN), "the table of events is empty")
me.kubectl("delete", "pod", *IN, "db-0", "--wait=false")
reasons = [event["reason"] for event in me.items("events", *IN, "--field-selector", "involvedObject.name=db-0")]
expect(reasons.count("Killing"), 2)

# Logs.
expect(me.kubectl("logs", *IN, name, "-c", "web").splitlines(), ["starting", "listening on 8080", "ready"])
expect(me.kubectl("logs", *IN, name, "-c", "web", "--tail", "1"), "ready\n")
check("Z ready" in me.kubectl("logs", *IN, name, "-c", "web", "--timestamps", "--tail", "1"), "no timestamps")
expect(me.kubectl("logs", *IN, names("broken")[0], "--previous"), "panic: no credentials\n")
me.kubectl("logs", *IN, name, "-c", "web", "--previous", fails="previous terminated container")
me.kubectl("logs", *IN, "gone", fails='pods "gone" not found')
path = f"/api/v1/namespaces/apps/pods/{name}/log"
expect(me.ask(path)[1]["message"], f"a container name must be specified for pod {name}, choose one of: [web proxy]")
expect(me.ask(path + "?container=x")[1]["message"], f"container x is not valid for pod {name}")
following = subprocess.Popen(**me.command("logs", *IN, "-f", name, "-c", "web"), stdout=subprocess.PIPE, text=True)
expect([following.stdout.readline() for _ in range(3)], ["starting\n", "listening on 8080\n", "ready\n"])
check(following.poll() is None, "the log ends although the pod lives")
me.kubectl("delete", "pod", *IN, name, "--wait=false")
expect(following.wait(20), 0)
finish()
