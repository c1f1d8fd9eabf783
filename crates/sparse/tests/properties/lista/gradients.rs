//! Gradients with respect to all parameters, of order one and two, against finite differences.

use super::{disturbed, like_ista, others};
use latent_layers::{Module, with_parameters};
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams};
use latent_sparse::lista::ListaParams;
use latent_tensor::{Tensor, check};
use ndarray::ArrayD;

/// Finite differences want a problem without a kink nearby. Which these are is not known from outside a network, so
/// some are tried: a rule that is wrong is wrong in all of them.
#[test]
fn every_network() {
    let layers = 2;
    for params in [like_ista(), others()].concat() {
        let params = ListaParams { layers, ..params };
        let agrees = |seed: u64| {
            let mut stream = Stream::new(seed, "problem", &[]);
            let dictionary = Dictionary::new(stream.normal_array::<f64, _, _>((3, 4))).unwrap();
            let lasso = Lasso::new(&dictionary, LassoParams::new(0.1 * dictionary.lipschitz())).unwrap();
            let network = disturbed(&lasso, params.clone(), seed, 0.05).unwrap();
            let x = Tensor::constant(stream.normal_array::<f64, _, _>((1, 3)) * 2.0);
            let codes = || network.trajectory(&x, None, layers).unwrap().pop().unwrap();
            let alive = codes().array().iter().filter(|z| **z != 0.0).count();
            let values: Vec<ArrayD<f64>> = network.variables().iter().map(Tensor::to_array).collect();
            alive >= 2 && check::gradients(&values, |tensors| with_parameters(&network, tensors, codes)).is_ok()
        };
        assert!((0..40).any(agrees), "{}", params.name());
    }
}
