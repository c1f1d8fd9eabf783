//! Elementwise functions of one variable, and perhaps of parameters, whose derivatives of every order are known.

use super::times_exp::product;
use latent_numeric::{Scalar, parallel};
use latent_tensor::{Arguments, Operator, Tensor};

/// A function of one variable and all of its derivatives.
pub trait Smooth: Copy + Send + Sync + 'static {
    /// The operator's name.
    const NAME: &'static str;

    /// The derivative of this order as a function; of order zero, the function itself.
    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync;
}

/// The derivative of some order, as an operator: its rule is the derivative of the next.
struct Derivative<F> {
    order: u32,
    function: F,
}

impl<E: Scalar, F: Smooth> Operator<E> for Derivative<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        // Where the derivative is zero, what an exponential made infinite stays out.
        vec![Some(product(cotangent, &derivative(self.function, self.order + 1, arguments.input(0))))]
    }
}

/// `f(x)`, element by element, computed in double precision.
pub fn apply<E: Scalar, F: Smooth>(function: F, x: &Tensor<E>) -> Tensor<E> {
    derivative(function, 0, x)
}

/// Elements that one thread treats at a time. Each depends on itself alone, so the bits are the same.
const BLOCK: usize = 1 << 12;

fn derivative<E: Scalar, F: Smooth>(function: F, order: u32, x: &Tensor<E>) -> Tensor<E> {
    let kernel = function.derivative(order);
    let at = |x: E| E::of(kernel(x.as_f64()));
    let mut value = x.to_array();
    match value.as_slice_memory_order_mut() {
        Some(value) => parallel::each(value.chunks_mut(BLOCK), |_, block| block.iter_mut().for_each(|x| *x = at(*x))),
        None => value.mapv_inplace(at),
    }
    Tensor::from_operator(Derivative { order, function }, vec![x.clone()], value)
}
