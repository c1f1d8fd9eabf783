//! Learned encoders as solvers.

use super::super::problems::problems;
use super::{LAYERS, absolute, disturbed, like_ista, others};
use latent_layers::Module;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Fista, Ista, Lasso, LassoParams, Solver, Stop, StopReason};
use latent_sparse::lista::{Lista, ListaParams, Variant};
use latent_tensor::Tensor;
use ndarray::{Array2, s};
use proptest::prelude::*;

fn distance(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Before training, layer k is ISTA's step k; with the safeguard as well, which then has nothing to do.
    #[test]
    fn untrained_networks_are_ista(problem in problems()) {
        for params in like_ista() {
            let lasso = Lasso::new(&problem.dictionary, absolute(&problem, params.variant == Variant::Recurrent)).unwrap();
            let network = Lista::new(&lasso, params).unwrap();
            for k in 0..=LAYERS {
                let stop = Stop::after(k);
                let ista = lasso.solve(problem.x.view(), &Ista::default(), &stop).unwrap();
                let learned = lasso.solve(problem.x.view(), &network, &stop).unwrap();
                prop_assert!(distance(&learned.codes, &ista.codes) < 1e-9, "{} after {} layers", network.name(), k);
                let safe = lasso.solve(problem.x.view(), &network.safeguarded(), &stop).unwrap();
                prop_assert!(distance(&safe.codes, &ista.codes) < 1e-9, "safeguarded {} after {} layers", network.name(), k);
            }
        }
    }

    /// What the solver gives are the codes of the network, and a start is where the first layer begins.
    #[test]
    fn a_solver_is_its_network(problem in problems(), seed: u64) {
        for params in [like_ista(), others()].concat() {
            let lasso = Lasso::new(&problem.dictionary, absolute(&problem, false)).unwrap();
            let Some(network) = disturbed(&lasso, params, seed, 0.1) else { continue };
            let trajectory = network.trajectory(&Tensor::constant(problem.x.clone()), None, LAYERS).unwrap();
            prop_assert_eq!(trajectory.len(), LAYERS);
            for (k, codes) in trajectory.iter().enumerate() {
                let solved = lasso.solve(problem.x.view(), &network, &Stop::after(k + 1)).unwrap();
                let codes = codes.to_array().into_dimensionality().unwrap();
                prop_assert!(distance(&solved.codes, &codes) < 1e-9, "{} after {}", network.name(), k + 1);
                for c in &solved.certificates {
                    prop_assert!(c.iterations == k + 1 && c.gap >= -1e-9);
                    prop_assert_eq!(c.stop == StopReason::Converged, c.relative_gap <= 0.0);
                }
            }
        }
    }

    /// The safeguarded objective never rises, however bad the network is and wherever it starts, and FISTA can go on
    /// from there.
    #[test]
    fn safeguarded_networks_descend(problem in problems(), seed: u64, size in 0.0_f64..2.0, warm: bool) {
        for params in [like_ista(), others()].concat() {
            let lasso = Lasso::new(&problem.dictionary, absolute(&problem, params.variant == Variant::Recurrent)).unwrap();
            let positive = lasso.params().positive;
            let Some(network) = disturbed(&lasso, params, seed, size) else { continue };
            let mut start = Array2::zeros((problem.x.nrows(), problem.dictionary.len()));
            if warm {
                start = Stream::new(seed, "start", &[]).normal_array(start.dim());
                start.mapv_inplace(|z: f64| if positive { z.abs() } else { z });
            }
            let mut last = vec![f64::INFINITY; problem.x.nrows()];
            for k in 0..=LAYERS {
                let solved = lasso.solve_from(problem.x.view(), start.clone(), &network.safeguarded(), &Stop::after(k)).unwrap();
                for (last, c) in last.iter_mut().zip(&solved.certificates) {
                    prop_assert!(c.objective() <= *last + 1e-12 * (1.0 + c.objective()), "{}: from {} to {}", network.name(), last, c.objective());
                    *last = c.objective();
                }
                if k == LAYERS {
                    let further = lasso.solve_from(problem.x.view(), solved.codes, &Fista { monotone: true, ..Fista::default() }, &Stop::after(5)).unwrap();
                    for (last, c) in last.iter().zip(&further.certificates) {
                        prop_assert!(c.objective() <= *last + 1e-12 * (1.0 + last));
                    }
                }
            }
        }
    }

    /// What is not a number is not better: a network that diverged is FISTA when safeguarded, up to where FISTA itself would
    /// rise, and goes on down from there.
    #[test]
    fn networks_of_nan_are_fista_when_safeguarded(problem in problems()) {
        let (layers, fista) = (12, Fista { restart: true, ..Fista::default() });
        let lasso = Lasso::new(&problem.dictionary, LassoParams::new(0.1)).unwrap();
        let network = Lista::new(&lasso, ListaParams::coupled(layers)).unwrap();
        network.parameters().iter().for_each(|(_, parameter)| parameter.elements().fill(f64::NAN));
        let solve = |solver: &dyn Solver<f64>, k| lasso.solve(problem.x.view(), solver, &Stop::after(k)).unwrap();
        let mut falls = vec![true; problem.x.nrows()];
        let mut before = solve(&fista, 0);
        for k in 1..=layers {
            let [now, safe] = [solve(&fista, k), solve(&network.safeguarded(), k)];
            for (row, falls) in falls.iter_mut().enumerate() {
                // By more than rounding.
                let [was, is] = [&before, &now].map(|codes| codes.certificates[row].objective());
                *falls &= is < was - 1e-9 * (1.0 + was);
                let same = distance(&safe.codes.slice(s![row..=row, ..]).to_owned(), &now.codes.slice(s![row..=row, ..]).to_owned()) < 1e-9;
                prop_assert!(same || !*falls, "sample {row} after {k} layers");
            }
            before = now;
        }
    }
}

