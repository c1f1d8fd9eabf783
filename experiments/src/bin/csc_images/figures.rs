//! What there is to see.

use super::outcome::{Drawn, Outcome};
use image::RgbImage;
use latent_report::picture::{Cell, Photo, Sheet, Tile, Tone, signed_colours};
use latent_sparse::SparseError;
use latent_sparse::train::FilterBanksTask;
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_study::sparse::banks::{BankSheet, beside, by_size};
use latent_study::sparse::windows::WindowSplits;
use latent_train::run::RunFolder;
use ndarray::{Array2, Array3, ArrayView2};

/// Pixels of the picture of maps to a pixel of a filter.
const SCALE: usize = 5;
/// Maps in a row.
const MAPS: usize = 4;
/// Pixels of a map, along each side, of which the strongest is drawn.
const POOLED: usize = 2;
/// The share of the strongest coefficient at which the colour is full: most are much weaker.
const FULL: f32 = 0.3;

/// Draws everything into the run folder.
pub fn draw(
    run: &RunFolder,
    task: &FilterBanksTask,
    data: &WindowSplits,
    Outcome { banks, drawn, .. }: &Outcome,
) -> Result<(), Failure> {
    let orders: Vec<&[usize]> = banks.iter().map(|bank| &bank.order[..]).collect();
    run.image("filters", &sheet(task)?.draw(&orders))?;
    if let Some(drawn) = drawn {
        run.image("photograph", &beside(&data.photograph, &[("maps", &drawn.made)]))?;
        run.image("maps", &maps(drawn))?;
    }
    let judged = banks.iter().map(|bank| (bank.filters, &bank.judged)).collect();
    by_size("Banks on the test windows", &[("", judged)]).save(run, "by_number_of_filters")
}

/// All banks.
pub fn sheet(task: &FilterBanksTask) -> Result<BankSheet<'static>, SparseError> {
    let bank = |(place, _)| Ok(vec![task.filters(place)?.into_array()]);
    Ok(BankSheet { groups: &[""], banks: task.sizes().enumerate().map(bank).collect::<Result<_, SparseError>>()? })
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
