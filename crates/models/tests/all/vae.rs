//! The variational autoencoder.

use crate::support::{bits, close, images};
use latent_layers::{Context, LoadOptions, Module, load_bytes, to_bytes};
use latent_losses::distributions::DiagonalGaussian;
use latent_losses::divergence::kl_standard_normal;
use latent_losses::{Elements, MeanOverBatch};
use latent_models::{
    ImportanceSampling, LatentStatistics, Likelihood, ModelError, Nonlinearity, ObjectiveTerms, Sigma, Vae,
    VaeArchitecture, VaeObjective, VaeSettings,
};
use latent_numeric::Scalar;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_tensor::{GradOptions, Tensor, grad};
use proptest::prelude::*;

const IMAGE: [usize; 3] = [1, 4, 8];

fn settings(architecture: VaeArchitecture, likelihood: Likelihood) -> VaeSettings {
    VaeSettings {
        architecture,
        hidden: vec![7, 5],
        channels: vec![2, 3],
        likelihood,
        nonlinearity: Nonlinearity::Tanh,
        ..VaeSettings::article(3)
    }
}

fn small<E: Scalar>(seed: u64) -> Vae<E> {
    settings(VaeArchitecture::Mlp, Likelihood::Bernoulli).build(IMAGE, seed).unwrap()
}

const LIKELIHOODS: [Likelihood; 4] = [
    Likelihood::Bernoulli,
    Likelihood::Gaussian(Sigma::Fixed(0.4)),
    Likelihood::Gaussian(Sigma::Learned),
    Likelihood::Gaussian(Sigma::Optimal { floor: 1e-3 }),
];

fn of<E: Scalar>(vae: &Vae<E>, seed: u64, objective: VaeObjective, beta: f64) -> ObjectiveTerms<E> {
    let (x, mut noise) = (images(seed, [6, 32]), Stream::new(seed, "noise", &[]));
    let mut context = Context::train(Stream::new(seed, "layers", &[]));
    vae.objective(&x, &objective, beta, &mut context, &mut noise).unwrap()
}

