//! The group lasso penalty.

use super::l2_norm::block_shrinkage;
use super::{FenchelConjugate, Prox, ProxError, check_len, check_step, non_negative, sums, weights};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda sum_g w_g ||z_g||_2` over disjoint groups g of coordinates (Yuan and Lin 2006).
///
/// Its prox is the block soft threshold of every group at `step * lambda * w_g`. Coordinates in no group
/// are not penalised. Yuan and Lin choose `w_g = sqrt(|g|)`.
///
/// ```
/// use latent_sparse::prox::{GroupL2, Prox};
/// use ndarray::array;
///
/// let penalty = GroupL2::new(1.0, 5, vec![vec![0, 2], vec![1, 3]])?;
/// let mut z = array![3.0, 0.6, 4.0, 0.8, 7.0];
/// assert_eq!(penalty.value(z.view()), 6.0);
/// penalty.apply(z.view_mut(), 2.5);
/// assert_eq!(z, array![1.5, 0.0, 2.0, 0.0, 7.0]);
/// # Ok::<(), latent_sparse::prox::ProxError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GroupL2<E> {
    len: usize,
    groups: Vec<Vec<usize>>,
    thresholds: Vec<E>,
}

impl<E: Scalar> GroupL2<E> {
    /// The penalty on vectors of length `len`, every weight 1.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite, or if a group is empty, holds an index outside `0..len`, or
    /// one that this or another group holds already.
    pub fn new(lambda: E, len: usize, groups: Vec<Vec<usize>>) -> Result<Self, ProxError> {
        let ones = vec![E::one(); groups.len()];
        Self::with_weights(lambda, len, groups, ones)
    }

    /// The penalty with one weight per group.
    ///
    /// # Errors
    /// As [`GroupL2::new`], and if the number of weights is not the number of groups or a weight is
    /// negative or not finite.
    pub fn with_weights(lambda: E, len: usize, groups: Vec<Vec<usize>>, weights: Vec<E>) -> Result<Self, ProxError> {
        let lambda = non_negative("lambda", lambda)?;
        if weights.len() != groups.len() {
            return Err(ProxError::Length { name: "weights", expected: groups.len(), got: weights.len() });
        }
        let checked = self::weights(weights)?;
        let thresholds = self::weights(checked.into_iter().map(|w| lambda * w).collect())?;
        let mut owner = vec![None; len];
        for (group, indices) in groups.iter().enumerate() {
            if indices.is_empty() {
                return Err(ProxError::GroupEmpty { group });
            }
            for &index in indices {
                let slot = owner.get_mut(index).ok_or(ProxError::GroupRange { group, index, len })?;
                if let Some(first) = slot.replace(group) {
                    return Err(ProxError::GroupOverlap { index, first, second: group });
                }
            }
        }
        Ok(Self { len, groups, thresholds })
    }

    /// Groups of `size` neighbours, the last one shorter where `size` does not divide `len`.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite, or `size` is 0.
    pub fn contiguous(lambda: E, len: usize, size: usize) -> Result<Self, ProxError> {
        if size == 0 {
            return Err(ProxError::GroupEmpty { group: 0 });
        }
        let groups = (0..len).step_by(size).map(|start| (start..(start + size).min(len)).collect()).collect();
        Self::new(lambda, len, groups)
    }

    /// The coordinates of each group.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// Of every coordinate, whether it is in no group.
    fn free(&self) -> impl Iterator<Item = bool> {
        let mut free = vec![true; self.len];
        for &i in self.groups.iter().flatten() {
            free[i] = false;
        }
        free.into_iter()
    }

    /// Every group's index list, `lambda w_g` and `||z_g||_2`.
    fn norms<'a>(&'a self, z: ArrayView1<'a, E>) -> impl Iterator<Item = (&'a [usize], f64, f64)> {
        check_len("GroupL2", self.len, z.len());
        let mut entries = Vec::new();
        self.groups.iter().zip(&self.thresholds).map(move |(group, t)| {
            entries.clear();
            entries.extend(group.iter().map(|&i| z[i]));
            (group.as_slice(), t.as_f64(), sums::l2_norm(ArrayView1::from(&entries)))
        })
    }
}

impl<E: Scalar> Prox<E> for GroupL2<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        let penalty: f64 = self.norms(z).map(|(_, t, norm)| t * norm).sum();
        // A NaN outside every group must show as well.
        if z.iter().any(|x| x.is_nan()) { f64::NAN } else { penalty }
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let shrinkages: Vec<E> =
            self.norms(z.view()).map(|(_, t, norm)| E::of(block_shrinkage(norm, step.as_f64() * t))).collect();
        for (group, shrinkage) in self.groups.iter().zip(shrinkages) {
            for &i in group {
                z[i] *= shrinkage;
            }
        }
    }

    fn dimension(&self) -> Option<usize> {
        Some(self.len)
    }
}

impl<E: Scalar> FenchelConjugate<E> for GroupL2<E> {
    /// The indicator of `||y_g||_2 <= lambda w_g` for all g, and of `y_i = 0` for i in no group.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        let inside = self.norms(y).map(|(group, t, norm)| sums::indicator::<E>(norm, t, group.len())).sum::<f64>();
        let outside = self.free().zip(y).filter(|(free, _)| *free);
        inside + outside.map(|(_, y)| sums::indicator::<E>(y.as_f64().abs(), 0.0, 1)).sum::<f64>()
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        let scales = self.norms(y).map(|(group, t, norm)| sums::scale_to::<E>(norm, t, group.len()));
        let scale = scales.fold(1.0, f64::min);
        if self.free().zip(y).any(|(free, y)| free && *y != E::zero()) { 0.0 } else { scale }
    }
}
