//! What is to be done, as data; one executor in `runtime` runs it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::diagnosis::About;
use crate::app::pane::PaneId;
use crate::app::remote::Ticket;
use crate::app::secret::SecretId;
use crate::model::credential::CredentialTest;
use crate::model::journal::{EntryId, Link};
use crate::model::kubernetes::KubeId;
use crate::model::plan::{Approved, Plan};
use crate::model::signature::LogsOf;
use crate::model::snapshot::Snapshot;
use crate::model::{AssociationKey, Cluster, ClusterArn, RouteId, Text, UpdateKey};

/// One thing to do outside.
///
/// It cannot be cloned, because an approval cannot.
#[derive(Debug)]
pub enum Effect {
    /// Ask; answers come back under the ticket.
    Call {
        ticket: Ticket,
        urgent: bool,
        request: Request,
    },
    /// Make a change. Nothing else writes, and nothing but an approval leads here.
    Apply {
        ticket: Ticket,
        approved: Box<Approved<Plan>>,
        /// The change that this one takes back, or makes again.
        link: Option<Link>,
        /// The first of the changes that are one act of their maker, be it this one; none if it stands alone.
        first: Option<Ticket>,
        /// Names of all profiles that reach the cluster: the strictest rule about one of them holds.
        profiles: Vec<Text>,
    },
    /// Stop asking; no answer is wanted any more.
    Cancel(Ticket),
    /// Send [`crate::app::Msg::Woke`] at a moment; a timer of the same name that still runs is replaced.
    Wake {
        timer: Timer,
        at: Timestamp,
    },
    /// Read what earlier runs knew.
    LoadCache,
    /// Keep what this run knows of one account and region.
    SaveCache(Box<Snapshot>),
    /// Put text on the clipboard.
    Copy {
        text: String,
        what: &'static str,
    },
    /// Have a text edited in the person's own editor; [`crate::app::Msg::Edited`] brings it back.
    EditText {
        text: String,
        /// The end of the file's name, by which editors know the language.
        suffix: &'static str,
    },
    /// Hand the terminal to the shell.
    Suspend,
    /// Paint every cell anew.
    Redraw,
    Quit,
    /// Open a hidden prompt: from now on keys and pastes go into a secret of this id.
    AskSecret(SecretId),
    /// Close that prompt, and wipe what was typed there.
    DropSecret(SecretId),
    /// Ask for credentials as a pod does, look at them, and throw them away; those of a test that is made to run a
    /// command are kept for it.
    Test {
        ticket: Ticket,
        approved: Box<Approved<CredentialTest>>,
        /// Names of all profiles that reach the cluster.
        profiles: Vec<Text>,
        /// The token that was pasted, where it is one of those that is tested.
        token: Option<SecretId>,
    },
    /// Give the terminal to the command that the test of this ticket was made for, with the credentials that came
    /// of it; [`crate::app::Msg::Ran`] says how it ended.
    RunWith(Ticket),
}

/// A question to AWS. All of them read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Who is calling, and which clusters there are.
    OpenRoute {
        route: RouteId,
    },
    DescribeCluster {
        route: RouteId,
        cluster: ClusterArn,
    },
    ListAssociations {
        route: RouteId,
        cluster: ClusterArn,
    },
    DescribeAssociation {
        route: RouteId,
        key: AssociationKey,
    },
    ListUpdates {
        route: RouteId,
        cluster: ClusterArn,
        /// Add-ons, node groups and capabilities too, not only the cluster itself.
        every_subject: bool,
        /// Updates that have ended: they are not described again.
        ended: Arc<HashSet<UpdateKey>>,
    },
    /// Everything of one kind that belongs to a cluster, each described.
    ListParts {
        route: RouteId,
        cluster: ClusterArn,
        part: Part,
    },
    /// What IAM says of a role.
    DescribeRole {
        route: RouteId,
        role: Text,
    },
    /// The raw document of an association.
    AssociationDocument {
        route: RouteId,
        key: AssociationKey,
    },
    /// The raw document of an update.
    UpdateDocument {
        route: RouteId,
        key: UpdateKey,
    },
    /// Service accounts, pods and nodes of a cluster, once.
    ListKubernetes(KubernetesOf),
    /// The same, and then what changes, until it is cancelled.
    WatchKubernetes(KubernetesOf),
    /// The raw document of an object of a cluster, without what may not be shown.
    KubernetesDocument {
        of: KubernetesOf,
        id: KubeId,
    },
    /// The roles of the account, for choosing one.
    ListRoles {
        route: RouteId,
    },
    /// Everything that the checks of a plan look at.
    Review {
        plan: Box<Plan>,
        profiles: Vec<Text>,
    },
    /// The newest changes in the journal.
    ReadJournal,
    /// A change and what stands at its place now; the next in line if none is named.
    Reverse {
        entry: Option<EntryId>,
        redo: bool,
    },
    /// The evidence of a cluster or of a service account, and what the rules make of it.
    Diagnose {
        route: RouteId,
        /// Names of all profiles that reach the cluster.
        profiles: Vec<Text>,
        about: About,
    },
    /// The running pods of a service account, to choose one for a test.
    PodsToTest {
        of: KubernetesOf,
        namespace: Text,
        service_account: Text,
    },
    /// The ends of logs, looked through for known words.
    ReadLogs {
        route: RouteId,
        /// Names of all profiles that reach the cluster.
        profiles: Vec<Text>,
        cluster: ClusterArn,
        of: LogsOf,
    },
}

/// The Kubernetes of a cluster: where it is, and by which route its tokens are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesOf {
    pub route: RouteId,
    pub cluster: ClusterArn,
    /// Says the endpoint and whom to trust there.
    pub detail: Arc<Cluster>,
}

impl Request {
    /// Says whether it leaves the world as it is; every request is named, so that a new one must choose.
    pub fn is_read(&self) -> bool {
        match self {
            Self::OpenRoute { .. }
            | Self::DescribeCluster { .. }
            | Self::ListAssociations { .. }
            | Self::DescribeAssociation { .. }
            | Self::ListUpdates { .. }
            | Self::ListParts { .. }
            | Self::DescribeRole { .. }
            | Self::AssociationDocument { .. }
            | Self::UpdateDocument { .. }
            | Self::ListKubernetes(_)
            | Self::WatchKubernetes(_)
            | Self::KubernetesDocument { .. }
            | Self::ListRoles { .. }
            | Self::Review { .. }
            | Self::ReadJournal
            | Self::Reverse { .. }
            | Self::Diagnose { .. }
            | Self::PodsToTest { .. }
            | Self::ReadLogs { .. } => true,
        }
    }
}

impl Request {
    /// Whether its answer is for a form, a review or the journal.
    pub fn is_about_change(&self) -> bool {
        matches!(
            self,
            Self::ListRoles { .. } | Self::Review { .. } | Self::ReadJournal | Self::Reverse { .. }
        )
    }
}

/// Kinds of things that belong to a cluster and are read when somebody looks at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    IdentityProviders,
    Addons,
    AccessEntries,
}

impl Part {
    /// The view that lists them.
    pub fn pane(self) -> PaneId {
        match self {
            Self::IdentityProviders => PaneId::IdentityProviders,
            Self::Addons => PaneId::Addons,
            Self::AccessEntries => PaneId::AccessEntries,
        }
    }
}

/// Names of timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timer {
    /// Ages step by a minute.
    Minute,
    /// Updates are asked for again.
    Poll,
    /// What was learnt is kept for the next start.
    Save,
    /// A time that is shown to the second steps on.
    Second,
}
