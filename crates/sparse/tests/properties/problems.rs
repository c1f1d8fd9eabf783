//! Random problems.

use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, Admm, CoordinateDescent, Fista, Ista, Lars, LassoParams, Solver, StepSize};
use ndarray::{Array1, Array2};
use proptest::prelude::{Strategy, any};

/// A random problem: a dictionary, samples and a penalty.
#[derive(Clone, Debug)]
pub struct Problem {
    pub dictionary: Dictionary<f64>,
    pub x: Array2<f64>,
    pub params: LassoParams<f64>,
}

/// Problems of every shape, with every option on and off; more atoms than features as well as fewer, atoms
/// of different norms, with a repeated and a zero atom now and then.
pub fn problems() -> impl Strategy<Value = Problem> {
    let shape = (1_usize..20, 1_usize..30, 1_usize..6);
    let options = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (any::<u64>(), shape, 0.02_f64..0.9, options).prop_map(|(seed, (features, atoms, samples), fraction, options)| {
        let (weighted, ridge, positive, degenerate) = options;
        let mut s = Stream::new(seed, "problem", &[]);
        let mut w: Array2<f64> = s.normal_array((features, atoms));
        w /= (features as f64).sqrt();
        if degenerate && atoms > 2 {
            let first = w.column(0).to_owned();
            w.column_mut(1).assign(&first);
            w.column_mut(2).fill(0.0);
        }
        let mut x: Array2<f64> = s.normal_array((samples, features));
        if degenerate {
            x.row_mut(0).fill(0.0);
        }
        let mut params = LassoParams::fraction_of_max(fraction);
        if weighted {
            params = params.weights(Array1::from_shape_simple_fn(atoms, || s.uniform_in(0.3, 3.0)));
        }
        if ridge {
            params = params.l2(s.uniform_in(0.01, 1.0));
        }
        if positive {
            params = params.positive();
        }
        Problem { dictionary: Dictionary::new(w).unwrap(), x, params }
    })
}

/// Every solver of the lasso in every variant.
pub fn solvers() -> Vec<Box<dyn Solver<f64>>> {
    solvers_of()
}

/// The same, of any scalar.
pub fn solvers_of<E: Scalar>() -> Vec<Box<dyn Solver<E>>> {
    let backtracking = StepSize::Backtracking;
    vec![
        Box::new(Ista::default()),
        Box::new(Ista { step_size: backtracking }),
        Box::new(Fista::default()),
        Box::new(Fista { step_size: backtracking, ..Fista::default() }),
        Box::new(Fista { monotone: true, ..Fista::default() }),
        Box::new(Fista::restarted()),
        Box::new(Fista { step_size: backtracking, restart: true, monotone: true }),
        Box::new(CoordinateDescent),
        Box::new(ActiveSet),
        Box::new(Lars),
        Box::new(Admm::default()),
        Box::new(Admm { relaxation: 1.0, iterations: 20_000 }),
    ]
}
