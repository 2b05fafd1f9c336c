//! What stands at a place now.

use crate::cloud::{AssociationFilter, Session, Urgency};
use crate::model::journal::{ChangeKind, Family, Image, Intent};
use crate::model::reference::AssociationReference;
use crate::model::{
    Association, AssociationKey, AssociationRecord, ClusterArn, Described, Failure, FailureKind,
};
use crate::ops::load;

const URGENCY: Urgency = Urgency::Interactive;

/// An association as it stands now.
pub async fn find(
    session: &Session,
    cluster: &ClusterArn,
    reference: &AssociationReference,
) -> Result<Described<AssociationRecord>, Failure> {
    let missing = |name: &str| {
        let doing = format!("find association {name}");
        let cause = format!("cluster {} has no association for it", cluster.name());
        let hint = format!(
            "roledex get associations --cluster {} lists them",
            cluster.name()
        );
        Failure::new(FailureKind::NotFound, doing, cause).hint(hint)
    };
    match reference {
        AssociationReference::Id(id) => {
            let key = AssociationKey {
                cluster: cluster.clone(),
                id: id.as_str().into(),
            };
            at(session, &key).await?.ok_or_else(|| missing(id))
        }
        AssociationReference::Name {
            namespace,
            service_account,
        } => {
            let found = by_name(session, cluster, namespace, service_account).await?;
            let name = format!("{namespace}/{service_account}");
            let found = found.ok_or_else(|| missing(&name))?;
            at(session, &found.key).await?.ok_or_else(|| missing(&name))
        }
    }
}

/// The association of an id; `None` if there is none.
pub async fn at(
    session: &Session,
    key: &AssociationKey,
) -> Result<Option<Described<AssociationRecord>>, Failure> {
    match load::association(session, URGENCY, key).await {
        Ok(described) => Ok(Some(described)),
        Err(failure) if failure.is_gone() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The association of a namespace and a service account; `None` if there is none.
pub(in crate::ops) async fn by_name(
    session: &Session,
    cluster: &ClusterArn,
    namespace: &str,
    service_account: &str,
) -> Result<Option<Association>, Failure> {
    let filter = AssociationFilter {
        namespace: Some(namespace.to_owned()),
        service_account: Some(service_account.to_owned()),
    };
    let mut found = None;
    load::associations(session, URGENCY, cluster, &filter, |page| {
        // The filter is AWS's; an endpoint that ignores it must not make us take another association.
        let wanted = page
            .into_iter()
            .find(|row| *row.namespace == *namespace && *row.service_account == *service_account);
        found = found.take().or(wanted);
    })
    .await?;
    Ok(found)
}

/// What stands now where an intent acts; a failure where nobody can say.
pub async fn look(
    session: &Session,
    intent: &Intent,
) -> Result<(Image, Option<Described<AssociationRecord>>), Failure> {
    let cluster = &intent.place.cluster;
    if intent.kind.family() != Some(Family::Association) {
        let doing = format!("look at what became of {}", intent.target);
        let cause = "this version cannot read what a change of this kind leaves";
        return Err(Failure::new(FailureKind::Unsupported, doing, cause));
    }
    let id = match (&intent.kind, &intent.target.id) {
        (ChangeKind::CreateAssociation, _) | (_, None) => {
            let namespace = intent.target.namespace.as_deref().unwrap_or_default();
            let found = by_name(session, cluster, namespace, &intent.target.name).await?;
            found.map(|association| association.key.id)
        }
        (_, Some(id)) => Some(id.clone()),
    };
    let Some(id) = id else {
        return Ok((Image::Absent, None));
    };
    let key = AssociationKey {
        cluster: cluster.clone(),
        id,
    };
    Ok(match at(session, &key).await? {
        Some(described) => (Image::Present(described.document.clone()), Some(described)),
        None => (Image::Absent, None),
    })
}
