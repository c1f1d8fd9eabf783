//! What runs came to: a page of each, several on one page, plots, and sheets of images.
//!
//! [`write()`] turns a run folder into `report.html`: one file that needs nothing else and no network. It has the final
//! figures, what was run, curves of each term on what is trained on and what is not, the learning rate and the norm of
//! the gradients, the pictures of the study, warnings with what helps, where the time went, and how to make the run
//! again. [`Comparison`] puts several runs on one page: curves over one another, means over seeds, and in what the
//! configurations differ.
//!
//! Pages are drawn whole without scripts; the script inside lets curves be read, hidden, smoothed and zoomed. What is
//! missing or broken in a folder is said on the page; a run that was killed has one too.
//!
//! ```
//! use latent_report::{Figure, Study};
//! # let here = tempfile::tempdir().unwrap();
//! # let folder = here.path();
//! # std::fs::write(folder.join("config.toml"), "seed = 0\nbeta = 4.0\n").unwrap();
//! let study = Study::new("Beta-VAE on MNIST", "A convolutional VAE with 10 latent dimensions.")
//!     .figure(Figure::new("negative ELBO, test", 98.31, "nats"));
//! let page = latent_report::write(folder, &study)?;
//! assert!(std::fs::read_to_string(page).unwrap().contains("Beta-VAE on MNIST"));
//! # Ok::<(), latent_report::ReportError>(())
//! ```

pub mod axis;
mod chart;
mod charts;
mod comparison;
mod curve;
mod error;
mod evaluated;
mod font;
mod grouping;
mod health;
mod interval;
mod measures;
mod metrics;
mod overlay;
mod overview;
mod page;
mod palette;
pub mod picture;
mod pictures;
pub mod plot;
mod provenance;
mod range;
mod run;
mod section_table;
mod study;
mod summary;
mod svg;
mod table;
mod timing;

pub use comparison::Comparison;
pub use error::ReportError;
use evaluated::Evaluated;
pub use interval::{Mean, mean_interval};
pub use section_table::Table;
pub use study::{Figure, Picture, SHARE, Section, Study, shown};
pub use summary::{FinalFigure, Summary};

use latent_numeric::files;
use maud::html;
use run::{FIGURES, Run, UNITS};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use table::CURVES;

/// Writes `report.html` into a run folder and returns its path. The figures of the study are kept in `figures.json`,
/// the units of its terms in `units.json`, for comparisons.
///
/// # Errors
/// [`ReportError::NoFolder`] and [`ReportError::NotARun`] if the folder is not one of a run; [`ReportError::Write`].
pub fn write(folder: &Path, study: &Study) -> Result<PathBuf, ReportError> {
    let mut run = Run::read(folder)?;
    run.done |= study.complete;
    if !study.figures.is_empty() {
        write_json(&folder.join(FIGURES), &study.figures)?;
    }
    if !study.units.is_empty() {
        let units: BTreeMap<&String, &String> = study.units.iter().map(|(term, unit)| (term, unit)).collect();
        write_json(&folder.join(UNITS), &units)?;
    }
    // A run that was killed at once may have no metrics.
    let has_table = folder.join("metrics.jsonl").exists() && table::write(folder, run.metrics.players.len() > 1)?;
    let charts = charts::charts(&run.metrics, study);
    let body = html! {
        (overview::header(&run, study))
        (health::section(&run))
        @if !charts.is_empty() {
            section.curves {
                h2 { "Curves" }
                (page::controls())
                div.charts { @for chart in &charts { (chart.figure()) } }
                @if has_table {
                    p.lead.beside { "All points are in " a href=(CURVES) { (CURVES) } " beside this page." }
                }
            }
        }
        (pictures::sections(folder, study))
        (provenance::section(&run))
        (timing::section(&run, study))
        (provenance::reproduce(&run, study))
    };
    let path = folder.join("report.html");
    files::write(&path, page::page(&study.title, &body).as_bytes()).map_err(ReportError::write(&path))?;
    Ok(path)
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), ReportError> {
    let json = serde_json::to_vec_pretty(value).expect("names, numbers and texts have a form in JSON");
    files::write(path, &json).map_err(ReportError::write(path))
}
