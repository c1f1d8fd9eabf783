//! Codes as points of a plane.

use super::{Axis, Figure, Panel, PlotError};
use latent_numeric::linalg::symmetric_eigen;
use ndarray::{Array2, ArrayView2, Axis as Dimension, s};

/// The largest number of points that [`plane`] shows: more hide one another.
pub const MOST_POINTS: usize = 5000;

/// Codes (samples, dimensions) as points, coloured by their labels: codes of two dimensions as they are, others by their
/// first two principal components. Of very many the first are shown.
///
/// # Errors
/// If the codes are of fewer than two dimensions, or not finite.
///
/// ```
/// use latent_report::plot;
/// use ndarray::Array2;
///
/// let codes = Array2::from_shape_fn((90, 2), |(i, j)| ((i * (j + 2)) as f32).sin());
/// let labels: Vec<u8> = (0..90).map(|i| i % 3).collect();
/// assert!(plot::plane(codes.view(), Some(&labels))?.svg().contains("z2"));
/// assert!(plot::plane(codes.slice(ndarray::s![.., ..1]), None).is_err());
/// # Ok::<(), latent_report::plot::PlotError>(())
/// ```
pub fn plane(codes: ArrayView2<'_, f32>, labels: Option<&[u8]>) -> Result<Figure, PlotError> {
    let codes = codes.slice(s![..codes.nrows().min(MOST_POINTS), ..]);
    let (points, [x, y]) = match codes.ncols() {
        2 => (codes.to_owned(), ["z1".to_owned(), "z2".to_owned()]),
        _ => principal(codes)?,
    };
    let points: Vec<(f64, f64)> = points.rows().into_iter().map(|row| (row[0].into(), row[1].into())).collect();
    let mut panel = Panel::new(Axis::linear(x), Axis::linear(y));
    match labels {
        None => panel = panel.points("", points),
        Some(labels) => {
            for class in 0..=labels.iter().copied().max().unwrap_or(0) {
                let of_class = points.iter().zip(labels).filter(|(_, label)| **label == class).map(|(point, _)| *point);
                panel = panel.points(class.to_string(), of_class.collect());
            }
        }
    }
    Ok(Figure::new("").panel(panel).size(720, 680))
}

/// Along the two directions of the largest variance, and what these are called.
fn principal(codes: ArrayView2<'_, f32>) -> Result<(Array2<f32>, [String; 2]), PlotError> {
    if codes.ncols() < 2 {
        return Err(PlotError::Draw(format!("codes of {} dimensions have no plane", codes.ncols())));
    }
    let codes = codes.mapv(f64::from);
    let Some(mean) = codes.mean_axis(Dimension(0)) else {
        return Err(PlotError::Draw("there are no codes".to_owned()));
    };
    let centred = codes - mean;
    let count = centred.nrows() as f64;
    let covariance = centred.t().dot(&centred) / count;
    let eigen = symmetric_eigen(covariance.view()).map_err(|error| PlotError::Draw(error.to_string()))?;
    let all = eigen.values.sum().max(f64::MIN_POSITIVE);
    // Ascending: the last two, the larger first.
    let last = eigen.values.len() - 1;
    let mut points = Array2::zeros((centred.nrows(), 2));
    for (j, mut column) in points.columns_mut().into_iter().enumerate() {
        let direction = eigen.vectors.column(last - j);
        // A direction has two signs: the one with its largest coordinate positive.
        let largest = direction.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(1.0);
        column.assign(&(centred.dot(&direction) * largest.signum()));
    }
    let name = |j: usize| {
        format!("principal component {} ({:.0} % of the variance)", j + 1, 100.0 * eigen.values[last - j] / all)
    };
    Ok((points.mapv(|value: f64| value as f32), [name(0), name(1)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::random::Stream;

    #[test]
    fn codes_of_more_dimensions_lie_along_their_largest_variance() {
        // The third dimension is the widest, the first the next.
        let codes: Array2<f32> = Stream::new(3, "codes", &[]).normal_array((400, 3));
        let codes = codes * ndarray::array![2.0_f32, 0.1, 9.0];
        let (points, names) = principal(codes.view()).unwrap();
        let correlation = |a: usize, b: usize| {
            let (a, b) = (codes.column(a), points.column(b));
            let (a, b) = (&a - a.mean().unwrap(), &b - b.mean().unwrap());
            a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
        };
        assert!(correlation(2, 0).abs() > 0.999 && correlation(0, 1).abs() > 0.99, "{points}");
        assert!((points.column(0).std(0.0) - codes.column(2).std(0.0)).abs() < 0.05);
        assert!(names[0].starts_with("principal component 1 (9"), "{names:?}");
    }
}
