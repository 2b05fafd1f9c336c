//! Why a step failed, and what mends it.

mod assume;
mod token;

use serde_json::json;

use crate::model::diagnosis::{Remedy, remedy};
use crate::model::export::Skip;
use crate::model::export::aws_cli::Command;
use crate::model::text::visible;
use crate::model::{Failure, Text};

use super::claims::Claims;
use super::known::Known;
use super::test::{CredentialTest, TokenSource};

pub use assume::explain_assume;
pub use token::explain_token;

/// A failure of a call in the words of Pod Identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// One line: what happened.
    pub what: Text,
    /// What brings it about.
    pub why: Text,
    pub remedies: Vec<Remedy>,
}

/// What an explanation may draw on.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub test: &'a CredentialTest,
    pub failure: &'a Failure,
    pub known: &'a Known,
    /// Of the token that was sent, if one was.
    pub claims: Option<&'a Claims>,
}

impl Explained {
    fn new(what: impl Into<Text>, why: impl Into<Text>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            remedies: Vec::new(),
        }
    }

    fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    fn advice(self, text: impl Into<Text>) -> Self {
        self.remedy(remedy::advice(text))
    }
}

impl About<'_> {
    /// `aws SERVICE OPERATION …` where the test is made.
    fn aws(
        &self,
        service: &str,
        operation: &str,
        options: &[(&str, &str)],
    ) -> Result<String, Skip> {
        let mut command = Command::default();
        for (name, value) in options {
            command.option(name, value)?;
        }
        let route = &self.test.route;
        command.place(self.test.cluster.region(), route.profile.as_deref())?;
        Ok(command.finished_of(service, operation))
    }

    /// Whether the token is of somebody else, of whose association nothing was read.
    fn is_of_another(&self) -> bool {
        self.claims
            .is_some_and(|claims| claims.is_of_another(self.test))
    }

    fn name(&self) -> String {
        visible(&self.test.name()).into_owned()
    }

    fn cluster(&self) -> String {
        visible(self.test.cluster.name()).into_owned()
    }

    fn caller(&self) -> String {
        let caller = self.test.caller.as_ref();
        let caller = caller.map_or("the caller", |caller| caller.short());
        visible(caller).into_owned()
    }

    /// What the caller needs in IAM to make the test.
    fn permission(&self) -> Remedy {
        let statement = json!({
            "Effect": "Allow",
            "Action": "eks-auth:AssumeRoleForPodIdentity",
            "Resource": self.test.cluster.as_str(),
        });
        remedy::statement(format!("a statement for {}", self.caller()), &statement)
    }

    /// A token that would do.
    fn better_token(&self) -> Remedy {
        let test = self.test;
        let pod = match &test.token {
            TokenSource::Pod { name, .. } => &**name,
            TokenSource::Given => "POD",
        };
        let written = remedy::kubectl(
            &self.test.cluster,
            &[
                "create",
                "token",
                &test.service_account,
                "--namespace",
                &test.namespace,
                "--audience",
                super::AUDIENCE,
                "--bound-object-kind",
                "Pod",
                "--bound-object-name",
                pod,
            ],
        );
        remedy::command("a token as EKS Auth takes it", written)
    }

    fn hint(&self) -> Option<String> {
        let hint = self.failure.hint.as_deref()?;
        Some(visible(hint).into_owned())
    }

    fn said(&self) -> String {
        visible(&self.failure.cause).into_owned()
    }
}
