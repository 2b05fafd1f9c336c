//! What can be typed.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::cli::change::args as change;
use crate::cli::exec;
use crate::cli::sim;
use crate::cli::test;
use crate::model::Region;
use crate::model::reference::ClusterReference;

const EXAMPLES: &str = "\
Examples:
  roledex --demo                                   look around in a simulated AWS
  roledex --profile prod --profile dev --region all
  roledex get clusters
  roledex get pia --cluster shop -n payments -o wide
  roledex get associations -o terraform > associations.tf
  roledex get updates --all -o json | jq '.[] | select(.status == \"Failed\")'
  roledex describe association eu-west-1/shop payments/api
  roledex get pods --cluster shop -n payments      who each container really is, and why
  roledex get roles --cluster shop -o wide         who uses which role, and whom the roles trust
  roledex doctor --cluster shop -n payments        what keeps its pods from their roles, and what mends it
  roledex doctor -o sarif --fail-on warning > roledex.sarif
  roledex set-role shop payments/api --role api --dry-run
  roledex set-role shop payments/api --role ARN --test    change it, and ask EKS Auth until it gives the role
  roledex create association shop payments/worker --role ARN --tag team=payments --yes
  roledex delete association shop payments/old --confirm old
  roledex move association shop payments/worker payments/worker-v2
  roledex tag shop payments/api team=payments temporary-
  roledex exec shop payments/api -- aws s3 ls      as the pods of a service account would
  roledex test shop payments/api                   ask EKS Auth for the role of a pod, and say whether it is the right one
  roledex journal; roledex undo; roledex redo      what was changed from here, and back again

Names:
  CLUSTER is NAME, REGION/NAME, PROFILE/REGION/NAME or an ARN; if several match, they are listed.
  An association is NAMESPACE/SERVICEACCOUNT or its id. A role is its name or its ARN, without a cluster.

Files:
  $XDG_CONFIG_HOME/roledex/config.toml, else ~/.config/roledex/config.toml (roledex config --help)
  $XDG_CACHE_HOME/roledex, else ~/.cache/roledex: the last known world; no credentials
  $XDG_STATE_HOME/roledex, else ~/.local/state/roledex: the journal of changes; no credentials
  $XDG_STATE_HOME/roledex/log, else ~/.local/state/roledex/log: only with ROLEDEX_LOG=info, debug, ...

Environment:
  AWS_* as every AWS tool reads them; ROLEDEX_READ_ONLY=1 refuses every change; ROLEDEX_LOG; NO_COLOR

Exit codes:
  0 done                          1 failed, or nothing could be read
  2 usage, config or no terminal  3 partly read: rows on stdout, the rest explained on stderr
  4 refused                       5 not approved
  6 partly done                   7 the answer is no
  130 ended by a signal           exec: the command's own, 125, 126 or 127";

/// Browse, change and debug who your pods are on Amazon EKS
///
/// Without a command it opens the terminal UI on every cluster that your AWS configuration reaches, or that
/// the options name. The commands print the same to stdout.
#[derive(Debug, Parser)]
#[command(name = "roledex", bin_name = "roledex", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// An address that the SDK can use; what it would say of others names its own internals.
fn endpoint(text: &str) -> Result<String, String> {
    let wanted = "write it as http://HOST[:PORT] or https://HOST[:PORT]";
    let url: http::Uri = text
        .parse()
        .map_err(|error| format!("it is no URL ({error}); {wanted}"))?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() && url.query().is_none() => {
            Ok(text.to_owned())
        }
        _ => Err(wanted.to_owned()),
    }
}

/// A region as AWS names them; one that is newer than this version is taken, too.
fn region(text: &str) -> Result<String, String> {
    if text == "all" || Region::new(text).is_well_formed() {
        return Ok(text.to_owned());
    }
    let known = Region::nearest(text).map(|region| region.to_string());
    let known: Vec<String> = known.collect();
    Err(format!(
        "no region of AWS is named so; nearest are {}; all stands for every region",
        known.join(", ")
    ))
}

