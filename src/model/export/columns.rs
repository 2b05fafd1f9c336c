//! Which columns the tables of the command line have.

mod kubernetes;
mod parts;
mod role;

use jiff::Timestamp;

pub use parts::{
    ACCESS_ENTRIES, ADDONS, IDENTITY_PROVIDERS, access_entry, addon, identity_provider,
};
pub use role::{ROLES, role};

use crate::model::age::age;
use crate::model::arn::{ClusterArn, role_name};
use crate::model::association::{Association, AssociationDetail};
use crate::model::cluster::Cluster;
use crate::model::update::Update;

pub use kubernetes::{PODS, SERVICE_ACCOUNTS, container, service_account};

/// What stands where a value is not known; an absent one is empty.
const UNKNOWN: &str = "?";

/// The first columns of each kind make the table, all of them the wide one.
pub struct Columns {
    titles: &'static [&'static str],
    narrow: usize,
}

pub const CLUSTERS: Columns = Columns {
    titles: &[
        "NAME",
        "STATUS",
        "VERSION",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "AGE",
        "PLATFORM",
        "AUTH",
        "AUTO-MODE",
        "HEALTH",
        "ARN",
    ],
    narrow: 7,
};

pub const ASSOCIATIONS: Columns = Columns {
    titles: &[
        "CLUSTER",
        "NAMESPACE",
        "SERVICE-ACCOUNT",
        "ROLE",
        "TARGET-ROLE",
        "OWNER",
        "AGE",
        "SESSION-TAGS",
        "ID",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "ROLE-ARN",
        "TARGET-ROLE-ARN",
    ],
    narrow: 7,
};

pub const UPDATES: Columns = Columns {
    titles: &[
        "CLUSTER", "SUBJECT", "TYPE", "STATUS", "AGE", "PARAMS", "ERRORS", "ID", "REGION",
        "ACCOUNT", "PROFILE",
    ],
    narrow: 7,
};

impl Columns {
    pub fn titles(&self, wide: bool) -> &'static [&'static str] {
        self.titles.get(..self.count(wide)).unwrap_or(self.titles)
    }

    /// Keeps the cells of the columns that are shown.
    pub fn cut(&self, mut cells: Vec<String>, wide: bool) -> Vec<String> {
        cells.truncate(self.count(wide));
        cells
    }

    fn count(&self, wide: bool) -> usize {
        if wide { self.titles.len() } else { self.narrow }
    }
}

/// A cell from something that is known and may be absent, or is not known.
fn cell<T>(known: Option<T>, read: impl FnOnce(T) -> Option<String>) -> String {
    known.map_or_else(
        || UNKNOWN.to_owned(),
        |value| read(value).unwrap_or_default(),
    )
}

pub fn cluster(
    arn: &ClusterArn,
    cluster: Option<&Cluster>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let text = |read: fn(&Cluster) -> Option<&crate::model::Text>| {
        cell(cluster, |cluster| read(cluster).map(ToString::to_string))
    };
    vec![
        arn.name().to_owned(),
        text(|cluster| cluster.status.as_ref()),
        text(|cluster| cluster.version.as_ref()),
        arn.region().to_owned(),
        arn.account().to_owned(),
        profile.to_owned(),
        cell(cluster, |cluster| Some(age(cluster.created?, now))),
        text(|cluster| cluster.platform_version.as_ref()),
        text(|cluster| cluster.authentication_mode.as_ref()),
        cell(cluster, |cluster| {
            Some(on_off(cluster.auto_mode).to_owned())
        }),
        cell(cluster, |cluster| Some(cluster.health_issues.join(","))),
        arn.to_string(),
    ]
}

pub fn association(
    association: &Association,
    detail: Option<&AssociationDetail>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let cluster = &association.key.cluster;
    let role = cell(detail, |detail| {
        detail.role.as_ref().map(ToString::to_string)
    });
    let target = cell(detail, |detail| {
        detail.target_role.as_ref().map(ToString::to_string)
    });
    vec![
        cluster.name().to_owned(),
        association.namespace.to_string(),
        association.service_account.to_string(),
        role_name(&role).to_owned(),
        role_name(&target).to_owned(),
        association.owner_name().unwrap_or_default().to_owned(),
        cell(detail, |detail| Some(age(detail.created?, now))),
        cell(detail, |detail| {
            Some(on_off(detail.session_tags()).to_owned())
        }),
        association.key.id.to_string(),
        cluster.region().to_owned(),
        cluster.account().to_owned(),
        profile.to_owned(),
        role,
        target,
    ]
}

pub fn update(update: &Update, profile: &str, now: Timestamp) -> Vec<String> {
    let cluster = &update.key.cluster;
    vec![
        cluster.name().to_owned(),
        update.key.subject.to_string(),
        update.kind.as_deref().unwrap_or_default().to_owned(),
        update.status.as_str().to_owned(),
        update.created.map(|at| age(at, now)).unwrap_or_default(),
        update.params_line(),
        update.errors_line(),
        update.key.id.to_string(),
        cluster.region().to_owned(),
        cluster.account().to_owned(),
        profile.to_owned(),
    ]
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::{association as listed, full};

    #[test]
    fn every_column_has_a_cell() {
        let (association, detail) = (listed(None), full(&[], None));
        let arn = &association.key.cluster;
        let now = Timestamp::UNIX_EPOCH;
        for wide in [false, true] {
            let known = super::association(&association, Some(&detail), "p", now);
            let unknown = super::association(&association, None, "p", now);
            let clusters = super::cluster(arn, None, "p", now);
            for (columns, cells) in [
                (&ASSOCIATIONS, known),
                (&ASSOCIATIONS, unknown),
                (&CLUSTERS, clusters),
            ] {
                assert_eq!(columns.cut(cells, wide).len(), columns.titles(wide).len());
            }
        }
        let cells = super::association(&association, None, "p", now);
        assert_eq!((cells[3].as_str(), cells[5].as_str()), ("?", ""));
    }
}
