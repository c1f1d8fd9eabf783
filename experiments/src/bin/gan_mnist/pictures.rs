//! What the generator has learned, to look at.

use super::nearest;

use image::RgbImage;
use latent_datasets::Splits;
use latent_models::train::{each_class_in_turn, samples_of_all_classes};
use latent_models::{Generator, Interpolation, ModelError};
use latent_numeric::random::Stream;
use latent_report::picture::{captioned, rows, side};
use latent_tensor::Tensor;
use ndarray::Ix2;

/// Codes of a purpose, always the same.
fn codes(generator: &Generator, purpose: &'static str, count: usize) -> Tensor {
    Tensor::normal(&[count, generator.latent_dim()], &mut Stream::new(0, purpose, &[]))
}

/// Each number so many times: 0, 0, ..., 1, 1, ...
fn each(count: usize, times: usize) -> Vec<usize> {
    (0..count).flat_map(|class| vec![class; times]).collect()
}

/// A row for each class, always of the same codes; ten rows of any without classes.
pub fn by_class(generator: &Generator, data: &Splits, columns: usize) -> Result<RgbImage, ModelError> {
    let count = if generator.classes() == 0 { 10 } else { generator.classes() };
    let classes = (generator.classes() > 0).then(|| each(count, columns));
    let images = generator.generate(&codes(generator, "rows", count * columns), classes.as_deref())?;
    Ok(rows(images.view_as(), side(data.train.image_dim()), columns))
}

/// A column for each class; the code of a row is the same in all. None without classes.
pub fn by_code(generator: &Generator, data: &Splits) -> Result<Option<RgbImage>, ModelError> {
    let count = generator.classes();
    let Some(classes) = each_class_in_turn(count, 8 * count) else { return Ok(None) };
    let codes = codes(generator, "columns", 8).index_select(0, &each(8, count));
    let headings: Vec<String> = (0..count).map(|class| class.to_string()).collect();
    let images = generator.generate(&codes, Some(&classes))?;
    Ok(Some(captioned(images.view_as(), side(data.train.image_dim()), count, &headings, &[])))
}

/// Ways between pairs of codes, each pair of another class.
pub fn interpolations(generator: &Generator, data: &Splits) -> Result<RgbImage, ModelError> {
    let pairs = if generator.classes() == 0 { 8 } else { generator.classes().min(10) };
    let [from, to] = ["from", "to"].map(|purpose| codes(generator, purpose, pairs));
    let classes = each_class_in_turn(generator.classes(), pairs);
    let ways = generator.interpolate(&from, &to, classes.as_deref(), 11, Interpolation::Spherical)?;
    Ok(rows(ways.view_as(), side(data.train.image_dim()), 11))
}

/// Samples, and below each the closest training image with its distance.
pub fn neighbours(generator: &Generator, data: &Splits) -> Result<RgbImage, ModelError> {
    const COLUMNS: usize = 10;
    let (images, _) = samples_of_all_classes(generator, 2 * COLUMNS, "neighbours")?;
    let found = nearest(images.view_as::<Ix2>(), &data.train);
    let indices: Vec<usize> = found.iter().map(|neighbour| neighbour.index).collect();
    let theirs = Tensor::constant(data.train.rows::<f32>(&indices[..]));
    let halves = [0..COLUMNS, COLUMNS..2 * COLUMNS];
    let parts = halves.clone().map(|half| [&images, &theirs].map(|of| of.slice_axis(0, half.clone().into())));
    let captions: Vec<String> = halves
        .into_iter()
        .flat_map(|half| {
            let distances = found[half].iter().map(|found| format!("{:.1}", found.distance));
            vec![String::new(); COLUMNS].into_iter().chain(distances).collect::<Vec<_>>()
        })
        .collect();
    let all = Tensor::concatenate(&parts.concat(), 0);
    Ok(captioned(all.view_as(), side(data.train.image_dim()), COLUMNS, &[], &captions))
}
