//! What was typed, read by every rule that needs no call.

use std::fs;
use std::path::Path;

use super::args::{
    Consent, CreateAssociation, DeleteAssociation, Fields, MoveAssociation, SetRole, Switch, Tag,
};
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::arn::account_of;
use crate::model::plan::{Draft, Invalid, New, Setting, TagEdit};
use crate::model::reference::{AssociationReference, ClusterReference};
use crate::model::{ClusterArn, Partition, Route};
use crate::ops::change::Request;

/// A policy that is longer than this is none that STS would take, whatever it says.
const LONGEST_FILE: u64 = 1 << 20;

/// A change as it was typed.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) cluster: ClusterReference,
    pub(crate) consent: Consent,
    /// Whether to test what comes of it.
    pub(crate) test: bool,
    what: What,
}

#[derive(Debug)]
enum What {
    Set(AssociationReference, Fields),
    Create(AssociationReference, Fields, Vec<String>),
    Delete(AssociationReference),
    Tag(AssociationReference, Vec<String>),
    /// From and to.
    Move(AssociationReference, AssociationReference, Fields),
}

impl From<SetRole> for Wish {
    fn from(args: SetRole) -> Self {
        Self {
            cluster: args.subject.cluster,
            consent: args.consent,
            test: args.proof.test,
            what: What::Set(args.subject.association, args.fields),
        }
    }
}

impl From<CreateAssociation> for Wish {
    fn from(args: CreateAssociation) -> Self {
        Self {
            cluster: args.subject.cluster,
            consent: args.consent,
            test: args.proof.test,
            what: What::Create(args.subject.association, args.fields, args.tags),
        }
    }
}

impl From<DeleteAssociation> for Wish {
    fn from(args: DeleteAssociation) -> Self {
        Self {
            cluster: args.subject.cluster,
            consent: args.consent,
            test: false,
            what: What::Delete(args.subject.association),
        }
    }
}

impl From<MoveAssociation> for Wish {
    fn from(args: MoveAssociation) -> Self {
        Self {
            cluster: args.subject.cluster,
            consent: args.consent,
            test: false,
            what: What::Move(args.subject.association, args.to, args.fields),
        }
    }
}

impl From<Tag> for Wish {
    fn from(args: Tag) -> Self {
        Self {
            cluster: args.subject.cluster,
            consent: args.consent,
            test: false,
            what: What::Tag(args.subject.association, args.tags),
        }
    }
}

impl Wish {
    /// Reads all of it, and refuses what breaks a rule before anything is asked of AWS.
    pub(crate) fn request(&self, routes: &[Route]) -> Result<Request, Problem> {
        Ok(match &self.what {
            What::Set(association, fields) => {
                let draft = draft(fields)?;
                if draft == Draft::default() {
                    return Err(Problem::usage("nothing is to be changed").hint(
                        "name at least one of --role, --target-role, --session-tags and --policy",
                    ));
                }
                let read = |cluster: &ClusterArn| draft.with_arns(cluster).read(cluster).map(drop);
                each(&self.likely(fields, routes), read)?;
                Request::Update {
                    association: association.clone(),
                    draft,
                }
            }
            What::Create(AssociationReference::Id(id), ..)
            | What::Move(_, AssociationReference::Id(id), _) => {
                return Err(Problem::usage(format!(
                    "\"{id}\" is the id of an association; EKS chooses those"
                ))
                .hint("name the new one NAMESPACE/SERVICEACCOUNT"));
            }
            What::Move(
                association,
                AssociationReference::Name {
                    namespace,
                    service_account,
                },
                fields,
            ) => {
                let draft = draft(fields)?;
                let read = |cluster: &ClusterArn| {
                    New::check_names(namespace, service_account)?;
                    draft.with_arns(cluster).read(cluster).map(drop)
                };
                each(&self.likely(fields, routes), read)?;
                Request::Relocate {
                    association: association.clone(),
                    namespace: namespace.clone(),
                    service_account: service_account.clone(),
                    draft,
                }
            }
            What::Create(
                AssociationReference::Name {
                    namespace,
                    service_account,
                },
                fields,
                words,
            ) => {
                let draft = draft(fields)?;
                let tags = tags(words)?;
                let read = |cluster: &ClusterArn| {
                    let tags = tags.iter().map(|(key, value)| (&**key, &**value));
                    let draft = draft.with_arns(cluster);
                    New::read(cluster, namespace, service_account, &draft, tags).map(drop)
                };
                each(&self.likely(fields, routes), read)?;
                Request::Create {
                    namespace: namespace.clone(),
                    service_account: service_account.clone(),
                    draft,
                    tags,
                }
            }
            What::Delete(association) => Request::Delete {
                association: association.clone(),
            },
            What::Tag(association, words) => {
                let words = words.iter().map(|word| &**word);
                let edit = TagEdit::parse(words).map_err(|wrong| invalid(&wrong))?;
                Request::Tag {
                    association: association.clone(),
                    edit,
                }
            }
        })
    }

