//! `P(t) = s((t + h - m) / b) - s((t - h - m) / b)`, with half the width `h` of a bin, `s(y) = 1 / (1 + e^-y)`; the
//! first bin reaches down to minus infinity, the last up to infinity
//!
//! With `a` and `c` the two arguments, `s(a) - s(c) = s(a) s(-c) (1 - e^(c - a))`, so that
//! `-ln P = ln(1 + e^-a) + ln(1 + e^c) - ln(1 - e^(c - a))`, where nothing cancels. `a - c = 2 h / b` does not depend
//! on the mean.

use crate::Reduction;
use crate::error::{LossError, check_range, check_same_shape, check_setting};
use crate::special::{flag, log_one_minus_exp, product, times_exp};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};

/// How far from a level a number may be, in widths of a bin, and still count as that level.
const TOLERANCE: f64 = 0.05;

/// The equidistant levels that quantised data take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    low: f64,
    high: f64,
    count: usize,
}

impl Levels {
    /// `count` levels, of which the first is `low` and the last is `high`.
    ///
    /// ```
    /// use latent_losses::reconstruction::Levels;
    ///
    /// // Bytes scaled to [0, 1].
    /// assert_eq!(Levels::new(0.0, 1.0, 256)?.width(), 1.0 / 255.0);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two levels, or `low < high` does not hold for finite numbers.
    pub fn new(low: f64, high: f64, count: usize) -> Result<Self, LossError> {
        check_setting(count > 1, "the number of levels", count as f64, "two or more")?;
        let ordered = low < high && (high - low).is_finite();
        check_setting(ordered, "the highest level", high, "finite and above the lowest one")?;
        Ok(Self { low, high, count })
    }

    /// The distance of neighbouring levels, which is the width of a bin.
    ///
    /// ```
    /// # use latent_losses::reconstruction::Levels;
    /// assert_eq!(Levels::new(-1.0, 1.0, 3)?.width(), 1.0);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn width(&self) -> f64 {
        (self.high - self.low) / (self.count - 1) as f64
    }

    /// The number of the level that each element is.
    fn numbers<E: Scalar>(&self, loss: &'static str, targets: &Tensor<E>) -> Result<Vec<usize>, LossError> {
        let width = self.width();
        let number = |(index, x): (usize, &E)| {
            let value = x.as_f64();
            let place = (value - self.low) / width;
            let number = place.round().clamp(0.0, (self.count - 1) as f64);
            if (place - number).abs() <= TOLERANCE {
                return Ok(number as usize);
            }
            let nearest = self.low + number * width;
            let Self { low, high, count: levels } = *self;
            Err(LossError::NotALevel { loss, index, value, levels, low, high, nearest })
        };
        targets.array().iter().enumerate().map(number).collect()
    }
}

