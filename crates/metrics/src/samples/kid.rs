//! `KID = mean_(i != j) k(x_i, x_j) + mean_(i != j) k(y_i, y_j) - 2 mean_(i, j) k(x_i, y_j)` with
//! `k(x, y) = (<x, y> / d + 1)^3`

use crate::MetricError;
use crate::input::Input;
use crate::jackknife;
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// The kernel of a [`kid`] and how it is estimated.
#[derive(Clone, Debug, PartialEq)]
pub struct KidOptions {
    /// The power of the kernel.
    pub degree: u8,
    /// What inner products are multiplied by: `None` is one over the number of features.
    pub gamma: Option<f64>,
    /// What is added before the power is taken.
    pub offset: f64,
    /// Over which samples the mean is taken.
    pub estimator: KidEstimator,
}

impl Default for KidOptions {
    /// The kernel of the paper over all samples.
    fn default() -> Self {
        Self { degree: 3, gamma: None, offset: 1.0, estimator: KidEstimator::Whole }
    }
}

/// Over which samples a [`kid`] is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KidEstimator {
    /// All pairs of all samples; the standard error is that of the jackknife over both sets.
    Whole,
    /// The mean over random subsets of both, as published (100 subsets of 1000). The standard error is the deviation
    /// over the subsets divided by the root of their number, which takes subsets of the same data for independent.
    Subsets {
        /// How many subsets.
        count: usize,
        /// Samples in each.
        size: usize,
        /// The seed of the draws: subset `s` is drawn from the streams `(seed, "kid", [s, 0])` and `[s, 1]`.
        seed: u64,
    },
}

/// A kernel distance of two samples; see [`kid`].
#[derive(Clone, Debug, PartialEq)]
pub struct Kid {
    /// The estimate, without bias: negative about half the time for equal distributions.
    pub squared: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// How many samples there are of each of the two.
    pub samples: [usize; 2],
    /// How it was estimated.
    pub estimator: KidEstimator,
}

impl Kid {
    /// The estimate less and plus so many standard errors.
    pub fn interval(&self, errors: f64) -> [f64; 2] {
        [self.squared - errors * self.standard_error, self.squared + errors * self.standard_error]
    }
}

/// The kernel inception distance: the squared maximum mean discrepancy of two samples of features with a polynomial
/// kernel, estimated without bias.
///
/// # Shapes
/// Rows are samples: (n, d) and (m, d).
///
/// # Errors
/// Fewer than three samples (of a subset: two), subsets larger than a sample, other features, elements that are not
/// finite.
///
/// # Source
/// Bińkowski, Sutherland, Arbel and Gretton, *Demystifying MMD GANs*, 2018, section 4; Gretton et al., *A kernel
/// two-sample test*, 2012, equation 3. Jackknife: Efron and Stein 1981.
///
/// ```
/// use latent_metrics::samples::{KidOptions, kid};
/// use latent_numeric::random::Stream;
/// use ndarray::Array2;
///
/// let mut stream = Stream::new(1, "samples", &[]);
/// let [real, same]: [Array2<f32>; 2] = [(); 2].map(|()| stream.normal_array((500, 4)));
/// let [low, high] = kid(real.view(), same.view(), &KidOptions::default())?.interval(3.0);
/// assert!(low < 0.0 && high > 0.0);
/// assert!(kid(real.view(), (&same + 1.0).view(), &KidOptions::default())?.interval(3.0)[0] > 0.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn kid<E: Scalar>(
    real: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
    options: &KidOptions,
) -> Result<Kid, MetricError> {
    let input = Input("KID");
    let [real, samples] = super::pair(input, real, samples, 3)?;
    let gamma = options.gamma.unwrap_or(1.0 / real.ncols() as f64);
    input.setting(gamma.is_finite() && gamma > 0.0, "gamma", gamma, "positive and finite")?;
    input.setting(options.offset.is_finite(), "offset", options.offset, "finite")?;
    input.setting(options.degree > 0, "degree", options.degree.into(), "at least 1")?;
    let kernel = Kernel { degree: options.degree.into(), gamma, offset: options.offset };
    let counts = [real.nrows(), samples.nrows()];
    let (squared, standard_error) = match options.estimator {
        KidEstimator::Whole => whole(&kernel, &real, &samples),
        KidEstimator::Subsets { count, size, seed } => {
            let most = counts[0].min(counts[1]);
            input.setting(count >= 2, "count of subsets", count as f64, "at least 2")?;
            input.setting((2..=most).contains(&size), "size of subsets", size as f64, "2 to the number of samples")?;
            subsets(&kernel, [&real, &samples], count, size, seed)
        }
    };
    Ok(Kid { squared, standard_error, samples: counts, estimator: options.estimator })
}

