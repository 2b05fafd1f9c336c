//! Gathering the evidence of a diagnosis: everything that the rules look at, asked side by side.
//!
//! Nothing here fails as a whole. What may not be asked, or does not answer, is said in the evidence, and the rules
//! make of it what they do not know.

mod asking;
mod eks;
mod fleet;
mod iam;
mod kubernetes;
mod logs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::cloud::{Cloud, Urgency};
use crate::model::census::Scope;
use crate::model::diagnosis::Evidence;
use crate::model::{Arn, Cluster, Failure, Learned, Route, Text};
use crate::ops::fleet::Site;
use crate::ops::load;
use asking::Asking;
use iam::Iam;

pub use asking::Progress;
pub use fleet::{DiagnosisRow, fleet, fleet_with_logs};
pub use logs::{logs, logs_of, logs_within};

/// Where evidence comes from; what IAM said once is not asked again while this lives.
#[derive(Debug)]
pub struct Sources {
    urgency: Urgency,
    now: fn() -> Timestamp,
    iam: Iam,
}

impl Sources {
    pub fn new(
        cloud: &Arc<Cloud>,
        routes: &[Route],
        urgency: Urgency,
        now: fn() -> Timestamp,
    ) -> Self {
        Self {
            urgency,
            now,
            iam: Iam::new(cloud, routes, urgency),
        }
    }
}

/// The evidence, and in full why parts of it are missing.
#[derive(Debug, Clone)]
pub struct Gathered {
    pub evidence: Evidence,
    pub failures: Vec<Failure>,
}

/// Everything about a cluster, its associations and its pods.
pub async fn of_cluster(
    sources: &Sources,
    site: &Site,
    progress: impl FnMut(Progress) + Send,
) -> Gathered {
    of_scope(sources, site, Scope::default(), progress).await
}

/// Everything about one service account, and about the cluster as far as it matters for it.
pub async fn of_account(
    sources: &Sources,
    site: &Site,
    namespace: &str,
    service_account: &str,
    progress: impl FnMut(Progress) + Send,
) -> Gathered {
    let scope = Scope {
        namespaces: vec![namespace.into()],
        service_accounts: vec![service_account.into()],
    };
    of_scope(sources, site, scope, progress).await
}

/// Everything about the service accounts of a scope, and about the cluster as far as it matters for them.
pub async fn of_scope(
    sources: &Sources,
    site: &Site,
    scope: Scope,
    progress: impl FnMut(Progress) + Send,
) -> Gathered {
    let asking = Asking::new(progress);
    let mut evidence = Evidence::nothing(site.arn.clone(), (sources.now)());
    evidence.profile.clone_from(&site.route.profile);
    // Boxed, because calls side by side make a future of many kilobytes.
    let (inside, eks, associations) = tokio::join!(
        Box::pin(cluster_and_inside(sources, site, &scope, &asking)),
        Box::pin(eks::read(site, sources.urgency, &asking)),
        Box::pin(eks::associations(site, sources.urgency, &scope, &asking)),
    );
    evidence.cluster = inside.0;
    let inside = inside.1;
    evidence.census = inside.census;
    evidence.webhook = inside.webhook;
    evidence.network_policies = inside.network_policies;
    evidence.daemon_sets = inside.daemon_sets;
    evidence.namespaces = inside.namespaces;
    evidence.associations = associations.listed;
    evidence.details = associations.details;
    evidence.association_count = associations.count;
    evidence.node_roles = eks.node_roles(evidence.cluster.known());
    evidence.addons = eks.addons;
    evidence.nodegroups = eks.nodegroups;
    evidence.updates = eks.updates;
    evidence.updates_unlisted = eks.updates_unlisted;
    Box::pin(ask_iam(sources, site, &asking, &mut evidence)).await;
    Gathered {
        evidence,
        failures: asking.failures(),
    }
}

/// Describes the cluster, which leads to its Kubernetes.
async fn cluster_and_inside<P: FnMut(Progress) + Send>(
    sources: &Sources,
    site: &Site,
    scope: &Scope,
    asking: &Asking<P>,
) -> (Learned<Cluster>, kubernetes::Inside) {
    let urgency = sources.urgency;
    let described = asking
        .wait(load::cluster(&site.session, urgency, &site.arn))
        .await;
    let connected = match &described {
        Ok(cluster) => site.session.kubernetes(&site.arn, cluster).await,
        Err(failure) => Err(failure.clone()),
    };
    let inside = match connected {
        Ok(kubernetes) => kubernetes::read(&kubernetes, urgency, scope, asking).await,
        Err(failure) => {
            if described.is_ok() {
                asking.failed(&failure);
            }
            kubernetes::Inside::unreachable(scope, &failure)
        }
    };
    (asking.learned(described, "eks:DescribeCluster"), inside)
}

