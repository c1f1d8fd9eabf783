//! What there is to see.

use super::conclude::{Bank, Concluded, Drawn};
use image::RgbImage;
use latent_report::picture::{Cell, Photo, Sheet, Tile, Tone, colours, filter_sheet, signed_colours};
use latent_report::plot::{Axis, Figure, Panel};
use latent_sparse::SparseError;
use latent_sparse::train::FilterBanksTask;
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_train::run::RunFolder;
use ndarray::{Array2, Array3, ArrayView2, Axis as Dimension};

/// Filters in a row of a sheet.
const COLUMNS: usize = 16;
/// Pixels of a sheet to a pixel of a filter, of what is shown large and small.
const SCALE: usize = 5;
pub const SMALL: usize = 3;
/// Maps in a row.
const MAPS: usize = 4;
/// Pixels of a map, along each side, of which the strongest is drawn.
const POOLED: usize = 2;
/// The share of the strongest coefficient at which the colour is full: most are much weaker.
const FULL: f32 = 0.3;

/// Draws everything into the run folder.
pub fn draw(run: &RunFolder, task: &FilterBanksTask, concluded: &Concluded<'_>) -> Result<(), Failure> {
    let order = |place: usize| concluded.banks.get(place).map(|bank| bank.order.clone());
    run.image("filters", &sheet(task, order, SCALE)?)?;
    if let Some(drawn) = &concluded.drawn {
        let photograph = &concluded.data.photograph;
        let original = (&photograph.low + &photograph.high).index_axis_move(Dimension(0), 0);
        run.image("photograph", &beside(&original, drawn))?;
        run.image("maps", &maps(drawn))?;
    }
    by_size(&concluded.banks).save(run, "by_number_of_filters")
}

/// All banks, the filters in their own order, in which one picture can be compared with the next.
pub fn banks(task: &FilterBanksTask, scale: usize) -> Result<RgbImage, SparseError> {
    sheet(task, |_| None, scale)
}

fn sheet(
    task: &FilterBanksTask,
    order: impl Fn(usize) -> Option<Vec<usize>>,
    scale: usize,
) -> Result<RgbImage, SparseError> {
    let mut banks = Vec::new();
    for (place, size) in task.sizes().enumerate() {
        let filters = task.filters(place)?;
        let order = order(place).unwrap_or_else(|| (0..size).collect());
        let photos = order.into_iter().map(|k| signed_colours(filters.array().index_axis(Dimension(0), k))).collect();
        banks.push((size.to_string(), vec![photos]));
    }
    Ok(filter_sheet(&banks, &[""], COLUMNS, scale))
}

/// The photograph and what its maps make of it.
fn beside(original: &Array3<f32>, drawn: &Drawn) -> RgbImage {
    let images = [original, &drawn.reconstruction].map(|image| colours(image.view()));
    let captions = ["photograph".to_owned(), format!("smooth part and maps: {:.1} dB", drawn.psnr)];
    let row = images.iter().zip(captions).map(|(image, caption)| Cell::Photo(Photo { image: image.view(), caption }));
    Sheet { rows: vec![row.collect()], scale: 1, gutter: 12, margin: 12, ..Sheet::default() }.draw()
}

/// Every filter with its map below it.
fn maps(drawn: &Drawn) -> RgbImage {
    let bound = FULL * drawn.maps.fold(0.0_f32, |bound, z| bound.max(z.abs()));
    let filters: Vec<_> =
        drawn.filters.array().outer_iter().map(|filter| enlarged(&signed_colours(filter), SCALE)).collect();
    let pooled: Vec<_> = drawn.maps.outer_iter().map(strongest).collect();
    let share = |map: ArrayView2<'_, f32>| {
        let used = map.iter().filter(|z| **z != 0.0).count();
        format!("{:.2} % not zero", 100.0 * used as f64 / map.len() as f64)
    };
    let captions: Vec<String> = drawn.maps.outer_iter().map(share).collect();
    let mut rows = Vec::new();
    for first in (0..filters.len()).step_by(MAPS) {
        let chosen = first..filters.len().min(first + MAPS);
        let photo = |k: usize| Cell::Photo(Photo { image: filters[k].view(), caption: String::new() });
        let tone = Tone::Signed { bound };
        let tile = |k: usize| Cell::Tile(Tile { image: pooled[k].view(), tone, caption: captions[k].clone() });
        rows.push(chosen.clone().map(photo).collect());
        rows.push(chosen.map(tile).collect());
    }
    Sheet { rows, scale: 1, gutter: 8, margin: 12, ..Sheet::default() }.draw()
}

fn enlarged(image: &Array3<u8>, by: usize) -> Array3<u8> {
    let (channels, height, width) = image.dim();
    Array3::from_shape_fn((channels, by * height, by * width), |(c, row, column)| image[[c, row / by, column / by]])
}

/// Of each block of pixels the one of the largest absolute value, so that no coefficient is lost between pixels.
fn strongest(map: ArrayView2<'_, f32>) -> Array2<f32> {
    let (rows, columns) = map.dim();
    Array2::from_shape_fn((rows.div_ceil(POOLED), columns.div_ceil(POOLED)), |(i, j)| {
        let block = (POOLED * i..rows.min(POOLED * (i + 1)))
            .flat_map(|row| (POOLED * j..columns.min(POOLED * (j + 1))).map(move |column| map[[row, column]]));
        block.fold(0.0, |most: f32, z| if z.abs() > most.abs() { z } else { most })
    })
}

/// What more filters are worth.
fn by_size(banks: &[Bank]) -> Figure {
    let panel = |title: &str, y: Axis, of: fn(&Bank) -> f64| {
        let points = banks.iter().map(|bank| (bank.filters as f64, of(bank))).collect();
        Panel::new(Axis::log("filters"), y).title(title).curve("", points)
    };
    Figure::new("Banks on the test windows")
        .panel(panel("Objective", Axis::linear("mean objective of a window"), |bank| bank.judged.codes.objective))
        .panel(panel("Fidelity", Axis::linear("PSNR (dB)"), |bank| bank.judged.psnr))
        .panel(panel("Sparsity", Axis::linear("coefficients a pixel").including(0.0), |bank| {
            bank.judged.nonzeros_by_pixel
        }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn no_coefficient_is_lost_between_pixels() {
        let map = array![[0.0_f32, -2.0, 0.0], [1.0, 0.0, 3.0], [0.0, 0.0, -0.5]];
        assert_eq!(strongest(map.view()), array![[-2.0, 3.0], [0.0, -0.5]]);
    }
}
