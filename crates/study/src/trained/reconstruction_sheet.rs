//! A sheet of images with their reconstructions.

use super::{Chosen, Shown};
use crate::failure::Failure;
use image::RgbImage;
use latent_datasets::patches::Grid;
use latent_report::picture::{self, Cell, Photo, Sheet, Tile, Tone, colours};
use ndarray::{Array2, Array3, ArrayD, ArrayView2, ArrayView4, Axis, Ix4, concatenate, s};

/// Small images of the picture at most, and how many in a row.
pub const SHOWN: usize = 60;
const COLUMNS: usize = 12;
/// Pixels of the sheet to a pixel of a patch.
const SCALE: usize = 4;
/// The width of a row of photographs, in pixels.
const WIDTH: usize = 1_000;

impl Chosen {
    /// What a model gave back, with what it was not given.
    ///
    /// # Errors
    /// If it is of another shape.
    pub(super) fn whole(&self, back: ArrayD<f32>) -> Result<ArrayD<f32>, Failure> {
        match &self.shown {
            Shown::Photographs(smooth) => Ok((back.into_dimensionality::<Ix4>()? + smooth).into_dyn()),
            Shown::Ink(_) | Shown::Patches(_) | Shown::Filtered(_) => Ok(back),
        }
    }

    /// The first images, each above what [came back](Self::whole) of it.
    ///
    /// # Errors
    /// If that is of another shape.
    pub(super) fn beside(&self, back: &ArrayD<f32>) -> Result<RgbImage, Failure> {
        match &self.shown {
            Shown::Photographs(smooth) => {
                let x = self.x.view().into_dimensionality::<Ix4>()?.to_owned() + smooth;
                Ok(photographs(x.view(), back.view().into_dimensionality()?))
            }
            rows => {
                let (x, back) = (self.x.view().into_dimensionality()?, back.view().into_dimensionality()?);
                Ok(match rows {
                    Shown::Patches(side) => patches(x, back, *side),
                    Shown::Filtered(grids) => filtered(x, back, grids),
                    Shown::Ink(side) => {
                        let pairs = concatenate(Axis(0), &in_turn(x, back))?;
                        picture::rows(pairs.view(), *side, COLUMNS.min(x.nrows()))
                    }
                    Shown::Photographs(_) => unreachable!("drawn above"),
                })
            }
        }
    }
}

/// Rows of the sheet in turn, of whole ones, so that each image stands above its own.
fn in_turn<'a>(x: ArrayView2<'a, f32>, back: ArrayView2<'a, f32>) -> Vec<ArrayView2<'a, f32>> {
    let shown = x.nrows().min(SHOWN);
    let shown = if shown > COLUMNS { shown - shown % COLUMNS } else { shown };
    let some = |start: usize| s![start..(start + COLUMNS).min(shown), ..];
    (0..shown).step_by(COLUMNS).flat_map(|start| [x.slice_move(some(start)), back.slice_move(some(start))]).collect()
}

/// In the colours of signs, a patch and what came back of it in the same.
fn patches(x: ArrayView2<'_, f32>, back: ArrayView2<'_, f32>, side: (usize, usize)) -> RgbImage {
    let tiles = |rows: ArrayView2<'_, f32>| -> Vec<Array2<f32>> {
        rows.outer_iter().map(|row| tile(row.iter().copied(), side)).collect()
    };
    let rows: Vec<Vec<Array2<f32>>> = in_turn(x, back).into_iter().map(tiles).collect();
    let tones: Vec<Vec<Tone>> =
        rows.iter().step_by(2).map(|row| row.iter().map(|image| Tone::signed(image.view())).collect()).collect();
    let toned = |(at, row): (usize, Vec<Array2<f32>>)| row.into_iter().zip(tones[at / 2].iter().copied()).collect();
    sheet(&rows.into_iter().enumerate().map(toned).collect::<Vec<_>>(), SCALE)
}

/// Filtered photographs, put together again from their patches, each in the colours of its own signs.
fn filtered(x: ArrayView2<'_, f32>, back: ArrayView2<'_, f32>, grids: &[Grid]) -> RgbImage {
    let (mut rows, mut from) = (Vec::new(), 0);
    for grid in grids {
        let some = s![from..from + grid.len(), ..];
        let [x, back] = [x, back].map(|rows| grid.reassemble(rows.slice(some)).index_axis_move(Axis(0), 0));
        // Few pixels are much stronger than the rest.
        let tone = Tone::Signed { bound: 4.0 * x.iter().map(|v| v * v).sum::<f32>().sqrt() / (x.len() as f32).sqrt() };
        rows.push(vec![(x, tone), (back, tone)]);
        from += grid.len();
    }
    sheet(&rows, 1)
}

fn tile(pixels: impl Iterator<Item = f32>, side: (usize, usize)) -> Array2<f32> {
    Array2::from_shape_vec(side, pixels.collect()).expect("as many pixels as the side says")
}

fn sheet(rows: &[Vec<(Array2<f32>, Tone)>], scale: usize) -> RgbImage {
    let rows = rows.iter().map(|row| {
        let tiles = row.iter().map(|(image, tone)| Tile { image: image.view(), tone: *tone, caption: String::new() });
        tiles.map(Cell::Tile).collect()
    });
    Sheet { rows: rows.collect(), scale, gutter: 4, margin: 8, ..Sheet::default() }.draw()
}

/// Photographs in their colours, as many in a row as fit.
fn photographs(x: ArrayView4<'_, f32>, back: ArrayView4<'_, f32>) -> RgbImage {
    let (count, _, _, width) = x.dim();
    let columns = (WIDTH / width.max(1)).clamp(1, COLUMNS);
    let shown = count.min(SHOWN);
    let all: Vec<[Array3<u8>; 2]> =
        (0..shown).map(|index| [x, back].map(|images| colours(images.index_axis(Axis(0), index)))).collect();
    let rows = all.chunks(columns).flat_map(|some| {
        [0, 1].map(|part| {
            let photos = some.iter().map(|pair| Photo { image: pair[part].view(), caption: String::new() });
            photos.map(Cell::Photo).collect()
        })
    });
    Sheet { rows: rows.collect(), scale: 1, gutter: 4, margin: 8, ..Sheet::default() }.draw()
}
