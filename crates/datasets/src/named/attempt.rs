//! A download that failed, and why.

use std::fmt;

/// A download that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The address.
    pub url: String,
    /// Why it failed.
    pub failure: Failure,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.failure)
    }
}

/// Why a download failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No connection: no network, an unknown host, or nobody there.
    #[error("cannot connect ({0})")]
    Unreachable(String),
    /// The server answered with an error.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The transfer ended early or stalled.
    #[error("the transfer broke off after {received} bytes ({reason})")]
    BrokenOff {
        /// Bytes that had arrived.
        received: u64,
        /// Why the download failed.
        reason: String,
    },
    /// The server sent something, but not the file.
    #[error("not the file: {0}")]
    Content(String),
}

impl Failure {
    /// Whether the same request may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::BrokenOff { .. } => true,
            Self::Status(status) => *status >= 500 || *status == 429 || *status == 408,
            Self::Unreachable(_) | Self::Content(_) => false,
        }
    }
}
