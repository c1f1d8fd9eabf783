//! `MMD^2 = E[k(x, x')] + E[k(y, y')] - 2 E[k(x, y)]`, with a kernel `k`
//!
//! Gretton et al., *A kernel two-sample test*, 2012, equations 3 (unbiased) and 5 (biased).

mod distances;

use crate::error::{LossError, check_setting};
use distances::squared_distances;
use latent_numeric::{Scalar, power_of_two};
use latent_tensor::Tensor;

/// A kernel of the squared distance `d^2` of two points, summed over several scales so that one of them fits.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// Gaussian: `sum_s e^(-d^2 / (2 s^2))`.
    Rbf {
        /// The bandwidths `s`, in units of the points.
        bandwidths: Vec<f64>,
    },
    /// Inverse multiquadratic: `sum_c c / (c + d^2)`, whose tails stay. Tolstikhin et al., *Wasserstein
    /// auto-encoders*, 2018, section 4, where `c` is about the expected squared distance of two draws of the prior,
    /// `2 dimensions variance`.
    InverseMultiquadratic {
        /// The scales `c`, in squared units of the points.
        scales: Vec<f64>,
    },
}

impl Kernel {
    fn scales(&self) -> &[f64] {
        match self {
            Self::Rbf { bandwidths } => bandwidths,
            Self::InverseMultiquadratic { scales } => scales,
        }
    }

    /// A length, a power of two, in which the scales are about one: no square overflows or vanishes that counts.
    fn unit(&self) -> f64 {
        let lengths = self.scales().iter().map(|&scale| match self {
            Self::Rbf { .. } => scale,
            Self::InverseMultiquadratic { .. } => scale.sqrt(),
        });
        power_of_two((lengths.map(f64::ln).sum::<f64>() / self.scales().len() as f64).exp())
    }

    /// From squared distances in units of [`unit`](Self::unit).
    fn of_squares<E: Scalar>(&self, squares: &Tensor<E>, unit: f64) -> Tensor<E> {
        let one = |&scale: &f64| match self {
            Self::Rbf { .. } => (squares * E::of(-0.5 * (unit / scale).powi(2))).exp(),
            Self::InverseMultiquadratic { .. } => (squares * E::of(unit / scale * unit) + E::one()).recip(),
        };
        let kernels = self.scales().iter().map(one);
        kernels.reduce(|a, b| a + b).expect("a kernel has a scale")
    }
}

/// How expectations over pairs of one sample are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Over all pairs, those of a point with itself included: never negative, zero for equal samples.
    Biased,
    /// Over pairs of different points: zero in the mean for equal distributions, and then negative half the time.
    Unbiased,
}

