//! What a run leaves: the NMSE of networks and solvers by layer, its figure and the table.

use super::{Config, Noise, PlantedSet, judge, published};
use latent_report::plot::{Axis, Figure as Plot, Panel};
use latent_report::{Figure, Picture, Section, Study};
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Fista, Ista, Solver};
use latent_sparse::lista::{LayerWise, losses};
use latent_sparse::train::RecoveryTask;
use latent_study::failure::Failure;
use latent_study::print::summarise;
use latent_study::saved::Save;
use latent_tensor::{Tensor, no_grad};
use latent_train::interrupt::Interrupt;
use latent_train::progress::grouped;
use latent_train::session::Ended;
use serde::Serialize;
use serde_json::json;

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
    let published = published::nmse_db(config);
    folder.json(
        "test.json",
        &json!({ "samples": config.test_samples, "oracle_nmse_db": floor, "methods": curves, "published": published }),
    )?;
    let name = format!("{} × {}, {noise}", config.features, config.atoms);
    plot(format!("Codes recovered, {name}"), floor, noise, &curves).save(&folder, "nmse")?;
    let text = table(config, floor, &published, &curves);
    summarise(&folder, &text)?;

    let about = format!(
        "Networks of {} layers that recover planted codes: x = A z + noise, {noise}, A of {} × {} with unit columns from the \
         normal distribution, each element of z normal with probability {}, else 0.",
        config.layers, config.features, config.atoms, config.density
    );
    let mut study =
        Study::new("Learned encoders on planted codes", about).unit("objective", "").unit("layers", "trained");
    for curve in &curves {
        let Some(last) = curve.nmse_db.last() else { continue };
        let note = match (curve.lambda, published.iter().find(|(method, _)| *method == curve.method)) {
            (Some(lambda), _) => {
                format!("after {} iterations at the lambda that is best on other samples, {lambda}", config.layers)
            }
            (None, Some((_, theirs))) => format!("after {} layers; {theirs} published", config.layers),
            (None, None) => format!("after {} layers", config.layers),
        };
        if curve.lambda.is_none() {
            study = study.unit(curve.method, "dB");
        }
        study = study.figure(Figure::new(format!("NMSE of {}", curve.method), *last, "dB").note(note));
    }
    if let Noise::Snr(_) = noise {
        study = study.figure(
            Figure::new("NMSE of least squares", floor, "dB")
                .note("on the true support: what noise leaves to be recovered"),
        );
    }
    let text = format!(
        "10 log10 (sum ‖ẑ − z‖² / sum ‖z‖²) over {} test samples after each layer or iteration.",
        grouped(config.test_samples as u64)
    );
    let picture = Picture::new("images/nmse.png", "Codes recovered by layer").wide();
    Ok(study.section(Section::new("Recovery", text).picture(picture)))
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

/// The figures of some layers in words, with the published ones of the last layer beside them.
fn table(config: &Config, floor: f64, published: &[(&'static str, f64)], curves: &[Curve]) -> String {
    let layers = config.layers;
    let mut shown: Vec<usize> = [1, 2, 4, 8, 12, 16, layers].into_iter().filter(|k| *k <= layers).collect();
    shown.sort_unstable();
    shown.dedup();
    let row = |name: &str, cells: Vec<String>, last: &str| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>8}")).collect();
        format!("{}\n", format!("  {name:<12}{}{last:>12}", cells.concat()).trim_end())
    };
    let floor = match config.noise {
        Noise::Noiseless => String::new(),
        Noise::Snr(_) => format!(", least squares on the true support {floor:.1}"),
    };
    let mut text = format!(
        "NMSE in dB after layers, {} test samples of {} numbers, {} atoms, {}{floor}\n",
        config.test_samples, config.features, config.atoms, config.noise
    );
    text +=
        &row("", shown.iter().map(ToString::to_string).collect(), if published.is_empty() { "" } else { "published" });
    for curve in curves {
        let theirs = published.iter().find(|(method, _)| *method == curve.method);
        let theirs = theirs.map_or_else(String::new, |(_, nmse)| nmse.to_string());
        text += &row(curve.method, shown.iter().map(|k| format!("{:.1}", curve.nmse_db[k - 1])).collect(), &theirs);
    }
    text
}
