//! The last known world, one file per account and region.
//!
//! It holds names, ARNs, tags and times, and no credentials. A file that cannot be read is no failure: the
//! world is read again from AWS. All of it is blocking file work.

mod format;

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::model::snapshot::Snapshot;

/// The cache directory, usually `$XDG_CACHE_HOME/roledex`.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
}

/// Why the cache could not be written or opened.
#[derive(Debug)]
pub struct CacheError {
    doing: String,
    cause: io::Error,
}

impl std::fmt::Display for CacheError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "could not {}: {}", self.doing, self.cause)
    }
}

impl std::error::Error for CacheError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// A file that was left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub path: PathBuf,
    pub reason: String,
}

/// What earlier runs knew.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub snapshots: Vec<Snapshot>,
    pub ignored: Vec<Ignored>,
}

impl Cache {
    /// Opens the directory, which becomes the person's alone.
    pub fn open(directory: PathBuf) -> Result<Self, CacheError> {
        let prepared = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .and_then(|()| fs::metadata(&directory))
            .and_then(|metadata| {
                // An older version or another umask may have made it wider.
                if metadata.permissions().mode() & 0o777 == 0o700 {
                    return Ok(());
                }
                fs::set_permissions(&directory, Permissions::from_mode(0o700))
            });
        match prepared {
            Ok(()) => Ok(Self { directory }),
            Err(cause) => Err(CacheError {
                doing: format!("open the cache {}", directory.display()),
                cause,
            }),
        }
    }

    /// Reads every file; what cannot be read is named and left alone.
    pub fn load_all(&self) -> Loaded {
        let mut loaded = Loaded::default();
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) => {
                loaded.ignored.push(Ignored {
                    path: self.directory.clone(),
                    reason: error.to_string(),
                });
                return loaded;
            }
        };
        let mut paths: Vec<_> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        let mut texts = format::Texts::default();
        for path in paths {
            match read(&path, &mut texts) {
                Ok(snapshot) => loaded.snapshots.push(snapshot),
                Err(reason) => loaded.ignored.push(Ignored { path, reason }),
            }
        }
        loaded
    }

    /// Replaces what is kept of one account and region, in one step: a reader sees the old file or the new one.
    pub fn save(&self, snapshot: &Snapshot) -> Result<(), CacheError> {
        self.write(snapshot).map_err(|cause| CacheError {
            doing: format!(
                "keep what is known of {} in {}",
                snapshot.account, snapshot.region
            ),
            cause,
        })
    }

    fn write(&self, snapshot: &Snapshot) -> io::Result<()> {
        let path = self.directory.join(file_name(snapshot)?);
        // Made with 0600 and O_EXCL under a name of chance, and renamed over whatever stands at the path: a
        // link there is replaced and not followed.
        let mut file = NamedTempFile::with_prefix_in(".saving-", &self.directory)?;
        let mut writer = BufWriter::new(file.as_file_mut());
        format::write(snapshot, &mut writer)?;
        writer.flush()?;
        drop(writer);
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// `ACCOUNT.REGION.json`; both came from outside and must not lead out of the directory.
fn file_name(snapshot: &Snapshot) -> io::Result<String> {
    let (account, region) = (&*snapshot.account, snapshot.region.as_str());
    let is_plain = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if is_plain(account) && is_plain(region) {
        return Ok(format!("{account}.{region}.json"));
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "the account or the region is not a plain word",
    ))
}

