//! From `--profile`, `--region` and configured scopes to routes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::cloud::{Cloud, Profiles};
use crate::model::{Failure, FailureKind, Partition, Region, Route, Text};

/// A profile and its regions, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// `None` is the standard chain.
    pub profile: Option<String>,
    /// `all` stands for every region of the partition; none at all for the profile's own.
    pub regions: Vec<String>,
}

/// A scope that cannot be reached, and why; the others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unroutable {
    pub profile: Option<Text>,
    pub failure: Failure,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// In the order given, each once.
    pub routes: Vec<Route>,
    pub unroutable: Vec<Unroutable>,
}

/// Resolves what was asked for.
///
/// Profiles of the command line replace the scopes; regions of the command line alone replace only the
/// regions of each scope. It fails only where nothing at all is left to try.
pub async fn resolve(
    cloud: &Arc<Cloud>,
    profiles: &[String],
    regions: &[String],
    scopes: &[Scope],
) -> Result<Resolved, Failure> {
    let known = cloud.profiles().await?;
    let resolved = routes(&known, &wanted(profiles, regions, scopes));
    if resolved.routes.is_empty() && !known.anything_configured() {
        return Err(unconfigured(&known));
    }
    Ok(resolved)
}

/// The scopes after the command line had its say.
fn wanted(profiles: &[String], regions: &[String], scopes: &[Scope]) -> Vec<Scope> {
    let of = |profile: Option<String>, own: &[String]| Scope {
        profile,
        regions: if regions.is_empty() { own } else { regions }.to_vec(),
    };
    if !profiles.is_empty() {
        return profiles
            .iter()
            .map(|profile| of(Some(profile.clone()), &[]))
            .collect();
    }
    if scopes.is_empty() {
        return vec![of(None, &[])];
    }
    scopes
        .iter()
        .map(|scope| of(scope.profile.clone(), &scope.regions))
        .collect()
}

fn routes(known: &Profiles, scopes: &[Scope]) -> Resolved {
    let mut resolved = Resolved::default();
    let mut seen = HashSet::new();
    for scope in scopes {
        let profile = scope.profile.as_deref();
        match regions(known, scope) {
            Ok(found) => {
                for (region, speculative) in found {
                    // The same region named and guessed is one that was named.
                    if seen.insert((scope.profile.clone(), region.clone())) {
                        resolved.routes.push(Route {
                            profile: profile.map(Into::into),
                            region,
                            speculative,
                        });
                    } else if !speculative {
                        let same = |route: &&mut Route| {
                            route.profile.as_deref() == profile && route.region == region
                        };
                        if let Some(route) = resolved.routes.iter_mut().find(same) {
                            route.speculative = false;
                        }
                    }
                }
            }
            Err(failure) => resolved.unroutable.push(Unroutable {
                profile: profile.map(Into::into),
                failure,
            }),
        }
    }
    resolved
}

fn regions(known: &Profiles, scope: &Scope) -> Result<Vec<(Region, bool)>, Failure> {
    let profile = scope.profile.as_deref();
    let own = known.region_of(profile);
    let name = profile.unwrap_or(known.selected());
    if profile.is_some_and(|profile| !known.contains(profile)) {
        let names = known.names().collect::<Vec<_>>().join(", ");
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names
        };
        return Err(Failure::new(
            FailureKind::Unconfigured,
            format!("use profile {name}"),
            format!("there is no such profile (profiles: {names})"),
        )
        .hint(format!(
            "aws configure sso --profile {name}, or name another with --profile"
        )));
    }
    if scope.regions.is_empty() {
        let region = own.ok_or_else(|| {
            Failure::new(
                FailureKind::Unconfigured,
                format!("choose a region for profile {name}"),
                "AWS_REGION and AWS_DEFAULT_REGION are not set, and the profile names no region",
            )
            .hint(format!(
                "--region REGION (or all), or: aws configure set region REGION --profile {name}"
            ))
        })?;
        return Ok(vec![(region, false)]);
    }
    let mut found = Vec::new();
    for region in &scope.regions {
        if region == "all" {
            // A profile's own region tells its partition; without one it is the commercial partition.
            let partition = Partition::of(own.as_ref().unwrap_or(&Region::new("us-east-1")));
            found.extend(partition.regions().map(|region| {
                let is_own = own.as_ref() == Some(&region);
                (region, !is_own)
            }));
        } else {
            found.push((Region::new(region), false));
        }
    }
    Ok(found)
}

