//! Early stopping that remembers the best module.

use super::{EarlyStopping, Snapshot, Verdict};
use latent_layers::{LayerError, Module};
use latent_numeric::Scalar;

/// [`EarlyStopping`] with a [`Snapshot`] of the module at the best observation.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_train::{EarlyStopping, Mode, RestoreBest, Verdict};
///
/// let layer: Linear = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let mut policy = RestoreBest::new(EarlyStopping::new(Mode::Min).patience(1));
/// let best = layer.variables()[0].to_array();
/// assert_eq!(policy.observe(0.3, &layer), Verdict::Improved);
/// layer.weight.original.elements().fill(0.0);
/// assert!(matches!(policy.observe(0.4, &layer), Verdict::Stop(_)));
/// assert!(policy.restore(&layer)?);
/// assert_eq!(layer.variables()[0].to_array(), best);
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RestoreBest<E: Scalar = f32> {
    /// When to stop.
    pub policy: EarlyStopping,
    /// The values of the module at the best observation, if there was one.
    pub best: Option<Snapshot<E>>,
}

impl<E: Scalar> RestoreBest<E> {
    /// This policy, with no module remembered.
    pub fn new(policy: EarlyStopping) -> Self {
        Self { policy, best: None }
    }

    /// Takes the next value into account, and remembers the module if it is the best so far.
    pub fn observe<M: Module<E> + ?Sized>(&mut self, value: f64, module: &M) -> Verdict {
        let verdict = self.policy.observe(value);
        if verdict == Verdict::Improved {
            self.best = Some(Snapshot::of(module));
        }
        verdict
    }

    /// Sets the module to the values at the best observation; whether there was one.
    ///
    /// # Errors
    /// Those of [`Snapshot::restore`].
    pub fn restore<M: Module<E> + ?Sized>(&self, module: &M) -> Result<bool, LayerError> {
        self.best.as_ref().map_or(Ok(false), |best| best.restore(module).map(|()| true))
    }
}
