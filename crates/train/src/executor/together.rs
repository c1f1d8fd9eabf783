//! What processes that train together must agree on.

use super::Executor;
use crate::task::TaskError;
use crate::trainable::Trainable;
use latent_layers::Visitor;

impl<T: Trainable> Executor<'_, T> {
    /// Whether all processes have the same to do, and enough of it.
    pub(super) fn check_together(&self) -> Result<(), TaskError> {
        let (size, parts) = (self.ranks.size(), self.settings.accumulate);
        if size == 1 {
            return Ok(());
        }
        if parts < self.task.least_parts(size) {
            return Err(format!(
                "{size} processes are to share the batches of a step, but there {}: expected accumulate to be {size} or \
                 more, with batches of accordingly fewer samples",
                if parts == 1 { "is 1".to_owned() } else { format!("are {parts}") }
            )
            .into());
        }
        let checks = [
            ("configuration", format!("{:?}", self.settings) + &self.identity.config),
            ("data", self.fingerprint()),
            ("place in the run", self.step.to_string()),
        ];
        for (what, here) in checks {
            if let Some(rank) = self.ranks.differing(here.as_bytes()) {
                return Err(
                    format!("process {rank} has another {what} than process 0: all must be given the same").into()
                );
            }
        }
        self.check_weights()
    }

    /// Whether all processes have the same weights, to the bit.
    pub(super) fn check_weights(&self) -> Result<(), TaskError> {
        if self.ranks.size() == 1 {
            return Ok(());
        }
        let mut bytes = Vec::new();
        for entry in Visitor::entries(self.task.model()) {
            bytes.extend(entry.slot.value().to_le_bytes());
        }
        match self.ranks.differing(&bytes) {
            None => Ok(()),
            Some(rank) => Err(format!(
                "after {} steps the weights of process {rank} are not those of process 0: expected the same bits, which \
                 takes the same program on processors of the same kind",
                self.step
            )
            .into()),
        }
    }
}
