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
