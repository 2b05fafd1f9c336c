//! Identity and Access Management: what may be read of roles and identity providers.

pub(crate) mod account;
pub(crate) mod policy;
pub(crate) mod role;
pub(crate) mod role_policy;

use super::paging::Page;
use super::xml::Element;

/// Lists a page of members with the two elements that every paged answer of IAM ends in.
fn paged(name: &str, page: Page<Vec<Element>>) -> Vec<Element> {
    let mut elements = vec![
        Element::list(name, page.items),
        Element::text(
            "IsTruncated",
            if page.next.is_some() { "true" } else { "false" },
        ),
    ];
    elements.extend(page.next.map(|token| Element::text("Marker", token)));
    elements
}

/// Lists a page of plain texts in the same way.
fn paged_texts(name: &str, page: Page<String>) -> Vec<Element> {
    let mut elements = paged(
        name,
        Page {
            items: Vec::new(),
            next: page.next,
        },
    );
    if let Some(list) = elements.first_mut() {
        *list = Element::texts(name, page.items);
    }
    elements
}
