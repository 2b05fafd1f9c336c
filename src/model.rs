//! Values, parsing, joins and every rule: pure, so that the TUI and the command line cannot disagree.
//!
//! Nothing here reads a clock, a file or a socket. Text that came from outside is kept as it came; it is
//! made safe where it is shown ([`text::visible`]).

pub mod age;
pub mod arn;
pub mod association;
pub mod caller;
pub mod cluster;
pub mod document;
pub mod export;
pub mod failure;
pub mod guard;
pub mod identity;
pub mod known;
pub mod kubernetes;
pub mod measure;
pub mod node;
pub mod pattern;
pub mod pod;
pub mod reference;
pub mod region;
pub mod route;
pub mod service_account;
pub mod snapshot;
pub mod text;
pub mod trust;
pub mod update;
pub mod verdict;

pub use arn::{Arn, ClusterArn};
pub use association::{Association, AssociationDetail, AssociationKey, AssociationRecord};
pub use caller::Caller;
pub use cluster::Cluster;
pub use document::{Described, Document};
pub use failure::{Failure, FailureKind};
pub use guard::{Access, Guard};
pub use known::{Known, Origin};
pub use region::{Partition, Region};
pub use route::{Route, RouteId};
pub use text::Text;
pub use update::{Update, UpdateKey, UpdateStatus, UpdateSubject};
