//! How the command line names things: CLUSTER and NS/SA.

use std::fmt;

use crate::model::arn::ClusterArn;
use crate::model::association::Association;

/// A cluster as typed: `name`, `region/name`, `profile/region/name` or an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterReference {
    Arn(ClusterArn),
    Path {
        profile: Option<String>,
        region: Option<String>,
        name: String,
    },
}

/// Why a reference cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReference(String);

impl fmt::Display for BadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadReference {}

/// As it was typed.
impl fmt::Display for ClusterReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => write!(f, "{arn}"),
            Self::Path {
                profile,
                region,
                name,
            } => {
                for part in [profile, region].into_iter().flatten() {
                    write!(f, "{part}/")?;
                }
                f.write_str(name)
            }
        }
    }
}

impl ClusterReference {
    /// Splits from the right, because a profile's name may hold slashes and a cluster's may not.
    pub fn parse(text: &str) -> Result<Self, BadReference> {
        if text.starts_with("arn:") {
            return ClusterArn::parse(text)
                .map(Self::Arn)
                .map_err(|error| BadReference(error.to_string()));
        }
        let mut parts = text.rsplitn(3, '/');
        let (name, region, profile) =
            (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if name.is_empty() || region == Some("") || profile == Some("") {
            let shown = crate::model::text::visible(text);
            return Err(BadReference(format!(
                "\"{shown}\" does not name a cluster: write NAME, REGION/NAME, PROFILE/REGION/NAME or the cluster's ARN"
            )));
        }
        let (profile, region) = (profile.map(str::to_owned), region.map(str::to_owned));
        Ok(Self::Path {
            profile,
            region,
            name: name.to_owned(),
        })
    }

    /// Says whether a cluster that is reached by `profiles` is meant.
    pub fn matches<'a>(
        &self,
        cluster: &ClusterArn,
        mut profiles: impl Iterator<Item = &'a str>,
    ) -> bool {
        match self {
            Self::Arn(arn) => arn == cluster,
            Self::Path {
                profile,
                region,
                name,
            } => {
                name == cluster.name()
                    && region
                        .as_deref()
                        .is_none_or(|region| region == cluster.region())
                    && profile
                        .as_deref()
                        .is_none_or(|profile| profiles.any(|reached| reached == profile))
            }
        }
    }
}

/// An association as typed: `namespace/serviceaccount`, its id, or its ARN, which ends in the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssociationReference {
    Id(String),
    Name {
        namespace: String,
        service_account: String,
    },
}

impl AssociationReference {
    pub fn parse(text: &str) -> Result<Self, BadReference> {
        if let Some((_, id)) = text
            .strip_prefix("arn:")
            .filter(|arn| arn.contains(":podidentityassociation/"))
            .and_then(|arn| arn.rsplit_once('/'))
        {
            return Self::parse(id);
        }
        match text.split_once('/') {
            Some((namespace, service_account))
                // No colon is in a Kubernetes name: it would be the ARN of something else.
                if !namespace.is_empty()
                    && !namespace.contains(':')
                    && !service_account.is_empty()
                    && !service_account.contains('/') =>
            {
                let (namespace, service_account) =
                    (namespace.to_owned(), service_account.to_owned());
                Ok(Self::Name {
                    namespace,
                    service_account,
                })
            }
            None if text.starts_with("a-") && text.len() == 19 => Ok(Self::Id(text.to_owned())),
            None if text.starts_with("a-") => Err(BadReference(format!(
                "\"{}\" has {} characters; an association id has 19 (a- and 17 letters or digits)",
                crate::model::text::visible(text),
                text.chars().count()
            ))),
            _ => Err(BadReference(format!(
                "\"{}\" does not name an association: write NAMESPACE/SERVICEACCOUNT, its id (a-…) or its ARN",
                crate::model::text::visible(text)
            ))),
        }
    }

    pub fn matches(&self, association: &Association) -> bool {
        match self {
            Self::Id(id) => **id == *association.key.id,
            Self::Name {
                namespace,
                service_account,
            } => {
                **namespace == *association.namespace
                    && **service_account == *association.service_account
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    #[test]
    fn clusters_are_named_from_the_right() {
        let arn = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "shop");
        for (text, profiles, expected) in [
            ("shop", &["prod"][..], true),
            ("eu-west-1/shop", &["prod"], true),
            ("us-east-1/shop", &["prod"], false),
            ("prod/eu-west-1/shop", &["prod"], true),
            ("team/a/prod/eu-west-1/shop", &["x", "team/a/prod"], true),
            ("dev/eu-west-1/shop", &["prod"], false),
            ("arn:aws:eks:eu-west-1:111122223333:cluster/shop", &[], true),
            (
                "arn:aws:eks:eu-west-1:444455556666:cluster/shop",
                &[],
                false,
            ),
        ] {
            let reference = ClusterReference::parse(text).unwrap();
            assert_eq!(reference.to_string(), text);
            assert_eq!(
                reference.matches(&arn, profiles.iter().copied()),
                expected,
                "{text}"
            );
        }
        for bad in ["", "/", "eu-west-1/", "/shop", "arn:aws:eks:x"] {
            assert!(ClusterReference::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn associations_are_named_by_pair_or_id() {
        assert!(matches!(
            AssociationReference::parse("a-1b2c3d4e5f6g7h8i9"),
            Ok(AssociationReference::Id(_))
        ));
        assert!(matches!(
            AssociationReference::parse("ns/sa"),
            Ok(AssociationReference::Name { .. })
        ));
        let arn = "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/";
        assert_eq!(
            AssociationReference::parse(&format!("{arn}a-1b2c3d4e5f6g7h8i9")),
            AssociationReference::parse("a-1b2c3d4e5f6g7h8i9")
        );
        let without_id = [arn, "arn:aws:eks:eu-west-1:111122223333:cluster/shop"];
        for bad in ["", "ns", "ns/", "/sa", "a/b/c", "a-short"]
            .into_iter()
            .chain(without_id)
        {
            assert!(AssociationReference::parse(bad).is_err(), "{bad}");
        }
    }
}
