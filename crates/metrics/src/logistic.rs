//! `argmin_(W, b) 1/n sum_i -ln softmax(W' x_i + b)_(y_i) + penalty/2 |W|^2`, by Newton's method

use latent_numeric::linalg::Cholesky;
use latent_numeric::matmul::matmul;
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip, concatenate, s};

/// The most steps of Newton's method, and of conjugate gradients within one.
const STEPS: usize = 200;

/// Up to so many weights and biases, steps are solved for directly.
const DIRECT: usize = 300;

/// Where it has converged: the largest slope, of features with deviation one and losses in nats.
const TOLERANCE: f64 = 1e-9;

/// Multinomial logistic regression on standardised features.
pub struct Logistic {
    mean: Array1<f64>,
    /// One over the deviation; zero of a feature that is constant.
    scale: Array1<f64>,
    /// With the bias as the last row, (features + 1, classes).
    weights: Array2<f64>,
    /// Whether every slope is nothing but rounding.
    pub converged: bool,
}

/// Mean and one over the deviation of each column, zero for a constant one.
pub fn standardizer(x: &Array2<f64>) -> [Array1<f64>; 2] {
    let (mut means, mut scales) = (Array1::zeros(x.ncols()), Array1::zeros(x.ncols()));
    for (j, column) in x.columns().into_iter().enumerate() {
        let first = column[0];
        if column.iter().all(|&value| value == first) {
            means[j] = first;
            continue;
        }
        // In units of the largest distance from one of them, no square overflows or vanishes.
        let unit = column.iter().fold(0.0_f64, |unit, value| unit.max((value - first).abs()));
        let shares = column.mapv(|value| (value - first) / unit);
        means[j] = first + unit * shares.mean().expect("rows");
        scales[j] = 1.0 / (unit * shares.std(0.0));
    }
    [means, scales]
}

impl Logistic {
    /// Fitted to convergence; the problem is strictly convex up to a number added to all biases. Nothing is random.
    pub fn fit(x: &Array2<f64>, labels: &[usize], classes: usize, penalty: f64) -> Self {
        let [mean, scale] = standardizer(x);
        let mut this = Self { mean, scale, weights: Array2::zeros((x.ncols() + 1, classes)), converged: false };
        let rows = this.standardized(x);
        let problem = Problem { rows, labels, penalty };
        let mut value = problem.value(&this.weights);
        for _ in 0..STEPS {
            let shares = softmax(matmul(problem.rows.view(), this.weights.view()));
            let slope = problem.slope(&this.weights, &shares);
            if slope.iter().all(|slope| slope.abs() <= TOLERANCE) {
                this.converged = true;
                break;
            }
            let step = problem.newton(&slope, &shares);
            let descent = (&step * &slope).sum();
            let mut length = 1.0;
            let improved = loop {
                let weights = &this.weights + &(&step * length);
                let next = problem.value(&weights);
                if next <= value + 1e-4 * length * descent {
                    break Some((weights, next));
                }
                length *= 0.5;
                if length < f64::EPSILON {
                    break None;
                }
            };
            // Rounding leaves nothing to gain.
            let Some((weights, next)) = improved else { break };
            (this.weights, value) = (weights, next);
        }
        this
    }

    fn standardized(&self, x: &Array2<f64>) -> Array2<f64> {
        let rows = (x - &self.mean) * &self.scale;
        concatenate![Axis(1), rows, Array2::ones((x.nrows(), 1))]
    }

    /// The probability of each class, (n, classes).
    pub fn probabilities(&self, x: &Array2<f64>) -> Array2<f64> {
        softmax(matmul(self.standardized(x).view(), self.weights.view()))
    }

    /// The likeliest class of each row, of equally likely ones the first.
    pub fn classes(&self, x: &Array2<f64>) -> Vec<usize> {
        let logits = matmul(self.standardized(x).view(), self.weights.view());
        let best = |row: ndarray::ArrayView1<f64>| {
            (0..row.len()).reduce(|best, class| if row[class] > row[best] { class } else { best }).expect("classes")
        };
        logits.rows().into_iter().map(best).collect()
    }
}

struct Problem<'a> {
    /// With a column of ones at the end.
    rows: Array2<f64>,
    labels: &'a [usize],
    penalty: f64,
}

