//! Scripts: keys in the user's notation and answers as data, over the pure `update`.

pub(crate) mod credential;
pub(crate) mod diagnosis;
pub(crate) mod kubernetes;

use jiff::Timestamp;
use roledex::app::layout::Size;
use roledex::app::modal::Modal;
use roledex::app::pane::{PaneId, cell};
use roledex::app::{self, Effect, Msg, Options, Request, State, Step, Ticket};
use roledex::input::Key;
use roledex::model::{
    Association, AssociationDetail, AssociationKey, Caller, Cluster, ClusterArn, Failure, Region,
    Route, Update, UpdateKey, UpdateStatus, UpdateSubject,
};

pub(crate) const ACCOUNT: &str = "111122223333";

/// Noon of some day; scripts move on from here.
pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn cluster_arn(region: &str, name: &str) -> ClusterArn {
    ClusterArn::new(&Region::new(region), ACCOUNT, name)
}

pub(crate) fn association(
    cluster: &ClusterArn,
    number: usize,
    namespace: &str,
    service_account: &str,
) -> Association {
    Association {
        key: AssociationKey {
            cluster: cluster.clone(),
            id: format!("a-{number:017}").into(),
        },
        namespace: namespace.into(),
        service_account: service_account.into(),
        arn: None,
        owner: None,
    }
}

pub(crate) fn role(name: &str) -> AssociationDetail {
    AssociationDetail {
        role: Some(format!("arn:aws:iam::{ACCOUNT}:role/{name}").into()),
        created: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        ..AssociationDetail::default()
    }
}