fn item<E: Scalar>(term: Option<&Tensor<E>>) -> E {
    term.unwrap().item()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_objective_is_the_sum_of_its_contributions(
        seed: u64,
        beta in 0.0_f64..5.0,
        weights in prop::array::uniform4(prop_oneof![Just(0.0), 0.01_f64..2.0]),
        nats in prop_oneof![Just(0.0), 0.1_f64..2.0],
        kind in 0_usize..4,
    ) {
        let vae = settings(VaeArchitecture::Mlp, LIKELIHOODS[kind]).build::<f64>(IMAGE, seed).unwrap();
        let [gamma, latent_moment, l1, l2] = weights;
        let objective = VaeObjective { beta, gamma, free_bits: nats, latent_moment, l1, l2, ..Default::default() };
        let terms = of(&vae, seed, objective, beta);
        let sum: f64 = terms.contributions.iter().map(|(_, term)| term.item()).sum();
        prop_assert!(close(terms.objective.item(), sum, 1e-12));
        prop_assert!(close(item(terms.elbo.as_ref()), -terms.reconstruction.item() - item(terms.kl.as_ref()), 1e-12));
        // What is switched off is not there.
        let on = [("extra_reconstruction", gamma), ("latent_moment", latent_moment), ("l1", l1), ("l2", l2)];
        for (name, weight) in on {
            prop_assert_eq!(terms.contributions.iter().any(|(found, _)| *found == name), weight > 0.0);
        }
        // Each is what it says.
        let value = |name: &str| terms.values().into_iter().find(|(found, _)| *found == name).map_or(0.0, |(_, value)| value);
        prop_assert!(close(value("extra_reconstruction"), gamma * terms.reconstruction.item(), 1e-12));
        let sum_of = |f: fn(f64) -> f64| -> f64 {
            let weights = vae.parameters().into_iter().filter(|(path, _)| path.ends_with("weight"));
            weights.map(|(_, w)| w.tensor().array().iter().map(|w| f(*w)).sum::<f64>()).sum()
        };
        prop_assert!(close(value("l1"), l1 * sum_of(f64::abs), 1e-12));
        prop_assert!(close(value("l2"), l2 / 2.0 * sum_of(|w| w * w), 1e-12));
        prop_assert!(value("weighted_kl") >= beta * 3.0 * nats - 1e-12);
        if nats == 0.0 {
            prop_assert!(close(value("weighted_kl"), beta * item(terms.kl.as_ref()), 1e-12));
        }
    }

    #[test]
    fn without_switches_it_is_the_negative_elbo(seed: u64, kind in 0_usize..4) {
        let vae = settings(VaeArchitecture::Mlp, LIKELIHOODS[kind]).build::<f64>(IMAGE, seed).unwrap();
        let terms = of(&vae, seed, VaeObjective::default(), 1.0);
        prop_assert!(close(terms.objective.item(), -item(terms.elbo.as_ref()), 1e-13));
        // With a draw each, the importance-weighted bound differs from it by its estimate of the divergence alone.
        let bound = of(&vae, seed, VaeObjective { importance_samples: 7, ..Default::default() }, 1.0);
        prop_assert!(item(bound.kl.as_ref()) == item(terms.kl.as_ref()) && bound.objective.item().is_finite());
        prop_assert_eq!(bound.contributions.len(), 1);
    }

    #[test]
    fn gamma_is_a_larger_weight_of_the_reconstruction(seed: u64, gamma in 0.1_f64..3.0) {
        let vae = small::<f64>(seed);
        let slopes = |objective, beta| {
            let terms = of(&vae, seed, objective, beta);
            grad(&[terms.objective], &vae.variables(), GradOptions::default())
        };
        let extra = slopes(VaeObjective { gamma, ..Default::default() }, 1.0);
        let scaled = slopes(VaeObjective::default(), 1.0 / (1.0 + gamma));
        for (a, b) in extra.iter().zip(&scaled) {
            prop_assert!(a.array().iter().zip(b.array()).all(|(a, b)| close(*a, b * (1.0 + gamma), 1e-10)));
        }
    }

    #[test]
    fn divergences_of_dimensions_sum_to_the_divergence(seed: u64) {
        let vae = small::<f64>(seed);
        let x = images(seed, [9, 32]);
        let q: DiagonalGaussian<f64> = vae.encode(&x, &mut Context::evaluate()).unwrap();
        let mut statistics = LatentStatistics::new(3);
        statistics.add(&q);
        let whole = kl_standard_normal(q.mean(), q.log_var(), MeanOverBatch).item();
        prop_assert!(close(statistics.kl().sum(), whole, 1e-12));
        let each = kl_standard_normal(q.mean(), q.log_var(), Elements).mean_axes(&[0], false);
        prop_assert!(statistics.kl().iter().zip(each.array()).all(|(a, b)| close(*a, *b, 1e-12)));
    }
}

#[test]
fn evaluation_changes_nothing_and_training_only_state() {
    for likelihood in LIKELIHOODS {
        let vae = settings(VaeArchitecture::Convolutional, likelihood).build::<f32>(IMAGE, 1).unwrap();
        let (x, before) = (images(1, [6, 32]), bits(&vae));
        let mut noise = Stream::new(1, "noise", &[]);
        vae.objective(&x, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut noise).unwrap();
        vae.reconstruct(&x).unwrap();
        vae.sample(3, &mut noise).unwrap();
        vae.log_likelihood(&x, &ImportanceSampling { draws: 3, ..Default::default() }, 0).unwrap();
        assert_eq!(bits(&vae), before);
        of(&vae, 1, VaeObjective::default(), 1.0);
        let changed: Vec<String> =
            bits(&vae).into_iter().zip(&before).filter(|(a, b)| a != *b).map(|(entry, _)| entry.0).collect();
        let is_optimal = matches!(likelihood, Likelihood::Gaussian(Sigma::Optimal { .. }));
        let wanted: &[&str] = if is_optimal { &["running_var", "num_batches_tracked"] } else { &[] };
        assert_eq!(changed, wanted);
    }
}

