//! How far samples are from the nearest training sample.

use super::distances::{Space, by_rows};
use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::ArrayView2;

/// The nearest training sample of each sample; see [`nearest_neighbours`].
#[derive(Clone, Debug, PartialEq)]
pub struct NearestNeighbours {
    /// Euclidean distances, in units of the features.
    pub distances: Vec<f64>,
    /// Which training sample it is, of equally near ones the first.
    pub indices: Vec<usize>,
    /// How many training samples there are.
    pub training: usize,
}

impl NearestNeighbours {
    /// The mean distance.
    pub fn mean(&self) -> f64 {
        self.distances.iter().sum::<f64>() / self.distances.len() as f64
    }

    /// The median distance.
    pub fn median(&self) -> f64 {
        let mut sorted = self.distances.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
    }

    /// How many different training samples are the nearest of some sample.
    pub fn distinct(&self) -> usize {
        self.indices.iter().collect::<std::collections::BTreeSet<_>>().len()
    }

    /// How many samples are exact copies.
    pub fn copies(&self) -> usize {
        self.distances.iter().filter(|distance| **distance == 0.0).count()
    }
}

/// The nearest training sample of each sample. Samples much nearer to training samples than held-out real ones are (the
/// floor; see [`beside_floor`](super::beside_floor)) are remembered ones.
///
/// # Shapes
/// Rows are samples: (n, d) for training and (m, d).
///
/// # Errors
/// No samples, other features, elements that are not finite.
///
/// ```
/// use latent_metrics::samples::nearest_neighbours;
/// use ndarray::array;
///
/// let train = array![[0.0_f32, 0.0], [3.0, 4.0]];
/// let found = nearest_neighbours(train.view(), array![[3.0, 4.0], [0.0, 1.0]].view())?;
/// assert_eq!((found.distances.clone(), found.indices.clone(), found.copies()), (vec![0.0, 1.0], vec![1, 0], 1));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn nearest_neighbours<E: Scalar>(
    train: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
) -> Result<NearestNeighbours, MetricError> {
    let [train, samples] = super::pair(Input("nearest neighbours"), train, samples, 1)?;
    let space = Space::of(&[&train, &samples]);
    let found = by_rows(&space.points(&samples), &space.points(&train), |row| row.nearest(1, None)[0]);
    let (distances, indices) = found.into_iter().map(|(squared, index)| (space.distance(squared), index)).unzip();
    Ok(NearestNeighbours { distances, indices, training: train.nrows() })
}