fn read(path: &Path, texts: &mut format::Texts) -> Result<Snapshot, String> {
    let words = |error: io::Error| error.to_string();
    let named = fs::symlink_metadata(path).map_err(words)?;
    if !named.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    let file = File::open(path).map_err(words)?;
    let opened = file.metadata().map_err(words)?;
    if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err("it was replaced while it was opened".to_owned());
    }
    format::read(BufReader::new(file), texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::association::AssociationExtra;
    use crate::model::snapshot::{AssociationSnapshot, ClusterSnapshot};
    use crate::model::update::{Cancellation, UpdateError, UpdateParam};
    use crate::model::{
        Association, AssociationDetail, AssociationKey, Cluster, ClusterArn, Known, Region, Update,
        UpdateKey, UpdateStatus, UpdateSubject,
    };
    use jiff::Timestamp;
    use std::sync::Arc;

    fn snapshot() -> Snapshot {
        let region = Region::new("eu-west-1");
        let arn = ClusterArn::new(&region, "111122223333", "demo");
        let at = |second: i64| Timestamp::new(1_700_000_000 + second, 500_000_000).unwrap();
        let summary = |id: &str| Association {
            key: AssociationKey {
                cluster: arn.clone(),
                id: id.into(),
            },
            namespace: "payments".into(),
            service_account: "api\u{1b}[31m".into(),
            arn: Some("arn".into()),
            owner: None,
        };
        let detail = AssociationDetail {
            role: Some("arn:aws:iam::111122223333:role/api".into()),
            target_role: None,
            session_tags_disabled: Some(true),
            created: Some(at(1)),
            modified: None,
            extra: Some(Arc::new(AssociationExtra {
                tags: [("k".into(), "v".into())].into(),
                external_id: Some("x".into()),
                policy: Some("{}".into()),
            })),
        };
        let update = |subject, status| Update {
            key: UpdateKey {
                cluster: arn.clone(),
                subject,
                id: "u".into(),
            },
            status,
            kind: Some("AddonUpdate".into()),
            params: vec![UpdateParam {
                kind: Some("Version".into()),
                value: None,
            }],
            created: Some(at(2)),
            errors: vec![UpdateError {
                code: Some("Novel".into()),
                message: None,
                resources: vec!["r".into()],
            }],
            cancellation: Some(Cancellation {
                status: Some("Failed".into()),
                reason: None,
            }),
        };
        let cluster = Cluster {
            status: Some("ACTIVE".into()),
            version: Some("1.34".into()),
            created: Some(at(3)),
            auto_mode: true,
            health_issues: vec!["Other".into()],
            document: serde_json::json!({"name": "demo", "z": 1, "a": [1.5]})
                .as_object()
                .unwrap()
                .clone(),
            ..Cluster::default()
        };
        Snapshot {
            account: "111122223333".into(),
            region,
            clusters: vec![ClusterSnapshot {
                detail: Some(Known::cached(cluster, at(4))),
                associations: Some(Known::cached(
                    vec![
                        AssociationSnapshot {
                            summary: summary("a-1"),
                            detail: Some(Known::cached(detail, at(5))),
                        },
                        AssociationSnapshot {
                            summary: summary("a-2"),
                            detail: None,
                        },
                    ],
                    at(6),
                )),
                updates: vec![
                    Known::cached(update(UpdateSubject::Cluster, UpdateStatus::Failed), at(7)),
                    Known::cached(
                        update(
                            UpdateSubject::Capability("c".into()),
                            UpdateStatus::Other("New".into()),
                        ),
                        at(8),
                    ),
                ],
                arn,
            }],
        }
    }

    fn cache() -> (tempfile::TempDir, Cache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path().join("deep/roledex")).unwrap();
        (directory, cache)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let (_directory, cache) = cache();
        cache.save(&snapshot()).unwrap();
        cache.save(&snapshot()).unwrap();
        let loaded = cache.load_all();
        assert_eq!(loaded.ignored, []);
        assert_eq!(loaded.snapshots, [snapshot()]);
        let rows = &loaded.snapshots[0].clusters[0]
            .associations
            .as_ref()
            .unwrap()
            .value;
        assert!(
            Arc::ptr_eq(&rows[0].summary.namespace, &rows[1].summary.namespace),
            "repeated texts share one copy"
        );
    }

    #[test]
    fn files_are_the_persons_alone() {
        let (_directory, cache) = cache();
        fs::set_permissions(&cache.directory, Permissions::from_mode(0o755)).unwrap();
        let cache = Cache::open(cache.directory).unwrap();
        cache.save(&snapshot()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&cache.directory), 0o700);
        let names: Vec<_> = fs::read_dir(&cache.directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(
            names,
            [cache.directory.join("111122223333.eu-west-1.json")],
            "no leftovers"
        );
        assert_eq!(mode(&names[0]), 0o600);
    }

    #[test]
    fn links_are_neither_written_through_nor_read() {
        let (directory, cache) = cache();
        let victim = directory.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        let path = cache.directory.join("111122223333.eu-west-1.json");
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        assert_eq!(cache.load_all().ignored[0].reason, "it is not a plain file");
        cache.save(&snapshot()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(cache.load_all().snapshots.len(), 1);
    }

    #[test]
    fn files_that_cannot_be_read_are_left_alone_with_a_reason() {
        let (_directory, cache) = cache();
        cache.save(&snapshot()).unwrap();
        for (name, content, reason) in [
            ("a.json", "{\"version\": 999}", "version 999"),
            ("b.json", "{\"version\": 1, \"account\"", "EOF"),
            ("c.json", "{\"version\": 1}", "missing field"),
            ("d.json", "", "EOF"),
        ] {
            fs::write(cache.directory.join(name), content).unwrap();
            let ignored = cache.load_all().ignored;
            let found = ignored
                .iter()
                .find(|ignored| ignored.path.ends_with(name))
                .unwrap();
            assert!(found.reason.contains(reason), "{name}: {}", found.reason);
        }
        let whole =
            fs::read_to_string(cache.directory.join("111122223333.eu-west-1.json")).unwrap();
        let bent = whole.replace(
            "arn:aws:eks:eu-west-1:111122223333:cluster/demo",
            "nonsense",
        );
        fs::write(cache.directory.join("e.json"), bent).unwrap();
        let loaded = cache.load_all();
        assert!(
            loaded
                .ignored
                .iter()
                .any(|ignored| ignored.reason.contains("nonsense"))
        );
        assert_eq!(loaded.snapshots.len(), 1);
    }

    #[test]
    fn names_from_outside_cannot_leave_the_directory() {
        let (_directory, cache) = cache();
        let mut hostile = snapshot();
        hostile.account = "../../x".into();
        assert!(cache.save(&hostile).is_err());
    }
}
