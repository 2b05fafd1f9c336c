//! One thing by its name.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    AccessEntryRow, AddonRow, AssociationRow, ClusterRow, IdentityProviderRow, PartRow, Progress,
    Site, UpdateRow, sites,
};
use crate::cloud::{AssociationFilter, Cloud, Urgency};
use crate::model::reference::{AssociationReference, ClusterReference};
use crate::model::{
    AccessEntryKey, AddonKey, AssociationKey, ClusterArn, Failure, FailureKind,
    IdentityProviderKey, Route, Text, UpdateKey, UpdateSubject,
};
use crate::ops::load;

const URGENCY: Urgency = Urgency::Interactive;

pub async fn one_cluster(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    reference: &ClusterReference,
) -> Result<ClusterRow, Failure> {
    let site = find(cloud, routes, reference).await?;
    let cluster = load::cluster(&site.session, URGENCY, &site.arn).await?;
    Ok(ClusterRow {
        site,
        cluster: Ok(cluster),
    })
}

pub async fn one_association(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    reference: &AssociationReference,
) -> Result<AssociationRow, Failure> {
    let site = find(cloud, routes, cluster).await?;
    let key = match reference {
        AssociationReference::Id(id) => AssociationKey {
            cluster: site.arn.clone(),
            id: id.as_str().into(),
        },
        AssociationReference::Name {
            namespace,
            service_account,
        } => by_name(&site, namespace, service_account).await?,
    };
    let described = load::association(&site.session, URGENCY, &key).await?;
    Ok(AssociationRow {
        site,
        association: described.value.association.clone(),
        described: Ok(described),
    })
}

