//! How weights and gradients are spread, for TensorBoard.

use super::Records;
use super::event_file::Value;
use crate::{Event, Every, Name, Observer, Position, TaskError};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Writes histograms of each parameter, `weights/<name>`, and of its gradient before clipping, `gradients/<name>`, for
/// TensorBoard: of the first step of each player in a window of so many steps or epochs. With several players,
/// `weights/<player>/<name>`.
///
/// Of steps that were made without gradients there is nothing.
#[derive(Debug)]
pub struct Histograms {
    records: Records,
    every: Every,
    several: bool,
    /// The last window of each player.
    seen: BTreeMap<Name, u64>,
}

impl Histograms {
    /// Writes histograms for this run, once for each player in such a window; `several` if there is more than one
    /// player.
    pub fn new(records: Records, every: Every, several: bool) -> Self {
        // When a run goes on, the window in which it stopped has one more.
        Self { records, every, several, seen: BTreeMap::new() }
    }

    fn is_due(&mut self, player: &Name, at: Position) -> bool {
        let window = match self.every {
            Every::Steps(0) | Every::Epochs(0) | Every::Never => return false,
            Every::Steps(steps) => at.step.saturating_sub(1) / steps,
            Every::Epochs(epochs) => at.epoch / epochs,
        };
        self.seen.insert(player.clone(), window) != Some(window)
    }
}

impl<T: ?Sized> Observer<T> for Histograms {
    fn observe(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<ControlFlow<()>, TaskError> {
        if let Event::Step(step) = event
            && self.is_due(&step.player, at)
        {
            let player = if self.several { format!("{}/", step.player) } else { String::new() };
            for ((name, parameter), gradient) in step.gradients.parameters.iter().zip(&step.gradients.values) {
                let [weights, gradient] =
                    [&parameter.tensor(), gradient].map(|of| of.view().iter().copied().collect::<Vec<f32>>());
                let values = [
                    (format!("weights/{player}{name}"), Value::Histogram(&weights)),
                    (format!("gradients/{player}{name}"), Value::Histogram(&gradient)),
                ];
                self.records.values(at.step, &values)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
