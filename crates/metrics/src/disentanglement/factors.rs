//! Codes beside the factors that data were made from.

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2, Axis};

/// One factor: its values numbered from zero in ascending order.
pub struct Factor {
    pub values: Vec<usize>,
    /// How many samples have each value.
    pub counts: Vec<usize>,
}

impl Factor {
    pub fn of(values: impl Iterator<Item = usize> + Clone) -> Self {
        let mut levels: Vec<usize> = values.clone().collect();
        levels.sort_unstable();
        levels.dedup();
        let values: Vec<usize> =
            values.map(|value| levels.binary_search(&value).expect("a value that was seen")).collect();
        let mut counts = vec![0; levels.len()];
        values.iter().for_each(|&value| counts[value] += 1);
        Self { values, counts }
    }

    pub fn levels(&self) -> usize {
        self.counts.len()
    }

    pub fn varies(&self) -> bool {
        self.levels() > 1
    }

    /// In nats.
    pub fn entropy(&self) -> f64 {
        let n = self.values.len() as f64;
        self.counts.iter().map(|&count| count as f64 / n).map(|p| -p * p.ln()).sum()
    }

    /// The places of the values among those that occur, as numbers.
    pub fn numbers(&self) -> Vec<f64> {
        self.values.iter().map(|&value| value as f64).collect()
    }

    /// The samples of each value.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups = vec![Vec::new(); self.levels()];
        self.values.iter().enumerate().for_each(|(i, &value)| groups[value].push(i));
        groups
    }
}

/// Codes, (samples, codes), and the factors of the same samples.
pub struct Coded {
    pub codes: Array2<f64>,
    pub factors: Vec<Factor>,
}

impl Coded {
    pub fn of<E: Scalar>(
        input: Input,
        codes: ArrayView2<'_, E>,
        factors: ArrayView2<'_, usize>,
    ) -> Result<Self, MetricError> {
        input.same("rows of factors", factors.nrows(), codes.nrows())?;
        let codes = input.rows("codes", codes, 2)?;
        input.at_least("factors", factors.ncols(), 1)?;
        let factors: Vec<Factor> =
            factors.axis_iter(Axis(1)).map(|column| Factor::of(column.to_vec().into_iter())).collect();
        if factors.iter().any(Factor::varies) {
            Ok(Self { codes, factors })
        } else {
            Err(MetricError::NothingVaries { metric: input.0, what: "factors" })
        }
    }

    /// The factors that take two values or more.
    pub fn varying(&self) -> Vec<usize> {
        (0..self.factors.len()).filter(|&factor| self.factors[factor].varies()).collect()
    }

    /// The samples of each value of each factor.
    pub fn groups(&self) -> Vec<Vec<Vec<usize>>> {
        self.factors.iter().map(Factor::groups).collect()
    }
}
