//! What there is to see.

use super::compare::{Curve, FLOOR};
use super::conclude::Concluded;
use super::evaluate::{Evaluated, use_of_atoms};
use super::learning::{Course, Curves};
use crate::failure::Failure;
use crate::picture::{self, Decomposition, Part};
use crate::plot::{Axis, Figure, Panel, histogram, histogram_of_counts};
use latent_datasets::LabelledImages;
use latent_sparse::Dictionary;
use latent_train::run::RunFolder;
use ndarray::{Array1, ArrayView2};

/// Atoms shown in a row of the sheet.
pub const COLUMNS: usize = 16;
/// Images shown with their strokes, one of each class.
const SHOWN: u8 = 10;
/// The strongest strokes of an image that are shown.
const STRONGEST: usize = 8;
const SCALE: usize = 3;

/// Draws everything into the run folder.
pub fn draw(run: &RunFolder, dictionary: &Dictionary<f32>, concluded: &Concluded<'_>) -> Result<(), Failure> {
    let Concluded { config, data, course, evaluated, curves, .. } = concluded;
    let (_, height, width) = data.test.image_dim();
    let tiles = picture::columns(dictionary.atoms(), (height, width));
    let weight = evaluated.weight_of_atoms();
    let mut order: Vec<usize> = (0..tiles.len()).collect();
    order.sort_by(|&a, &b| weight[b].total_cmp(&weight[a]).then(a.cmp(&b)));
    let sorted: Vec<_> = order.iter().map(|&j| tiles[j].clone()).collect();
    run.image("atoms", &picture::atoms(&sorted, COLUMNS, SCALE))?;
    run.image("reconstructions", &reconstructions(dictionary, &tiles, &data.test, evaluated, (height, width)))?;
    learning(course).save(run, "learning")?;
    sparsity(evaluated).save(run, "sparsity")?;
    certificates(evaluated, config.test_gap).save(run, "certificates")?;
    if !curves.is_empty() {
        convergence(curves, evaluated.codes.ncols(), evaluated.summary().objective).save(run, "convergence")?;
    }
    Ok(())
}

/// One image of each class, or the first ones where there are no labels, with the strokes it is made of.
fn reconstructions(
    dictionary: &Dictionary<f32>,
    tiles: &[ndarray::Array2<f32>],
    test: &LabelledImages,
    evaluated: &Evaluated,
    shape: (usize, usize),
) -> image::RgbImage {
    let coded = evaluated.codes.nrows();
    let chosen: Vec<usize> = match test.labels() {
        Some(labels) => (0..SHOWN).filter_map(|class| labels[..coded].iter().position(|&l| l == class)).collect(),
        None => (0..coded.min(SHOWN.into())).collect(),
    };
    let x = test.rows::<f32>(&chosen[..]);
    let fitted = dictionary.reconstruct(evaluated.codes.select(ndarray::Axis(0), &chosen).view());
    let samples: Vec<_> = chosen
        .iter()
        .enumerate()
        .map(|(k, &i)| {
            let z = evaluated.codes.row(i);
            let mut strongest: Vec<usize> = (0..z.len()).filter(|&j| z[j] != 0.0).collect();
            strongest.sort_by(|&a, &b| z[b].abs().total_cmp(&z[a].abs()).then(a.cmp(&b)));
            let support = strongest.len();
            strongest.truncate(STRONGEST);
            let parts: Vec<_> = strongest.iter().map(|&j| Part { atom: tiles[j].view(), coefficient: z[j] }).collect();
            let error = 2.0 * evaluated.certificates[i].data_term / f64::from(x.row(k).dot(&x.row(k)));
            (k, parts, support, error)
        })
        .collect();
    let image = |rows: &ndarray::Array2<f32>, k: usize| {
        let row: Array1<f32> = rows.row(k).to_owned();
        row.into_shape_with_order(shape).expect("an image has height x width pixels")
    };
    let originals: Vec<_> = (0..chosen.len()).map(|k| image(&x, k)).collect();
    let reconstructed: Vec<_> = (0..chosen.len()).map(|k| image(&fitted, k)).collect();
    let rows: Vec<_> = samples
        .into_iter()
        .map(|(k, parts, support, error)| Decomposition {
            original: view(&originals[k]),
            reconstruction: view(&reconstructed[k]),
            note: format!("error {:.1} %", 100.0 * error),
            others: support - parts.len(),
            parts,
        })
        .collect();
    picture::decompositions(&rows, SCALE)
}

