//! `p(x | l) = C(l) e^(l x) / (1 + e^l)` on `[0, 1]`, with `C(l) = l coth(l / 2)`

use super::DataDistribution;
use crate::error::ModelError;
use latent_layers::{Context, Module, Visitor};
use latent_losses::PerSample;
use latent_losses::reconstruction::continuous_bernoulli_nll;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Independent grey pixels in `[0, 1]` with these logits and a normalised density: Loaiza-Ganem and Cunningham, *The
/// continuous Bernoulli*, 2019.
#[derive(Clone, Copy, Debug)]
pub struct ContinuousBernoulli;

impl<E: Scalar> Module<E> for ContinuousBernoulli {
    fn kind(&self) -> &'static str {
        "continuous_bernoulli"
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, E>) {}
}

impl<E: Scalar> DataDistribution<E> for ContinuousBernoulli {
    fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, _: &Context) -> Result<Tensor<E>, ModelError> {
        Ok(continuous_bernoulli_nll(output, x, PerSample)?)
    }

    fn mean(&self, output: &Tensor<E>) -> Tensor<E> {
        Tensor::constant(output.to_array().mapv_into(|logit| E::of(mean(logit.as_f64()))))
    }

    fn sample(&self, output: &Tensor<E>, noise: &mut Stream) -> Tensor<E> {
        let draw = |logit: E| E::of(quantile(logit.as_f64(), noise.uniform()));
        Tensor::constant(output.to_array().mapv_into(draw))
    }
}

/// `1 / (1 - e^-l) - 1 / l`, by its series where the difference cancels: `1/2 + l / 12 - l^3 / 720 + l^5 / 30240`.
fn mean(logit: f64) -> f64 {
    if logit.abs() < 0.3 {
        let square = logit * logit;
        0.5 + logit * (1.0 / 12.0 - square * (1.0 / 720.0 - square / 30_240.0))
    } else {
        1.0 / -(-logit).exp_m1() - 1.0 / logit
    }
}

/// The inverse of the distribution function: `ln(1 + u (e^l - 1)) / l`; of a positive logit by the mirror image, which
/// does not overflow.
fn quantile(logit: f64, u: f64) -> f64 {
    if logit > 0.0 {
        return 1.0 - quantile(-logit, 1.0 - u);
    }
    let x = if logit == 0.0 { u } else { (u * logit.exp_m1()).ln_1p() / logit };
    x.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_mean_is_that_of_the_quantiles(logit in prop_oneof![-0.4_f64..0.4, -40.0_f64..40.0]) {
            let n = 20_000;
            let average = (0..n).map(|i| quantile(logit, (f64::from(i) + 0.5) / f64::from(n))).sum::<f64>() / f64::from(n);
            prop_assert!((average - mean(logit)).abs() < 1e-5, "{average} {}", mean(logit));
        }
    }

    #[test]
    fn extremes_stay_between_black_and_white() {
        for logit in [-1e4, -1e-300, 0.0, 1e-20, 1e4] {
            assert!((0.0..=1.0).contains(&mean(logit)), "{logit}");
            assert!([0.0, 0.5, 1.0].iter().all(|&u| (0.0..=1.0).contains(&quantile(logit, u))), "{logit}");
        }
    }
}
