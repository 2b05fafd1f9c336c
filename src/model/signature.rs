//! What programs write into their logs when EKS Pod Identity, IRSA or a permission fails them.
//!
//! Logs are the one kind of evidence that may hold anything, secrets above all. So of a line that is recognised
//! only a window around the words is kept, and whatever in it looks like a secret is replaced before it leaves
//! this module. The window is not yet fit for a terminal: whoever shows it makes it [`crate::model::text::visible`].

mod finding;
mod mend;
pub mod reading;
mod refusal;
mod secret;
mod session;
mod table;
mod window;

use jiff::Timestamp;

use crate::model::diagnosis::Severity;

pub use finding::{Seen, findings};
pub use mend::Mend;
pub use reading::{LogsOf, LogsRead, Looked, PodsOf};
pub use refusal::{Barrier, Refusal};
pub use session::Session;
pub use table::SIGNATURES;
pub use window::LONGEST as WINDOW;

/// Words by which a known trouble is recognised, and what is to be done about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    /// In kebab case; it never changes its meaning.
    pub id: &'static str,
    /// Any of these, and of that all the fragments, stand in one line.
    pub patterns: &'static [&'static [&'static str]],
    /// None of these does: they make it another trouble, or none.
    pub without: &'static [&'static str],
    /// The line says that a session of this kind was refused something.
    pub session: Option<Session>,
    /// How much it matters where it is seen.
    pub severity: Severity,
    /// One sentence.
    pub cause: &'static str,
    pub fix: &'static [Fix],
    /// Rows of the decision table that it speaks for.
    pub rows: &'static [u8],
    /// Who writes it.
    pub place: Place,
}

/// What mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// Words for a person, the same for every cluster.
    Advice(&'static str),
    /// Words to be copied as they are: what they are for, and they themselves.
    Words(&'static str, &'static str),
    /// Something to copy that is written for the cluster and the pod whose log it is.
    Mend(Mend),
}

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The program in the pod, or its SDK.
    App,
    /// The agent of EKS Pod Identity.
    Agent,
    /// A service of AWS, whose answer anybody may repeat.
    Api,
}

/// A signature that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub signature: &'static Signature,
    /// Around the words where they stood last, at most [`WINDOW`] characters, without secrets.
    pub line: String,
    /// In how many lines.
    pub count: usize,
    /// The number of the last such line, from zero.
    pub last: usize,
    /// When that was, if the line begins with a time.
    pub at: Option<Timestamp>,
    /// What was refused to whom, if the line says so in the words of AWS.
    pub refusal: Option<Refusal>,
}

impl Signature {
    pub fn of(id: &str) -> Option<&'static Self> {
        SIGNATURES.iter().find(|signature| signature.id == id)
    }

    /// Whether a line has its words.
    pub fn is_in(&self, line: &str) -> bool {
        self.place_in(line).is_some()
    }

    /// Where in the line the first fragment of a pattern begins that is there as a whole.
    fn place_in(&self, line: &str) -> Option<usize> {
        let place = self.patterns.iter().find_map(|fragments| {
            let places = fragments.iter().map(|fragment| line.find(fragment));
            let places: Option<Vec<usize>> = places.collect();
            places?.into_iter().next()
        })?;
        let is_other = self.without.iter().any(|fragment| line.contains(fragment));
        if is_other {
            return None;
        }
        if self.session.is_none() {
            return Some(place);
        }
        let mut refused = session::refused(line);
        let refused = refused.find(|refused| refused.session == self.session);
        refused.map(|refused| refused.place)
    }
}

/// Looks for every signature in the lines of a log, oldest first.
///
/// In the order of weight, then of the table; the same signature once, however often it was seen.
pub fn scan<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<Match> {
    let mut seen: Vec<Option<Match>> = SIGNATURES.iter().map(|_| None).collect();
    for (number, line) in lines.into_iter().enumerate() {
        for (signature, seen) in SIGNATURES.iter().zip(&mut seen) {
            let Some(place) = signature.place_in(line) else {
                continue;
            };
            let count = seen.as_ref().map_or(0, |seen| seen.count);
            *seen = Some(Match {
                signature,
                line: window::around(line, place),
                count: count.saturating_add(1),
                last: number,
                at: time_of(line),
                refusal: Refusal::in_line(line, place),
            });
        }
    }
    let mut matches: Vec<Match> = seen.into_iter().flatten().collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.signature.severity));
    matches
}

/// The time at the beginning of a line, as `timestamps=true` makes Kubernetes write it.
fn time_of(line: &str) -> Option<Timestamp> {
    line.split_whitespace().next()?.parse().ok()
}
