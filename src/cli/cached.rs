//! `--cached`: the last known world, without a single call.

use crate::cli::args::{Global, Kind};
use crate::cli::describe::Target;
use crate::cli::paths;
use crate::cli::problem::Problem;
use crate::cli::rows::Row;
use crate::cli::strangers::Strangers;
use crate::model::age::age;
use crate::model::reference::ClusterReference;
use crate::model::snapshot::{ClusterSnapshot, Snapshot};
use crate::model::text::visible;
use crate::ops::fleet::Selection;
use crate::runtime::clock;
use crate::store::cache::Cache;

/// Refuses kinds that the cache does not keep: printing none of them would say that there are none.
pub(crate) fn check(global: &Global, kind: Kind) -> Result<(), Problem> {
    if !global.cached || matches!(kind, Kind::Clusters | Kind::Associations | Kind::Updates) {
        return Ok(());
    }
    Err(Problem::usage(format!(
        "--cached cannot print {}: the cache keeps clusters, associations and updates only",
        kind.plural()
    ))
    .hint("leave out --cached to ask AWS"))
}

/// Rows of a kind that earlier runs saw, in the regions that are named, if some are; and what was named in vain.
pub(crate) async fn rows(
    global: &Global,
    kind: Kind,
    selection: &Selection,
) -> Result<(Vec<Row>, Strangers), Problem> {
    let snapshots = load(global).await?;
    let place =
        |snapshot: &Snapshot| format!("the cache of {}/{}", snapshot.account, snapshot.region);
    let read = match snapshots.as_slice() {
        [] => vec!["the cache of these regions".to_owned()],
        some => some.iter().map(place).collect(),
    };
    let clusters: Vec<_> = snapshots
        .into_iter()
        .flat_map(|snapshot| snapshot.clusters)
        .collect();
    let is_unmatched = |reference: &&ClusterReference| {
        !clusters.iter().any(|cluster| is_meant(reference, cluster))
    };
    let strangers = Strangers {
        named: selection.clusters.len(),
        unmatched: selection
            .clusters
            .iter()
            .filter(is_unmatched)
            .cloned()
            .collect(),
        known: clusters.iter().map(|cluster| cluster.arn.clone()).collect(),
        read,
    };
    let wanted = clusters
        .into_iter()
        .filter(|cluster| wants(selection, cluster));
    let rows = wanted.flat_map(|cluster| of_kind(kind, cluster, selection));
    Ok((rows.collect(), strangers))
}

/// Says on stderr how old rows of the cache are: the oldest, because that is what may be wrong.
pub(crate) fn say_age(rows: &[Row]) {
    let oldest = rows.iter().filter_map(Row::read_at).min();
    let old = match oldest.map(|at| age(at, clock::now())).as_deref() {
        None => String::new(),
        Some("now") => ", less than a minute old".to_owned(),
        Some(age) => format!(", {age} old"),
    };
    eprintln!("read from the cache{old}; without --cached it is read from AWS");
}

/// One thing that earlier runs saw.
pub(crate) async fn one(
    global: &Global,
    kind: Kind,
    cluster: &ClusterReference,
    target: &Target,
) -> Result<Row, Problem> {
    let selection = Selection {
        clusters: vec![cluster.clone()],
        ..Selection::default()
    };
    let (mut rows, _) = rows(global, kind, &selection).await?;
    rows.retain(|row| match target {
        Target::Cluster => true,
        Target::Association(name) => row.is_association(|association| name.matches(association)),
        Target::Update(id) => row.is_update(id),
        // Not kept.
        Target::IdentityProvider(_) | Target::Addon(_) | Target::AccessEntry(_) => false,
    });
    let candidates: Vec<_> = rows
        .iter()
        .filter_map(Row::arn)
        .map(ToString::to_string)
        .collect();
    match (rows.pop(), rows.is_empty()) {
        (None, _) => Err(Problem::failed("the cache holds nothing of that name")
            .hint("leave out --cached to ask AWS")),
        (Some(row), true) => Ok(row),
        (Some(_), false) => Err(Problem::failed(format!("{} match", candidates.len()))
            .hint(format!("name one of: {}", candidates.join(", ")))),
    }
}

fn wants(selection: &Selection, cluster: &ClusterSnapshot) -> bool {
    let named = |reference: &ClusterReference| is_meant(reference, cluster);
    selection.clusters.is_empty() || selection.clusters.iter().any(named)
}

/// The cache knows accounts and no profiles: PROFILE/REGION/NAME matches nothing here.
fn is_meant(reference: &ClusterReference, cluster: &ClusterSnapshot) -> bool {
    reference.matches(&cluster.arn, std::iter::empty())
}

fn of_kind(kind: Kind, cluster: ClusterSnapshot, selection: &Selection) -> Vec<Row> {
    let ClusterSnapshot {
        arn,
        detail,
        associations,
        updates,
    } = cluster;
    match kind {
        Kind::Clusters => vec![Row::cached_cluster(arn, detail)],
        Kind::Associations => {
            let Some(list) = associations else {
                return Vec::new();
            };
            let among =
                |words: &[String], word: &str| words.is_empty() || words.iter().any(|w| w == word);
            let wanted = list.value.into_iter().filter(|row| {
                among(&selection.namespaces, &row.summary.namespace)
                    && among(&selection.service_accounts, &row.summary.service_account)
            });
            wanted
                .map(|row| Row::cached_association(row.summary, list.at, row.detail))
                .collect()
        }
        Kind::Updates => updates.into_iter().map(Row::cached_update).collect(),
        // Refused before: they are not kept.
        Kind::IdentityProviders
        | Kind::Addons
        | Kind::AccessEntries
        | Kind::Roles
        | Kind::ServiceAccounts
        | Kind::Pods => Vec::new(),
    }
}

async fn load(global: &Global) -> Result<Vec<Snapshot>, Problem> {
    let directory = paths::cache(global.endpoint_url.as_deref()).ok_or_else(|| {
        Problem::usage("there is no place for a cache: HOME is not set")
            .hint("set HOME or XDG_CACHE_HOME")
    })?;
    let place = directory.display().to_string();
    let loaded =
        tokio::task::spawn_blocking(move || Cache::open(directory).map(|cache| cache.load_all()));
    let loaded = loaded
        .await
        .map_err(anyhow::Error::from)?
        .map_err(|error| Problem::failed(error.to_string()))?;
    for ignored in &loaded.ignored {
        let (path, reason) = (ignored.path.display().to_string(), &ignored.reason);
        eprintln!("warning: ignored {}: {}", visible(&path), visible(reason));
    }
    if loaded.snapshots.is_empty() {
        return Err(Problem::failed(format!("the cache in {place} is empty"))
            .hint("the terminal UI fills it; leave out --cached to ask AWS"));
    }
    let mut snapshots = loaded.snapshots;
    let everywhere = global.region.is_empty() || global.region.iter().any(|region| region == "all");
    snapshots.retain(|snapshot| {
        everywhere
            || global
                .region
                .iter()
                .any(|region| region == snapshot.region.as_str())
    });
    snapshots
        .sort_by(|one, other| (&one.account, &one.region).cmp(&(&other.account, &other.region)));
    Ok(snapshots)
}
