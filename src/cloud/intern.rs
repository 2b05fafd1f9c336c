//! One copy of each text that rows repeat: namespaces, service accounts, roles, owners.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::model::Text;

/// Shares equal texts for as long as the program runs.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: Mutex<HashSet<Text>>,
}

impl Interner {
    pub(crate) fn text(&self, text: &str) -> Text {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(text) {
            return known.clone();
        }
        let new: Text = text.into();
        texts.insert(new.clone());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn equal_texts_share_one_copy() {
        let interner = Interner::default();
        let (one, two) = (interner.text("payments"), interner.text("payments"));
        assert!(Arc::ptr_eq(&one, &two));
        assert!(!Arc::ptr_eq(&one, &interner.text("other")));
    }
}