/// The squared maximum mean discrepancy of two samples; a tensor of no axes, in units of the kernel.
///
/// Distances are computed from differences of points: an offset that all points share changes nothing but the rounding
/// that is in the points themselves.
///
/// # Shapes
/// `x` is (N, d) and `y` is (M, d); N and M may differ.
///
/// ```
/// use latent_losses::{Estimator, Kernel, mmd};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let kernel = Kernel::Rbf { bandwidths: vec![1.0] };
/// let (x, y) = (Tensor::constant(array![[0.0]]), Tensor::constant(array![[2.0_f64]]));
/// let squared = mmd(&x, &y, &kernel, Estimator::Biased)?.item();
/// assert!((squared - 2.0 * (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If the kernel has no scale, or one that is not positive and finite.
///
/// # Panics
/// If the shapes do not fit, there is no point, or, unbiased, fewer than two.
#[track_caller]
pub fn mmd<E: Scalar>(
    x: &Tensor<E>,
    y: &Tensor<E>,
    kernel: &Kernel,
    estimator: Estimator,
) -> Result<Tensor<E>, LossError> {
    let (of_x, of_y) = (x.shape(), y.shape());
    let needed = if estimator == Estimator::Unbiased { 2 } else { 1 };
    assert!(
        of_x.len() == 2 && of_y.len() == 2 && of_x[1] == of_y[1] && of_x[0].min(of_y[0]) >= needed,
        "mmd: samples of the shapes {of_x:?} and {of_y:?}, not (N, d) and (M, d) with {needed} point(s) or more"
    );
    let count = kernel.scales().len() as f64;
    check_setting(count > 0.0, "the number of scales of the kernel", count, "one or more")?;
    for &scale in kernel.scales() {
        check_setting(scale > 0.0 && scale.is_finite(), "a scale of the kernel", scale, "positive and finite")?;
    }
    let unit = kernel.unit();
    let [x, y] = [x, y].map(|x| x / E::of(unit));
    let own = |x: &Tensor<E>| {
        let n = x.shape()[0] as f64;
        let all = kernel.of_squares(&squared_distances(x, x), unit);
        match estimator {
            Estimator::Biased => all.mean(),
            // The kernel of a point with itself is the number of scales.
            Estimator::Unbiased => (all.sum() - all.diagonal().sum()) / E::of(n * (n - 1.0)),
        }
    };
    let between = kernel.of_squares(&squared_distances(&x, &y), unit).mean();
    Ok(own(&x) + own(&y) - between * E::of(2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_close, array, close, constant, mean_and_error};
    use latent_numeric::random::Stream;
    use latent_tensor::check::gradients;
    use ndarray::{Array2, ArrayView1, Ix2};
    use proptest::prelude::*;

    fn kernels() -> [Kernel; 2] {
        [Kernel::Rbf { bandwidths: vec![0.5, 1.0, 3.0] }, Kernel::InverseMultiquadratic { scales: vec![0.5, 4.0] }]
    }

    /// The definition, pair by pair.
    fn pair_by_pair(x: &Array2<f64>, y: &Array2<f64>, kernel: &Kernel, estimator: Estimator) -> f64 {
        let of = |a: ArrayView1<f64>, b: ArrayView1<f64>| -> f64 {
            let square: f64 = (&a - &b).mapv(|d| d * d).sum();
            match kernel {
                Kernel::Rbf { bandwidths } => bandwidths.iter().map(|s| (-square / (2.0 * s * s)).exp()).sum(),
                Kernel::InverseMultiquadratic { scales } => scales.iter().map(|c| c / (c + square)).sum(),
            }
        };
        let own = |x: &Array2<f64>| {
            let (mut sum, mut count) = (0.0, 0.0);
            for (i, a) in x.rows().into_iter().enumerate() {
                for (j, b) in x.rows().into_iter().enumerate() {
                    if i != j || estimator == Estimator::Biased {
                        sum += of(a, b);
                        count += 1.0;
                    }
                }
            }
            sum / count
        };
        let cross: f64 = x.rows().into_iter().map(|a| y.rows().into_iter().map(|b| of(a, b)).sum::<f64>()).sum();
        own(x) + own(y) - 2.0 * cross / (x.nrows() * y.nrows()) as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, n in 2_usize..6, m in 2_usize..6) {
            let (x, y) = (array(seed, &[n, 3], -2.0, 2.0), array(seed / 2, &[m, 3], -2.0, 2.0));
            let [a, b] = [&x, &y].map(|x| x.clone().into_dimensionality::<Ix2>().unwrap());
            for kernel in kernels() {
                for estimator in [Estimator::Biased, Estimator::Unbiased] {
                    let got = mmd(&Tensor::constant(a.clone()), &Tensor::constant(b.clone()), &kernel, estimator).unwrap();
                    prop_assert!(close(got.item(), pair_by_pair(&a, &b, &kernel, estimator)));
                    prop_assert_eq!(
                        gradients(&[x.clone(), y.clone()], |x| mmd(&x[0], &x[1], &kernel, estimator).unwrap()),
                        Ok(())
                    );
                }
            }
        }

        #[test]
        fn biased_never_negative_and_zero_only_at_equality(seed: u64, shift in 0.1_f64..2.0) {
            let x = constant(seed, &[6, 2], -1.0, 1.0);
            for kernel in kernels() {
                let of = |y: &Tensor<f64>| mmd(&x, y, &kernel, Estimator::Biased).unwrap();
                prop_assert!(of(&x).item().abs() < 1e-14);
                prop_assert!(of(&(&x + shift)).item() > 1e-5);
                prop_assert!(all_close(&of(&(&x + shift)), &mmd(&(&x + shift), &x, &kernel, Estimator::Biased).unwrap()));
            }
        }
    }

    #[test]
    fn unbiased_estimates_of_equal_distributions_vanish_in_the_mean() {
        let mut stream = Stream::new(1, "mmd", &[]);
        for kernel in kernels() {
            let mut draw = |n: usize| Tensor::<f64>::normal(&[n, 2], &mut stream);
            let of = |estimator, x: &Tensor<f64>, y: &Tensor<f64>| mmd(x, y, &kernel, estimator).unwrap().item();
            let pairs: Vec<_> = (0..400).map(|_| (draw(12), draw(9))).collect();
            let unbiased: Vec<f64> = pairs.iter().map(|(x, y)| of(Estimator::Unbiased, x, y)).collect();
            let (mean, error) = mean_and_error(&unbiased);
            assert!(mean.abs() < 4.0 * error, "{mean} +- {error}");
            let (mean, error) =
                mean_and_error(&pairs.iter().map(|(x, y)| of(Estimator::Biased, x, y)).collect::<Vec<_>>());
            assert!(mean > 4.0 * error);
        }
    }

    #[test]
    fn an_offset_changes_nothing_but_the_rounding_of_the_points() {
        for offset in [0.0_f32, 1e3, 1e4, -1e6] {
            let draw = |name| Stream::new(3, name, &[]).normal_array::<f32, _, _>((64, 8)) + offset;
            let (x, y) = (draw("x"), draw("y"));
            let exact = [&x, &y].map(|x| x.mapv(f64::from));
            for kernel in kernels() {
                for estimator in [Estimator::Biased, Estimator::Unbiased] {
                    let of = |x: &Array2<f32>, y: &Array2<f32>| {
                        mmd(&Tensor::constant(x.clone()), &Tensor::constant(y.clone()), &kernel, estimator).unwrap()
                    };
                    let (got, want) = (of(&x, &y).item(), pair_by_pair(&exact[0], &exact[1], &kernel, estimator));
                    assert!((f64::from(got) - want).abs() < 1e-6, "{offset}, {kernel:?}: {got}, not {want}");
                    let same = of(&x, &x).item();
                    assert!(estimator == Estimator::Unbiased || same.abs() < 1e-6, "{offset}, {kernel:?}: {same}");
                }
            }
        }
    }

    /// In other units, by a power of two, it has the same bits, however small they are.
    #[test]
    fn units_do_not_matter() {
        let (x, y) = (constant(1, &[5, 3], -1.0, 1.0), constant(2, &[4, 3], -1.0, 1.0));
        let of = |unit: f32| {
            let [x, y] = [&x, &y].map(|x| Tensor::constant(x.array().mapv(|x| x as f32 * unit)));
            let bandwidths = [0.5, 1.0, 3.0].map(|s| s * f64::from(unit)).to_vec();
            mmd(&x, &y, &Kernel::Rbf { bandwidths }, Estimator::Biased).unwrap().item()
        };
        assert!([-90, -40, 40, 90].into_iter().all(|power| of(2.0_f32.powi(power)) == of(1.0)));
    }

    #[test]
    fn kernels_that_are_none() {
        let x = Tensor::<f32>::zeros(&[2, 2]);
        let of = |kernel| mmd(&x, &x, &kernel, Estimator::Biased).unwrap_err().to_string();
        assert!(of(Kernel::Rbf { bandwidths: vec![] }).contains("number of scales"));
        assert_eq!(
            of(Kernel::InverseMultiquadratic { scales: vec![1.0, 0.0] }),
            "a scale of the kernel is 0, which is not positive and finite"
        );
    }

    #[test]
    #[should_panic(expected = "mmd: samples of the shapes [1, 2] and [3, 2]")]
    fn one_point_alone() {
        let kernel = Kernel::Rbf { bandwidths: vec![1.0] };
        let _ = mmd(&Tensor::<f32>::zeros(&[1, 2]), &Tensor::zeros(&[3, 2]), &kernel, Estimator::Unbiased);
    }
}
