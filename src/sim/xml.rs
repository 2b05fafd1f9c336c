//! The XML that the query services answer with.

use quick_xml::escape::{escape, partial_escape};

/// One element: a name with text or with children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    name: String,
    namespace: Option<&'static str>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    pub(crate) fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: None,
            content: Content::Text(text.into()),
        }
    }

    pub(crate) fn node(name: impl Into<String>, children: Vec<Element>) -> Self {
        Self {
            name: name.into(),
            namespace: None,
            content: Content::Children(children),
        }
    }

    /// Wraps each item's content into `<member>`, the list form of the query protocol.
    pub(crate) fn list(name: &str, items: Vec<Vec<Element>>) -> Self {
        Self::node(
            name,
            items
                .into_iter()
                .map(|item| Self::node("member", item))
                .collect(),
        )
    }

    /// Lists plain texts.
    pub(crate) fn texts(name: &str, items: impl IntoIterator<Item = String>) -> Self {
        Self::node(
            name,
            items
                .into_iter()
                .map(|item| Self::text("member", item))
                .collect(),
        )
    }

    pub(crate) fn within(mut self, namespace: &'static str) -> Self {
        self.namespace = Some(namespace);
        self
    }

    pub(crate) fn render(&self) -> String {
        let mut output = String::new();
        self.write(&mut output);
        output
    }

    fn write(&self, output: &mut String) {
        let empty = match &self.content {
            Content::Text(text) => text.is_empty(),
            Content::Children(children) => children.is_empty(),
        };
        output.push('<');
        output.push_str(&self.name);
        if let Some(namespace) = self.namespace {
            output.push_str(" xmlns=\"");
            output.push_str(&escape(namespace));
            output.push('"');
        }
        if empty {
            output.push_str("/>");
            return;
        }
        output.push('>');
        match &self.content {
            Content::Text(text) => output.push_str(&partial_escape(printable(text))),
            Content::Children(children) => {
                for child in children {
                    child.write(output);
                }
            }
        }
        output.push_str("</");
        output.push_str(&self.name);
        output.push('>');
    }
}

/// Replaces what XML 1.0 cannot carry even as a character reference.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' | '\n' | '\r' => character,
            '\u{0}'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_members_and_text_is_escaped() {
        let element = Element::node(
            "Result",
            vec![
                Element::texts("Names", ["a<b".to_owned(), "\u{1b}[31m".to_owned()]),
                Element::list("Empty", Vec::new()),
            ],
        )
        .within("https://example.com/doc/");
        assert_eq!(
            element.render(),
            "<Result xmlns=\"https://example.com/doc/\"><Names><member>a&lt;b</member>\
             <member>\u{fffd}[31m</member></Names><Empty/></Result>"
        );
    }
}
