//! Health monitors, listened to.

use super::Records;
use crate::health::Monitor;
use crate::{Event, Observer, Position, TaskError};
use serde_json::Value;
use std::ops::ControlFlow;

/// Tells a run's records what a monitor sees.
pub(crate) struct Watch<M> {
    pub records: Records,
    pub monitor: M,
}

impl<T: ?Sized, M: Monitor<T>> Observer<T> for Watch<M> {
    fn observe(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<ControlFlow<()>, TaskError> {
        if let Some(warning) = self.monitor.look(event, at, task)? {
            self.records.warn(self.monitor.name(), &warning, at)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn save(&self) -> Option<(String, Value)> {
        Some((self.monitor.name().to_owned(), self.monitor.save()?))
    }

    fn load(&mut self, memory: Value) -> Result<(), serde_json::Error> {
        self.monitor.load(memory)
    }
}
