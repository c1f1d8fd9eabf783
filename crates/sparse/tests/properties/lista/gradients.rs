//! Gradients with respect to all parameters, of order one and two, against finite differences.

use super::{disturbed, like_ista, others};
use latent_layers::{Module, with_parameters};
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams};
use latent_sparse::lista::{Lista, ListaParams};
use latent_tensor::{Tensor, check};
use ndarray::{Array2, ArrayD};

/// How far the points of all layers are from a kink: in units of what the checks move.
fn distance_to_kinks(network: &Lista<f64>, free: &Lista<f64>, x: &Tensor<f64>) -> f64 {
    let codes = network.trajectory(x, None, network.layers()).unwrap();
    let points = free.trajectory(x, None, 1).unwrap();
    let alive = codes.iter().flat_map(|z| z.to_array()).filter(|z| *z != 0.0).map(f64::abs);
    let first = points[0].to_array().into_iter().map(|p| (p.abs() - 0.1).abs());
    alive.chain(first).fold(f64::INFINITY, f64::min)
}

#[test]
fn every_network() {
    let layers = 2;
    for params in [like_ista(), others()].concat() {
        let params = ListaParams { layers, ..params };
        let name = params.name();
        // A problem whose codes are far from kinks; the first few seeds have one.
        let mut checked = false;
        for seed in 0..200 {
            let mut stream = Stream::new(seed, "problem", &[]);
            let dictionary = Dictionary::new(stream.normal_array::<f64, _, _>((3, 4))).unwrap();
            let lasso = Lasso::new(&dictionary, LassoParams::new(0.1 * dictionary.lipschitz())).unwrap();
            let free = Lasso::new(&dictionary, LassoParams::new(0.0)).unwrap();
            let free = Lista::new(&free, params.clone()).unwrap();
            let network = disturbed(&lasso, params.clone(), seed, 0.05).unwrap();
            let x = Tensor::constant(stream.normal_array::<f64, _, _>((1, 3)) * 2.0);
            if distance_to_kinks(&network, &free, &x) < 0.1 {
                continue;
            }
            let values: Vec<ArrayD<f64>> = network.variables().iter().map(Tensor::to_array).collect();
            let codes = |tensors: &[Tensor<f64>]| {
                let trajectory = with_parameters(&network, tensors, || network.trajectory(&x, None, layers)).unwrap();
                trajectory.last().unwrap().clone()
            };
            if check::gradients(&values, codes).is_ok() {
                checked = true;
                let alive = network.trajectory(&x, None, layers).unwrap()[layers - 1].clone();
                let alive: Array2<f64> = alive.into_array();
                assert!(alive.iter().any(|z| *z != 0.0), "{name}: seed {seed} has no code to check");
                break;
            }
        }
        assert!(checked, "{name}");
    }
}
