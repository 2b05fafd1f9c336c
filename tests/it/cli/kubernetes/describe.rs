//! One of them, with everything that speaks for it.

use serde_json::Value;

use super::site;

#[test]
fn one_pod_is_described_with_reasons_doubts_and_notes() {
    let site = site();
    let names = site.run(&[
        "get",
        "pods",
        "--cluster",
        "shop",
        "-n",
        "shop",
        "--service-account",
        "late",
        "-o",
        "name",
    ]);
    let names = names.done();
    let mut words = names.trim().split(' ');
    let (cluster, pod) = (words.next().unwrap(), words.next().unwrap());
    site.simulated.log().clear();
    let described = site
        .run(&["describe", "pod", cluster, pod, "-o", "json"])
        .done();
    let asked = site.simulated.log().count("DescribeCluster");
    assert_eq!(asked, 1, "one connection is enough");
    let described: Value = serde_json::from_str(&described).unwrap();
    assert_eq!(described["serviceAccountName"], "late");
    let container = &described["containers"][0];
    assert_eq!(container["mechanism"], "NodeRole");
    assert_eq!(container["injection"], "Lacking");
    let notes = container["notes"].to_string();
    assert!(
        notes.contains("before the association") && notes.contains("new pods get"),
        "{notes}"
    );
    assert!(
        container["doubts"]
            .to_string()
            .contains("instance metadata"),
        "{container}"
    );
    assert!(
        container["reasons"]
            .to_string()
            .contains("no variable or file"),
        "{container}"
    );
    let yaml = site.run(&["describe", "po", "shop", pod]).done();
    assert!(yaml.contains("containers:\n"), "{yaml}");
    let table = site
        .run(&["describe", "po", "shop", pod, "-o", "table"])
        .done();
    assert!(
        table.contains("older than the association; restart it"),
        "{table}"
    );

    let described = site
        .run(&["describe", "sa", "shop", "shop/nobody", "-o", "json"])
        .done();
    let described: Value = serde_json::from_str(&described).unwrap();
    assert!(
        described["notes"][0]
            .as_str()
            .unwrap()
            .starts_with("dormant: "),
        "{described}"
    );
    let api = site
        .run(&["describe", "service-account", "shop", "shop/api"])
        .done();
    assert!(api.contains("podList:"), "{api}");
    // What could not be read beside it is told, and what could be is printed.
    let half = site.run(&["describe", "sa", "half", "shop/api", "-o", "json"]);
    assert_eq!(half.code, 3, "{half:?}");
    let described: Value = serde_json::from_str(&half.out).unwrap();
    assert!(
        described["doubts"].to_string().contains("forbidden"),
        "{described}"
    );
}

#[test]
fn what_is_not_there_or_not_named_is_said() {
    let site = site();
    for (arguments, code, words) in [
        (
            &["describe", "pod", "shop", "shop/none"][..],
            1,
            "not found",
        ),
        (
            &["describe", "sa", "shop", "shop/none"],
            1,
            "none of that name",
        ),
        (&["describe", "sa", "shop"], 2, "which service account?"),
        (
            &["describe", "pod", "shop", "none"],
            2,
            "write NAMESPACE/NAME",
        ),
        (&["describe", "pod", "closed", "shop/none"], 1, "could not "),
        (&["--cached", "get", "pods"], 2, "--cached"),
        (
            &["--cached", "describe", "sa", "shop", "shop/api"],
            2,
            "--cached",
        ),
        (&["get", "clusters", "-n", "shop"], 2, "select"),
        (&["get", "pods", "-o", "terraform"], 2, "associations only"),
    ] {
        let ended = site.run(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(words), "{arguments:?}: {ended:?}");
        assert_eq!(ended.out, "", "{arguments:?}");
    }
}
