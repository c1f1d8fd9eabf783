//! Draws a sheet of synthetic digits: `cargo run -p latent-datasets --example strokes_sheet -- sheet.png [SEED]`.

use image::{GrayImage, Luma};
use latent_datasets::synthetic::strokes;

const ACROSS: usize = 20;
const PER_CLASS: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the name of the picture to write")?;
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let set = strokes::generate(seed, 0..1_000);
    let labels = set.labels().ok_or("no labels")?;
    let mut sheet = GrayImage::new((ACROSS * strokes::SIDE) as u32, (10 * PER_CLASS / ACROSS * strokes::SIDE) as u32);
    for class in 0..10 {
        let samples = (0..set.len()).filter(|&i| labels[i] == class as u8).take(PER_CLASS);
        for (place, sample) in samples.enumerate().map(|(k, i)| (class * PER_CLASS + k, i)) {
            let (left, top) = (place % ACROSS * strokes::SIDE, place / ACROSS * strokes::SIDE);
            for y in 0..strokes::SIDE {
                for x in 0..strokes::SIDE {
                    let pixel = set.images()[[sample, 0, y, x]];
                    sheet.put_pixel((left + x) as u32, (top + y) as u32, Luma([pixel]));
                }
            }
        }
    }
    sheet.save(&path)?;
    println!("{path}: {PER_CLASS} of each digit, mean intensity {:.3}", set.mean_intensity());
    Ok(())
}
