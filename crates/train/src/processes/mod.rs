//! A program that was started as several processes at once, as `mpirun` and `srun` do.
//!
//! ```
//! use latent_train::processes::Processes;
//!
//! # fn train(_: std::sync::Arc<dyn latent_numeric::ranks::Ranks>) -> Result<(), String> { Ok(()) }
//! let processes = Processes::started()?;
//! match train(processes.ranks()) {
//!     Ok(()) => processes.finish(),
//!     Err(error) => processes.fail(&error),
//! }
//! # Ok::<(), latent_train::processes::ProcessesError>(())
//! ```

mod launcher;
#[cfg(feature = "mpi")]
mod mpi;
#[cfg(not(feature = "mpi"))]
#[path = "without_mpi.rs"]
mod mpi;

use crate::tell;
use latent_numeric::ranks::{Alone, Ranks};
use std::fmt::Display;
use std::io::{Write, stderr};
use std::sync::Arc;
use std::time::Duration;

/// The processes of this program that train together; one, unless a launcher started several.
///
/// They end together: when all of them [`finish`](Self::finish), or when one ends otherwise, by [`fail`](Self::fail) or by
/// a panic; then the others are ended too, which could wait for it for ever.
#[derive(Debug)]
pub struct Processes {
    ranks: Arc<dyn Ranks>,
    world: Option<mpi::World>,
}

/// Why the processes that a launcher started cannot train together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcessesError {
    /// A launcher started several processes of a program that was built without MPI.
    #[error("started as {0} processes, but this program was built without MPI: each would do the same work")]
    WithoutMpi(usize),
    /// A launcher started several processes, but the MPI library of the program finds only one.
    #[error("started as {0} processes, but each is alone for the MPI library that this program was built with")]
    OtherMpi(usize),
    /// The MPI library does not allow calls from other threads than the main one.
    #[error("MPI allows calls from the main thread only, expected MPI_THREAD_SERIALIZED")]
    Threads,
    /// The program started MPI a second time.
    #[error("MPI was started before by this program")]
    StartedBefore,
}

impl ProcessesError {
    /// What the user can do about it, if anything.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::WithoutMpi(_) => Some("build it with --features mpi, or start it once, without mpirun or srun"),
            Self::OtherMpi(_) => {
                Some("start it with the mpirun of the same MPI; with srun, name what that MPI speaks, as in --mpi=pmix")
            }
            Self::Threads | Self::StartedBefore => None,
        }
    }
}

impl Processes {
    /// Finds the processes that a launcher started with this one. All but the first [`tell`] nothing from then on.
    ///
    /// # Errors
    /// If a launcher started several and they cannot find each other.
    pub fn started() -> Result<Self, ProcessesError> {
        let Some(launched) = launcher::launched(|name| std::env::var(name).ok()) else {
            return Ok(Self { ranks: Arc::new(Alone), world: None });
        };
        let Some((world, ranks)) = mpi::start(launched)? else {
            return Ok(Self { ranks: Arc::new(Alone), world: None });
        };
        if ranks.size() == 1 && launched > 1 {
            world.finish();
            return Err(ProcessesError::OtherMpi(launched));
        }
        tell::only_if(ranks.rank() == 0);
        Ok(Self { ranks, world: Some(world) })
    }

    /// The processes as the training loop uses them, this one among them.
    pub fn ranks(&self) -> Arc<dyn Ranks> {
        self.ranks.clone()
    }

    /// Waits until all processes have come to their end.
    pub fn finish(mut self) {
        if let Some(world) = self.world.take() {
            world.finish();
        }
    }

    /// Ends all processes, after this error is printed, if there are several. The first process speaks first: as a rule
    /// all have the same to say.
    pub fn fail(self, error: &dyn Display) {
        let (rank, size) = (self.ranks.rank(), self.ranks.size());
        if size == 1 {
            return self.finish();
        }
        if rank > 0 {
            std::thread::sleep(Duration::from_secs(1));
        }
        let _ = writeln!(stderr(), "process {rank} of {size}: {error}");
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if let Some(world) = self.world.take() {
            world.abort();
        }
    }
}
