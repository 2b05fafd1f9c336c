//! The one table of what is served; routing, logs, fault names and tests follow it.

use axum::http::Method;

use super::call::Call;
use super::failure::{Code, Failure};
use super::reply::Reply;
use super::sigv4;
use super::state::State;
use super::{eks, eks_auth, iam, sts};

type Handler = fn(&Call<'_>, &mut State) -> Result<Reply, Failure>;

/// The simulated AWS services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    Eks,
    EksAuth,
    Iam,
    Kubernetes,
    Sts,
}

impl Service {
    /// Returns the name that requests are signed for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eks => "eks",
            Self::EksAuth => "eks-auth",
            Self::Iam => "iam",
            Self::Kubernetes => "kubernetes",
            Self::Sts => "sts",
        }
    }

    /// Returns the name that people know.
    pub fn title(self) -> &'static str {
        match self {
            Self::Eks => "EKS",
            Self::EksAuth => "EKS Auth",
            Self::Iam => "IAM",
            Self::Kubernetes => "Kubernetes",
            Self::Sts => "STS",
        }
    }

    /// Returns whether the service speaks REST-JSON.
    pub(crate) fn is_rest(self) -> bool {
        matches!(self, Self::Eks | Self::EksAuth)
    }

    /// Returns the API version, which is how requests to the path `/` are told apart.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Eks => "2017-11-01",
            Self::EksAuth => "2023-11-26",
            Self::Kubernetes => "v1",
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }
}

/// Whether an operation changes the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Read,
    Write,
}

/// One operation of one service.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    pub service: Service,
    pub kind: Kind,
    pub(crate) method: Method,
    /// Labels are in braces; one that ends in `+` may hold slashes, for clients that do not encode them.
    pub(crate) template: &'static str,
    pub(crate) handler: Handler,
}

/// Returns every operation that is served.
pub fn operations() -> &'static [Operation] {
    TABLE
}

use Kind::{Read, Write};
use Service::{Eks, EksAuth, Iam, Sts};

