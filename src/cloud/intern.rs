//! One copy of each text that rows repeat: namespaces, service accounts, roles, owners.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Text;

/// Fewer texts are not worth a sweep.
const FEW: usize = 4_096;

/// Shares equal texts for as long as somebody holds them.
///
/// Names of pods come and go all day, so texts that nobody holds any more are swept out now and then.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: Mutex<Texts>,
}

#[derive(Debug, Default)]
struct Texts {
    known: HashSet<Text>,
    /// How many there were after the last sweep.
    kept: usize,
}

impl Interner {
    pub(crate) fn text(&self, text: &str) -> Text {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.known.get(text) {
            return known.clone();
        }
        if texts.known.len() >= FEW.max(texts.kept * 2) {
            texts.known.retain(|text| Arc::strong_count(text) > 1);
            texts.kept = texts.known.len();
        }
        let new: Text = text.into();
        texts.known.insert(new.clone());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_one_copy() {
        let interner = Interner::default();
        let (one, two) = (interner.text("payments"), interner.text("payments"));
        assert!(Arc::ptr_eq(&one, &two));
        assert!(!Arc::ptr_eq(&one, &interner.text("other")));
    }
    #[test]
    fn texts_that_nobody_holds_are_swept_out() {
        let interner = Interner::default();
        let held: Vec<_> = (0..FEW / 2)
            .map(|n| interner.text(&format!("held-{n}")))
            .collect();
        for n in 0..FEW * 10 {
            interner.text(&format!("gone-{n}"));
        }
        let known = interner.texts.lock().unwrap().known.len();
        assert!(known <= FEW + 1, "{known}");
        assert!(Arc::ptr_eq(&held[0], &interner.text("held-0")));
    }
}
