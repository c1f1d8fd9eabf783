//! The generative adversarial network.

use crate::support::{bits, close, images};
use latent_layers::{Context, LoadOptions, Module, load_bytes, to_bytes};
use latent_models::{
    Condition, DiscriminatorNorm, Gan, GanArchitecture, GanLoss, GanObjective, GanSettings, GanTerms,
    GradientPenaltyKind, SpectralNormalization,
};
use latent_numeric::Scalar;
use latent_numeric::linalg::singular_values;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_regularizers::CriticOutput;
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::Ix2;
use proptest::prelude::*;
use proptest::sample::select;

const IMAGE: [usize; 3] = [1, 4, 8];
const CLASSES: [usize; 6] = [0, 2, 1, 1, 0, 2];

const ARCHITECTURES: [GanArchitecture; 2] = [GanArchitecture::Mlp, GanArchitecture::Convolutional];
const PENALTIES: [GradientPenaltyKind; 6] = [
    GradientPenaltyKind::WganGp,
    GradientPenaltyKind::WganLp,
    GradientPenaltyKind::ZeroCentered,
    GradientPenaltyKind::Dragan,
    GradientPenaltyKind::R1,
    GradientPenaltyKind::R2,
];
const LOSSES: [GanLoss; 7] = [
    GanLoss::Minimax,
    GanLoss::NonSaturating,
    GanLoss::LeastSquares,
    GanLoss::Hinge,
    GanLoss::Wasserstein,
    GanLoss::Relativistic,
    GanLoss::RelativisticAverage,
];

fn settings(architecture: GanArchitecture) -> GanSettings {
    GanSettings {
        architecture,
        latent_dim: 3,
        generator_hidden: vec![6, 5],
        discriminator_hidden: vec![6, 5],
        channels: vec![3, 4],
        ..GanSettings::article()
    }
}

fn conditional(architecture: GanArchitecture, classes: usize, condition: Condition) -> GanSettings {
    GanSettings { classes, condition, generator_norm: true, ..settings(architecture) }
}

fn real<E: Scalar>(seed: u64) -> Tensor<E> {
    images::<E>(seed, [6, 32]) * E::of(2.0) - E::one()
}