/// The negative log-probability of quantised targets under logistic distributions with these means and log-scales
/// `ln b`, integrated over the targets' bins, in nats for each element. Up to rounding it is not negative, and the
/// probabilities of all levels sum to one.
///
/// Kingma et al., *Improved variational inference with inverse autoregressive flow*, 2016; Salimans et al.,
/// *PixelCNN++*, 2017, section 2.1. Exact for narrow and for wide distributions: there is no bound on the log-scale
/// but the range of the floating point type.
///
/// ```
/// use latent_losses::{Elements, reconstruction::{Levels, discretized_logistic_nll}};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // The three levels of one distribution.
/// let levels = Levels::new(-1.0, 1.0, 3)?;
/// let (mean, log_scale) = (Tensor::full(&[3], 0.2), Tensor::full(&[3], -1.0_f64));
/// let nll = discretized_logistic_nll(&mean, &log_scale, &Tensor::constant(array![-1.0, 0.0, 1.0]), levels, Elements)?;
/// assert!(((-nll).exp().sum().item() - 1.0).abs() < 1e-14);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a target is outside the range of the levels, NaN, or farther than a twentieth of a bin from every level: data
/// with noise on them, or scaled in another way.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn discretized_logistic_nll<E: Scalar>(
    mean: &Tensor<E>,
    log_scale: &Tensor<E>,
    targets: &Tensor<E>,
    levels: Levels,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    let loss = "discretized_logistic_nll";
    check_same_shape(loss, ("mean", mean), ("log_scale", log_scale));
    check_same_shape(loss, ("mean", mean), ("targets", targets));
    let slack = TOLERANCE * levels.width();
    if let Err(error) = check_range(loss, "targets", targets, levels.low - slack, levels.high + slack) {
        // Said without the slack.
        check_range(loss, "targets", targets, levels.low, levels.high)?;
        return Err(error);
    }
    let numbers = levels.numbers(loss, targets)?;
    let (width, last) = (levels.width(), levels.count - 1);
    let of_targets = |f: &dyn Fn(usize) -> f64| {
        let values: Vec<E> = numbers.iter().map(|&k| E::of(f(k))).collect();
        Tensor::constant(ndarray::ArrayD::from_shape_vec(targets.shape(), values).expect("one for each target"))
    };
    let flag = |holds: bool| f64::from(u8::from(holds));
    // Where a bin has an upper and a lower edge.
    let (has_upper, has_lower) = (of_targets(&|k| flag(k < last)), of_targets(&|k| flag(k > 0)));
    let centered = of_targets(&|k| levels.low + k as f64 * width) - mean;
    let narrow = -log_scale;
    let half = E::of(width / 2.0);
    let above = softplus_of_scaled(&-(&centered + half), &narrow);
    let below = softplus_of_scaled(&(centered - half), &narrow);
    let edges = product(&has_upper, &above) + product(&has_lower, &below);
    let between = of_targets(&|k| flag(k > 0 && k < last));
    let inside = log_one_minus_exp(&(narrow + E::of(width.ln())));
    let inside = between.where_(&inside, &Tensor::scalar(E::zero()));
    Ok(reduction.reduce(&(edges - inside)))
}

