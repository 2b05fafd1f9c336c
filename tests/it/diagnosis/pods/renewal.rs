//! A restart is offered where it helps, and where it does not, what does.

use std::collections::BTreeMap;

use roledex::model::Learned;
use roledex::model::census::Scope;
use roledex::model::credential::{Hindrance, Kept, Step, StepKind, StepState, is_injected, kept};
use roledex::model::diagnosis::{Finding, Standing};
use roledex::model::pod::{Labels, Pod};
use serde_json::{Value, json};

use super::world::{OPT_OUT, World, account, expression};

const RESTART: &str = "kubectl rollout restart deployment/api";

fn labels(pairs: &[(&str, &str)]) -> Labels {
    let pairs = pairs
        .iter()
        .map(|(key, value)| ((*key).into(), (*value).into()));
    pairs.collect()
}

/// The namespace of the pod, with these labels.
fn labelled(world: &mut World, pairs: &[(&str, &str)]) {
    let namespaces = BTreeMap::from([("payments".into(), labels(pairs))]);
    world.evidence.namespaces = Learned::Known(namespaces);
}

/// The webhook is to leave namespaces with a label alone.
fn selective(world: &mut World) {
    let selector = &mut world.webhook().namespace_selector;
    selector
        .expressions
        .push(expression("no-identity", "DoesNotExist", &[]));
}

fn created(world: &mut World, at: &str) {
    world.pods[0]["metadata"]["creationTimestamp"] = json!(at);
}

/// What the webhook of IRSA writes.
fn irsa(world: &mut World) {
    let directory = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
    world.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/old");
    world.set("AWS_WEB_IDENTITY_TOKEN_FILE", &format!("{directory}/token"));
    let push = |list: &mut Value, value: Value| list.as_array_mut().unwrap().push(value);
    push(
        &mut world.container()["volumeMounts"],
        json!({"name": "aws-iam-token", "mountPath": directory}),
    );
    push(
        &mut world.pods[0]["spec"]["volumes"],
        json!({"name": "aws-iam-token", "projected": {"sources": [{"serviceAccountToken":
            {"audience": "sts.amazonaws.com", "path": "token"}}]}}),
    );
    world.accounts = vec![account("payments", "api")];
    world.accounts[0]["metadata"]["annotations"] =
        json!({"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/old"});
}

fn asked_for(world: &mut World) {
    world.evidence.associations = Learned::Known(vec![]);
    world.scope = Scope {
        namespaces: vec!["payments".into()],
        service_accounts: vec!["api".into()],
    };
}

