//! Hidden prompts: while one is open, keys and pastes go into a secret and not into a message.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use zeroize::Zeroize as _;

use crate::app::Msg;
use crate::app::secret::{SecretId, Typed};
use crate::cloud::Secret;
use crate::runtime::keys;

/// Bytes that a secret may have: many times what any token has, and little enough to hold.
const LONGEST: usize = 64 * 1024;

/// How long the keyboard must rest after a secret was entered before keys mean anything again.
///
/// Without bracketed paste a token that was copied with its line breaks comes as keys, and its first break is enter:
/// what follows would press buttons.
const REST: Duration = Duration::from_millis(150);

/// The secrets that were typed, and the prompt that is open.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    open: Option<(SecretId, Secret)>,
    entered: HashMap<SecretId, Secret>,
    /// Until then keys are the rest of what was entered.
    resting: Option<Instant>,
}

impl Hidden {
    /// Opens a prompt; one that was open is closed, and what was typed there wiped.
    pub(super) fn ask(&mut self, id: SecretId) {
        self.open = Some((id, Secret::typed()));
    }

    /// Wipes a secret, and closes its prompt.
    pub(super) fn drop(&mut self, id: SecretId) {
        self.entered.remove(&id);
        self.open.take_if(|(open, _)| *open == id);
    }

    /// Hands out a secret that was entered; it can be had once.
    pub(super) fn take(&mut self, id: SecretId) -> Option<Secret> {
        self.entered.remove(&id)
    }

    /// The message of a terminal event. Of what is typed into an open prompt it tells the length alone.
    pub(super) fn message(&mut self, event: Event) -> Option<Msg> {
        self.message_at(event, Instant::now())
    }

    fn message_at(&mut self, event: Event, now: Instant) -> Option<Msg> {
        let Some((id, mut secret)) = self.open.take() else {
            return if self.is_rest(&event, now) {
                swallow(event);
                None
            } else {
                keys::message(event)
            };
        };
        let told = match event {
            Event::Paste(text) => {
                // Wiped when it goes out of scope.
                let text = Secret::new(text);
                // A terminal that wraps a long token copies line breaks along, and the last one is no enter.
                for part in text.expose().split(char::is_control) {
                    push(&mut secret, part);
                }
                Typed::Count(secret.count())
            }
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let Some(told) = edit(&mut secret, key) else {
                    self.open = Some((id, secret));
                    return None;
                };
                told
            }
            other => {
                self.open = Some((id, secret));
                return match other {
                    Event::Resize(..) => keys::message(other),
                    _ => None,
                };
            }
        };
        match told {
            Typed::Count(_) => self.open = Some((id, secret)),
            Typed::Entered => {
                self.entered.insert(id, secret.trimmed());
                self.resting = now.checked_add(REST);
            }
            // It is wiped here.
            Typed::Left => {}
        }
        Some(Msg::Secret(id, told))
    }

    /// Whether an event belongs to what was entered a moment ago; each one that does makes it longer.
    fn is_rest(&mut self, event: &Event, now: Instant) -> bool {
        if !matches!(event, Event::Key(_) | Event::Paste(_)) {
            return false;
        }
        let is_rest = self.resting.is_some_and(|until| now < until);
        self.resting = now.checked_add(REST).filter(|_| is_rest);
        is_rest
    }
}

/// Wipes what a paste holds.
fn swallow(event: Event) {
    if let Event::Paste(text) = event {
        drop(Secret::new(text));
    }
}

/// What a key does in the prompt; `None` if nothing.
fn edit(secret: &mut Secret, key: KeyEvent) -> Option<Typed> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        KeyCode::Esc => return Some(Typed::Left),
        KeyCode::Char('c') if ctrl => return Some(Typed::Left),
        KeyCode::Enter if secret.expose().trim().is_empty() => return None,
        KeyCode::Enter => return Some(Typed::Entered),
        KeyCode::Backspace => secret.pop(),
        KeyCode::Char('h') if ctrl => secret.pop(),
        KeyCode::Char('u') if ctrl => secret.clear(),
        KeyCode::Char(character) if !ctrl && !alt => {
            let mut bytes = [0; 4];
            push(secret, character.encode_utf8(&mut bytes));
            bytes.zeroize();
        }
        _ => return None,
    }
    Some(Typed::Count(secret.count()))
}

