//! A model whose likelihood is known: `z ~ N(0, I)`, `x = W z + b + s e`, so that `x ~ N(b, W W' + s^2 I)`.

use crate::support::close;
use latent_layers::{Context, Init, Linear, Module};
use latent_models::{ImportanceSampling, Likelihood, Sigma, Vae, VaeObjective};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array1, Array2, Axis, concatenate, s};
use proptest::prelude::*;
use std::f64::consts::TAU;

const FEATURES: usize = 4;
const CODES: usize = 2;

/// The model, with the columns of `W` at right angles: then the posterior is diagonal.
struct Known {
    directions: Array2<f64>,
    lengths: [f64; CODES],
    shift: Array1<f64>,
    sigma: f64,
}

impl Known {
    fn new(seed: u64) -> Self {
        let mut stream = Stream::new(seed, "model", &[]);
        let square = Init::Orthogonal { gain: 1.0 }.array::<f64>(&[FEATURES, FEATURES], &mut stream);
        let square = square.into_dimensionality::<ndarray::Ix2>().unwrap();
        Self {
            directions: square.slice(s![.., ..CODES]).to_owned(),
            lengths: [stream.uniform_in(0.5, 2.0), stream.uniform_in(0.5, 2.0)],
            shift: stream.normal_array(FEATURES),
            sigma: stream.uniform_in(0.3, 1.0),
        }
    }

    fn weight(&self) -> Array2<f64> {
        &self.directions * &Array1::from(self.lengths.to_vec())
    }

    /// Data of the model itself.
    fn draw(&self, samples: usize, stream: &mut Stream) -> Array2<f64> {
        let (z, e): (Array2<f64>, Array2<f64>) =
            (stream.normal_array((samples, CODES)), stream.normal_array((samples, FEATURES)));
        z.dot(&self.weight().t()) + &self.shift + e * self.sigma
    }

    fn log_likelihood(&self, x: &Array2<f64>) -> Vec<f64> {
        let variance = self.sigma * self.sigma;
        let of = |x: ndarray::ArrayView1<f64>| {
            let centered = &x - &self.shift;
            let along = centered.dot(&self.directions);
            let mut nats = -0.5 * FEATURES as f64 * TAU.ln() - 0.5 * (FEATURES - CODES) as f64 * variance.ln();
            nats -= 0.5 * (centered.dot(&centered) - along.dot(&along)) / variance;
            for (c, length) in along.iter().zip(self.lengths) {
                let wide = length * length + variance;
                nats -= 0.5 * (wide.ln() + c * c / wide);
            }
            nats
        };
        x.rows().into_iter().map(of).collect()
    }

    /// The autoencoder of this model whose posterior is off the exact one by this: means shifted, deviations scaled.
    fn vae(&self, off: f64) -> Vae<f64> {
        let stream = &mut Stream::new(0, "initialisation", &[]);
        let (encoder, decoder) = (Linear::new(FEATURES, 2 * CODES, stream), Linear::new(CODES, FEATURES, stream));
        let vae =
            Vae::gaussian(encoder, decoder, Likelihood::Gaussian(Sigma::Fixed(self.sigma)), FEATURES, CODES).unwrap();
        let variance = self.sigma * self.sigma;
        let gains = Array1::from_iter(self.lengths.map(|length| length / (length * length + variance)));
        let to_mean = (&self.directions * &gains).reversed_axes();
        let mean = -to_mean.dot(&self.shift) + off;
        let log_var = Array1::from_iter(self.lengths.map(|l| (variance / (l * l + variance)).ln() + off));
        let to_both = concatenate![Axis(0), to_mean, Array2::zeros((CODES, FEATURES))];
        let values = [
            to_both.into_dyn(),
            concatenate![Axis(0), mean, log_var].into_dyn(),
            self.weight().into_dyn(),
            self.shift.clone().into_dyn(),
        ];
        for ((_, parameter), value) in vae.parameters().into_iter().zip(values) {
            parameter.set(value).unwrap();
        }
        vae
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The mean and its standard error.
fn estimate(x: &[f64]) -> (f64, f64) {
    let mean = mean(x);
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64;
    (mean, (variance / x.len() as f64).sqrt())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn with_the_exact_posterior_every_estimate_is_exact(seed: u64, draws in 1_usize..6, at_a_time in 1_usize..9) {
        let known = Known::new(seed);
        let vae = known.vae(0.0);
        let x = known.draw(5, &mut Stream::new(seed, "data", &[]));
        let want = known.log_likelihood(&x);
        let x = Tensor::constant(x);
        let got = vae.log_likelihood(&x, &ImportanceSampling { draws, at_a_time, seed }, 0).unwrap();
        for (got, want) in got.iter().zip(&want) {
            prop_assert!(close(*got, *want, 1e-11), "{got} and {want}");
        }
        // So is the importance-weighted objective.
        let objective = VaeObjective { importance_samples: draws + 1, ..Default::default() };
        let noise = &mut Stream::new(seed, "noise", &[]);
        let terms = vae.objective(&x, &objective, 1.0, &mut Context::evaluate(), noise).unwrap();
        prop_assert!(close(-terms.objective.item(), mean(&want), 1e-11));
    }

    #[test]
    fn more_draws_come_closer_from_below(seed: u64, off in 0.2_f64..0.6) {
        let known = Known::new(seed);
        let vae = known.vae(off);
        // One image many times: independent estimates of the same number.
        let x = known.draw(1, &mut Stream::new(seed, "data", &[]));
        let exact = known.log_likelihood(&x)[0];
        let x = Tensor::constant(x.broadcast((2000, FEATURES)).unwrap().to_owned());
        let of = |draws| {
            let sampling = ImportanceSampling { draws, seed, ..Default::default() };
            estimate(&vae.log_likelihood(&x, &sampling, 0).unwrap())
        };
        let (one, several, many) = (of(1), of(5), of(40));
        // With one draw it is the ELBO.
        let terms = vae.objective(&x, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut Stream::new(seed, "noise", &[]));
        let elbo = terms.unwrap().elbo.unwrap().item();
        prop_assert!((one.0 - elbo).abs() < 8.0 * one.1, "{one:?} and {elbo}");
        let below = |low: (f64, f64), high: (f64, f64)| low.0 < high.0 + 5.0 * (low.1 + high.1);
        prop_assert!(below(one, several) && below(several, many) && below(many, (exact, 0.0)), "{one:?} {several:?} {many:?} {exact}");
        prop_assert!(elbo < exact, "{elbo} {exact}");
    }
}

#[test]
fn draws_belong_to_images_however_they_are_batched() {
    let known = Known::new(3);
    let vae = known.vae(0.5);
    let x = known.draw(7, &mut Stream::new(3, "data", &[]));
    let of = |range: std::ops::Range<usize>, at_a_time| {
        let rows = Tensor::constant(x.slice(s![range.clone(), ..]).to_owned());
        let sampling = ImportanceSampling { draws: 6, at_a_time, seed: 3 };
        vae.log_likelihood(&rows, &sampling, range.start as u64).unwrap()
    };
    let whole = of(0..7, 1000);
    for at_a_time in [1, 4, 6, 13] {
        let parts = [of(0..3, at_a_time), of(3..7, at_a_time)].concat();
        assert!(whole.iter().zip(&parts).all(|(a, b)| close(*a, *b, 1e-12)), "{whole:?} {parts:?}");
    }
}
