//! What there is to see.

use super::Config;
use super::judged::CLASSES;
use super::outcome::{Outcome, Set, WORDS};
use image::RgbImage;
use latent_report::picture::{self, Cell, Sheet, Tile, Tone};
use latent_report::plot::{Axis, Bar, Figure, Panel, histogram};
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_study::sparse::dictionaries::figures;
use latent_train::run::RunFolder;
use ndarray::Array2;

/// Pixels of a sheet to a pixel of a patch, of what is shown large and small.
const SCALE: usize = 4;
pub const SMALL: usize = 3;
/// Atoms shown beside their fits.
const FITTED: usize = 16;

/// Images in a row of a sheet that is about as wide as high.
pub fn columns(images: usize) -> usize {
    (images as f64).sqrt().ceil().max(1.0) as usize
}

/// Draws everything into the run folder.
pub fn draw(run: &RunFolder, config: &Config, outcome: &Outcome) -> Result<(), Failure> {
    let Outcome { learned, sets, .. } = outcome;
    let (shape, order) = (config.shape(), learned.test.order_of_atoms());
    for (set, name) in sets.iter().zip(["atoms", "principal_components", "noise"]) {
        let tiles = picture::columns(set.images.view(), shape);
        let tiles: Vec<_> = if name == "atoms" { order.iter().map(|&j| tiles[j].clone()).collect() } else { tiles };
        let scale = if name == "atoms" { SCALE } else { SMALL };
        run.image(name, &picture::atoms(&tiles, columns(tiles.len()), scale))?;
        if outcome.is_fitted() {
            run.image(&format!("{name}_fitted"), &fitted(set, shape))?;
        }
    }
    figures::save(run, (&learned.course, &learned.test), learned.gap, &WORDS)?;
    if !outcome.is_fitted() {
        return Ok(());
    }
    likeness(sets).save(run, "gabor_r_squared")?;
    tuning(outcome.atoms()).save(run, "tuning")
}

/// Images above their fits, from the best fit to the worst.
fn fitted(set: &Set, shape: (usize, usize)) -> RgbImage {
    let tiles = picture::columns(set.images.view(), shape);
    let mut order: Vec<usize> = (0..tiles.len()).collect();
    let r_squared = |j: usize| set.judged.fits[j].r_squared;
    order.sort_by(|&a, &b| r_squared(b).total_cmp(&r_squared(a)).then(a.cmp(&b)));
    let shown = FITTED.min(order.len());
    let chosen: Vec<usize> = (0..shown).map(|k| order[k * (order.len() - 1) / (shown - 1).max(1)]).collect();
    let fits: Vec<Array2<f32>> =
        chosen.iter().map(|&j| set.judged.fits[j].gabor.image(shape).mapv(|value| value as f32)).collect();
    let tile = |image, of: usize, caption| Cell::Tile(Tile { image, tone: Tone::signed(tiles[of].view()), caption });
    let images = chosen.iter().map(|&j| tile(tiles[j].view(), j, String::new()));
    let below = chosen.iter().zip(&fits).map(|(&j, fit)| tile(fit.view(), j, format!("{:.2}", r_squared(j))));
    let rows = vec![images.collect(), below.collect()];
    Sheet { rows, scale: SCALE, gutter: SCALE, margin: 4 * SCALE, ..Sheet::default() }.draw()
}

/// How good the fits are.
fn likeness(sets: &[Set]) -> Figure {
    let mut panel = Panel::new(
        Axis::linear("share of the images (%)").including(0.0).including(100.0),
        Axis::linear("R² of the Gabor fit").including(0.0).including(1.0),
    );
    for set in sets {
        let mut values: Vec<f64> = set.judged.fits.iter().map(|fit| fit.r_squared).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let share = |k: usize| 100.0 * (k as f64 + 0.5) / values.len() as f64;
        panel = panel.curve(set.name, values.iter().enumerate().map(|(k, &value)| (share(k), value)).collect());
    }
    Figure::new("Fits of Gabor functions, the best first").panel(panel).size(640, 420)
}

/// Orientations and frequencies of the good fits.
fn tuning(set: &Set) -> Figure {
    let step = 180.0 / CLASSES as f64;
    let bars = set.judged.orientations().into_iter().enumerate().map(|(class, count)| {
        let middle = class as f64 * step;
        Bar { from: middle - 0.5 * step, to: middle + 0.5 * step, height: count as f64 }
    });
    let frequencies: Vec<f64> = set.judged.good().map(|fit| fit.gabor.peak_frequency()).collect();
    // A wave and its opposite are the same: every atom is there twice.
    let plane = set.judged.good().flat_map(|fit| {
        let ((sin, cos), frequency) = (fit.gabor.orientation.sin_cos(), fit.gabor.peak_frequency());
        let (x, y) = (frequency * cos, frequency * sin);
        [(x, y), (-x, -y)]
    });
    let reach = |axis: Axis| axis.including(-0.5).including(0.5);
    Figure::new("Orientations and frequencies of the atoms with good Gabor fits")
        .panel(
            Panel::new(Axis::linear("direction of the wave (degrees)"), Axis::linear("atoms"))
                .title("Orientations")
                .bars("", bars.collect()),
        )
        .panel(
            Panel::new(Axis::linear("frequency (cycles per pixel)").including(0.0), Axis::linear("atoms"))
                .title("Frequencies")
                .bars("", histogram(&frequencies, 16)),
        )
        .panel(
            Panel::new(
                reach(Axis::linear("along rows (cycles per pixel)")),
                reach(Axis::linear("along columns (cycles per pixel)")),
            )
            .title("Waves in the plane of frequencies")
            .points("", plane.collect()),
        )
}