fn both<E: Scalar>(gan: &Gan<E>, seed: u64, objective: &GanObjective) -> [GanTerms<E>; 2] {
    let real = real(seed);
    let pass = || (Context::train(Stream::new(seed, "layers", &[])), Stream::new(seed, "noise", &[]));
    let (mut context, mut noise) = pass();
    let discriminator = gan.discriminator_terms(&real, Some(&CLASSES), objective, &mut context, &mut noise).unwrap();
    let (mut context, mut noise) = pass();
    [discriminator, gan.generator_terms(&real, Some(&CLASSES), objective, &mut context, &mut noise).unwrap()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn penalties_are_on_the_discriminator_alone(
        seed: u64,
        architecture in select(&ARCHITECTURES[..]),
        loss in select(&LOSSES[..]),
        gradient_penalty in select(&PENALTIES[..]),
        is_conditional: bool,
        [l1, l2] in prop::array::uniform2(prop_oneof![Just(0.0), 0.01_f64..1.0]),
    ) {
        let settings = if is_conditional { conditional(architecture, 3, Condition::Tables) } else { settings(architecture) };
        let gan = settings.build::<f64>(IMAGE, seed).unwrap();
        let plain = GanObjective { loss, ..Default::default() };
        let penalized = GanObjective { gradient_penalty, l1, l2, gradient_penalty_weight: 3.0, ..plain };
        let ([d, g], [plain_d, plain_g]) = (both(&gan, seed, &penalized), both(&gan, seed, &plain));
        prop_assert_eq!(g.objective.item(), plain_g.objective.item());
        prop_assert_eq!(g.contributions.len(), 1);
        prop_assert_eq!(plain_d.contributions.len(), 1);
        prop_assert_eq!(d.contributions.len(), 2 + usize::from(l1 > 0.0) + usize::from(l2 > 0.0));
        let sum: f64 = d.contributions.iter().map(|(_, term)| term.item()).sum();
        prop_assert!(close(d.objective.item(), sum, 1e-12));
        prop_assert!(close(d.contributions[0].1.item(), plain_d.objective.item(), 1e-12));
        prop_assert!(d.contributions[1..].iter().all(|(_, term)| term.item() >= 0.0));
        // The game that the discriminator plays does not reach the generator.
        let slopes = grad(&[d.objective], &gan.generator.variables(), GradOptions::default());
        prop_assert!(slopes.iter().all(|slope| slope.array().iter().all(|x| *x == 0.0)));
        let slopes = grad(&[g.objective], &gan.generator.variables(), GradOptions::default());
        prop_assert!(slopes.iter().any(|slope| slope.array().iter().any(|x| *x != 0.0)));
    }

    #[test]
    fn a_gradient_penalty_on_probabilities(seed: u64, architecture in select(&ARCHITECTURES[..])) {
        let gan = settings(architecture).build::<f64>(IMAGE, seed).unwrap();
        let x = Tensor::variable(real(seed).to_array());
        let logits = gan.discriminator.forward(&x, None, &mut Context::evaluate()).unwrap();
        let slopes = grad(&[logits.sum()], std::slice::from_ref(&x), GradOptions::default()).remove(0);
        // s' = s (1 - s)
        let share = logits.sigmoid() * (-&logits).sigmoid();
        let norms = (slopes * share).norm(&[1], false);
        let (gradient_penalty, gradient_penalty_on) = (GradientPenaltyKind::R1, CriticOutput::Probability);
        let objective = GanObjective { gradient_penalty, gradient_penalty_on, ..Default::default() };
        let (mut context, mut noise) = (Context::evaluate(), Stream::new(seed, "noise", &[]));
        let terms = gan.discriminator_terms(&x.detach(), None, &objective, &mut context, &mut noise).unwrap();
        let value = |name: &str| terms.values().into_iter().find(|(found, _)| *found == name).unwrap().1;
        prop_assert!(close(value("gradient_norm"), norms.mean().item(), 1e-12));
        prop_assert!(close(value("gradient_penalty"), 5.0 * norms.square().mean().item(), 1e-12));
    }

    #[test]
    fn with_one_class_a_conditional_generator_is_one_with_batch_norm(
        seed: u64,
        architecture in select(&ARCHITECTURES[..]),
        by_network: bool,
    ) {
        let condition = if by_network { Condition::Network { hidden: 4 } } else { Condition::Tables };
        let with = conditional(architecture, 1, condition).build::<f64>(IMAGE, seed).unwrap().generator;
        let without = GanSettings { generator_norm: true, ..settings(architecture) };
        let without = without.build::<f64>(IMAGE, seed + 1).unwrap().generator;
        // The same linear maps; scales and shifts are ones and zeros in both.
        let shared = LoadOptions { allow_missing: true, allow_unexpected: true };
        let loaded = load_bytes(&with, &to_bytes(&without), shared).unwrap();
        prop_assert!(loaded.missing.iter().all(|path| path.contains(".affine.")));
        let z = Tensor::normal(&[6, 3], &mut Stream::new(seed, "codes", &[]));
        let mut train = Context::train(Stream::new(seed, "layers", &[]));
        let mut evaluate = Context::evaluate();
        for context in [&mut train, &mut evaluate] {
            let [a, b] = [with.forward(&z, Some(&[0; 6]), context), without.forward(&z, None, context)];
            let (a, b) = (a.unwrap(), b.unwrap());
            prop_assert!(a.array().iter().zip(b.array()).all(|(a, b)| close(*a, *b, 1e-12)));
            prop_assert!(a.array().iter().all(|x| (-1.0..=1.0).contains(x)));
        }
    }

    #[test]
    fn a_spectrally_normalised_discriminator_is_lipschitz(
        seed: u64,
        architecture in select(&ARCHITECTURES[..]),
        classes in select(vec![0_usize, 3]),
        scale in 1.0_f64..30.0,
    ) {
        let free = GanSettings { classes, generator_norm: true, ..settings(architecture) };
        let bound = GanSettings { spectral_norm: SpectralNormalization::Operator, ..free.clone() };
        let [free, bound] = [free, bound].map(|settings| settings.build::<f64>(IMAGE, seed).unwrap().discriminator);
        let before = free.singular_values().unwrap();
        for discriminator in [&free, &bound] {
            for (_, weight) in discriminator.parameters() {
                weight.elements().iter_mut().for_each(|w| *w *= scale);
            }
        }
        let (x, y) = (real::<f64>(seed), real::<f64>(seed ^ 1));
        let slope = |discriminator: &latent_models::Discriminator<f64>| {
            let of = |x| discriminator.forward(x, Some(&CLASSES), &mut Context::evaluate()).unwrap();
            let ratio = (of(&x) - of(&y)).abs() / (&x - &y).norm(&[1], true);
            ratio.array().iter().copied().fold(0.0, f64::max)
        };
        let limit = if classes == 0 { 1.0 } else { 2.0 };
        prop_assert!(slope(&bound) <= limit * (1.0 + 1e-3), "{}", slope(&bound));
        let values = bound.singular_values().unwrap();
        prop_assert!(values.iter().all(|(_, value)| (value - 1.0).abs() < 1e-3), "{values:?}");
        // What is not normalised grows with its weights.
        let after = free.singular_values().unwrap();
        prop_assert!(before.iter().zip(&after).all(|(a, b)| close(a.1 * scale, b.1, 1e-6)), "{before:?} {after:?}");
    }
}

#[test]
fn singular_values_are_those_of_the_matrices() {
    let gan = settings(GanArchitecture::Mlp).build::<f64>(IMAGE, 1).unwrap();
    let found = gan.discriminator.singular_values().unwrap();
    let weights = gan.discriminator.parameters().into_iter().filter(|(path, _)| path.ends_with(".weight"));
    let wanted: Vec<(String, f64)> = weights
        .map(|(path, w)| {
            let value = singular_values(w.tensor().view_as::<Ix2>()).unwrap()[0];
            (path.trim_end_matches(".weight").to_owned(), value)
        })
        .collect();
    assert_eq!(found.len(), 3);
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!(found.0 == wanted.0 && close(found.1, wanted.1, 1e-12), "{found:?} {wanted:?}");
    }
}