/// Options that every command understands.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of a command line are booleans"
)]
pub struct Global {
    /// Use a simulated AWS with believable data; nothing of yours is read or changed
    #[arg(long, global = true, conflicts_with = "endpoint_url")]
    pub demo: bool,
    /// Profile of your AWS configuration (repeatable) [default: configured scopes, else the standard chain]
    #[arg(long, global = true, value_name = "NAME", action = ArgAction::Append)]
    pub profile: Vec<String>,
    /// Region (repeatable), or all [default: the profile's own]
    #[arg(long, global = true, value_name = "REGION", action = ArgAction::Append, value_parser = region)]
    pub region: Vec<String>,
    /// Endpoint of every AWS service, such as that of roledex sim
    #[arg(long, global = true, value_name = "URL", value_parser = endpoint)]
    pub endpoint_url: Option<String>,
    /// Kubeconfig to reach clusters with, as far as its contexts fit them [default: tokens of roledex's own making]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "demo")]
    pub kubeconfig: Option<PathBuf>,
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Refuse every change
    #[arg(long, global = true)]
    pub read_only: bool,
    /// With get and describe: print what earlier runs saw, without asking AWS
    #[arg(long, global = true, conflicts_with_all = ["no_cache", "profile", "demo"])]
    pub cached: bool,
    /// Neither read nor write the cache
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// How to print
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// Leave out the line of column titles
    #[arg(long, global = true)]
    pub no_headers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns
    Table,
    /// Aligned columns, all of them
    Wide,
    /// Everything AWS said, with its member names
    Json,
    /// The same as YAML
    Yaml,
    /// The same as CSV, nested members as JSON
    Csv,
    /// One name a line, as the command line takes it back
    Name,
    /// Import and resource blocks (associations)
    Terraform,
    /// Commands that create them again (associations)
    AwsCli,
    /// Cluster configurations (associations)
    Eksctl,
    /// SARIF 2.1.0, for tools that collect findings (doctor)
    Sarif,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print clusters, associations, updates, service accounts, pods, roles and more
    Get(GetArgs),
    /// Print everything about one of them
    Describe(DescribeArgs),
    /// Find what keeps pods from their roles, why, and what mends it
    Doctor(DoctorArgs),
    /// Change role, target role, session tags or policy of an association
    SetRole(change::SetRole),
    /// Create an association
    Create {
        #[command(subcommand)]
        what: change::Create,
    },
    /// Delete an association
    Delete {
        #[command(subcommand)]
        what: change::Delete,
    },
    /// Move an association to another namespace or service account
    Move {
        #[command(subcommand)]
        what: change::Move,
    },
    /// Set and remove tags of an association
    Tag(change::Tag),
    /// Run a command with the credentials of a pod
    ///
    /// They come from EKS Auth, as the pod itself gets them, in exchange for a token that is made for this and bound to
    /// one of the service account's pods. The command gets them as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
    /// AWS_SESSION_TOKEN, with AWS_REGION and AWS_DEFAULT_REGION; variables that lead to other identities are taken
    /// away. It is written down in the journal, by the program's name. The exit status is the command's, or 128 and
    /// the number of the signal that ended it; 127 if there is no such command, 126 if it cannot be run, 125 if
    /// roledex itself failed.
    Exec(exec::ExecArgs),
    /// Prove that a pod gets its role: ask EKS Auth for it, once, and look at who came back
    Test(test::Args),
    /// Print what was changed from here, by whom, and what came of it
    Journal(change::JournalArgs),
    /// Take a change back, compared with what stands there now
    Undo(change::Return),
    /// Make a change again that was taken back
    Redo(change::Return),
    /// Show or check the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    Sim(sim::Args),
    /// Print the completion script of a shell
    Completions {
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// EKS clusters
    #[value(alias = "cluster")]
    Clusters,
    /// Pod Identity associations (short: pia)
    #[value(aliases = ["association", "pia", "pias"])]
    Associations,
    /// Updates of clusters, add-ons, node groups and capabilities
    #[value(alias = "update")]
    Updates,
    /// Kubernetes service accounts, and who their next pods will be (short: sa)
    #[value(aliases = ["service-account", "serviceaccounts", "serviceaccount", "sa"])]
    ServiceAccounts,
    /// Containers of pods, and who each of them really is (short: po)
    #[value(aliases = ["pod", "po"])]
    Pods,
    /// IAM roles in use: whom they trust, when they were last used, and who uses them
    #[value(alias = "role")]
    Roles,
    /// OIDC for people and tools that log in to Kubernetes, which is not IRSA (short: idp)
    #[value(aliases = ["identity-provider", "idp", "idps"])]
    IdentityProviders,
    /// EKS add-ons and how they get their IAM roles
    #[value(aliases = ["addon", "add-ons", "add-on"])]
    Addons,
    /// IAM principals that may use the Kubernetes API (short: ae)
    #[value(aliases = ["access-entry", "ae"])]
    AccessEntries,
}

impl Kind {
    /// What several of them are called in a message.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Associations => "associations",
            Self::Updates => "updates",
            Self::ServiceAccounts => "service accounts",
            Self::Pods => "pods",
            Self::Roles => "roles",
            Self::IdentityProviders => "identity providers",
            Self::Addons => "add-ons",
            Self::AccessEntries => "access entries",
        }
    }

    /// Whether its things are in a namespace and have to do with a service account.
    pub(crate) fn is_namespaced(self) -> bool {
        matches!(
            self,
            Self::Associations | Self::ServiceAccounts | Self::Pods
        )
    }
}

