//! Posteriors, priors, decoders and objectives as parts of one model.

use crate::support::{bits, images};
use latent_layers::{Context, Linear, LoadOptions, Module, load_bytes, to_bytes};
use latent_losses::PerSample;
use latent_losses::Reduction;
use latent_losses::distributions::{DiagonalGaussian, Distribution, Laplace};
use latent_models::decoder::LayerDecoder;
use latent_models::flow::{Flow, InverseAutoregressive, Planar, Radial};
use latent_models::objective::{
    ImportanceWeighted, MaximumMeanDiscrepancy, Objective, RegularizedAutoencoder, TotalCorrelation,
};
use latent_models::posterior::{
    DeterministicEncoder, FlowEncoder, FullGaussianEncoder, GaussianEncoder, Inference, LaplaceEncoder,
    MatrixNormalEncoder, QuantizingEncoder,
};
use latent_models::prior::{ConditionalPrior, LaplacePrior, MixturePrior, Prior, StandardNormal, VampPrior};
use latent_models::{
    ImportanceSampling, LatentVariableModel, Likelihood, ModelError, Observation, Sigma, VaeObjective,
};
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, Tensor, grad, no_grad};
use proptest::prelude::*;

const FEATURES: usize = 8;
const CODES: usize = 4;

type Model = LatentVariableModel<f64>;

fn linear(inputs: usize, outputs: usize, stream: &mut Stream) -> Linear<f64> {
    Linear::new(inputs, outputs, stream)
}

fn decoder(inputs: usize, likelihood: Likelihood, stream: &mut Stream) -> LayerDecoder<f64> {
    use latent_layers::{Flatten, Sequential};
    let layers = Sequential::new().then(Flatten).then(linear(inputs, FEATURES, stream));
    LayerDecoder::new(layers, likelihood.build().unwrap(), FEATURES, CODES)
}

fn encoder(name: &str, stream: &mut Stream) -> Box<dyn Inference<f64>> {
    let gaussian = |stream: &mut Stream| GaussianEncoder::new(linear(FEATURES, 2 * CODES, stream), FEATURES, CODES);
    match name {
        "gaussian" => Box::new(gaussian(stream)),
        "full" => {
            let outputs = FullGaussianEncoder::<f64>::outputs(CODES);
            Box::new(FullGaussianEncoder::new(linear(FEATURES, outputs, stream), FEATURES, CODES))
        }
        "laplace" => Box::new(LaplaceEncoder::new(linear(FEATURES, 2 * CODES, stream), FEATURES, CODES)),
        "maps" => Box::new(MatrixNormalEncoder::new(linear(FEATURES, 8, stream), FEATURES, 1, 2)),
        "flow" => {
            let flows: Vec<Box<dyn Flow<f64>>> = vec![
                Box::new(Planar::new(CODES, stream)),
                Box::new(Radial::new(CODES, stream)),
                Box::new(InverseAutoregressive::new(CODES, &[6], stream)),
            ];
            Box::new(FlowEncoder::new(gaussian(stream), flows))
        }
        "deterministic" => Box::new(DeterministicEncoder::new(linear(FEATURES, CODES, stream), FEATURES, CODES)),
        "quantized" => {
            let layers = linear(FEATURES, CODES, stream);
            Box::new(QuantizingEncoder::new(layers, FEATURES, 2, [5, 2], 0.25, stream).unwrap())
        }
        other => panic!("{other}"),
    }
}

fn prior(name: &str, stream: &mut Stream) -> Box<dyn Prior<f64>> {
    match name {
        "normal" => Box::new(StandardNormal),
        "laplace" => Box::new(LaplacePrior),
        "mixture" => Box::new(MixturePrior::new(3, CODES, stream).unwrap()),
        "vamp" => Box::new(VampPrior::new(3, FEATURES, stream).unwrap()),
        other => panic!("{other}"),
    }
}