    /// What the cluster may be, as far as it can be told without a call: an ARN, or one in each partition.
    ///
    /// Its account is not known then; that a role is of another one is found when the cluster is.
    fn likely(&self, fields: &Fields, routes: &[Route]) -> Vec<ClusterArn> {
        let (region, name) = match &self.cluster {
            ClusterReference::Arn(arn) => return vec![arn.clone()],
            ClusterReference::Path { region, name, .. } => (region, name),
        };
        let account = fields
            .role
            .as_deref()
            .and_then(|role| account_of(role.trim()));
        let account = account.unwrap_or("000000000000");
        let routes = routes.iter().filter(|route| {
            region
                .as_deref()
                .is_none_or(|region| route.region.as_str() == region)
        });
        let mut seen: Vec<Partition> = Vec::new();
        let mut likely = Vec::new();
        for route in routes {
            let partition = Partition::of(&route.region);
            if !seen.contains(&partition) {
                seen.push(partition);
                likely.push(ClusterArn::new(&route.region, account, name));
            }
        }
        likely
    }
}

/// Refuses what is wrong wherever the cluster is.
fn each(
    likely: &[ClusterArn],
    read: impl Fn(&ClusterArn) -> Result<(), Vec<Invalid>>,
) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    for cluster in likely {
        match read(cluster) {
            Ok(()) => return Ok(()),
            Err(rules) => wrong = rules,
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(invalid(&wrong))
}

/// Rules that are broken, one a line.
pub(super) fn invalid(wrong: &[Invalid]) -> Problem {
    let message = match wrong {
        [one] => one.to_string(),
        several => format!("{} things are wrong", several.len()),
    };
    let problem = Problem::new(Exit::Usage, message);
    if wrong.len() == 1 {
        return problem;
    }
    wrong
        .iter()
        .fold(problem, |problem, one| problem.detail(one.to_string()))
}

fn draft(fields: &Fields) -> Result<Draft, Problem> {
    Ok(Draft {
        role: fields.role.clone(),
        target_role: Setting::of_word(fields.target_role.as_deref()),
        session_tags: fields.session_tags.map(|switch| switch == Switch::On),
        policy: match fields.policy.as_deref() {
            None => Setting::Keep,
            Some(path) if path == Path::new("none") => Setting::Clear,
            Some(path) => Setting::Set(file(path)?),
        },
    })
}

fn file(path: &Path) -> Result<String, Problem> {
    let shown = path.display();
    let unread = |why: String| {
        Problem::usage(format!("could not read the policy {shown}: {why}"))
            .hint("--policy names a file; --policy none takes the policy away")
    };
    let size = fs::metadata(path)
        .map_err(|error| unread(error.to_string()))?
        .len();
    if size > LONGEST_FILE {
        return Err(unread(format!(
            "it has {size} bytes, which is no session policy"
        )));
    }
    fs::read_to_string(path).map_err(|error| unread(error.to_string()))
}

fn tags(words: &[String]) -> Result<Vec<(String, String)>, Problem> {
    let pair = |word: &String| {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| Problem::usage(format!("\"{word}\" is no tag: write KEY=VALUE")))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    words.iter().map(pair).collect()
}
