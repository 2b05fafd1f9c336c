//! The change that is next, if nobody named one: the newest of those that this run can reach.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};

use crate::cloud::{Cloud, Urgency};
use crate::model::journal::{Entry, History, Way};
use crate::model::text::visible;
use crate::model::{Failure, FailureKind, Route, Text};

/// Routes that are opened side by side.
const TOGETHER: usize = 32;

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

/// The routes of a run, and where they lead as far as somebody had to know.
struct Ways<'a> {
    cloud: &'a Arc<Cloud>,
    routes: &'a [Route],
    opened: HashMap<&'a Route, Here>,
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
    let history = History::new(entries);
    let mut ways = Ways {
        cloud,
        routes,
        opened: HashMap::new(),
    };
    match way {
        Way::Undo => {
            for one in history.undo_candidates() {
                let (Ok(entry) | Err(entry)) = one;
                if ways.reach(entry).await {
                    return one.map_err(undecided);
                }
            }
        }
        Way::Redo => {
            for entry in history.redoable() {
                if ways.reach(entry).await {
                    return Ok(entry);
                }
            }
        }
    }
    Err(nothing(entries, way))
}

impl<'a> Ways<'a> {
    /// Whether a route leads to where the entry was made: the one that it took is asked first, and where that
    /// leads there no other has to be opened.
    async fn reach(&mut self, entry: &Entry) -> bool {
        let place = &entry.intent.place;
        let (took, others): (Vec<&Route>, Vec<&Route>) = self
            .routes
            .iter()
            .filter(|route| route.region.as_str() == place.cluster.region())
            .partition(|route| route.profile == place.profile);
        self.any(took, entry).await || self.any(others, entry).await
    }

    /// Opens what is not yet open of these, until one of them leads there.
    async fn any(&mut self, routes: Vec<&'a Route>, entry: &Entry) -> bool {
        let mut unopened = Vec::new();
        for route in routes {
            match self.opened.get(route) {
                Some(here) if here.reaches(entry) => return true,
                Some(_) => {}
                None => unopened.push(open(self.cloud, route)),
            }
        }
        let mut opening = stream::iter(unopened).buffer_unordered(TOGETHER);
        while let Some((route, here)) = opening.next().await {
            let reaches = here.reaches(entry);
            self.opened.insert(route, here);
            if reaches {
                return true;
            }
        }
        false
    }
}

async fn open<'a>(cloud: &Arc<Cloud>, route: &'a Route) -> (&'a Route, Here) {
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
    (route, here)
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

/// Refuses to pass over a newer change of which nobody knows whether it was made.
fn undecided(entry: &Entry) -> Failure {
    let (id, intent) = (entry.id.short(), &entry.intent);
    let cause = format!(
        "nobody knows whether the newer {} of {} ({id}) was made",
        intent.kind.as_str(),
        visible(&intent.target.to_string())
    );
    Failure::new(FailureKind::Refused, doing(Way::Undo), cause).hint(format!(
        "look at {id} in the journal, and undo it or another by its entry"
    ))
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