fn unconfigured(known: &Profiles) -> Failure {
    Failure::new(
        FailureKind::Unconfigured,
        "find an AWS account to look at",
        known.looked_for().join("; "),
    )
    .hint("1. aws configure sso (or aws configure)  2. roledex --profile NAME --region REGION  3. roledex --demo")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Settings;

    async fn resolved(
        profiles: &[&str],
        regions: &[&str],
        scopes: &[Scope],
    ) -> Result<Resolved, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let (config, credentials) = (
            directory.path().join("config"),
            directory.path().join("credentials"),
        );
        std::fs::write(
            &config,
            "[profile prod]\nregion = eu-west-1\n[profile china]\nregion = cn-north-1\n[profile bare]\noutput = json\n",
        )
        .unwrap();
        std::fs::write(&credentials, "").unwrap();
        let cloud = Cloud::new(Settings::isolated(config, credentials, String::new())).unwrap();
        let owned = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        resolve(&cloud, &owned(profiles), &owned(regions), scopes).await
    }

    fn shown(resolved: &Resolved) -> Vec<String> {
        let route = |route: &Route| format!("{route}{}", if route.speculative { "?" } else { "" });
        resolved.routes.iter().map(route).collect()
    }

    fn scope(profile: Option<&str>, regions: &[&str]) -> Scope {
        Scope {
            profile: profile.map(str::to_owned),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        }
    }

    #[tokio::test]
    async fn the_command_line_replaces_what_it_names() {
        let scopes = [
            scope(Some("prod"), &["eu-north-1"]),
            scope(Some("china"), &[]),
        ];
        for (profiles, regions, expected) in [
            (
                &[][..],
                &[][..],
                &["prod/eu-north-1", "china/cn-north-1"][..],
            ),
            (
                &["china", "prod"],
                &[],
                &["china/cn-north-1", "prod/eu-west-1"],
            ),
            (&[], &["us-east-1"], &["prod/us-east-1", "china/us-east-1"]),
            (
                &["prod", "prod"],
                &["a-1", "b-1", "a-1"],
                &["prod/a-1", "prod/b-1"],
            ),
        ] {
            let resolved = resolved(profiles, regions, &scopes).await.unwrap();
            assert_eq!(shown(&resolved), expected);
        }
    }

    #[tokio::test]
    async fn all_means_the_partition_of_the_profile() {
        let china = resolved(&["china"], &["all"], &[]).await.unwrap();
        assert_eq!(shown(&china), ["china/cn-north-1", "china/cn-northwest-1?"]);
        let prod = resolved(&["prod"], &["all", "us-west-2"], &[])
            .await
            .unwrap();
        let shown = shown(&prod);
        assert!(
            shown.contains(&"prod/eu-west-1".to_owned()),
            "its own region is no guess"
        );
        assert!(
            shown.contains(&"prod/us-west-2".to_owned()),
            "a named region is no guess"
        );
        assert!(shown.contains(&"prod/ap-east-2?".to_owned()));
        assert!(!shown.iter().any(|route| route.contains("cn-")));
    }

    #[tokio::test]
    async fn a_scope_without_a_region_or_a_profile_harms_no_other() {
        let resolved = resolved(&["prod", "bare", "gone"], &[], &[]).await.unwrap();
        assert_eq!(shown(&resolved), ["prod/eu-west-1"]);
        let why: Vec<_> = resolved
            .unroutable
            .iter()
            .map(|scope| (scope.profile.as_deref(), scope.failure.kind))
            .collect();
        assert_eq!(
            why,
            [
                (Some("bare"), FailureKind::Unconfigured),
                (Some("gone"), FailureKind::Unconfigured)
            ]
        );
        assert!(
            resolved.unroutable[1]
                .failure
                .cause
                .contains("bare, china, prod")
        );
    }
}