impl Problem<'_> {
    fn n(&self) -> f64 {
        self.rows.nrows() as f64
    }

    /// The weights without biases.
    fn penalized(weights: &Array2<f64>) -> ArrayView2<'_, f64> {
        weights.slice(s![..-1, ..])
    }

    fn value(&self, weights: &Array2<f64>) -> f64 {
        let logits = matmul(self.rows.view(), weights.view());
        let losses = logits.rows().into_iter().zip(self.labels).map(|(row, &label)| {
            let largest = row.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
            row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() - (row[label] - largest)
        });
        let squares: f64 = Self::penalized(weights).iter().map(|w| w * w).sum();
        losses.sum::<f64>() / self.n() + 0.5 * self.penalty * squares
    }

    fn slope(&self, weights: &Array2<f64>, shares: &Array2<f64>) -> Array2<f64> {
        let mut excess = shares.clone();
        self.labels.iter().enumerate().for_each(|(i, &label)| excess[[i, label]] -= 1.0);
        let mut slope = matmul(self.rows.t(), excess.view()) / self.n();
        slope.slice_mut(s![..-1, ..]).scaled_add(self.penalty, &Self::penalized(weights));
        slope
    }

    fn curvature(&self, direction: &Array2<f64>, shares: &Array2<f64>) -> Array2<f64> {
        let mut change = matmul(self.rows.view(), direction.view());
        Zip::from(change.rows_mut()).and(shares.rows()).for_each(|mut change, shares| {
            let mean = change.dot(&shares);
            Zip::from(&mut change).and(shares).for_each(|change, &share| *change = share * (*change - mean));
        });
        let mut curvature = matmul(self.rows.t(), change.view()) / self.n();
        curvature.slice_mut(s![..-1, ..]).scaled_add(self.penalty, &Self::penalized(direction));
        curvature
    }

    /// The step `-H^-1 g`.
    fn newton(&self, slope: &Array2<f64>, shares: &Array2<f64>) -> Array2<f64> {
        let direct = if slope.len() <= DIRECT { self.direct(slope, shares) } else { None };
        direct.unwrap_or_else(|| self.conjugate(slope, shares))
    }

    /// By a decomposition of `H`; `None` if it is not positive definite up to rounding.
    fn direct(&self, slope: &Array2<f64>, shares: &Array2<f64>) -> Option<Array2<f64>> {
        let (width, classes) = slope.dim();
        let mut curvature = Array2::zeros((width * classes, width * classes));
        for a in 0..classes {
            for b in 0..=a {
                let own = if a == b { 1.0 } else { 0.0 };
                let weights = Zip::from(shares.column(a)).and(shares.column(b)).map_collect(|p, q| p * (own - q));
                let weighted = &self.rows * &weights.insert_axis(Axis(1));
                let mut block = matmul(self.rows.t(), weighted.view()) / self.n();
                // What is added to all biases alike changes nothing; the slope has no part along it.
                block[[width - 1, width - 1]] += 1.0;
                (0..width - 1).for_each(|j| block[[j, j]] += own * self.penalty);
                curvature.slice_mut(s![a * width..(a + 1) * width, b * width..(b + 1) * width]).assign(&block);
            }
        }
        let cholesky = Cholesky::new(curvature.view()).ok()?;
        let right: Array1<f64> = slope.t().iter().map(|slope| -slope).collect();
        let step = cholesky.solve(right.view());
        step.iter()
            .all(|x| x.is_finite())
            .then(|| Array2::from_shape_fn((width, classes), |(j, a)| step[a * width + j]))
    }

    /// By conjugate gradients, as exact as the slope is small.
    fn conjugate(&self, slope: &Array2<f64>, shares: &Array2<f64>) -> Array2<f64> {
        let dot = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum();
        let mut step = Array2::zeros(slope.dim());
        let mut residual = -slope;
        let mut direction = residual.clone();
        let mut square = dot(&residual, &residual);
        let size = square.sqrt();
        let enough = square * size.min(0.1).powi(2);
        for _ in 0..STEPS {
            let image = self.curvature(&direction, shares);
            let bend = dot(&direction, &image);
            if bend <= 0.0 {
                break;
            }
            let length = square / bend;
            step.scaled_add(length, &direction);
            residual.scaled_add(-length, &image);
            let next = dot(&residual, &residual);
            if next <= enough {
                break;
            }
            direction = &residual + &(&direction * (next / square));
            square = next;
        }
        step
    }
}

fn softmax(mut logits: Array2<f64>) -> Array2<f64> {
    for mut row in logits.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
        row.mapv_inplace(|x| (x - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    logits
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn it_converges_and_units_do_not_matter(seed: u64, n in 4_usize..60, d in 1_usize..5, unit in -200_i32..200) {
            let mut stream = Stream::new(seed, "features", &[]);
            let x: Array2<f64> = stream.normal_array((n, d));
            let labels: Vec<usize> = (0..n).map(|_| stream.below(3)).collect();
            let fitted = Logistic::fit(&x, &labels, 3, 1e-3);
            prop_assert!(fitted.converged);
            let scaled = &x * 2.0_f64.powi(unit);
            let other = Logistic::fit(&scaled, &labels, 3, 1e-3);
            let apart = fitted.probabilities(&x) - other.probabilities(&scaled);
            prop_assert!(apart.iter().all(|d| d.abs() < 1e-6));
        }
    }

    /// Both ways to solve for a step come to the same.
    #[test]
    fn many_weights_are_as_few() {
        let mut stream = Stream::new(1, "features", &[]);
        let x: Array2<f64> = stream.normal_array((80, 40));
        let labels: Vec<usize> = (0..80).map(|_| stream.below(10)).collect();
        let fitted = Logistic::fit(&x, &labels, 10, 1e-2);
        assert!(fitted.converged && fitted.weights.len() > DIRECT);
        let problem = Problem { rows: fitted.standardized(&x), labels: &labels, penalty: 1e-2 };
        let start = Array2::zeros(fitted.weights.dim());
        let shares = softmax(matmul(problem.rows.view(), start.view()));
        let slope = problem.slope(&start, &shares);
        let step = problem.direct(&slope, &shares).unwrap();
        let apart = problem.curvature(&step, &shares) + slope;
        assert!(apart.iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn of_constant_features_the_frequencies_remain() {
        let x = Array2::from_elem((4, 2), 0.1);
        let shares = Logistic::fit(&x, &[0, 1, 1, 1], 2, 1.0).probabilities(&x);
        assert!((shares[[0, 0]] - 0.25).abs() < 1e-8);
    }
}
