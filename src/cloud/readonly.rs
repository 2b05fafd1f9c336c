//! The read-only gate: an allow-list of operation names, checked before anything is signed or sent.

use aws_sdk_eks::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_eks::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;

use crate::model::{Failure, FailureKind};

/// Every operation that only reads. Whatever is not in it is a write, so that a forgotten name fails safe.
///
/// HTTP methods cannot tell: every call of STS and many a read of EKS is a POST.
const READS: [&str; 27] = [
    "DescribeAccessEntry",
    "DescribeAddon",
    "DescribeCluster",
    "DescribeIdentityProviderConfig",
    "DescribeNodegroup",
    "DescribePodIdentityAssociation",
    "DescribeUpdate",
    "GetCallerIdentity",
    "GetOpenIDConnectProvider",
    "GetPolicy",
    "GetPolicyVersion",
    "GetRole",
    "GetRolePolicy",
    "ListAccessEntries",
    "ListAddons",
    "ListAssociatedAccessPolicies",
    "ListAttachedRolePolicies",
    "ListCapabilities",
    "ListClusters",
    "ListIdentityProviderConfigs",
    "ListNodegroups",
    "ListOpenIDConnectProviders",
    "ListPodIdentityAssociations",
    "ListRolePolicies",
    "ListRoles",
    "ListUpdates",
    "SimulatePrincipalPolicy",
];

pub(crate) fn is_read(operation: &str) -> bool {
    READS.contains(&operation)
}

/// The interceptor; a client that was built with it can never write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadOnly;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for ReadOnly {
    fn name(&self) -> &'static str {
        "RoledexReadOnly"
    }

    // Not `read_before_execution`: interceptors of a client run it before the operation has put its name into
    // the bag, so that every call would look nameless.
    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or("", Metadata::name);
        if is_read(operation) {
            return Ok(());
        }
        Err(refused(&format!("call {operation}")).into())
    }
}

/// What a write meets, wherever it was going.
pub(crate) fn refused(doing: &str) -> Failure {
    Failure::new(FailureKind::Refused, doing, "roledex is read-only")
        .hint("start it without --read-only, and see ROLEDEX_READ_ONLY and read-only in its configuration")
}
