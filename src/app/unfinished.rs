//! What an earlier run began and did not finish: in sight until somebody has looked at it.

/// Changes of runs that ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// AWS is being asked what came of so many.
    Checking(usize),
    /// It was asked; of so many it could not be found out.
    Checked { count: usize, open: usize },
}

impl Unfinished {
    /// In a few words, as the header has them.
    pub fn phrase(self) -> String {
        let counted = |count: usize| match count {
            1 => "1 unfinished change".to_owned(),
            count => format!("{count} unfinished changes"),
        };
        match self {
            Self::Checking(count) => format!("{} being checked", counted(count)),
            Self::Checked { count, open: 0 } => format!("{} checked", counted(count)),
            Self::Checked { open, .. } => format!("{} still open", counted(open)),
        }
    }
}
