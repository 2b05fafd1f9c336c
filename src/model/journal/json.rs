//! Records as JSON objects: one line of the file each, and what exports show.
//!
//! ```text
//! {"journal":1,"entry":ID,"run":ID,"at":TIME,"intent":KIND,"cluster":ARN,"account":…,"caller":ARN,"name":…,"before":{…},"planned":{…}}
//! {"journal":1,"entry":ID,"at":TIME,"outcome":"applied","requestId":…,"after":{…}}
//! ```
//! An image that is left out is unknown, `null` is "nothing stands there". Members that are not known are kept.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::model::journal::{
    ChangeKind, Conclusion, Entry, EntryId, Image, Intent, Link, Outcome, Place, Target, Way, Who,
};
use crate::model::{ClusterArn, Document, Failure, FailureKind, Text};

/// The version of the form; it grows only if an older version would misread a newer record.
pub const VERSION: u64 = 1;

/// Members of a link, besides the entry that it names first.
const WITH: &str = "with";
const MORE: &str = "more";

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Intent {
        id: EntryId,
        run: Text,
        intent: Arc<Intent>,
    },
    Conclusion {
        id: EntryId,
        conclusion: Conclusion,
    },
}

impl Record {
    /// The object that stands in the file.
    pub fn to_document(&self) -> Document {
        match self {
            Self::Intent { id, run, intent } => {
                let mut writer = Writer::new(id);
                writer.text("run", run);
                writer.intent(intent);
                writer.0
            }
            Self::Conclusion { id, conclusion } => {
                let mut writer = Writer::new(id);
                writer.conclusion(conclusion);
                writer.0
            }
        }
    }

    /// Reads an object of the file, or says in a few words why it is none of ours.
    pub fn read(document: Document) -> Result<Self, String> {
        let mut reader = Reader(document);
        match reader.0.remove("journal").as_ref().and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(newer) => return Err(format!("it has the form {newer} of a newer version")),
            None => return Err("it is no record of the journal".to_owned()),
        }
        let id = reader.required("entry")?;
        let id = EntryId::parse(&id).ok_or_else(|| "its id is malformed".to_owned())?;
        if reader.0.contains_key("intent") {
            let run = reader.required("run")?;
            let intent = Arc::new(reader.intent()?);
            return Ok(Self::Intent { id, run, intent });
        }
        if reader.0.contains_key("outcome") {
            let conclusion = reader.conclusion()?;
            return Ok(Self::Conclusion { id, conclusion });
        }
        Err(
            "it is neither an intent nor an outcome; a newer version may have written it"
                .to_owned(),
        )
    }
}

impl Entry {
    /// The whole entry as one object, for exports.
    pub fn to_document(&self) -> Document {
        let mut writer = Writer::new(&self.id);
        writer.0.remove("journal");
        writer.text("run", &self.run);
        writer.intent(&self.intent);
        let conclusions = self.conclusions.iter().map(|conclusion| {
            let mut writer = Writer(Map::new());
            writer.conclusion(conclusion);
            Value::Object(writer.0)
        });
        let conclusions = conclusions.collect();
        writer
            .0
            .insert("conclusions".to_owned(), Value::Array(conclusions));
        writer.0
    }
}

struct Writer(Document);

impl Writer {
    fn new(id: &EntryId) -> Self {
        let mut writer = Self(Map::new());
        writer.0.insert("journal".to_owned(), VERSION.into());
        writer.text("entry", id.as_str());
        writer
    }

