//! The properties that define a proximal operator, on every operator of the module.

use super::*;
use latent_numeric::linalg::svd;
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;

/// Steps tried, from small to large.
const STEPS: [f64; 4] = [1e-2, 0.3, 1.0, 20.0];

struct Case<E> {
    name: &'static str,
    operator: Box<dyn FenchelConjugate<E> + Sync>,
    constraint: bool,
    separable: bool,
}

/// Every convex operator, with random parameters, on vectors of length `rows * cols`.
fn convex<E: Scalar>(stream: &mut Stream, (rows, cols): (usize, usize)) -> Vec<Case<E>> {
    let n = rows * cols;
    let mut positive = |scale: f64| E::of(scale * stream.uniform_in(0.05, 2.0));
    let (lambda, l2, radius, low) = (positive(1.0), positive(1.0), positive(1.0), positive(1.0));
    let weights: Array1<E> = (0..n).map(|i| if i % 4 == 3 { E::zero() } else { positive(1.0) }).collect();
    let lows: Array1<E> = (0..n).map(|i| if i % 3 == 1 { E::neg_infinity() } else { -positive(1.0) }).collect();
    let highs: Array1<E> = (0..n).map(|i| if i % 3 == 2 { E::infinity() } else { positive(1.0) }).collect();
    // Two interleaved groups; every fifth coordinate stays outside.
    let members = |parity| (0..n).filter(|i| i % 5 != 4 && i % 2 == parity).collect::<Vec<_>>();
    let groups: Vec<_> = [members(0), members(1)].into_iter().filter(|g| !g.is_empty()).collect();
    let group_weights = groups.iter().map(|_| positive(1.0)).collect();

    let penalty = |name, operator: Box<dyn FenchelConjugate<E> + Sync>, separable| Case {
        name,
        operator,
        constraint: false,
        separable,
    };
    let constraint = |name, operator: Box<dyn FenchelConjugate<E> + Sync>, separable| Case {
        name,
        operator,
        constraint: true,
        separable,
    };
    vec![
        penalty("L1", Box::new(L1::new(lambda).unwrap()), true),
        penalty("WeightedL1", Box::new(WeightedL1::new(lambda, weights).unwrap()), false),
        penalty("NonNegativeL1", Box::new(NonNegativeL1::new(lambda).unwrap()), true),
        penalty("ElasticNet", Box::new(ElasticNet::new(lambda, l2).unwrap()), true),
        penalty("SquaredL2", Box::new(SquaredL2::new(l2).unwrap()), true),
        penalty("L2Norm", Box::new(L2Norm::new(lambda).unwrap()), false),
        penalty("GroupL2", Box::new(GroupL2::with_weights(lambda, n, groups, group_weights).unwrap()), false),
        penalty("NuclearNorm", Box::new(NuclearNorm::new(lambda, (rows, cols)).unwrap()), false),
        penalty("Conjugate<ElasticNet>", Box::new(Conjugate::new(ElasticNet::new(lambda, l2).unwrap())), true),
        constraint("L1Ball", Box::new(L1Ball::new(radius).unwrap()), false),
        constraint("L2Ball", Box::new(L2Ball::new(radius).unwrap()), false),
        constraint("LinfBall", Box::new(LinfBall::new(radius).unwrap()), true),
        constraint("BoxConstraint", Box::new(BoxConstraint::new(lows, highs).unwrap()), false),
        constraint("BoxConstraint::uniform", Box::new(BoxConstraint::uniform(-low, radius).unwrap()), true),
    ]
}

/// A vector of one of several structures: dense, sparse, tied, large, small, zero.
fn vector(stream: &mut Stream, n: usize) -> Array1<f64> {
    let z: Array1<f64> = stream.normal_array(n);
    match stream.below(6) {
        0 => z * 2.0,
        1 => z.mapv(|x| if stream.bernoulli(0.6) { 0.0 } else { 3.0 * x }),
        2 => z.mapv(|x| (2.0 * x).round()),
        3 => z * 100.0,
        4 => z * 0.05,
        _ => Array1::zeros(n),
    }
}

fn prox<E: Scalar>(operator: &(impl Prox<E> + ?Sized), z: &Array1<E>, step: E) -> Array1<E> {
    let mut p = z.clone();
    operator.apply(p.view_mut(), step);
    p
}

