//! What an entry did, in a few words: for a line of a list.

use crate::model::journal::{Entry, Family, Image, Settings};

impl Entry {
    /// Each field that it changed, or was to change, from the old value to the new one.
    ///
    /// Roles are named without their account, unless that is all that differs; empty where there is nothing to
    /// compare. The words come from outside and are not safe to print.
    pub fn changes(&self) -> String {
        let intent = &self.intent;
        let Some(family) = intent.kind.family() else {
            return String::new();
        };
        let read = |image: &Image| image.document().map(|it| Settings::read(family, it));
        let planned = intent.planned.or(self.left());
        let words = match (read(&intent.before), read(planned)) {
            (Some(before), Some(after)) => changed(&before, &after),
            (None, Some(after)) => whole(&after, "with "),
            (Some(before), None) => whole(&before, "had "),
            (None, None) => String::new(),
        };
        if family == Family::IdentityProvider && words.len() > LONGEST {
            return String::new();
        }
        words
    }

    /// The same, after whose undo or redo it is.
    pub fn summary(&self) -> String {
        let Some(link) = &self.intent.link else {
            return self.changes();
        };
        let part = if link.more { "part of the " } else { "" };
        let with = link.with.iter().map(|id| format!(" and {}", id.short()));
        let of = format!(
            "{part}{} of {}{}",
            link.way.word(),
            link.entry.short(),
            with.collect::<String>()
        );
        let changes = self.changes();
        if changes.is_empty() {
            return of;
        }
        format!("{of}; {changes}")
    }
}

/// A provider has a dozen members, and no line has room for them.
const LONGEST: usize = 200;

fn changed(before: &Settings, after: &Settings) -> String {
    let fields = before.changed(after).into_iter().map(|field| {
        let (old, new) = (before.get(&field), after.get(&field));
        let (mut was, mut is) = (field.brief(old), field.brief(new));
        if was == is {
            (was, is) = (field.shown(old), field.shown(new));
        }
        format!("{}: {was} → {is}", field.label())
    });
    fields.collect::<Vec<_>>().join("; ")
}

/// What comes or goes as a whole, by its fields; how the words begin says which.
fn whole(settings: &Settings, begin: &str) -> String {
    let fields = settings.fields().map(|field| {
        let value = field.brief(settings.get(field));
        format!("{} {value}", field.label())
    });
    let fields = fields.collect::<Vec<_>>().join(", ");
    if fields.is_empty() {
        return fields;
    }
    format!("{begin}{fields}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::json::tests::intent;
    use crate::model::journal::{EntryId, Intent, Link};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn image(value: Value) -> Image {
        match value {
            Value::Object(document) => Image::Present(document),
            _ => Image::Absent,
        }
    }

    fn entry(before: Value, planned: Value, link: Option<Link>) -> Entry {
        Entry {
            id: EntryId::parse("0000000a").unwrap(),
            run: "r".into(),
            intent: Arc::new(Intent {
                before: image(before),
                planned: image(planned),
                link,
                ..intent()
            }),
            conclusions: Vec::new(),
        }
    }

    #[test]
    fn a_line_names_the_fields_and_their_values() {
        let arn =
            |account: u8, name: &str| format!("arn:aws:iam::11112222333{account}:role/{name}");
        let policy = r#"{"Version":"2012-10-17"}"#;
        for (before, planned, expected) in [
            (
                json!({"roleArn": arn(3, "a")}),
                json!({"roleArn": arn(3, "team/b")}),
                "role: a → b".to_owned(),
            ),
            (
                json!({"roleArn": arn(3, "a")}),
                json!({"roleArn": arn(4, "a")}),
                format!("role: {} → {}", arn(3, "a"), arn(4, "a")),
            ),
            (
                json!({"roleArn": arn(3, "a"), "tags": {"team": "x"}}),
                json!({"roleArn": arn(3, "a"), "disableSessionTags": true, "policy": policy}),
                "session tags: on → off; session policy: none → 24 characters; tag team: x → none"
                    .to_owned(),
            ),
            (
                Value::Null,
                json!({"roleArn": arn(3, "a"), "tags": {"team": "x"}}),
                "with role a, tag team x".to_owned(),
            ),
            (
                json!({"roleArn": arn(3, "a")}),
                Value::Null,
                "had role a".to_owned(),
            ),
        ] {
            assert_eq!(entry(before, planned, None).summary(), expected);
        }
    }

    #[test]
    fn an_undo_says_of_what() {
        let id = |word: &str| EntryId::parse(word).unwrap();
        let both = Link {
            with: vec![id("bbbbbbbb")],
            ..Link::undoes(id("aaaaaaaa"))
        };
        let (old, new) = (json!({"roleArn": "b"}), json!({"roleArn": "a"}));
        let said = |link: Link| entry(old.clone(), new.clone(), Some(link)).summary();
        assert_eq!(
            said(both.clone()),
            "undo of aaaaaaaa and bbbbbbbb; role: b → a"
        );
        assert_eq!(
            said(both.partly()),
            "part of the undo of aaaaaaaa and bbbbbbbb; role: b → a"
        );
        assert_eq!(
            said(Link::redoes(id("aaaaaaaa"))),
            "redo of aaaaaaaa; role: b → a"
        );
    }
}