/// `ln(1 + e^u)` with `u = x e^s`; where `|u|` is so large that `e^-|u|` vanishes, it is `max(u, 0)`, and nothing
/// infinite comes back from the exponential.
fn softplus_of_scaled<E: Scalar>(x: &Tensor<E>, s: &Tensor<E>) -> Tensor<E> {
    let far = -E::min_positive_value().ln();
    let is_near = Tensor::constant(no_grad(|| times_exp(x, s)).array().mapv(|u| flag(u.abs() < far)));
    let zero = Tensor::scalar(E::zero());
    let near = times_exp(&is_near.where_(x, &zero), s).softplus();
    is_near.where_(&near, &times_exp(&is_near.where_(&zero, x), s).relu())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_close, array, is_finite};
    use crate::{Elements, Sum};
    use latent_tensor::check::gradients;
    use ndarray::Array1;
    use proptest::prelude::*;

    fn bytes() -> Levels {
        Levels::new(0.0, 1.0, 256).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn probabilities_of_all_levels_sum_to_one(mean in -0.5_f64..1.5, log_scale in -9.0_f64..3.0) {
            let targets = Tensor::constant(Array1::from_iter((0..256).map(|k| f64::from(k) / 255.0)));
            let wide = |x| Tensor::full(&[256], x);
            let nll = discretized_logistic_nll(&wide(mean), &wide(log_scale), &targets, bytes(), Elements).unwrap();
            prop_assert!(nll.array().iter().all(|nll| *nll >= -1e-15));
            prop_assert!(((-nll).exp().sum().item() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn differences_of_the_distribution_function(seed: u64) {
            let (m, s) = (array(seed, &[6], 0.2, 0.8), array(seed / 2, &[6], -2.0, 0.0));
            let targets = array(seed / 3, &[6], 0.0, 1.0).mapv(|x| (x * 255.0).round() / 255.0);
            let half = 0.5 / 255.0;
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let want = Array1::from_shape_fn(6, |i| {
                let edge = |shift: f64| (targets[i] + shift - m[i]) / s[i].exp();
                let (up, down) = (sigmoid(edge(half)), sigmoid(edge(-half)));
                -(if targets[i] == 0.0 { up } else if targets[i] == 1.0 { 1.0 - down } else { up - down }).ln()
            });
            let t = Tensor::constant(targets);
            let got = discretized_logistic_nll(&Tensor::constant(m.clone()), &Tensor::constant(s.clone()), &t, bytes(), Elements);
            let (got, want) = (got.unwrap(), Tensor::constant(want.into_dyn()));
            prop_assert!((&got - &want).array().iter().all(|d| d.abs() < 1e-9));
        }

        #[test]
        fn gradients_of_order_one_and_two(seed: u64) {
            let (m, s) = (array(seed, &[6], 0.2, 0.8), array(seed / 2, &[6], -1.5, 1.0));
            let t = Tensor::constant(array(seed / 3, &[6], 0.0, 1.0).mapv(|x| (x * 4.0).round() / 4.0));
            let levels = Levels::new(0.0, 1.0, 5).unwrap();
            prop_assert_eq!(gradients(&[m, s], |x| {
                discretized_logistic_nll(&x[0], &x[1], &t, levels, Sum).unwrap()
            }), Ok(()));
        }
    }

    #[test]
    fn scaled_data_have_scaled_distributions() {
        let (m, t) = (array(1, &[20], 0.0, 1.0), array(2, &[20], 0.0, 1.0).mapv(|x| (x * 255.0).round() / 255.0));
        let s = array(3, &[20], -5.0, 0.0);
        let of = |m: ndarray::ArrayD<f64>, s: ndarray::ArrayD<f64>, t: ndarray::ArrayD<f64>, levels| {
            let [m, s, t] = [m, s, t].map(Tensor::constant);
            discretized_logistic_nll(&m, &s, &t, levels, Elements).unwrap()
        };
        let double = Levels::new(-1.0, 1.0, 256).unwrap();
        let other = of(&m * 2.0 - 1.0, &s + 2.0_f64.ln(), &t * 2.0 - 1.0, double);
        assert!(all_close(&other, &of(m, s, t, bytes())));
    }

    #[test]
    fn narrow_and_wide_distributions_stay_finite() {
        let targets = Tensor::constant(ndarray::array![0.0_f32, 0.2, 1.0]);
        let means = Tensor::constant(ndarray::array![0.9_f32, 0.2, 0.1]);
        for log_scale in [-50.0_f32, -20.0, 0.0, 50.0] {
            assert!(
                is_finite(&[log_scale; 3], |s| discretized_logistic_nll(&means, s, &targets, bytes(), Sum).unwrap())
            );
            let s = Tensor::full(&[3], log_scale);
            assert!(is_finite(&[-1e3, 0.2, 1e3], |m| discretized_logistic_nll(m, &s, &targets, bytes(), Sum).unwrap()));
        }
    }

    #[test]
    fn data_that_are_no_levels() {
        let of = |t: f64| {
            let (zero, t) = (Tensor::zeros(&[1]), Tensor::full(&[1], t));
            discretized_logistic_nll(&zero, &zero, &t, Levels::new(0.0, 1.0, 5).unwrap(), Sum).map(|loss| loss.item())
        };
        assert!(of(0.25).is_ok() && of(0.25 + 1e-6).is_ok() && of(1.0 + 1e-6).is_ok());
        assert_eq!(
            of(0.3).unwrap_err().to_string(),
            "discretized_logistic_nll: target 0.3 at element 0, in row-major order, is none of the 5 levels from 0 to \
             1; the nearest is 0.25"
        );
        assert_eq!(
            of(64.0).unwrap_err().to_string(),
            "discretized_logistic_nll: targets must lie in [0, 1], but range from 64 to 64"
        );
        assert!(Levels::new(0.0, 1.0, 1).is_err() && Levels::new(1.0, 1.0, 9).is_err());
    }
}
