//! A run that was saved and loaded goes on as if it never stopped.

use crate::support::{Model, all, gradients, scheduled};
use latent_numeric::Scalar;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_optim::{Evaluation, Lbfgs, Optimizer, OptimizerSettings, SavedState, StepOptions};
use latent_tensor::{GradOptions, grad};
use proptest::prelude::*;

/// `steps` steps with gradients that depend on the step.
fn steps<E: Scalar>(model: &Model<E>, optimizer: &mut dyn Optimizer<E>, seed: u64, steps: u64) {
    for _ in 0..steps {
        let mut stream = Stream::new(seed, "gradients", &[optimizer.steps()]);
        optimizer.step(&model.named(), &gradients(model, &mut stream)).unwrap();
    }
}

fn resumes<E: Scalar>(settings: &OptimizerSettings, seed: u64, k: u64, threads: [usize; 2]) {
    // The last is long enough to be cut for several threads.
    let shapes: [&[usize]; 4] = [&[7, 5], &[3, 70], &[], &[300, 130]];
    let start = Model::<E>::new(&shapes, &mut Stream::new(seed, "parameters", &[]));
    let whole = start.copy();
    with_threads(1, || steps(&whole, &mut *scheduled(settings), seed, 2 * k)).unwrap();

    let bytes = with_threads(threads[0], || {
        let mut optimizer = scheduled(settings);
        steps(&start, &mut *optimizer, seed, k);
        optimizer.save().to_bytes()
    })
    .unwrap();
    with_threads(threads[1], || {
        let mut optimizer = scheduled(settings);
        optimizer.load(&start.named(), &SavedState::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(optimizer.steps(), k);
        assert!(optimizer.save().to_bytes() == bytes, "{settings:?} saves another state than it loaded");
        steps(&start, &mut *optimizer, seed, k);
    })
    .unwrap();
    assert!(start.bits() == whole.bits(), "{settings:?} goes another way");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn twice_k_steps(seed: u64, k in 0_u64..6, first in 1_usize..4, second in 1_usize..4) {
        for settings in all() {
            resumes::<f32>(&settings, seed, k, [first, second]);
        }
    }

    #[test]
    fn twice_k_steps_in_double_precision(seed: u64, k in 0_u64..6, first in 1_usize..4, second in 1_usize..4) {
        for settings in all() {
            resumes::<f64>(&settings, seed, k, [first, second]);
        }
    }

    #[test]
    fn lbfgs_with_a_line_search(seed: u64, k in 1_usize..5) {
        let model = Model::<f64>::new(&[&[3, 2], &[4]], &mut Stream::new(seed, "parameters", &[]));
        let whole = model.copy();
        let new = || Lbfgs { iterations: 3, history: 4, ..Lbfgs::default() }.optimizer().unwrap();
        let advance = |model: &Model<f64>, lbfgs: &mut dyn Optimizer<f64>, k: usize| {
            let mut evaluate = || -> Evaluation<f64> {
                let [x, y] = &model.parameters[..] else { unreachable!() };
                let (x, y) = (x.1.tensor(), y.1.tensor());
                let loss = (x.square() - 1.0).square().sum() + (&y * 3.0 - x.sum()).square().sum();
                Ok((loss.item(), grad(&[loss], &[x, y], GradOptions::default())))
            };
            for _ in 0..k {
                lbfgs.step_closure(&model.named(), &mut evaluate, StepOptions::default()).unwrap();
            }
        };
        advance(&whole, &mut new(), 2 * k);
        let mut first = new();
        advance(&model, &mut first, k);
        let mut second = new();
        second.load(&model.named(), &SavedState::from_bytes(&first.save().to_bytes()).unwrap()).unwrap();
        advance(&model, &mut second, k);
        prop_assert!(model.bits() == whole.bits());
    }
}
