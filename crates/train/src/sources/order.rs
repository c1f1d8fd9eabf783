//! The order of the samples of an epoch.

use latent_datasets::batches::epoch_order;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// An order of so many samples, drawn from a seed for an epoch.
pub(super) type Draw = fn(usize, u64, u64) -> Vec<usize>;

/// That of the set, or another one each epoch.
#[derive(Debug)]
pub(super) struct Order {
    /// The first sample that is used.
    first: usize,
    samples: usize,
    shuffle: Option<u64>,
    draw: Draw,
    drawn: Mutex<Option<(u64, Arc<Vec<usize>>)>>,
}

impl Order {
    pub fn of_the_set(samples: usize) -> Self {
        Self { first: 0, samples, shuffle: None, draw: epoch_order, drawn: Mutex::new(None) }
    }

    pub fn shuffled(samples: usize, seed: u64) -> Self {
        Self { shuffle: Some(seed), ..Self::of_the_set(samples) }
    }

    pub fn within(self, range: &Range<usize>) -> Self {
        Self { first: range.start, samples: range.len(), drawn: Mutex::new(None), ..self }
    }

    /// The samples that are used.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.samples
    }

    pub fn samples(&self) -> usize {
        self.samples
    }

    pub fn drawn_by(self, draw: Draw) -> Self {
        Self { draw, ..self }
    }

    /// The samples at these places of the epoch.
    pub fn at(&self, epoch: u64, places: Range<usize>) -> Vec<usize> {
        let sample = |place| self.first + place;
        match self.shuffle {
            Some(seed) => self.of_epoch(epoch, seed)[places].iter().copied().map(sample).collect(),
            None => places.map(sample).collect(),
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
