//! A secret: text that is wiped when it is dropped, and that nothing shows by accident.

use std::fmt;

use zeroize::Zeroizing;

/// Room for what people type or paste, so that most secrets never move.
const ROOM: usize = 4096;

/// Holds a token or a key, and overwrites it in memory when it is dropped.
///
/// It has no `Clone`, `Display` or `Serialize`, and its `Debug` says nothing, so that a secret can only leave by
/// [`Secret::expose`], a word to search for. Wiping covers our copy alone: buffers of the SDK, of TLS and of
/// the kernel are not ours to wipe.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the buffer as it is: nothing is copied, so no copy is left behind.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// An empty secret, with room for what will be typed.
    pub fn typed() -> Self {
        Self::new(String::with_capacity(ROOM))
    }

    /// The secret itself, for the one call or child process that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters it has; all that a hidden prompt shows.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    /// Appends text.
    ///
    /// `String` would move to a larger buffer and free the old one with the secret in it; here the old one is
    /// wiped.
    pub fn push_str(&mut self, text: &str) {
        let needed = self.0.len().saturating_add(text.len());
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(String::with_capacity(needed.saturating_mul(2)));
            larger.push_str(&self.0);
            // The smaller buffer is wiped as it is dropped here.
            self.0 = larger;
        }
        self.0.push_str(text);
    }

    /// Takes back the last character.
    ///
    /// Its bytes stay in the buffer until that is overwritten or dropped, which wipes all of it.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Forgets everything typed so far.
    pub fn clear(&mut self) {
        *self = Self::typed();
    }

    /// Without the white space around it: pasted text and files end with a line break.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        let end = self.0.trim_end().len();
        self.0.truncate(end);
        let blank = self.0.len() - self.0.trim_start().len();
        // Moves the rest to the front within the buffer.
        self.0.drain(..blank);
        self
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_not_even_the_length() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(format!("{:#?}", Some(secret)), "Some(\n    Secret,\n)");
    }

    #[test]
    fn a_given_buffer_is_taken_over() {
        let text = String::from("a token");
        let place = text.as_ptr();
        let secret = Secret::from(text);
        assert_eq!(secret.expose(), "a token");
        assert_eq!(
            secret.expose().as_ptr(),
            place,
            "a copy would be left behind"
        );
    }

    #[test]
    fn typing_keeps_every_character_however_long_it_gets() {
        let mut secret = Secret::typed();
        let pasted = "é".repeat(ROOM);
        secret.push_str("a");
        secret.push_str(&pasted);
        secret.push_str("zz");
        secret.pop();
        assert_eq!(secret.count(), ROOM + 2);
        assert_eq!(secret.expose(), format!("a{pasted}z"));
        secret.clear();
        assert!(secret.is_empty());
    }

    #[test]
    fn short_input_never_moves() {
        let mut secret = Secret::typed();
        let place = secret.expose().as_ptr();
        for _ in 0..ROOM {
            secret.push_str("x");
        }
        assert_eq!(secret.expose().as_ptr(), place);
    }

    #[test]
    fn white_space_around_is_cut_within_the_buffer() {
        let secret = Secret::new(" \n eyJ.a b.c\r\n".to_owned());
        let place = secret.expose().as_ptr();
        let secret = secret.trimmed();
        assert_eq!(secret.expose(), "eyJ.a b.c");
        assert_eq!(secret.expose().as_ptr(), place);
        assert!(Secret::new(" \n".to_owned()).trimmed().is_empty());
    }
}
