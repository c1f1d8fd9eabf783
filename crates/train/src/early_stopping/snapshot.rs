//! The values of a module's parameters and state at one moment.

use latent_layers::{LayerError, Module, SlotValue, Visitor};
use latent_numeric::Scalar;

/// All parameters, state and counts of a module at one moment, under their paths.
///
/// It shares the arrays with the module until the module changes them.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_train::Snapshot;
///
/// let layer: Linear = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let snapshot = Snapshot::of(&layer);
/// let before = layer.variables()[0].to_array();
/// layer.weight.original.elements().fill(0.0);
/// snapshot.restore(&layer)?;
/// assert_eq!(layer.variables()[0].to_array(), before);
/// # Ok::<(), latent_layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot<E: Scalar = f32> {
    entries: Vec<(String, SlotValue<E>)>,
}

impl<E: Scalar> Snapshot<E> {
    /// Copies the present values of a module.
    pub fn of<M: Module<E> + ?Sized>(module: &M) -> Self {
        let entries = Visitor::entries(module).into_iter();
        Self { entries: entries.map(|entry| (entry.path, entry.slot.value())).collect() }
    }

    /// The values under their paths, in the module's order: to be saved, or looked at.
    ///
    /// ```
    /// use latent_layers::Linear;
    /// use latent_numeric::random::Stream;
    /// use latent_train::Snapshot;
    ///
    /// let layer: Linear = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
    /// let snapshot = Snapshot::of(&layer);
    /// assert_eq!(snapshot.entries()[1].0, "bias");
    /// assert_eq!(Snapshot::new(snapshot.entries().to_vec()).entries().len(), 2);
    /// ```
    pub fn entries(&self) -> &[(String, SlotValue<E>)] {
        &self.entries
    }

    /// A snapshot of values that were saved.
    pub fn new(entries: Vec<(String, SlotValue<E>)>) -> Self {
        Self { entries }
    }

    /// Sets the module's parameters, state and counts to these values, bit by bit.
    ///
    /// # Errors
    /// [`LayerError::Settings`] if the module's paths are others, [`LayerError::Shape`] if a shape is another. The module
    /// stays as it was.
    pub fn restore<M: Module<E> + ?Sized>(&self, module: &M) -> Result<(), LayerError> {
        let slots = Visitor::entries(module);
        if !slots.iter().map(|entry| &entry.path).eq(self.entries.iter().map(|(path, _)| path)) {
            let names = |paths: Vec<&str>| paths.join(", ");
            let reason = format!(
                "a snapshot of [{}] for a module with [{}]",
                names(self.entries.iter().map(|(path, _)| path.as_str()).collect()),
                names(slots.iter().map(|entry| entry.path.as_str()).collect())
            );
            return Err(LayerError::settings("snapshot", reason));
        }
        for (entry, (path, value)) in slots.iter().zip(&self.entries) {
            if let Err(LayerError::Shape { expected, given, .. }) = entry.slot.check(value) {
                return Err(LayerError::shape(path, "snapshot", expected, &given));
            }
        }
        for (entry, (_, value)) in slots.iter().zip(&self.entries) {
            entry.slot.set(value)?;
        }
        Ok(())
    }
}
