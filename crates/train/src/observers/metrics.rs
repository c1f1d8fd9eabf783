//! The lines of `metrics.jsonl`.

use super::Records;
use super::pacer::Pacer;
use crate::tell::tell;
use crate::{Event, Name, Observer, Position, TaskError};
use serde_json::{Map, Value, json};
use std::ops::ControlFlow;

/// Writes `metrics.jsonl`: a line once what comes before the first step is done, if anything does, one for a step of
/// each player in a window of steps, one for each evaluation of held-out or test samples, and one for the end.
///
/// ```text
/// {"kind":"prepared","step":0,"epoch":0,"seconds":0.81}
/// {"kind":"step","step":120,"epoch":0,"player":"vae","samples":128,"values":{"objective":101.2},
///  "learning_rate":0.001,"gradient_norm":12.3,"seconds":1.93}
/// {"kind":"validation","step":469,"epoch":1,"on":"held_out","values":{"objective":99.0},
///  "improved":true,"averaged":false,"seconds":7.1}
/// {"kind":"end","step":4690,"epoch":10,"reason":"all steps were made","seconds":70.2}
/// ```
///
/// A step that was made without gradients has neither learning rate nor gradient norm. `seconds` counts from the start
/// of training, over resumptions. Values are means over samples; a number that is not
/// finite is `null`.
#[derive(Debug)]
pub struct Metrics {
    records: Records,
    pacer: Pacer,
}

impl Metrics {
    /// Writes the metrics of this run, with a line for each player once in `every` steps.
    pub fn new(records: Records, every: u64) -> Self {
        let pacer = Pacer::new(every, records.logged());
        Self { records, pacer }
    }
}

fn object(values: &[(Name, f64)]) -> Map<String, Value> {
    values.iter().map(|(name, value)| (name.clone().into_owned(), json!(value))).collect()
}

impl<T: ?Sized> Observer<T> for Metrics {
    fn observe(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<ControlFlow<()>, TaskError> {
        let Position { step, epoch, .. } = at;
        let seconds = self.records.seconds();
        let line = match event {
            Event::Begin => None,
            Event::Prepared => Some(json!({ "kind": "prepared", "step": step, "epoch": epoch, "seconds": seconds })),
            Event::Step(made) if !self.pacer.is_due(&made.player, step) => None,
            Event::Step(made) => {
                let mut line = json!({
                    "kind": "step", "step": step, "epoch": epoch, "player": made.player, "samples": made.samples,
                    "values": object(&made.values), "seconds": seconds,
                });
                if let Some(rate) = made.learning_rate {
                    line["learning_rate"] = json!(rate);
                    line["gradient_norm"] = json!(made.gradient_norm());
                }
                Some(line)
            }
            Event::Validation(validation) => Some(json!({
                "kind": "validation", "step": step, "epoch": epoch, "on": validation.on,
                "values": object(&validation.values),
                "improved": validation.improved, "averaged": validation.averaged, "seconds": seconds,
            })),
            Event::End(reason) => Some(json!({
                "kind": "end", "step": step, "epoch": epoch, "reason": reason.to_string(), "seconds": seconds,
            })),
        };
        line.map_or(Ok(()), |line| self.records.metric(&line))?;
        Ok(ControlFlow::Continue(()))
    }

    /// How many lines there are.
    fn save(&self) -> Option<(String, Value)> {
        Some(("metrics".to_owned(), json!(self.records.folder().lines())))
    }

    fn load(&mut self, memory: Value) -> Result<(), serde_json::Error> {
        let then: u64 = serde_json::from_value(memory)?;
        let now = self.records.folder().lines();
        if now < then {
            tell(format_args!(
                "note: metrics.jsonl was lost or damaged: {} of the {then} lines that were written so far are \
                 missing, and so is that part of the curves; the weights do not depend on it",
                then - now
            ));
        }
        Ok(())
    }
}