#[test]
fn the_projection_is_added_to_a_discriminator_without_classes() {
    for architecture in ARCHITECTURES {
        let with = conditional(architecture, 3, Condition::Tables).build::<f64>(IMAGE, 1).unwrap().discriminator;
        let without = settings(architecture).build::<f64>(IMAGE, 2).unwrap().discriminator;
        let shared = LoadOptions { allow_missing: true, ..Default::default() };
        assert_eq!(load_bytes(&with, &to_bytes(&without), shared).unwrap().missing, ["embedding.weight"]);
        let x = real(1);
        let of = |classes: &[usize]| with.forward(&x, Some(classes), &mut Context::evaluate()).unwrap().to_array();
        let plain = without.forward(&x, None, &mut Context::evaluate()).unwrap().to_array();
        let differs = |a: &ndarray::ArrayD<f64>, b: &ndarray::ArrayD<f64>| (a - b).iter().all(|d| d.abs() > 1e-9);
        assert!(differs(&of(&[0; 6]), &plain) && differs(&of(&[0; 6]), &of(&[1; 6])));
        // Linear in the embedding.
        let (_, embedding) = with.parameters().pop().unwrap();
        let once = of(&CLASSES) - &plain;
        embedding.elements().iter_mut().for_each(|w| *w *= -2.0);
        let minus_twice = of(&CLASSES) - &plain;
        assert!((once * -2.0 - minus_twice).iter().all(|d| d.abs() < 1e-12));
    }
}

#[test]
fn classes_reach_the_images() {
    for condition in [Condition::Tables, Condition::Network { hidden: 4 }] {
        // Wide enough that no class has all rectifiers off.
        let wide = GanSettings { channels: vec![16, 32], ..conditional(GanArchitecture::Convolutional, 3, condition) };
        let generator = wide.build::<f64>(IMAGE, 1).unwrap().generator;
        let z = Tensor::normal(&[4, 3], &mut Stream::new(1, "codes", &[]));
        let of = |class| generator.forward(&z, Some(&[class; 4]), &mut Context::evaluate()).unwrap().to_array();
        // Conditions begin as plain normalisation, and are told apart as soon as they are trained.
        assert_eq!(of(0), of(1));
        let mut stream = Stream::new(1, "training", &[]);
        for (_, w) in generator.parameters().into_iter().filter(|(path, _)| path.contains("affine")) {
            w.elements().iter_mut().for_each(|w| *w += 0.3 * stream.normal::<f64>());
        }
        assert_ne!(of(0), of(1));
    }
}

