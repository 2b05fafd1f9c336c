//! Where roledex keeps its files, by the XDG base directory specification.

use std::path::PathBuf;

/// `$XDG_CACHE_HOME/roledex`, else `~/.cache/roledex`.
pub(crate) fn cache() -> Option<PathBuf> {
    base("XDG_CACHE_HOME", ".cache")
}

/// `$XDG_STATE_HOME/roledex`, else `~/.local/state/roledex`.
pub(crate) fn state() -> Option<PathBuf> {
    base("XDG_STATE_HOME", ".local/state")
}

fn base(variable: &str, under_home: &str) -> Option<PathBuf> {
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(under_home)));
    base.map(|base| base.join("roledex"))
}

/// Relative paths in these variables are to be ignored.
fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}