/// `g(u) + ||u - z||^2 / (2 step)`.
fn objective(operator: &(impl Prox<f64> + ?Sized), u: &Array1<f64>, z: &Array1<f64>, step: f64) -> f64 {
    let d = u - z;
    operator.value(u.view()) + d.dot(&d) / (2.0 * step)
}

/// Fails if a candidate is a better solution of the problem that defines `prox(z)`.
fn check_minimises(
    name: &str,
    operator: &(impl Prox<f64> + ?Sized),
    stream: &mut Stream,
    n: usize,
) -> Result<(), TestCaseError> {
    let z = vector(stream, n);
    for step in STEPS {
        let p = prox(operator, &z, step);
        let least = objective(operator, &p, &z, step);
        prop_assert!(least.is_finite(), "{name}: objective {least} at the prox {p}");
        let slack = 1e-12 * (1.0 + least + z.dot(&z) / step);
        let mut candidates = vec![Array1::zeros(n), z.clone(), prox(operator, &Array1::zeros(n), step)];
        for scale in [1e-6, 1e-3, 0.1, 1.0, 10.0] {
            candidates.push(&p + &(stream.normal_array::<f64, _, _>(n) * scale));
            candidates.push(&p * (1.0 - scale.min(1.0)));
            candidates.push(&p * (1.0 + scale));
            // Points of the domain, and segments towards them.
            let feasible = prox(operator, &(vector(stream, n) * scale), step);
            candidates.push(&p + &((feasible - &p) * scale.min(1.0)));
            for i in 0..n {
                for sign in [-1.0, 1.0] {
                    let mut u = p.clone();
                    u[i] += sign * scale;
                    candidates.push(u);
                }
            }
        }
        for i in 0..n {
            let (mut without, mut with) = (p.clone(), p.clone());
            without[i] = 0.0;
            with[i] = z[i];
            candidates.extend([without, with]);
        }
        for u in candidates {
            let other = objective(operator, &u, &z, step);
            prop_assert!(least <= other + slack, "{name}, step {step}: {least} at {p} but {other} at {u}, z = {z}");
        }
    }
    Ok(())
}

/// The least value found of a function on the line, by a grid and golden sections around its best point.
fn least_on_line(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let grid = 2000;
    let h = (high - low) / f64::from(grid);
    let start = (0..=grid).map(|i| low + f64::from(i) * h).min_by(|a, b| f(*a).total_cmp(&f(*b))).unwrap();
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut a, mut b) = (start - h, start + h);
    for _ in 0..60 {
        let (c, d) = (b - golden * (b - a), a + golden * (b - a));
        if f(c) < f(d) { b = d } else { a = c }
    }
    f(start).min(f(0.5 * (a + b))).min(f(0.0))
}

/// `argmin_u h(u) + (u - z)^2 / (2 step)` for a convex h on the line that is finite between `low` and `high`.
fn prox_on_line(h: impl Fn(f64) -> f64, z: f64, step: f64, low: f64, high: f64) -> f64 {
    let f = |u: f64| h(u) + (u - z) * (u - z) / (2.0 * step);
    let (mut a, mut b) = (low, high);
    for _ in 0..200 {
        let (c, d) = (a + (b - a) / 3.0, b - (b - a) / 3.0);
        if f(c) < f(d) { b = d } else { a = c }
    }
    0.5 * (a + b)
}

fn close(a: &Array1<f64>, b: &Array1<f64>, tolerance: f64) -> bool {
    let scale = 1.0 + a.iter().chain(b).fold(0.0, |m: f64, x| m.max(x.abs()));
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * scale)
}

