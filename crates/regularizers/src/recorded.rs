//! A function's value with its history, and gradients at its argument.

use crate::Output;
use latent_numeric::Scalar;
use latent_tensor::{GradOptions, Tensor, grad, is_recording, vjp};
use std::slice::from_ref;

/// The value of a function of samples, at a point with respect to which it can be differentiated.
pub(crate) struct Recorded<E: Scalar> {
    /// The point, (samples, ...).
    x: Tensor<E>,
    /// The value there, (samples, ...).
    pub value: Tensor<E>,
}

impl<E: Scalar> Recorded<E> {
    /// The function's value at `x`, remembered also inside `no_grad`: the penalty's value needs the gradient.
    ///
    /// # Panics
    /// If the value has not a first axis as long as that of `x`; the message names the penalty.
    #[track_caller]
    pub fn new<R: Output<E>>(penalty: &str, f: impl FnOnce(&Tensor<E>) -> R, x: &Tensor<E>) -> Result<Self, R::Error> {
        let x = if x.is_tracked() { x.clone() } else { Tensor::variable(x.array().clone()) };
        let mut result = None;
        // `vjp` records whatever the mode is; with nothing to go back from, that is all it does.
        let remember = |x: &Tensor<E>| {
            result = Some(f(x));
            Tensor::scalar(E::zero())
        };
        let _ = vjp(remember, &x, &Tensor::scalar(E::one()));
        let value = result.expect("the function was called").into_result()?;
        assert!(
            x.rank() > 0 && value.shape().first() == x.shape().first(),
            "{penalty}: a value of shape {:?} for samples of shape {:?}, where a row for each sample was expected",
            value.shape(),
            x.shape()
        );
        Ok(Self { x, value })
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.x.shape()[0]
    }

    /// The number of elements of a sample's value.
    pub fn outputs(&self) -> usize {
        self.value.shape()[1..].iter().product()
    }

    /// The gradient of `<cotangent, f(x)>`, or of the sum of all values, in rows: (samples, elements of a sample).
    pub fn gradient(&self, cotangent: Option<Tensor<E>>) -> Tensor<E> {
        let options = GradOptions { create_graph: is_recording(), cotangents: cotangent.map(|c| vec![c]) };
        let gradient = grad(from_ref(&self.value), from_ref(&self.x), options).remove(0);
        let elements = self.x.shape()[1..].iter().product();
        gradient.reshape(&[self.samples(), elements])
    }
}
