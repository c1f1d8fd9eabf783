//! Convolutional problems are lassos with a dictionary of shifted filters.

use super::convolutional_problems::{Problem, by_definition, dictionary, problems, solvers};
use approx::assert_abs_diff_eq;
use latent_numeric::parallel::with_threads;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::convolutional::{
    Admm, Boundary, ConvolutionalLasso, ConvolutionalParams, Filters, GreedyCoordinateDescent, Images, LowPass,
};
use latent_sparse::lasso::{ActiveSet, Certificate, Fista, Ista, Lasso, LassoParams, Stop, StopReason};
use ndarray::{Array4, s};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn reconstruction_is_the_sum_of_convolutions(problem in problems(), seed: u64) {
        let dim = problem.lasso().maps_dim(problem.images.dim());
        let maps: Array4<f64> = Stream::new(seed, "maps", &[]).normal_array(dim);
        // Nearly empty rows are convolved in another way.
        for keep in [1.0, 0.04] {
            let mut stream = Stream::new(seed, "kept", &[]);
            let maps = maps.mapv(|z| if stream.bernoulli(keep) { z } else { 0.0 });
            let got = problem.lasso().reconstruct(maps.view()).unwrap();
            let want = by_definition(&problem, &maps);
            prop_assert_eq!(got.dim(), want.dim());
            for (got, want) in got.iter().zip(&want) {
                assert_abs_diff_eq!(got, want, epsilon = 1e-11);
            }
        }
    }

    #[test]
    fn every_solver_finds_the_minimum_of_the_dense_lasso(problem in problems()) {
        let convolutional = problem.lasso();
        let lambda = problem.lambda();
        let images = problem.view();
        let (dense, x) = dictionary(&problem);
        let dense = Dictionary::new(dense).unwrap();
        let lasso = Lasso::new(&dense, LassoParams::new(lambda)).unwrap();
        let exact = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-10)).unwrap();
        for solver in solvers() {
            // Without momentum the gap takes long to close; what it bounds holds all the same.
            let slow = solver.name() == "ISTA";
            let stop = Stop::gap(1e-4).max_iterations(if slow { 200 } else { 5_000 });
            let codes = convolutional.solve(images, solver.as_ref(), &stop).unwrap();
            for (found, best) in codes.certificates.iter().zip(&exact.certificates) {
                let scale = 1.0 + best.objective();
                prop_assert!(found.gap >= -1e-12 * scale);
                prop_assert!(found.objective() >= best.objective() - best.gap - 1e-9 * scale);
                prop_assert!(found.objective() - best.objective() <= found.gap + 1e-9 * scale, "{}", solver.name());
                let done = matches!(found.stop, StopReason::Converged | StopReason::LambdaMax);
                prop_assert!(slow || done, "{}: {:?}", solver.name(), found);
            }
            // The certificate is that of the maps, independent of the solver.
            let again = convolutional.certify(images, codes.maps.view(), 1e-4).unwrap();
            for (found, again) in codes.certificates.iter().zip(&again) {
                assert_abs_diff_eq!(found.objective(), again.objective(), epsilon = 1e-12 * (1.0 + again.objective()));
                prop_assert_eq!(found.support, again.support);
            }
        }
    }

    #[test]
    fn lambda_max_is_where_maps_become_zero(problem in problems()) {
        let largest = problem.lasso().lambda_max(problem.view()).unwrap();
        let (dense, x) = dictionary(&problem);
        let dense = Dictionary::new(dense).unwrap();
        let want = Lasso::new(&dense, LassoParams::new(0.0)).unwrap().lambda_max(x.view()).unwrap();
        for (got, want) in largest.iter().zip(&want) {
            assert_abs_diff_eq!(got, want, epsilon = 1e-10 * (1.0 + want));
        }
        let worst = largest.fold(0.0, |m: f64, &l| m.max(l));
        prop_assume!(worst > 0.0);
        for (factor, zero) in [(1.0 + 1e-9, true), (0.95, false)] {
            let params = ConvolutionalParams::new(worst * factor).boundary(problem.params.boundary);
            let params = ConvolutionalParams { channels: problem.params.channels, ..params };
            let lasso = ConvolutionalLasso::new(&problem.filters, params).unwrap();
            for solver in solvers() {
                let start = Array4::ones(lasso.maps_dim(problem.images.dim()));
                let codes = lasso.solve_from(problem.view(), start, solver.as_ref(), &Stop::gap(1e-3)).unwrap();
                if zero {
                    prop_assert!(codes.maps.iter().all(|z| *z == 0.0));
                    prop_assert!(codes.certificates.iter().all(|c| c.stop == StopReason::LambdaMax && c.support == 0));
                    prop_assert!(codes.certificates.iter().all(|c| c.relative_gap.abs() <= 1e-6));
                } else {
                    prop_assert!(codes.certificates.iter().any(|c| c.support > 0));
                }
            }
        }
    }

    #[test]
    fn ista_and_greedy_descent_never_raise_the_objective(problem in problems()) {
        let lasso = problem.lasso();
        let mut before = f64::INFINITY;
        for iterations in 0..12 {
            let ista = lasso.solve(problem.view(), &Ista::default(), &Stop::after(iterations)).unwrap();
            let objective = ista.summary().objective;
            prop_assert!(objective <= before * (1.0 + 1e-12));
            before = objective;
        }
        before = f64::INFINITY;
        for iterations in 0..8 {
            let greedy = lasso.solve(problem.view(), &GreedyCoordinateDescent, &Stop::after(iterations)).unwrap();
            let objective = greedy.summary().objective;
            prop_assert!(objective <= before * (1.0 + 1e-12));
            before = objective;
        }
    }

    #[test]
    fn monotone_fista_never_raises_the_objective_and_fista_keeps_its_bound(problem in problems()) {
        let lasso = problem.lasso();
        let best = lasso.solve(problem.view(), &Fista::restarted(), &Stop::gap(1e-8).max_iterations(3_000)).unwrap();
        let (dense, _) = dictionary(&problem);
        let lipschitz = Dictionary::new(dense).unwrap().lipschitz();
        let distance: f64 = best.maps.iter().map(|z| z * z).sum();
        let optimum: f64 = best.certificates.iter().map(Certificate::objective).sum();
        let mut before = f64::INFINITY;
        for k in 1..12 {
            let total = |monotone| {
                let solver = Fista { monotone, ..Fista::default() };
                let codes = lasso.solve(problem.view(), &solver, &Stop::after(k)).unwrap();
                codes.certificates.iter().map(Certificate::objective).sum::<f64>()
            };
            let monotone = total(true);
            prop_assert!(monotone <= before * (1.0 + 1e-12));
            before = monotone;
            // The step of a weighted or free problem is that of the circular one, whose L bounds its own.
            if problem.mask.is_none() && problem.params.boundary == Boundary::Circular {
                let bound = 2.0 * lipschitz * distance / ((k + 1) as f64).powi(2);
                prop_assert!(total(false) - optimum <= bound * (1.0 + 1e-6) + 1e-6, "k = {k}");
            }
        }
    }

    #[test]
    fn a_mask_of_one_weight_scales_the_problem(problem in problems(), weight in 0.2_f64..3.0) {
        let mask = Array4::from_elem(problem.images.dim(), weight);
        let images = Images::masked(problem.images.view(), mask.view());
        let masked = problem.lasso().certify(images, problem.start().view(), 0.0).unwrap();
        let plain = problem.lasso().certify(problem.images.view(), problem.start().view(), 0.0).unwrap();
        for (masked, plain) in masked.iter().zip(&plain) {
            assert_abs_diff_eq!(masked.data_term, weight * plain.data_term, epsilon = 1e-10 * (1.0 + plain.data_term));
        }
    }

    #[test]
    fn low_and_high_pass_add_up_and_the_mean_is_low(seed: u64, h in 1_usize..20, w in 1_usize..20, pad in 0_usize..25) {
        let images: Array4<f64> = Stream::new(seed, "images", &[]).normal_array((2, 2, h, w));
        let low_pass = LowPass { lambda: 3.0, pad };
        let split = low_pass.split(images.view()).unwrap();
        for ((low, high), image) in split.low.iter().zip(&split.high).zip(&images) {
            assert_abs_diff_eq!(low + high, image, epsilon = 1e-12);
        }
        // Constants pass; known pixels everywhere are no mask.
        let moved = low_pass.split((&images + 2.0).view()).unwrap();
        let ones = Array4::from_elem(images.dim(), 0.5);
        let filled = low_pass.split(Images::masked(images.view(), ones.view())).unwrap();
        for ((low, moved), filled) in split.low.iter().zip(&moved.low).zip(&filled.low) {
            assert_abs_diff_eq!(low + 2.0, moved, epsilon = 1e-10);
            assert_abs_diff_eq!(low, filled, epsilon = 1e-12);
        }
    }
}