#[test]
fn evaluation_changes_nothing_and_training_only_state() {
    let objective = GanObjective::wgan_gp();
    for architecture in ARCHITECTURES {
        let settings = GanSettings {
            spectral_norm: SpectralNormalization::Operator,
            discriminator_norm: DiscriminatorNorm::Layer,
            ..conditional(architecture, 3, Condition::Tables)
        };
        let gan = settings.build::<f32>(IMAGE, 1).unwrap();
        let before = bits(&gan);
        let (real, mut context, mut noise) = (real(1), Context::evaluate(), Stream::new(1, "noise", &[]));
        gan.discriminator_terms(&real, Some(&CLASSES), &objective, &mut context, &mut noise).unwrap();
        gan.generator_terms(&real, Some(&CLASSES), &objective, &mut context, &mut noise).unwrap();
        gan.evaluate(&real, Some(&CLASSES), GanLoss::Hinge, &mut noise).unwrap();
        gan.discriminator.singular_values().unwrap();
        gan.generator.sample(3, Some(&[0, 1, 2]), &mut noise).unwrap();
        assert_eq!(bits(&gan), before);
        both(&gan, 1, &objective);
        let states: Vec<String> = gan.states().into_iter().map(|(path, _)| path).collect();
        let changed: Vec<String> =
            bits(&gan).into_iter().zip(&before).filter(|(a, b)| a != *b).map(|(entry, _)| entry.0).collect();
        assert!(changed.iter().all(|path| states.contains(path)), "{changed:?}");
        assert!(changed.iter().any(|path| path.starts_with("generator.") && path.ends_with("running_mean")));
    }
}

#[test]
fn an_evaluation_has_the_gradients_of_a_linear_critic() {
    // A critic without hidden layers would have the gradient w everywhere; rectifiers that are all on come close.
    let gan = settings(GanArchitecture::Mlp).build::<f64>(IMAGE, 1).unwrap();
    let mut weights = Vec::new();
    for (path, parameter) in gan.discriminator.parameters() {
        if path.ends_with("bias") {
            parameter.elements().fill(100.0);
        } else {
            parameter.elements().iter_mut().for_each(|w| *w *= 0.1);
            weights.push(parameter.tensor().into_array::<Ix2>());
        }
    }
    let w = weights[2].dot(&weights[1]).dot(&weights[0]);
    let norm = w.iter().map(|w| w * w).sum::<f64>().sqrt();
    let state = gan.evaluate(&real(1), None, GanLoss::Wasserstein, &mut Stream::new(1, "noise", &[])).unwrap();
    let value = |name: &str| state.iter().find(|(found, _)| *found == name).unwrap().1;
    assert!(close(value("gradient_norm_at_real"), norm, 1e-12) && close(value("gradient_norm_at_fake"), norm, 1e-12));
    assert!(close(value("discriminator_loss"), value("fake_output") - value("real_output"), 1e-12));
    let [d, _] = both(&gan, 1, &GanObjective::wgan_gp());
    assert!(close(d.contributions[1].1.item(), 10.0 * (norm - 1.0).powi(2), 1e-12));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    for architecture in ARCHITECTURES {
        let run = || {
            let settings = GanSettings {
                dropout: 0.2,
                spectral_norm: SpectralNormalization::Matrix,
                ..conditional(architecture, 3, Condition::Network { hidden: 4 })
            };
            let gan = settings.build::<f32>(IMAGE, 5).unwrap();
            let objective = GanObjective { loss: GanLoss::Hinge, l2: 0.1, ..GanObjective::wgan_gp() };
            let [d, g] = both(&gan, 5, &objective);
            let slopes = [
                grad(&[d.objective], &gan.discriminator.variables(), GradOptions::default()),
                grad(&[g.objective], &gan.generator.variables(), GradOptions::default()),
            ];
            let slopes: Vec<Vec<u32>> =
                slopes.concat().iter().map(|s| s.array().iter().map(|x| x.to_bits()).collect()).collect();
            (slopes, bits(&gan))
        };
        assert_eq!(with_threads(1, run).unwrap(), with_threads(3, run).unwrap());
    }
}

