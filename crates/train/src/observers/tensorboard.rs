//! Curves for TensorBoard.

use super::Records;
use super::pacer::Pacer;
use crate::{Event, Name, Observer, Position, TaskError};
use std::ops::ControlFlow;

/// Writes `train/<term>`, `train/learning_rate`, `train/gradient_norm` and `validation/<term>`, or `test/<term>` of
/// test samples, for TensorBoard. With several players, `train/<player>/<term>`.
#[derive(Debug)]
pub struct TensorBoard {
    records: Records,
    pacer: Pacer,
    several: bool,
}

impl TensorBoard {
    /// Writes the curves of this run, with a point for each player once in `every` steps; `several` if there is more
    /// than one player.
    pub fn new(records: Records, every: u64, several: bool) -> Self {
        let pacer = Pacer::new(every, records.logged());
        Self { records, pacer, several }
    }
}

impl<T: ?Sized> Observer<T> for TensorBoard {
    fn observe(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<ControlFlow<()>, TaskError> {
        let tagged = |prefix: &str, values: &[(Name, f64)]| {
            values.iter().map(|(name, value)| (format!("{prefix}/{name}"), *value)).collect::<Vec<_>>()
        };
        match event {
            Event::Step(step) if self.pacer.is_due(&step.player, at.step) => {
                let prefix = if self.several { format!("train/{}", step.player) } else { "train".to_owned() };
                let mut values = tagged(&prefix, &step.values);
                values.extend(step.learning_rate.map(|rate| (format!("{prefix}/learning_rate"), rate)));
                values.extend(step.gradient_norm().map(|norm| (format!("{prefix}/gradient_norm"), norm)));
                self.records.scalars(at.step, &values)?;
            }
            Event::Validation(validation) => {
                self.records.scalars(at.step, &tagged(validation.on.as_str(), &validation.values))?;
            }
            Event::Prepared | Event::Begin | Event::Step(_) | Event::End(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }
}
