//! What AWS says is wrong with an add-on or a node group.

use crate::model::Text;

/// One issue of a `health` member; codes of newer APIs are kept as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthIssue {
    pub code: Option<Text>,
    pub message: Option<Text>,
    pub resources: Vec<Text>,
}

impl HealthIssue {
    /// One line: `AccessDenied: … `, or as much of it as AWS sent.
    pub fn line(&self) -> String {
        match (self.code.as_deref(), self.message.as_deref()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => "unnamed issue".to_owned(),
        }
    }
}

/// The codes of some issues in one cell.
pub fn codes(issues: &[HealthIssue]) -> String {
    let codes = issues
        .iter()
        .map(|issue| issue.code.as_deref().unwrap_or("unnamed issue"));
    codes.collect::<Vec<_>>().join(",")
}
