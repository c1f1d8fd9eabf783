//! `y = max(x, 0) - x t + ln(1 + e^-|x|)`, the binary cross-entropy `-t ln s(x) - (1 - t) ln(1 - s(x))` in nats of a
//! target `t` and a logit `x`; `dy/dx = s(x) - t`, `dy/dt = -x`, with `s(x) = 1 / (1 + e^-x)`

use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool};
use latent_numeric::{Scalar, compiled_here};

struct BceWithLogits;

impl<E: Scalar> Operator<E> for BceWithLogits {
    fn name(&self) -> &'static str {
        "bce_with_logits"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, targets) = (arguments.input(0), arguments.input(1));
        let cotangent_of_x = || {
            if is_recording() { cotangent * (x.sigmoid() - targets) } else { pull_back(cotangent, x, targets) }
        };
        vec![
            arguments.needed(0).then(|| cotangent_of_x().sum_to(x.shape())),
            arguments.needed(1).then(|| (-(cotangent * x)).sum_to(targets.shape())),
        ]
    }
}

/// The cotangent times the excess, in one pass where all three are laid out alike.
fn pull_back<E: Scalar>(cotangent: &Tensor<E>, x: &Tensor<E>, targets: &Tensor<E>) -> Tensor<E> {
    if x.shape() == targets.shape()
        && let (Some(c), Some(x), Some(t)) =
            (cotangent.array().as_slice(), x.array().as_slice(), targets.array().as_slice())
    {
        let mut out = pool::take(c.len());
        elementwise::blocks(&mut out, |start, out| {
            let block = start..start + out.len();
            times_excess(&c[block.clone()], &x[block.clone()], &t[block], out);
        });
        return Tensor::from_buffer(cotangent.shape(), out);
    }
    cotangent * Tensor::constant(elementwise::zip("bce_with_logits", x.array(), targets.array(), excess))
}

latent_numeric::vectorized! {
    fn times_excess<E: Scalar>(c: &[E], x: &[E], t: &[E], out: &mut [E]) {
        for (((out, &c), &x), &t) in out.iter_mut().zip(c).zip(x).zip(t) {
            *out = c * excess(x, t);
        }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The binary cross-entropy of targets under the Bernoulli distributions that have these logits, element by
    /// element, in nats, with broadcasting. Nothing overflows, and nothing cancels where the loss is small.
    ///
    /// Targets are probabilities, in `[0, 1]`. They have a gradient too.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn bce_with_logits(&self, targets: &Self) -> Self {
        let value = elementwise::zip("bce_with_logits", self.array(), targets.array(), loss);
        Self::from_operator(BceWithLogits, vec![self.clone(), targets.clone()], value)
    }
}

#[inline(always)]
fn loss<E: Scalar>(x: E, t: E) -> E {
    let positive = if x < E::zero() { E::zero() } else { x };
    // What the target leaves to the outcome that an infinite logit excludes.
    let excluded = if x < E::zero() { t } else { E::one() - t };
    let certain = if excluded == E::zero() { E::zero() } else { excluded * E::infinity() };
    let linear = if x.abs() == E::infinity() { certain } else { positive - x * t };
    linear + E::softplus_kernel(-x.abs())
}

#[inline(always)]
fn excess<E: Scalar>(x: E, t: E) -> E {
    E::sigmoid_kernel(x) - t
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting, distance, slopes};
    use ndarray::Zip;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, (x, t) in broadcasting(3)) {
            let shape = crate::shape::broadcast("test", &x, &t);
            let (x, t) = (array(seed, &x, -3.0, 3.0), array(seed / 3, &t, 0.0, 1.0));
            let wide = (x.broadcast(&shape[..]).unwrap(), t.broadcast(&shape[..]).unwrap());
            let want = Zip::from(wide.0).and(wide.1).map_collect(|x, t| {
                let s = 1.0 / (1.0 + (-x).exp());
                -t * s.ln() - (1.0 - t) * (1.0 - s).ln()
            });
            let got = Tensor::constant(x.clone()).bce_with_logits(&Tensor::constant(t.clone()));
            prop_assert!(distance(&got.to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[x.clone(), t.clone()], |x| x[0].bce_with_logits(&x[1])), Ok(()));
            prop_assert_eq!(gradients(&[x, t], |x| x[0].bce_with_logits(&x[1]).sum()), Ok(()));
        }
    }

    #[test]
    fn certain_logits() {
        let loss = |x: f64, t: f64| Tensor::scalar(x).bce_with_logits(&Tensor::scalar(t)).item();
        assert_eq!((loss(1000.0, 1.0), loss(1000.0, 0.0)), (0.0, 1000.0));
        assert_eq!((loss(-1000.0, 1.0), loss(-1000.0, 0.0)), (1000.0, 0.0));
        assert!((loss(50.0, 1.0) / (-50.0_f64).exp() - 1.0).abs() < 1e-15);
        let infinity = f64::INFINITY;
        assert_eq!((loss(infinity, 1.0), loss(infinity, 0.0), loss(infinity, 0.5)), (0.0, infinity, infinity));
        assert_eq!((loss(-infinity, 1.0), loss(-infinity, 0.0), loss(-infinity, 0.5)), (infinity, 0.0, infinity));
        assert_eq!(slopes(&[infinity, -infinity], |x| x.bce_with_logits(&Tensor::scalar(1.0))), [0.0, -1.0]);
        assert_eq!(
            gradients(&[ndarray::array![700.0, -700.0, 0.0].into_dyn()], |x| {
                x[0].bce_with_logits(&Tensor::scalar(0.25))
            }),
            Ok(())
        );
    }

    #[test]
    #[should_panic(expected = "bce_with_logits: the shapes [2] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2]).bce_with_logits(&Tensor::zeros(&[3]));
    }
}
