//! Where roledex keeps its files, by the XDG base directory specification.

use std::path::PathBuf;

/// `$XDG_CACHE_HOME/roledex`, else `~/.cache/roledex`.
///
/// Another endpoint is another world, even where it has the same accounts and regions: its rows are kept apart.
pub(crate) fn cache(endpoint: Option<&str>) -> Option<PathBuf> {
    let directory = base("XDG_CACHE_HOME", ".cache")?;
    let named = |name| std::env::var(name).ok();
    let endpoint = endpoint
        .map(str::to_owned)
        .or_else(|| named("AWS_ENDPOINT_URL_EKS"))
        .or_else(|| named("AWS_ENDPOINT_URL"))
        .filter(|endpoint| !endpoint.is_empty());
    Some(endpoint.map_or(directory.clone(), |endpoint| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let name: String = endpoint
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .collect();
        directory.join(format!("endpoint-{name}"))
    }))
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
