//! Bad input is refused by its rule, before anything is asked.

use super::{READER, WRITER, site};

#[test]
fn bad_input_is_refused_before_any_call() {
    let site = site(&[]);
    site.home.write("broken.json", "{");
    let resource = "x".repeat(3_000);
    let statement =
        format!("{{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"{resource}\"}}");
    let long = format!("{{\"Version\":\"2012-10-17\",\"Statement\":{statement}}}");
    site.home.write("long.json", &long);
    let many: Vec<String> = (0..51).map(|n| format!("--tag=k{n}=v")).collect();
    let many: Vec<&str> = many.iter().map(|tag| &**tag).collect();
    let set = &["set-role", "shop", "payments/api", "--yes"][..];
    let create = &[
        "create",
        "association",
        "shop",
        "payments/new",
        "--role",
        READER,
        "--yes",
    ][..];
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (
            [set, &["--role", "re ader"]].concat(),
            "\"re ader\" is not the ARN",
        ),
        (
            [set, &["--role", "arn:aws:iam::111122223333:user/a"]].concat(),
            "not the ARN of a role",
        ),
        (
            [set, &["--role", "arn:aws-cn:iam::111122223333:role/a"]].concat(),
            "partition",
        ),
        (
            [set, &["--target-role", "arn:aws:iam::1:role/a"]].concat(),
            "target role",
        ),
        ([set, &["--policy", "broken.json"]].concat(), "not JSON"),
        ([set, &["--policy", "long.json"]].concat(), "2048"),
        (
            [set, &["--policy", "missing.json"]].concat(),
            "missing.json",
        ),
        (set.to_vec(), "nothing is to be changed"),
        ([create, &many].concat(), "51 tags"),
        ([create, &["--tag", "aws:x=y"]].concat(), "aws:"),
        ([create, &["--tag", "x"]].concat(), "KEY=VALUE"),
        (
            [
                "create",
                "association",
                "shop",
                "Payments/new",
                "--role",
                WRITER,
                "--yes",
            ]
            .to_vec(),
            "RFC 1123",
        ),
        (
            ["create", "association", "shop", "payments/new", "--yes"].to_vec(),
            "a value is needed",
        ),
        (
            ["tag", "shop", "payments/api", "aws:x-", "--yes"].to_vec(),
            "aws:",
        ),
        (
            ["delete", "association", "shop", "a-1", "--yes"].to_vec(),
            "19",
        ),
    ];
    for (arguments, says) in cases {
        let ended = site.run(&arguments);
        assert_eq!(
            (ended.code, &*ended.out),
            (2, ""),
            "{arguments:?} {}",
            ended.err
        );
        assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
        assert_eq!(site.simulated.log().entries(), [], "{arguments:?}");
    }
    assert!(!site.home.path("state/roledex").exists());
}
