//! Which classes are taken for which.

use super::{Axis, Figure, Panel, Place};
use latent_numeric::format::grouped;
use ndarray::ArrayView2;

/// A confusion matrix: counts (classes, what they were taken for), each as dark as its share of its class.
///
/// ```
/// use latent_report::plot;
/// use ndarray::array;
///
/// let names = ["cat".to_owned(), "dog".to_owned()];
/// let svg = plot::confusion(array![[90, 10], [0, 1200]].view(), &names).svg();
/// assert!(svg.contains(">1,200</text>") && svg.contains("fill-opacity=\"0.1\""));
/// ```
pub fn confusion(counts: ArrayView2<'_, usize>, names: &[String]) -> Figure {
    /// Pixels of a place, and of everything around the matrix.
    const PLACE: (u32, u32) = (52, 36);
    const AROUND: (u32, u32) = (130, 110);
    let totals: Vec<usize> = counts.rows().into_iter().map(|row| row.sum()).collect();
    let place = |((class, taken), &count): ((usize, usize), &usize)| Place {
        x: taken as f64,
        y: -(class as f64),
        share: count as f64 / totals[class].max(1) as f64,
        // Zeros would hide what there is to see.
        text: if count == 0 { String::new() } else { grouped(&count.to_string()) },
    };
    let panel = Panel::new(
        Axis::columns(names.iter().cloned()).labelled("taken for"),
        Axis::names(names.iter().cloned()).labelled("class"),
    );
    let (rows, columns) = (counts.nrows() as u32, counts.ncols() as u32);
    let size = (AROUND.0 + PLACE.0 * columns.max(3), AROUND.1 + PLACE.1 * rows.max(3));
    Figure::new("").panel(panel.places("", counts.indexed_iter().map(place).collect())).size(size.0, size.1)
}
