//! Data and lambda times a power of two give codes times that power, bit for bit, and the same dictionaries and filters.

use super::problems::solvers_of;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::convolutional::{
    self, ConvolutionalLasso, ConvolutionalParams, FilterLearner, FilterMethod, FilterParams, Filters,
    GreedyCoordinateDescent, Images, LowPass,
};
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams, Init, Method};
use latent_sparse::lasso::{Admm, Certificate, Fista, Ista, Lambda, Lars, Lasso, LassoParams, Omp, Solver, Stop};
use ndarray::{Array, Array1, Array2, Array4, Dimension};

const POWERS: [i32; 8] = [-100, -61, -30, -1, 1, 28, 64, 100];

fn times<E: Scalar, D: Dimension>(a: &Array<E, D>, power: i32) -> Array<E, D> {
    a.mapv(|v| E::of(v.as_f64() * f64::from(power).exp2()))
}

fn of<E: Scalar>(value: f64, power: i32) -> E {
    E::of(E::of(value).as_f64() * f64::from(power).exp2())
}

fn bits<E: Scalar, D: Dimension>(a: &Array<E, D>) -> Vec<u64> {
    a.iter().map(|v| v.as_f64().to_bits()).collect()
}

/// The certificate of the same code of data divided by the power.
fn divided(certificates: &[Certificate], power: i32) -> Vec<Certificate> {
    let square = f64::from(-2 * power).exp2();
    let by = |c: &Certificate| Certificate {
        data_term: c.data_term * square,
        l1_term: c.l1_term * square,
        l2_term: c.l2_term * square,
        gap: c.gap * square,
        ..*c
    };
    certificates.iter().map(by).collect()
}

fn penalties<E: Scalar>(atoms: usize) -> Vec<LassoParams<E>> {
    let weights = Array1::from_shape_fn(atoms, |j| E::of(0.5 + j as f64 / 8.0));
    let plain = LassoParams::new(E::of(0.3));
    vec![plain.clone(), plain.clone().weights(weights), plain.clone().l2(E::of(0.2)), plain.l2(E::of(0.1)).positive()]
}

fn scaled<E: Scalar>(penalty: &LassoParams<E>, power: i32) -> LassoParams<E> {
    let lambda = match penalty.lambda {
        Lambda::Absolute(lambda) => Lambda::Absolute(of(lambda.as_f64(), power)),
        fraction @ Lambda::FractionOfMax(_) => fraction,
    };
    LassoParams { lambda, ..penalty.clone() }
}

fn codes_scale<E: Scalar>() {
    let mut s = Stream::new(1, "scaling", &[]);
    let mut w: Array2<E> = s.normal_array((9, 14));
    // Nearly parallel atoms, which bring the exact methods into play.
    let near = w.column(0).mapv(|v| v * E::of(1.0 + 1e-3));
    w.column_mut(1).assign(&near);
    w[[2, 1]] += E::of(0.01);
    let x: Array2<E> = s.normal_array((7, 9));
    let dictionary = Dictionary::new(w).unwrap();
    let stop = Stop::gap(1e-5).max_iterations(300);
    let check = |solver: &dyn Fn(i32) -> Box<dyn Solver<E>>, penalty: &LassoParams<E>| {
        let solve = |power: i32| {
            let lasso = Lasso::new(&dictionary, scaled(penalty, power)).unwrap();
            let codes = lasso.solve(times(&x, power).view(), solver(power).as_ref(), &stop).unwrap();
            (codes.codes, divided(&codes.certificates, power))
        };
        let (codes, certificates) = solve(0);
        assert!(certificates.iter().any(|c| c.support > 1));
        for power in POWERS {
            let (got, told) = solve(power);
            assert_eq!(bits(&got), bits(&times(&codes, power)), "{:?} at 2^{power}", solver(power));
            assert_eq!(told, certificates, "{:?} at 2^{power}", solver(power));
        }
    };
    for penalty in penalties::<E>(14) {
        for place in 0..solvers_of::<E>().len() {
            check(&|_| solvers_of::<E>().swap_remove(place), &penalty);
        }
    }
    let none = LassoParams::new(E::zero());
    check(&|power| Box::new(Omp::until_residual_norm(of::<E>(0.7, power))), &none);
    let path = |power: i32| {
        let lasso = Lasso::new(&dictionary, LassoParams::new(of::<E>(0.01, power))).unwrap();
        let path = Lars.path(&lasso, times(&x, power).row(0)).unwrap();
        (Array1::from(path.lambdas().to_vec()), path.codes().to_dense())
    };
    let (lambdas, codes) = path(0);
    for power in POWERS {
        let (got_lambdas, got) = path(power);
        assert_eq!(bits(&got_lambdas), bits(&times(&lambdas, power)));
        assert_eq!(bits(&got), bits(&times(&codes, power)));
    }
}

#[test]
fn codes() {
    codes_scale::<f32>();
    codes_scale::<f64>();
}