/// `prox_{t g}(z) + t prox_{g*/t}(z/t) = z`, the second term given by an operator that knows g* by itself.
fn check_moreau(
    name: &str,
    g: &(impl Prox<f64> + ?Sized),
    prox_of_conjugate: impl Fn(&Array1<f64>, f64) -> Array1<f64>,
    z: &Array1<f64>,
    tolerance: f64,
) -> Result<(), TestCaseError> {
    for step in STEPS {
        let sum = prox(g, z, step) + prox_of_conjugate(&(z / step), 1.0 / step) * step;
        prop_assert!(close(&sum, z, tolerance), "{name}, step {step}: {sum} is not {z}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn minimises_its_definition(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let mut stream = Stream::new(seed, "minimises", &[]);
        for case in convex(&mut stream, (rows, cols)) {
            check_minimises(case.name, &case.operator, &mut stream, rows * cols)?;
        }
        let l0 = L0::new(stream.uniform_in(0.05, 2.0)).unwrap();
        check_minimises("L0", &l0, &mut stream, rows * cols)?;
    }

    #[test]
    fn on_the_line_no_search_finds_less(seed: u64, step in 0.01_f64..20.0) {
        let mut stream = Stream::new(seed, "line", &[]);
        let l0 = L0::new(stream.uniform_in(0.05, 2.0)).unwrap();
        let mut cases: Vec<(&str, Box<dyn Prox<f64>>)> = vec![("L0", Box::new(l0))];
        for case in convex::<f64>(&mut stream, (1, 1)) {
            cases.push((case.name, Box::new(case.operator)));
        }
        for (name, operator) in cases {
            let z = vector(&mut stream, 1);
            let least = objective(&operator, &prox(&operator, &z, step), &z, step);
            let width = 3.0 + z[0].abs();
            let found = least_on_line(|u| objective(&operator, &array![u], &z, step), -width, width);
            prop_assert!(least <= found + 1e-12 * (1.0 + found.abs() + z[0] * z[0] / step), "{name}: {least} > {found} for {z}");
        }
    }

    #[test]
    fn separable_operators_act_on_each_coordinate(seed: u64, n in 1_usize..9, step in 0.01_f64..20.0) {
        let mut stream = Stream::new(seed, "separable", &[]);
        for case in convex::<f64>(&mut stream, (n, 1)).into_iter().filter(|c| c.separable) {
            let z = vector(&mut stream, n);
            let whole = prox(&case.operator, &z, step);
            for i in 0..n {
                prop_assert_eq!(whole[i], prox(&case.operator, &array![z[i]], step)[0], "{}", case.name);
            }
        }
    }

    #[test]
    fn moreau_with_independent_conjugates(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let n = rows * cols;
        let mut stream = Stream::new(seed, "moreau", &[]);
        let lambda = stream.uniform_in(0.05, 2.0);
        let z = vector(&mut stream, n);
        let with = |operator: Box<dyn Prox<f64>>| move |y: &Array1<f64>, s: f64| prox(&operator, y, s);

        let ball = || Box::new(LinfBall::new(lambda).unwrap());
        check_moreau("L1", &L1::new(lambda).unwrap(), with(ball()), &z, 1e-14)?;
        check_moreau("LinfBall", &ball(), with(Box::new(L1::new(lambda).unwrap())), &z, 1e-14)?;
        check_moreau("L2Norm", &L2Norm::new(lambda).unwrap(), with(Box::new(L2Ball::new(lambda).unwrap())), &z, 1e-14)?;
        check_moreau("L2Ball", &L2Ball::new(lambda).unwrap(), with(Box::new(L2Norm::new(lambda).unwrap())), &z, 1e-14)?;
        let inverse = SquaredL2::new(1.0 / lambda).unwrap();
        check_moreau("SquaredL2", &SquaredL2::new(lambda).unwrap(), with(Box::new(inverse)), &z, 1e-14)?;
        let below = BoxConstraint::uniform(f64::NEG_INFINITY, lambda).unwrap();
        check_moreau("NonNegativeL1", &NonNegativeL1::new(lambda).unwrap(), with(Box::new(below)), &z, 1e-14)?;

        let weights: Array1<f64> = stream.uniform_array(n);
        let bounds = &weights * lambda;
        let weighted = WeightedL1::new(lambda, weights).unwrap();
        let dual = BoxConstraint::new(-&bounds, bounds).unwrap();
        check_moreau("WeightedL1", &weighted, with(Box::new(dual)), &z, 1e-14)?;

        let group = GroupL2::contiguous(lambda, n, 2).unwrap();
        let per_group = |y: &Array1<f64>, s: f64| {
            let ball = L2Ball::new(lambda).unwrap();
            let mut p = y.clone();
            p.axis_chunks_iter_mut(Axis(0), 2).for_each(|part| ball.apply(part, s));
            p
        };
        check_moreau("GroupL2", &group, per_group, &z, 1e-14)?;

        let spectral_ball = |y: &Array1<f64>, _: f64| {
            let mut svd = svd(y.to_shape((rows, cols)).unwrap().view()).unwrap();
            svd.u *= &svd.s.mapv(|s| s.min(lambda));
            svd.u.dot(&svd.vt).into_shape_with_order(n).unwrap()
        };
        check_moreau("NuclearNorm", &NuclearNorm::new(lambda, (rows, cols)).unwrap(), spectral_ball, &z, 1e-13)?;

        // The conjugate of the l1 ball is lambda ||.||_inf, whose prox clamps at the best level tau.
        let infinity_norm = |y: &Array1<f64>, s: f64| {
            let excess = |tau: f64| y.iter().map(|x| (x.abs() - tau).max(0.0).powi(2)).sum::<f64>() / (2.0 * s);
            let top = y.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            let tau = prox_on_line(|tau| lambda * tau + excess(tau), 0.0, f64::INFINITY, 0.0, top);
            y.mapv(|x| x.clamp(-tau, tau))
        };
        check_moreau("L1Ball", &L1Ball::new(lambda).unwrap(), infinity_norm, &z, 1e-6)?;

        let (l1, l2) = (lambda, stream.uniform_in(0.1, 2.0));
        let numerical = |y: &Array1<f64>, s: f64| {
            let conjugate = |u: f64| (u.abs() - l1).max(0.0).powi(2) / (2.0 * l2);
            y.mapv(|x| prox_on_line(conjugate, x, s, -x.abs(), x.abs()))
        };
        check_moreau("ElasticNet", &ElasticNet::new(l1, l2).unwrap(), numerical, &z, 1e-6)?;

        let (low, high) = (-stream.uniform_in(0.1, 2.0), stream.uniform_in(0.1, 2.0));
        let support = |y: &Array1<f64>, s: f64| {
            y.mapv(|x| prox_on_line(|u| (low * u).max(high * u), x, s, -x.abs(), x.abs()))
        };
        check_moreau("BoxConstraint", &BoxConstraint::uniform(low, high).unwrap(), support, &z, 1e-6)?;
    }

    #[test]
    fn conjugate_adaptor_equals_the_known_conjugate(seed: u64, n in 1_usize..12, step in 0.01_f64..20.0) {
        let mut stream = Stream::new(seed, "adaptor", &[]);
        let (lambda, z) = (stream.uniform_in(0.05, 2.0), vector(&mut stream, n));
        let l1 = (prox(&Conjugate::new(L1::new(lambda).unwrap()), &z, step), prox(&LinfBall::new(lambda).unwrap(), &z, step));
        let l2 = (prox(&Conjugate::new(L2Norm::new(lambda).unwrap()), &z, step), prox(&L2Ball::new(lambda).unwrap(), &z, step));
        let dual = SquaredL2::new(1.0 / lambda).unwrap();
        let square = (prox(&Conjugate::new(SquaredL2::new(lambda).unwrap()), &z, step), prox(&dual, &z, step));
        for (name, (got, want)) in [("L1", l1), ("L2Norm", l2), ("SquaredL2", square)] {
            let size = 1.0 + z.dot(&z).sqrt();
            prop_assert!((&got - &want).iter().all(|d| d.abs() <= 1e-14 * size), "{name}: {got} is not {want}");
        }
    }

    #[test]
    fn conjugate_adaptor_twice_is_the_penalty(seed: u64, rows in 1_usize..4, cols in 1_usize..4, step in 0.01_f64..20.0) {
        let mut stream = Stream::new(seed, "twice", &[]);
        let z = vector(&mut stream, rows * cols);
        for case in convex::<f64>(&mut stream, (rows, cols)) {
            let want = prox(&case.operator, &z, step);
            let twice = Conjugate::new(Conjugate::new(case.operator));
            prop_assert!(close(&prox(&twice, &z, step), &want, 1e-12), "{}", case.name);
            prop_assert_eq!(twice.value(want.view()), Conjugate::new(&twice).conjugate_value(want.view()));
        }
    }

    #[test]
    fn fenchel_young(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let n = rows * cols;
        let mut stream = Stream::new(seed, "fenchel-young", &[]);
        for case in convex::<f64>(&mut stream, (rows, cols)) {
            let (name, g) = (case.name, &case.operator);
            let (u, y) = (vector(&mut stream, n), vector(&mut stream, n));
            let bound = g.value(u.view()) + g.conjugate_value(y.view());
            prop_assert!(bound >= u.dot(&y) - 1e-9 * (1.0 + u.dot(&y).abs()), "{name}: {bound} < <{u}, {y}>");
            for step in STEPS {
                // (z - p) / step is a subgradient at p: equality. A hair less than it is safely in the domain.
                let z = vector(&mut stream, n);
                let p = prox(g, &z, step);
                let y = (&z - &p) / step * (1.0 - 1e-9);
                let gap = g.value(p.view()) + g.conjugate_value(y.view()) - p.dot(&y);
                let size = 1.0 + z.dot(&z).max(p.dot(&p)) * (1.0 + 1.0 / step);
                prop_assert!(gap.abs() <= 1e-7 * size, "{name}, step {step}: gap {gap}, p {p}, y {y}");
            }
        }
    }

    #[test]
    fn the_dual_scale_is_the_largest(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        // Knows nothing but the values of the conjugate.
        struct Plain<'c>(&'c Case<f64>);
        impl Prox<f64> for Plain<'_> {
            fn value(&self, z: ArrayView1<f64>) -> f64 {
                self.0.operator.value(z)
            }
            fn apply(&self, z: ArrayViewMut1<f64>, step: f64) {
                self.0.operator.apply(z, step);
            }
        }
        impl FenchelConjugate<f64> for Plain<'_> {
            fn conjugate_value(&self, y: ArrayView1<f64>) -> f64 {
                self.0.operator.conjugate_value(y)
            }
        }
        let mut stream = Stream::new(seed, "dual scale", &[]);
        for case in convex::<f64>(&mut stream, (rows, cols)) {
            let y = vector(&mut stream, rows * cols);
            let (known, found) = (case.operator.dual_scale(y.view()), Plain(&case).dual_scale(y.view()));
            prop_assert!((0.0..=1.0).contains(&known), "{}: {known}", case.name);
            let inside = case.operator.conjugate_value((&y * known).view());
            prop_assert!(inside < f64::INFINITY, "{}: {known} times {y} is outside", case.name);
            prop_assert!((known - found).abs() <= 1e-13, "{}: {known}, by bisection {found}", case.name);
        }
    }

    #[test]
    fn firmly_non_expansive(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let mut stream = Stream::new(seed, "firm", &[]);
        for case in convex::<f64>(&mut stream, (rows, cols)) {
            let (x, y) = (vector(&mut stream, rows * cols), vector(&mut stream, rows * cols));
            for step in STEPS {
                let d = prox(&case.operator, &x, step) - prox(&case.operator, &y, step);
                let e = &x - &y;
                let slack = 1e-12 * (1.0 + x.dot(&x) + y.dot(&y));
                prop_assert!(d.dot(&d) <= d.dot(&e) + slack, "{}, step {step}: x {x}, y {y}", case.name);
            }
        }
    }

    #[test]
    fn projections_are_idempotent_and_ignore_the_step(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let mut stream = Stream::new(seed, "idempotent", &[]);
        for case in convex::<f64>(&mut stream, (rows, cols)).into_iter().filter(|c| c.constraint) {
            let z = vector(&mut stream, rows * cols);
            let p = prox(&case.operator, &z, 1.0);
            prop_assert_eq!(case.operator.value(p.view()), 0.0, "{}", case.name);
            prop_assert_eq!(&prox(&case.operator, &p, 1.0), &p, "{}", case.name);
            prop_assert_eq!(&prox(&case.operator, &z, 20.0), &p, "{}", case.name);
        }
    }

    #[test]
    fn step_zero_is_the_identity(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let mut stream = Stream::new(seed, "zero step", &[]);
        let z = vector(&mut stream, rows * cols);
        let finite = |name: &str| !name.starts_with("Conjugate") && name != "NonNegativeL1";
        for case in convex::<f64>(&mut stream, (rows, cols)).into_iter().filter(|c| !c.constraint && finite(c.name)) {
            let tolerance = if case.name == "NuclearNorm" { 1e-13 } else { 0.0 };
            prop_assert!(close(&prox(&case.operator, &z, 0.0), &z, tolerance), "{}", case.name);
        }
        prop_assert_eq!(prox(&L0::new(1.0).unwrap(), &z, 0.0), z.clone());
        prop_assert_eq!(prox(&NonNegativeL1::new(1.0).unwrap(), &z, 0.0), z.mapv(|x| x.max(0.0)));
    }

    #[test]
    fn nan_is_never_lost(seed: u64, rows in 1_usize..5, cols in 1_usize..4) {
        let n = rows * cols;
        let mut stream = Stream::new(seed, "nan", &[]);
        let mut z = vector(&mut stream, n);
        let at = stream.below(n);
        z[at] = f64::NAN;
        let mut cases: Vec<(&str, Box<dyn Prox<f64>>)> = vec![("L0", Box::new(L0::new(1.0).unwrap()))];
        for case in convex::<f64>(&mut stream, (rows, cols)) {
            prop_assert!(case.operator.conjugate_value(z.view()).is_nan(), "{}", case.name);
            cases.push((case.name, Box::new(case.operator)));
        }
        for (name, operator) in cases {
            prop_assert!(operator.value(z.view()).is_nan(), "{name}: value {}", operator.value(z.view()));
            let p = prox(&operator, &z, 1.0);
            prop_assert!(p[at].is_nan(), "{name}: {z} became {p}");
        }
    }

    #[test]
    fn single_precision_follows_double(seed: u64, rows in 1_usize..5, cols in 1_usize..4, step in 0.01_f64..20.0) {
        let mut stream = Stream::new(seed, "f32", &[]);
        let mut again = stream.clone();
        let double = convex::<f64>(&mut stream, (rows, cols));
        let single = convex::<f32>(&mut again, (rows, cols));
        let z = vector(&mut stream, rows * cols);
        for (d, s) in double.iter().zip(&single) {
            let p = prox(&d.operator, &z, step);
            let q = prox(&s.operator, &z.mapv(|x| x as f32), step as f32);
            // Moreau's identity cancels numbers of the size of z.
            let size = 1.0 + z.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            let error = p.iter().zip(&q).fold(0.0, |m: f64, (p, q)| m.max((p - f64::from(*q)).abs()));
            prop_assert!(error <= 4e-6 * size, "{}: {p} and {q}", d.name);
            prop_assert!(!s.constraint || s.operator.value(q.view()) == 0.0, "{}", s.name);
        }
    }
}

