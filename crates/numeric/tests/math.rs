//! The elementary functions against results of mpmath (`golden/elementary.py`), and `f32` against `f64`.

use approx::assert_abs_diff_eq;
use latent_numeric::math;
use latent_numeric::random::Stream;
use proptest::prelude::*;

/// A function in place: its name, in `f32` and in `f64`.
type Function = (&'static str, fn(&mut [f32]), fn(&mut [f64]));

const FUNCTIONS: [Function; 6] = [
    ("exp", math::exp, math::exp),
    ("ln", math::ln, math::ln),
    ("tanh", math::tanh, math::tanh),
    ("sigmoid", math::sigmoid, math::sigmoid),
    ("softplus", math::softplus, math::softplus),
    ("erf", math::erf, math::erf),
];

struct Point {
    x: f64,
    y: f64,
    /// The exact result minus `y`, in ulp.
    fraction: f64,
}

/// The table of a function: the one in the repository, or a larger one in `LATENT_GOLDEN_DIR`.
fn golden(name: &str) -> Vec<Point> {
    let folder = std::env::var("LATENT_GOLDEN_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden").to_owned());
    let table = std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap();
    let number = |s: &str| f64::from_bits(u64::from_str_radix(s, 16).unwrap());
    table
        .lines()
        .map(|line| {
            let mut fields = line.split(' ');
            let (x, y) = (number(fields.next().unwrap()), number(fields.next().unwrap()));
            Point { x, y, fraction: fields.next().unwrap().parse().unwrap() }
        })
        .collect()
}

/// The distance of the numbers around `y`, with the precision and range of `f32` or `f64`.
fn ulp(y: f64, digits: i32, least: i32) -> f64 {
    // Of a subnormal double this is less than `least`, whatever it is.
    let exponent = ((y.to_bits() >> 52 & 0x7ff) as i32 - 1023 - digits + 1).max(least);
    // Two steps, for 2^-1074.
    2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
}