/// An update by its id; whose it is, nobody types, so all that could be are asked.
pub async fn one_update(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    id: &str,
) -> Result<UpdateRow, Failure> {
    let site = find(cloud, routes, cluster).await?;
    let key = |subject| UpdateKey {
        cluster: site.arn.clone(),
        subject,
        id: id.into(),
    };
    let missing = match load::update(&site.session, URGENCY, &key(UpdateSubject::Cluster)).await {
        Ok(update) => return Ok(UpdateRow { site, update }),
        Err(failure) if is_elsewhere(&failure) => failure,
        Err(failure) => return Err(failure),
    };
    let parts = load::subjects(&site.session, URGENCY, &site.arn).await;
    for subject in parts.subjects {
        match load::update(&site.session, URGENCY, &key(subject)).await {
            Ok(update) => return Ok(UpdateRow { site, update }),
            Err(failure) if is_elsewhere(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
    // Where some parts could not be listed, "not found" would be a guess.
    Err(parts.failures.into_iter().next().unwrap_or(missing))
}

fn is_elsewhere(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::NotFound | FailureKind::Invalid)
}

/// An identity provider by its name; its type, nobody types, so it is looked up in the list.
pub async fn one_identity_provider(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    name: &str,
) -> Result<IdentityProviderRow, Failure> {
    let site = find(cloud, routes, cluster).await?;
    let mut keys: Vec<IdentityProviderKey> = Vec::new();
    load::identity_providers(&site.session, URGENCY, &site.arn, |page| keys.extend(page)).await?;
    let found = keys.into_iter().find(|key| *key.name == *name);
    let key = found.ok_or_else(|| {
        let doing = format!("find identity provider {name}");
        let cause = format!("cluster {} has none of that name", site.arn.name());
        lists(
            Failure::new(FailureKind::NotFound, doing, cause),
            "identity-providers",
            &site,
        )
    })?;
    let described = load::identity_provider(&site.session, URGENCY, &key).await?;
    Ok(PartRow {
        site,
        key,
        described: Ok(described),
    })
}

pub async fn one_addon(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    name: &str,
) -> Result<AddonRow, Failure> {
    let site = find(cloud, routes, cluster).await?;
    let key = AddonKey {
        cluster: site.arn.clone(),
        name: name.into(),
    };
    let described = load::addon(&site.session, URGENCY, &key).await;
    let described = described.map_err(|failure| lists(failure, "addons", &site))?;
    Ok(PartRow {
        site,
        key,
        described: Ok(described),
    })
}

/// An access entry by the ARN of its principal, or by the principal's short name where only one has it.
pub async fn one_access_entry(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    cluster: &ClusterReference,
    principal: &str,
) -> Result<AccessEntryRow, Failure> {
    let site = find(cloud, routes, cluster).await?;
    let principal = if principal.starts_with("arn:") {
        principal.into()
    } else {
        principal_of(&site, principal).await?
    };
    let key = AccessEntryKey {
        cluster: site.arn.clone(),
        principal,
    };
    let described = load::access_entry(&site.session, URGENCY, &key).await;
    let described = described.map_err(|failure| lists(failure, "access-entries", &site))?;
    Ok(PartRow {
        site,
        key,
        described: Ok(described),
    })
}

async fn principal_of(site: &Site, name: &str) -> Result<Text, Failure> {
    let mut principals: Vec<Text> = Vec::new();
    load::access_entries(&site.session, URGENCY, &site.arn, |page| {
        let meant = page.into_iter().filter(|key| key.principal_name() == name);
        principals.extend(meant.map(|key| key.principal));
    })
    .await?;
    let doing = format!("find access entry {name}");
    match principals.as_slice() {
        [principal] => Ok(principal.clone()),
        [] => {
            let cause = format!(
                "cluster {} has none for a principal of that name",
                site.arn.name()
            );
            let missing = Failure::new(FailureKind::NotFound, doing, cause);
            Err(lists(missing, "access-entries", site))
        }
        several => {
            let cause = format!("{} principals have that name", several.len());
            let hint = format!("name one of: {}", several.join(", "));
            Err(Failure::new(FailureKind::Invalid, doing, cause).hint(hint))
        }
    }
}

/// Tells how to find out what there is, where something is not there.
fn lists(failure: Failure, kind: &str, site: &Site) -> Failure {
    if failure.kind != FailureKind::NotFound {
        return failure;
    }
    let name = site.arn.name();
    failure.hint(format!("roledex get {kind} --cluster {name} lists them"))
}

async fn by_name(
    site: &Site,
    namespace: &str,
    service_account: &str,
) -> Result<AssociationKey, Failure> {
    let filter = AssociationFilter {
        namespace: Some(namespace.to_owned()),
        service_account: Some(service_account.to_owned()),
    };
    let mut key = None;
    load::associations(&site.session, URGENCY, &site.arn, &filter, |page| {
        // The filter is AWS's; an endpoint that ignores it must not make us show another association.
        let wanted = page
            .into_iter()
            .find(|row| *row.namespace == *namespace && *row.service_account == *service_account);
        key = key.take().or(wanted.map(|association| association.key));
    })
    .await?;
    key.ok_or_else(|| {
        let doing = format!("find association {namespace}/{service_account}");
        let cause = format!("cluster {} has no association for it", site.arn.name());
        lists(
            Failure::new(FailureKind::NotFound, doing, cause),
            "associations",
            site,
        )
    })
}

/// A cluster by its name, and the way to it.
pub async fn one_site(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    reference: &ClusterReference,
) -> Result<Site, Failure> {
    find(cloud, routes, reference).await
}

pub(super) async fn find(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    reference: &ClusterReference,
) -> Result<Site, Failure> {
    let likely: Vec<Route> = routes
        .iter()
        .filter(|route| may_lead(route, reference))
        .cloned()
        .collect();
    // A reference may name what no route covers; then the answer is "not found" with all routes tried.
    let routes = if likely.is_empty() { routes } else { &likely };
    let found = sites(cloud, routes, &mut Progress::default(), &mut |_| {}).await;
    let there: Vec<ClusterArn> = found.rows.iter().map(|site| site.arn.clone()).collect();
    let matching: Vec<Site> = found
        .rows
        .into_iter()
        .filter(|site| reference.matches(&site.arn, site.profiles.iter().map(|profile| &**profile)))
        .collect();
    let doing = format!("find cluster {reference}");
    match matching.as_slice() {
        [site] => Ok(site.clone()),
        [] => Err(found.faults.into_iter().next().map_or_else(
            || {
                Failure::new(FailureKind::NotFound, doing, nowhere(routes, &there)).hint(
                    "roledex get clusters lists them; --profile and --region add where to look",
                )
            },
            |fault| fault.failure,
        )),
        several => {
            let candidates: Vec<_> = several.iter().map(|site| site.arn.as_str()).collect();
            let cause = format!("{} clusters match", several.len());
            Err(Failure::new(FailureKind::Invalid, doing, cause)
                .hint(format!("name one of: {}", candidates.join(", "))))
        }
    }
}

/// Where was looked, and what is there instead.
fn nowhere(routes: &[Route], found: &[ClusterArn]) -> String {
    const LISTED: usize = 6;
    let some = |names: &[String]| match names.len().saturating_sub(LISTED) {
        0 => names.join(", "),
        more => {
            let named: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
            format!("{} and {more} more", named.join(", "))
        }
    };
    let places = routes
        .iter()
        .map(|route| format!("{}/{}", route.profile_name(), route.region));
    let places: Vec<String> = places.collect();
    let names: BTreeSet<String> = found.iter().map(|arn| arn.name().to_owned()).collect();
    let names: Vec<String> = names.into_iter().collect();
    let there = if names.is_empty() {
        "there is no cluster at all".to_owned()
    } else {
        format!("there are {}", some(&names))
    };
    format!("none of that name is in {}; {there}", some(&places))
}

/// Whether a route can lead to what the reference names, as far as the reference tells.
fn may_lead(route: &Route, reference: &ClusterReference) -> bool {
    match reference {
        ClusterReference::Arn(arn) => route.region.as_str() == arn.region(),
        ClusterReference::Path {
            profile, region, ..
        } => {
            region
                .as_deref()
                .is_none_or(|region| route.region.as_str() == region)
                && profile
                    .as_deref()
                    .is_none_or(|profile| route.profile_name() == profile)
        }
    }
}
