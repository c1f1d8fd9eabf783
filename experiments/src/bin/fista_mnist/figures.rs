//! What there is to see.

use super::compare::{Curve, FLOOR, Point};
use super::outcome::{Outcome, WORDS};
use latent_datasets::{LabelledImages, Splits};
use latent_report::picture::{self, Decomposition, Part};
use latent_report::plot::{Axis, Figure, Panel};
use latent_sparse::Dictionary;
use latent_study::failure::Failure;
use latent_study::saved::Save;
use latent_study::sparse::dictionaries::{Coded, figures};
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
pub fn draw(
    run: &RunFolder,
    dictionary: &Dictionary<f32>,
    data: &Splits,
    Outcome { learned, comparison }: &Outcome,
) -> Result<(), Failure> {
    let (_, height, width) = data.test.image_dim();
    let (tiles, codes) = (picture::columns(dictionary.atoms(), (height, width)), &learned.test);
    let sorted: Vec<_> = codes.order_of_atoms().into_iter().map(|j| tiles[j].clone()).collect();
    run.image("atoms", &picture::atoms(&sorted, COLUMNS, SCALE))?;
    run.image("reconstructions", &reconstructions(dictionary, &tiles, &data.test, codes, (height, width)))?;
    figures::save(run, (&learned.course, codes), learned.gap, &WORDS)?;
    if !comparison.curves.is_empty() {
        convergence(&comparison.curves, codes.codes.ncols(), codes.summary().objective).save(run, "convergence")?;
    }
    Ok(())
}

/// One image of each class, or the first ones where there are no labels, with the strokes it is made of.
fn reconstructions(
    dictionary: &Dictionary<f32>,
    tiles: &[ndarray::Array2<f32>],
    test: &LabelledImages,
    evaluated: &Coded,
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

fn convergence(curves: &[Curve], atoms: usize, optimum: f64) -> Figure {
    let floor = FLOOR * optimum;
    let mut iterations = Panel::new(Axis::log("iterations"), Axis::log("objective − optimum")).title("by iterations");
    let mut seconds =
        Panel::new(Axis::log("seconds for all images"), Axis::log("objective − optimum")).title("by time");
    for curve in curves {
        let points = |x: fn(&Point) -> f64| curve.points.iter().map(|p| (x(p), p.distance.max(floor))).collect();
        let name = curve.solver.to_string();
        iterations = iterations.curve(name.clone(), points(|p| p.iterations as f64));
        seconds = seconds.curve(name, points(|p| p.seconds));
    }
    Figure::new(format!("Solvers on {atoms} atoms, from zero")).panel(iterations).panel(seconds)
}
