//! Tools that keep an association as they want it, and so undo a change by hand.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Text;
use crate::model::plan::{Definition, Plan};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::text::visible;

/// A tool that owns resources and marks them with tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manager {
    Terraform,
    Pulumi,
    Ack,
    Crossplane,
    Eksctl,
    CloudFormation,
}

impl Manager {
    const ALL: [Self; 6] = [
        Self::Terraform,
        Self::Pulumi,
        Self::Ack,
        Self::Crossplane,
        Self::Eksctl,
        Self::CloudFormation,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::Pulumi => "Pulumi",
            Self::Ack => "ACK",
            Self::Crossplane => "Crossplane",
            Self::Eksctl => "eksctl",
            Self::CloudFormation => "CloudFormation",
        }
    }

    /// When it undoes a change by hand.
    fn habit(self) -> &'static str {
        match self {
            Self::Ack | Self::Crossplane => "it will put back what it wants within minutes",
            Self::Terraform | Self::Pulumi => "its next run will put back what it wants",
            Self::Eksctl | Self::CloudFormation => {
                "its stack will not know of the change, and its next update may put back what it wants"
            }
        }
    }

    /// Keys that only this tool writes.
    fn owns_key(self, key: &str) -> bool {
        match self {
            Self::Ack => key.starts_with("services.k8s.aws/"),
            Self::Crossplane => {
                matches!(
                    key,
                    "crossplane-kind" | "crossplane-name" | "crossplane-providerconfig"
                )
            }
            // Before CloudFormation, which eksctl works through.
            Self::Eksctl => {
                key.starts_with("alpha.eksctl.io/") || key.starts_with("eksctl.cluster.k8s.io/")
            }
            Self::CloudFormation => {
                key.starts_with("aws:cloudformation:") || key.starts_with("aws:cdk:")
            }
            Self::Pulumi => key.starts_with("pulumi:"),
            Self::Terraform => key.starts_with("tfc:"),
        }
    }

    /// Words by which people name it in a tag such as `managed-by`.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Terraform => &["terraform", "opentofu", "terragrunt", "terramate"],
            Self::Pulumi => &["pulumi"],
            Self::Ack => &["ack"],
            Self::Crossplane => &["crossplane"],
            Self::Eksctl => &["eksctl"],
            Self::CloudFormation => &["cloudformation", "cdk"],
        }
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The tool that the tags name, and the tag that does.
pub fn manager_of(tags: &BTreeMap<Text, Text>) -> Option<(Manager, &Text)> {
    let owned = Manager::ALL.into_iter().find_map(|manager| {
        let key = tags.keys().find(|key| manager.owns_key(key))?;
        Some((manager, key))
    });
    owned.or_else(|| {
        Manager::ALL.into_iter().find_map(|manager| {
            let (key, _) = tags
                .iter()
                .find(|(key, value)| names(manager, key, value))?;
            Some((manager, key))
        })
    })
}

/// The conventions that people follow: `managed-by = terraform` and `terraform = true`, in any spelling.
fn names(manager: Manager, key: &str, value: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
        parts.map(str::to_ascii_lowercase).collect()
    };
    let says = |text: &str| {
        words(text)
            .iter()
            .any(|word| manager.words().contains(&word.as_str()))
    };
    let role = words(key).concat();
    let is_about_makers = [
        "managedby",
        "createdby",
        "provisionedby",
        "provisioner",
        "deployedby",
        "maintainedby",
        "iac",
        "iactool",
    ];
    if is_about_makers.iter().any(|maker| role.ends_with(maker)) {
        return says(value);
    }
    let denied = ["false", "no", "0", "none", "off"];
    says(key) && !denied.contains(&value.to_ascii_lowercase().as_str())
}

pub(super) fn check(plan: &Plan) -> Option<Check> {
    let before = plan.before()?;
    let title = "tools that manage the association";
    let tags = Definition::of(&before.value).tags;
    let Some((manager, key)) = manager_of(&tags) else {
        let evidence = "no tag names one; a tool that sets no tags cannot be seen";
        return Some(Check::new(CheckId::ManagedBy, title, Outcome::Ok, evidence));
    };
    let value = tags
        .get(key)
        .map(|value| visible(value))
        .unwrap_or_default();
    let evidence = format!("the tag {} = \"{value}\" names {manager}", visible(key));
    let check = Check::new(CheckId::ManagedBy, title, Outcome::Warning, evidence);
    Some(
        check
            .and(manager.habit())
            .fix(format!("make the change in {manager} too")),
    )
}
