//! Something that each layer has, or all layers together.

use latent_layers::{Module, Visitor};
use latent_numeric::Scalar;

/// One for all layers, or one for each.
#[derive(Debug)]
pub(super) enum PerLayer<T> {
    Tied(T),
    Untied(Vec<T>),
}

impl<T> PerLayer<T> {
    pub fn new(layers: usize, tied: bool, mut make: impl FnMut() -> T) -> Self {
        if tied { Self::Tied(make()) } else { Self::Untied((0..layers).map(|_| make()).collect()) }
    }

    pub fn at(&self, layer: usize) -> &T {
        match self {
            Self::Tied(one) => one,
            Self::Untied(all) => &all[layer],
        }
    }

    pub fn is_tied(&self) -> bool {
        matches!(self, Self::Tied(_))
    }

    /// Shows what each layer has under the number of the layer.
    pub fn visit<'a, E: Scalar>(&'a self, visitor: &mut Visitor<'a, E>)
    where
        T: Module<E>,
    {
        match self {
            Self::Tied(one) => one.visit(visitor),
            Self::Untied(all) => all.iter().enumerate().for_each(|(k, one)| visitor.module(&k.to_string(), one)),
        }
    }
}