#[test]
fn the_running_variance_is_the_mean_of_the_batches() {
    let likelihood = Likelihood::Gaussian(Sigma::Optimal { floor: 1e-3 });
    let vae = settings(VaeArchitecture::Mlp, likelihood).build::<f64>(IMAGE, 1).unwrap();
    // -ln p = 32/2 (ln 2 pi + ln v + 1) at the variance that is optimal for the batch.
    let variances: Vec<f64> = (0..5)
        .map(|seed| {
            let nll = of(&vae, seed, VaeObjective::default(), 1.0).reconstruction.item();
            (nll / 16.0 - 1.0 - std::f64::consts::TAU.ln()).exp()
        })
        .collect();
    let running = vae.states()[0].1.tensor().item();
    assert!(close(running, variances.iter().sum::<f64>() / 5.0, 1e-10), "{running} {variances:?}");
}

#[test]
fn a_learned_sigma_has_a_gradient_and_starts_at_one() {
    let of_sigma = |sigma| settings(VaeArchitecture::Mlp, Likelihood::Gaussian(sigma)).build::<f64>(IMAGE, 1).unwrap();
    let (learned, fixed) = (of_sigma(Sigma::Learned), of_sigma(Sigma::Fixed(1.0)));
    let terms = [&learned, &fixed].map(|vae| of(vae, 2, VaeObjective::default(), 1.0));
    assert_eq!(terms[0].objective.item(), terms[1].objective.item());
    let (path, log_var) = learned.parameters().pop().unwrap();
    assert_eq!(path, "log_var");
    let slope = grad(&[terms[0].objective.clone()], &[log_var.tensor()], GradOptions::default()).remove(0);
    assert!(slope.item() != 0.0);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    for architecture in [VaeArchitecture::Mlp, VaeArchitecture::Convolutional] {
        let run = || {
            let settings = VaeSettings { dropout: 0.2, ..settings(architecture, Likelihood::Bernoulli) };
            let vae = settings.build::<f32>(IMAGE, 5).unwrap();
            let objective = VaeObjective { importance_samples: 4, l2: 0.1, ..Default::default() };
            let terms = of(&vae, 5, objective, 1.0);
            let slopes = grad(std::slice::from_ref(&terms.objective), &vae.variables(), GradOptions::default());
            let sampling = ImportanceSampling { draws: 9, at_a_time: 20, seed: 5 };
            let nats = vae.log_likelihood(&images(5, [6, 32]), &sampling, 0).unwrap();
            let slopes: Vec<u32> =
                slopes.iter().flat_map(|s| s.array().iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect();
            (terms.objective.item().to_bits(), slopes, nats)
        };
        assert_eq!(with_threads(1, run).unwrap(), with_threads(3, run).unwrap());
    }
}

#[test]
fn a_model_comes_back_from_its_file() {
    for architecture in [VaeArchitecture::Mlp, VaeArchitecture::Convolutional] {
        for likelihood in LIKELIHOODS {
            let [a, b] = [1, 2].map(|seed| settings(architecture, likelihood).build::<f32>(IMAGE, seed).unwrap());
            let x = images(3, [4, 32]);
            assert_ne!(a.reconstruct(&x).unwrap().to_array(), b.reconstruct(&x).unwrap().to_array());
            load_bytes(&b, &to_bytes(&a), LoadOptions::default()).unwrap();
            assert_eq!(a.reconstruct(&x).unwrap().to_array(), b.reconstruct(&x).unwrap().to_array());
            assert_eq!(bits(&a), bits(&b));
        }
    }
}

#[test]
fn a_file_of_another_model_is_refused() {
    let vae = small::<f32>(1);
    let before = bits(&vae);
    let other = VaeSettings { latent_dim: 4, ..settings(VaeArchitecture::Mlp, Likelihood::Bernoulli) };
    let other = other.build::<f32>(IMAGE, 1).unwrap();
    let told = load_bytes(&vae, &to_bytes(&other), LoadOptions::default()).unwrap_err().to_string();
    assert!(told.contains("encoder.4.weight: expected F32 [6, 5], found F32 [8, 5]"), "{told}");
    assert_eq!(bits(&vae), before);
}

#[test]
fn names_are_those_of_sequential() {
    let names = |architecture| -> Vec<String> {
        let vae = settings(architecture, Likelihood::Bernoulli).build::<f32>(IMAGE, 1).unwrap();
        vae.parameters().into_iter().map(|(path, _)| path).filter(|path| path.ends_with("weight")).collect()
    };
    let connected = ["encoder.0.weight", "encoder.2.weight", "encoder.4.weight"];
    let back = ["decoder.0.weight", "decoder.2.weight", "decoder.4.weight"];
    assert_eq!(names(VaeArchitecture::Mlp), [connected, back].concat());
    let convolved =
        ["encoder.1.weight", "encoder.4.weight", "encoder.8.weight", "encoder.10.weight", "encoder.12.weight"];
    let back = ["decoder.0.weight", "decoder.2.weight", "decoder.4.weight", "decoder.7.weight", "decoder.9.weight"];
    assert_eq!(names(VaeArchitecture::Convolutional), [convolved, back].concat());
}

#[test]
fn settings_that_make_no_model_are_named() {
    let told = |change: fn(&mut VaeSettings), image| {
        let mut settings = settings(VaeArchitecture::Convolutional, Likelihood::Bernoulli);
        change(&mut settings);
        settings.build::<f32>(image, 1).err().unwrap().to_string()
    };
    assert_eq!(told(|s| s.latent_dim = 0, IMAGE), "latent_dim is 0, expected at least 1");
    assert_eq!(told(|s| s.hidden = vec![3, 0], IMAGE), "hidden is [3, 0], expected at least 1 everywhere");
    assert_eq!(told(|s| s.channels = vec![], IMAGE), "channels is [], expected one number or more, at least 1 each");
    assert_eq!(told(|s| s.dropout = 1.0, IMAGE), "dropout: the probability must be in [0, 1), got 1");
    assert!(told(|_| {}, [1, 6, 8]).starts_with("image is [1, 6, 8], expected sides that 4 divides"));
    assert_eq!(told(|_| {}, [0, 8, 8]), "image is [0, 8, 8], expected at least 1 everywhere");
    let sigma = |s: &mut VaeSettings| s.likelihood = Likelihood::Gaussian(Sigma::Fixed(0.0));
    assert_eq!(told(sigma, IMAGE), "likelihood.gaussian.fixed is 0, expected positive and finite");
}

#[test]
fn data_that_do_not_fit_are_named() {
    let vae = small::<f32>(1);
    let (mut context, mut noise) = (Context::evaluate(), Stream::new(1, "noise", &[]));
    for shape in [&[5, 31][..], &[32], &[5, 1, 32]] {
        let error = vae.objective(&Tensor::zeros(shape), &VaeObjective::default(), 1.0, &mut context, &mut noise);
        let told = error.unwrap_err().to_string();
        assert_eq!(told, format!("encoder: vae: expected (samples, 32), got the shape {shape:?}"));
    }
    let sampling = ImportanceSampling { draws: 0, ..Default::default() };
    let error = vae.log_likelihood(&images(1, [2, 32]), &sampling, 0).unwrap_err();
    assert_eq!(error, ModelError::Setting { key: "draws", value: "0".into(), expected: "at least 1".into() });
    let error = vae.log_likelihood(&Tensor::full(&[2, 32], -0.5), &ImportanceSampling::default(), 0).unwrap_err();
    assert!(error.to_string().contains("range from -0.5 to -0.5"));
    let objective = VaeObjective { importance_samples: 5, beta: 2.0, ..Default::default() };
    assert!(objective.check().unwrap_err().to_string().starts_with("importance_samples is 5, expected 1 with another"));
    let error = vae.traverse(ndarray::array![0.0, 1.0].view(), 1, &[0.0]).unwrap_err();
    assert_eq!(error.to_string(), "decoder: vae: expected (samples, 3), got the shape [1, 2]");
}

#[test]
fn ends_of_an_interpolation_are_reconstructions() {
    let vae = small::<f64>(1);
    let (a, b) = (images(1, [2, 32]), images(2, [2, 32]));
    for interpolation in [latent_models::Interpolation::Linear, latent_models::Interpolation::Spherical] {
        let between = vae.interpolate(&a, &b, 4, interpolation).unwrap().to_array();
        for (end, x) in [(0, &a), (3, &b)] {
            let want = vae.reconstruct(x).unwrap().to_array();
            for row in 0..2 {
                let (got, want) =
                    (between.index_axis(ndarray::Axis(0), 4 * row + end), want.index_axis(ndarray::Axis(0), row));
                assert!((&got - &want).iter().all(|d| d.abs() < 1e-9));
            }
        }
    }
    assert!(vae.interpolate(&a, &images(2, [3, 32]), 4, Default::default()).is_err());
}