#[rustfmt::skip]
static TABLE: &[Operation] = &[
    row(Eks, Read, "ListClusters", Method::GET, "/clusters", eks::cluster::list),
    row(Eks, Read, "DescribeCluster", Method::GET, "/clusters/{name}", eks::cluster::describe),
    row(Eks, Read, "ListPodIdentityAssociations", Method::GET, "/clusters/{name}/pod-identity-associations", eks::association::list),
    row(Eks, Read, "DescribePodIdentityAssociation", Method::GET, "/clusters/{name}/pod-identity-associations/{associationId}", eks::association::describe),
    row(Eks, Write, "CreatePodIdentityAssociation", Method::POST, "/clusters/{name}/pod-identity-associations", eks::association::create),
    row(Eks, Write, "UpdatePodIdentityAssociation", Method::POST, "/clusters/{name}/pod-identity-associations/{associationId}", eks::association::update),
    row(Eks, Write, "DeletePodIdentityAssociation", Method::DELETE, "/clusters/{name}/pod-identity-associations/{associationId}", eks::association::delete),
    row(Eks, Read, "ListUpdates", Method::GET, "/clusters/{name}/updates", eks::update::list),
    row(Eks, Read, "DescribeUpdate", Method::GET, "/clusters/{name}/updates/{updateId}", eks::update::describe),
    row(Eks, Write, "CancelUpdate", Method::POST, "/clusters/{name}/updates/{updateId}/cancel-update", eks::update::cancel),
    row(Eks, Read, "ListAddons", Method::GET, "/clusters/{name}/addons", eks::part::list_addons),
    row(Eks, Read, "DescribeAddon", Method::GET, "/clusters/{name}/addons/{addonName}", eks::part::describe_addon),
    row(Eks, Write, "CreateAddon", Method::POST, "/clusters/{name}/addons", eks::addon::create),
    row(Eks, Write, "UpdateAddon", Method::POST, "/clusters/{name}/addons/{addonName}/update", eks::addon::update),
    row(Eks, Write, "DeleteAddon", Method::DELETE, "/clusters/{name}/addons/{addonName}", eks::addon::delete),
    row(Eks, Read, "DescribeAddonVersions", Method::GET, "/addons/supported-versions", eks::addon::catalog::versions),
    row(Eks, Read, "DescribeAddonConfiguration", Method::GET, "/addons/configuration-schemas", eks::addon::catalog::configuration),
    row(Eks, Read, "ListNodegroups", Method::GET, "/clusters/{name}/node-groups", eks::part::list_nodegroups),
    row(Eks, Read, "DescribeNodegroup", Method::GET, "/clusters/{name}/node-groups/{nodegroupName}", eks::part::describe_nodegroup),
    row(Eks, Read, "ListFargateProfiles", Method::GET, "/clusters/{name}/fargate-profiles", eks::part::list_fargate_profiles),
    row(Eks, Read, "DescribeFargateProfile", Method::GET, "/clusters/{name}/fargate-profiles/{fargateProfileName}", eks::part::describe_fargate_profile),
    row(Eks, Read, "ListCapabilities", Method::GET, "/clusters/{name}/capabilities", eks::part::list_capabilities),
    row(Eks, Read, "DescribeCapability", Method::GET, "/clusters/{name}/capabilities/{capabilityName}", eks::part::describe_capability),
    row(Eks, Read, "ListIdentityProviderConfigs", Method::GET, "/clusters/{name}/identity-provider-configs", eks::identity_provider::list),
    row(Eks, Read, "DescribeIdentityProviderConfig", Method::POST, "/clusters/{name}/identity-provider-configs/describe", eks::identity_provider::describe),
    row(Eks, Write, "AssociateIdentityProviderConfig", Method::POST, "/clusters/{name}/identity-provider-configs/associate", eks::identity_provider::associate),
    row(Eks, Write, "DisassociateIdentityProviderConfig", Method::POST, "/clusters/{name}/identity-provider-configs/disassociate", eks::identity_provider::disassociate),
    row(Eks, Read, "ListAccessEntries", Method::GET, "/clusters/{name}/access-entries", eks::access_entry::list),
    row(Eks, Read, "DescribeAccessEntry", Method::GET, "/clusters/{name}/access-entries/{principalArn+}", eks::access_entry::describe),
    row(Eks, Write, "CreateAccessEntry", Method::POST, "/clusters/{name}/access-entries", eks::access_entry::create),
    row(Eks, Write, "UpdateAccessEntry", Method::POST, "/clusters/{name}/access-entries/{principalArn+}", eks::access_entry::update),
    row(Eks, Write, "DeleteAccessEntry", Method::DELETE, "/clusters/{name}/access-entries/{principalArn+}", eks::access_entry::delete),
    row(Eks, Read, "ListAccessPolicies", Method::GET, "/access-policies", eks::access_entry::policy::list),
    row(Eks, Read, "ListAssociatedAccessPolicies", Method::GET, "/clusters/{name}/access-entries/{principalArn+}/access-policies", eks::access_entry::policy::list_associated),
    row(Eks, Write, "AssociateAccessPolicy", Method::POST, "/clusters/{name}/access-entries/{principalArn+}/access-policies", eks::access_entry::policy::associate),
    row(Eks, Write, "DisassociateAccessPolicy", Method::DELETE, "/clusters/{name}/access-entries/{principalArn+}/access-policies/{policyArn+}", eks::access_entry::policy::disassociate),
    row(Eks, Write, "TagResource", Method::POST, "/tags/{resourceArn+}", eks::tag::tag),
    row(Eks, Write, "UntagResource", Method::DELETE, "/tags/{resourceArn+}", eks::tag::untag),
    row(Eks, Read, "ListTagsForResource", Method::GET, "/tags/{resourceArn+}", eks::tag::list),
    row(EksAuth, Read, "AssumeRoleForPodIdentity", Method::POST, "/clusters/{name}/assume-role-for-pod-identity", eks_auth::assume),
    row(Sts, Read, "AssumeRole", Method::POST, "/", sts::assume_role),
    row(Sts, Read, "GetCallerIdentity", Method::POST, "/", sts::get_caller_identity),
    row(Iam, Read, "GetRole", Method::POST, "/", iam::role::get),
    row(Iam, Read, "ListRoles", Method::POST, "/", iam::role::list),
    row(Iam, Read, "ListRoleTags", Method::POST, "/", iam::role::list_tags),
    row(Iam, Read, "ListAttachedRolePolicies", Method::POST, "/", iam::role_policy::list_attached),
    row(Iam, Read, "ListRolePolicies", Method::POST, "/", iam::role_policy::list_inline),
    row(Iam, Read, "GetRolePolicy", Method::POST, "/", iam::role_policy::get_inline),
    row(Iam, Read, "GetPolicy", Method::POST, "/", iam::policy::get),
    row(Iam, Read, "GetPolicyVersion", Method::POST, "/", iam::policy::get_version),
    row(Iam, Read, "SimulatePrincipalPolicy", Method::POST, "/", iam::policy::simulate),
    row(Iam, Read, "ListAccountAliases", Method::POST, "/", iam::account::list_aliases),
    row(Iam, Read, "ListOpenIDConnectProviders", Method::POST, "/", iam::account::list_providers),
    row(Iam, Read, "GetOpenIDConnectProvider", Method::POST, "/", iam::account::get_provider),
];

const fn row(
    service: Service,
    kind: Kind,
    name: &'static str,
    method: Method,
    template: &'static str,
    handler: Handler,
) -> Operation {
    Operation {
        name,
        service,
        kind,
        method,
        template,
        handler,
    }
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) service: Service,
    /// The operation and the labels of its path, or why there is none.
    pub(crate) operation: Result<(&'static Operation, Labels), Failure>,
}

