//! Draws every image transform on coloured synthetic digits: `cargo run -p experiments --example contact_sheet -- sheet.png`.

use latent_augment::image::{Chain, Cutmix, Mix, Mixup};
use latent_datasets::synthetic::strokes;
use latent_report::picture::{Cell, Photo, Sheet};
use ndarray::{Array3, Array4, Axis, stack};

/// Digits shown of each transform.
const DIGITS: usize = 5;

const SEED: u64 = 5;

/// The lines of the sheet, with parameters strong enough to be seen.
const TRANSFORMS: [(&str, &str); 24] = [
    ("horizontal_flip", ""),
    ("vertical_flip", ""),
    ("rotate", "degrees = [-45, 45], border = 'replicate'"),
    ("scale", "factor = [0.6, 1.7], border = 'replicate'"),
    ("translate", "x = [-7, 7], y = [-7, 7], border = 'replicate'"),
    ("shear", "x = [-30, 30], border = 'replicate'"),
    ("perspective", "distortion = 0.6, border = { constant = 0.5 }"),
    ("elastic", "alpha = 34, sigma = 4, border = 'replicate'"),
    ("crop", "height = 20, width = 20"),
    ("random_resized_crop", "height = 28, width = 28, area = [0.3, 0.8]"),
    ("pad", "left = 4, right = 4, top = 2, bottom = 2, border = 'reflect'"),
    ("downscale", "factor = [2, 4]"),
    ("gaussian_blur", "sigma = [0.7, 2]"),
    ("motion_blur", "length = [5, 9]"),
    ("gaussian_noise", "sigma = 0.12"),
    ("salt_and_pepper", "amount = 0.1"),
    ("poisson_noise", "peak = 15"),
    ("jpeg", "quality = [5, 20]"),
    ("color_jitter", "brightness = [0.6, 1.2], contrast = [0.5, 1.3]"),
    ("color_jitter", "saturation = [0, 2], hue = [-0.3, 0.3]"),
    ("gamma", "gamma = [0.4, 2.5]"),
    ("cutout", "size = 10"),
    ("erase", "fill = 'noise'"),
    ("one_of", "steps = [{ op = 'rotate', degrees = 30, border = 'wrap' }, { op = 'gaussian_blur', sigma = 1 }]"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the name of the picture to write")?;
    let images = digits();
    let samples: Vec<u64> = (0..DIGITS as u64).collect();
    let mut lines = vec![("as they are".to_owned(), images.clone())];
    for (operator, parameters) in TRANSFORMS {
        let comma = if parameters.is_empty() { "" } else { ", " };
        let chain = Chain::from_toml(&format!("augment = [{{ op = '{operator}'{comma}{parameters} }}]"))?;
        lines.push((operator.replace('_', " "), chain.apply_batch(images.view(), SEED, 0, &samples)?));
    }
    for mix in [Mix::from(Mixup::new(1.0)), Mix::from(Cutmix::new(1.0))] {
        let samples: Vec<usize> = (0..DIGITS).collect();
        lines.push((mix.name().to_owned(), mix.apply_batch(images.view(), SEED, 2, &samples)?.0));
    }
    let half = lines.len().div_ceil(2);
    let line = |at: usize| {
        let mut cells = Vec::new();
        if let Some((name, images)) = lines.get(at) {
            cells.push(Cell::Sign(name.clone()));
            cells.extend(images.outer_iter().map(|image| Cell::Photo(Photo { image, caption: String::new() })));
        }
        cells
    };
    let rows = (0..half).map(|at| [line(at), line(at + half)].concat()).collect();
    let sheet = Sheet { rows, scale: 3, gutter: 8, margin: 16, ..Sheet::default() }.draw();
    sheet.save(&path)?;
    println!("{path}: {} x {} pixels", sheet.width(), sheet.height());
    Ok(())
}

/// Digits of five classes in inks of their own on paper, (5, 3, 28, 28).
fn digits() -> Array4<u8> {
    let set = strokes::generate(1, 0..100);
    let labels = set.labels().unwrap_or_default();
    let paper = [246.0, 240.0, 226.0];
    let inks =
        [[28.0, 60.0, 140.0], [170.0, 40.0, 40.0], [20.0, 110.0, 70.0], [120.0, 60.0, 150.0], [200.0, 110.0, 10.0]];
    let images: Vec<Array3<u8>> = [2, 3, 4, 5, 9]
        .into_iter()
        .zip(inks)
        .filter_map(|(class, ink)| {
            let digit = set.images().index_axis_move(Axis(0), labels.iter().position(|&label| label == class)?);
            Some(Array3::from_shape_fn((3, strokes::SIDE, strokes::SIDE), |(channel, y, x)| {
                let share = f64::from(digit[[0, y, x]]) / 255.0;
                (paper[channel] + share * (ink[channel] - paper[channel])).round() as u8
            }))
        })
        .collect();
    let views: Vec<_> = images.iter().map(|image| image.view()).collect();
    stack(Axis(0), &views).expect("all are of one shape")
}