/// A network whose layers are bad is stopped by nothing without the safeguard: the property above can fail.
#[test]
fn without_the_safeguard_objectives_rise() {
    let mut stream = Stream::new(1, "problem", &[]);
    let dictionary = Dictionary::new(stream.normal_array((6, 9))).unwrap();
    let x: Array2<f64> = stream.normal_array((3, 6));
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.2)).unwrap();
    let network = disturbed(&lasso, ListaParams::coupled(LAYERS), 5, 2.0).unwrap();
    let objective = |k| lasso.solve(x.view(), &network, &Stop::after(k)).unwrap().summary().objective;
    assert!(objective(LAYERS) > objective(0));
}

#[test]
fn codes_do_not_depend_on_threads() {
    let mut stream = Stream::new(3, "data", &[]);
    let dictionary = Dictionary::new(stream.normal_array((30, 50))).unwrap();
    let x: Array2<f32> = stream.normal_array((300, 30));
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.1)).unwrap();
    for params in [like_ista(), others()].concat() {
        let network = Lista::new(&lasso, params).unwrap();
        let work = || {
            let safe = lasso.solve(x.view(), &network.safeguarded(), &Stop::after(LAYERS)).unwrap();
            let plain = lasso.solve(x.view(), &network, &Stop::after(LAYERS)).unwrap();
            [safe, plain].map(|codes| (codes.codes.mapv(f32::to_bits), codes.certificates))
        };
        let want = with_threads(1, work).unwrap();
        for threads in [2, 5] {
            assert!(with_threads(threads, work).unwrap() == want, "{} on {threads} threads", network.name());
        }
    }
}

/// Every refused layer would be a step of ISTA without momentum, which is behind FISTA after a while.
#[test]
fn refused_layers_gain_by_momentum() {
    let mut stream = Stream::new(4, "problem", &[]);
    let dictionary = Dictionary::new(stream.normal_array((20, 60))).unwrap();
    let x: Array2<f64> = stream.normal_array((10, 20));
    let lasso = Lasso::new(&dictionary, LassoParams::new(0.05)).unwrap();
    let network = Lista::new(&lasso, ListaParams::coupled(60)).unwrap();
    network.parameters().iter().for_each(|(_, parameter)| parameter.elements().fill(f64::NAN));
    let objective =
        |solver: &dyn Solver<f64>| lasso.solve(x.view(), solver, &Stop::after(60)).unwrap().summary().objective;
    let best = lasso
        .solve(x.view(), &Fista::default(), &Stop::gap(1e-10).max_iterations(100_000))
        .unwrap()
        .summary()
        .objective;
    let solvers: [&dyn Solver<f64>; 3] = [&network.safeguarded(), &Fista::restarted(), &Ista::default()];
    let [safe, fista, ista] = solvers.map(|solver| objective(solver) / best - 1.0);
    assert!(safe < 0.5 * ista && safe < 1.1 * fista, "{safe}, {fista} and {ista} above the optimum");
}
