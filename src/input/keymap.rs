//! Key maps: which key asks for what, in which context.

use std::collections::BTreeMap;
use std::fmt;

use crate::input::command::{Command, Context};
use crate::input::key::Key;

/// Bindings of every command, without conflicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    keys: BTreeMap<Command, Vec<Key>>,
    bound: BTreeMap<(Context, Key), Command>,
}

/// Two commands that want one key in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub key: Key,
    /// The command that comes first in the table.
    pub first: Command,
    pub second: Command,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, first, second } = self;
        write!(
            f,
            "{key} is bound to both {first} and {second}; bind one of them to another key, or to [] for none"
        )
    }
}

impl std::error::Error for Conflict {}

impl Keymap {
    /// Puts the user's bindings over the defaults; an empty list unbinds a command.
    pub fn with(overrides: &BTreeMap<Command, Vec<Key>>) -> Result<Self, Conflict> {
        let mut keys: BTreeMap<Command, Vec<Key>> = Command::ALL
            .iter()
            .map(|command| (*command, defaults(*command)))
            .collect();
        for (command, wanted) in overrides {
            keys.insert(*command, wanted.clone());
        }
        let mut map = Self {
            keys,
            bound: BTreeMap::new(),
        };
        for command in Command::ALL {
            for context in command.contexts() {
                for key in map.keys.get(command).cloned().unwrap_or_default() {
                    if let Some(first) = map.taken(*context, key, *command) {
                        return Err(Conflict {
                            key,
                            first,
                            second: *command,
                        });
                    }
                    map.bound.insert((*context, key), *command);
                }
            }
        }
        Ok(map)
    }

    fn taken(&self, context: Context, key: Key, by: Command) -> Option<Command> {
        let clash = self.bound.iter().find(|((other, pressed), command)| {
            let together = context == *other
                || context == Context::Everywhere
                || *other == Context::Everywhere;
            *pressed == key && together && **command != by
        });
        clash.map(|(_, command)| *command)
    }

    /// What a key asks for in a context.
    pub fn command(&self, context: Context, key: Key) -> Option<Command> {
        let bound = |context| self.bound.get(&(context, key)).copied();
        bound(context).or_else(|| bound(Context::Everywhere))
    }

    /// The keys of a command, the preferred one first; empty if it is unbound.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.keys.get(&command).map_or(&[], Vec::as_slice)
    }

    /// The preferred key of a command as it is shown.
    pub fn shown(&self, command: Command) -> Option<String> {
        self.keys(command).first().map(Key::to_string)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        // A test holds the default table free of conflicts.
        Self::with(&BTreeMap::new()).unwrap_or(Self {
            keys: BTreeMap::new(),
            bound: BTreeMap::new(),
        })
    }
}

fn defaults(command: Command) -> Vec<Key> {
    command
        .default_keys()
        .iter()
        .filter_map(|key| key.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn the_default_table_has_no_conflicts_and_every_key_parses() {
        Keymap::with(&BTreeMap::new()).unwrap();
        for command in Command::ALL {
            assert_eq!(
                defaults(*command).len(),
                command.default_keys().len(),
                "{command}"
            );
            assert!(!command.default_keys().is_empty(), "{command} has no key");
        }
    }

    #[test]
    fn contexts_keep_keys_apart() {
        let map = Keymap::default();
        assert_eq!(map.command(Context::Main, key("/")), Some(Command::Filter));
        assert_eq!(map.command(Context::Text, key("/")), Some(Command::Search));
        assert_eq!(map.command(Context::Prompt, key("j")), None);
        assert_eq!(
            map.command(Context::Prompt, key("ctrl-c")),
            Some(Command::Quit)
        );
    }

    #[test]
    fn overrides_rebind_unbind_and_conflict() {
        let map = Keymap::with(&BTreeMap::from([
            (Command::Refresh, vec![key("f5")]),
            (Command::Wide, vec![]),
        ]))
        .unwrap();
        assert_eq!(
            map.command(Context::Main, key("f5")),
            Some(Command::Refresh)
        );
        assert_eq!(map.command(Context::Main, key("ctrl-r")), None);
        assert_eq!(map.shown(Command::Wide), None);

        let clash =
            Keymap::with(&BTreeMap::from([(Command::Zoom, vec![key("ctrl-c")])])).unwrap_err();
        assert_eq!((clash.first, clash.second), (Command::Zoom, Command::Quit));
    }
}
