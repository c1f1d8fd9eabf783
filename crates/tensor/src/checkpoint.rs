//! Gradient checkpointing: memory for time.
//!
//! Reverse mode keeps what the rules look at, which for a long chain is every value. A checkpoint keeps the inputs
//! of a part of the chain only, and computes that part once more when its gradient is asked for
//! (A. Griewank, A. Walther, *Algorithm 799: revolve*, ACM TOMS 26 (2000), 19-45; T. Chen, B. Xu, C. Zhang,
//! C. Guestrin, *Training deep nets with sublinear memory cost*, 2016).

use crate::grad::{grad_by_ends, reached};
use crate::mode::recomputing;
use crate::node::{History, next_id};
use crate::{Arguments, Operator, Tensor, enable_grad, is_recording};
use latent_numeric::{Scalar, compiled_here};
use std::collections::BTreeMap;
use std::slice::from_ref;

/// The inputs are those given, then the tracked tensors that `f` holds.
struct Checkpoint<F> {
    f: F,
    /// How many were given.
    given: usize,
}

impl<E: Scalar, F: Fn(&[Tensor<E>]) -> Tensor<E> + Send + Sync + 'static> Operator<E> for Checkpoint<F> {
    fn name(&self) -> &'static str {
        "checkpoint"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (given, held) = arguments.inputs().split_at(self.given);
        let Run { inputs, output, held: now } = recomputing(|| Run::of(&self.f, given));
        let ids = |tensors: &[Tensor<E>]| tensors.iter().map(Tensor::id).collect::<Vec<_>>();
        assert!(
            ids(&now) == ids(held),
            "checkpoint: the function holds other variables when its gradient is asked for than it held before: \
             parameters must not be changed in between"
        );
        let same = |(a, b): (&E, &E)| a == b || (a.is_nan() && b.is_nan());
        assert!(
            output.shape() == arguments.output().shape()
                && output.array().iter().zip(arguments.output().array()).all(same),
            "checkpoint: the function has another value when its gradient is asked for than it had before: what it \
             draws or reads must be the same each time"
        );
        let inputs: Vec<Tensor<E>> = inputs.into_iter().chain(now).collect();
        gradients(output, &inputs, arguments, cotangent)
    }
}

/// The vector-Jacobian product of an operator whose value is `f(inputs)`, through another run of `f`, which holds no
/// tracked tensors.
pub(crate) fn pull_back<E: Scalar>(
    f: impl Fn(&[Tensor<E>]) -> Tensor<E>,
    arguments: Arguments<'_, E>,
    cotangent: &Tensor<E>,
) -> Vec<Option<Tensor<E>>> {
    let run = Run::of(f, arguments.inputs());
    gradients(run.output, &run.inputs, arguments, cotangent)
}

#[compiled_here]
fn gradients<E: Scalar>(
    output: Tensor<E>,
    inputs: &[Tensor<E>],
    arguments: Arguments<'_, E>,
    cotangent: &Tensor<E>,
) -> Vec<Option<Tensor<E>>> {
    let wanted: Vec<usize> = (0..inputs.len()).filter(|&i| arguments.needed(i)).collect();
    let variables: Vec<Tensor<E>> = wanted.iter().map(|&i| inputs[i].clone()).collect();
    let mut answers = vec![None; inputs.len()];
    for (i, gradient) in wanted.into_iter().zip(grad_by_ends(output, &variables, cotangent.clone(), is_recording())) {
        answers[i] = Some(gradient);
    }
    answers
}

/// A recorded run of a function.
struct Run<E: Scalar> {
    /// What it was given in the place of its inputs. These may depend on each other; the gradient of the function is by
    /// each alone, and what they share is the business of whoever asked.
    inputs: Vec<Tensor<E>>,
    output: Tensor<E>,
    /// The tracked tensors, older than the run, that it used beside its inputs, by number.
    held: Vec<Tensor<E>>,
}

impl<E: Scalar> Run<E> {
    fn of(f: impl Fn(&[Tensor<E>]) -> Tensor<E>, inputs: &[Tensor<E>]) -> Self {
        enable_grad(|| {
            let begin = next_id();
            let inputs: Vec<Tensor<E>> = inputs.iter().map(alias).collect();
            let output = f(&inputs);
            let own: Vec<u64> = inputs.iter().filter_map(Tensor::id).collect();
            let is_older = |tensor: &Tensor<E>| tensor.id().is_some_and(|id| id < begin);
            let within = |history: &History<E>| history.id >= begin && !own.contains(&history.id);
            let used = reached(from_ref(&output), within, |_| false);
            let used = used.values().flat_map(|history| &history.inputs).chain([&output]).filter(|x| is_older(x));
            let held: BTreeMap<_, _> = used.map(|x| (x.id(), x.clone())).collect();
            Self { inputs, held: held.into_values().collect(), output }
        })
    }
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

#[compiled_here]
fn alias<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    Tensor::from_operator(Alias, vec![x.clone()], x.array().clone())
}

