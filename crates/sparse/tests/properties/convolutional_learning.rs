//! Filters are learned.

use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{
    Admm, Boundary, ConvolutionalLasso, ConvolutionalParams, FilterInit, FilterLearner, FilterMethod, FilterParams,
    Filters, Images,
};
use latent_sparse::lasso::Stop;
use ndarray::{Array4, ArrayView4, Axis};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn unit(mut d: Array4<f64>, zero_mean: bool) -> Array4<f64> {
    for mut d in d.outer_iter_mut() {
        if zero_mean {
            let mean = d.mean().unwrap();
            d -= mean;
        }
        let norm = d.iter().map(|v| v * v).sum::<f64>().sqrt();
        d /= norm;
    }
    d
}

/// Images that are made of few of these filters.
fn images(filters: &Filters<f64>, count: usize, size: usize, each: usize, stream: &mut Stream) -> Array4<f64> {
    let problem = ConvolutionalLasso::new(filters, ConvolutionalParams::new(0.0)).unwrap();
    let mut maps = Array4::zeros((count, filters.len(), size, size));
    for mut map in maps.outer_iter_mut().flat_map(ndarray::ArrayBase::into_outer_iter_mut) {
        for _ in 0..each {
            let sign = if stream.bernoulli(0.5) { 1.0 } else { -1.0 };
            let at = [stream.below(size), stream.below(size)];
            map[at] = sign * stream.uniform_in(1.0, 2.0);
        }
    }
    problem.reconstruct(maps.view()).unwrap()
}

fn feasible(d: ArrayView4<f64>, zero_mean: bool) -> bool {
    let norms = d.outer_iter().all(|d| d.iter().map(|v| v * v).sum::<f64>() <= 1.0 + 1e-12);
    let means = d.axis_iter(Axis(0)).all(|d| d.outer_iter().all(|c| c.sum().abs() <= 1e-12));
    norms && (means || !zero_mean)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn learned_filters_are_feasible(
        seed: u64, zero_mean: bool, online: bool, free: bool, masked: bool, channels in 1_usize..3,
    ) {
        let mut stream = Stream::new(seed, "images", &[]);
        let images: Array4<f64> = stream.normal_array((3, channels, 9, 8));
        let mask = Array4::from_shape_fn(images.dim(), |_| stream.uniform_in(0.0, 1.5));
        let penalty = ConvolutionalParams::fraction_of_max(0.2);
        let penalty = penalty.boundary(if free { Boundary::Free } else { Boundary::Circular });
        let method = if online { FilterMethod::Online { forgetting: 2.0 } } else { FilterMethod::Alternating };
        let params = FilterParams {
            method, zero_mean, epochs: 4, batch_size: 2, seed, ..FilterParams::new(4, (3, 2), penalty)
        };
        let mut learner = FilterLearner::new(params).unwrap();
        let images = Images { pixels: images.view(), mask: masked.then_some(mask.view()) };
        let report = learner.fit(images).unwrap();
        let filters = learner.filters().unwrap();
        prop_assert!(feasible(filters.array(), zero_mean));
        prop_assert!(report.epochs == 4 && report.objective.is_finite());
        // The maps it ends with are those of the images, and no worse on the filters made for them.
        match learner.maps() {
            None => prop_assert!(online),
            Some(maps) => {
                let problem = ConvolutionalLasso::new(&filters, penalty).unwrap();
                let after: f64 = problem.certify(images, maps.view(), 0.0).unwrap().iter().map(|c| c.data_term).sum();
                prop_assert!(after <= report.objective * (1.0 + 1e-9), "{after} {}", report.objective);
            }
        }
    }
}

#[test]
fn filters_that_made_the_images_are_found() {
    let mut stream = Stream::new(6, "images", &[]);
    let truth = Filters::new(unit(stream.normal_array((4, 1, 4, 4)), true)).unwrap();
    let images = images(&truth, 6, 32, 12, &mut stream);
    let value = |filters: &Filters<f64>| {
        let problem = ConvolutionalLasso::new(filters, ConvolutionalParams::new(0.05)).unwrap();
        let stop = Stop::gap(1e-3).max_iterations(500);
        problem.solve(images.view(), &Admm::default(), &stop).unwrap().summary().objective
    };
    let methods = [FilterMethod::Alternating, FilterMethod::Online { forgetting: 2.0 }];
    for (method, epochs, coding_iterations) in [(methods[0], 60, 6), (methods[1], 30, 30)] {
        let score = |epochs| {
            let params = FilterParams {
                method,
                epochs,
                coding_iterations,
                batch_size: 3,
                ..FilterParams::new(4, (4, 4), ConvolutionalParams::new(0.05))
            };
            let mut learner = FilterLearner::new(params).unwrap();
            learner.fit(images.view()).unwrap();
            value(&learner.filters().unwrap())
        };
        let (start, found, best) = (score(0), score(epochs), value(&truth));
        // The problem is not convex: a filter may end half a pixel away.
        assert!(found - best <= 0.6 * (start - best), "{method:?}: from {start} to {found}, the truth {best}");
    }
}

