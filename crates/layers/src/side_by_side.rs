//! Modules that are no part of each other, as one.

use crate::{Module, Visitor};
use latent_numeric::Scalar;

/// Several modules under names that they are given here, as one module: for one optimiser, one average of weights, one
/// file.
///
/// Modules that do not know of each other may have the same paths, such as two [`Sequential`](crate::Sequential)s,
/// whose first layers both have a `0.weight`. Side by side each has paths of its own.
///
/// ```
/// use latent_layers::{Linear, Module, Sequential, SideBySide};
/// use latent_numeric::random::Stream;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let encoder: Sequential = Sequential::new().then(Linear::new(3, 2, &mut stream));
/// let decoder: Sequential = Sequential::new().then(Linear::new(2, 3, &mut stream));
/// let parts: [(&str, &dyn Module); 2] = [("encoder", &encoder), ("decoder", &decoder)];
/// let both = SideBySide::new(parts);
/// let paths: Vec<String> = both.parameters().into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["encoder.0.weight", "encoder.0.bias", "decoder.0.weight", "decoder.0.bias"]);
/// ```
#[derive(Clone)]
pub struct SideBySide<'m, E: Scalar = f32>(Vec<(String, &'m dyn Module<E>)>);

impl<'m, E: Scalar> SideBySide<'m, E> {
    /// These modules, each under its name.
    pub fn new<'n>(modules: impl IntoIterator<Item = (&'n str, &'m dyn Module<E>)>) -> Self {
        Self(modules.into_iter().map(|(name, module)| (name.to_owned(), module)).collect())
    }
}

impl<E: Scalar> Module<E> for SideBySide<'_, E> {
    fn kind(&self) -> &'static str {
        "side_by_side"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.0.iter().for_each(|(name, module)| visitor.module(name, *module));
    }
}
