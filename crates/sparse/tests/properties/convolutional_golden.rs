//! The minima that SPORCO finds (`../golden/convolutional.py`).

use approx::assert_abs_diff_eq;
use latent_sparse::convolutional::{
    Admm, ConvolutionalLasso, ConvolutionalParams, Filters, GreedyCoordinateDescent, Images, LowPass, Solver,
};
use latent_sparse::lasso::{Fista, Stop};
use ndarray::{Array4, s};
use serde::Deserialize;

#[derive(Deserialize)]
struct Minimum {
    objective: f64,
    l1: f64,
}

#[derive(Deserialize)]
struct Golden {
    lambda: f64,
    colour_filters: Array4<f64>,
    grey_filters: Array4<f64>,
    image: Array4<f64>,
    mask: Array4<f64>,
    grey: Minimum,
    grey_maps: Array4<f64>,
    colour: Minimum,
    masked: Minimum,
    low: Array4<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/convolutional.json")).unwrap()
}

fn assert_minimum(name: &str, filters: Array4<f64>, images: Images<'_, f64>, lambda: f64, want: &Minimum) {
    let filters = Filters::new(filters).unwrap();
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(lambda)).unwrap();
    let solvers: [&dyn Solver<f64>; 3] = [&Admm::default(), &Fista::restarted(), &GreedyCoordinateDescent];
    for solver in solvers {
        let stop = Stop::gap(1e-6).max_iterations(5_000);
        let codes = problem.solve(images, solver, &stop).unwrap();
        let found = codes.certificates[0];
        let name = format!("{name}, {}", solver.name());
        assert!((found.objective() - want.objective).abs() <= 1e-6 * want.objective, "{name}: {found:?}");
        assert!((found.l1_term / lambda - want.l1).abs() <= 2e-3 * want.l1, "{name}: {found:?}");
    }
}

#[test]
fn minima() {
    let golden = golden();
    let grey = golden.image.slice(s![.., ..1, .., ..]);
    assert_minimum("grey", golden.grey_filters.clone(), grey.into(), golden.lambda, &golden.grey);
    assert_minimum("colour", golden.colour_filters.clone(), golden.image.view().into(), golden.lambda, &golden.colour);
    let masked = Images::masked(grey, golden.mask.view());
    assert_minimum("masked", golden.grey_filters.clone(), masked, golden.lambda, &golden.masked);
}

#[test]
fn maps() {
    let golden = golden();
    let filters = Filters::new(golden.grey_filters).unwrap();
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(golden.lambda)).unwrap();
    let grey = golden.image.slice(s![.., ..1, .., ..]);
    let codes = problem.solve(grey, &Admm::default(), &Stop::after(3_000)).unwrap();
    for (got, want) in codes.maps.iter().zip(&golden.grey_maps) {
        assert_abs_diff_eq!(got, want, epsilon = 1e-4);
    }
}

#[test]
fn tikhonov_filter() {
    let golden = golden();
    let split = LowPass::default().split(golden.image.slice(s![.., ..1, .., ..])).unwrap();
    for (got, want) in split.low.iter().zip(&golden.low) {
        assert_abs_diff_eq!(got, want, epsilon = 1e-12);
    }
}
