//! What an operator is.

use crate::Tensor;
use latent_numeric::Scalar;

/// A differentiable operator: its settings and its rule. The value is computed before, by whoever calls
/// [`Tensor::from_operator`].
///
/// The rule receives tensors and answers with tensors. Written in differentiable operations, it is a rule for every
/// order at once. The same trait serves operators defined outside this crate:
///
/// ```
/// use latent_tensor::{Arguments, GradOptions, Operator, Tensor, grad};
/// use ndarray::array;
///
/// /// `y = x^2`
/// struct Square;
///
/// impl Operator<f64> for Square {
///     fn name(&self) -> &'static str {
///         "square"
///     }
///
///     // The cotangent of x is 2 x times that of y.
///     fn vjp(&self, arguments: Arguments<'_, f64>, cotangent: &Tensor<f64>) -> Vec<Option<Tensor<f64>>> {
///         vec![Some(arguments.input(0) * cotangent * 2.0)]
///     }
/// }
///
/// fn square(x: &Tensor<f64>) -> Tensor<f64> {
///     Tensor::from_operator(Square, vec![x.clone()], x.array().mapv(|x| x * x))
/// }
///
/// let x = Tensor::variable(array![3.0]);
/// let first = grad(&[square(&x)], &[x.clone()], GradOptions::create_graph()).remove(0);
/// let second = grad(&[first.clone()], &[x], GradOptions::default()).remove(0);
/// assert_eq!((first.item(), second.item()), (6.0, 2.0));
/// ```
pub trait Operator<E: Scalar>: Send + Sync + 'static {
    /// Its name, for errors and listings.
    fn name(&self) -> &'static str;

    /// The vector-Jacobian product: for each input, `J' cotangent`, of the input's shape.
    ///
    /// `None` stands for zero. An input that is not [`needed`](Arguments::needed) may be answered with `None`
    /// whatever its cotangent is.
    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>>;
}

/// The inputs and the output of an operator, as its differentiation rule sees them.
#[derive(Clone, Copy)]
pub struct Arguments<'a, E: Scalar> {
    pub(crate) inputs: &'a [Tensor<E>],
    pub(crate) output: &'a Tensor<E>,
    pub(crate) needed: &'a [bool],
}

impl<'a, E: Scalar> Arguments<'a, E> {
    /// The inputs as they were given.
    pub fn inputs(&self) -> &'a [Tensor<E>] {
        self.inputs
    }

    /// One of the inputs.
    pub fn input(&self, index: usize) -> &'a Tensor<E> {
        &self.inputs[index]
    }

    /// The value that was computed from them, as a tensor with its history.
    pub fn output(&self) -> &'a Tensor<E> {
        self.output
    }

    /// Whether anybody asks for this input's cotangent.
    pub fn needed(&self, index: usize) -> bool {
        self.needed[index]
    }
}
