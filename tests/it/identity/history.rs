//! The rule, case by case: what the webhook did, and what happened since.

use jiff::SignedDuration;
use roledex::model::identity::Fact;
use serde_json::json;

use super::case::{HAND_ROLE, IRSA_ROLE, associated, association, bare, born, injected, main, now};
use super::table::check;

#[test]
fn what_the_association_changes() {
    let undescribed = Fact::Present((association("payments"), None));
    let foreign = Fact::Present((association("other"), None));
    check(vec![
        (
            "removed",
            injected(main()).association(Fact::Absent),
            "pod identity (likely) ?AssociationAbsent",
        ),
        (
            "not known",
            injected(main()).association(Fact::Unknown),
            "pod identity (likely) ?AssociationUnknown",
        ),
        (
            "another's",
            injected(main()).association(foreign),
            "pod identity (likely) ?AssociationUnknown",
        ),
        (
            "not described",
            injected(main()).association(undescribed.clone()),
            "pod identity !RoleNotRead",
        ),
        (
            "with a target role",
            injected(main()).described(|detail| {
                detail.target_role = Some("arn:aws:iam::444455556666:role/target".into());
            }),
            "pod identity @target",
        ),
        (
            "changed while the pod ran",
            injected(main())
                .described(|detail| detail.modified = Some(now() - SignedDuration::from_hours(5))),
            "pod identity @pod !RoleMayLag",
        ),
        (
            "changed long enough ago",
            injected(main())
                .described(|detail| detail.modified = Some(now() - SignedDuration::from_hours(7))),
            "pod identity @pod",
        ),
        (
            "younger than the pod",
            associated([main()])
                .described(|detail| detail.created = Some(born() + SignedDuration::from_secs(1))),
            "node role (likely) @node ?MetadataUnseen !AdmittedBefore,NewPodsGetPodIdentity",
        ),
        (
            "seconds older than the pod",
            associated([main()])
                .described(|detail| detail.created = Some(born() - SignedDuration::from_secs(7))),
            "node role (likely) @node ?MetadataUnseen !InPropagationWindow,NewPodsGetPodIdentity",
        ),
        (
            "older, and yet nothing",
            associated([main()]),
            "node role (likely) @node ?MetadataUnseen !NotInjected,NewPodsGetPodIdentity",
        ),
        (
            "of unknown age",
            associated([main()]).association(undescribed),
            "node role (likely) @node ?MetadataUnseen !MayPredate,NewPodsGetPodIdentity",
        ),
        (
            "younger than an IRSA pod",
            associated([main().irsa()])
                .annotated(IRSA_ROLE)
                .described(|detail| detail.created = Some(born() + SignedDuration::from_hours(1))),
            "IRSA @irsa !AdmittedBefore,NewPodsGetPodIdentity",
        ),
        (
            "beside an annotation",
            injected(main()).annotated(IRSA_ROLE),
            "pod identity @pod !AnnotationIgnored",
        ),
    ]);
}

#[test]
fn what_the_annotation_changes() {
    let mut unknown = bare(main().irsa());
    unknown.account = Fact::Unknown;
    check(vec![
        (
            "only new pods",
            bare(main()).annotated(IRSA_ROLE),
            "node role (likely) @node ?MetadataUnseen !AnnotationForNewPods",
        ),
        (
            "changed",
            bare(main().irsa()).annotated(HAND_ROLE),
            "IRSA @irsa !AnnotationDiffers",
        ),
        ("removed", bare(main().irsa()), "IRSA @irsa !AnnotationGone"),
        ("not known", unknown, "IRSA @irsa"),
    ]);
}

#[test]
fn left_alone_by_the_webhook() {
    let mirror = "/metadata/annotations/kubernetes.io~1config.mirror";
    let skip = "/metadata/annotations/eks.amazonaws.com~1skip-containers";
    let opt_out = "/metadata/labels/eks.amazonaws.com~1skip-pod-identity-webhook";
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    check(vec![
        (
            "skipped",
            associated([main()]).with(skip, json!("proxy, app")),
            "node role (likely) @node ?MetadataUnseen !Skipped",
        ),
        (
            "opted out",
            associated([main()]).with(opt_out, json!("")),
            "node role (likely) @node ?MetadataUnseen !OptedOut",
        ),
        (
            "opted out, IRSA",
            bare(main()).annotated(IRSA_ROLE).with(opt_out, json!("")),
            "node role (likely) @node ?MetadataUnseen !OptedOut",
        ),
        (
            "static pod",
            associated([main()]).with(mirror, json!("x")),
            "node role (likely) @node ?MetadataUnseen !StaticPod",
        ),
        (
            "its own variable",
            associated([main().var(full, "http://localhost/c")]),
            "own endpoint !DefinesItself",
        ),
        (
            "its own variable, empty",
            associated([main().var(full, "")]),
            "node role (likely) @node ?MetadataUnseen !DefinesItself",
        ),
        (
            "ephemeral",
            associated([main().kind("ephemeralContainers")]),
            "node role (likely) @node ?MetadataUnseen !Ephemeral",
        ),
        (
            "ended",
            injected(main()).with("/status/phase", json!("Succeeded")),
            "pod identity @pod !Ended",
        ),
    ]);
}

#[test]
fn each_container_has_its_own_answer() {
    let case = associated([
        main().named("app").pod_identity(),
        main().named("proxy"),
        main().named("legacy").pod_identity().keys(),
        main().named("setup").pod_identity().kind("initContainers"),
        main().named("debug").kind("ephemeralContainers"),
    ])
    .with(
        "/metadata/annotations/eks.amazonaws.com~1skip-containers",
        json!("proxy"),
    );
    assert_eq!(
        case.told(),
        [
            "pod identity @pod",
            "node role (likely) @node ?MetadataUnseen !Skipped",
            "static keys !Shadowed",
            "pod identity @pod",
            "node role (likely) @node ?MetadataUnseen !Ephemeral",
        ]
    );
}