fn dictionaries_scale<E: Scalar>(method: Method, solver: &dyn Solver<E>) {
    let mut s = Stream::new(2, "scaling", &[]);
    let mut x: Array2<E> = s.normal_array((150, 8));
    // Samples on few lines leave atoms unused.
    for (i, mut row) in x.rows_mut().into_iter().enumerate().filter(|(i, _)| i % 3 != 0) {
        let first = row[i % 2];
        row.fill(E::zero());
        row[i % 2] = first;
    }
    let mut replaced = 0;
    for init in [Init::Samples, Init::Gaussian] {
        let learn = |power: i32| {
            let penalty = scaled(&LassoParams::new(E::of(0.4)), power);
            let params = DictionaryParams {
                method,
                init: init.clone(),
                epochs: 3,
                batch_size: 40,
                dead_after: 10,
                ..DictionaryParams::new(24, penalty)
            };
            let mut learner = DictionaryLearner::new(params).unwrap();
            let report = learner.fit(&times(&x, power), solver).unwrap();
            (learner.saved().unwrap(), report)
        };
        let (want, report) = learn(0);
        replaced += report.replaced;
        for power in POWERS {
            let (got, told) = learn(power);
            assert_eq!(bits(&got.atoms), bits(&want.atoms), "{method:?} {init:?} at 2^{power}");
            assert_eq!((bits(&got.codes), bits(&got.samples)), (bits(&want.codes), bits(&want.samples)));
            assert_eq!(got.unit.map(|unit| of::<E>(unit.as_f64(), -power)), want.unit);
            assert_eq!((got.idle, told.replaced), (want.idle.clone(), report.replaced));
            assert_eq!(told.objective * f64::from(-2 * power).exp2(), report.objective);
        }
    }
    // K-SVD takes all samples as one batch, in which every atom is used.
    assert!(replaced > 0 || method == Method::Ksvd, "no atom died: {method:?}");
}

#[test]
fn dictionaries() {
    for method in [Method::Online { forgetting: 4.0 }, Method::Alternating, Method::Mod, Method::Ksvd] {
        dictionaries_scale::<f32>(method, &Admm::default());
        dictionaries_scale::<f64>(method, &Fista::restarted());
    }
}

fn maps_scale<E: Scalar>() {
    let mut s = Stream::new(3, "scaling", &[]);
    let filters = Filters::new(s.normal_array((4, 1, 3, 3))).unwrap();
    let images: Array4<E> = s.normal_array((2, 1, 12, 11));
    let mask: Array4<E> =
        Array4::from_shape_fn(images.dim(), |(_, _, i, j)| E::of(f64::from(u8::from((i + j) % 5 > 0))));
    let solvers: [&dyn convolutional::Solver<E>; 4] =
        [&convolutional::Admm::default(), &Ista::default(), &Fista::restarted(), &GreedyCoordinateDescent];
    let stop = Stop::gap(1e-4).max_iterations(150);
    for solver in solvers {
        for masked in [false, true] {
            let solve = |power: i32| {
                let lasso = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(of::<E>(0.8, power))).unwrap();
                let pixels = times(&images, power);
                let images = Images { pixels: pixels.view(), mask: masked.then(|| mask.view()) };
                let codes = lasso.solve(images, solver, &stop).unwrap();
                (codes.maps, divided(&codes.certificates, power))
            };
            let (maps, certificates) = solve(0);
            for power in POWERS {
                let (got, told) = solve(power);
                assert_eq!(bits(&got), bits(&times(&maps, power)), "{solver:?} at 2^{power}");
                assert_eq!(told, certificates, "{solver:?} at 2^{power}");
            }
        }
    }
    let low = |power| LowPass::default().split(times(&images, power).view()).unwrap().low;
    for power in POWERS {
        assert_eq!(bits(&low(power)), bits(&times(&low(0), power)));
    }
}

#[test]
fn maps() {
    maps_scale::<f32>();
    maps_scale::<f64>();
}

fn filters_scale<E: Scalar>(method: FilterMethod) {
    let mut s = Stream::new(4, "scaling", &[]);
    let images: Array4<E> = s.normal_array((6, 1, 14, 13));
    let learn = |power: i32| {
        let penalty = ConvolutionalParams::new(of::<E>(2.5, power));
        let params = FilterParams { method, epochs: 3, dead_after: 4, ..FilterParams::new(6, (4, 4), penalty) };
        let mut learner = FilterLearner::new(params).unwrap();
        let report = learner.fit(times(&images, power).view()).unwrap();
        (learner.saved().unwrap(), learner.maps().cloned(), report)
    };
    let (want, maps, report) = learn(0);
    for power in POWERS {
        let (got, got_maps, told) = learn(power);
        assert_eq!(bits(&got.filters), bits(&want.filters), "{method:?} at 2^{power}");
        assert_eq!((bits(&got.codes), bits(&got.samples)), (bits(&want.codes), bits(&want.samples)));
        assert_eq!((got.idle, told.replaced), (want.idle.clone(), report.replaced));
        assert_eq!(got_maps.as_ref().map(bits), maps.as_ref().map(|maps| bits(&times(maps, power))));
        assert_eq!(told.objective * f64::from(-2 * power).exp2(), report.objective);
    }
}

#[test]
fn filters() {
    for method in [FilterMethod::Online { forgetting: 1.0 }, FilterMethod::Alternating] {
        filters_scale::<f32>(method);
        filters_scale::<f64>(method);
    }
}

/// A batch of samples of very different sizes: each is coded as if it were alone, the shared choices of ADMM aside.
#[test]
fn samples_of_all_sizes_in_one_batch() {
    let mut s = Stream::new(5, "scaling", &[]);
    let dictionary = Dictionary::new(s.normal_array::<f32, _, _>((6, 9))).unwrap();
    let one: Array2<f32> = s.normal_array((1, 6));
    let powers = [-110, -40, 0, 40, 110];
    let x = Array2::from_shape_fn((5, 6), |(i, j)| of::<f32>(f64::from(one[[0, j]]), powers[i]));
    let lasso = Lasso::new(&dictionary, LassoParams::fraction_of_max(0.1)).unwrap();
    for solver in solvers_of::<f32>() {
        let codes = lasso.solve(x.view(), solver.as_ref(), &Stop::gap(1e-4).max_iterations(20_000)).unwrap();
        for (certificate, power) in codes.certificates.iter().zip(powers) {
            assert!(certificate.relative_gap <= 1e-4, "{solver:?} at 2^{power}: {certificate:?}");
            assert_eq!(certificate.support, codes.certificates[2].support);
        }
    }
}
