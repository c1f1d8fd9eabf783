//! Pictures of the model as it learns.

use super::Records;
use crate::{Event, Observer, Position, StopReason, TaskError};
use image::RgbImage;
use std::ops::ControlFlow;

/// Keeps the pictures that a study draws of its model: as often as it is told of steps, and at the end of training.
pub struct Images<F> {
    records: Records,
    draw: F,
}

impl<F> Images<F> {
    /// Keeps the pictures, by name, that `draw` makes for this run.
    pub fn new(records: Records, draw: F) -> Self {
        Self { records, draw }
    }
}

impl<T: ?Sized, F> Observer<T> for Images<F>
where
    F: FnMut(&T, Position) -> Result<Vec<(String, RgbImage)>, TaskError>,
{
    fn observe(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<ControlFlow<()>, TaskError> {
        // At the end the weights are those that stay, which need not be those of the last step.
        let is_time = matches!(event, Event::Step(_) | Event::End(StopReason::Finished | StopReason::Early(_)));
        if is_time {
            for (name, image) in (self.draw)(task, at)? {
                self.records.image(&name, at.step, &image)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
