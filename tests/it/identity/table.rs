//! The rule, case by case: `phrase @role ?doubts !notes`.

use roledex::model::identity::{Mechanism, Sdk};

use super::case::{Case, HAND_ROLE, IRSA_ROLE, associated, bare, injected, main};

pub(super) fn check(rows: impl IntoIterator<Item = (&'static str, Case, &'static str)>) {
    let mut wrong = Vec::new();
    for (name, case, expected) in rows {
        let told = case.told().join(" | ");
        if told != expected {
            wrong.push(format!("{name}\n  expected {expected}\n  told     {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_mechanism_alone() {
    check(vec![
        ("pod identity", injected(main()), "pod identity @pod"),
        (
            "pod identity, IPv6",
            associated([main().agent_at("http://[fd00:ec2::23]/v1/credentials")]),
            "pod identity @pod",
        ),
        (
            "IRSA",
            bare(main().irsa()).annotated(IRSA_ROLE),
            "IRSA @irsa",
        ),
        ("static keys", bare(main().keys()), "static keys"),
        (
            "web identity by hand",
            bare(main().web_by_hand().mount("own-token", "/tokens")),
            "web identity @hand",
        ),
        (
            "web identity by hand, token from nowhere",
            bare(main().web_by_hand()),
            "web identity (likely) @hand ?TokenNotMounted",
        ),
        (
            "AWS files in a Secret",
            bare(main().aws_files()),
            "profile (likely) ?FileContents",
        ),
        (
            "a shared credentials file",
            bare(main().var("AWS_SHARED_CREDENTIALS_FILE", "/x")),
            "profile (likely) ?FileContents",
        ),
        (
            "an endpoint of its own",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://127.0.0.1:9000/c",
            )),
            "own endpoint",
        ),
        (
            "an endpoint over TLS",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "https://creds.example/c",
            )),
            "own endpoint",
        ),
        (
            "an endpoint that SDKs refuse",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://creds.example/c",
            )),
            "own endpoint (likely) ?HostMayBeRefused",
        ),
        (
            "an endpoint out of a Secret",
            bare(main().secret("AWS_CONTAINER_CREDENTIALS_FULL_URI", false)),
            "own endpoint (likely) ?ByReference",
        ),
        (
            "an endpoint of ECS",
            bare(main().var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c")),
            "own endpoint",
        ),
        (
            "nothing",
            bare(main()),
            "node role (likely) @node ?MetadataUnseen",
        ),
        (
            "nothing, metadata off",
            bare(main().var("AWS_EC2_METADATA_DISABLED", "TRUE")),
            "none",
        ),
        (
            "nothing, metadata perhaps off",
            bare(main().secret("AWS_EC2_METADATA_DISABLED", false)),
            "node role (likely) @node ?ByReference,MetadataUnseen",
        ),
    ]);
}

