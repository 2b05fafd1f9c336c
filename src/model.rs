//! Values, parsing, joins and every rule: pure, so that the TUI and the command line cannot disagree.
//!
//! Nothing here reads a clock, a file or a socket. Text that came from outside is kept as it came; it is
//! made safe where it is shown ([`text::visible`]).

pub mod access_entry;
pub mod addon;
pub mod age;
pub mod arn;
pub mod association;
pub mod caller;
pub mod census;
pub mod cluster;
pub mod credential;
pub mod diagnosis;
pub mod document;
pub mod export;
pub mod failure;
pub mod guard;
pub mod health;
pub mod identity;
pub mod identity_provider;
pub mod journal;
pub mod known;
pub mod kubernetes;
pub mod learned;
pub mod measure;
pub mod namespace;
pub mod node;
pub mod nodegroup;
pub mod pattern;
pub mod plan;
pub mod pod;
pub mod preflight;
pub mod reference;
pub mod region;
pub mod role;
pub mod route;
pub mod service_account;
pub mod signature;
pub mod snapshot;
pub mod text;
pub mod trust;
pub mod update;
pub mod usage;
pub mod verdict;

pub use access_entry::{AccessEntry, AccessEntryKey, AccessPolicy, AccessRecord};
pub use addon::{Addon, AddonKey};
pub use arn::{Arn, ClusterArn};
pub use association::{Association, AssociationDetail, AssociationKey, AssociationRecord};
pub use caller::Caller;
pub use cluster::Cluster;
pub use document::{Described, Document};
pub use failure::{Failure, FailureKind};
pub use guard::{Access, Guard};
pub use identity_provider::{IdentityProvider, IdentityProviderKey};
pub use known::{Known, Origin};
pub use learned::Learned;
pub use nodegroup::{Nodegroup, NodegroupKey};
pub use region::{Partition, Region};
pub use role::{LastUse, RoleDetail};
pub use route::{Route, RouteId};
pub use text::Text;
pub use update::{Update, UpdateKey, UpdateStatus, UpdateSubject};
