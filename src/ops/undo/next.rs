//! The change that is next, if nobody named one: the newest of those that this run can reach.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloud::{Cloud, Urgency};
use crate::model::journal::{Entry, History, Way};
use crate::model::text::visible;
use crate::model::{Failure, FailureKind, Route, Text};

/// Where a route of this run leads.
struct Here {
    profile: Option<Text>,
    endpoint: Endpoint,
    /// `None` if nobody knows.
    account: Option<Text>,
}

/// What a route's calls go to.
enum Endpoint {
    /// Nobody knows, because it could not be opened.
    Unknown,
    /// That of AWS if there is none.
    Known(Option<Text>),
}

/// The entry that is next; refused where it is not certain which one that is.
///
/// One journal serves every account, region and endpoint of its user, and what was changed in another world is
/// not what is meant in this one.
pub async fn next<'a>(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    entries: &'a [Entry],
    way: Way,
) -> Result<&'a Entry, Failure> {
    let mut regions: BTreeMap<String, Vec<Here>> = BTreeMap::new();
    let mut reached = Vec::new();
    for entry in entries {
        let region = entry.intent.place.cluster.region();
        if !regions.contains_key(region) {
            let found = in_region(cloud, routes, region).await;
            regions.insert(region.to_owned(), found);
        }
        let heres = regions.get(region).into_iter().flatten();
        if heres.into_iter().any(|here| here.reaches(entry)) {
            reached.push(entry.clone());
        }
    }
    let chosen = choose(&reached, way, entries)?.id.clone();
    let entry = History::new(entries).entry(&chosen);
    entry.ok_or_else(|| nothing(entries, way))
}

async fn in_region(cloud: &Arc<Cloud>, routes: &[Route], region: &str) -> Vec<Here> {
    let mut found = Vec::new();
    for route in routes
        .iter()
        .filter(|route| route.region.as_str() == region)
    {
        let mut here = Here {
            profile: route.profile.clone(),
            endpoint: Endpoint::Unknown,
            account: None,
        };
        if let Ok(session) = cloud.session(route).await {
            here.endpoint = Endpoint::Known(session.endpoint().cloned());
            let caller = session.caller(Urgency::Interactive).await;
            here.account = caller.ok().map(|caller| caller.account);
        }
        found.push(here);
    }
    found
}

impl Here {
    /// Whether it leads to where the entry was made. A way that cannot be told counts if the change took it:
    /// passing over it would take back an older change than the one that its maker has in mind.
    fn reaches(&self, entry: &Entry) -> bool {
        let place = &entry.intent.place;
        let endpoint = match &self.endpoint {
            Endpoint::Known(endpoint) => *endpoint == place.endpoint,
            Endpoint::Unknown => self.profile == place.profile,
        };
        let account = match &self.account {
            Some(account) => **account == *place.cluster.account(),
            None => self.profile == place.profile,
        };
        endpoint && account
    }
}

fn choose<'a>(reached: &'a [Entry], way: Way, all: &[Entry]) -> Result<&'a Entry, Failure> {
    let history = History::new(reached);
    let next = match way {
        Way::Undo => history.next_undo().map_err(|undecided| {
            let (id, intent) = (undecided.id.short(), &undecided.intent);
            let cause = format!(
                "nobody knows whether the newer {} of {} ({id}) was made",
                intent.kind.as_str(),
                visible(&intent.target.to_string())
            );
            Failure::new(FailureKind::Refused, doing(way), cause).hint(format!(
                "look at {id} in the journal, and undo it or another by its entry"
            ))
        })?,
        Way::Redo => history.redoable().next(),
    };
    next.ok_or_else(|| nothing(all, way))
}

fn doing(way: Way) -> String {
    format!("{} the last change", way.word())
}

/// Says where the next one was made, if it was made elsewhere.
fn nothing(all: &[Entry], way: Way) -> Failure {
    let history = History::new(all);
    let elsewhere = match way {
        Way::Undo => history.undoable().next(),
        Way::Redo => history.redoable().next(),
    };
    let Some(entry) = elsewhere else {
        let cause = format!("the journal holds nothing to {}", way.word());
        return Failure::new(FailureKind::NotFound, doing(way), cause)
            .hint("the journal lists what was changed: roledex journal");
    };
    let place = &entry.intent.place;
    let endpoint = place.endpoint.as_deref().unwrap_or("AWS");
    let cause = format!(
        "the journal holds nothing to {} in the scopes of this run; the newest elsewhere is {} in {} at {}",
        way.word(),
        entry.id.short(),
        place.cluster,
        visible(endpoint),
    );
    Failure::new(FailureKind::NotFound, doing(way), cause)
        .hint("use the profile, region and --endpoint-url that it was made with")
}