#[test]
fn the_hard_threshold_expands_distances() {
    // Two points 0.02 apart on either side of the threshold sqrt(2) end 1.42 apart.
    let l0 = L0::new(1.0).unwrap();
    let d = prox(&l0, &array![1.42], 1.0) - prox(&l0, &array![1.40], 1.0);
    assert!(d[0] > 1.4);
}

#[test]
fn rows_are_independent_of_threads() {
    let batch: Array2<f64> = Stream::new(3, "batch", &[]).normal_array((50, 12));
    let mut stream = Stream::new(4, "operators", &[]);
    for case in convex::<f64>(&mut stream, (4, 3)) {
        let run = |threads| {
            let mut z = batch.clone();
            parallel::with_threads(threads, || apply_rows(&*case.operator, z.view_mut(), 0.7)).unwrap();
            z
        };
        let one = run(1);
        assert_eq!(one, run(4), "{}", case.name);
        let values = row_values(&*case.operator, one.view());
        for (i, row) in batch.outer_iter().enumerate() {
            let p = prox(&case.operator, &row.to_owned(), 0.7);
            assert_eq!(p, one.row(i), "{}", case.name);
            assert_eq!(values[i], case.operator.value(p.view()), "{}", case.name);
        }
    }
}

#[test]
fn strided_views_give_the_same_result() {
    let mut stream = Stream::new(5, "strided", &[]);
    let z = vector(&mut stream, 12);
    for case in convex::<f64>(&mut stream, (4, 3)) {
        let mut wide = Array2::zeros((12, 2));
        wide.column_mut(1).assign(&z);
        case.operator.apply(wide.column_mut(1), 0.7);
        assert_eq!(wide.column(1), prox(&case.operator, &z, 0.7), "{}", case.name);
        assert!(wide.column(0).iter().all(|x| *x == 0.0));
    }
}

#[test]
#[should_panic(expected = "the step must be finite and at least 0, got -1")]
fn negative_steps_are_refused() {
    prox(&L1::new(1.0).unwrap(), &array![1.0], -1.0);
}

#[test]
#[should_panic(expected = "made for vectors of length 2, got one of length 3")]
fn lengths_are_checked() {
    prox(&WeightedL1::new(1.0, array![1.0, 1.0]).unwrap(), &array![1.0, 2.0, 3.0], 1.0);
}
