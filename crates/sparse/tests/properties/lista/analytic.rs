//! The analytic weights.

use super::super::problems::{Problem, problems};
use approx::assert_abs_diff_eq;
use latent_numeric::random::Stream;
use latent_sparse::lista::{analytic_weights, generalised_coherence};
use latent_sparse::{Dictionary, SparseError};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// `w_i' a_i = 1`, and no other such `w_i` has a smaller `||A' w_i||`.
    #[test]
    fn weights_are_the_minimisers(Problem { dictionary, .. } in problems(), seed: u64) {
        let atoms = dictionary.atoms();
        let zero_atom = atoms.columns().into_iter().any(|a| a.dot(&a) == 0.0);
        let weights = match analytic_weights(&dictionary) {
            Ok(weights) => weights,
            Err(error) => {
                prop_assert!(zero_atom, "{}", error);
                return Ok(());
            }
        };
        prop_assert!(!zero_atom);
        let mut stream = Stream::new(seed, "directions", &[]);
        for (w, a) in weights.columns().into_iter().zip(atoms.columns()) {
            assert_abs_diff_eq!(w.dot(&a), 1.0, epsilon = 1e-8);
            let energy = |w: &Array1<f64>| { let p = atoms.t().dot(w); p.dot(&p) };
            let mut direction: Array1<f64> = stream.normal_array(atoms.nrows());
            direction = &direction - &(&a * (direction.dot(&a) / a.dot(&a)));
            let least = energy(&w.to_owned());
            for size in [1e-3, 0.1, 1.0] {
                let moved = &w + &(&direction * size);
                assert_abs_diff_eq!(moved.dot(&a), 1.0, epsilon = 1e-8);
                prop_assert!(energy(&moved) >= least * (1.0 - 1e-9));
            }
        }
    }
}

#[test]
fn orthonormal_atoms_are_their_own_weights() {
    let dictionary = Dictionary::new(Array2::<f64>::eye(4)).unwrap();
    let weights = analytic_weights(&dictionary).unwrap();
    assert_abs_diff_eq!(weights, dictionary.atoms(), epsilon = 1e-12);
    assert!(generalised_coherence(weights.view(), &dictionary).unwrap() < 1e-12);
}

#[test]
fn bad_input() {
    let dictionary = Dictionary::new(array![[1.0, 0.0], [0.0, 0.0]]).unwrap();
    let error = analytic_weights(&dictionary).unwrap_err();
    assert_eq!(error.to_string(), "the squared norm of an atom is 0, expected above 0 for analytic weights");
    let error = generalised_coherence(array![[1.0]].view(), &dictionary).unwrap_err();
    assert_eq!(error, SparseError::Shape { what: "the weights", found: vec![1, 1], expected: vec![2, 2] });
}