struct Kernel {
    degree: i32,
    gamma: f64,
    offset: f64,
}

/// Products that a thread holds at once.
const AT_ONCE: usize = 1 << 19;

/// Blocks of rows whose sums over columns are added up in order.
const BLOCKS: usize = 64;

impl Kernel {
    /// The kernels of all pairs, summed over rows and over columns.
    fn sums(&self, x: &Array2<f64>, y: &Array2<f64>) -> [Array1<f64>; 2] {
        let (n, m) = (x.nrows(), y.nrows());
        let block = parallel::rows_together(AT_ONCE, m);
        let sums = |range: std::ops::Range<usize>| {
            let mut by_row = Array1::zeros(range.len());
            let mut by_column = Array1::zeros(m);
            for start in range.clone().step_by(block) {
                let end = range.end.min(start + block);
                let mut kernels = Array2::zeros((end - start, m));
                let rows = x.slice(s![start..end, ..]);
                matmul_into(self.gamma, rows, y.t(), 0.0, kernels.view_mut(), Threads::One);
                kernels.mapv_inplace(|product| (product + self.offset).powi(self.degree));
                by_row.slice_mut(s![start - range.start..end - range.start]).assign(&kernels.sum_axis(Axis(1)));
                by_column += &kernels.sum_axis(Axis(0));
            }
            [by_row, by_column]
        };
        let parts = parallel::map_blocks(n, n.div_ceil(BLOCKS).max(block), sums);
        let by_row = parts.iter().flat_map(|[by_row, _]| by_row.iter().copied()).collect();
        let by_column = parts.iter().fold(Array1::zeros(m), |sum, [_, by_column]| sum + by_column);
        [by_row, by_column]
    }

    /// The kernels of each point with all others, summed.
    fn own(&self, x: &Array2<f64>) -> Array1<f64> {
        let [mut sums, _] = self.sums(x, x);
        for (sum, row) in sums.iter_mut().zip(x.rows()) {
            *sum -= (self.gamma * row.dot(&row) + self.offset).powi(self.degree);
        }
        sums
    }
}

fn estimate([own_x, own_y, between]: [f64; 3], n: f64, m: f64) -> f64 {
    own_x / (n * (n - 1.0)) + own_y / (m * (m - 1.0)) - 2.0 * between / (n * m)
}

fn whole(kernel: &Kernel, x: &Array2<f64>, y: &Array2<f64>) -> (f64, f64) {
    let (own_x, own_y) = (kernel.own(x), kernel.own(y));
    let [between_x, between_y] = kernel.sums(x, y);
    let (n, m) = (x.nrows() as f64, y.nrows() as f64);
    let [all_x, all_y, between] = [own_x.sum(), own_y.sum(), between_x.sum()];
    let value = estimate([all_x, all_y, between], n, m);
    // Without one sample, the sums lack its row and its column.
    let without_x = own_x.iter().zip(&between_x);
    let without_x = without_x.map(|(own, cross)| estimate([all_x - 2.0 * own, all_y, between - cross], n - 1.0, m));
    let without_y = own_y.iter().zip(&between_y);
    let without_y = without_y.map(|(own, cross)| estimate([all_x, all_y - 2.0 * own, between - cross], n, m - 1.0));
    let variance =
        jackknife::variance(&without_x.collect::<Vec<_>>()) + jackknife::variance(&without_y.collect::<Vec<_>>());
    (value, variance.sqrt())
}