/// `f(inputs)`, of which only the inputs are kept; `f` runs once more each time a gradient goes through it.
///
/// Gradients of every order are those of `f(inputs)`. Those that can be differentiated again keep what they need of
/// the second run, so memory is saved at order one only.
///
/// Gradients go to the inputs and to the tracked tensors that `f` holds itself, such as the parameters of a layer. What
/// happens once for each pass, such as an update of running statistics, must not happen in the second run: layers look
/// at [`is_recomputing`](crate::is_recomputing).
///
/// # Panics
/// When a gradient is asked for, if `f` gives another value than before, or a variable that it holds is another one:
/// random draws must be the same each time, and parameters must not be changed before the gradient is known.
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
    if !is_recording() {
        return f(inputs).detach();
    }
    let Run { output, held, .. } = Run::of(&f, inputs);
    let value = output.array().clone();
    drop(output);
    let given = inputs.len();
    Tensor::from_operator(Checkpoint { f, given }, inputs.iter().cloned().chain(held).collect(), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::gradients;
    use crate::ops::testing::{self, array, shapes};
    use crate::{GradOptions, grad};
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

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

    /// What the function holds: a variable, one computed from another, and both of an input and alone.
    #[test]
    fn gradients_of_what_the_function_holds() {
        let (a, b) = (array(1, &[3], -1.0, 1.0), array(2, &[3], -1.0, 1.0));
        let of = |checkpointed: bool, x: &[Tensor<f64>]| {
            let (w, v) = (x[1].clone(), x[1].square() * &x[0]);
            let part = move |x: &[Tensor<f64>]| (&x[0] * &w).exp() * v.tanh() + &w * &v;
            let inner = x[0].square();
            if checkpointed { checkpoint(part, &[inner]) } else { part(&[inner]) }
        };
        assert_eq!(gradients(&[a.clone(), b.clone()], |x| of(true, x)), Ok(()));
        let nested = |x: &[Tensor<f64>]| {
            let (w, v) = (x[0].clone(), x[1].clone());
            checkpoint(
                move |x| {
                    let w = w.clone();
                    checkpoint(move |x| &x[0] * &w, x) + &v
                },
                &[x[1].exp()],
            )
        };
        assert_eq!(gradients(&[a.clone(), b.clone()], nested), Ok(()));
        // A function without inputs.
        let alone = |x: &[Tensor<f64>]| {
            let w = x[0].clone();
            checkpoint(move |_| w.exp(), &[]) * &x[1]
        };
        assert_eq!(gradients(&[a.clone(), b.clone()], alone), Ok(()));
        let x = [Tensor::variable(a), Tensor::variable(b)];
        let slopes = |checkpointed| grad(&[of(checkpointed, &x)], &x, GradOptions::default());
        for (with, without) in slopes(true).iter().zip(slopes(false)) {
            assert!(testing::distance(&with.to_array(), &without.to_array()) < 1e-14);
        }
    }

    #[test]
    #[should_panic(expected = "checkpoint: the function holds other variables")]
    fn what_it_holds_is_another_variable() {
        let w = Arc::new(Mutex::new(Tensor::variable(ndarray::array![1.0])));
        let held = w.clone();
        let x = Tensor::variable(ndarray::array![2.0]);
        let y = checkpoint(move |x: &[Tensor<f64>]| &x[0] * &*held.lock().unwrap(), from_ref(&x));
        w.lock().unwrap().elements_mut()[0] = 5.0;
        let _ = grad(&[y], &[x], GradOptions::default());
    }

    #[test]
    #[should_panic(expected = "checkpoint: the function has another value")]
    fn another_value_each_time() {
        let runs = AtomicUsize::new(0);
        let x = Tensor::variable(ndarray::array![2.0]);
        let f = move |x: &[Tensor<f64>]| &x[0] * (1.0 + runs.fetch_add(1, Ordering::Relaxed) as f64);
        let _ = grad(&[checkpoint(f, from_ref(&x))], &[x], GradOptions::default());
    }

    #[test]
    fn only_one_part_is_alive() {
        assert_eq!(most_nodes(true), 200);
        assert_eq!(most_nodes(false), 10);
    }
}
