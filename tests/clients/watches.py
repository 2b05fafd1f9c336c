"""Watches and pages as clients other than kubectl use them. What is armed is in tests/it/sim/kubernetes.rs."""

from workshop import Person, check, expect, finish

me = Person()
PODS = "/api/v1/namespaces/apps/pods"


def watch(query):
    status, events = me.ask(f"{PODS}?watch=1&timeoutSeconds=1&{query}")
    check(status == 200, f"{query}: {status} {events}")
    return events


def kinds(events):
    return [event["type"] for event in events]


_, whole = me.ask(PODS)
version, count = whole["metadata"]["resourceVersion"], len(whole["items"])
STREAM = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"

# From a version on there is nothing new, and bookmarks come to those only who asked for them.
expect(kinds(watch(f"resourceVersion={version}")), [])
[bookmark] = watch(f"resourceVersion={version}&allowWatchBookmarks=true")
expect((bookmark["type"], bookmark["object"]["kind"]), ("BOOKMARK", "Pod"))
check(int(bookmark["object"]["metadata"]["resourceVersion"]) >= int(version), f"{bookmark}")
check("annotations" not in bookmark["object"]["metadata"], f"{bookmark}")

# Without a version, or by the newer way, it begins with what is there; the newer way tells where that ends.
for query in ("", "resourceVersion=0"):
    expect(kinds(watch(query)), ["ADDED"] * count)
for query in (STREAM, STREAM + "&resourceVersion=0", STREAM + f"&resourceVersion={version}", STREAM + "&resourceVersion=1"):
    events = watch(query)
    expect(kinds(events)[:count + 1], ["ADDED"] * count + ["BOOKMARK"])
    expect(events[count]["object"]["metadata"].get("annotations"), {"k8s.io/initial-events-end": "true"})
expect(kinds(watch("sendInitialEvents=false&resourceVersionMatch=NotOlderThan")), [])
for query, text in (("sendInitialEvents=true", "requires setting resourceVersionMatch to NotOlderThan"),
                    ("resourceVersionMatch=NotOlderThan", "forbidden for watch unless sendInitialEvents is provided")):
    status, answer = me.ask(f"{PODS}?watch=1&{query}")
    check(status == 422 and text in str(answer), f"{query}: {status} {answer}")

# What is too old is gone: the first of each is armed, and versions from before the world always are.
expect(kinds(watch("resourceVersion=1")), ["ERROR"])
_, page = me.ask("/apis/apps/v1/namespaces/apps/deployments?limit=1")
rest = "/apis/apps/v1/namespaces/apps/deployments?limit=1&continue=" + page["metadata"]["continue"]
status, answer = me.ask(rest)
expect((status, answer["kind"], answer["reason"]), (410, "Status", "Expired"))
expect(me.ask(rest)[0], 200)
status, [event] = me.ask("/apis/apps/v1/namespaces/apps/deployments?watch=1&timeoutSeconds=1")
expect((event["type"], event["object"]["code"], event["object"]["reason"]), ("ERROR", 410, "Expired"))
expect(me.ask(PODS + "?limit=1&continue=nonsense")[0], 400)
finish()
