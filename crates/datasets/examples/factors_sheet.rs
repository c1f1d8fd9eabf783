//! Draws a sheet of each set with known factors of variation:
//! `cargo run -p latent-datasets --example factors_sheet -- FOLDER`.
//!
//! `shapes.png`, `grey.png` and `colours.png` have a factor of the shapes along each row, all others held; `moving.png`
//! a sequence of moving digits in each row; `thickness.png` and `slant.png` a digit in each row, changed more and more.

use image::{Rgb, RgbImage};
use latent_datasets::Rows;
use latent_datasets::factors::{Evenly, FactorImages};
use latent_datasets::morphology::MorphedDigits;
use latent_datasets::synthetic::moving_digits::MovingDigits;
use latent_datasets::synthetic::shapes::{Colours, Ink, Shapes};
use latent_datasets::synthetic::strokes;
use ndarray::{Array4, Axis, concatenate};
use std::error::Error;
use std::path::{Path, PathBuf};

const ACROSS: usize = 10;
const GAP: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give the folder to write the pictures into")?);
    let grey = Shapes { ink: Ink::Grey, ..Shapes::dsprites() };
    let colours = Shapes { side: 32, colours: Some(Colours::of(ACROSS, ACROSS)), ..grey.clone() };
    for (name, shapes) in [("shapes", Shapes::dsprites()), ("grey", Shapes { side: 32, ..grey }), ("colours", colours)]
    {
        save(&folder.join(name), &factor_by_factor(&shapes.set()?)?)?;
    }

    let digits = strokes::generate(1, 0..40);
    let sequences = MovingDigits::standard(&digits).generate(1, 0..6)?;
    save(&folder.join("moving"), &sequences.into_iter().map(|sequence| sequence.frames).collect::<Vec<_>>())?;

    let first = digits.subset(0..8);
    let (thickness, slant) = (Evenly::new(ACROSS, 2.0, 6.0), Evenly::new(ACROSS, -0.6, 0.8));
    for (name, set) in [
        ("thickness", MorphedDigits::new(first.clone(), Some(thickness), None)?),
        ("slant", MorphedDigits::new(first.clone(), None, Some(slant))?),
    ] {
        let row = |digit: usize| set.images(Rows::Range(digit * ACROSS..(digit + 1) * ACROSS));
        save(&folder.join(name), &(0..first.len()).map(row).collect::<Result<Vec<_>, _>>()?)?;
    }
    Ok(())
}

/// For each shape, a row for each factor: at most ten of its levels, the others in the middle.
fn factor_by_factor(set: &dyn FactorImages) -> Result<Vec<Array4<u8>>, Box<dyn Error>> {
    let grid = set.grid();
    let middle: Vec<usize> = grid.factors().iter().map(|factor| factor.count() / 2).collect();
    let shape = grid.position("shape")?;
    let mut rows = Vec::new();
    for kind in 0..grid.factors()[shape].count() {
        let held = grid.with_level(grid.index(&middle), shape, kind);
        for factor in 0..middle.len() {
            let line = grid.along(held, factor);
            let step = line.len().div_ceil(ACROSS);
            let levels: Vec<usize> = line.into_iter().step_by(step).collect();
            rows.push(set.images((&levels).into())?);
        }
    }
    Ok(rows)
}

/// A picture with the images of each row beside one another.
fn save(path: &Path, rows: &[Array4<u8>]) -> Result<(), Box<dyn Error>> {
    let (_, _, height, width) = rows.first().ok_or("no images")?.dim();
    let across = rows.iter().map(|row| row.len_of(Axis(0))).max().unwrap_or_default();
    let size = |side: usize, count: usize| (count * (side + GAP) + GAP) as u32;
    let mut sheet = RgbImage::from_pixel(size(width, across), size(height, rows.len()), Rgb([90; 3]));
    for (i, row) in rows.iter().enumerate() {
        for (j, image) in row.outer_iter().enumerate() {
            let colour =
                if image.len_of(Axis(0)) == 3 { image.to_owned() } else { concatenate![Axis(0), image, image, image] };
            for y in 0..height {
                for x in 0..width {
                    let pixel = [0, 1, 2].map(|channel| colour[[channel, y, x]]);
                    sheet.put_pixel(size(width, j) + x as u32, size(height, i) + y as u32, Rgb(pixel));
                }
            }
        }
    }
    let path = path.with_extension("png");
    sheet.save(&path)?;
    println!("{}: {} rows", path.display(), rows.len());
    Ok(())
}
