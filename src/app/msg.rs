//! Everything that can happen, in one total order.

use std::collections::BTreeSet;

use crate::app::diagnosis::Diagnosed;
use crate::app::effect::{Part, Timer};
use crate::app::layout::Size;
use crate::app::modal::credential::PodChoice;
use crate::app::remote::Ticket;
use crate::app::secret::{SecretId, Typed};
use crate::app::unfinished::Unfinished;
use crate::input::Key;
use crate::model::census::NodeRoles;
use crate::model::credential::Report;
use crate::model::journal::{Entry, EntryId, WayBack};
use crate::model::kubernetes::{WatchEvent, WatchedKind};
use crate::model::plan::Plan;
use crate::model::preflight::Evidence;
use crate::model::signature::LogsRead;
use crate::model::snapshot::Snapshot;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Association, AssociationDetail, Caller, Cluster,
    ClusterArn, Described, Document, Failure, IdentityProvider, IdentityProviderKey, RoleDetail,
    Text, Update,
};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Msg {
    Key(Key),
    Paste(String),
    Resize(Size),
    /// A running request got somewhere.
    Step {
        ticket: Ticket,
        step: Step,
    },
    /// A request ended; nothing more comes under its ticket.
    Done {
        ticket: Ticket,
        outcome: Result<(), Failure>,
    },
    /// What earlier runs knew.
    Cached(Vec<Snapshot>),
    /// A timer that was asked for has run out.
    Woke(Timer),
    /// How much the calls of this run have cost so far.
    Spent(Spent),
    /// The program was told to end.
    Signal(Signal),
    /// The terminal was handed back after a suspension.
    Resumed,
    /// A text came back from the person's own editor.
    Edited(Result<String, Failure>),
    /// Something that the runtime did for the user, such as copying, succeeded or failed.
    Told(Result<String, Failure>),
    /// What an earlier run did not finish is being looked into, or was.
    Unfinished(Unfinished),
    /// A command that had credentials ended with a status, as shells tell it, or never began.
    Ran(Result<u8, Failure>),
    /// Something happened in a hidden prompt; what was typed there stays in the runtime.
    Secret(SecretId, Typed),
}

/// Why the program was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Terminate,
    HangUp,
}

/// Calls made, refused for their rate, and waiting for their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    pub calls: u64,
    pub throttled: u64,
    pub waiting: u64,
}

/// A piece of an answer.
#[derive(Debug, Clone)]
pub enum Step {
    Identified(Caller),
    Clusters(Vec<ClusterArn>),
    Cluster(Box<Cluster>),
    Associations(Vec<Association>),
    Association(Box<AssociationDetail>),
    Update(Box<Update>),
    /// Parts of a cluster whose updates could not be read; sent before the others, even if there are none.
    Unread(Vec<Failure>),
    /// Something that belongs to a cluster, or why what the list named could not be described.
    Part(Box<FoundPart>),
    Role(Box<Described<RoleDetail>>),
    Document(Document),
    /// What Kubernetes said, in its order.
    Kubernetes(Vec<(WatchedKind, WatchEvent)>),
    /// What EKS says about the roles of a cluster's nodes.
    NodeRoles(Box<NodeRoles>),
    /// Roles of an account, as a list tells of them.
    Roles(Vec<RoleDetail>),
    /// A question that takes a while got this far.
    Asking(Text),
    /// What was found out about a plan, and the plan with the pods that it reaches.
    Evidence(Box<(Plan, Evidence)>),
    /// The newest changes in the journal.
    Journal(Box<Journalled>),
    /// What it takes to bring a change back.
    Reversal(Box<Reversing>),
    /// A change that is being made got this far.
    Change(ChangeStep),
    /// What the rules make of the evidence that was read.
    Diagnosed(Box<Diagnosed>),
    /// Pods that can be tested, the best first, and how many cannot.
    PodsToTest {
        pods: Vec<PodChoice>,
        others: usize,
    },
    /// A credential test got this far.
    Test(TestStep),
    /// What logs said.
    Logs(Box<LogsRead>),
}

/// How far a credential test has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestStep {
    /// One of its steps runs, or is done.
    Step(crate::model::credential::Step),
    /// The end of it.
    Report(Box<Report>),
}

/// How far a change has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeStep {
    /// What stands there is read again, to see that it is still what was reviewed.
    ReadingAgain,
    /// It is written down under this id; from here on a crash is found out about.
    Journalled(Text),
    /// AWS is asked to make it, by this call.
    Sent(Text),
    /// It is tried again in a while, and why.
    Waiting(Text),
    /// AWS took it; what stands there now is read.
    ReadingBack,
    /// What there is to say at the end, beside that it is done.
    Remark(Text),
    /// What AWS shows otherwise than it took it, or why it could not be read back.
    Unlike(Text),
}

/// The newest part of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journalled {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Entries that a living run is making.
    pub running: BTreeSet<EntryId>,
    /// Whether older entries were left out.
    pub more: bool,
    /// Lines that could not be read; they stay in the file.
    pub unread: usize,
}

/// A change that is to be brought back, weighed against what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversing {
    pub entry: Entry,
    pub way: WayBack,
    /// The changes that it takes, one after the other; none where there is nothing to do, or no way.
    pub plans: Vec<Plan>,
}

/// One thing that belongs to a cluster, as it was described.
#[derive(Debug, Clone)]
pub enum FoundPart {
    IdentityProvider(
        IdentityProviderKey,
        Result<Described<IdentityProvider>, Failure>,
    ),
    Addon(AddonKey, Result<Described<Addon>, Failure>),
    AccessEntry(AccessEntryKey, Result<AccessRecord, Failure>),
}

impl FoundPart {
    pub fn part(&self) -> Part {
        match self {
            Self::IdentityProvider(..) => Part::IdentityProviders,
            Self::Addon(..) => Part::Addons,
            Self::AccessEntry(..) => Part::AccessEntries,
        }
    }
}