#[test]
fn a_model_comes_back_from_its_file() {
    for architecture in ARCHITECTURES {
        for condition in [Condition::Tables, Condition::Network { hidden: 4 }] {
            let settings = GanSettings {
                spectral_norm: SpectralNormalization::Operator,
                discriminator_norm: DiscriminatorNorm::Batch,
                ..conditional(architecture, 3, condition)
            };
            let [a, b] = [1, 2].map(|seed| settings.build::<f32>(IMAGE, seed).unwrap());
            both(&a, 1, &GanObjective::default());
            load_bytes(&b, &to_bytes(&a), LoadOptions::default()).unwrap();
            assert_eq!(bits(&a), bits(&b));
            let state =
                |gan: &Gan| gan.evaluate(&real(1), Some(&CLASSES), GanLoss::Hinge, &mut Stream::new(1, "noise", &[]));
            assert_eq!(state(&a).unwrap(), state(&b).unwrap());
        }
    }
}

#[test]
fn settings_that_make_no_model_are_named() {
    let told = |change: fn(&mut GanSettings)| {
        let mut settings = conditional(GanArchitecture::Mlp, 3, Condition::Tables);
        change(&mut settings);
        settings.build::<f32>(IMAGE, 1).err().unwrap().to_string()
    };
    assert_eq!(told(|s| s.latent_dim = 0), "latent_dim is 0, expected at least 1");
    let numbers = "expected one number or more, at least 1 each";
    assert_eq!(told(|s| s.generator_hidden = vec![]), format!("generator_hidden is [], {numbers}"));
    assert_eq!(told(|s| s.discriminator_hidden = vec![0]), format!("discriminator_hidden is [0], {numbers}"));
    assert_eq!(
        told(|s| s.condition = Condition::Network { hidden: 0 }),
        "condition.network.hidden is 0, expected at least 1"
    );
    assert_eq!(told(|s| s.dropout = -0.1), "dropout: the probability must be in [0, 1), got -0.1");
    let objective = GanObjective { gradient_penalty_weight: f64::NAN, ..Default::default() };
    let error = objective.check().unwrap_err().to_string();
    assert_eq!(error, "gradient_penalty_weight is NaN, expected a finite number, at least zero");
}

#[test]
fn classes_and_images_that_do_not_fit_are_named() {
    let gan = conditional(GanArchitecture::Convolutional, 3, Condition::Tables).build::<f32>(IMAGE, 1).unwrap();
    let told = |real: &Tensor, classes: Option<&[usize]>| {
        let (mut context, mut noise) = (Context::evaluate(), Stream::new(1, "noise", &[]));
        let objective = GanObjective::default();
        gan.discriminator_terms(real, classes, &objective, &mut context, &mut noise).unwrap_err().to_string()
    };
    let x = real(1);
    assert_eq!(told(&x, None), "the classes of a batch: none, but the model is conditional, of 3 classes");
    assert_eq!(told(&x, Some(&[0, 1])), "the classes of a batch: 2 for 6 samples");
    assert_eq!(told(&x, Some(&[0, 1, 3, 0, 0, 0])), "the classes of a batch: 3 of sample 2, where there are 3");
    assert_eq!(
        told(&Tensor::zeros(&[6, 31]), Some(&CLASSES)),
        "discriminator: expected (samples, 32), got the shape [6, 31]"
    );
    let nan = Tensor::full(&[6, 32], f32::NAN);
    assert_eq!(told(&nan, Some(&CLASSES)), "the pixels of real images must lie in [-1, 1], but range from NaN to NaN");
}

#[test]
fn a_critic_that_nothing_bounds_is_warned_of() {
    let wasserstein = GanObjective { loss: GanLoss::Wasserstein, ..Default::default() };
    assert_eq!(settings(GanArchitecture::Mlp).warnings(&wasserstein).len(), 1);
    let normalised = GanSettings { spectral_norm: SpectralNormalization::Matrix, ..settings(GanArchitecture::Mlp) };
    assert!(normalised.warnings(&wasserstein).is_empty());
    let batch = GanSettings { discriminator_norm: DiscriminatorNorm::Batch, ..settings(GanArchitecture::Mlp) };
    assert!(batch.warnings(&GanObjective::default()).is_empty());
    assert_eq!(
        batch.warnings(&GanObjective { gradient_penalty: GradientPenaltyKind::R1, ..Default::default() }).len(),
        1
    );
}