#[test]
fn unknown_pixels_do_not_matter() {
    let mut stream = Stream::new(4, "images", &[]);
    let filters = Filters::new(stream.normal_array((3, 1, 3, 3))).unwrap();
    let mut image: Array4<f64> = stream.normal_array((1, 1, 10, 9));
    let mask = Array4::from_shape_fn((1, 1, 10, 9), |(_, _, i, j)| f64::from(u8::from((i * 9 + j) % 4 != 0)));
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.2)).unwrap();
    let low_pass = Some(LowPass { lambda: 1.0, pad: 2 });
    let run = |image: &Array4<f64>| {
        let images = Images::masked(image.view(), mask.view());
        problem.inpaint(images, low_pass, &Admm::default(), &Stop::after(30)).unwrap().images
    };
    let before = run(&image);
    for (at, known) in mask.indexed_iter() {
        if *known == 0.0 {
            image[at] = 100.0;
        }
    }
    let after = run(&image);
    for ((known, given), (a, b)) in mask.iter().zip(&image).zip(before.iter().zip(&after)) {
        // The low-pass filter stops filling in at a tolerance relative to the largest pixel.
        assert!((a - b).abs() <= if *known == 0.0 { 0.1 } else { 0.0 }, "{a} {b}");
        assert!(*known == 0.0 || a == given);
    }
}

