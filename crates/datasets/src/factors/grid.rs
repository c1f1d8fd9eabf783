//! All combinations of the levels of some factors, numbered.

use super::Factor;
use crate::DatasetError;
use latent_numeric::random::Stream;
use ndarray::Array2;

/// A full grid: every combination of the levels of its factors, once.
///
/// Combinations are numbered in mixed radix, the last factor fastest: with counts `n_1, ..., n_k` the levels
/// `l_1, ..., l_k` have the number `(...(l_1 n_2 + l_2) n_3 + ...) n_k + l_k`.
///
/// ```
/// use latent_datasets::factors::{Factor, FactorGrid};
///
/// let grid = FactorGrid::new(vec![Factor::kinds("colour", 2)?, Factor::kinds("size", 3)?])?;
/// assert_eq!(grid.len(), 6);
/// assert_eq!(grid.levels(5), [1, 2]);
/// assert_eq!(grid.index(&[1, 0]), 3);
/// assert_eq!(grid.along(4, grid.position("size")?), [3, 4, 5]);
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FactorGrid {
    factors: Vec<Factor>,
    len: usize,
}

impl FactorGrid {
    /// The grid of these factors, the slowest first.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there are no factors, two have one name, or there are more combinations than a
    /// `usize` counts.
    pub fn new(factors: Vec<Factor>) -> Result<Self, DatasetError> {
        if factors.is_empty() {
            return Err(DatasetError::parameter("factors", "none", "at least one"));
        }
        for (i, factor) in factors.iter().enumerate() {
            if factors[..i].iter().any(|other| other.name() == factor.name()) {
                return Err(DatasetError::parameter("factors", factor.name(), "a name for each of its own"));
            }
        }
        let Some(len) = factors.iter().try_fold(1_usize, |len, factor| len.checked_mul(factor.count())) else {
            let counts: Vec<_> = factors.iter().map(|factor| factor.count().to_string()).collect();
            return Err(DatasetError::parameter("combinations", counts.join(" x "), format!("at most {}", usize::MAX)));
        };
        Ok(Self { factors, len })
    }

    /// The number of combinations.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: every factor has a level.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The factors, the slowest first.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The place among the factors of the one with this name.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if there is none.
    pub fn position(&self, name: &str) -> Result<usize, DatasetError> {
        self.factors.iter().position(|factor| factor.name() == name).ok_or_else(|| {
            let names: Vec<_> = self.factors.iter().map(Factor::name).collect();
            DatasetError::parameter("factor", name, format!("one of {}", names.join(", ")))
        })
    }

    /// How far apart the numbers of neighbouring levels of a factor are.
    fn stride(&self, factor: usize) -> usize {
        self.factors[factor + 1..].iter().map(Factor::count).product()
    }

    /// The level of one factor in a combination.
    ///
    /// # Panics
    /// If there is no such combination or factor.
    pub fn level(&self, index: usize, factor: usize) -> usize {
        assert!(index < self.len, "combination {index} of {}", self.len);
        index / self.stride(factor) % self.factors[factor].count()
    }

    /// The value of one factor in a combination.
    ///
    /// # Panics
    /// If there is no such combination or factor.
    pub fn value(&self, index: usize, factor: usize) -> f64 {
        self.factors[factor].values()[self.level(index, factor)]
    }

    /// The level of each factor in a combination.
    ///
    /// # Panics
    /// If there is no such combination.
    pub fn levels(&self, index: usize) -> Vec<usize> {
        (0..self.factors.len()).map(|factor| self.level(index, factor)).collect()
    }

    /// The value of each factor in a combination.
    ///
    /// # Panics
    /// If there is no such combination.
    pub fn values(&self, index: usize) -> Vec<f64> {
        (0..self.factors.len()).map(|factor| self.value(index, factor)).collect()
    }

    /// The number of a combination, from the level of each factor.
    ///
    /// # Panics
    /// If there are not as many levels as factors, or one is not below its factor's count.
    pub fn index(&self, levels: &[usize]) -> usize {
        assert_eq!(levels.len(), self.factors.len(), "a level for each factor");
        levels.iter().zip(&self.factors).fold(0, |index, (&level, factor)| {
            assert!(level < factor.count(), "level {level} of {}, which has {}", factor.name(), factor.count());
            index * factor.count() + level
        })
    }

    /// The same combination but for one factor.
    ///
    /// # Panics
    /// If there is no such combination, factor or level.
    #[must_use]
    pub fn with_level(&self, index: usize, factor: usize, level: usize) -> usize {
        let count = self.factors[factor].count();
        assert!(level < count, "level {level} of {}, which has {count}", self.factors[factor].name());
        let stride = self.stride(factor);
        index - self.level(index, factor) * stride + level * stride
    }

    /// The combinations that differ from one in a factor alone, by its level: itself among them.
    ///
    /// # Panics
    /// If there is no such combination or factor.
    pub fn along(&self, index: usize, factor: usize) -> Vec<usize> {
        (0..self.factors[factor].count()).map(|level| self.with_level(index, factor, level)).collect()
    }

    /// The level of each factor in each of some combinations, (n, factors).
    ///
    /// # Panics
    /// If there is no such combination.
    pub fn table(&self, indices: &[usize]) -> Array2<usize> {
        Array2::from_shape_fn((indices.len(), self.factors.len()), |(i, factor)| self.level(indices[i], factor))
    }

    /// Independent combinations, all with one probability.
    pub fn sample(&self, count: usize, stream: &mut Stream) -> Vec<usize> {
        (0..count).map(|_| stream.below(self.len)).collect()
    }

    /// Independent combinations that have one factor at one level.
    ///
    /// # Panics
    /// If there is no such factor or level.
    pub fn sample_at(&self, factor: usize, level: usize, count: usize, stream: &mut Stream) -> Vec<usize> {
        (0..count).map(|_| self.with_level(stream.below(self.len), factor, level)).collect()
    }

    /// A batch with one factor fixed: at a level drawn once, while all others vary.
    ///
    /// The score of FactorVAE is the accuracy of telling the factor from which latent number varies least in such
    /// batches (Kim and Mnih, *Disentangling by factorising*, ICML 2018, section 4).
    ///
    /// # Panics
    /// If there is no such factor.
    pub fn batch_with_fixed(&self, factor: usize, count: usize, stream: &mut Stream) -> Vec<usize> {
        let level = stream.below(self.factors[factor].count());
        self.sample_at(factor, level, count, stream)
    }

    /// Pairs with one factor fixed: each at a level of its own, which both of the pair have, while all others vary.
    ///
    /// The score of the beta-VAE is the accuracy of a linear classifier that tells the factor from the mean absolute
    /// difference of codes over such pairs (Higgins et al., *beta-VAE*, ICLR 2017, section 3).
    ///
    /// # Panics
    /// If there is no such factor.
    pub fn pairs_with_fixed(&self, factor: usize, count: usize, stream: &mut Stream) -> Vec<[usize; 2]> {
        (0..count)
            .map(|_| {
                let first = stream.below(self.len);
                [first, self.with_level(stream.below(self.len), factor, self.level(first, factor))]
            })
            .collect()
    }
}