pub(crate) type Labels = Vec<(&'static str, String)>;

/// Finds the operation that a path, or the form behind the path `/`, asks for.
pub(crate) fn route(method: &Method, path: &str, form: &[(String, String)]) -> Route {
    if path == "/" {
        return query_route(method, form);
    }
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let found = TABLE
        .iter()
        .filter(|operation| operation.service.is_rest() && operation.method == *method)
        .filter_map(|operation| Some((operation, matched(operation.template, &segments)?)))
        // `…/access-entries/ARN/access-policies` also fits a label that may hold slashes.
        .max_by_key(|(operation, labels)| {
            operation
                .template
                .split('/')
                .count()
                .saturating_sub(labels.len())
        });
    let service = found
        .as_ref()
        .map_or(Eks, |(operation, _)| operation.service);
    let operation = found.ok_or_else(|| {
        Failure::new(
            Code::UnknownOperation,
            format!("{method} {path} is no operation of EKS."),
        )
    });
    Route { service, operation }
}

fn query_route(method: &Method, form: &[(String, String)]) -> Route {
    let value = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let (action, version) = (value("Action"), value("Version"));
    let service = if version == Iam.version() { Iam } else { Sts };
    let operation = TABLE
        .iter()
        .find(|operation| {
            operation.service == service
                && version == service.version()
                && operation.name == action
                && operation.method == *method
        })
        .map(|operation| (operation, Labels::new()))
        .ok_or_else(|| {
            Failure::new(
                Code::UnknownOperation,
                format!("Could not find operation {action} for version {version}"),
            )
        });
    Route { service, operation }
}

/// Fits path segments, still encoded, to a template.
fn matched(template: &'static str, segments: &[&str]) -> Option<Labels> {
    let parts: Vec<&'static str> = template.split('/').skip(1).collect();
    let mut labels = Labels::new();
    fits(&parts, segments, &mut labels).then_some(labels)
}

fn fits(parts: &[&'static str], segments: &[&str], labels: &mut Labels) -> bool {
    let Some((part, other_parts)) = parts.split_first() else {
        return segments.is_empty();
    };
    let Some((segment, other_segments)) = segments.split_first() else {
        return false;
    };
    let Some(label) = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return part == segment && fits(other_parts, other_segments, labels);
    };
    let (label, longest) = match label.strip_suffix('+') {
        Some(label) => (label, segments.len()),
        None => (label, 1),
    };
    (1..=longest).any(|length| {
        let (taken, left) = segments.split_at(length);
        let value = taken
            .iter()
            .map(|text| sigv4::decoded(text))
            .collect::<Vec<_>>()
            .join("/");
        if value.is_empty() {
            return false;
        }
        labels.push((label, value));
        let is_fitting = fits(other_parts, left, labels);
        if !is_fitting {
            labels.pop();
        }
        is_fitting
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &Method, path: &str) -> (&'static str, Labels) {
        route(method, path, &[])
            .operation
            .map_or(("", Labels::new()), |(operation, labels)| {
                (operation.name, labels)
            })
    }

    #[test]
    fn labels_are_decoded_after_the_path_is_split() {
        let (operation, labels) = name(&Method::GET, "/tags/arn%3Aaws%3Aeks%3Ar%3Aa%3Acluster%2Fx");
        assert_eq!(operation, "ListTagsForResource");
        assert_eq!(
            labels,
            [("resourceArn", "arn:aws:eks:r:a:cluster/x".to_owned())]
        );
        let (operation, labels) = name(&Method::DELETE, "/tags/arn:aws:eks:r:a:cluster/x");
        assert_eq!(operation, "UntagResource");
        assert_eq!(
            labels,
            [("resourceArn", "arn:aws:eks:r:a:cluster/x".to_owned())]
        );
    }

    #[test]
    fn the_longer_template_wins() {
        let path = "/clusters/a/access-entries/arn:aws:iam::1:role/x/access-policies";
        let policy = format!("{path}/arn:aws:eks::aws:cluster-access-policy/P");
        assert_eq!(name(&Method::DELETE, &policy).0, "DisassociateAccessPolicy");
        let (operation, labels) = name(&Method::GET, path);
        assert_eq!(operation, "ListAssociatedAccessPolicies");
        assert_eq!(
            labels.last(),
            Some(&("principalArn", "arn:aws:iam::1:role/x".to_owned()))
        );
    }

    #[test]
    fn what_is_not_served_is_said_to_be_unknown() {
        for path in [
            "/cluster",
            "/clusters/",
            "/clusters/a/b",
            "/clusters/a/updates/b/c",
        ] {
            assert_eq!(name(&Method::GET, path).0, "", "{path}");
        }
        assert_eq!(name(&Method::PUT, "/clusters").0, "");
    }

    #[test]
    fn no_two_rows_are_alike() {
        for (index, row) in TABLE.iter().enumerate() {
            for other in TABLE.iter().skip(index + 1) {
                assert_ne!(row.name, other.name);
                assert!(
                    row.template == "/"
                        || (&row.method, row.template) != (&other.method, other.template),
                    "{} and {}",
                    row.name,
                    other.name
                );
            }
        }
    }
}
