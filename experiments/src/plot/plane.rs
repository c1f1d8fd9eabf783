//! Codes as points of a plane.

use super::{Axis, Figure, Panel, PlotError};
use latent_datasets::whiten::{Kind, Whitening};
use ndarray::{Array2, ArrayView2, Axis as Dimension, s};

/// How many points [`plane`] shows at most: more hide one another.
pub const MOST_POINTS: usize = 5000;

/// Codes (samples, dimensions) as points, coloured by their labels: codes of two dimensions as they are, others by their
/// first two principal components. Of very many the first are shown.
///
/// # Errors
/// If the codes are of fewer than two dimensions, or not finite.
///
/// ```
/// use experiments::plot;
/// use ndarray::Array2;
///
/// let codes = Array2::from_shape_fn((90, 2), |(i, j)| ((i * (j + 2)) as f32).sin());
/// let labels: Vec<u8> = (0..90).map(|i| i % 3).collect();
/// assert!(plot::plane(codes.view(), Some(&labels))?.svg()?.contains("z2"));
/// assert!(plot::plane(codes.slice(ndarray::s![.., ..1]), None).is_err());
/// # Ok::<(), experiments::plot::PlotError>(())
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
    // Enough that a dimension nobody uses does not divide by zero, too little to be seen.
    const EPSILON: f64 = 1e-12;
    if codes.ncols() < 2 {
        return Err(PlotError::Draw(format!("codes of {} dimensions have no plane", codes.ncols())));
    }
    let codes = codes.mapv(f64::from);
    let fitted = Whitening::fit(codes.view(), Kind::Pca { components: Some(2) }, EPSILON)
        .map_err(|error| PlotError::Draw(error.to_string()))?;
    let (points, variances) = (fitted.apply(codes.view()), fitted.variances());
    let all = codes.var_axis(Dimension(0), 0.0).sum();
    let points = points * variances.mapv(|variance| (variance + EPSILON).sqrt());
    let name = |j: usize| {
        format!("principal component {} ({:.0} % of the variance)", j + 1, 100.0 * variances[j] / all.max(EPSILON))
    };
    Ok((points.mapv(|value| value as f32), [name(0), name(1)]))
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
