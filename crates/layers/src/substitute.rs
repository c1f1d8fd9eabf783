//! A module as a function of its parameters.

use crate::{Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Runs `work` with these tensors in the place of all parameters, in the order of [`Module::parameters`]; afterwards,
/// also after a panic, the parameters are as they were.
///
/// The tensors keep their history, so that gradients go through them: for Jacobians and Hessian products with respect
/// to parameters, and for learning that differentiates through its own steps. Meanwhile everybody who uses the module
/// sees these tensors.
///
/// # Panics
/// If there are not as many tensors as parameters, or one has another shape.
///
/// ```
/// use latent_layers::{Context, Layer, Linear, with_parameters};
/// use latent_numeric::random::Stream;
/// use latent_tensor::{Tensor, hvp};
/// use ndarray::array;
///
/// let layer = Linear::<f64>::new(2, 1, &mut Stream::new(1, "initialisation", &[])).without_bias();
/// let x = Tensor::constant(array![[1.0, 3.0]]);
/// let loss = |w: &Tensor<f64>| {
///     let y = with_parameters(&layer, &[w.clone()], || layer.forward(&x, &mut Context::evaluate()));
///     y.unwrap().square().sum() * 0.5
/// };
/// // The Hessian is x x'.
/// let (_, product) = hvp(loss, &layer.weight.original.tensor(), &Tensor::constant(array![[1.0, 0.0]]));
/// assert_eq!(product.to_array(), array![[1.0, 3.0]].into_dyn());
/// ```
#[track_caller]
pub fn with_parameters<E: Scalar, M: Module<E> + ?Sized, R>(
    module: &M,
    tensors: &[Tensor<E>],
    work: impl FnOnce() -> R,
) -> R {
    let parameters = module.parameters();
    assert!(
        parameters.len() == tensors.len(),
        "with_parameters: {} tensors for {} parameters",
        tensors.len(),
        parameters.len()
    );
    for ((name, parameter), tensor) in parameters.iter().zip(tensors) {
        let (wanted, given) = (parameter.shape(), tensor.shape());
        assert!(wanted == given, "with_parameters: {name} has the shape {wanted:?}, not {given:?}");
    }
    let kept = parameters.into_iter().zip(tensors);
    let _restored = Restore(kept.map(|((_, parameter), tensor)| (parameter, parameter.swap(tensor.clone()))).collect());
    work()
}

struct Restore<'a, E: Scalar>(Vec<(&'a Parameter<E>, Tensor<E>)>);

impl<E: Scalar> Drop for Restore<'_, E> {
    fn drop(&mut self) {
        for (parameter, tensor) in self.0.drain(..) {
            parameter.swap(tensor);
        }
    }
}