#[test]
fn the_objective_falls() {
    let mut stream = Stream::new(2, "images", &[]);
    let truth = Filters::new(unit(stream.normal_array((3, 2, 3, 3)), false)).unwrap();
    let images = images(&truth, 2, 20, 8, &mut stream);
    for boundary in [Boundary::Circular, Boundary::Free] {
        let penalty = ConvolutionalParams::new(0.1).boundary(boundary);
        let params = FilterParams { zero_mean: false, ..FilterParams::new(3, (3, 3), penalty) };
        let mut objectives = Vec::new();
        let mut learner = FilterLearner::new(params).unwrap();
        let report = learner
            .fit_observed(images.view(), &mut |progress| {
                assert_eq!((progress.batch, progress.batches, progress.epoch), (0, 1, objectives.len()));
                objectives.push(progress.objective);
                if progress.epoch == 24 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert!(report.interrupted && report.epochs == 24 && objectives.len() == 25);
        assert!(objectives[24] < 0.9 * objectives[4], "{objectives:?}");
        assert!(objectives[5..].windows(2).all(|w| w[1] <= 1.01 * w[0]), "{objectives:?}");
    }
}

#[test]
fn unused_filters_are_replaced() {
    let mut stream = Stream::new(7, "images", &[]);
    let truth = Filters::new(unit(stream.normal_array((2, 1, 3, 3)), true)).unwrap();
    let images = images(&truth, 2, 16, 6, &mut stream);
    // The second one is all zero and cannot be used.
    let mut given = unit(stream.normal_array((2, 1, 3, 3)), true);
    given.index_axis_mut(Axis(0), 1).fill(0.0);
    let params = FilterParams {
        init: FilterInit::Given(given),
        dead_after: 6,
        epochs: 10,
        ..FilterParams::new(2, (3, 3), ConvolutionalParams::new(0.05))
    };
    let mut learner = FilterLearner::new(params).unwrap();
    let report = learner.fit(images.view()).unwrap();
    assert!(report.replaced >= 1, "{report:?}");
    assert!(learner.filters().unwrap().array().outer_iter().all(|d| d.iter().any(|v| *v != 0.0)));
}

#[test]
fn filters_do_not_depend_on_threads() {
    let mut stream = Stream::new(4, "images", &[]);
    let images: Array4<f32> = stream.normal_array((5, 1, 21, 30));
    for method in [FilterMethod::Alternating, FilterMethod::Online { forgetting: 1.0 }] {
        let params = FilterParams {
            method,
            epochs: 3,
            batch_size: 2,
            ..FilterParams::new(5, (4, 5), ConvolutionalParams::fraction_of_max(0.3))
        };
        let work = || {
            let mut learner = FilterLearner::new(params.clone()).unwrap();
            learner.fit(images.view()).unwrap();
            learner.filters().unwrap().into_array().mapv(f32::to_bits)
        };
        let want = with_threads(1, work).unwrap();
        for threads in [2, 4] {
            assert_eq!(with_threads(threads, work).unwrap(), want, "{method:?} on {threads} threads");
        }
    }
}

#[test]
fn batches_one_by_one_are_a_fit() {
    let images: Array4<f64> = Stream::new(4, "images", &[]).normal_array((5, 1, 9, 8));
    let params = FilterParams {
        method: FilterMethod::Online { forgetting: 2.0 },
        epochs: 1,
        batch_size: 2,
        ..FilterParams::new(3, (3, 2), ConvolutionalParams::fraction_of_max(0.2))
    };
    let mut whole = FilterLearner::new(params.clone()).unwrap();
    let report = whole.fit(images.view()).unwrap();
    let mut learner = FilterLearner::new(params).unwrap();
    learner.initialise(images.view()).unwrap();
    let mut objective = 0.0;
    for batch in Stream::new(0, "filter order", &[0]).permutation(5).chunks(2) {
        // As after a break: everything that was learned is in what was saved.
        let saved = learner.saved().unwrap();
        learner = FilterLearner::new(learner.params().clone()).unwrap();
        learner.restore(saved).unwrap();
        objective += learner.partial_fit(images.select(Axis(0), batch).view()).unwrap().objective;
    }
    assert_eq!((whole.saved(), report.objective), (learner.saved(), objective));
}
