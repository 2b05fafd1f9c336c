//! Faults: what goes wrong on purpose.

mod engine;
mod shape;

use std::str::FromStr;
use std::time::Duration;

pub(crate) use self::engine::{Decision, Ending, Engine, Site, Stop};
use super::kube::operation_names;
use super::operation::operations;

/// How `--fault` is written, for `--help`.
pub const SYNTAX: &str = "\
A fault is OPERATION[@ACCOUNT][/REGION][#CLUSTER]=[first:N:]EFFECT, where OPERATION is the name \
of an operation, kube:VERB:RESOURCE for one of the Kubernetes API, or * for all.

Effects:
  latency:MS            answer that much later
  throttle              answer that the rate is exceeded
  throttle:N/s          the same above N requests per second for each account and region
  error:STATUS:CODE[:MESSAGE]
  denied                the caller may not do this
  expired               the caller's credentials have expired
  reset                 cut the connection before anything is done
  lost                  do what was asked, then cut the connection
  truncate              do what was asked, and send half of the answer
  page-size:N           give out pages of at most N items
  omit-optional         leave out every member that an answer can do without
  null-members          send null for these members instead
  unknown-enums         send states and types that no client knows
  gone                  end watches, and lists that are continued, with 410

Examples:
  --fault 'DescribePodIdentityAssociation=throttle:20/s'
  --fault 'ListClusters@444455556666/eu-west-1=denied'
  --fault 'DeletePodIdentityAssociation=first:1:lost'
  --fault 'kube:list:pods#payments=denied'
  --fault '*=latency:300'";

/// One fault: which requests it meets, how many of them, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation's name; all operations when absent.
    pub operation: Option<String>,
    pub account: Option<String>,
    pub region: Option<String>,
    /// Met by the Kubernetes API of this cluster only.
    pub cluster: Option<String>,
    /// Only the first so many requests are met.
    pub first: Option<u32>,
    pub effect: Effect,
}

/// What a fault does to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Latency(Duration),
    Throttle,
    Rate {
        per_second: u32,
    },
    Error {
        status: u16,
        code: String,
        message: String,
    },
    Denied,
    Expired,
    Reset,
    Lost,
    Truncate,
    PageSize(usize),
    OmitOptional,
    NullMembers,
    UnknownEnums,
    /// Kubernetes says that a version or a page is too old.
    Gone,
}

impl Fault {
    /// Meets every request for an operation, or every request at all for `*`.
    pub fn new(operation: &str, effect: Effect) -> Self {
        Self {
            operation: (operation != "*").then(|| operation.to_owned()),
            account: None,
            region: None,
            cluster: None,
            first: None,
            effect,
        }
    }

    /// Meets only the first so many requests.
    #[must_use]
    pub fn first(mut self, count: u32) -> Self {
        self.first = Some(count);
        self
    }

    /// Meets only requests to the Kubernetes API of this cluster.
    #[must_use]
    pub fn on_cluster(mut self, cluster: &str) -> Self {
        self.cluster = Some(cluster.to_owned());
        self
    }

    /// Meets only requests for this account and region.
    #[must_use]
    pub fn within(mut self, account: &str, region: &str) -> Self {
        self.account = Some(account.to_owned());
        self.region = Some(region.to_owned());
        self
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (selector, effect) = text
            .split_once('=')
            .ok_or_else(|| format!("'{text}' is no fault: write OPERATION=EFFECT"))?;
        let (selector, cluster) = split(selector, '#');
        // The name of a subresource has a slash of its own, which a region can follow only after an account.
        let (operation, account, region) = match selector.split_once('@') {
            Some((operation, place)) => {
                let (account, region) = split(place, '/');
                (operation, Some(account.to_owned()), region)
            }
            None if selector.starts_with("kube:") => (selector, None, None),
            None => {
                let (operation, region) = split(selector, '/');
                (operation, None, region)
            }
        };
        let is_known = operation == "*"
            || operations().iter().any(|row| row.name == operation)
            || operation_names().any(|name| name == operation);
        if !is_known {
            return Err(format!(
                "'{operation}' is no operation of the simulator: write one such as \
                 ListClusters, or * for all"
            ));
        }
        let (first, effect) = match effect.strip_prefix("first:") {
            None => (None, effect),
            Some(rest) => {
                let (count, effect) = rest
                    .split_once(':')
                    .ok_or_else(|| format!("'{text}' lacks an effect: write first:N:EFFECT"))?;
                (Some(number(count)?), effect)
            }
        };
        Ok(Self {
            account,
            region,
            cluster,
            first,
            ..Self::new(operation, effect.parse()?)
        })
    }
}

