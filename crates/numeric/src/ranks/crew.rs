//! Threads as ranks.

use super::Ranks;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Runs `work` on so many threads that are ranks of each other, and returns what each comes to.
///
/// Each thread sees the others through messages alone, as processes do. If one panics, so do those that wait for it.
///
/// # Panics
/// If `size` is zero, or `work` panics.
pub fn crew<R: Send>(size: usize, work: impl Fn(Arc<dyn Ranks>) -> R + Sync) -> Vec<R> {
    assert!(size > 0, "crew: at least one rank");
    let board = Arc::new(Board { size, state: Mutex::default(), changed: Condvar::new() });
    std::thread::scope(|scope| {
        let start = |rank| {
            let (board, work) = (board.clone(), &work);
            scope.spawn(move || {
                let _leaving = Leaving(board.clone());
                work(Arc::new(Member { rank, board }))
            })
        };
        let threads: Vec<_> = (0..size).map(start).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, R>| thread.join();
        let results: Vec<_> = threads.into_iter().map(join).collect();
        results.into_iter().map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Where messages are put up.
struct Board {
    size: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What each rank gives to each, for the exchange that goes on.
    posted: Vec<(usize, Vec<Vec<u8>>)>,
    /// How many have taken theirs.
    done: usize,
    /// Whether somebody will never come again.
    left: bool,
}

struct Member {
    rank: usize,
    board: Arc<Board>,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread {} of {}", self.rank, self.board.size)
    }
}

/// Tells the others when a thread ends in whatever way.
struct Leaving(Arc<Board>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).left = true;
        self.0.changed.notify_all();
    }
}

impl Ranks for Member {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.board.size
    }

    fn all_to_all(&self, give: &[u8], given: &[usize], take: &mut [u8], taken: &[usize]) {
        let Board { size, state, changed } = &*self.board;
        let mut rest = give;
        let pieces: Vec<Vec<u8>> = given.iter().map(|&length| rest.split_off(..length).unwrap().to_vec()).collect();
        assert!(rest.is_empty() && pieces.len() == *size, "all_to_all: {given:?} of {} bytes", give.len());
        let wait = |state, ready: fn(&State, usize) -> bool| {
            let waiting = |state: &mut State| !state.left && !ready(state, *size);
            let state = changed.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
            assert!(ready(&state, *size), "another rank left");
            state
        };
        // Those of the exchange before leave first.
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = wait(state, |state, size| state.posted.len() < size);
        state.posted.push((self.rank, pieces));
        changed.notify_all();
        let mut state = wait(state, |state, size| state.posted.len() == size);
        let mut rest = take;
        for (rank, &length) in taken.iter().enumerate() {
            let (_, pieces) = state.posted.iter().find(|(from, _)| *from == rank).expect("all have posted");
            let piece = &pieces[self.rank];
            assert_eq!(piece.len(), length, "all_to_all: from rank {rank} to {}", self.rank);
            rest.split_off_mut(..length).expect("a piece for each").copy_from_slice(piece);
        }
        assert!(rest.is_empty(), "all_to_all: more was expected");
        state.done += 1;
        if state.done == *size {
            state.posted.clear();
            state.done = 0;
            changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn messages_of_many_rounds_stay_apart() {
        let sums = crew(4, |ranks| {
            (0..200_u8).fold(0_u64, |sum, round| {
                let all = ranks.gather(&[round ^ ranks.rank() as u8]);
                assert!(all.iter().enumerate().all(|(rank, message)| *message == [round ^ rank as u8]));
                sum + all.iter().map(|message| u64::from(message[0])).sum::<u64>()
            })
        });
        assert!(sums.iter().all(|sum| *sum == sums[0]));
    }

    #[test]
    fn nobody_waits_for_one_who_left() {
        let ended = catch_unwind(|| crew(3, |ranks| if ranks.rank() == 1 { false } else { ranks.any(true) }));
        assert!(ended.is_err());
    }
}
