//! Where a computation went wrong.

use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};
use std::borrow::Cow;
use std::collections::HashSet;

/// The operator whose result is the first, in the order of computation, that is not finite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonFinite {
    /// The operator that made it of finite numbers; "variable" or "constant" if it was there from the beginning.
    pub operator: Cow<'static, str>,
    /// The shape of its result.
    pub shape: Vec<usize>,
    /// The shapes of its inputs.
    pub inputs: Vec<Vec<usize>>,
}

/// Looks through what a tensor was computed from for the first NaN or infinity, in the order of computation.
///
/// ```
/// use latent_tensor::{Tensor, first_non_finite};
/// use ndarray::array;
///
/// let x = Tensor::variable(array![1.0, -1.0]);
/// let loss = (x.ln() * 2.0).exp().sum();
/// assert_eq!(first_non_finite(&loss).unwrap().operator, "ln");
/// assert_eq!(first_non_finite(&x.exp()), None);
/// ```
#[compiled_here]
pub fn first_non_finite<E: Scalar>(tensor: &Tensor<E>) -> Option<NonFinite> {
    let is_finite = |tensor: &Tensor<E>| tensor.array().iter().all(|x| x.is_finite());
    let mut seen = HashSet::new();
    let mut waiting = vec![tensor];
    // Those that no history tells of come first, then by number, as inputs are older than what is made of them.
    let mut first: Option<&Tensor<E>> = None;
    while let Some(tensor) = waiting.pop() {
        if tensor.id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        if first.is_none_or(|first| tensor.id() < first.id()) && !is_finite(tensor) {
            first = Some(tensor);
        }
        waiting.extend(tensor.node.history.iter().flat_map(|history| &history.inputs));
    }
    first.map(|tensor| {
        let history = tensor.node.history.as_ref();
        let operator = history.map(|history| history.operator.as_ref().map_or("variable", |o| o.name()));
        let inputs = history.map_or(&[][..], |history| &history.inputs);
        NonFinite {
            operator: operator.unwrap_or("constant").into(),
            shape: tensor.shape().to_vec(),
            inputs: inputs.iter().map(|input| input.shape().to_vec()).collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::first_non_finite;
    use crate::{Tensor, no_grad};
    use ndarray::array;

    #[test]
    fn the_oldest_is_found() {
        let x = Tensor::variable(array![0.0, 1.0]);
        let bad = x.recip();
        let worse = bad.exp() + x.ln();
        let found = first_non_finite(&(&worse * &x)).unwrap();
        assert_eq!((&*found.operator, found.shape, found.inputs), ("recip", vec![2], vec![vec![2]]));
        let nan = Tensor::variable(array![f64::NAN]);
        assert_eq!(first_non_finite(&(&x + &nan)).unwrap().operator, "variable");
        assert_eq!(first_non_finite(&no_grad(|| x.ln())).unwrap().operator, "constant");
    }
}
