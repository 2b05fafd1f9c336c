//! What is shown of a plan beside its diff: where, as whom, from what, and with which commands.

use crate::model::age::moment;
use crate::model::known::Origin;
use crate::model::plan::{Definition, Plan, Steps};
use crate::model::text::visible;

/// A line with a label; the value is safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub label: &'static str,
    pub value: String,
}

impl Plan {
    /// One sentence, such as `change payments/api of the cluster shop`.
    pub fn title(&self) -> String {
        let (name, cluster) = (self.target.name(), self.target.cluster.name());
        let (name, cluster) = (visible(&name), visible(cluster));
        let verb = match self.steps() {
            Steps::Update => "change",
            Steps::Create => "create",
            Steps::Delete => "delete",
            Steps::Tag => "tag",
            Steps::CreateAndDelete => {
                let to = self.after.as_ref().map(Definition::name);
                let to = to.unwrap_or_default();
                return format!(
                    "move {name} to {} in the cluster {cluster} (create, then delete)",
                    visible(&to)
                );
            }
        };
        format!("{verb} {name} of the cluster {cluster}")
    }

    /// Where the plan acts, as whom, on what, and whom it reaches.
    pub fn lines(&self) -> Vec<Line> {
        let cluster = &self.target.cluster;
        let mut lines = vec![
            line("account", cluster.account()),
            line("region", cluster.region()),
            line("cluster", cluster.as_str()),
            line("association", &self.target.name()),
        ];
        if let Some(id) = &self.target.id {
            lines.push(line("id", id));
        }
        lines.push(line("profile", self.route.profile_name()));
        let caller = self.caller.as_ref();
        lines.push(match caller {
            Some(caller) => line("caller", &caller.arn),
            None => line("caller", "not known"),
        });
        lines.push(line("pods", &self.pods.phrase()));
        lines
    }

    /// What the record held besides what can be set, and when it was read.
    pub fn record_lines(&self) -> Vec<Line> {
        let Some(before) = &self.before else {
            return Vec::new();
        };
        let from = match before.origin {
            Origin::Cache => "from the cache",
            Origin::Live => "live",
        };
        let mut lines = vec![line("read", &format!("{} {from}", moment(before.at)))];
        let (association, detail) = (&before.value.association, &before.value.detail);
        let moments = [("created", detail.created), ("modified", detail.modified)];
        for (label, at) in moments {
            if let Some(at) = at {
                lines.push(line(label, &moment(at)));
            }
        }
        let texts = [
            ("ARN", association.arn.as_ref()),
            ("owner", association.owner.as_ref()),
            ("external id", detail.external_id()),
        ];
        for (label, text) in texts {
            if let Some(text) = text {
                lines.push(line(label, text));
            }
        }
        lines
    }
}

fn line(label: &'static str, value: &str) -> Line {
    Line {
        label,
        value: visible(value).into_owned(),
    }
}
