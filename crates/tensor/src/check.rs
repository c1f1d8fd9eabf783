//! Gradient checks of order one and two against finite differences, in double precision.
//!
//! With random cotangents `c` and directions `v`, order one compares `<J' c, v>` with the derivative of
//! `t -> <c, f(x + t v)>`, and order two does the same with the function `x -> <J(x)' c, w>` in place of `f`.
//! Derivatives are five-point central differences, exact for polynomials of degree four.
//!
//! ```
//! use latent_tensor::check::gradients;
//! use ndarray::array;
//!
//! gradients(&[array![0.5, -2.0].into_dyn(), array![3.0].into_dyn()], |x| &x[0] * &x[1]).unwrap();
//! ```

use crate::{GradOptions, Tensor, grad};
use latent_numeric::random::Stream;
use ndarray::ArrayD;
use std::fmt;

/// Random cotangents and directions for each order.
const DIRECTIONS: u64 = 3;
/// The step of the differences, in units of the direction, whose elements are about one.
const STEP: f64 = 1e-3;
/// The allowed difference, relative to the size of what is compared.
const TOLERANCE: f64 = 1e-7;

/// A gradient that finite differences contradict.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// 1 or 2.
    pub order: u8,
    /// The derivative along the direction by the operator's rule.
    pub rule: f64,
    /// The derivative by finite differences.
    pub differences: f64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, rule, differences } = self;
        write!(f, "order {order}: {rule} by the rule, {differences} by finite differences")
    }
}

impl std::error::Error for Mismatch {}

/// Checks the gradients of order one and two of `f` at `inputs`, with respect to all of them.
///
/// `f` must be smooth within about 1e-2 around the inputs, and deterministic.
///
/// # Errors
/// If a derivative along a random direction differs from finite differences.
pub fn gradients(inputs: &[ArrayD<f64>], f: impl Fn(&[Tensor<f64>]) -> Tensor<f64>) -> Result<(), Mismatch> {
    for k in 0..DIRECTIONS {
        let mut stream = Stream::new(k, "gradient check", &[]);
        let mut like = |shape: &[usize]| -> ArrayD<f64> { stream.normal_array(shape) };
        let output = f(&variables(inputs));
        let cotangent = Tensor::constant(like(output.shape()));
        let directions: Vec<ArrayD<f64>> = inputs.iter().map(|x| like(x.shape())).collect();
        let weights: Vec<Tensor<f64>> = inputs.iter().map(|x| Tensor::constant(like(x.shape()))).collect();
        // <c, f(x)>
        let value = |x: &[Tensor<f64>]| (f(x) * &cotangent).sum();
        // <J(x)' c, w>
        let slope = |x: &[Tensor<f64>]| {
            let gradients = grad(&[value(x)], x, GradOptions::create_graph());
            let products = gradients.iter().zip(&weights).map(|(g, w)| (g * w).sum());
            products.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::scalar(0.0))
        };
        along(1, inputs, &directions, value)?;
        along(2, inputs, &directions, slope)?;
    }
    Ok(())
}

fn variables(inputs: &[ArrayD<f64>]) -> Vec<Tensor<f64>> {
    inputs.iter().map(|x| Tensor::variable(x.clone())).collect()
}

/// Compares the derivative of a scalar function along the directions.
fn along(
    order: u8,
    inputs: &[ArrayD<f64>],
    directions: &[ArrayD<f64>],
    f: impl Fn(&[Tensor<f64>]) -> Tensor<f64>,
) -> Result<(), Mismatch> {
    let x = variables(inputs);
    let value = f(&x);
    // A gradient that does not depend on the inputs any more has no history.
    let rule: f64 = if value.is_tracked() {
        let gradients = grad(&[value], &x, GradOptions::default());
        gradients.iter().zip(directions).map(|(g, v)| (&g.view() * v).sum()).sum()
    } else {
        0.0
    };
    let at = |t: f64| {
        let moved: Vec<ArrayD<f64>> = inputs.iter().zip(directions).map(|(x, v)| x + &(v * t)).collect();
        f(&variables(&moved)).item()
    };
    let near = (at(STEP), at(-STEP));
    let far = (at(2.0 * STEP), at(-2.0 * STEP));
    let differences = (8.0 * (near.0 - near.1) - (far.0 - far.1)) / (12.0 * STEP);
    // Rounding errors of the values come back divided by the step.
    let rounding = 1e-13 * (near.0.abs() + far.0.abs()) / STEP;
    if (rule - differences).abs() <= TOLERANCE * (1.0 + rule.abs()) + rounding {
        Ok(())
    } else {
        Err(Mismatch { order, rule, differences })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Operator};
    use ndarray::array;

    /// `y = x^3` with the cotangent `factor * 3 x^2 c`; `deep` keeps its dependence on `x`.
    struct Cube {
        factor: f64,
        deep: bool,
    }

    impl Operator<f64> for Cube {
        fn name(&self) -> &'static str {
            "cube"
        }

        fn vjp(&self, arguments: Arguments<'_, f64>, cotangent: &Tensor<f64>) -> Vec<Option<Tensor<f64>>> {
            let x = if self.deep { arguments.input(0).clone() } else { arguments.input(0).detach() };
            vec![Some(&x * &x * cotangent * (3.0 * self.factor))]
        }
    }

    fn verdict(factor: f64, deep: bool) -> Result<(), Mismatch> {
        gradients(&[array![0.7, -1.2].into_dyn()], |x| {
            Tensor::from_operator(Cube { factor, deep }, vec![x[0].clone()], x[0].array().mapv(|x| x.powi(3)))
        })
    }

    #[test]
    fn wrong_rules_are_found() {
        assert_eq!(verdict(1.0, true), Ok(()));
        assert_eq!(verdict(1.00001, true).unwrap_err().order, 1);
        assert_eq!(verdict(1.0, false).unwrap_err().order, 2);
    }
}