/// Appends what there is room for: all or nothing, so that a secret is never cut short unseen.
fn push(secret: &mut Secret, text: &str) {
    if secret.expose().len().saturating_add(text.len()) <= LONGEST {
        secret.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: SecretId = SecretId::NONE;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn plain(code: KeyCode) -> Event {
        key(code, KeyModifiers::NONE)
    }

    fn ctrl(character: char) -> Event {
        key(KeyCode::Char(character), KeyModifiers::CONTROL)
    }

    /// What is told of each event, and the secret that is there in the end.
    fn typed(events: Vec<Event>) -> (Vec<Typed>, Option<String>) {
        let mut hidden = Hidden::default();
        hidden.ask(ID);
        let told = events
            .into_iter()
            .filter_map(|event| hidden.message(event))
            .map(|message| match message {
                Msg::Secret(id, typed) if id == ID => typed,
                other => panic!("{other:?} left the prompt"),
            })
            .collect();
        let secret = hidden.take(ID).map(|secret| secret.expose().to_owned());
        (told, secret)
    }

    #[test]
    fn keys_are_counted_and_nothing_else_is_told() {
        let (told, secret) = typed(vec![
            plain(KeyCode::Char('a')),
            plain(KeyCode::Char('é')),
            plain(KeyCode::Char('x')),
            plain(KeyCode::Backspace),
            plain(KeyCode::Left),
            key(KeyCode::Char('B'), KeyModifiers::SHIFT),
            plain(KeyCode::Enter),
        ]);
        let counts = [1, 2, 3, 2, 3].map(Typed::Count);
        assert_eq!(told[..5], counts);
        assert_eq!(told[5..], [Typed::Entered]);
        assert_eq!(secret.as_deref(), Some("aéB"));
    }

    #[test]
    fn a_wrapped_paste_is_one_token_and_its_end_is_no_enter() {
        let (told, secret) = typed(vec![
            Event::Paste("old".to_owned()),
            ctrl('u'),
            Event::Paste(" eyJ.a\r\nb.c\n".to_owned()),
            plain(KeyCode::Enter),
        ]);
        let expected = [
            Typed::Count(3),
            Typed::Count(0),
            Typed::Count(9),
            Typed::Entered,
        ];
        assert_eq!(told, expected);
        assert_eq!(secret.as_deref(), Some("eyJ.ab.c"));
    }

    #[test]
    fn leaving_keeps_nothing() {
        for leave in [plain(KeyCode::Esc), ctrl('c')] {
            let (told, secret) = typed(vec![Event::Paste("secret".to_owned()), leave]);
            assert_eq!(told, [Typed::Count(6), Typed::Left]);
            assert_eq!(secret, None);
        }
    }

    #[test]
    fn nothing_cannot_be_entered() {
        let (told, secret) = typed(vec![
            plain(KeyCode::Enter),
            Event::Paste(" ".to_owned()),
            plain(KeyCode::Enter),
        ]);
        assert_eq!((told, secret), (vec![Typed::Count(1)], None));
    }

    #[test]
    fn keys_go_to_the_program_before_and_after() {
        let mut hidden = Hidden::default();
        let is_key = |message| matches!(message, Some(Msg::Key(_)));
        assert!(is_key(hidden.message(plain(KeyCode::Char('a')))));
        hidden.ask(ID);
        assert!(matches!(
            hidden.message(Event::Resize(3, 4)),
            Some(Msg::Resize(_))
        ));
        hidden.message(plain(KeyCode::Char('a')));
        hidden.message(plain(KeyCode::Enter));
        let later = Instant::now() + REST;
        assert!(is_key(hidden.message_at(plain(KeyCode::Char('a')), later)));
        hidden.drop(ID);
        assert!(hidden.take(ID).is_none(), "it was dropped");
        hidden.ask(ID);
        hidden.drop(ID.next());
        assert!(
            !is_key(hidden.message(plain(KeyCode::Char('a')))),
            "another id"
        );
        hidden.drop(ID);
        assert!(is_key(hidden.message(plain(KeyCode::Char('a')))));
    }

    /// A terminal without bracketed paste types a wrapped token: its first line break is enter.
    #[test]
    fn the_rest_of_a_wrapped_token_presses_no_button() {
        let mut hidden = Hidden::default();
        hidden.ask(ID);
        let mut now = Instant::now();
        let mut heard = Vec::new();
        for character in "eyJ.a\nlhq.\n".chars() {
            now += REST / 2;
            let code = match character {
                '\n' => KeyCode::Enter,
                other => KeyCode::Char(other),
            };
            heard.extend(hidden.message_at(plain(code), now));
        }
        heard.extend(hidden.message_at(Event::Paste("sig\n".to_owned()), now));
        assert_eq!(heard.len(), 6, "{heard:?}");
        assert!(
            heard
                .iter()
                .all(|message| matches!(message, Msg::Secret(..))),
            "{heard:?}"
        );
        assert!(matches!(
            hidden.message_at(Event::Resize(3, 4), now),
            Some(Msg::Resize(_))
        ));
        now += REST;
        for _ in 0..2 {
            let key = hidden.message_at(plain(KeyCode::Char('l')), now);
            assert!(matches!(key, Some(Msg::Key(_))), "{key:?}");
        }
    }

    #[test]
    fn a_secret_is_never_cut_short() {
        let most = "x".repeat(LONGEST);
        let (told, secret) = typed(vec![
            Event::Paste(most.clone()),
            Event::Paste("yy".to_owned()),
            plain(KeyCode::Char('z')),
            plain(KeyCode::Enter),
        ]);
        assert_eq!(told[1], Typed::Count(LONGEST));
        assert_eq!(secret, Some(most));
    }
}
