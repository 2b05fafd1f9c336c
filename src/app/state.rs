//! The whole state of the program.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::app::applying::Applying;
use crate::app::diagnosis::Explaining;
use crate::app::effect::{Effect, Request};
use crate::app::fleet::Fleet;
use crate::app::layout::{Layout, Size};
use crate::app::modal::Modal;
use crate::app::msg::{Journalled, Signal, Spent};
use crate::app::pane::{Pane, PaneId, Restriction, RowKey};
use crate::app::remote::{Remote, Ticket};
use crate::app::secret::SecretId;
use crate::app::unfinished::Unfinished;
use crate::input::{Context, Keymap};
use crate::model::{Access, AssociationKey, ClusterArn, Failure, Guard, Region, Route, Text};

/// What is settled before the program starts, and stays.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub keymap: Keymap,
    /// What may be changed in this run.
    pub guard: Guard,
    /// The world is simulated.
    pub demo: bool,
    /// Why some scope could not even be tried, such as a profile that does not exist.
    pub troubles: Vec<Failure>,
    /// What is run where no command is typed: the person's shell.
    pub shell: Option<Text>,
}

/// Everything that is shown and everything that is awaited.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the view that mean something in every combination"
)]
pub struct State {
    pub options: Options,
    pub size: Size,
    /// The moment of the last message.
    pub now: Timestamp,
    pub fleet: Fleet,
    pub panes: BTreeMap<PaneId, Pane>,
    pub focus: PaneId,
    /// Views that the focused one hides, in the order in which they were left: the way back.
    pub trail: Vec<PaneId>,
    pub zoomed: bool,
    pub header: bool,
    pub wide: bool,
    pub restriction: Restriction,
    /// What lies over the panes, the topmost last.
    pub modals: Vec<Modal>,
    /// Said once, until the next key.
    pub notice: Option<Notice>,
    pub spent: Spent,
    pub paused: bool,
    pub loading: Loading,
    /// The change that is being made, or that was made last.
    pub applying: Option<Applying>,
    /// The newest changes, once somebody looked at them.
    pub journal: Remote<Journalled>,
    /// What an earlier run did not finish, until somebody has looked at it.
    pub unfinished: Option<Unfinished>,
    /// The hidden prompt that was opened last; a modal shows it while it is open.
    pub last_secret: SecretId,
    /// Set once the program is to end.
    pub quitting: bool,
    /// The signal that ends the program, if one does and not its user.
    pub told: Option<Signal>,
}

/// Something that is said to the user until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub good: bool,
}

/// Questions that are open, and those that wait for room.
#[derive(Debug, Clone, Default)]
pub struct Loading {
    pub last_ticket: u64,
    pub flights: BTreeMap<Ticket, Request>,
    /// Associations that nobody looks at, by the lane whose budget they would use.
    pub backlog: BTreeMap<Lane, VecDeque<AssociationKey>>,
    /// Describes in flight by lane.
    pub describing: BTreeMap<Lane, usize>,
    /// Seconds between two looks for updates while none runs.
    pub poll_seconds: i64,
    /// When all clusters are looked at for updates again.
    pub slow_look: Timestamp,
    /// Clusters whose Kubernetes is to be read when there is room, and it is known where.
    pub kubernetes: BTreeSet<ClusterArn>,
    /// What an open explanation asks for.
    pub explaining: Explaining,
    /// What is being read just now, of questions that tell.
    pub asking: BTreeMap<Ticket, Text>,
    /// Lanes whose snapshot is out of date.
    pub unsaved: BTreeSet<Lane>,
}

/// An account in a region: calls within one share a budget.
pub type Lane = (Text, Region);

impl State {
    pub fn new(routes: Vec<Route>, options: Options, size: Size, now: Timestamp) -> Self {
        Self {
            options,
            size,
            now,
            fleet: Fleet::new(routes),
            panes: PaneId::ALL
                .into_iter()
                .map(|id| (id, Pane::new(id)))
                .collect(),
            focus: PaneId::Clusters,
            trail: Vec::new(),
            zoomed: false,
            header: true,
            wide: false,
            restriction: Restriction::default(),
            modals: Vec::new(),
            notice: None,
            spent: Spent::default(),
            paused: false,
            loading: Loading::default(),
            applying: None,
            journal: Remote::default(),
            unfinished: None,
            last_secret: SecretId::NONE,
            quitting: false,
            told: None,
        }
    }

    pub fn layout(&self) -> Layout {
        Layout::new(self.size, self.focus, self.zoomed, self.header)
    }

    /// Where keys go.
    pub fn context(&self) -> Context {
        self.modals.last().map_or(Context::Main, Modal::context)
    }

    pub fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.panes.get(&id)
    }

    pub fn focused(&self) -> Option<&Pane> {
        self.panes.get(&self.focus)
    }

    pub fn focused_mut(&mut self) -> Option<&mut Pane> {
        self.panes.get_mut(&self.focus)
    }

    /// The row under the cursor of the focused pane.
    pub fn selected(&self) -> Option<&RowKey> {
        self.focused()?.selected.as_ref()
    }

    /// What may be changed where the cursor is; without a row, what may be changed at most.
    pub fn access(&self) -> Access {
        match self.selected().and_then(RowKey::cluster) {
            Some(cluster) => self.access_to(cluster),
            None if self.options.guard.read_only => Access::ReadOnly,
            None => Access::Open,
        }
    }

    /// What may be changed of a cluster, by whatever profile it is reached.
    pub fn access_to(&self, arn: &ClusterArn) -> Access {
        let profiles: Vec<&str> = self.profiles_of(arn).collect();
        self.options.guard.access(arn, &profiles)
    }

    /// Names of all profiles that reach a cluster.
    pub fn profiles_of(&self, arn: &ClusterArn) -> impl Iterator<Item = &str> {
        let ids = self.fleet.clusters.get(arn).into_iter();
        let ids = ids.flat_map(|row| row.routes.keys());
        ids.filter_map(|id| Some(self.fleet.route(*id)?.route.profile_name()))
    }

    /// Rows of a pane must be arranged anew.
    pub fn touch(&mut self, id: PaneId) {
        if let Some(pane) = self.panes.get_mut(&id) {
            pane.stale = true;
        }
    }

    pub fn touch_all(&mut self) {
        for pane in self.panes.values_mut() {
            pane.stale = true;
        }
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            good: true,
        });
    }

    /// Opens a hidden prompt of its own; what comes of it is told as [`crate::app::Msg::Secret`] with this id.
    pub fn ask_secret(&mut self, effects: &mut Vec<Effect>) -> SecretId {
        self.last_secret = self.last_secret.next();
        effects.push(Effect::AskSecret(self.last_secret));
        self.last_secret
    }

    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            good: false,
        });
    }
}
