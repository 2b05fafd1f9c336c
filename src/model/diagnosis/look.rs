//! The evidence as rules look at it: joined, sorted, with every gap in words.

use crate::model::census::{Associations, Census, Part, Picture, Reading};
use crate::model::diagnosis::{Evidence, RoleFacts};
use crate::model::export::Skip;
use crate::model::export::aws_cli::Command;
use crate::model::identity::Associated;
use crate::model::pod::Pod;
use crate::model::text::visible;
use crate::model::trust::AssociationHop;
use crate::model::{Association, AssociationDetail, Failure, FailureKind, Learned, Text};

use super::finding::Subject;
use super::served::{self, Served};

const NO_DETAIL: &Learned<AssociationDetail> = &Learned::NotAsked;
const NO_ROLE: &Learned<RoleFacts> = &Learned::NotAsked;

/// An association, and what its description said.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    pub association: &'a Association,
    pub detail: &'a Learned<AssociationDetail>,
}

/// All that a rule may look at.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    pub evidence: &'a Evidence,
    /// Who the pods and service accounts are, by the rules of identity.
    pub picture: Picture<'a>,
    bindings: Vec<Binding<'a>>,
    served: Vec<Served<'a>>,
}

/// The associations of the evidence, found by service account.
pub(super) fn associations(evidence: &Evidence) -> Associations<'_> {
    let rows = bindings(evidence);
    let rows = rows.into_iter().map(|binding| Associated {
        association: binding.association,
        detail: binding.detail.known(),
    });
    match evidence.associations.unknown() {
        Some(gap) => Associations::some(rows, gap),
        None => Associations::all(rows),
    }
}

fn bindings(evidence: &Evidence) -> Vec<Binding<'_>> {
    let rows = evidence.associations.known().into_iter().flatten();
    let mut rows: Vec<_> = rows
        .map(|association| Binding {
            association,
            detail: evidence
                .details
                .get(&association.key.id)
                .unwrap_or(NO_DETAIL),
        })
        .collect();
    rows.sort_by_key(|binding| {
        let association = binding.association;
        let name = (&association.namespace, &association.service_account);
        (name, &association.key, &association.owner)
    });
    rows
}

impl<'a> Look<'a> {
    pub(super) fn new(evidence: &'a Evidence, associations: &'a Associations<'a>) -> Self {
        let picture = Picture {
            census: &evidence.census,
            associations,
            roles: &evidence.node_roles,
            now: evidence.at,
        };
        let bindings = bindings(evidence);
        let scope = evidence.census.scope();
        let within = bindings.iter().copied().filter(|binding| {
            let association = binding.association;
            scope.covers(&association.namespace, &association.service_account)
        });
        let within: Vec<Binding<'_>> = within.collect();
        Self {
            evidence,
            picture,
            served: served::all(picture, &within),
            bindings,
        }
    }