#[test]
fn the_order_of_sdks() {
    let profile = || main().var("AWS_PROFILE", "prod");
    check(vec![
        (
            "keys before pod identity",
            injected(main().keys()),
            "static keys !Shadowed",
        ),
        (
            "keys before IRSA",
            bare(main().irsa().keys()).annotated(IRSA_ROLE),
            "static keys !Shadowed",
        ),
        (
            "keys before all",
            injected(main().irsa().keys().aws_files()),
            "static keys !Shadowed,Shadowed,Shadowed",
        ),
        (
            "IRSA before pod identity",
            injected(main().irsa()).annotated(IRSA_ROLE),
            "IRSA @irsa !Shadowed",
        ),
        (
            "web identity by hand before pod identity",
            injected(main().web_by_hand().mount("own-token", "/tokens/")),
            "web identity @hand !Shadowed",
        ),
        (
            "files before pod identity",
            injected(main().aws_files()),
            "profile (likely) ?FileContents !Shadowed",
        ),
        (
            "files and IRSA: Rust and JavaScript against the rest",
            bare(main().irsa().aws_files()).annotated(IRSA_ROLE),
            "differs by SDK ?SdksDiffer,MayBeShadowed",
        ),
        (
            "files, IRSA and pod identity",
            injected(main().irsa().aws_files()),
            "differs by SDK ?SdksDiffer,MayBeShadowed",
        ),
        (
            "a profile's name without a file",
            injected(profile()),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a profile's name without a file, IRSA",
            bare(profile().irsa()).annotated(IRSA_ROLE),
            "IRSA (likely) @irsa ?MayBeShadowed",
        ),
        (
            "a profile's name with its file",
            injected(profile().aws_files()),
            "profile (likely) ?FileContents !Shadowed",
        ),
        (
            "keys and a profile's name: JavaScript passes the keys",
            bare(profile().keys()),
            "static keys (likely) ?SdksDiffer,MayBeShadowed",
        ),
        (
            "keys and a profile with its file",
            bare(profile().keys().aws_files()),
            "static keys (likely) ?SdksDiffer !Shadowed",
        ),
        (
            "a default profile, for botocore only",
            injected(main().var("AWS_DEFAULT_PROFILE", "x")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a configuration may hold a region only",
            injected(main().var("AWS_CONFIG_FILE", "/x")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a directory that starts empty",
            injected(main().mount("scratch", "/root/.aws")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "old names of keys, for Go only",
            injected(main().var("AWS_ACCESS_KEY", "x").var("AWS_SECRET_KEY", "x")),
            "pod identity (likely) @pod ?SdksDiffer",
        ),
        (
            "the relative URI before the full one",
            injected(main().var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c")),
            "own endpoint !Shadowed",
        ),
    ]);
}

#[test]
fn each_sdk_is_told_where_they_differ() {
    use Mechanism::{Irsa, Profile};
    let case = bare(main().irsa().aws_files()).annotated(IRSA_ROLE);
    let choices: Vec<_> = case.verdicts()[0]
        .choices
        .iter()
        .map(|choice| (choice.sdk, choice.mechanism))
        .collect();
    assert_eq!(
        choices,
        [
            (Sdk::Rust, Profile),
            (Sdk::Java, Irsa),
            (Sdk::Go, Irsa),
            (Sdk::Botocore, Irsa),
            (Sdk::JavaScript, Profile),
        ]
    );
    assert!(injected(main()).verdicts()[0].choices.is_empty());
}

#[test]
fn variables_that_are_half_or_not_seen() {
    let id = "AWS_ACCESS_KEY_ID";
    let secret = "AWS_SECRET_ACCESS_KEY";
    check(vec![
        (
            "keys out of a Secret",
            bare(main().secret(id, false).secret(secret, false)),
            "static keys (likely) ?ByReference,ByReference",
        ),
        (
            "keys perhaps out of a Secret",
            injected(main().secret(id, true).secret(secret, true)),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "keys of other variables",
            injected(main().var(id, "$(ID)").var(secret, "$(S)")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "half of the keys",
            injected(main().var(id, "x")),
            "pod identity (likely) @pod ?HalfPair",
        ),
        (
            "a token file without a role",
            injected(main().var("AWS_WEB_IDENTITY_TOKEN_FILE", "/x")),
            "pod identity (likely) @pod ?HalfPair",
        ),
        (
            "a role without a token file",
            injected(main().var("AWS_ROLE_ARN", HAND_ROLE)),
            "pod identity @pod",
        ),
        (
            "empty keys",
            injected(main().var(id, "").var(secret, "")),
            "pod identity @pod",
        ),
        (
            "the later definition counts",
            injected(main().keys().var(id, "").var(secret, "")),
            "pod identity @pod",
        ),
        (
            "a session token alone",
            injected(main().var("AWS_SESSION_TOKEN", "x")),
            "pod identity @pod",
        ),
        (
            "envFrom beside pod identity",
            injected(main().env_from("")),
            "pod identity (likely) @pod ?EnvFrom",
        ),
        (
            "envFrom beside keys",
            bare(main().keys().env_from("AWS_")),
            "static keys (likely) ?EnvFrom",
        ),
        (
            "envFrom with a prefix that cannot matter",
            injected(main().env_from("DB_")),
            "pod identity @pod",
        ),
        (
            "envFrom and nothing else",
            bare(main().env_from("")),
            "unknown (may be node role) @node ?MetadataUnseen,EnvFrom",
        ),
        (
            "a role that is no ARN is not shown",
            bare(main().irsa().var("AWS_ROLE_ARN", "hunter2")).annotated(IRSA_ROLE),
            "IRSA",
        ),
    ]);
}
