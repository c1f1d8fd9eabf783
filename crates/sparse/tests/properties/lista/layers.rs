//! The parts of a layer against their definitions, spelled out.

use super::{LAYERS, disturbed};
use approx::assert_abs_diff_eq;
use latent_layers::{Module, Parameter};
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams};
use latent_sparse::lista::{LayerWise, Lista, ListaParams, SupportSelection};
use latent_tensor::{GradOptions, Tensor, grad};
use ndarray::{Array1, Array2, Axis};
use proptest::prelude::*;

fn problem(seed: u64, features: usize, atoms: usize, samples: usize) -> (Dictionary<f64>, Array2<f64>) {
    let mut stream = Stream::new(seed, "problem", &[]);
    let w = stream.normal_array::<f64, _, _>((features, atoms)) / (features as f64).sqrt();
    (Dictionary::new(w).unwrap(), stream.normal_array((samples, features)))
}

fn codes(network: &Lista<f64>, x: &Array2<f64>, dictionary: Option<&Array2<f64>>) -> Vec<Array2<f64>> {
    let dictionary = dictionary.map(|d| Tensor::constant(d.clone()));
    let trajectory = network.trajectory(&Tensor::constant(x.clone()), dictionary.as_ref(), network.layers()).unwrap();
    trajectory.into_iter().map(Tensor::into_array).collect()
}

fn value(network: &Lista<f64>, name: &str) -> Array1<f64> {
    let find = |(path, parameter): (String, &Parameter<f64>)| (path == name).then(|| parameter.tensor().into_array());
    network.parameters().into_iter().find_map(find).unwrap_or_else(|| panic!("no {name}"))
}

fn shrink(x: f64, threshold: f64) -> f64 {
    x.signum() * (x.abs() - threshold).max(0.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Of the point of a layer, the largest stay, the others are shrunk, and nothing below the threshold is left.
    #[test]
    fn support_selection(
        seed: u64, features in 1_usize..8, atoms in 1_usize..30, percent in 0.0..100.0_f64, max in 0.0..100.0_f64, positive: bool,
    ) {
        let (dictionary, x) = problem(seed, features, atoms, 3);
        let params = LassoParams::new(0.3);
        let lasso = Lasso::new(&dictionary, if positive { params.positive() } else { params }).unwrap();
        let selection = SupportSelection { percent, max_percent: max };
        let network = Lista::new(&lasso, ListaParams::step_sizes(2).select(selection)).unwrap();
        let step = 1.0 / dictionary.lipschitz();
        let mut z = Array2::<f64>::zeros((3, atoms));
        for (k, got) in codes(&network, &x, None).into_iter().enumerate() {
            let point = &z + &((&x - &z.dot(&dictionary.atoms().t())).dot(&dictionary.atoms()) * step);
            let count = ((percent * (k + 1) as f64).min(max) / 100.0 * atoms as f64).round() as usize;
            prop_assert_eq!(selection.count(k + 1, atoms), count);
            for (point, mut z) in point.rows().into_iter().zip(z.rows_mut()) {
                let magnitude = |v: f64| if positive { v } else { v.abs() };
                let mut order: Vec<usize> = (0..atoms).collect();
                order.sort_by(|&i, &j| magnitude(point[j]).total_cmp(&magnitude(point[i])));
                for (rank, j) in order.into_iter().enumerate() {
                    z[j] = if magnitude(point[j]) <= 0.3 * step {
                        0.0
                    } else if rank < count {
                        point[j]
                    } else {
                        shrink(point[j], 0.3 * step)
                    };
                }
            }
            prop_assert!((&got - &z).iter().all(|d| d.abs() < 1e-9), "layer {}: {} against {}", k + 1, got, z);
        }
    }

    /// The gates, with whatever training made of them.
    #[test]
    fn gates(seed: u64, features in 1_usize..8, atoms in 1_usize..12) {
        let (dictionary, x) = problem(seed, features, atoms, 3);
        let lasso = Lasso::new(&dictionary, LassoParams::new(0.3)).unwrap();
        let network = disturbed(&lasso, ListaParams::gated(3), seed, 0.5).unwrap();
        let mut z = Array2::<f64>::zeros((3, atoms));
        for (k, got) in codes(&network, &x, None).into_iter().enumerate() {
            let parameter = |name: &str| value(&network, &format!("{k}.{name}"));
            let (mu, nu, a) = (parameter("gain")[0], parameter("decay"), parameter("overshoot")[0]);
            let theta = parameter("threshold")[0].abs();
            let weight: Array2<f64> = network.parameters().into_iter()
                .find_map(|(path, p)| (path == format!("{k}.weight")).then(|| p.tensor().into_array())).unwrap();
            let mut gained = z.clone();
            for mut row in gained.rows_mut() {
                row.iter_mut().zip(&nu).for_each(|(z, nu)| *z *= 1.0 + mu * (-nu * z.abs()).exp());
            }
            let point = &gained + &(&x - &gained.dot(&dictionary.atoms().t())).dot(&weight);
            z.zip_mut_with(&point, |z, &p| {
                let shrunk = shrink(p, theta);
                let gate = if shrunk == 0.0 { 1.0 } else { 1.0 + a * theta / ((shrunk - *z).abs() + 0.1) };
                *z += gate * (shrunk - *z);
            });
            assert_abs_diff_eq!(got, z, epsilon = 1e-9 * (1.0 + point.iter().fold(0.0, |m: f64, p| m.max(p.abs()))));
        }
    }

    /// Ada-LISTA knows no order of atoms: those of a permuted dictionary have permuted codes.
    #[test]
    fn adaptive_networks_follow_the_dictionary(seed: u64, features in 1_usize..8, atoms in 1_usize..12) {
        let (dictionary, x) = problem(seed, features, atoms, 3);
        let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
        let network = disturbed(&lasso, ListaParams::adaptive(LAYERS), seed, 0.2).unwrap();
        let order = Stream::new(seed, "order", &[]).permutation(atoms);
        let permuted = dictionary.atoms().select(Axis(1), &order);
        for (own, other) in codes(&network, &x, None).iter().zip(codes(&network, &x, Some(&permuted))) {
            let scale = 1.0 + own.iter().fold(0.0, |m: f64, z| m.max(z.abs()));
            assert_abs_diff_eq!(own.select(Axis(1), &order), other, epsilon = 1e-9 * scale);
        }
    }
}

/// Only the magnitude of a threshold counts, so that one that training made negative has a gradient still.
#[test]
fn thresholds_are_magnitudes() {
    let (dictionary, x) = problem(1, 4, 6, 3);
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    let [network, negative] = [(); 2].map(|()| Lista::new(&lasso, ListaParams::coupled(2)).unwrap());
    for (path, parameter) in negative.parameters() {
        if path.ends_with("threshold") {
            parameter.elements()[0] *= -1.0;
        }
    }
    assert_eq!(codes(&network, &x, None), codes(&negative, &x, None));
    let samples = Tensor::constant(x);
    let loss = negative.trajectory(&samples, None, 2).unwrap().pop().unwrap().square().sum();
    let slopes = grad(&[loss], &negative.variables(), GradOptions::default());
    let mut thresholds =
        negative.parameters().into_iter().zip(slopes).filter(|((path, _), _)| path.ends_with("threshold"));
    // Larger thresholds make smaller codes: here that is further down.
    assert!(thresholds.all(|(_, slope)| slope.item() > 0.0));
}