    fn text(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), text.into());
    }

    fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn image(&mut self, name: &str, image: &Image) {
        let value = match image {
            Image::Unknown => return,
            Image::Absent => Value::Null,
            Image::Present(document) => Value::Object(document.clone()),
        };
        self.0.insert(name.to_owned(), value);
    }

    fn rest(&mut self, rest: &Document) {
        for (name, value) in rest {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    fn intent(&mut self, intent: &Intent) {
        let (place, target) = (&intent.place, &intent.target);
        self.text("at", &intent.at.to_string());
        self.text("intent", intent.kind.as_str());
        self.text("cluster", place.cluster.as_str());
        self.optional("profile", place.profile.as_deref());
        self.optional("endpoint", place.endpoint.as_deref());
        self.text("account", &intent.who.account);
        self.text("caller", &intent.who.caller);
        self.optional("namespace", target.namespace.as_deref());
        self.text("name", &target.name);
        self.optional("id", target.id.as_deref());
        self.optional("token", intent.token.as_deref());
        if let Some(link) = &intent.link {
            self.link(link);
        }
        self.optional("batch", intent.batch.as_deref());
        self.image("before", &intent.before);
        self.image("planned", &intent.planned);
        self.rest(&intent.rest);
    }

    fn link(&mut self, link: &Link) {
        self.text(link.way.verb(), link.entry.as_str());
        if !link.with.is_empty() {
            let with = link.with.iter().map(EntryId::as_str);
            self.0.insert(WITH.to_owned(), with.collect());
        }
        if link.more {
            self.0.insert(MORE.to_owned(), true.into());
        }
    }

    fn conclusion(&mut self, conclusion: &Conclusion) {
        self.text("at", &conclusion.at.to_string());
        self.text("outcome", conclusion.outcome.word());
        match &conclusion.outcome {
            Outcome::Applied { request_id, after } => {
                self.optional("requestId", request_id.as_deref());
                self.image("after", after);
            }
            Outcome::Failed { failure } => {
                let mut writer = Self(Map::new());
                writer.text("kind", failure.kind.word());
                writer.text("doing", &failure.doing);
                writer.text("cause", &failure.cause);
                writer.optional("code", failure.code.as_deref());
                writer.optional("hint", failure.hint.as_deref());
                writer.optional("requestId", failure.request_id.as_deref());
                self.0.insert("failure".to_owned(), Value::Object(writer.0));
            }
            Outcome::NotApplied { reason } | Outcome::CannotBeTold { reason } => {
                self.text("reason", reason);
            }
            Outcome::Other { .. } => {}
        }
        self.rest(&conclusion.rest);
    }
}

struct Reader(Document);

impl Reader {
    fn optional(&mut self, name: &str) -> Result<Option<Text>, String> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.into())),
            Some(_) => Err(format!("its member {name} is no text")),
        }
    }

    fn required(&mut self, name: &str) -> Result<Text, String> {
        self.optional(name)?
            .ok_or_else(|| format!("it has no member {name}"))
    }

    fn time(&mut self) -> Result<Timestamp, String> {
        let text = self.required("at")?;
        text.parse()
            .map_err(|error| format!("its time cannot be read: {error}"))
    }

    fn image(&mut self, name: &str) -> Result<Image, String> {
        match self.0.remove(name) {
            None => Ok(Image::Unknown),
            Some(Value::Null) => Ok(Image::Absent),
            Some(Value::Object(document)) => Ok(Image::Present(document)),
            Some(_) => Err(format!("its member {name} is no object")),
        }
    }

    fn link(&mut self) -> Result<Option<Link>, String> {
        let malformed = |name: &str| format!("its member {name} is malformed");
        let mut found = None;
        for way in [Way::Undo, Way::Redo] {
            if let Some(word) = self.optional(way.verb())? {
                let id = EntryId::parse(&word).ok_or_else(|| malformed(way.verb()))?;
                found = found.or(Some(Link::new(way, id)));
            }
        }
        // Without a link these are nobody's of this version, and stay what they are.
        let Some(mut link) = found else {
            return Ok(None);
        };
        if let Some(with) = self.0.remove(WITH) {
            let ids = with.as_array().map(|ids| {
                let ids = ids.iter().map(|id| EntryId::parse(id.as_str()?));
                ids.collect::<Option<Vec<_>>>()
            });
            link.with = ids.flatten().ok_or_else(|| malformed(WITH))?;
        }
        if let Some(more) = self.0.remove(MORE) {
            link.more = more.as_bool().ok_or_else(|| malformed(MORE))?;
        }
        Ok(Some(link))
    }

    fn intent(mut self) -> Result<Intent, String> {
        let cluster = self.required("cluster")?;
        Ok(Intent {
            at: self.time()?,
            kind: ChangeKind::parse(&self.required("intent")?),
            place: Place {
                cluster: ClusterArn::parse(&cluster).map_err(|error| error.to_string())?,
                profile: self.optional("profile")?,
                endpoint: self.optional("endpoint")?,
            },
            who: Who {
                account: self.required("account")?,
                caller: self.required("caller")?,
            },
            target: Target {
                namespace: self.optional("namespace")?,
                name: self.required("name")?,
                id: self.optional("id")?,
            },
            token: self.optional("token")?,
            link: self.link()?,
            batch: self.optional("batch")?,
            before: self.image("before")?,
            planned: self.image("planned")?,
            rest: self.0,
        })
    }

    fn conclusion(mut self) -> Result<Conclusion, String> {
        let word = self.required("outcome")?;
        let at = self.time()?;
        let outcome = match &*word {
            "applied" => Outcome::Applied {
                request_id: self.optional("requestId")?,
                after: self.image("after")?,
            },
            "failed" => Outcome::Failed {
                failure: self.failure()?,
            },
            "not-applied" => Outcome::NotApplied {
                reason: self.required("reason")?,
            },
            "cannot-be-told" => Outcome::CannotBeTold {
                reason: self.required("reason")?,
            },
            _ => Outcome::Other { word },
        };
        Ok(Conclusion {
            at,
            outcome,
            rest: self.0,
        })
    }

    fn failure(&mut self) -> Result<Failure, String> {
        let Image::Present(document) = self.image("failure")? else {
            return Err("it has no member failure".to_owned());
        };
        let mut reader = Self(document);
        let word = reader.required("kind")?;
        let kind = FAILURES.into_iter().find(|kind| kind.word() == &*word);
        Ok(Failure {
            kind: kind.unwrap_or(FailureKind::Other),
            doing: reader.required("doing")?,
            cause: reader.required("cause")?,
            code: reader.optional("code")?,
            hint: reader.optional("hint")?,
            request_id: reader.optional("requestId")?,
        })
    }
}

/// Every kind of failure, to find one by its word.
const FAILURES: [FailureKind; 17] = [
    FailureKind::Denied,
    FailureKind::Expired,
    FailureKind::Unconfigured,
    FailureKind::Unsupported,
    FailureKind::RegionDisabled,
    FailureKind::Throttled,
    FailureKind::NotFound,
    FailureKind::Conflict,
    FailureKind::Invalid,
    FailureKind::Unreachable,
    FailureKind::Timeout,
    FailureKind::Server,
    FailureKind::Malformed,
    FailureKind::Refused,
    FailureKind::Cancelled,
    FailureKind::Bug,
    FailureKind::Other,
];

#[cfg(test)]
pub(crate) mod tests;
