//! One request as its handler sees it: who asks for what, and with which parameters.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::failure::{Code, Failure};
use super::operation::{Labels, Operation};
use super::paging::Pager;
use super::state::{Account, Caller, Cluster, State, Tags};

/// A request that is authenticated and routed.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) caller: &'a Caller,
    pub(crate) region: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) labels: Labels,
    /// The query string, or the form of a query service.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
    pub(crate) pager: &'a Pager,
    pub(crate) page_cap: Option<usize>,
}

impl Call<'_> {
    /// Returns a label of the path; the router put it there.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn parameters<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.parameters
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns a text member of the body; null counts as absent.
    pub(crate) fn text(&self, member: &str) -> Result<Option<&str>, Failure> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(member, "a string")),
        }
    }

    pub(crate) fn required_text(&self, member: &str) -> Result<&str, Failure> {
        match self.text(member)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.missing(member)),
        }
    }

    pub(crate) fn flag(&self, member: &str) -> Result<Option<bool>, Failure> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(wrong_type(member, "a boolean")),
        }
    }

    pub(crate) fn object(&self, member: &str) -> Result<Option<&Map<String, Value>>, Failure> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(wrong_type(member, "an object")),
        }
    }

    /// Returns a member that is a list of texts.
    pub(crate) fn texts(&self, member: &str) -> Result<Option<Vec<String>>, Failure> {
        let expected = "a list of strings";
        let items = match self.body.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(wrong_type(member, expected)),
        };
        items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                _ => Err(wrong_type(member, expected)),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    pub(crate) fn tags(&self) -> Result<Option<Tags>, Failure> {
        let Some(members) = self.object("tags")? else {
            return Ok(None);
        };
        members
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                _ => Err(wrong_type("tags", "a map of strings")),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Returns a parameter that a query service cannot do without.
    pub(crate) fn required_parameter(&self, name: &str) -> Result<&str, Failure> {
        self.parameter(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                let mut member = name.to_owned();
                if let Some(first) = member.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                Failure::new(
                    Code::Validation,
                    format!(
                        "1 validation error detected: Value at '{member}' failed to satisfy \
                     constraint: Member must not be null"
                    ),
                )
            })
    }

    pub(crate) fn missing(&self, member: &str) -> Failure {
        self.about_cluster(Failure::invalid_parameter(format!(
            "The parameter {member} is required."
        )))
    }

    /// Adds the cluster's name to a failure where the path has one.
    pub(crate) fn about_cluster(&self, failure: Failure) -> Failure {
        match self.label("name") {
            "" => failure,
            name => failure.about("clusterName", name),
        }
    }

    pub(crate) fn account<'s>(&self, state: &'s State) -> Result<&'s Account, Failure> {
        state
            .accounts
            .get(&self.caller.account)
            .ok_or_else(|| Failure::internal("the caller's account is gone"))
    }

    /// Returns the cluster that the path names, in the region that the request is signed for.
    pub(crate) fn cluster<'s>(&self, state: &'s State) -> Result<&'s Cluster, Failure> {
        let key = self.cluster_key();
        self.account(state)?
            .clusters
            .get(&key)
            .ok_or_else(|| self.no_cluster())
    }

    pub(crate) fn cluster_mut<'s>(&self, state: &'s mut State) -> Result<&'s mut Cluster, Failure> {
        let key = self.cluster_key();
        state
            .accounts
            .get_mut(&self.caller.account)
            .and_then(|account| account.clusters.get_mut(&key))
            .ok_or_else(|| self.no_cluster())
    }

    fn cluster_key(&self) -> (String, String) {
        (self.region.to_owned(), self.label("name").to_owned())
    }

    fn no_cluster(&self) -> Failure {
        let name = self.label("name");
        Failure::resource_not_found(format!("No cluster found for name: {name}."))
            .about("clusterName", name)
    }
}

fn wrong_type(member: &str, expected: &str) -> Failure {
    Failure::new(Code::Serialization, format!("{member} must be {expected}"))
}
