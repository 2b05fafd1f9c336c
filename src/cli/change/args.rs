//! What can be typed of changes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::model::reference::{AssociationReference, ClusterReference};

/// Where and which.
#[derive(Debug, Args)]
pub struct Subject {
    /// NAME, REGION/NAME, PROFILE/REGION/NAME or an ARN
    #[arg(value_parser = ClusterReference::parse)]
    pub cluster: ClusterReference,
    /// NAMESPACE/SERVICEACCOUNT, or the id or ARN of an association
    #[arg(value_name = "NS/SA", value_parser = AssociationReference::parse)]
    pub association: AssociationReference,
}

/// What it shall be; what is left out stays as it is.
#[derive(Debug, Clone, Default, Args)]
pub struct Fields {
    /// The role, in the cluster's own account: its name or its ARN
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// A role that the first one assumes, in any account: its ARN, or the name of one in the cluster's account; none
    /// takes it away
    #[arg(long, value_name = "ROLE|none")]
    pub target_role: Option<String>,
    /// Whether EKS adds its session tags
    #[arg(long, value_name = "on|off")]
    pub session_tags: Option<Switch>,
    /// File with a session policy in JSON; none takes it away (a file of that name is ./none)
    #[arg(long, value_name = "FILE|none")]
    pub policy: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// How much is to be done, and who says so.
#[derive(Debug, Clone, Default, Args)]
pub struct Consent {
    /// Show and check the change and make none, whatever else is given; works in read-only scopes, too
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Confirm by the name of the service account, where that is wanted: to delete, in protected clusters, and to
    /// override a check
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
}

/// What follows the change.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Proof {
    /// Then test it, as roledex test does: ask EKS Auth with a pod's token, at most 8 times within 60 s, until it gives
    /// the new role. This option is the consent to those calls, which are shown with the change; --yes alone makes none
    #[arg(long)]
    pub test: bool,
}

#[derive(Debug, Args)]
pub struct SetRole {
    #[command(flatten)]
    pub subject: Subject,
    #[command(flatten)]
    pub fields: Fields,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub proof: Proof,
}

#[derive(Debug, Subcommand)]
pub enum Create {
    /// Create an association; neither namespace nor service account has to exist
    #[command(visible_alias = "pia")]
    Association(CreateAssociation),
}

#[derive(Debug, Args)]
pub struct CreateAssociation {
    #[command(flatten)]
    pub subject: Subject,
    #[command(flatten)]
    pub fields: Fields,
    /// Tag (repeatable)
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<String>,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub proof: Proof,
}

#[derive(Debug, Subcommand)]
pub enum Delete {
    /// Delete an association; credentials that were issued stay valid until they expire
    #[command(visible_alias = "pia")]
    Association(DeleteAssociation),
}

#[derive(Debug, Args)]
pub struct DeleteAssociation {
    #[command(flatten)]
    pub subject: Subject,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Subcommand)]
pub enum Move {
    /// Give another service account the role: a creation and then a deletion, because names cannot be changed
    #[command(visible_alias = "pia")]
    Association(MoveAssociation),
}

#[derive(Debug, Args)]
pub struct MoveAssociation {
    #[command(flatten)]
    pub subject: Subject,
    /// NAMESPACE/SERVICEACCOUNT that shall have it
    #[arg(value_name = "NEW NS/SA", value_parser = AssociationReference::parse)]
    pub to: AssociationReference,
    #[command(flatten)]
    pub fields: Fields,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
pub struct Tag {
    #[command(flatten)]
    pub subject: Subject,
    /// KEY=VALUE sets a tag, KEY- removes it
    #[arg(value_name = "TAG", required = true)]
    pub tags: Vec<String>,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
pub struct JournalArgs {
    /// One entry: its id, or the end of it
    pub entry: Option<String>,
    /// How many of the newest entries
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub struct Return {
    /// The entry, by its id or the end of it [default: the latest that can be brought back]
    pub entry: Option<String>,
    #[command(flatten)]
    pub consent: Consent,
}