/// The error of `got` in ulp.
fn error(got: f64, want: &Point) -> f64 {
    if got.is_nan() || want.y.is_nan() || got.is_infinite() || want.y.is_infinite() {
        return if got == want.y || got.is_nan() && want.y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // Exact: ratio of doubles that differ by a few ulp to a power of two.
    ((got - want.y) / ulp(want.y, 53, -1074) - want.fraction).abs()
}

#[test]
fn within_two_ulp_in_double_precision() {
    for (name, _, function) in FUNCTIONS {
        let points = golden(name);
        let mut got: Vec<f64> = points.iter().map(|p| p.x).collect();
        function(&mut got);
        let mut worst = (0.0, 0.0, 0.0);
        for (point, &got) in points.iter().zip(&got) {
            let error = error(got, point);
            if error > worst.0 {
                worst = (error, point.x, got);
            }
            if got == 0.0 {
                assert_eq!(
                    got.is_sign_negative(),
                    point.y.is_sign_negative(),
                    "{name}({:e}) has the wrong zero",
                    point.x
                );
            }
        }
        println!("{name}: {:.3} ulp at {:e} of {} points", worst.0, worst.1, points.len());
        assert!(worst.0 <= 2.0, "{name}({:e}) = {:e} is {} ulp off", worst.1, worst.2, worst.0);
    }
}

/// Every `stride`-th number of `f32`, against the double precision kernel, which has 29 bits more.
fn single_precision(stride: usize) {
    const CHUNK: usize = 1 << 12;
    for (name, single, double) in FUNCTIONS {
        let mut worst = (0.0, 0.0);
        for start in (0..1_usize << 32).step_by(stride * CHUNK) {
            let patterns = (start..1 << 32).step_by(stride).take(CHUNK);
            let x: Vec<f32> = patterns.map(|bits| f32::from_bits(bits as u32)).collect();
            let (mut got, mut want) = (x.clone(), x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
            single(&mut got);
            double(&mut want);
            for ((&x, &got), &want) in x.iter().zip(&got).zip(&want) {
                let rounded = want as f32;
                if !(got.is_finite() && rounded.is_finite()) {
                    let same = got == rounded || got.is_nan() && rounded.is_nan();
                    assert!(same, "{name}({x:e}) = {got:e}, not {want:e}");
                    continue;
                }
                if got == 0.0 && want == 0.0 {
                    assert_eq!(got.is_sign_negative(), want.is_sign_negative(), "{name}({x:e}) has the wrong zero");
                }
                let error = (f64::from(got) - want).abs() / ulp(want, 24, -149);
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
        println!("{name}: {:.6} ulp at {:e}", worst.0, worst.1);
        assert!(worst.0 <= 1.5, "{name}({:e}) is {} ulp off", worst.1, worst.0);
    }
}

#[test]
fn single_precision_within_an_ulp_and_a_half() {
    single_precision(997);
}

#[test]
#[ignore = "all 2^32 arguments of six functions: some minutes"]
fn single_precision_everywhere() {
    single_precision(1);
}

#[test]
fn powers_round_nearly_to_nearest() {
    let mut stream = Stream::new(5, "powers", &[]);
    let pairs = (0..1 << 20).map(|i| {
        let x = stream.normal::<f64>().abs() * (stream.normal::<f64>() * if i % 2 == 0 { 1.0 } else { 40.0 }).exp2();
        // Exponents that lead to results of all magnitudes.
        let y = if i % 4 < 2 { 4.0 * stream.normal::<f64>() } else { 110.0 * stream.uniform::<f64>() / x.ln() };
        (x as f32, y as f32)
    });
    let (x, y): (Vec<f32>, Vec<f32>) = pairs.unzip();
    let mut got = vec![0.0; x.len()];
    math::pow_into(&x, &y, &mut got);
    let mut worst = (0.0, 0.0, 0.0);
    for ((&x, &y), &got) in x.iter().zip(&y).zip(&got) {
        let want = f64::from(x).powf(f64::from(y));
        if !got.is_finite() {
            assert_eq!(got, want as f32, "{x:e}^{y:e}");
            continue;
        }
        let error = (f64::from(got) - want).abs() / ulp(want, 24, -149);
        if error > worst.0 {
            worst = (error, x, y);
        }
    }
    println!("pow: {:.6} ulp at {:e}^{:e}", worst.0, worst.1, worst.2);
    assert!(worst.0 <= 0.51, "{:e}^{:e} is {} ulp off", worst.1, worst.2, worst.0);
}

#[test]
fn the_limits_of_powers() {
    let inf = f32::INFINITY;
    let numbers = [0.0, 1e-40, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 16_777_217.0, 1e30, inf, f32::NAN];
    let numbers: Vec<f32> = numbers.iter().flat_map(|&x| [x, -x]).collect();
    for &x in &numbers {
        for &y in &numbers {
            let mut got = [0.0];
            math::pow_into(&[x], &[y], &mut got);
            let want = x.powf(y);
            let (got, close) = (got[0], (got[0] - want).abs() <= 1.2e-7 * want.abs());
            let same = got.is_sign_negative() == want.is_sign_negative() && (got == want || close);
            assert!(same || got.is_nan() && want.is_nan(), "{x:e}^{y:e} = {got:e}, not {want:e}");
        }
    }
}

#[test]
#[should_panic(expected = "math::pow_into: lengths 2, 1 and 2 differ")]
fn powers_of_different_lengths() {
    math::pow_into(&[1.0_f32, 2.0], &[1.0], &mut [0.0; 2]);
}

#[test]
fn the_limits() {
    let inf = f64::INFINITY;
    let want: [(&str, [f64; 6]); 6] = [
        // -inf, -0, 0, inf, NaN, -NaN
        ("exp", [0.0, 1.0, 1.0, inf, f64::NAN, f64::NAN]),
        ("ln", [f64::NAN, -inf, -inf, inf, f64::NAN, f64::NAN]),
        ("tanh", [-1.0, -0.0, 0.0, 1.0, f64::NAN, f64::NAN]),
        ("sigmoid", [0.0, 0.5, 0.5, 1.0, f64::NAN, f64::NAN]),
        ("softplus", [0.0, std::f64::consts::LN_2, std::f64::consts::LN_2, inf, f64::NAN, f64::NAN]),
        ("erf", [-1.0, -0.0, 0.0, 1.0, f64::NAN, f64::NAN]),
    ];
    for ((name, single, double), (of, want)) in FUNCTIONS.iter().zip(want) {
        assert_eq!(*name, of);
        let x = [-inf, -0.0, 0.0, inf, f64::NAN, -f64::NAN];
        let (mut got, mut narrow) = (x, x.map(|x| x as f32));
        double(&mut got);
        single(&mut narrow);
        for i in 0..x.len() {
            let same = |a: f64, b: f64| a.is_nan() && b.is_nan() || a.to_bits() == b.to_bits();
            assert!(same(got[i], want[i]), "{name}({}) = {}, not {}", x[i], got[i], want[i]);
            let rounded = f64::from(want[i] as f32);
            assert!(same(f64::from(narrow[i]), rounded), "{name}({}f32) = {}, not {}", x[i], narrow[i], rounded);
        }
    }
}

fn apply<E: latent_numeric::Scalar>(function: fn(&mut [E]), x: E) -> E {
    let mut x = [x];
    function(&mut x);
    x[0]
}

fn double(function: fn(&mut [f64]), x: f64) -> f64 {
    apply(function, x)
}

proptest! {
    /// Whole vectors, the rest of a slice, and one slice to another go through the same kernel.
    #[test]
    fn position_makes_no_difference(seed: u64, len in 0_usize..70, skip in 0_usize..9) {
        let mut stream = Stream::new(seed, "arguments", &[]);
        let x: Vec<f64> = (0..len).map(|_| stream.normal::<f64>() * 8.0).collect();
        let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let skip = skip.min(len);
        for (_, single, double) in FUNCTIONS {
            let (mut all, mut all_narrow) = (x.clone(), narrow.clone());
            double(&mut all[skip..]);
            single(&mut all_narrow[skip..]);
            for i in skip..len {
                prop_assert_eq!(all[i].to_bits(), apply(double, x[i]).to_bits());
                prop_assert_eq!(all_narrow[i].to_bits(), apply(single, narrow[i]).to_bits());
            }
            prop_assert_eq!(&all[..skip], &x[..skip]);
        }
        let (mut y, mut z) = (vec![0.0; len], x.clone());
        math::softplus_into(&x, &mut y);
        math::softplus(&mut z);
        prop_assert_eq!(y, z);
    }

    #[test]
    fn identities(x in prop_oneof![-3.0..3.0_f64, -40.0..40.0_f64, -700.0..700.0_f64]) {
        let x: f64 = x;
        let eps = f64::EPSILON;
        prop_assert_eq!(double(math::tanh, -x).to_bits(), (-double(math::tanh, x)).to_bits());
        prop_assert_eq!(double(math::erf, -x).to_bits(), (-double(math::erf, x)).to_bits());
        assert_abs_diff_eq!(double(math::sigmoid, x) + double(math::sigmoid, -x), 1.0, epsilon = 4.0 * eps);
        let difference = double(math::softplus, x) - double(math::softplus, -x);
        assert_abs_diff_eq!(difference, x, epsilon = 4.0 * eps * x.abs().max(1.0));
        assert_abs_diff_eq!(double(math::ln, double(math::exp, x)), x, epsilon = 4.0 * eps * x.abs().max(1.0));
        let half = double(math::tanh, 0.5 * x);
        assert_abs_diff_eq!(0.5 + 0.5 * half, double(math::sigmoid, x), epsilon = 4.0 * eps);
    }
}

#[test]
#[should_panic(expected = "math::exp_into: lengths 2 and 3 differ")]
fn slices_of_different_lengths() {
    math::exp_into(&[1.0_f32, 2.0], &mut [0.0; 3]);
}