fn subsets(kernel: &Kernel, sets: [&Array2<f64>; 2], count: usize, size: usize, seed: u64) -> (f64, f64) {
    let values: Vec<f64> = parallel::map(0..count, |_, subset| {
        let [x, y] = [0, 1].map(|which| {
            let order = Stream::new(seed, "kid", &[subset as u64, which as u64]).permutation(sets[which].nrows());
            sets[which].select(Axis(0), &order[..size])
        });
        let sums = [kernel.own(&x).sum(), kernel.own(&y).sum(), kernel.sums(&x, &y)[0].sum()];
        estimate(sums, size as f64, size as f64)
    });
    let n = count as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draw(seed: u64, name: &str, n: usize) -> Array2<f64> {
        Stream::new(seed, name, &[]).normal_array((n, 3))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn it_is_the_mean_over_pairs(seed: u64, n in 3_usize..9, m in 3_usize..9) {
            let (x, y) = (draw(seed, "x", n), draw(seed, "y", m));
            let k = |a: ndarray::ArrayView1<f64>, b: ndarray::ArrayView1<f64>| (a.dot(&b) / 3.0 + 1.0).powi(3);
            let mean = |a: &Array2<f64>, b: &Array2<f64>, own: bool| {
                let pairs = (0..a.nrows()).flat_map(|i| (0..b.nrows()).map(move |j| (i, j)));
                let all: Vec<f64> = pairs.filter(|(i, j)| !own || i != j).map(|(i, j)| k(a.row(i), b.row(j))).collect();
                all.iter().sum::<f64>() / all.len() as f64
            };
            let of = |x: &Array2<f64>, y: &Array2<f64>| mean(x, x, true) + mean(y, y, true) - 2.0 * mean(x, y, false);
            let found = kid(x.view(), y.view(), &KidOptions::default()).unwrap();
            prop_assert!((found.squared - of(&x, &y)).abs() < 1e-9 * (1.0 + found.squared.abs()));
            // The jackknife is that of the definition.
            let without = |x: &Array2<f64>, i: usize| {
                let kept: Vec<usize> = (0..x.nrows()).filter(|&j| j != i).collect();
                x.select(Axis(0), &kept)
            };
            let of_x: Vec<f64> = (0..n).map(|i| of(&without(&x, i), &y)).collect();
            let of_y: Vec<f64> = (0..m).map(|i| of(&x, &without(&y, i))).collect();
            let want = (jackknife::variance(&of_x) + jackknife::variance(&of_y)).sqrt();
            if n > 3 && m > 3 {
                prop_assert!((found.standard_error - want).abs() < 1e-7 * (1.0 + want));
            }
            let back = kid(y.view(), x.view(), &KidOptions::default()).unwrap();
            prop_assert!((found.squared - back.squared).abs() < 1e-9 * (1.0 + found.squared.abs()));
        }

        #[test]
        fn a_subset_of_all_is_the_whole(seed: u64, n in 3_usize..20) {
            let (x, y) = (draw(seed, "x", n), draw(seed, "y", n));
            let all = kid(x.view(), y.view(), &KidOptions::default()).unwrap().squared;
            let estimator = KidEstimator::Subsets { count: 3, size: n, seed };
            let found = kid(x.view(), y.view(), &KidOptions { estimator, ..Default::default() }).unwrap();
            prop_assert!((found.squared - all).abs() < 1e-9 * (1.0 + all.abs()));
        }
    }

    /// Over draws of equal distributions, the mean is zero, and the error is the deviation.
    #[test]
    fn it_has_no_bias_and_its_error_is_its_deviation() {
        let draws: Vec<Kid> = (0..300)
            .map(|seed| kid(draw(seed, "x", 40).view(), draw(seed, "y", 30).view(), &KidOptions::default()).unwrap())
            .collect();
        let n = draws.len() as f64;
        let mean = draws.iter().map(|kid| kid.squared).sum::<f64>() / n;
        let deviation = (draws.iter().map(|kid| (kid.squared - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        assert!(mean.abs() < 4.0 * deviation / n.sqrt(), "{mean} beside {deviation}");
        let error = draws.iter().map(|kid| kid.standard_error).sum::<f64>() / n;
        assert!((0.6..1.8).contains(&(error / deviation)), "{error} beside {deviation}");
    }
}
