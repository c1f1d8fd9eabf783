//! Downloads: several mirrors, several attempts, checked before they count.

use super::catalogue::Entry;
use super::{Attempt, Failure};
use crate::DatasetError;
use crate::idx::{self, Idx};
use crate::staged::staged_file;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;

/// No packed file of a named set is larger than this; a server that sends more is not believed.
const MOST_BYTES: u64 = 64 << 20;

/// No file of a named set has more elements than this: 60,000 images have 47 million.
pub(super) const MOST_ELEMENTS: u64 = 64 << 20;

/// What a download reports while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A server has begun to send a file.
    Started {
        /// The address.
        url: &'a str,
        /// The size in bytes, if the server says it.
        size: Option<u64>,
    },
    /// So many bytes have arrived since the start.
    Received {
        /// Bytes since the start of this file.
        bytes: u64,
    },
    /// The file is complete, checked and in the cache folder.
    Finished {
        /// Where it is.
        path: &'a Path,
    },
    /// An attempt failed; another mirror or attempt may follow.
    Failed {
        /// The attempt.
        attempt: &'a Attempt,
    },
    /// All mirrors failed and will be tried again after a wait.
    Waiting {
        /// How long the download waits before the next try.
        delay: Duration,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { url, size: Some(size) } => write!(f, "downloading {url} ({size} bytes)"),
            Self::Started { url, size: None } => write!(f, "downloading {url}"),
            Self::Received { bytes } => write!(f, "{bytes} bytes"),
            Self::Finished { path } => write!(f, "saved {}", path.display()),
            Self::Failed { attempt } => attempt.fmt(f),
            Self::Waiting { delay } => write!(f, "trying again in {} s", delay.as_secs_f64()),
        }
    }
}

/// A file to fetch.
pub(super) struct Job {
    pub(super) entry: Entry,
    pub(super) mirrors: Vec<String>,
    pub(super) attempts: u32,
    pub(super) backoff: Duration,
    pub(super) folder: PathBuf,
}

/// An attempt's end: a failure of the server's, or one of this machine's.
enum Stop {
    Server(Failure),
    Here(DatasetError),
}

impl From<DatasetError> for Stop {
    fn from(error: DatasetError) -> Self {
        Self::Here(error)
    }
}

impl Job {
    /// The file's path and content; `None` if every attempt failed, each then in `tried`.
    pub(super) fn run(
        mut self,
        tried: &mut Vec<Attempt>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Option<(PathBuf, Idx)>, DatasetError> {
        let folder = self.folder.clone();
        let refused = |source| DatasetError::Cache { path: folder, source };
        std::fs::create_dir_all(&self.folder).and_then(|()| staged_file(&self.folder)).map_err(refused)?;
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_resolve(Some(Duration::from_secs(5)))
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .user_agent(concat!("latent-datasets/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let mut delay = self.backoff;
        for round in 0..self.attempts {
            if round > 0 {
                observe(Event::Waiting { delay });
                std::thread::sleep(delay);
                delay *= 2;
            }
            let mut passing = Vec::new();
            for mirror in std::mem::take(&mut self.mirrors) {
                let url = format!("{}/{}.gz", mirror.trim_end_matches('/'), self.entry.stem);
                match self.fetch(&agent, &url, observe) {
                    Ok(found) => return Ok(Some(found)),
                    Err(Stop::Here(error)) => return Err(error),
                    Err(Stop::Server(failure)) => {
                        if failure.is_passing() {
                            passing.push(mirror);
                        }
                        let attempt = Attempt { url, failure };
                        observe(Event::Failed { attempt: &attempt });
                        tried.push(attempt);
                    }
                }
            }
            if passing.is_empty() {
                break;
            }
            self.mirrors = passing;
        }
        Ok(None)
    }

    fn fetch(&self, agent: &Agent, url: &str, observe: &mut dyn FnMut(Event<'_>)) -> Result<(PathBuf, Idx), Stop> {
        let response = agent.get(url).call().map_err(|error| Stop::Server(refusal(error)))?;
        let status = response.status();
        if !status.is_success() {
            return Err(Stop::Server(Failure::Status(status.as_u16())));
        }
        let size = response.body().content_length();
        observe(Event::Started { url, size });
        let mut body = response.into_body().into_with_config().limit(u64::MAX).reader();

        let cannot_write = |source| DatasetError::Cache { path: self.folder.clone(), source };
        let mut file = staged_file(&self.folder).map_err(cannot_write)?;
        let mut received = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stop::Server(Failure::BrokenOff { received, reason: error.to_string() })),
            };
            received += count as u64;
            if received > MOST_BYTES {
                let reason = format!("more than {MOST_BYTES} bytes");
                return Err(Stop::Server(Failure::Content(reason)));
            }
            file.write_all(&buffer[..count]).map_err(cannot_write)?;
            observe(Event::Received { bytes: received });
        }
        if let Some(size) = size.filter(|&size| size != received) {
            let reason = format!("the server announced {size}");
            return Err(Stop::Server(Failure::BrokenOff { received, reason }));
        }
        let idx = self.check(file.path())?;
        let path = self.folder.join(format!("{}.gz", self.entry.stem));
        file.as_file().sync_all().map_err(cannot_write)?;
        file.persist(&path).map_err(|error| cannot_write(error.error))?;
        observe(Event::Finished { path: &path });
        Ok((path, idx))
    }

    fn check(&self, path: &Path) -> Result<Idx, Stop> {
        let idx = match idx::read_with_limit(path, MOST_ELEMENTS) {
            Ok(idx) => idx,
            Err(DatasetError::Idx { fault: idx::IdxFault::TruncatedGzip { .. }, .. }) => {
                let received = std::fs::metadata(path).map_err(DatasetError::io("read", path))?.len();
                return Err(Stop::Server(Failure::BrokenOff { received, reason: "truncated gzip".to_owned() }));
            }
            Err(DatasetError::Idx { fault, .. }) => return Err(Stop::Server(Failure::Content(fault.to_string()))),
            Err(other) => return Err(Stop::Here(other)),
        };
        match self.entry.checksum.mismatch(path, &idx)? {
            None => Ok(idx),
            Some(reason) => Err(Stop::Server(Failure::Content(reason))),
        }
    }
}

/// Why there is no response.
fn refusal(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Io(error)
            if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) =>
        {
            Failure::BrokenOff { received: 0, reason: error.to_string() }
        }
        ureq::Error::Protocol(error) => Failure::BrokenOff { received: 0, reason: error.to_string() },
        ureq::Error::Timeout(ureq::Timeout::RecvResponse) => {
            Failure::BrokenOff { received: 0, reason: "no answer in 30 s".to_owned() }
        }
        other => Failure::Unreachable(other.to_string()),
    }
}