pub(crate) fn caller() -> Caller {
    Caller {
        account: ACCOUNT.into(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/Admin/alice").into(),
        user_id: "AROAEXAMPLE:alice".into(),
    }
}

pub(crate) fn update(cluster: &ClusterArn, id: &str, status: &str, created: &str) -> Update {
    Update {
        key: UpdateKey {
            cluster: cluster.clone(),
            subject: UpdateSubject::Cluster,
            id: id.into(),
        },
        status: UpdateStatus::parse(status),
        kind: Some("VersionUpdate".into()),
        params: Vec::new(),
        created: Some(created.parse().unwrap()),
        errors: Vec::new(),
        cancellation: None,
    }
}

/// A state under a script, with every effect that it has asked for.
pub(crate) struct Script {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    pub(crate) effects: Vec<Effect>,
    open: Vec<(Ticket, Request)>,
}

impl Script {
    pub(crate) fn new(routes: Vec<Route>, options: Options, width: u16, height: u16) -> Self {
        let now = noon();
        let state = State::new(routes, options, Size { width, height }, now);
        let mut script = Self {
            state,
            now,
            effects: Vec::new(),
            open: Vec::new(),
        };
        let effects = app::start(&mut script.state);
        script.take(effects);
        script
    }

    /// One profile in one region, on a screen that shows the panes together.
    pub(crate) fn one_scope() -> Self {
        Self::new(
            vec![Route::new(Some("prod"), "eu-west-1")],
            Options::default(),
            140,
            40,
        )
    }

    /// One scope whose clusters are answered in full: names, details, no updates.
    pub(crate) fn with_clusters(names: &[&str]) -> Self {
        let mut script = Self::one_scope();
        script.open_scope("prod", "eu-west-1", names);
        for name in names {
            script.describe_cluster(&cluster_arn("eu-west-1", name), "ACTIVE");
        }
        script
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                Effect::Call {
                    ticket, request, ..
                } => self.open.push((*ticket, request.clone())),
                Effect::Cancel(ticket) => self.open.retain(|(open, _)| open != ticket),
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    pub(crate) fn send(&mut self, msg: Msg) -> &mut Self {
        self.hear(msg);
        let effects = app::look(&mut self.state);
        self.take(effects);
        self
    }

    /// Takes a message without looking at the rows afterwards, as the program does in a flood of them.
    pub(crate) fn hear(&mut self, msg: Msg) {
        let effects = app::update(&mut self.state, self.now, msg);
        self.take(effects);
    }

    /// Lets time go by.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now += jiff::SignedDuration::from_secs(seconds);
    }

    /// Presses keys, separated by blanks.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.send(Msg::Key(key.parse::<Key>().unwrap()));
        }
        self
    }

    /// Types a text, character by character.
    pub(crate) fn typed(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            let name = if character == ' ' {
                "space".to_owned()
            } else {
                character.to_string()
            };
            self.keys(&name);
        }
        self
    }

    /// Requests that are open, oldest first.
    pub(crate) fn open(&self) -> Vec<Request> {
        self.open
            .iter()
            .map(|(_, request)| request.clone())
            .collect()
    }

    /// The ticket of the first open request that fits, which stays open.
    pub(crate) fn ticket(&self, fits: impl Fn(&Request) -> bool) -> Ticket {
        let found = self.open.iter().find(|(_, request)| fits(request));
        found
            .unwrap_or_else(|| panic!("no such request among {:#?}", self.open))
            .0
    }

    pub(crate) fn step(&mut self, ticket: Ticket, step: Step) -> &mut Self {
        self.send(Msg::Step { ticket, step })
    }

    pub(crate) fn done(&mut self, ticket: Ticket, outcome: Result<(), Failure>) -> &mut Self {
        self.open.retain(|(open, _)| *open != ticket);
        self.send(Msg::Done { ticket, outcome })
    }

    /// Answers the open question of a scope with its clusters.
    pub(crate) fn open_scope(&mut self, profile: &str, region: &str, names: &[&str]) -> &mut Self {
        let wanted = self.state.fleet.route_ids().find(|id| {
            let route = &self.state.fleet.route(*id).unwrap().route;
            route.profile_name() == profile && route.region.as_str() == region
        });
        let ticket = self.ticket(
            |request| matches!(request, Request::OpenRoute { route } if Some(*route) == wanted),
        );
        self.step(ticket, Step::Identified(caller()));
        let arns = names.iter().map(|name| cluster_arn(region, name)).collect();
        self.step(ticket, Step::Clusters(arns));
        self.done(ticket, Ok(()))
    }

    pub(crate) fn describe_cluster(&mut self, arn: &ClusterArn, status: &str) -> &mut Self {
        let ticket = self.ticket(
            |request| matches!(request, Request::DescribeCluster { cluster, .. } if cluster == arn),
        );
        let detail = Cluster {
            status: Some(status.into()),
            version: Some("1.34".into()),
            platform_version: Some("eks.3".into()),
            ..Cluster::default()
        };
        self.step(ticket, Step::Cluster(Box::new(detail)));
        self.done(ticket, Ok(()))
    }

    pub(crate) fn list_associations(
        &mut self,
        arn: &ClusterArn,
        rows: Vec<Association>,
    ) -> &mut Self {
        let ticket =
            self.ticket(|request| matches!(request, Request::ListAssociations { cluster, .. } if cluster == arn));
        self.step(ticket, Step::Associations(rows));
        self.done(ticket, Ok(()))
    }

    pub(crate) fn list_updates(&mut self, arn: &ClusterArn, updates: Vec<Update>) -> &mut Self {
        let ticket = self.ticket(
            |request| matches!(request, Request::ListUpdates { cluster, .. } if cluster == arn),
        );
        for update in updates {
            self.step(ticket, Step::Update(Box::new(update)));
        }
        self.done(ticket, Ok(()))
    }

    /// Answers every open describe with a role named after the association's service account.
    pub(crate) fn describe_all(&mut self) -> &mut Self {
        loop {
            let next = self
                .open
                .iter()
                .find_map(|(ticket, request)| match request {
                    Request::DescribeAssociation { key, .. } => Some((*ticket, key.clone())),
                    _ => None,
                });
            let Some((ticket, key)) = next else {
                return self;
            };
            let name = self.state.fleet.associations[&key]
                .summary
                .service_account
                .to_string();
            self.step(ticket, Step::Association(Box::new(role(&name))));
            self.done(ticket, Ok(()));
        }
    }

    /// The texts of a pane's column, as they stand.
    pub(crate) fn column(&self, id: PaneId, column: usize) -> Vec<String> {
        let pane = self.state.pane(id).unwrap();
        let fleet = &self.state.fleet;
        pane.rows
            .iter()
            .map(|row| cell(fleet, id, *row, column, self.now).text.into_owned())
            .collect()
    }

    pub(crate) fn notice(&self) -> &str {
        self.state
            .notice
            .as_ref()
            .map_or("", |notice| notice.text.as_str())
    }

    pub(crate) fn top(&self) -> Option<&Modal> {
        self.state.modals.last()
    }
}
