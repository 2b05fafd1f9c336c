//! The ARN of a role that an association may name.

use std::fmt;

use crate::model::arn::role_name;
use crate::model::plan::invalid::Rule;
use crate::model::{Arn, ClusterArn};

const LONGEST_NAME: usize = 64;
const LONGEST_PATH: usize = 512;

/// The ARN of an IAM role, of any account.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleArn(Arn);

impl RoleArn {
    /// Reads an ARN as it was typed or pasted; white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Rule::Missing);
        }
        let arn = Arn::parse(text).map_err(Rule::NotAnArn)?;
        let is_account = arn.account().len() == 12;
        let path = arn
            .resource()
            .strip_prefix("role/")
            .filter(|_| arn.service() == "iam" && arn.region().is_empty() && is_account);
        let Some(path) = path else {
            let arn = text.to_owned();
            return Err(Rule::NotARole { arn });
        };
        let name = role_name(path);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let folders = path.strip_suffix(name).unwrap_or_default();
        let is_well_formed = (1..=LONGEST_NAME).contains(&name.len())
            && name.chars().all(is_name)
            && folders.len() <= LONGEST_PATH
            && folders.chars().all(|c| c.is_ascii_graphic());
        if !is_well_formed {
            let name = path.to_owned();
            return Err(Rule::RoleName { name });
        }
        Ok(Self(arn))
    }

    /// Refuses a role that an association of this cluster cannot name.
    pub fn check_role(&self, cluster: &ClusterArn) -> Result<(), Rule> {
        self.check_target(cluster)?;
        if self.0.account() == cluster.account() {
            return Ok(());
        }
        Err(Rule::OtherAccount {
            found: self.0.account().to_owned(),
            wanted: cluster.account().to_owned(),
        })
    }

    /// Refuses a role that an association of this cluster cannot have as its target: any account will do.
    pub fn check_target(&self, cluster: &ClusterArn) -> Result<(), Rule> {
        if self.0.partition() == cluster.partition() {
            return Ok(());
        }
        Err(Rule::ForeignPartition {
            found: self.0.partition().to_owned(),
            wanted: cluster.partition().to_owned(),
        })
    }

    pub fn arn(&self) -> &Arn {
        &self.0
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn account(&self) -> &str {
        self.0.account()
    }

    /// The name without its path, which is what IAM is asked by.
    pub fn name(&self) -> &str {
        role_name(self.0.as_str())
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