#[derive(Debug, Args)]
pub struct GetArgs {
    pub kind: Kind,
    /// Only this cluster (repeatable)
    #[arg(long, value_name = "CLUSTER", value_parser = ClusterReference::parse)]
    pub cluster: Vec<ClusterReference>,
    /// Only this namespace (associations, service accounts, pods; repeatable)
    #[arg(short, long, value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    pub namespace: Vec<String>,
    /// Only this service account (associations, service accounts, pods; repeatable)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub service_account: Vec<String>,
    /// Also updates that have ended
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct DescribeArgs {
    pub kind: Kind,
    /// NAME, REGION/NAME, PROFILE/REGION/NAME or an ARN; of a role, its name or ARN
    #[arg(value_name = "CLUSTER|ROLE")]
    pub place: String,
    /// What is in the cluster: an association (NAMESPACE/SERVICEACCOUNT, id or ARN), an update (id), an identity
    /// provider, an add-on, an access entry (its principal), a service account or a pod (NAMESPACE/NAME)
    pub name: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 7 if something found is at least as bad as --fail-on, else 3 if something could \
not be read, else 0. What may be so and what is not known fail nothing."
)]
pub struct DoctorArgs {
    /// Only this cluster (repeatable)
    #[arg(long, value_name = "CLUSTER", value_parser = ClusterReference::parse)]
    pub cluster: Vec<ClusterReference>,
    /// Only service accounts of this namespace (repeatable)
    #[arg(short, long, value_name = "NAMESPACE", value_parser = NonEmptyStringValueParser::new())]
    pub namespace: Vec<String>,
    /// Only this service account (repeatable)
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub service_account: Vec<String>,
    /// Read the last lines of the logs of pods in trouble, and of the agents beside them, for words of known troubles
    #[arg(long)]
    pub logs: bool,
    /// End with status 7 if something is found that is as bad as this, or worse
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Warning,
    Error,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print where the configuration file is, or would be
    Path,
    /// Print a commented sample with every setting at its default
    Sample,
    /// Read the configuration file and say what is wrong with it
    Check,
}