fn model(of: &str, before: &str, seed: u64) -> Model {
    let stream = &mut Stream::new(seed, "initialisation", &[]);
    let (encoder, prior) = (encoder(of, stream), prior(before, stream));
    let decoder = Box::new(decoder(CODES, Likelihood::Bernoulli, stream));
    let model = Model::of_boxes(encoder, prior, decoder, &Observation::new(Tensor::zeros(&[2, FEATURES]))).unwrap();
    for (_, parameter) in model.parameters() {
        parameter.elements().iter_mut().for_each(|x| *x += 0.4 * stream.normal::<f64>());
    }
    model
}

/// All parts with which a model has a density.
const DENSE: [(&str, &str); 9] = [
    ("gaussian", "normal"),
    ("gaussian", "mixture"),
    ("gaussian", "vamp"),
    ("full", "normal"),
    ("laplace", "laplace"),
    ("laplace", "normal"),
    ("flow", "normal"),
    ("maps", "normal"),
    ("maps", "vamp"),
];

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

fn numbers(tensor: &Tensor<f64>) -> Vec<f64> {
    tensor.array().iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_divergence_in_closed_form_is_the_mean_of_log_ratios(seed: u64) {
        let x = images(seed, [1, FEATURES]);
        for (of, before) in [("gaussian", "normal"), ("full", "normal"), ("laplace", "laplace"), ("maps", "normal")] {
            let model = model(of, before, seed);
            let noise = &mut Stream::new(seed, "noise", &[]);
            let context = &mut Context::evaluate();
            let draws = model.draws(&Observation::new(x.clone()), 20_000, context, noise).unwrap();
            let exact = PerSample.reduce(&draws.kl(context).unwrap()).item();
            let ratios = draws.draw.log_q.as_ref().unwrap() - draws.log_prior(context).unwrap();
            let (mean, error) = mean_and_error(&numbers(&ratios));
            prop_assert!((mean - exact).abs() < 5.5 * error, "{of}: {mean} +- {error}, in closed form {exact}");
        }
    }

    #[test]
    fn densities_of_posteriors_and_priors_integrate_to_one(seed: u64) {
        let x = images(seed, [1, FEATURES]);
        // Of long tails, so that the ratio of densities is bounded.
        let (samples, wide) = (40_000, 2.0_f64);
        let broad = Laplace::new(Tensor::zeros(&[samples, CODES]), Tensor::full(&[samples, CODES], wide.ln()));
        let z = broad.sample(&mut Stream::new(seed, "codes", &[]));
        let integral = |log: Tensor<f64>| mean_and_error(&numbers(&(log - broad.log_prob(&z)).exp()));
        for of in ["gaussian", "full"] {
            let model = model(of, "normal", seed);
            let context = &mut Context::evaluate();
            let posterior = model.infer(&Observation::new(x.clone()), context).unwrap();
            let log = posterior.select(&vec![0; samples]).log_prob(&z, context).unwrap().unwrap();
            let (one, error) = integral(log);
            prop_assert!((one - 1.0).abs() < 6.0 * error + 0.02, "{of}: {one} +- {error}");
        }
        for before in ["normal", "laplace", "mixture", "vamp"] {
            let model = model("gaussian", before, seed);
            let all = Observation::new(Tensor::zeros(&[samples, FEATURES]));
            let log = model.prior().log_prob(&z, &all, &model, &mut Context::evaluate()).unwrap();
            let (one, error) = integral(log);
            prop_assert!((one - 1.0).abs() < 6.0 * error + 0.02, "{before}: {one} +- {error}");
        }
    }

    #[test]
    fn draws_of_a_prior_have_its_mean_of_log_densities(seed: u64) {
        // E_p[q(z) / p(z)] = 1 for any density q: here a standard normal one.
        for before in ["laplace", "mixture", "vamp"] {
            let model = model("gaussian", before, seed);
            let z = model.prior_codes(20_000, None, &mut Stream::new(seed, "samples", &[])).unwrap();
            let all = Observation::new(Tensor::zeros(&[20_000, FEATURES]));
            let log_p = model.prior().log_prob(&z, &all, &model, &mut Context::evaluate()).unwrap();
            // Narrow, so that the ratio is bounded where p has little mass.
            let narrow = DiagonalGaussian::new(z.mean_axes(&[0], true).broadcast_to(z.shape()), Tensor::full(z.shape(), -1.0));
            let (one, error) = mean_and_error(&numbers(&(narrow.log_prob(&z) - log_p).exp()));
            prop_assert!((one - 1.0).abs() < 6.0 * error + 0.02, "{before}: {one} +- {error}");
        }
    }

    #[test]
    fn a_vamp_prior_of_the_data_is_the_aggregate_posterior(seed: u64) {
        let stream = &mut Stream::new(seed, "initialisation", &[]);
        let data = images::<f64>(seed, [6, FEATURES]);
        let prior = VampPrior::of(data.clone().into_array());
        let gaussian = GaussianEncoder::new(linear(FEATURES, 2 * CODES, stream), FEATURES, CODES);
        let model = Model::new(gaussian, prior, decoder(CODES, Likelihood::Bernoulli, stream), &(&data).into()).unwrap();
        let z = Tensor::normal(&[9, CODES], stream);
        let log_p = model.prior().log_prob(&z, &(&z).into(), &model, &mut Context::evaluate()).unwrap();
        let q = model.encode(&data, &mut Context::evaluate()).unwrap();
        for n in 0..9 {
            let z = z.slice_axis(0, (n..n + 1).into()).broadcast_to(&[6, CODES]);
            let densities = numbers(&q.log_prob(&z).exp());
            let want = (densities.iter().sum::<f64>() / 6.0).ln();
            prop_assert!((log_p.array()[[n]] - want).abs() < 1e-10);
        }
    }

    #[test]
    fn bounds_come_in_their_order_on_the_same_draws(seed: u64, groups in 1_usize..4, draws in 2_usize..5) {
        for (of, before) in DENSE {
            let model = model(of, before, seed);
            let observed = Observation::new(images(seed, [5, FEATURES]));
            let bound = |objective: ImportanceWeighted| {
                let noise = &mut Stream::new(seed, "noise", &[]);
                -objective.terms(&model, &observed, 0, &mut Context::evaluate(), noise).unwrap().objective.item()
            };
            let all = groups * draws;
            let elbo = bound(ImportanceWeighted { draws: 1, groups: all, elbo: 0.0 });
            let miwae = bound(ImportanceWeighted { draws, groups, elbo: 0.0 });
            let iwae = bound(ImportanceWeighted { draws: all, groups: 1, elbo: 0.0 });
            let ciwae = bound(ImportanceWeighted { draws: all, groups: 1, elbo: 0.3 });
            prop_assert!(elbo <= miwae + 1e-12 && miwae <= iwae + 1e-12, "{of}: {elbo} {miwae} {iwae}");
            prop_assert!((ciwae - 0.3 * elbo - 0.7 * iwae).abs() < 1e-10);
        }
    }

    #[test]
    fn estimates_of_the_likelihood_do_not_depend_on_batches(seed: u64, at_a_time in 1_usize..30) {
        for (of, before) in DENSE {
            let model = model(of, before, seed);
            let x = images(seed, [4, FEATURES]);
            let of_all = |at_a_time| {
                model.log_likelihood(&x, &ImportanceSampling { draws: 7, at_a_time, seed }, 10).unwrap()
            };
            let (once, parts) = (of_all(4096), of_all(at_a_time));
            let sampling = ImportanceSampling { draws: 7, at_a_time, seed };
            let second = model.log_likelihood(&x.slice_axis(0, (1..2).into()), &sampling, 11).unwrap();
            for (a, b) in once.iter().zip(&parts).chain([(&once[1], &second[0])]) {
                prop_assert!((a - b).abs() < 1e-9, "{of} {before}: {a} {b}");
            }
        }
    }
}

