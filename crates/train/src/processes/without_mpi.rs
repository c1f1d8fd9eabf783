//! A program that was built without MPI is alone.

use super::ProcessesError;
use latent_numeric::ranks::Ranks;
use std::sync::Arc;

/// There is none.
#[derive(Debug)]
pub enum World {}

pub fn start(launched: usize) -> Result<Option<(World, Arc<dyn Ranks>)>, ProcessesError> {
    if launched > 1 { Err(ProcessesError::WithoutMpi(launched)) } else { Ok(None) }
}

impl World {
    pub fn finish(self) {
        match self {}
    }

    pub fn abort(self) {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_processes_are_refused() {
        assert!(start(1).unwrap().is_none());
        let error = start(2).unwrap_err();
        assert!(error.to_string().contains("started as 2 processes"), "{error}");
        assert!(error.help().unwrap().contains("--features mpi"));
    }
}