#[test]
fn a_noisy_image_of_few_filters_is_denoised() {
    let mut stream = Stream::new(9, "images", &[]);
    let mut d: Array4<f64> = stream.normal_array((3, 1, 4, 4));
    for mut d in d.outer_iter_mut() {
        let norm = d.iter().map(|v| v * v).sum::<f64>().sqrt();
        d /= norm;
    }
    let filters = Filters::new(d).unwrap();
    let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.3)).unwrap();
    let mut maps = Array4::zeros((1, 3, 24, 24));
    for _ in 0..20 {
        let at = [0, stream.below(3), stream.below(24), stream.below(24)];
        maps[at] = 3.0;
    }
    let clean = problem.reconstruct(maps.view()).unwrap();
    let noise: Array4<f64> = stream.normal_array(clean.dim());
    let noisy = &clean + &(noise * 0.1);
    let stop = Stop::gap(1e-3);
    let error = |image: &Array4<f64>| (image - &clean).iter().map(|e| e * e).sum::<f64>();
    let denoised = problem.denoise(noisy.view(), None, &Admm::default(), &stop).unwrap();
    assert!(error(&denoised.images) < 0.6 * error(&noisy), "{} {}", error(&denoised.images), error(&noisy));
    // A quarter of the pixels is unknown, and found again.
    let mask = Array4::from_shape_fn(clean.dim(), |_| f64::from(u8::from(stream.bernoulli(0.75))));
    let holes = &noisy * &mask;
    let images = Images::masked(holes.view(), mask.view());
    let filled = problem.inpaint(images, None, &Admm::default(), &stop).unwrap().images;
    assert!(error(&filled) < 0.3 * error(&holes), "{} {}", error(&filled), error(&holes));
}

#[test]
fn maps_do_not_depend_on_threads() {
    let mut stream = Stream::new(3, "images", &[]);
    let filters = Filters::new(stream.normal_array((5, 2, 4, 3))).unwrap();
    let images: Array4<f32> = stream.normal_array((3, 2, 29, 33));
    let mask = Array4::from_shape_fn(images.dim(), |_| stream.uniform::<f32>());
    for boundary in [Boundary::Circular, Boundary::Free] {
        let params = ConvolutionalParams::fraction_of_max(0.1).boundary(boundary);
        let problem = ConvolutionalLasso::new(&filters, params).unwrap();
        for solver in solvers() {
            for mask in [None, Some(mask.view())] {
                let work = || {
                    let images = Images { pixels: images.view(), mask };
                    let codes = problem.solve(images, solver.as_ref(), &Stop::gap(1e-9).max_iterations(20)).unwrap();
                    (codes.maps.mapv(f32::to_bits), codes.certificates)
                };
                let want = with_threads(1, work).unwrap();
                for threads in [2, 4] {
                    assert!(with_threads(threads, work).unwrap() == want, "{} on {threads} threads", solver.name());
                }
            }
        }
    }
}

#[test]
fn channels_with_maps_of_their_own_are_images_by_themselves() {
    let mut stream = Stream::new(5, "images", &[]);
    let filters = Filters::new(stream.normal_array((3, 1, 2, 3))).unwrap();
    let images: Array4<f64> = stream.normal_array((2, 3, 7, 8));
    let shared = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.5)).unwrap();
    let separate = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.5).separate_channels()).unwrap();
    let together = separate.solve(images.view(), &Admm::default(), &Stop::after(20)).unwrap();
    assert_eq!((together.maps.dim(), together.certificates.len()), ((2, 9, 7, 8), 6));
    for i in 0..2 {
        for c in 0..3 {
            let one = images.slice(s![i..=i, c..=c, .., ..]);
            let alone = shared.solve(one, &Admm::default(), &Stop::after(20)).unwrap();
            assert_eq!(alone.maps, together.maps.slice(s![i..=i, 3 * c..3 * (c + 1), .., ..]));
            assert_eq!(alone.certificates[0], together.certificates[3 * i + c]);
            let image = separate.reconstruct(together.maps.view()).unwrap();
            assert_eq!(image.slice(s![i..=i, c..=c, .., ..]), shared.reconstruct(alone.maps.view()).unwrap());
        }
    }
}

#[test]
fn a_warm_start_is_taken() {
    let problem = Problem::fixed();
    let lasso = problem.lasso();
    let codes = lasso.solve(problem.view(), &Admm::default(), &Stop::gap(1e-7).max_iterations(5_000)).unwrap();
    for solver in solvers() {
        let again = lasso.solve_from(problem.view(), codes.maps.clone(), solver.as_ref(), &Stop::after(1)).unwrap();
        for (warm, best) in again.certificates.iter().zip(&codes.certificates) {
            let excess = warm.objective() - best.objective();
            assert!(excess <= 1e-3 * best.objective(), "{}: {excess}", solver.name());
        }
    }
}