type Case = (&'static str, &'static str, fn(&mut World), &'static str);

/// The trouble, the rule whose remedies are looked at, what is otherwise, and what is to be said instead of a restart.
const IN_VAIN: &[Case] = &[
    (
        "no association, and the label that keeps the webhook away",
        "association-missing",
        |w| {
            w.not_injected();
            asked_for(w);
            w.pods[0]["metadata"]["labels"][OPT_OUT] = json!("true");
        },
        "take the label eks.amazonaws.com/skip-pod-identity-webhook out",
    ),
    (
        "no association, and the annotation that keeps the webhook away",
        "association-missing",
        |w| {
            w.not_injected();
            asked_for(w);
            w.pods[0]["metadata"]["annotations"]["eks.amazonaws.com/skip-containers"] =
                json!("app");
        },
        "take the annotation eks.amazonaws.com/skip-containers out",
    ),
    (
        "opted out",
        "pod-opted-out",
        |w| {
            w.not_injected();
            w.pods[0]["metadata"]["labels"][OPT_OUT] = json!("true");
        },
        "take the label or annotation out of the template",
    ),
    (
        "a label of the namespace keeps the webhook away",
        "pod-not-injected",
        |w| {
            w.not_injected();
            selective(w);
            labelled(w, &[("no-identity", "")]);
        },
        "put the configuration pod-identity-webhook right",
    ),
    (
        "the same of a pod that is older",
        "pod-older-than-association",
        |w| {
            w.not_injected();
            created(w, "2026-11-21T09:00:00Z");
            selective(w);
            labelled(w, &[("no-identity", "")]);
        },
        "put the configuration pod-identity-webhook right",
    ),
    (
        "no webhook",
        "pod-not-injected",
        |w| {
            w.not_injected();
            w.evidence.webhook = Learned::Absent;
        },
        "put the configuration pod-identity-webhook right",
    ),
    (
        "IRSA was written although there was an association",
        "irsa-leftover",
        |w| {
            w.not_injected();
            irsa(w);
        },
        "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come first",
    ),
    (
        "the same, told as not injected",
        "pod-not-injected",
        |w| {
            w.not_injected();
            irsa(w);
        },
        "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come first",
    ),
    (
        "both were written",
        "irsa-leftover",
        irsa,
        "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come first",
    ),
    (
        "a web identity by hand in a pod that is older",
        "pod-older-than-association",
        |w| {
            w.not_injected();
            created(w, "2026-11-21T09:00:00Z");
            w.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other");
            w.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/tokens/own");
        },
        "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come first",
    ),
    (
        "access keys in a pod that is older",
        "pod-older-than-association",
        |w| {
            w.not_injected();
            created(w, "2026-11-21T09:00:00Z");
            w.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
            w.set("AWS_SECRET_ACCESS_KEY", "x");
        },
        "the access keys in their variables come first",
    ),
    (
        "a volume of its own has the name of the webhook's",
        "pod-not-injected",
        |w| {
            w.not_injected();
            w.pods[0]["spec"]["volumes"] =
                json!([{"name": "eks-pod-identity-token", "emptyDir": {}}]);
        },
        "give it another name in the template of the pods",
    ),
    (
        "the association was deleted",
        "association-deleted",
        |w| w.evidence.associations = Learned::Known(vec![]),
        "nothing is to be restarted then",
    ),
];

/// What it is about, what is said, and what makes it so.
type Changed = (&'static str, &'static str, fn(&mut World));

/// Where a restart is what it takes.
const OF_USE: &[Changed] = &[
    ("older", "pod-older-than-association", |w| {
        w.not_injected();
        created(w, "2026-11-21T09:00:00Z");
    }),
    ("older, with IRSA", "irsa-leftover", |w| {
        w.not_injected();
        irsa(w);
        created(w, "2026-11-21T09:00:00Z");
    }),
    ("the webhook failed once", "pod-not-injected", |w| {
        w.not_injected();
        selective(w);
        labelled(w, &[("team", "x")]);
    }),
    (
        "not known which labels there are",
        "pod-not-injected",
        |w| {
            w.not_injected();
            selective(w);
        },
    ),
    (
        "not known whether the webhook is there",
        "pod-not-injected",
        |w| {
            w.not_injected();
            w.evidence.webhook = Learned::Needs("get mutatingwebhookconfigurations".into());
        },
    ),
    ("no association yet", "association-missing", |w| {
        w.not_injected();
        asked_for(w);
    }),
];

fn finding(about: &str, rule: &str, change: fn(&mut World)) -> Finding {
    let mut world = World::healthy();
    change(&mut world);
    let diagnosis = world.diagnosis();
    let known = |one: &&Finding| !matches!(one.standing, Standing::Unknown(_));
    let mut findings = diagnosis.findings.iter().filter(known);
    let found = findings.find(|one| one.rule.0 == rule).cloned();
    found.unwrap_or_else(|| panic!("{about}: no {rule}: {:#?}", diagnosis.findings))
}

#[test]
fn no_restart_is_offered_where_a_new_pod_would_be_no_better_off() {
    for (about, rule, change, wanted) in IN_VAIN {
        let found = finding(about, rule, *change);
        let texts: Vec<&str> = found.remedies.iter().map(|one| &*one.text).collect();
        assert!(
            !texts.iter().any(|text| text.contains("rollout restart")),
            "{about}: {texts:#?}"
        );
        assert!(
            texts.iter().any(|text| text.contains(wanted)),
            "{about}: {texts:#?}"
        );
    }
}

#[test]
fn a_restart_is_offered_where_it_helps_or_nothing_is_known_against_it() {
    for (about, rule, change) in OF_USE {
        let found = finding(about, rule, *change);
        let mut restarts = found.remedies.iter();
        assert!(
            restarts.any(|remedy| remedy.text.starts_with(RESTART)),
            "{about}: {found:#?}"
        );
        let against = |text: &str| text.contains("a restart does not help");
        assert!(!found.remedies.iter().any(|remedy| against(&remedy.text)));
    }
}

/// Of two pods of one service account, each gets what helps it.
#[test]
fn pods_are_told_apart() {
    let mut world = World::healthy();
    world.not_injected();
    world.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    world.set("AWS_SECRET_ACCESS_KEY", "x");
    let mut plain = World::healthy();
    plain.not_injected();
    let mut second = plain.pods[0].clone();
    second["metadata"]["name"] = json!("batch-1");
    second["metadata"]["ownerReferences"][0]["name"] = json!("batch-5d4f8c7b9");
    world.pods.push(second);
    let diagnosis = world.diagnosis();
    let mut findings = diagnosis.findings.iter();
    let found = findings.find(|one| one.rule.0 == "pod-not-injected");
    let found = found.unwrap();
    assert_eq!(found.pods.len(), 2);
    let texts: Vec<&str> = found.remedies.iter().map(|one| &*one.text).collect();
    let restarts: Vec<_> = texts
        .iter()
        .filter(|text| text.contains("rollout"))
        .collect();
    assert!(
        restarts.len() == 1 && restarts[0].contains("deployment/batch"),
        "{texts:#?}"
    );
    assert!(texts.iter().any(|text| text.contains("the access keys")));
}

/// A selector of namespaces goes by labels, which are read.
#[test]
fn a_selector_by_labels_is_decided_by_the_labels() {
    let altered = |pairs: &[(&str, &str)]| {
        let mut world = World::healthy();
        selective(&mut world);
        labelled(&mut world, pairs);
        let diagnosis = world.diagnosis();
        let mut findings = diagnosis.findings.into_iter();
        findings
            .find(|one| one.rule.0 == "webhook-altered")
            .map(|one| one.standing)
    };
    assert_eq!(altered(&[("no-identity", "x")]), Some(Standing::Found));
    assert_eq!(altered(&[("team", "x")]), None);
}

/// What a credential test says of the pod that the webhook left alone; `None` where it did not.
fn never_injected(change: fn(&mut World)) -> Option<Kept> {
    let mut world = World::healthy();
    change(&mut world);
    let pod = Pod::decode(&world.pods[0]).unwrap();
    let agent = Step::new(StepKind::Agent, StepState::Passed, "ready");
    let mut all = kept(&pod, &world.evidence(), &agent).into_iter();
    let never = all.find(|one| one.by == Hindrance::NeverInjected);
    assert_eq!(never.is_none(), is_injected(&pod));
    never
}

fn texts(kept: &Kept) -> Vec<&str> {
    kept.remedies.iter().map(|remedy| &*remedy.text).collect()
}

/// A credential test says the same of its pod as the diagnosis does.
#[test]
fn a_test_tells_nobody_to_restart_in_vain() {
    let mut count = 0;
    for (about, rule, change, _) in IN_VAIN {
        let Some(never) = never_injected(*change) else {
            continue;
        };
        let (said, texts) = (never.phrase(), texts(&never));
        let is_offered = texts.iter().any(|text| text.contains("rollout restart"));
        assert!(
            !is_offered && !said.contains("restart it"),
            "{about}: {said} {texts:#?}"
        );
        if *rule == "association-missing" {
            assert!(
                said.ends_with("never injected: there is no association for its service account")
            );
            assert!(texts[0].starts_with("create an association"), "{texts:#?}");
            assert!(
                texts[1].starts_with("then, a restart does not help: take the "),
                "{texts:#?}"
            );
        } else {
            let words = said.strip_prefix("this pod was never injected; ");
            assert_eq!(words, texts.first().copied(), "{about}");
            assert!(
                texts[0].starts_with("a restart does not help"),
                "{about}: {texts:#?}"
            );
        }
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn a_test_tells_to_restart_where_it_helps() {
    for (about, rule, change) in OF_USE {
        let never = never_injected(*change).unwrap_or_else(|| panic!("{about}"));
        let (said, texts) = (never.phrase(), texts(&never));
        let prefix = if *rule == "association-missing" {
            assert!(texts[0].starts_with("create an association"), "{texts:#?}");
            assert!(said.ends_with("there is no association for its service account"));
            1
        } else {
            assert_eq!(said, "this pod was never injected: restart it", "{about}");
            0
        };
        assert!(texts[prefix].starts_with(RESTART), "{about}: {texts:#?}");
    }
}
