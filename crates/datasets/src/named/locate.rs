//! Where the files of a named set are looked for.

use super::Name;
use super::catalogue::Entry;
use super::download::{self, Event};
use crate::DatasetError;
use crate::error::Looked;
use crate::idx::{self, Idx};
use directories::ProjectDirs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The environment variable that names a folder of data sets.
const VARIABLE: &str = "LATENT_DATA_DIR";

/// Where files are looked for, and whether and how they are downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locate {
    /// If there is one, no other place counts.
    named: Option<PathBuf>,
    folders: Vec<PathBuf>,
    pub(super) cache: Option<PathBuf>,
    pub(super) download: bool,
    pub(super) mirrors: Option<Vec<String>>,
    pub(super) attempts: u32,
    pub(super) backoff: Duration,
}

/// The user's cache folder, in the system's place for a program named `latent`: on Linux `$XDG_CACHE_HOME/latent`,
/// that is `~/.cache/latent`; on macOS `~/Library/Caches/latent`; on Windows `%LOCALAPPDATA%\latent\cache`. None if
/// the system has no such place.
pub fn user_cache() -> Option<PathBuf> {
    ProjectDirs::from("", "", "latent").map(|dirs| dirs.cache_dir().to_owned())
}

/// A file that was found and read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) idx: Idx,
    pub(super) verified: bool,
}

impl Locate {
    /// Nowhere, without downloads: to be filled by the methods below.
    pub fn nowhere() -> Self {
        Self {
            named: None,
            folders: Vec::new(),
            cache: None,
            download: false,
            mirrors: None,
            attempts: 3,
            backoff: Duration::from_secs(1),
        }
    }

    /// The folder of `LATENT_DATA_DIR` if it is set, which must be there, then the user's cache folder, then downloads.
    ///
    /// The cache folder is `datasets` in that of the [user](user_cache).
    pub fn from_environment() -> Self {
        let folder = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
        let cache = user_cache().map(|folder| folder.join("datasets"));
        Self { folders: folder.into_iter().map(PathBuf::from).collect(), cache, download: true, ..Self::nowhere() }
    }

    /// Looks in `folder` alone, neither elsewhere nor on the network, as who names a folder means that one; `None`
    /// changes nothing, as a flag that was not given.
    #[must_use]
    pub fn data_dir(self, folder: Option<PathBuf>) -> Self {
        Self { named: folder.or(self.named), ..self }
    }

    /// Looks in `folder` too, before the cache folder, as in that of `LATENT_DATA_DIR`.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Keeps downloads in `folder`.
    #[must_use]
    pub fn cache_dir(self, folder: impl Into<PathBuf>) -> Self {
        Self { cache: Some(folder.into()), ..self }
    }

    /// Whether to download what is found nowhere.
    #[must_use]
    pub fn download(self, download: bool) -> Self {
        Self { download, ..self }
    }

    /// Downloads from these addresses instead of the public mirrors; a file is at `{mirror}/{file}.gz`.
    #[must_use]
    pub fn mirrors(self, mirrors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { mirrors: Some(mirrors.into_iter().map(Into::into).collect()), ..self }
    }

    /// Goes over the mirrors at most `attempts` times, waiting `backoff`, then twice that, and so on between.
    #[must_use]
    pub fn retries(self, attempts: u32, backoff: Duration) -> Self {
        Self { attempts, backoff, ..self }
    }

    /// Whether the folder that was named by [`data_dir`](Self::data_dir) is there.
    ///
    /// # Errors
    /// [`DatasetError::NoFolder`].
    pub fn check(&self) -> Result<(), DatasetError> {
        self.named.as_deref().map_or(Ok(()), |folder| is_folder(folder, "--data-dir"))
    }

    /// Whether one folder was named, and no other place counts.
    pub(super) fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// The folders of the user's, in which files count as they are.
    ///
    /// # Errors
    /// [`DatasetError::NoFolder`] if one is not there.
    pub(super) fn folders(&self) -> Result<Vec<&Path>, DatasetError> {
        self.check()?;
        if let Some(folder) = &self.named {
            return Ok(vec![folder]);
        }
        self.folders.iter().try_for_each(|folder| is_folder(folder, VARIABLE))?;
        Ok(self.folders.iter().map(PathBuf::as_path).collect())
    }

    /// The cache folder, unless no other place than the one that was named counts.
    pub(super) fn cache(&self) -> Option<&Path> {
        self.cache.as_deref().filter(|_| !self.is_named())
    }

    pub(super) fn find(
        &self,
        name: Name,
        entry: Entry,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Found, DatasetError> {
        let mut looked_in = Vec::new();
        for folder in self.folders()? {
            for path in candidates(folder, name, entry) {
                if path.try_exists().map_err(DatasetError::io("look for", &path))? {
                    let idx = idx::read(&path)?;
                    let verified = entry.checksum.mismatch(&path, &idx)?.is_none();
                    return Ok(Found { path, idx, verified });
                }
                looked_in.push(Looked { path, refused: None });
            }
        }
        if let Some(cache) = self.cache() {
            for path in candidates(cache, name, entry) {
                match cached(&path, entry) {
                    Cached::Sound(idx) => return Ok(Found { path, idx, verified: true }),
                    Cached::Absent => looked_in.push(Looked { path, refused: None }),
                    Cached::Refused(reason) => looked_in.push(Looked { path, refused: Some(reason) }),
                }
            }
        }
        let mut tried = Vec::new();
        if let (true, Some(cache)) = (self.download, self.cache()) {
            let folder = cache.join(name.as_str());
            let public = || name.mirrors().iter().map(ToString::to_string).collect();
            let mirrors: Vec<String> = self.mirrors.clone().unwrap_or_else(public);
            let job = download::Job { entry, mirrors, attempts: self.attempts, backoff: self.backoff, folder };
            if let Some((path, idx)) = job.run(&mut tried, observe)? {
                return Ok(Found { path, idx, verified: true });
            }
        }
        Err(DatasetError::Missing { name, file: entry.stem.to_owned(), named: self.is_named(), looked_in, tried })
    }
}

fn is_folder(path: &Path, named_by: &'static str) -> Result<(), DatasetError> {
    if path.is_dir() { Ok(()) } else { Err(DatasetError::NoFolder { path: path.to_owned(), named_by }) }
}

/// The two paths that a file may have below a folder.
fn candidates(folder: &Path, name: Name, entry: Entry) -> [PathBuf; 2] {
    let folder = folder.join(name.as_str());
    [folder.join(entry.stem), folder.join(format!("{}.gz", entry.stem))]
}

enum Cached {
    Sound(Idx),
    Absent,
    Refused(String),
}

/// A file of the cache folder; nothing there stops a download.
fn cached(path: &Path, entry: Entry) -> Cached {
    let checked = || -> Result<_, DatasetError> {
        let idx = idx::read_with_limit(path, download::MOST_ELEMENTS)?;
        Ok((entry.checksum.mismatch(path, &idx)?, idx))
    };
    match checked() {
        Ok((None, idx)) => Cached::Sound(idx),
        Ok((Some(reason), _)) => Cached::Refused(reason),
        Err(DatasetError::Io { source, .. })
            if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Cached::Absent
        }
        Err(DatasetError::Idx { fault, .. }) => Cached::Refused(fault.to_string()),
        Err(other) => Cached::Refused(other.to_string()),
    }
}
