//! What a run leaves: the NMSE of networks and solvers by layer, its figure and the table.

use super::{Config, Noise, PlantedSet, judge, published};
use latent_report::plot::{Axis, Figure as Plot, Panel};
use latent_report::{Picture, Section, Study};
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Fista, Ista, Solver};
use latent_sparse::lista::{LayerWise, losses};
use latent_sparse::train::RecoveryTask;
use latent_study::failure::Failure;
use latent_study::results::{Results, Table, Value};
use latent_study::saved::Save;
use latent_tensor::{Tensor, no_grad};
use latent_train::interrupt::Interrupt;
use latent_train::progress::grouped;
use latent_train::session::Ended;
use serde::Serialize;

/// How well one method recovers the codes of the test samples.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// Its name.
    pub method: &'static str,
    /// What ISTA and FISTA chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
    /// After each layer or iteration.
    pub nmse_db: Vec<f64>,
}

/// Judges, draws, and says what it came to.
pub fn conclude(config: &Config, task: &RecoveryTask, data: &PlantedSet, ended: &Ended) -> Result<Study, Failure> {
    let folder = ended.records.folder();
    let noise = config.noise;
    let curves = curves(config, task, data, &ended.interrupt)?;
    let floor = judge::oracle(&data.test);
    folder.npy("dictionary.npy", &data.test.dictionary)?;
    let name = format!("{} × {}, {noise}", config.features, config.atoms);
    plot(format!("Codes recovered, {name}"), floor, noise, &curves).save(&folder, "nmse")?;
    let about = format!(
        "Networks of {} layers that recover planted codes: x = A z + noise, {noise}, A of {} × {} with unit columns from the \
         normal distribution, each element of z normal with probability {}, else 0.",
        config.layers, config.features, config.atoms, config.density
    );
    let study = Study::new("Learned encoders on planted codes", about).unit("objective", "").unit("layers", "trained");
    let networks = curves.iter().filter(|curve| curve.lambda.is_none());
    let study = networks.fold(study, |study, network| study.unit(network.method, "dB"));
    let text = format!(
        "10 log10 (sum ‖ẑ − z‖² / sum ‖z‖²) over {} test samples after each layer or iteration.",
        grouped(config.test_samples as u64)
    );
    let picture = Picture::new("images/nmse.png", "Codes recovered by layer").wide();
    let study = study.section(Section::new("Recovery", text).picture(picture));
    Ok(results(config, floor, &curves).publish(&folder, study)?)
}

/// ISTA and FISTA, then the networks.
fn curves(
    config: &Config,
    task: &RecoveryTask,
    data: &PlantedSet,
    interrupt: &Interrupt,
) -> Result<Vec<Curve>, Failure> {
    let test = &data.test;
    let dictionary = Dictionary::new(test.dictionary.clone())?;
    let mut curves = Vec::new();
    let solvers: [&dyn Solver<f32>; 2] = [&Ista::default(), &Fista::default()];
    for solver in solvers {
        let (lambda, nmse_db) = judge::iterations(config, &dictionary, data, solver, interrupt)?;
        curves.push(Curve { method: solver.name(), lambda: Some(lambda), nmse_db });
    }
    let x = Tensor::constant(test.data.clone());
    for network in task.networks() {
        interrupt.check()?;
        let trajectory = no_grad(|| network.trajectory(&x, None, network.layers()))?;
        let nmse_db = trajectory.iter().map(|codes| losses::nmse_db(codes.view_as(), test.codes.view())).collect();
        curves.push(Curve { method: network.name(), lambda: None, nmse_db });
    }
    Ok(curves)
}

fn plot(title: String, floor: f64, noise: Noise, curves: &[Curve]) -> Plot {
    let panel = Panel::new(Axis::linear("layers or iterations"), Axis::linear("NMSE (dB)"));
    let points = |values: &[f64]| values.iter().enumerate().map(|(k, &nmse)| ((k + 1) as f64, nmse)).collect();
    let mut panel = curves.iter().fold(panel, |panel, curve| panel.curve(curve.method, points(&curve.nmse_db)));
    if let (Noise::Snr(_), Some(curve)) = (noise, curves.first()) {
        panel = panel.curve("least squares", points(&vec![floor; curve.nmse_db.len()]));
    }
    Plot::new(title).panel(panel)
}

/// The NMSE after some layers, with the published one of the last layer beside it.
fn results(config: &Config, floor: f64, curves: &[Curve]) -> Results {
    let layers = config.layers;
    let published = published::nmse_db(config);
    let theirs = |curve: &Curve| published.iter().find(|(method, _)| *method == curve.method).map(|(_, nmse)| *nmse);
    let mut shown: Vec<usize> = [1, 2, 4, 8, 12, 16, layers].into_iter().filter(|k| *k <= layers).collect();
    shown.sort_unstable();
    shown.dedup();
    let table = Table::new("", curves).key("methods").column("method", "", |curve| curve.method);
    let mut table =
        shown.iter().fold(table, |table, k| table.column(format!("after {k}"), "dB", |curve| curve.nmse_db[k - 1]));
    if !published.is_empty() {
        table = table.column(format!("published, {layers}"), "dB", theirs);
    }
    let figure = |curve: &Curve| {
        let note = match (curve.lambda, theirs(curve)) {
            (Some(lambda), _) => {
                format!("after {layers} iterations at the lambda that is best on other samples, {lambda}")
            }
            (None, Some(theirs)) => format!("after {layers} layers; {theirs} published"),
            (None, None) => format!("after {layers} layers"),
        };
        Some(Value::new(format!("NMSE of {}", curve.method), *curve.nmse_db.last()?, "dB").note(note))
    };
    let results =
        Results::new(format!("planted codes: {} numbers, {} atoms, {}", config.features, config.atoms, config.noise))
            .data("samples", &config.test_samples)
            .data("oracle_nmse_db", &floor)
            .data("published", &published)
            .heading(format!(
                "NMSE on {} test samples after so many layers or iterations",
                grouped(config.test_samples as u64)
            ))
            .table(table.figures(figure));
    let least_squares = Value::new("NMSE of least squares", floor, "dB").note("on the true support: a bound in noise");
    match config.noise {
        Noise::Noiseless => results,
        Noise::Snr(_) => results.heading("at best").value(least_squares),
    }
}
