//! Who names roles, in every selected cluster.

use std::sync::Arc;

use super::RoleRow;
use crate::cloud::Cloud;
use crate::model::usage::{AccountUser, Readings};
use crate::model::{Failure, Route, Text};
use crate::ops::fleet::associations::{self, AssociationRow};
use crate::ops::fleet::kubernetes::users_at;
use crate::ops::fleet::parts::{AddonRow, addons_at};
use crate::ops::fleet::{Fault, Harvest, Progress, Selection, Site, URGENCY, gather};

/// What one cluster says of roles.
struct Piece {
    site: Site,
    associations: Vec<AssociationRow>,
    associations_gap: Option<Text>,
    addons: Vec<AddonRow>,
    addons_gap: Option<Text>,
    accounts: Vec<(Text, AccountUser)>,
    accounts_gap: Option<Text>,
}

/// Reads them: AWS and Kubernetes side by side, cluster by cluster. The harvest has no rows, but clusters that answered.
pub(super) async fn read(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> (Readings, Vec<Site>, Harvest<RoleRow>) {
    let mut found = gather(cloud, routes, selection, progress, |site| async move {
        // Boxed, because calls side by side make a future of many kilobytes.
        let (associations, addons, accounts) = tokio::join!(
            Box::pin(associations::at(&site, selection)),
            Box::pin(addons_at(&site)),
            Box::pin(users_at(&site, URGENCY)),
        );
        let gap = |failures: &[Failure]| Some(Text::from(failures.first()?.to_string()));
        let piece = Piece {
            site,
            associations_gap: gap(&associations.1),
            associations: associations.0,
            addons_gap: gap(&addons.1),
            addons: addons.0,
            accounts_gap: gap(&accounts.1),
            accounts: accounts.0,
        };
        let failures = [associations.1, addons.1, accounts.1].concat();
        (vec![piece], failures)
    })
    .await;
    let pieces = std::mem::take(&mut found.rows);
    let harvest = Harvest {
        rows: Vec::new(),
        faults: found.faults,
        regions_off: found.regions_off,
        routes_read: found.routes_read,
        clusters: found.clusters,
        unmatched: found.unmatched,
    };
    let sites = pieces.iter().map(|piece| piece.site.clone()).collect();
    (readings(pieces, &harvest.faults), sites, harvest)
}

/// Puts together who names roles, and how much of that is missing.
fn readings(pieces: Vec<Piece>, faults: &[Fault]) -> Readings {
    let mut readings = Readings::nobody();
    // Where clusters could not be listed, anything in them may name a role.
    let unlisted = faults.iter().find(|fault| fault.cluster.is_none());
    let unlisted: Option<Text> = unlisted.map(|fault| fault.failure.to_string().into());
    if let Some(reason) = &unlisted {
        readings.associations_are_missing(reason);
        readings.addons_are_missing(reason);
    }
    let all = pieces.len();
    let mut silent: Vec<Text> = Vec::new();
    for piece in pieces {
        // Why one has no description is said by the gap.
        for described in piece
            .associations
            .iter()
            .filter_map(|row| row.described.as_ref().ok())
        {
            readings.add_association(&described.value);
        }
        for described in piece
            .addons
            .iter()
            .filter_map(|row| row.described.as_ref().ok())
        {
            readings.add_addon(&described.value);
        }
        if let Some(reason) = piece.associations_gap {
            readings.associations_are_missing(&reason);
        }
        if let Some(reason) = piece.addons_gap {
            readings.addons_are_missing(&reason);
        }
        readings.service_accounts.users.extend(piece.accounts);
        silent.extend(piece.accounts_gap);
    }
    let is_silent = silent.len() == all && readings.service_accounts.users.is_empty();
    let reason = match (silent.as_slice(), &unlisted) {
        ([], None) => return readings,
        ([], Some(reason)) | ([reason], _) => reason.to_string(),
        ([first, ..], _) => {
            let some = silent.len();
            format!("{first} (not read in full: {some} of {all} clusters)")
        }
    };
    readings.service_accounts_are_missing(reason, is_silent);
    readings
}
