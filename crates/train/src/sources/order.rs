//! The order of the samples of an epoch.

use latent_datasets::batches::epoch_order;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// An order of so many samples, drawn from a seed for an epoch.
pub(super) type Draw = fn(usize, u64, u64) -> Vec<usize>;

/// That of the set, or another one each epoch.
#[derive(Debug)]
pub(super) struct Order {
    samples: usize,
    shuffle: Option<u64>,
    draw: Draw,
    drawn: Mutex<Option<(u64, Arc<Vec<usize>>)>>,
}

impl Order {
    pub fn of_the_set(samples: usize) -> Self {
        Self { samples, shuffle: None, draw: epoch_order, drawn: Mutex::new(None) }
    }

    pub fn shuffled(samples: usize, seed: u64) -> Self {
        Self { shuffle: Some(seed), ..Self::of_the_set(samples) }
    }

    pub fn drawn_by(self, draw: Draw) -> Self {
        Self { draw, ..self }
    }

    /// The samples at these places of the epoch.
    pub fn at(&self, epoch: u64, places: Range<usize>) -> Vec<usize> {
        match self.shuffle {
            Some(seed) => self.of_epoch(epoch, seed)[places].to_vec(),
            None => places.collect(),
        }
    }

    fn of_epoch(&self, epoch: u64, seed: u64) -> Arc<Vec<usize>> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        match &*drawn {
            Some((found, order)) if *found == epoch => order.clone(),
            _ => {
                let order = Arc::new((self.draw)(self.samples, seed, epoch));
                *drawn = Some((epoch, order.clone()));
                order
            }
        }
    }
}
