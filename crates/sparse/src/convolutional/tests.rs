//! Identities of the parts.

use super::Filters;
use super::filter_update::{project, round};
use super::operator::Operator;
use super::statistics::Statistics;
use approx::assert_abs_diff_eq;
use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, Array3, Zip};
use proptest::prelude::*;

/// Small filters, and one in four times such large ones that they go through their spectra.
fn operators() -> impl Strategy<Value = (Operator<f64>, Stream)> {
    let small = (1_usize..4, 1_usize..4, 1_usize..5, 1_usize..5);
    let large = (1_usize..6, 1_usize..3, 20_usize..23, 20_usize..23);
    let shape = prop_oneof![3 => small, 1 => large];
    (any::<u64>(), shape, 0_usize..12, 0_usize..12).prop_map(|(seed, (k, c, h, w), below, right)| {
        let mut stream = Stream::new(seed, "operator", &[]);
        let filters = Filters::new(stream.normal_array((k, c, h, w))).unwrap();
        (Operator::new(&filters, h + below, w + right), stream)
    })
}

fn inner(a: &Array3<f64>, b: &Array3<f64>) -> f64 {
    Zip::from(a).and(b).fold(0.0, |s, &a, &b| s + a * b)
}

/// Maps of which about this part is not zero.
fn maps(operator: &Operator<f64>, part: f64, stream: &mut Stream) -> Vec<f64> {
    (0..operator.len()).map(|_| if stream.bernoulli(part) { stream.normal() } else { 0.0 }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn adjoint((operator, mut stream) in operators(), part in prop::sample::select(vec![0.03, 1.0])) {
        let z = maps(&operator, part, &mut stream);
        let image: Array3<f64> = stream.normal_array(operator.image().dim());
        let dz = operator.synthesize(&z);
        let back = operator.adjoint(&image);
        let (one, other) = (inner(&dz, &image), z.iter().zip(&back).map(|(z, g)| z * g).sum::<f64>());
        assert_abs_diff_eq!(one, other, epsilon = 1e-10 * (1.0 + one.abs()));
        // A pass sees the same correlations and convolves what it is left.
        let mut copy = z.clone();
        let visit = |[z]: [&mut [f64]; 1], g: &[f64], out: &mut [f64], sum: &mut f64| {
            out.copy_from_slice(z);
            *sum += z.iter().zip(g).map(|(z, g)| z * g).sum::<f64>();
        };
        let (image_of_pass, sums) = operator.sweep(Some(&image), [&mut copy], visit);
        prop_assert!(inner(&(&image_of_pass - &dz), &(&image_of_pass - &dz)) <= 1e-20 * (1.0 + inner(&dz, &dz)));
        assert_abs_diff_eq!(sums.iter().sum::<f64>(), other, epsilon = 1e-10 * (1.0 + other.abs()));
    }

    /// The products are those of the definition, whichever way they are computed.
    #[test]
    fn products_are_those_of_the_definition((operator, mut stream) in operators(), part in prop::sample::select(vec![0.001, 0.03, 1.0])) {
        let z = maps(&operator, part, &mut stream);
        let (h, w) = operator.size;
        let mut want = operator.image();
        for (at, &z) in z.iter().enumerate().filter(|(_, z)| **z != 0.0) {
            let (i, k, j) = (at / operator.row_len(), at / operator.columns % operator.filters, at % operator.columns);
            for (pixel, &d) in operator.filter(k).iter().enumerate() {
                let (c, a, b) = (pixel / (h * w), pixel / w % h, pixel % w);
                want[[c, (i + a) % operator.rows, (j + b) % operator.columns]] += z * d;
            }
        }
        let got = operator.synthesize(&z);
        let scale = 1.0 + want.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        prop_assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() <= 1e-12 * scale));
        let threads = |threads| latent_numeric::parallel::with_threads(threads, || (operator.synthesize(&z), operator.adjoint(&want))).unwrap();
        prop_assert!(threads(1) == threads(3));
    }

    #[test]
    fn normal_inverse((operator, mut stream) in operators(), shift in 0.1_f64..3.0) {
        let image: Array3<f64> = stream.normal_array(operator.image().dim());
        let g = operator.apply_inverse(&operator.normal_inverse(shift), &image);
        let back = operator.synthesize(&operator.adjoint(&g)) + &g * shift;
        for (got, want) in back.iter().zip(&image) {
            assert_abs_diff_eq!(got, want, epsilon = 1e-9);
        }
    }

    #[test]
    fn lipschitz_is_the_largest_eigenvalue((operator, _) in operators()) {
        let pixels = operator.image().len();
        prop_assume!(pixels <= 120);
        let mut normal = Array2::zeros((pixels, pixels));
        for pixel in 0..pixels {
            let mut unit = operator.image();
            unit.as_slice_mut().unwrap()[pixel] = 1.0;
            let column = operator.synthesize(&operator.adjoint(&unit));
            normal.column_mut(pixel).assign(&Array1::from_iter(column.iter().copied()));
        }
        let want = *symmetric_eigen(normal.view()).unwrap().values.last().unwrap();
        prop_assert!((operator.lipschitz() - want).abs() <= 1e-9 * (1.0 + want), "{} {want}", operator.lipschitz());
    }

    #[test]
    fn statistics_give_the_fit((operator, mut stream) in operators(), part in 0.05_f64..1.0) {
        let z = maps(&operator, part, &mut stream);
        let image: Array3<f64> = stream.normal_array(operator.image().dim());
        let statistics = Statistics::of(&operator, &image, &z);
        let r = &image - &operator.synthesize(&z);
        let fit = 0.5 * inner(&r, &r);
        // 1/2 ||s||^2 - <B, d> + 1/2 <d, A d>
        let mut quadratic = 0.0;
        for k in 0..operator.filters {
            let mut rest = vec![0.0; operator.filter(k).len()];
            for l in 0..operator.filters {
                statistics.subtract(k, l, operator.filter(l), &mut rest);
            }
            let samples = statistics.samples.row(k);
            for ((d, rest), b) in operator.filter(k).iter().zip(&rest).zip(samples) {
                quadratic += d * (-0.5 * rest - b);
            }
        }
        let want = 0.5 * inner(&image, &image) + quadratic;
        assert_abs_diff_eq!(fit, want, epsilon = 1e-9 * (1.0 + fit));
    }

    #[test]
    fn a_round_never_worsens_the_fit((operator, mut stream) in operators(), part in 0.05_f64..1.0, zero_mean: bool) {
        let z = maps(&operator, part, &mut stream);
        let image: Array3<f64> = stream.normal_array(operator.image().dim());
        let (h, w) = operator.size;
        let mean = (zero_mean && h * w > 1).then_some(h * w);
        let mut filters: Array2<f64> = stream.normal_array((operator.filters, operator.channels * h * w));
        for filter in filters.rows_mut() {
            project(filter, mean);
        }
        let statistics = Statistics::of(&operator, &image, &z);
        let fit = |filters: &Array2<f64>| {
            let shape = (operator.filters, operator.channels, h, w);
            let filters = Filters::new(filters.clone().into_shape_with_order(shape).unwrap()).unwrap();
            let r = &image - &operator.with_filters(&filters).synthesize(&z);
            0.5 * inner(&r, &r)
        };
        let mut before = fit(&filters);
        for _ in 0..5 {
            round(&statistics, &mut filters, mean);
            let after = fit(&filters);
            prop_assert!(after <= before + 1e-9 * (1.0 + before), "{before} {after}");
            before = after;
        }
        for filter in filters.rows() {
            prop_assert!(filter.dot(&filter) <= 1.0 + 1e-12);
        }
    }

    #[test]
    fn projection_is_the_nearest_feasible_filter(seed: u64, channels in 1_usize..3, pixels in 2_usize..9, zero_mean: bool) {
        let mut stream = Stream::new(seed, "filter", &[]);
        let mean = zero_mean.then_some(pixels);
        let d: Array1<f64> = stream.normal_array(channels * pixels);
        let mut nearest = d.clone();
        project(nearest.view_mut(), mean);
        let distance = |a: &Array1<f64>| (a - &d).mapv(|e| e * e).sum();
        for _ in 0..20 {
            let mut other: Array1<f64> = stream.normal_array(channels * pixels);
            project(other.view_mut(), mean);
            // Any feasible point between the two is no nearer.
            let between = &nearest + &((&other - &nearest) * stream.uniform::<f64>());
            prop_assert!(distance(&nearest) <= distance(&between) + 1e-12);
        }
    }
}