impl FromStr for Effect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once(':')
            .map_or((text, None), |(name, value)| (name, Some(value)));
        Ok(match (name, value) {
            ("latency", Some(value)) => Self::Latency(Duration::from_millis(number(value)?)),
            ("throttle", None) => Self::Throttle,
            ("throttle", Some(rate)) => {
                let count = rate.strip_suffix("/s").ok_or_else(|| {
                    format!("'{text}' has no rate: write throttle:20/s, or first:20:throttle")
                })?;
                Self::Rate {
                    per_second: number(count)?,
                }
            }
            ("error", Some(value)) => {
                let mut parts = value.splitn(3, ':');
                let status = number(parts.next().unwrap_or_default())?;
                let code = parts.next().filter(|code| !code.is_empty());
                let (400..=599, Some(code)) = (status, code) else {
                    return Err(format!(
                        "'{text}' is no error: write error:500:ServerException:MESSAGE with a \
                         status from 400 to 599"
                    ));
                };
                let message = parts.next().unwrap_or("This failure was asked for.");
                Self::Error {
                    status,
                    code: code.to_owned(),
                    message: message.to_owned(),
                }
            }
            ("denied", None) => Self::Denied,
            ("expired", None) => Self::Expired,
            ("reset", None) => Self::Reset,
            ("lost", None) => Self::Lost,
            ("truncate", None) => Self::Truncate,
            ("page-size", Some(value)) => match number(value)? {
                0 => return Err("a page has at least one item: write page-size:1".to_owned()),
                size => Self::PageSize(size),
            },
            ("omit-optional", None) => Self::OmitOptional,
            ("null-members", None) => Self::NullMembers,
            ("unknown-enums", None) => Self::UnknownEnums,
            ("gone", None) => Self::Gone,
            _ => {
                return Err(format!(
                    "'{text}' is no effect: roledex sim --help lists the effects"
                ));
            }
        })
    }
}

fn split(text: &str, separator: char) -> (&str, Option<String>) {
    text.split_once(separator)
        .map_or((text, None), |(left, right)| (left, Some(right.to_owned())))
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is no number that fits here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_written() {
        let fault: Fault = "ListClusters@444455556666/eu-west-1=first:2:error:503:ServiceUnavailableException:try: later"
            .parse()
            .unwrap();
        let effect = Effect::Error {
            status: 503,
            code: "ServiceUnavailableException".to_owned(),
            message: "try: later".to_owned(),
        };
        let expected = Fault::new("ListClusters", effect)
            .within("444455556666", "eu-west-1")
            .first(2);
        assert_eq!(fault, expected);
        assert_eq!(
            "kube:create:serviceaccounts/token#payments=denied".parse(),
            Ok(
                Fault::new("kube:create:serviceaccounts/token", Effect::Denied)
                    .on_cluster("payments")
            )
        );
        assert_eq!(
            "*=throttle:20/s".parse(),
            Ok(Fault::new("*", Effect::Rate { per_second: 20 }))
        );
    }

    #[test]
    fn wrong_faults_are_refused_with_the_reason() {
        for (text, expected) in [
            ("ListClusters", "OPERATION=EFFECT"),
            ("ListCluster=reset", "no operation"),
            ("kube:eat:pods=reset", "no operation"),
            ("*=explode", "no effect"),
            ("*=throttle:5", "throttle:20/s"),
            ("*=error:200:X", "400 to 599"),
            ("*=error:500", "error:500:ServerException"),
            ("*=page-size:0", "page-size:1"),
            ("*=latency:soon", "no number"),
            ("*=first:3", "first:N:EFFECT"),
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn every_example_of_the_help_parses() {
        let examples: Vec<&str> = SYNTAX
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--fault '")?.strip_suffix('\''))
            .collect();
        assert_eq!(examples.len(), 5);
        for example in examples {
            example.parse::<Fault>().unwrap();
        }
    }
}