/// Asks IAM about every role that the evidence names.
async fn ask_iam<P: FnMut(Progress) + Send>(
    sources: &Sources,
    site: &Site,
    asking: &Asking<P>,
    evidence: &mut Evidence,
) {
    let named = Named::of(evidence);
    let iam = &sources.iam;
    let (roles, nodes, hops, providers) = tokio::join!(
        Box::pin(iam.roles(site, asking, &named.roles, &named.with_policies)),
        Box::pin(iam.node_permissions(site, asking, &named.node_roles)),
        Box::pin(iam.hop_permissions(site, asking, &named.hops)),
        Box::pin(iam.oidc_providers(site, asking, named.issuer.as_deref())),
    );
    evidence.roles = roles;
    evidence.node_permissions = nodes;
    evidence.hop_permissions = hops;
    evidence.oidc_providers = providers;
}

/// What the evidence wants to know of IAM.
#[derive(Debug, Default)]
struct Named {
    roles: BTreeSet<Text>,
    /// Roles whose own policies may ask for session tags that are not sent.
    with_policies: BTreeSet<Text>,
    node_roles: BTreeSet<Text>,
    hops: BTreeSet<(Text, Text)>,
    /// The issuer of the cluster's tokens, where a service account uses IRSA.
    issuer: Option<Text>,
}

impl Named {
    fn of(evidence: &Evidence) -> Self {
        let mut named = Self::default();
        for detail in evidence.details.values().filter_map(Learned::known) {
            named.roles.extend(detail.role.clone());
            named.roles.extend(detail.target_role.clone());
            if detail.session_tags_disabled == Some(true) {
                let asks = [&detail.role, &detail.target_role];
                named
                    .with_policies
                    .extend(asks.into_iter().flatten().cloned());
            }
            if let (Some(role), Some(target)) = (&detail.role, &detail.target_role) {
                named.hops.insert((role.clone(), target.clone()));
            }
        }
        let annotated = evidence.census.service_accounts();
        let annotated: BTreeSet<Text> = annotated
            .filter_map(|account| account.role_arn.clone())
            .collect();
        if !annotated.is_empty() {
            let cluster = evidence.cluster.known();
            named.issuer = cluster.and_then(|cluster| cluster.oidc_issuer.clone());
        }
        named.roles.extend(annotated);
        let nodes = evidence.census.nodes();
        let roles = nodes.filter_map(|node| evidence.node_roles.role(node));
        named.node_roles.extend(roles.cloned());
        named
    }
}

/// Awaits questions side by side, and puts the answers in the order of their keys.
async fn together<K: Ord, T>(
    questions: impl IntoIterator<Item = impl Future<Output = (K, T)>>,
) -> BTreeMap<K, T> {
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let questions: Vec<_> = questions.into_iter().collect();
    stream::iter(questions)
        .buffer_unordered(TOGETHER)
        .collect()
        .await
}

/// Questions of one kind that are asked together; the budget decides how many of them are on the wire.
const TOGETHER: usize = 16;

/// Why IAM cannot be asked about something of an account.
fn no_way(arn: &Arn) -> Text {
    format!("a profile of account {}", arn.account()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Settings;
    use crate::model::ClusterArn;

    fn is_send<T: Send>(value: T) -> T {
        value
    }

    /// Without credentials nothing can be asked, and that is what the evidence says of everything.
    #[tokio::test]
    async fn what_cannot_be_asked_is_unknown_and_nothing_fails() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        std::fs::write(file("config"), "").unwrap();
        std::fs::write(file("credentials"), "").unwrap();
        let settings = Settings::isolated(file("config"), file("credentials"), String::new());
        let cloud = Cloud::new(settings).unwrap();
        let route = Route::new(None, "eu-west-1");
        let site = Site {
            arn: ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/demo").unwrap(),
            session: cloud.session(&route).await.unwrap(),
            route,
            profiles: Vec::new(),
        };
        let now = || Timestamp::UNIX_EPOCH;
        let sources = Sources::new(&cloud, &[], Urgency::Interactive, now);
        let mut last = Progress::default();
        let gathered = is_send(of_cluster(&sources, &site, |progress| last = progress)).await;
        let evidence = &gathered.evidence;
        for unknown in [
            evidence.cluster.unknown(),
            evidence.associations.unknown(),
            evidence.addons.unknown(),
            evidence.nodegroups.unknown(),
            evidence.updates.unknown(),
            evidence.namespaces.unknown(),
            evidence.webhook.unknown(),
            evidence.network_policies.unknown(),
            evidence.daemon_sets.unknown(),
        ] {
            assert!(unknown.is_some());
        }
        assert_eq!(evidence.at, Timestamp::UNIX_EPOCH);
        assert!(!gathered.failures.is_empty());
        assert!(last.asked > 0 && last.asked == last.answered, "{last:?}");
        let gathered = is_send(of_account(&sources, &site, "a", "b", |_| {})).await;
        assert!(gathered.evidence.census.scope().covers("a", "b"));
        assert!(!gathered.evidence.census.scope().covers("a", "c"));
    }
}
