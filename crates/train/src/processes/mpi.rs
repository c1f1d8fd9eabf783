//! Processes that speak through MPI.

use super::ProcessesError;
use latent_numeric::ranks::Ranks;
use mpi::Threading;
use mpi::datatype::{Partition, PartitionMut};
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// MPI, from its start to its end.
pub struct World(Universe);

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

/// Starts MPI; `launched` is what the launcher says of the number of processes.
pub fn start(_launched: usize) -> Result<Option<(World, Arc<dyn Ranks>)>, ProcessesError> {
    let (universe, threading) =
        mpi::initialize_with_threading(Threading::Serialized).ok_or(ProcessesError::StartedBefore)?;
    if threading < Threading::Serialized {
        return Err(ProcessesError::Threads);
    }
    let world = universe.world();
    let ranks = Members { rank: world.rank() as usize, size: world.size() as usize, busy: Mutex::new(()) };
    Ok(Some((World(universe), Arc::new(ranks))))
}

impl World {
    /// Waits for the others without using the processor, which the first one needs for what it writes at the end.
    pub fn finish(self) {
        let mut arrived = self.0.world().immediate_barrier();
        while let Err(waiting) = arrived.test() {
            arrived = waiting;
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(self.0);
    }

    /// Ends all processes, this one among them.
    pub fn abort(self) {
        self.0.world().abort(1);
    }
}

/// All processes. MPI itself ends the program where a message cannot be sent.
#[derive(Debug)]
struct Members {
    rank: usize,
    size: usize,
    /// Held during a call: calls may come from any thread, but one at a time.
    busy: Mutex<()>,
}

impl Members {
    fn world(&self) -> (MutexGuard<'_, ()>, SimpleCommunicator) {
        (self.busy.lock().unwrap_or_else(PoisonError::into_inner), SimpleCommunicator::world())
    }
}

/// The lengths of pieces and where they begin, as MPI counts.
fn pieces(lengths: &[usize], whole: usize) -> (Vec<i32>, Vec<i32>) {
    assert_eq!(lengths.iter().sum::<usize>(), whole, "the pieces {lengths:?}");
    let count = |n: usize| i32::try_from(n).expect("a message of less than 2^31 bytes");
    let starts = lengths.iter().scan(0, |next, length| Some(std::mem::replace(next, *next + length)));
    (lengths.iter().map(|&length| count(length)).collect(), starts.map(count).collect())
}

impl Ranks for Members {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn all_to_all(&self, give: &[u8], given: &[usize], take: &mut [u8], taken: &[usize]) {
        let (_one_at_a_time, world) = self.world();
        let (given, from) = pieces(given, give.len());
        let (taken, to) = pieces(taken, take.len());
        world.all_to_all_varcount_into(&Partition::new(give, given, from), &mut PartitionMut::new(take, taken, to));
    }

    fn all_gather(&self, give: &[u8], take: &mut [u8], taken: &[usize]) {
        let (_one_at_a_time, world) = self.world();
        assert_eq!(taken[self.rank], give.len(), "all_gather: what this rank gives");
        let (taken, to) = pieces(taken, take.len());
        world.all_gather_varcount_into(give, &mut PartitionMut::new(take, taken, to));
    }
}
