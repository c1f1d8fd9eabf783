//! What a run leaves: the comparison, its figures, and the report.

use super::compare::{Curve, FLOOR, Point, compare};
use super::{Config, Domain};
use crate::failure::Failure;
use crate::results::{Results, Table, Value};
use crate::saved::Save;
use latent_report::plot::{Axis, Figure as Plot, Panel};
use latent_report::{Picture, SHARE, Section, Study};
use latent_sparse::train::{EncoderLoss, EncodersTask};
use latent_train::progress::grouped;
use latent_train::session::Ended;
use serde_json::json;
use std::time::Instant;

/// Iterations of the solvers that the table has.
const SHOWN: [usize; 5] = [1, 8, 16, 64, 256];

/// Compares, draws, and says what it came to.
pub fn conclude<D: Domain>(
    config: &Config<D>,
    task: &EncodersTask,
    data: &D::Data,
    ended: &Ended,
) -> Result<Study, Failure> {
    let folder = ended.records.folder();
    folder.npy("dictionary.npy", &task.dictionary()?.atoms())?;
    let set = D::title(config, data);
    let x = D::test(data, config.compared_images);
    let about = format!(
        "Networks of {} layers that encode {set} with {} atoms, trained {}, compared with ISTA and FISTA: ½‖x − Wz‖² + \
         {}‖z‖₁.",
        config.layers,
        config.atoms,
        match config.loss {
            EncoderLoss::Codes => "to give the codes of a solver",
            EncoderLoss::Energy => "to lower the objective itself",
        },
        config.lambda
    );
    let study = Study::new(format!("Learned encoders of {set}"), about).unit("objective", "").unit("layers", "trained");
    let relative = "relative to the optimum";
    let study = task.networks().iter().fold(study, |study, network| study.unit(network.name(), relative));
    let start = Instant::now();
    let Some(curves) = compare(task, &x, &ended.interrupt)? else {
        return Ok(Results::default().warnings(D::note(config)).report(study));
    };
    let took = start.elapsed();
    folder.json("encoders.json", &json!({ "images": x.nrows(), "methods": curves }))?;
    let on = format!("of {} samples by learned encoders and by solvers", x.nrows());
    plot(format!("Codes {on}"), "‖z − z*‖² / ‖z*‖²", |point| point.code_error, &curves).save(&folder, "codes")?;
    plot(format!("Objectives {on}"), "(F − F*) / F*", |point| point.excess, &curves).save(&folder, "objectives")?;

    let text = format!(
        "ISTA, FISTA and the networks on {} test samples: the distance of objective and codes to the optimum against the \
         number of iterations or layers, and against time. Networks have a point for each of their layers.",
        grouped(x.nrows() as u64)
    );
    let picture = |name: &str, caption| Picture::new(format!("images/{name}.png"), caption).wide();
    let section = Section::new("Encoders", text)
        .picture(picture("codes", "Distance to the optimum's codes against steps and against time"))
        .picture(picture("objectives", "Objective above the optimum against steps and against time"));
    let results = results(config, &set, x.nrows(), &curves).warnings(D::note(config));
    let results = results.heading("time").value(Value::phase("comparing the encoders", took));
    Ok(results.publish(&folder, study.section(section))?)
}

/// An error, with its name, against steps and time.
fn plot(title: String, name: &str, error: fn(&Point) -> f64, curves: &[Curve]) -> Plot {
    let panel = |title: &str, x: &str, of: fn(&Point) -> f64| {
        curves.iter().fold(Panel::new(Axis::log(x), Axis::log(name)).title(title), |panel, curve| {
            let point = |point: &Point| (of(point), error(point).max(FLOOR));
            panel.curve(curve.method, curve.points.iter().map(point).collect())
        })
    };
    Plot::new(title).panel(panel("by steps", "iterations or layers", |point| point.steps as f64)).panel(panel(
        "by time",
        "seconds for all samples",
        |point| point.seconds,
    ))
}

/// A point of a method.
struct Row<'c> {
    of: &'c Curve,
    point: &'c Point,
    /// Iterations after which FISTA comes as close, of networks.
    equivalent: Option<f64>,
}

/// All points of the networks, and some of the solvers.
fn rows<'c>(curves: &'c [Curve]) -> Vec<Row<'c>> {
    let fista = &curves[1];
    let points = curves.iter().flat_map(|of| of.points.iter().map(move |point| (of, point)));
    let shown = points.filter(|(of, point)| of.learned || SHOWN.contains(&point.steps));
    let row = |(of, point): (&'c Curve, &'c Point)| {
        let equivalent = fista.equivalent_iterations(point.code_error).filter(|_| of.learned);
        Row { of, point, equivalent }
    };
    shown.map(row).collect()
}

/// The comparison as a table; the last layer of each network is a final figure.
fn results<D: Domain>(config: &Config<D>, set: &str, samples: usize, curves: &[Curve]) -> Results {
    let rows = rows(curves);
    let figure = |row: &Row<'_>| {
        let (method, layers) = (row.of.method, row.point.steps);
        let is_last = row.of.points.last().is_some_and(|last| last.steps == layers);
        let note = format!("after {layers} layers, by the distance to the codes of the optimum");
        let figure = match row.equivalent {
            Some(iterations) => {
                Value::new(format!("equivalent iterations of FISTA, {method}"), iterations, "iterations").note(note)
            }
            None => Value::new(format!("error of {method}"), row.point.code_error, SHARE)
                .note(format!("lower than that of FISTA ever was, {note}")),
        };
        (row.of.learned && is_last).then_some(figure)
    };
    let table = Table::new("", &rows)
        .column("method", "", |row| row.of.method)
        .column("iterations or layers", "", |row| row.point.steps)
        .column("error of the codes", SHARE, |row| row.point.code_error)
        .column("excess objective", SHARE, |row| row.point.excess)
        .column("time", "s", |row| row.point.seconds)
        .column("equivalent iterations of FISTA", "", |row| row.equivalent)
        .figures(figure);
    Results::new(format!("{set}: {} atoms at lambda {}, networks of {} layers", config.atoms, config.lambda, config.layers))
        .heading(format!(
            "on {} test samples: error ‖z − z*‖² / ‖z*‖² of codes z and excess (F − F*) / F* of objectives F, with the optimum \
             z*, F*",
            grouped(samples as u64)
        ))
        .table(table)
}
