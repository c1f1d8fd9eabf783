//! Samples beside their reconstructions and the atoms that make them.

use super::{Cell, Sheet, Tile, Tone};
use image::RgbImage;
use ndarray::{Array2, ArrayView2};

/// One atom of a code with its coefficient.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The atom as an image.
    pub atom: ArrayView2<'a, f32>,
    /// Its coefficient.
    pub coefficient: f32,
}

/// A sample with its reconstruction and the strongest atoms of its code.
#[derive(Clone, Debug)]
pub struct Decomposition<'a> {
    /// The sample, values in [0, 1].
    pub original: ArrayView2<'a, f32>,
    /// The reconstruction of the sample from the whole code.
    pub reconstruction: ArrayView2<'a, f32>,
    /// A short text under the reconstruction, such as the error.
    pub note: String,
    /// The strongest atoms, strongest first.
    pub parts: Vec<Part<'a>>,
    /// How many non-zero coefficients are not among the parts.
    pub others: usize,
}

/// A sheet with a row for each sample: `original ≈ reconstruction = part + part + ... + n more`.
///
/// The parts are drawn as coefficient times atom, all of a row on one colour scale, so that a weak
/// part looks weak; the coefficient is the caption.
pub fn decompositions(samples: &[Decomposition<'_>], scale: usize) -> RgbImage {
    let weighted: Vec<Vec<Array2<f32>>> =
        samples.iter().map(|sample| sample.parts.iter().map(|part| &part.atom * part.coefficient).collect()).collect();
    let longest = samples.iter().map(|sample| sample.parts.len()).max().unwrap_or(0);
    let rows = samples.iter().zip(&weighted).map(|(sample, parts)| row(sample, parts, longest)).collect();
    let headings = ["sample", "", "reconstruction", "", "strokes"].map(str::to_owned);
    let headings = headings[..if longest > 0 { 5 } else { 3 }].to_vec();
    Sheet { headings, rows, scale, gutter: 3 * scale.max(1), margin: 6 * scale.max(2) }.draw()
}

fn row<'a>(sample: &'a Decomposition<'_>, parts: &'a [Array2<f32>], longest: usize) -> Vec<Cell<'a>> {
    let ink = |image, caption| Cell::Tile(Tile { image, tone: Tone::Ink, caption });
    let sign = |text: &str| Cell::Sign(text.to_owned());
    let bounds = parts.iter().map(|part| match Tone::signed(part.view()) {
        Tone::Signed { bound } => bound,
        Tone::Ink => 0.0,
    });
    let tone = Tone::Signed { bound: bounds.fold(0.0, f32::max) };
    let mut cells = vec![
        ink(sample.original.view(), String::new()),
        sign("≈"),
        ink(sample.reconstruction.view(), sample.note.clone()),
    ];
    for (index, (part, weighted)) in sample.parts.iter().zip(parts).enumerate() {
        cells.push(sign(if index == 0 { "=" } else { "+" }));
        cells.push(Cell::Tile(Tile { image: weighted.view(), tone, caption: signed(part.coefficient) }));
    }
    // The rest stands in one column, whatever the number of parts of the row.
    cells.resize(3 + 2 * longest, Cell::Empty);
    if sample.others > 0 {
        cells.push(sign(&format!("+ {} more", sample.others)));
    }
    cells
}

/// A coefficient with its sign and two decimals; the minus is the typographic one.
fn signed(coefficient: f32) -> String {
    format!("{coefficient:+.2}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn sample<'a>(image: &'a Array2<f32>, coefficients: &[f32], others: usize) -> Decomposition<'a> {
        Decomposition {
            original: image.view(),
            reconstruction: image.view(),
            note: String::new(),
            parts: coefficients.iter().map(|&coefficient| Part { atom: image.view(), coefficient }).collect(),
            others,
        }
    }

    #[test]
    fn a_row_reads_as_an_equation() {
        let image = array![[0.0_f32, 1.0]];
        let sample = sample(&image, &[2.0, -0.5], 7);
        let parts: Vec<_> = sample.parts.iter().map(|p| &p.atom * p.coefficient).collect();
        let text: Vec<String> = row(&sample, &parts, 3)
            .iter()
            .map(|cell| match cell {
                Cell::Tile(tile) => format!("[{}{}]", tile.image[[0, 1]], tile.caption),
                Cell::Sign(sign) => sign.clone(),
                Cell::Photo(_) => unreachable!("strokes have no colour"),
                Cell::Empty => "_".to_owned(),
            })
            .collect();
        assert_eq!(text.join(" "), "[1] ≈ [1] = [2+2.00] + [-0.5−0.50] _ _ + 7 more");
    }

    #[test]
    fn parts_of_a_row_share_one_colour_scale() {
        let image = array![[0.0_f32, 1.0]];
        let sample = sample(&image, &[2.0, -0.5], 0);
        let parts: Vec<_> = sample.parts.iter().map(|p| &p.atom * p.coefficient).collect();
        for cell in &row(&sample, &parts, 2)[3..] {
            if let Cell::Tile(tile) = cell {
                assert_eq!(tile.tone, Tone::Signed { bound: 2.0 });
            }
        }
    }

    #[test]
    fn no_samples_and_no_parts() {
        assert!(decompositions(&[], 3).width() >= 1);
        let image = Array2::zeros((28, 28));
        let drawn = decompositions(&[sample(&image, &[], 0)], 3);
        assert!(drawn.width() > 2 * 84 && drawn.height() > 84);
    }
}