#[test]
fn every_model_is_saved_drawn_from_and_reconstructs() {
    for (of, before) in DENSE.into_iter().chain([("deterministic", "normal"), ("quantized", "normal")]) {
        let [a, b] = [1, 2].map(|seed| model(of, before, seed));
        let x = images(3, [5, FEATURES]);
        assert_eq!(a.codes(&x).unwrap().len(), 5 * CODES, "{of}");
        assert_eq!(a.reconstruct(&x).unwrap().shape(), [5, FEATURES]);
        let sampled = |model: &Model, samples| model.sample(samples, &mut Stream::new(1, "samples", &[])).unwrap();
        assert_eq!(sampled(&a, 64).shape(), [64, FEATURES]);
        load_bytes(&b, &to_bytes(&a), LoadOptions::default()).unwrap();
        assert_eq!(bits(&a), bits(&b));
        assert_eq!(a.reconstruct(&x).unwrap().to_array(), b.reconstruct(&x).unwrap().to_array());
        assert_eq!(sampled(&a, 5).to_array(), sampled(&b, 5).to_array());
    }
}

#[test]
fn gradients_reach_every_part_with_the_same_bits_on_any_number_of_threads() {
    for (of, before) in DENSE {
        let run = || {
            let model = model(of, before, 4);
            let noise = &mut Stream::new(1, "noise", &[]);
            let terms = model.objective(
                &images(5, [6, FEATURES]),
                &VaeObjective::default(),
                1.0,
                &mut Context::evaluate(),
                noise,
            );
            let slopes = grad(&[terms.unwrap().objective], &model.variables(), GradOptions::default());
            slopes.iter().map(|slope| slope.array().iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let slopes = with_threads(1, run).unwrap();
        assert!(slopes.iter().all(|slope| slope.iter().any(|bits| f64::from_bits(*bits) != 0.0)), "{of} {before}");
        assert_eq!(slopes, with_threads(3, run).unwrap());
    }
}

#[test]
fn codes_without_a_density_have_no_bound_but_other_objectives() {
    let observed = Observation::new(images(5, [6, FEATURES]));
    for of in ["deterministic", "quantized"] {
        let model = model(of, "normal", 1);
        let (context, noise) = (&mut Context::evaluate(), &mut Stream::new(1, "noise", &[]));
        let refused = model.objective(&observed, &VaeObjective::default(), 1.0, context, noise).unwrap_err();
        assert_eq!(refused, ModelError::NoDensity { encoder: of_kind(of) });
        assert!(model.log_likelihood(&observed, &ImportanceSampling::default(), 0).is_err());
        let rae = RegularizedAutoencoder { code: 0.1, decoder_l2: 0.2 };
        let terms = rae.terms(&model, &observed, 0, context, noise).unwrap();
        let names: Vec<_> = terms.contributions.iter().map(|(name, _)| &**name).collect();
        let all = ["reconstruction", "code", "decoder_l2", "codebook", "commitment"];
        assert_eq!(names, all[..if of == "quantized" { 5 } else { 3 }]);
        let sum: f64 = terms.contributions.iter().map(|(_, term)| term.item()).sum();
        assert!((terms.objective.item() - sum).abs() < 1e-10);
        let wae = MaximumMeanDiscrepancy::default();
        assert!(wae.terms(&model, &observed, 0, context, noise).unwrap().objective.item().is_finite());
    }
}

fn of_kind(name: &str) -> &'static str {
    if name == "quantized" { "quantized" } else { "deterministic" }
}

#[test]
fn a_quantised_code_is_the_closest_vector_and_passes_gradients_on() {
    let model = model("quantized", "normal", 2);
    let observed = Observation::new(images(5, [6, FEATURES]));
    let draws = model.draws(&observed, 1, &mut Context::evaluate(), &mut Stream::new(1, "noise", &[])).unwrap();
    let parameters = model.parameters();
    let (_, codebook) = parameters.iter().find(|(path, _)| path == "encoder.codebook").unwrap();
    let codebook = codebook.tensor();
    let entries = codebook.view_as::<ndarray::Ix2>();
    let z = draws.draw.z.reshape(&[12, 2]);
    for piece in z.view_as::<ndarray::Ix2>().rows() {
        let least =
            entries.rows().into_iter().map(|e| (&e - &piece).mapv(|d| d * d).sum()).fold(f64::INFINITY, f64::min);
        assert!(least < 1e-20, "{least}");
    }
    let weight = model.parameters()[0].1.tensor();
    let slope = grad(&[draws.log_likelihood.sum()], &[weight], GradOptions::default()).remove(0);
    assert!(slope.array().iter().any(|x| *x != 0.0));
}

#[test]
fn with_weights_of_one_the_decomposed_divergence_is_the_negative_elbo() {
    let model = model("gaussian", "normal", 3);
    let observed = Observation::new(images(5, [16, FEATURES]));
    let plain = TotalCorrelation { alpha: 1.0, beta: 1.0, gamma: 1.0, samples: 16 };
    let mean = |f: &dyn Fn(u64) -> f64| mean_and_error(&(0..400).map(f).collect::<Vec<_>>());
    let of = |seed| Stream::new(seed, "noise", &[]);
    let decomposed = mean(&|seed| {
        no_grad(|| plain.terms(&model, &observed, 0, &mut Context::evaluate(), &mut of(seed)).unwrap().objective.item())
    });
    let elbo = mean(&|seed| {
        let terms = model.objective(&observed, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut of(seed));
        no_grad(|| terms.unwrap().objective.item())
    });
    assert!((decomposed.0 - elbo.0).abs() < 5.0 * (decomposed.1 + elbo.1), "{decomposed:?} {elbo:?}");
}

#[test]
fn a_conditional_model_asks_for_its_condition() {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let gaussian = GaussianEncoder::new(linear(FEATURES + 3, 2 * CODES, stream), FEATURES, CODES);
    let layers = linear(CODES + 3, FEATURES, stream);
    let decoder = LayerDecoder::new(layers, Likelihood::Gaussian(Sigma::Fixed(0.5)).build().unwrap(), FEATURES, CODES);
    let prior = ConditionalPrior::new(linear(3, 2 * CODES, stream), CODES);
    let classes = Tensor::one_hot(&[0, 2], 3);
    let example = Observation::given(Tensor::zeros(&[2, FEATURES]), classes.clone());
    let model = Model::new(gaussian, prior, decoder, &example).unwrap();
    assert_eq!((model.condition_dim(), model.sample_given(&classes, stream).unwrap().shape()), (3, &[2, FEATURES][..]));
    let told = model.sample(2, stream).unwrap_err().to_string();
    assert_eq!(told, "condition is missing, expected [2, 3], one for each sample");
    let told = model.reconstruct(&Tensor::zeros(&[2, FEATURES])).unwrap_err().to_string();
    assert!(told.starts_with("condition is missing"), "{told}");
    let context = &mut Context::evaluate();
    let terms = model.objective(&example, &VaeObjective::default(), 1.0, context, stream).unwrap();
    assert!(terms.elbo.unwrap().item().is_finite());
    let unconditional = self::model("gaussian", "normal", 1);
    let told = unconditional.infer(&example, context).err().unwrap().to_string();
    assert_eq!(told, "condition is [2, 3], expected none, as the model is not conditional");
}

#[test]
fn parts_that_do_not_fit_are_told_when_the_model_is_made() {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let example = Observation::new(Tensor::<f64>::zeros(&[1, FEATURES]));
    let build = |encoder: Box<dyn Inference<f64>>, prior: Box<dyn Prior<f64>>, stream: &mut Stream| {
        Model::of_boxes(encoder, prior, Box::new(decoder(CODES, Likelihood::Bernoulli, stream)), &example)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let told = build(encoder("flow", stream), prior("vamp", stream), stream);
    assert_eq!(told, "prior is vamp, expected a posterior whose density is known at any code, which this one has not");
    let short = GaussianEncoder::new(linear(FEATURES, 6, stream), FEATURES, 3);
    let told = build(Box::new(short), Box::new(StandardNormal), stream);
    assert_eq!(told, "decoder: vae: expected (samples, 4), got the shape [1, 3]");
}
