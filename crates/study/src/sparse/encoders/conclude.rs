//! What a run leaves: the comparison, its figures, and the report.

use super::compare::{Curve, FLOOR, Point, compare};
use super::{Config, Domain};
use crate::failure::Failure;
use crate::print::summarise;
use crate::saved::Save;
use latent_report::plot::{Axis, Figure as Plot, Panel};
use latent_report::{Figure, Picture, Section, Study};
use latent_sparse::train::{EncoderLoss, EncodersTask};
use latent_train::progress::grouped;
use latent_train::session::Ended;
use serde_json::json;
use std::fmt::Write;
use std::time::Instant;

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
    let note = D::note(config);
    let about = note.map_or_else(String::new, |note| format!("{note}. "))
        + &format!(
            "Networks of {} layers that encode {set} with {} atoms, trained {}, beside the solvers that they imitate: \
         ½‖x − Wz‖² + {}‖z‖₁.",
            config.layers,
            config.atoms,
            match config.loss {
                EncoderLoss::Codes => "to give the codes of a solver",
                EncoderLoss::Energy => "to lower the objective itself",
            },
            config.lambda
        );
    let mut study =
        Study::new(format!("Learned encoders of {set}"), about).unit("objective", "").unit("layers", "trained");
    study = task.networks().iter().fold(study, |study, network| study.unit(network.name(), "of the optimum, above it"));
    let start = Instant::now();
    let Some(curves) = compare(task, &x, &ended.interrupt)? else { return Ok(study) };
    let took = start.elapsed();
    folder.json("encoders.json", &json!({ "images": x.nrows(), "methods": curves }))?;
    let on = format!("of {} samples by learned encoders and by solvers", x.nrows());
    plot(format!("Codes {on}"), "‖z − z*‖² / ‖z*‖²", |point| point.code_error, &curves).save(&folder, "codes")?;
    plot(format!("Objectives {on}"), "(F − F*) / F*", |point| point.excess, &curves).save(&folder, "objectives")?;

    let text = note.map_or_else(String::new, |note| format!("note: {note}\n")) + &table(&curves);
    summarise(&folder, &text)?;

    let fista = &curves[1];
    for curve in curves.iter().filter(|curve| curve.learned) {
        let Some(last) = curve.points.last() else { continue };
        let note = format!("for {} layers, by the distance to the optimum's codes", last.steps);
        let worth = fista.equivalent_iterations(last.code_error);
        study = match worth {
            Some(worth) => study.figure(
                Figure::new(format!("{} is worth", curve.method), worth, "iterations")
                    .note(format!("of FISTA, {note}")),
            ),
            None => study.figure(
                Figure::new(format!("error of {}", curve.method), 100.0 * last.code_error, "%")
                    .note(format!("lower than FISTA ever was, {note}")),
            ),
        };
    }
    let text = format!(
        "ISTA, FISTA and the networks on {} test samples: how far the objective is above the optimum, how far codes are \
         from the optimum's, after so many iterations or layers, and in the time that takes. Networks have a point for \
         each of their layers.",
        grouped(x.nrows() as u64)
    );
    let picture = |name: &str, caption| Picture::new(format!("images/{name}.png"), caption).wide();
    let section = Section::new("Encoders", text)
        .picture(picture("codes", "Distance to the optimum's codes against steps and against time"))
        .picture(picture("objectives", "Objective above the optimum against steps and against time"));
    Ok(study.section(section).phase("comparing the encoders", took))
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

/// The comparison in words.
fn table(curves: &[Curve]) -> String {
    let mut text = format!(
        "{:<12}{:>8}{:>16}{:>16}{:>14}{:>18}\n",
        "", "steps", "code error", "objective above", "seconds", "worth of FISTA"
    );
    for curve in curves {
        let shown = |point: &&Point| curve.learned || [1, 8, 16, 64, 256].contains(&point.steps);
        for point in curve.points.iter().filter(shown) {
            let worth = match curves[1].equivalent_iterations(point.code_error).filter(|_| curve.learned) {
                Some(worth) => format!("{worth:.1}"),
                None => String::new(),
            };
            let _ = writeln!(
                text,
                "{:<12}{:>8}{:>15.3} %{:>15.3} %{:>14.4}{worth:>18}",
                curve.method,
                point.steps,
                100.0 * point.code_error,
                100.0 * point.excess,
                point.seconds
            );
        }
    }
    text
}
