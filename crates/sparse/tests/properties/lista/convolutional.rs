//! Convolutional networks against the same problem as a matrix.

use approx::assert_abs_diff_eq;
use latent_layers::{Context, Layer, Module};
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{Boundary, ConvolutionalLasso, ConvolutionalParams, Filters, Images, Solver};
use latent_sparse::lasso::{Certificate, Fista, Ista, Lasso, LassoParams, Stop};
use latent_sparse::lista::{ConvLista, ConvListaParams, StageWise, TrainError};
use latent_sparse::{Dictionary, SparseError};
use latent_tensor::Tensor;
use ndarray::{Array2, Array4};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn params(layers: usize) -> ConvListaParams<f64> {
    ConvListaParams { layers, lambda: 0.2, step_size: 0.1, selection: None }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Before training, each layer is a step of ISTA with the matrix whose columns are filters in all their places.
    #[test]
    fn the_untrained_network_is_ista(
        seed: u64, maps in 1_usize..4, channels in 1_usize..3, kernel in (1_usize..4, 1_usize..4), image in (1_usize..6, 1_usize..6),
    ) {
        let mut stream = Stream::new(seed, "problem", &[]);
        let filters: Array4<f64> = stream.normal_array((maps, channels, kernel.0, kernel.1));
        let places = (image.0 + kernel.0 - 1, image.1 + kernel.1 - 1);
        let (atoms, features) = (maps * places.0 * places.1, channels * image.0 * image.1);
        let network = ConvLista::new(filters.clone(), params(1)).unwrap();
        let units = Tensor::constant(Array2::eye(atoms)).reshape(&[atoms, maps, places.0, places.1]);
        let columns: Array2<f64> = network.reconstruct(&units).unwrap().reshape(&[atoms, features]).into_array();
        let dictionary = Dictionary::new(columns.reversed_axes()).unwrap();
        let norms: f64 = filters.outer_iter().flat_map(|f| f.outer_iter().map(|c| c.mapv(f64::abs).sum().powi(2)).collect::<Vec<_>>()).sum();
        prop_assert!(dictionary.lipschitz() <= norms * (1.0 + 1e-12));

        let lasso = Lasso::new(&dictionary, LassoParams::new(0.2)).unwrap();
        let network = ConvLista::new(filters, ConvListaParams { step_size: 1.0 / dictionary.lipschitz(), ..params(4) }).unwrap();
        let x: Array2<f64> = stream.normal_array((2, features));
        let images = Tensor::constant(x.clone()).reshape(&[2, channels, image.0, image.1]);
        for (k, codes) in network.trajectory(&images, 4).unwrap().into_iter().enumerate() {
            let ista = lasso.solve(x.view(), &Ista::default(), &Stop::after(k + 1)).unwrap();
            let codes: Array2<f64> = codes.reshape(&[2, atoms]).into_array();
            prop_assert!((&codes - &ista.codes).iter().all(|d| d.abs() < 1e-9), "layer {}", k + 1);
        }
        let last = network.forward(&images, &mut Context::evaluate()).unwrap();
        prop_assert_eq!(last.to_array(), network.trajectory(&images, 4).unwrap()[3].to_array());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// As a solver the untrained network is ISTA, with its certificates, also from maps that are given; safeguarded it
    /// never raises the objective, whatever its weights.
    #[test]
    fn a_network_is_a_solver(
        seed: u64, maps in 1_usize..4, channels in 1_usize..3, kernel in (1_usize..4, 1_usize..4), more in (0_usize..4, 0_usize..4),
        masked: bool, disturbance in 0.0_f64..3.0,
    ) {
        let mut stream = Stream::new(seed, "problem", &[]);
        let filters = Filters::new(stream.normal_array((maps, channels, kernel.0, kernel.1))).unwrap();
        let size = (kernel.0 + more.0, kernel.1 + more.1);
        let lasso = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.2).boundary(Boundary::Free)).unwrap();
        let step_size = 1.0 / lasso.lipschitz(size);
        let network = ConvLista::new(filters.array().to_owned(), ConvListaParams { step_size, ..params(6) }).unwrap();
        let x: Array4<f64> = stream.normal_array((2, channels, size.0, size.1));
        let solve = |solver: &dyn Solver<f64>, iterations: usize| {
            lasso.solve(x.view(), solver, &Stop::after(iterations)).unwrap()
        };
        for iterations in [1, 4] {
            let (learned, ista) = (solve(&network, iterations), solve(&Ista::default(), iterations));
            assert_abs_diff_eq!(learned.maps, ista.maps, epsilon = 1e-9);
            for (a, b) in learned.certificates.iter().zip(&ista.certificates) {
                prop_assert!((a.objective() - b.objective()).abs() < 1e-9 && (a.gap - b.gap).abs() < 1e-7);
            }
        }
        let gone_on = lasso.solve_from(x.view(), solve(&network, 2).maps, &network, &Stop::after(2)).unwrap();
        assert_abs_diff_eq!(gone_on.maps, solve(&network, 4).maps, epsilon = 1e-9);

        for (_, parameter) in network.parameters() {
            parameter.elements().iter_mut().for_each(|w| *w += disturbance * stream.normal::<f64>());
        }
        let mask = x.mapv(|_| if masked && stream.bernoulli(0.3) { 0.0 } else { 1.0 });
        let objectives = |iterations: usize| -> Vec<f64> {
            let images = Images::masked(x.view(), mask.view());
            let codes = lasso.solve(images, &network.safeguarded(), &Stop::after(iterations)).unwrap();
            codes.certificates.iter().map(Certificate::objective).collect()
        };
        let mut before: Vec<f64> =
            x.outer_iter().zip(mask.outer_iter()).map(|(x, mask)| 0.5 * (&x * &x * mask).sum()).collect();
        for iterations in 1..=6 {
            let now = objectives(iterations);
            prop_assert!(now.iter().zip(&before).all(|(now, before)| *now <= before * (1.0 + 1e-12)), "{now:?} after {before:?}");
            before = now;
        }

        // What is not a number is refused: it is FISTA then, up to where FISTA itself would rise.
        network.parameters().iter().for_each(|(_, parameter)| parameter.elements().fill(f64::NAN));
        let fista = Fista { restart: true, ..Fista::default() };
        let mut before = solve(&fista, 0);
        for iterations in 1..=6 {
            let [now, safe] = [solve(&fista, iterations), solve(&network.safeguarded(), iterations)];
            let falls = |(a, b): (&Certificate, &Certificate)| a.objective() > b.objective() + 1e-9 * (1.0 + b.objective());
            if !before.certificates.iter().zip(&now.certificates).all(falls) {
                break;
            }
            prop_assert!((&safe.maps - &now.maps).iter().all(|d| d.abs() < 1e-8), "after {iterations}");
            before = now;
        }
    }
}

