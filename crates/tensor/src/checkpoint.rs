//! Gradient checkpointing: memory for time.
//!
//! Reverse mode keeps what the rules look at, which for a long chain is every value. A checkpoint keeps the inputs
//! of a part of the chain only, and computes that part once more when its gradient is asked for
//! (A. Griewank, A. Walther, *Algorithm 799: revolve*, ACM TOMS 26 (2000), 19-45; T. Chen, B. Xu, C. Zhang,
//! C. Guestrin, *Training deep nets with sublinear memory cost*, 2016).

use crate::mode::with_recording;
use crate::{Arguments, GradOptions, Operator, Tensor, grad, is_recording, no_grad};
use latent_numeric::Scalar;

struct Checkpoint<F> {
    f: F,
}

impl<E: Scalar, F: Fn(&[Tensor<E>]) -> Tensor<E> + Send + Sync + 'static> Operator<E> for Checkpoint<F> {
    fn name(&self) -> &'static str {
        "checkpoint"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        pull_back(&self.f, arguments, cotangent)
    }
}

/// The vector-Jacobian product of an operator whose value is `f(inputs)`, through another run of `f`.
pub(crate) fn pull_back<E: Scalar>(
    f: impl Fn(&[Tensor<E>]) -> Tensor<E>,
    arguments: Arguments<'_, E>,
    cotangent: &Tensor<E>,
) -> Vec<Option<Tensor<E>>> {
    let create_graph = is_recording();
    // The inputs may depend on each other. The gradient here is by each alone; what they share is the business
    // of whoever asked.
    let inputs: Vec<Tensor<E>> = with_recording(true, || arguments.inputs().iter().map(alias).collect());
    let output = with_recording(true, || f(&inputs));
    let wanted: Vec<usize> = (0..inputs.len()).filter(|&i| arguments.needed(i)).collect();
    let variables: Vec<Tensor<E>> = wanted.iter().map(|&i| inputs[i].clone()).collect();
    let options = GradOptions { create_graph, cotangents: Some(vec![cotangent.clone()]) };
    let mut answers = vec![None; inputs.len()];
    for (i, gradient) in wanted.into_iter().zip(grad(&[output], &variables, options)) {
        answers[i] = Some(gradient);
    }
    answers
}

/// A tensor of its own that equals another.
struct Alias;

impl<E: Scalar> Operator<E> for Alias {
    fn name(&self) -> &'static str {
        "alias"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.clone())]
    }
}

fn alias<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    Tensor::from_operator(Alias, vec![x.clone()], x.array().clone())
}

/// `f(inputs)`, of which only the inputs are kept; `f` runs once more each time a gradient goes through it.
///
/// Gradients of every order are those of `f(inputs)`. Those that can be differentiated again keep what they need of
/// the second run, so memory is saved at order one only.
///
/// `f` must give the same value every time. Everything it depends on and that gradients are wanted for must be among
/// the inputs: tracked tensors that it holds itself count as constants.
///
/// ```
/// use latent_tensor::{GradOptions, Tensor, checkpoint, grad};
/// use ndarray::array;
///
/// let x = Tensor::variable(array![0.5]);
/// let y = checkpoint(|x| x[0].exp().tanh().exp(), &[x.clone()]);
/// let slope = grad(&[y], &[x.clone()], GradOptions::default());
/// let plain = grad(&[x.exp().tanh().exp()], &[x], GradOptions::default());
/// assert_eq!(slope[0].item(), plain[0].item());
/// ```
pub fn checkpoint<E: Scalar>(
    f: impl Fn(&[Tensor<E>]) -> Tensor<E> + Send + Sync + 'static,
    inputs: &[Tensor<E>],
) -> Tensor<E> {
    let value = no_grad(|| f(inputs)).array().clone();
    Tensor::from_operator(Checkpoint { f }, inputs.to_vec(), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn f(x: &[Tensor<f64>]) -> Tensor<f64> {
        (&x[0] * x[1].tanh()).exp() + &x[1]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn gradients_of_order_one_and_two(seed: u64, shape in shapes(2, 0)) {
            let (a, b) = (array(seed, &shape, -1.0, 1.0), array(seed / 3, &shape, -1.0, 1.0));
            prop_assert_eq!(gradients(&[a.clone(), b.clone()], |x| checkpoint(f, x)), Ok(()));
            // One checkpoint inside another; inputs that depend on each other; the same input twice.
            prop_assert_eq!(gradients(&[a.clone(), b], |x| {
                let y = x[0].square();
                checkpoint(|x| checkpoint(f, x) * &x[0], &[x[0].clone(), &y * &x[1]])
            }), Ok(()));
            prop_assert_eq!(gradients(&[a], |x| checkpoint(f, &[x[0].clone(), x[0].clone()])), Ok(()));
        }

        #[test]
        fn the_same_bits_as_without(seed: u64, shape in shapes(2, 0)) {
            let inputs = [0, 1].map(|k| Tensor::variable(array(seed / 3 + k, &shape, -1.0, 1.0)));
            let (with, without) = (checkpoint(f, &inputs), f(&inputs));
            prop_assert_eq!(with.array(), without.array());
            let slopes = |y| grad(&[y], &inputs, GradOptions::default());
            for (with, without) in slopes(with).iter().zip(slopes(without)) {
                prop_assert_eq!(with.array(), without.array());
                prop_assert!(!with.is_tracked());
            }
        }
    }

    #[test]
    fn an_input_that_is_not_tracked_or_not_used() {
        let (x, c) = (Tensor::variable(ndarray::array![2.0]), Tensor::constant(ndarray::array![3.0]));
        let y = checkpoint(|x| &x[0] * &x[1], &[c.clone(), x.clone(), x.clone()]);
        assert_eq!(grad(&[y], &[x], GradOptions::default())[0].item(), 3.0);
        assert!(!checkpoint(|x| x[0].exp(), &[c]).is_tracked());
    }

    /// `y = 2 x`, which notes how many of its nodes there are when a gradient passes.
    struct Counted {
        alive: Arc<()>,
        most: Arc<AtomicUsize>,
    }

    impl Operator<f64> for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }

        fn vjp(&self, _: Arguments<'_, f64>, cotangent: &Tensor<f64>) -> Vec<Option<Tensor<f64>>> {
            self.most.fetch_max(Arc::strong_count(&self.alive), Ordering::Relaxed);
            vec![Some(cotangent * 2.0)]
        }
    }

    /// The most nodes that 20 parts of 10 operators each have alive during a gradient.
    fn most_nodes(keep: bool) -> usize {
        let (alive, most) = (Arc::new(()), Arc::new(AtomicUsize::new(0)));
        let x = Tensor::variable(ndarray::array![1.0]);
        let mut y = x.clone();
        for _ in 0..20 {
            let (alive, most) = (Arc::downgrade(&alive), most.clone());
            let part = move |x: &[Tensor<f64>]| {
                (0..10).fold(x[0].clone(), |y, _| {
                    let operator = Counted { alive: alive.upgrade().expect("held below"), most: most.clone() };
                    let value = y.array().mapv(|y| 2.0 * y);
                    Tensor::from_operator(operator, vec![y], value)
                })
            };
            y = if keep { part(&[y]) } else { checkpoint(part, &[y]) };
        }
        assert_eq!(grad(&[y], &[x], GradOptions::default())[0].item(), 200.0_f64.exp2());
        // Without the one held here.
        most.load(Ordering::Relaxed) - 1
    }

    #[test]
    fn only_one_part_is_alive() {
        assert_eq!(most_nodes(true), 200);
        assert_eq!(most_nodes(false), 10);
    }
}