    /// The associations within the scope of the census, by namespace and service account.
    pub fn bindings(&self) -> impl Iterator<Item = Binding<'a>> {
        let scope = self.census().scope();
        let is_within = |association: &Association| {
            scope.covers(&association.namespace, &association.service_account)
        };
        self.all_bindings()
            .filter(move |binding| is_within(binding.association))
    }

    /// The associations that were read, of other service accounts too.
    pub fn all_bindings(&self) -> impl Iterator<Item = Binding<'a>> {
        self.bindings.iter().copied()
    }

    /// Each association with the pods that should have its role.
    pub(super) fn served(&self) -> &[Served<'a>] {
        &self.served
    }

    /// Why there may be more associations than [`Self::bindings`] has.
    pub fn bindings_gap(&self) -> Option<Text> {
        gap(&self.evidence.associations)
    }

    /// Why the kind of object is not fully known: `needs list pods in Kubernetes`.
    pub fn census_gap(&self, part: impl Into<Part>) -> Option<Text> {
        let part = part.into();
        let gap = self.census().gap(part)?;
        if self.refusal(part).is_some() {
            return Some(permission(part));
        }
        match &self.evidence.cluster {
            // Without its description there is no way to its Kubernetes.
            Learned::Needs(_) if matches!(self.census().reading(part), Reading::Failed(_)) => {
                self::gap(&self.evidence.cluster)
            }
            _ => Some(gap.into()),
        }
    }

    /// The answer of Kubernetes, if it refused to list a kind of object; that it was never asked is no refusal.
    pub fn refusal(&self, part: impl Into<Part>) -> Option<&'a Failure> {
        match self.census().reading(part) {
            Reading::Failed(failure) if is_refused(failure) => {
                (!matches!(self.evidence.cluster, Learned::Needs(_))).then_some(failure)
            }
            _ => None,
        }
    }

    pub fn census(&self) -> &'a Census {
        &self.evidence.census
    }

    /// The pods of a service account that have neither ended nor are about to, by name.
    pub fn pods(&self, namespace: &str, account: &str) -> Vec<&'a Pod> {
        let pods = self.census().pods_of(namespace, account);
        pods.map(AsRef::as_ref)
            .filter(|pod| !pod.terminating && !pod.phase.is_ended())
            .collect()
    }

    /// What was learned of a role, by its ARN.
    pub fn role(&self, arn: &str) -> &'a Learned<RoleFacts> {
        self.evidence.roles.get(arn).unwrap_or(NO_ROLE)
    }

    /// Whether whoever asks named this very service account, and so expects it to have a role.
    pub fn is_asked_for(&self, namespace: &str, account: &str) -> bool {
        let scope = self.census().scope();
        !scope.service_accounts.is_empty() && scope.covers(namespace, account)
    }

    /// A command of the AWS CLI in the place of the cluster.
    pub(in crate::model) fn aws(
        &self,
        service: &str,
        operation: &str,
        options: &[(&str, &str)],
    ) -> Result<String, Skip> {
        self.written(service, operation, options, &[])
    }

    /// A command of `aws eks` about the cluster.
    pub(super) fn eks(&self, operation: &str, options: &[(&str, &str)]) -> Result<String, Skip> {
        self.eks_with(operation, options, &[])
    }

    /// The same with options that have no value.
    pub(super) fn eks_with(
        &self,
        operation: &str,
        options: &[(&str, &str)],
        flags: &[&str],
    ) -> Result<String, Skip> {
        let cluster = [("--cluster-name", self.evidence.arn.name())];
        let options: Vec<_> = cluster.iter().chain(options).copied().collect();
        self.written("eks", operation, &options, flags)
    }

    fn written(
        &self,
        service: &str,
        operation: &str,
        options: &[(&str, &str)],
        flags: &[&str],
    ) -> Result<String, Skip> {
        let mut command = Command::default();
        for (name, value) in options {
            command.option(name, value)?;
        }
        for flag in flags {
            command.flag(flag);
        }
        let profile = self.evidence.profile.as_deref();
        command.place(self.evidence.arn.region(), profile)?;
        Ok(command.finished_of(service, operation))
    }
}

impl<'a> Binding<'a> {
    pub fn subject(&self) -> Subject {
        let association = self.association;
        Subject::account(&association.namespace, &association.service_account)
    }

    /// How people call it: `payments/api`, safe to print.
    pub fn name(&self) -> String {
        visible(&self.association.name()).into_owned()
    }

    /// How EKS assumes the role of the association for a pod of it.
    pub fn hop(&self, detail: &AssociationDetail) -> AssociationHop<'a> {
        let association = self.association;
        AssociationHop {
            cluster: &association.key.cluster,
            namespace: &association.namespace,
            service_account: &association.service_account,
            session_tags: detail.session_tags(),
            association: association.arn.as_deref(),
        }
    }
}

/// Why something is not known; `None` if it is, or is known not to be there.
pub(super) fn gap<T>(learned: &Learned<T>) -> Option<Text> {
    learned.unknown().map(Into::into)
}

fn is_refused(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Denied)
}

/// What it takes to list a part.
pub(super) fn permission(part: Part) -> Text {
    let words = match part {
        Part::ServiceAccounts => "serviceaccounts",
        Part::Pods => "pods",
        Part::Nodes => "nodes",
        Part::Agents => "pods in kube-system",
    };
    format!("needs list {words} in Kubernetes").into()
}