#[test]
fn a_network_solves_problems_with_its_filters_and_free_boundaries() {
    let filters = Filters::new(Array4::<f64>::ones((2, 1, 3, 2))).unwrap();
    let network = ConvLista::new(Array4::<f64>::ones((2, 1, 2, 2)), params(2)).unwrap();
    let x = Array4::zeros((1, 1, 6, 6));
    let refused = |params: ConvolutionalParams<f64>, solver: &dyn Solver<f64>| {
        let lasso = ConvolutionalLasso::new(&filters, params).unwrap();
        lasso.solve(x.view(), solver, &Stop::after(1)).unwrap_err().to_string()
    };
    let circular = refused(ConvolutionalParams::new(0.1), &network);
    assert!(circular.contains("convolutional LISTA") && circular.contains("circular boundary"), "{circular}");
    let other = refused(ConvolutionalParams::new(0.1).boundary(Boundary::Free), &network.safeguarded());
    assert!(other.contains("the filters of a learned encoder"), "{other}");
}

/// Unsupervised training lowers the energy of images below that of as many steps of ISTA, filters included.
#[test]
fn training_lowers_the_energy() {
    let mut stream = Stream::new(1, "problem", &[]);
    let filters = stream.normal_array::<f64, _, _>((3, 1, 3, 3)) / 3.0;
    let network = ConvLista::new(filters, ConvListaParams { step_size: 0.15, ..params(2) }).unwrap();
    let images = Tensor::constant(stream.normal_array::<f64, _, _>((8, 1, 6, 6)));
    let energy = |layers: usize| {
        let codes = network.trajectory(&images, layers)?.pop().expect("a layer");
        let error = (&images - network.reconstruct(&codes)?).square().sum() * 0.5;
        Ok::<_, TrainError>((error + codes.abs().sum() * 0.2) / 8.0)
    };
    let before = [1, 2].map(|layers| energy(layers).unwrap().item());
    let schedule = StageWise { steps: 30, learning_rate: 5e-3, ..StageWise::default() };
    schedule.train(&network, |layers, _| energy(layers), |_| ControlFlow::Continue(())).unwrap();
    let after = [1, 2].map(|layers| energy(layers).unwrap().item());
    assert!(after[0] < before[0] && after[1] < before[1], "from {before:?} to {after:?}");
}

#[test]
fn bad_input() {
    let filters = || Array4::<f64>::ones((2, 3, 3, 2));
    let refused = |filters, params| ConvLista::new(filters, params).unwrap_err().to_string();
    assert_eq!(refused(filters(), params(0)), "the number of layers is 0, expected at least 1");
    let lambda = ConvListaParams { lambda: -1.0, ..params(1) };
    assert_eq!(refused(filters(), lambda), "lambda is -1, expected a finite number, at least 0");
    let step = ConvListaParams { step_size: 0.0, ..params(1) };
    assert_eq!(refused(filters(), step), "the step size is 0, expected a finite number above 0");
    let error = ConvLista::new(Array4::<f64>::ones((0, 3, 3, 2)), params(1)).unwrap_err();
    assert_eq!(error, SparseError::EmptyDictionary { features: 18, atoms: 0 });
    assert!(matches!(
        ConvLista::new(filters() * f64::NAN, params(1)).unwrap_err(),
        SparseError::NonFinite { what: "the filters", row: 0, column: 0, .. }
    ));

    let network = ConvLista::new(filters(), params(2)).unwrap();
    let names: Vec<String> = network.parameters().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["decoder", "encoder", "0.step_size", "1.step_size", "0.threshold", "1.threshold"]);
    let error = network.forward(&Tensor::ones(&[1, 2, 8, 8]), &mut Context::evaluate()).unwrap_err().to_string();
    assert_eq!(error, "convolutional LISTA: expected (samples, 3, height, width), got the shape [1, 2, 8, 8]");
    let error = network.reconstruct(&Tensor::ones(&[1, 2, 8, 1])).unwrap_err().to_string();
    assert_eq!(
        error,
        "convolutional LISTA: expected (samples, 2, height >= 3, width >= 2), got the shape [1, 2, 8, 1]"
    );
    let error = network.trajectory(&Tensor::ones(&[1, 3, 8, 8]), 3).unwrap_err().to_string();
    assert_eq!(error, "convolutional LISTA: 3 layers were asked for, there are 2");
}
