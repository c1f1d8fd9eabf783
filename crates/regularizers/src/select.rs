//! Which parameters a penalty is for.

use latent_layers::{Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The weights of a module, with their paths: parameters of two axes and more.
///
/// Biases and the scales and shifts of normalisation, which have one axis, are not among them: these are customarily
/// not decayed (Goodfellow, Bengio and Courville 2016, section 7.1). Of a reparameterised weight it is the original.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_regularizers::weights;
///
/// let layer: Linear = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let paths: Vec<String> = weights(&layer).into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["weight"]);
/// ```
pub fn weights<E: Scalar, M: Module<E> + ?Sized>(module: &M) -> Vec<(String, &Parameter<E>)> {
    module.parameters().into_iter().filter(|(_, parameter)| parameter.shape().len() >= 2).collect()
}

/// The sum of a penalty over parameters, a tensor of no axes: a term for the loss.
///
/// Any selection of [`Module::parameters`] will do; [`weights`] is the usual one.
///
/// ```
/// use latent_layers::{Linear, Module};
/// use latent_numeric::random::Stream;
/// use latent_regularizers::{l1, l2, total, weights};
///
/// let layer: Linear<f64> = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let decay = total(weights(&layer), |w| l2(w, 1e-4));
/// let biases = layer.parameters().into_iter().filter(|(path, _)| path.ends_with("bias"));
/// let sparse = total(biases, |b| l1(b, 1e-3));
/// assert!(decay.item() > 0.0 && sparse.item() > 0.0);
/// ```
pub fn total<'a, E: Scalar>(
    parameters: impl IntoIterator<Item = (String, &'a Parameter<E>)>,
    penalty: impl Fn(&Tensor<E>) -> Tensor<E>,
) -> Tensor<E> {
    let terms = parameters.into_iter().map(|(_, parameter)| penalty(&parameter.tensor()));
    terms.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::scalar(E::zero()))
}
