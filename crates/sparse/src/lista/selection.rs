//! The largest elements pass a layer as they are.

use crate::SparseError;
use crate::error::require;
use latent_numeric::{Scalar, parallel};
use latent_tensor::Tensor;
use ndarray::ArrayD;
use serde::{Deserialize, Serialize};

/// Support selection: in layer `k = 1, 2, ...` the `min(k percent, max_percent)` percent of a sample's elements that are
/// largest in magnitude are not shrunk, as they are trusted to belong to the support. Those not above the threshold
/// become zero all the same.
///
/// The number of elements is rounded to the nearest; of elements as large as the first that is not among them, none is.
/// Which elements are selected counts as constant in gradients. Source: Chen, Liu, Wang and Yin, *Theoretical linear
/// convergence of unfolded ISTA and its practical weights and thresholds*, NeurIPS 2018, section 3.
///
/// ```
/// use latent_sparse::lista::SupportSelection;
///
/// let selection = SupportSelection { percent: 1.2, max_percent: 13.0 };
/// assert_eq!([1, 5, 11, 16].map(|layer| selection.count(layer, 500)), [6, 30, 65, 65]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportSelection {
    /// The percentage selected in the first layer, and what each layer adds to it; from 0 to 100.
    pub percent: f64,
    /// The largest percentage in any layer, from 0 to 100.
    pub max_percent: f64,
}

impl SupportSelection {
    /// How many of `elements` are selected in this layer, counted from 1.
    pub fn count(&self, layer: usize, elements: usize) -> usize {
        let percent = (self.percent * layer as f64).min(self.max_percent);
        (percent / 100.0 * elements as f64).round() as usize
    }

    pub(super) fn check(&self) -> Result<(), SparseError> {
        let expected = "a number from 0 to 100";
        for (name, value) in [
            ("the percentage of selected elements per layer", self.percent),
            ("the largest percentage of selected elements", self.max_percent),
        ] {
            require((0.0..=100.0).contains(&value), name, value, expected)?;
        }
        Ok(())
    }
}

/// Elements that are treated together, of whole samples.
const TOGETHER: usize = 1 << 12;

/// 0 for the `count` largest elements of each sample, else 1: a constant. Of negative elements, the magnitude counts
/// unless codes are held positive.
pub(super) fn not_selected<E: Scalar>(x: &Tensor<E>, count: usize, positive: bool) -> Tensor<E> {
    let size = x.shape()[1..].iter().product::<usize>().max(1);
    let magnitude = |x: E| if positive { x } else { x.abs() };
    let mut mask: Vec<E> = x.array().iter().map(|&x| magnitude(x)).collect();
    parallel::each(mask.chunks_mut(parallel::rows_together(TOGETHER, size) * size), |_, rows| {
        let mut sorted = Vec::with_capacity(size);
        for row in rows.chunks_mut(size) {
            sorted.clear();
            sorted.extend_from_slice(row);
            // Everything is larger than nothing.
            let cut = (count < size).then(|| {
                let descending = |a: &E, b: &E| b.as_f64().total_cmp(&a.as_f64());
                *sorted.select_nth_unstable_by(count, descending).1
            });
            for value in row {
                let selected = cut.is_none_or(|cut| *value > cut);
                *value = if selected { E::zero() } else { E::one() };
            }
        }
    });
    Tensor::constant(ArrayD::from_shape_vec(x.shape(), mask).expect("as many elements"))
}
