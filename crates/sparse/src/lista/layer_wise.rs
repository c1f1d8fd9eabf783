//! Networks that can be trained layer after layer.

use latent_layers::{Module, Parameter};
use latent_numeric::Scalar;
use std::ops::Range;

/// A network of layers one after the other. What belongs to layer `k` alone, counted from 0, has a path that begins with
/// `k.`; what all layers share has not.
///
/// ```
/// use latent_sparse::Dictionary;
/// use latent_sparse::lasso::{Lasso, LassoParams};
/// use latent_sparse::lista::{LayerWise, Lista, ListaParams};
///
/// let dictionary = Dictionary::new(ndarray::array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
/// let network = Lista::new(&lasso, ListaParams::ti_lista(8))?;
/// let names: Vec<String> = network.parameters_of(3..4).into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight", "3.step_size", "3.threshold"]);
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
pub trait LayerWise<E: Scalar = f32>: Module<E> {
    /// The number of layers.
    fn layers(&self) -> usize;

    /// The parameters of these layers, counted from 0, and those that all layers share, with their paths: what a stage
    /// of training changes.
    fn parameters_of(&self, layers: Range<usize>) -> Vec<(String, &Parameter<E>)> {
        let belongs = |path: &str| match path.split('.').next().and_then(|first| first.parse().ok()) {
            Some(layer) => layers.contains(&layer),
            None => true,
        };
        self.parameters().into_iter().filter(|(path, _)| belongs(path)).collect()
    }
}
