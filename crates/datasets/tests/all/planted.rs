use approx::assert_abs_diff_eq;
use latent_datasets::DatasetError;
use latent_datasets::synthetic::planted::{Coefficients, Noise, Planting, Support};
use latent_numeric::parallel::with_threads;
use proptest::prelude::*;

const RECIPE: Planting = Planting {
    features: 12,
    atoms: 30,
    samples: 25,
    support: Support::Exactly(3),
    coefficients: Coefficients::Normal,
    noise: Noise::Sd(0.0),
};

fn coefficients() -> impl Strategy<Value = Coefficients> {
    prop_oneof![
        Just(Coefficients::Normal),
        Just(Coefficients::Signs),
        Just(Coefficients::SignedUniform { low: 0.5, high: 2.0 }),
        Just(Coefficients::Exponential),
    ]
}

fn energy(x: ndarray::ArrayView1<f64>) -> f64 {
    x.iter().map(|v| v * v).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_parts_fit_together(
        seed: u64, features in 1_usize..30, atoms in 1_usize..60, samples in 0_usize..40, size in 0_usize..60,
        coefficients in coefficients(), sd in 0.0..2.0_f64, threads in 1_usize..5,
    ) {
        let recipe = Planting {
            features, atoms, samples, support: Support::Exactly(size.min(atoms)), coefficients, noise: Noise::Sd(sd),
        };
        let p = recipe.generate::<f64>(seed).unwrap();
        prop_assert_eq!(&with_threads(threads, || recipe.generate::<f64>(seed).unwrap()).unwrap(), &p);
        for column in p.dictionary.columns() {
            assert_abs_diff_eq!(energy(column), 1.0, epsilon = 1e-12);
        }
        for (code, support) in p.codes.outer_iter().zip(&p.support) {
            let found: Vec<usize> = (0..atoms).filter(|&j| code[j] != 0.0).collect();
            prop_assert_eq!(&found, support);
            prop_assert_eq!(found.len(), size.min(atoms));
        }
        let rest = &p.data - &p.codes.dot(&p.dictionary.t()) - &p.noise;
        prop_assert!(rest.iter().all(|r| r.abs() < 1e-12));
        let magnitudes: Vec<f64> = p.codes.iter().copied().filter(|&z| z != 0.0).collect();
        let as_asked = match coefficients {
            Coefficients::Normal => true,
            Coefficients::Signs => magnitudes.iter().all(|z| z.abs() == 1.0),
            Coefficients::SignedUniform { low, high } => magnitudes.iter().all(|z| (low..high).contains(&z.abs())),
            Coefficients::Exponential => magnitudes.iter().all(|&z| z > 0.0),
        };
        prop_assert!(as_asked, "{:?}: {:?}", coefficients, magnitudes);
    }

    #[test]
    fn every_sample_has_the_signal_to_noise_ratio(seed: u64, decibels in -10.0..60.0_f64) {
        let p = Planting { noise: Noise::SnrDb(decibels), ..RECIPE }.generate::<f64>(seed).unwrap();
        for (code, noise) in p.codes.outer_iter().zip(p.noise.outer_iter()) {
            let signal = p.dictionary.dot(&code);
            let found = 10.0 * (energy(signal.view()) / energy(noise)).log10();
            assert_abs_diff_eq!(found, decibels, epsilon = 1e-9);
        }
    }
}

#[test]
fn moments() {
    let recipe = Planting { samples: 4_000, support: Support::Bernoulli(0.1), noise: Noise::Sd(0.3), ..RECIPE };
    let p = recipe.generate::<f64>(3).unwrap();
    let active = p.support.iter().map(Vec::len).sum::<usize>() as f64 / p.codes.len() as f64;
    // Five standard errors each.
    assert_abs_diff_eq!(active, 0.1, epsilon = 5.0 * (0.09 / p.codes.len() as f64).sqrt());
    let sd = (energy(p.noise.flatten().view()) / p.noise.len() as f64).sqrt();
    assert_abs_diff_eq!(sd, 0.3, epsilon = 5.0 * 0.3 / (2.0 * p.noise.len() as f64).sqrt());
    let z: Vec<f64> = p.codes.iter().copied().filter(|&z| z != 0.0).collect();
    let second = z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64;
    assert_abs_diff_eq!(second, 1.0, epsilon = 5.0 * (2.0 / z.len() as f64).sqrt());
}

#[test]
fn more_samples_keep_the_first() {
    let (few, many) =
        (RECIPE.generate::<f32>(9).unwrap(), Planting { samples: 40, ..RECIPE }.generate::<f32>(9).unwrap());
    assert_eq!(few.codes, many.codes.slice(ndarray::s![..25, ..]));
    assert_eq!(few.dictionary, many.dictionary);
}

#[test]
fn parameters_out_of_their_domain() {
    for recipe in [
        Planting { features: 0, ..RECIPE },
        Planting { atoms: 0, ..RECIPE },
        Planting { support: Support::Exactly(31), ..RECIPE },
        Planting { support: Support::Bernoulli(1.1), ..RECIPE },
        Planting { support: Support::Bernoulli(f64::NAN), ..RECIPE },
        Planting { coefficients: Coefficients::SignedUniform { low: 0.0, high: 1.0 }, ..RECIPE },
        Planting { noise: Noise::Sd(-1.0), ..RECIPE },
        Planting { noise: Noise::SnrDb(f64::INFINITY), ..RECIPE },
    ] {
        assert!(matches!(recipe.generate::<f32>(1), Err(DatasetError::Parameter { .. })), "{recipe:?}");
    }
}
