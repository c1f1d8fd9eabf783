//! `1/2 [ln 2 pi + ln s^2 + (x - m)^2 / s^2]`

use crate::Reduction;
use crate::distributions::gaussian_log_density;
use crate::error::{LossError, check_same_shape, check_setting};
use latent_numeric::{Scalar, power_of_two};
use latent_tensor::Tensor;
use std::f64::consts::PI;

/// The standard deviation of a Gaussian likelihood.
#[derive(Clone, Copy, Debug)]
pub enum Sigma<'a, E: Scalar> {
    /// A constant standard deviation, in units of the data.
    Fixed(E),
    /// Predicted: `ln sigma^2` of the targets' shape.
    Learned {
        /// The logarithms of the variances.
        log_var: &'a Tensor<E>,
    },
    /// The one that maximises the likelihood of this batch, `sigma^2 = mean (t - m)^2` over all elements, but at
    /// least `floor`. Rybkin, Daniilidis and Levine, *Simple and effective VAE training with calibrated decoders*,
    /// 2021, equation 4.
    Optimal {
        /// The least sigma, in units of the data; without it a perfect reconstruction has infinite likelihood.
        floor: E,
    },
}

/// The negative log-likelihood of targets under Gaussians with these means, in nats for each element, the constant
/// `1/2 ln 2 pi` included. It is the density's, and so may be negative.
///
/// ```
/// use latent_losses::{MeanOverBatch, reconstruction::{Sigma, gaussian_nll, mse}};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (mean, target) = (Tensor::constant(array![[1.0, 2.0]]), Tensor::constant(array![[1.0, 4.0]]));
/// let half_log_tau = 0.5 * (2.0 * std::f64::consts::PI).ln();
///
/// let fixed = gaussian_nll(&mean, &target, Sigma::Fixed(1.0), MeanOverBatch)?.item();
/// assert!((fixed - (2.0 * half_log_tau + 0.5 * mse(&mean, &target, MeanOverBatch).item())).abs() < 1e-14);
///
/// // The optimal sigma is sqrt(2), and no other has a larger likelihood.
/// let optimal = gaussian_nll(&mean, &target, Sigma::Optimal { floor: 1e-3 }, MeanOverBatch)?.item();
/// assert!((optimal - (2.0 * half_log_tau + 2.0_f64.ln() + 1.0)).abs() < 1e-14);
/// assert!(optimal < fixed);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a fixed sigma or a floor is not positive and finite.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn gaussian_nll<E: Scalar>(
    mean: &Tensor<E>,
    target: &Tensor<E>,
    sigma: Sigma<'_, E>,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    check_same_shape("gaussian_nll", ("mean", mean), ("target", target));
    let positive = |x: E, name| check_setting(x > E::zero() && x.is_finite(), name, x, "positive and finite");
    let (two, log_tau) = (E::of(2.0), E::of((2.0 * PI).ln()));
    let (squares, log_var) = match sigma {
        Sigma::Fixed(sigma) => {
            positive(sigma, "the sigma of gaussian_nll")?;
            (((target - mean) / sigma).square(), Tensor::scalar(two * sigma.ln()))
        }
        Sigma::Learned { log_var } => {
            check_same_shape("gaussian_nll", ("mean", mean), ("log_var", log_var));
            return Ok(reduction.reduce(&-gaussian_log_density(target, mean, log_var)));
        }
        Sigma::Optimal { floor } => {
            positive(floor, "the floor of gaussian_nll's sigma")?;
            // In a unit of the size of sigma, no square overflows or vanishes.
            let difference = target - mean;
            let larger = |largest: E, x: &E| if x.abs() > largest { x.abs() } else { largest };
            let unit = power_of_two(difference.array().iter().fold(floor, larger));
            let squares = (difference / unit).square();
            let variance = squares.mean().clamp((floor / unit) * (floor / unit), E::infinity());
            (squares / &variance, variance.ln() + two * unit.ln())
        }
    };
    Ok(reduction.reduce(&((squares + log_var + log_tau) * E::of(0.5))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{DiagonalGaussian, Distribution};
    use crate::testing::{all_close, array, close, is_finite};
    use crate::{PerSample, Sum};
    use latent_tensor::check::gradients;
    use latent_tensor::{GradOptions, grad};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn values_and_gradients(seed: u64, sigma in 0.3_f64..2.0) {
            let one = |k: u64| array(seed / k, &[3, 4], -1.5, 1.5);
            let (m, t, v) = (one(1), one(2), one(3));
            let constants = [&m, &t, &v].map(|x| Tensor::constant(x.clone()));
            let learned = |m: &Tensor<f64>, t: &Tensor<f64>, log_var: &Tensor<f64>| {
                gaussian_nll(m, t, Sigma::Learned { log_var }, PerSample).unwrap()
            };
            let want = -DiagonalGaussian::new(constants[0].clone(), constants[2].clone()).log_prob(&constants[1]);
            prop_assert!(all_close(&learned(&constants[0], &constants[1], &constants[2]), &want));
            let fixed = gaussian_nll(&constants[0], &constants[1], Sigma::Fixed(sigma), PerSample).unwrap();
            let same = Tensor::full(&[3, 4], 2.0 * sigma.ln());
            prop_assert!(all_close(&fixed, &learned(&constants[0], &constants[1], &same)));
            prop_assert_eq!(gradients(&[m.clone(), t.clone(), v], |x| learned(&x[0], &x[1], &x[2])), Ok(()));
            for sigma in [Sigma::Fixed(sigma), Sigma::Optimal { floor: 1e-3 }] {
                prop_assert_eq!(
                    gradients(&[m.clone(), t.clone()], |x| gaussian_nll(&x[0], &x[1], sigma, Sum).unwrap()),
                    Ok(())
                );
            }
        }

        #[test]
        fn no_sigma_is_better_than_the_optimal_one(seed: u64, sigma in 0.05_f64..5.0) {
            let (m, t) = (array(seed, &[3, 4], -2.0, 2.0), array(seed / 2, &[3, 4], -2.0, 2.0));
            let (m, t) = (Tensor::variable(m), Tensor::constant(t));
            let of = |sigma| gaussian_nll(&m, &t, sigma, Sum).unwrap();
            let optimal = of(Sigma::Optimal { floor: 1e-6 });
            prop_assert!(optimal.item() <= of(Sigma::Fixed(sigma)).item() + 1e-12);
            // Being optimal, it has no part in the gradient (envelope theorem).
            let best = (&m - &t).square().mean().item().sqrt();
            prop_assert!(close(optimal.item(), of(Sigma::Fixed(best)).item()));
            let slope = |loss| grad(&[loss], std::slice::from_ref(&m), GradOptions::default()).remove(0);
            prop_assert!(all_close(&slope(optimal), &slope(of(Sigma::Fixed(best)))));
        }
    }

    /// In other units, by a power of two, all is the same up to the logarithm of the unit: golden values by scaling.
    #[test]
    fn tiny_sigmas() {
        let (m, t) = (array(1, &[3, 4], -1.0, 1.0), array(2, &[3, 4], -1.0, 1.0));
        let of = |power: i32, sigma: &dyn Fn(f32) -> Sigma<'static, f32>| {
            let unit = 2.0_f32.powi(power);
            let [m, t] = [&m, &t].map(|x| x.mapv(|x| x as f32 * unit));
            let m = Tensor::variable(m);
            let nll = gaussian_nll(&m, &Tensor::constant(t), sigma(unit), Sum).unwrap();
            let slope = grad(std::slice::from_ref(&nll), &[m], GradOptions::default()).remove(0);
            let in_units = f64::from(nll.item()) - 12.0 * f64::from(power) * 2.0_f64.ln();
            (in_units, slope.array().mapv(|slope| f64::from(slope) * f64::from(unit)))
        };
        let floor = |unit: f32| Sigma::Optimal { floor: 1e-3 * unit };
        let high_floor = |unit: f32| Sigma::Optimal { floor: 8.0 * unit };
        let fixed = |unit: f32| Sigma::Fixed(0.3 * unit);
        for sigma in [&floor as &dyn Fn(f32) -> Sigma<'static, f32>, &high_floor, &fixed] {
            let (nll, slope) = of(0, sigma);
            for power in [-100, -83, 60] {
                let (got, of_got) = of(power, sigma);
                assert!((got - nll).abs() < 1e-3, "2^{power}: {got}, not {nll}");
                assert!(of_got.iter().zip(&slope).all(|(got, want)| (got - want).abs() < 1e-5 * (1.0 + want.abs())));
            }
        }
        // A perfect reconstruction, of sigmas whose squares vanish.
        let zero = Tensor::variable(ndarray::array![[0.5_f32]]);
        for sigma in [Sigma::Fixed(1e-30), Sigma::Optimal { floor: 1e-25 }, Sigma::Fixed(1e-44)] {
            let nll = gaussian_nll(&zero, &zero.detach(), sigma, Sum).unwrap();
            let want = match sigma {
                Sigma::Fixed(sigma) | Sigma::Optimal { floor: sigma } => f64::from(sigma).ln(),
                Sigma::Learned { .. } => unreachable!("not among these"),
            };
            let want = want + 0.5 * (2.0 * PI).ln();
            assert!((f64::from(nll.item()) - want).abs() < 1e-4, "{sigma:?}: {}, not {want}", nll.item());
            assert_eq!(grad(&[nll], std::slice::from_ref(&zero), GradOptions::default())[0].item(), 0.0);
        }
        assert!(
            gaussian_nll(&Tensor::scalar(f32::NAN), &Tensor::scalar(0.0), Sigma::Optimal { floor: 1.0 }, Sum)
                .is_ok_and(|nll| nll.item().is_nan())
        );
    }

    #[test]
    fn perfect_reconstructions_and_sigmas_that_are_none() {
        let x = Tensor::full(&[2], 0.5);
        let nll = gaussian_nll(&x, &x, Sigma::Optimal { floor: 1e-2 }, Sum).unwrap().item();
        assert!(close(nll, (2.0 * PI).ln() + 2.0 * 0.01_f64.ln()));
        let target = Tensor::full(&[2], 0.5_f32);
        assert!(is_finite(&[0.5, 0.5], |x| gaussian_nll(x, &target, Sigma::Optimal { floor: 1e-3 }, Sum).unwrap()));
        for (sigma, name) in [(Sigma::Fixed(0.0), "sigma"), (Sigma::Optimal { floor: f64::NAN }, "floor")] {
            let error = gaussian_nll(&x, &x, sigma, Sum).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("not positive and finite"), "{error}");
        }
    }
}