fn view(image: &ndarray::Array2<f32>) -> ArrayView2<'_, f32> {
    image.view()
}

fn learning(course: &Course) -> Figure {
    let seen = || Axis::linear("training images seen (thousands)");
    let panel = |title: &str, axis: Axis, of: fn(&Curves) -> &[(f64, f64)]| {
        let points = |curves| of(curves).iter().map(|&(images, value)| (images / 1_000.0, value)).collect();
        let panel = Panel::new(seen(), axis).title(title);
        panel.curve("batches", points(&course.batches)).curve("test images", points(&course.validations))
    };
    Figure::new("Learning")
        .panel(panel("objective", Axis::linear("mean objective"), |curves| &curves.objective))
        .panel(panel("sparsity", Axis::linear("strokes in an image"), |curves| &curves.strokes))
}

fn certificates(evaluated: &Evaluated, asked: f64) -> Figure {
    let certificates = &evaluated.certificates;
    // A gap of nothing has no logarithm; sums in single precision end far above.
    let decades: Vec<f64> = certificates.iter().map(|c| c.relative_gap.max(1e-16).log10()).collect();
    let iterations: Vec<usize> = certificates.iter().map(|c| c.iterations).collect();
    Figure::new("Certificates of the test images")
        .panel(
            Panel::new(Axis::linear("log10 of the relative duality gap"), Axis::linear("images"))
                .title(format!("How far a code is from the optimum at most ({asked:.0e} was asked for)"))
                .bars("", histogram(&decades, 40)),
        )
        .panel(
            Panel::new(Axis::linear("iterations"), Axis::linear("images"))
                .title("How many iterations it took")
                .bars("", histogram_of_counts(&iterations, 40)),
        )
}

fn sparsity(evaluated: &Evaluated) -> Figure {
    let strokes: Vec<usize> = evaluated.certificates.iter().map(|c| c.support).collect();
    let shares: Vec<f64> = use_of_atoms(&evaluated.codes).iter().map(|share| 100.0 * share).collect();
    Figure::new("Sparsity on the test images")
        .panel(
            Panel::new(Axis::linear("strokes in an image"), Axis::linear("images"))
                .title("How many strokes an image takes")
                .bars("", histogram_of_counts(&strokes, 40)),
        )
        .panel(
            Panel::new(Axis::linear("images that use it (%)").including(0.0), Axis::linear("strokes"))
                .title("How often a stroke is used")
                .bars("", histogram(&shares, 40)),
        )
}

fn convergence(curves: &[Curve], atoms: usize, optimum: f64) -> Figure {
    let floor = FLOOR * optimum;
    let mut iterations = Panel::new(Axis::log("iterations"), Axis::log("objective − optimum")).title("by iterations");
    let mut seconds =
        Panel::new(Axis::log("seconds for all images"), Axis::log("objective − optimum")).title("by time");
    for curve in curves {
        let points =
            |x: fn(&super::compare::Point) -> f64| curve.points.iter().map(|p| (x(p), p.distance.max(floor))).collect();
        let name = curve.solver.to_string();
        iterations = iterations.curve(name.clone(), points(|p| p.iterations as f64));
        seconds = seconds.curve(name, points(|p| p.seconds));
    }
    Figure::new(format!("Solvers on {atoms} atoms, from zero")).panel(iterations).panel(seconds)
}
