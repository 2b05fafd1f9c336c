//! Hidden prompts, as far as the program may know of them: an id and a number of characters.
//!
//! ```text
//! Effect::AskSecret(id) ─> keys and pastes go into a secret that the runtime owns
//! Msg::Secret(id, Typed::Count(n)) <─ with every key    Typed::Entered <─ enter    Typed::Left <─ esc, ctrl-c
//! a request with the id takes the secret; Effect::DropSecret(id) wipes it
//! ```

/// Names a secret that the runtime holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(u64);

impl SecretId {
    /// The id after this one; every prompt has its own, so that no late key can land in another.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Before all prompts.
    pub const NONE: Self = Self(0);
}

/// What happened in a hidden prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// So many characters are there now.
    Count(usize),
    /// The prompt is closed, and the secret is kept until a request takes it or it is dropped.
    Entered,
    /// The prompt is closed, and what was typed is wiped.
    Left,
}
