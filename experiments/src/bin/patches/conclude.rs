//! From the learned dictionary to what a run leaves.

use super::summary::Summary;
use super::{Config, Judged, PatchSplits, controls, figures, sections};
use latent_report as report;
use latent_sparse::lasso::{Lasso, Stop};
use latent_sparse::train::DictionaryTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::print::summarise;
use latent_study::sparse::dictionaries::{Coded, LearningCurve, code};
use latent_train::interrupt::Interrupt;
use latent_train::session::Ended;
use ndarray::Array2;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What was learned, and what is known of it.
pub struct Concluded<'c> {
    /// What the run depends on.
    pub config: &'c Config,
    /// The patches.
    pub data: &'c PatchSplits,
    /// The objectives while learning.
    pub course: LearningCurve,
    /// Dead atoms replaced while learning.
    pub replaced: usize,
    /// The codes of the patches that were learned from.
    pub train: Coded,
    /// The codes of the test patches.
    pub test: Coded,
    /// The mean over test patches of `||x - W z||^2 / ||x||^2`.
    pub error: f64,
    /// The atoms, and what they are compared with; without fits if somebody asked for the end.
    pub sets: [Set; 3],
    /// Whether somebody asked for the end.
    pub stopped: bool,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
    /// Time spent fitting.
    pub fitting: Duration,
}

/// Images in columns, and the fits to them.
pub struct Set {
    /// What they are.
    pub name: &'static str,
    /// (pixels, images).
    pub images: Array2<f32>,
    /// How much they are like Gabor functions.
    pub judged: Judged,
}

impl Concluded<'_> {
    /// Whether Gabor functions were fitted.
    pub fn is_fitted(&self) -> bool {
        !self.atoms().judged.fits.is_empty()
    }

    /// The learned atoms.
    pub fn atoms(&self) -> &Set {
        &self.sets[0]
    }
}

/// Writes arrays, figures and the summary of what was learned, also where it was stopped.
pub fn conclude(
    config: &Config,
    task: &DictionaryTask,
    data: &PatchSplits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let learning = Duration::from_secs_f64(ended.records.seconds());
    let (folder, interrupt) = (ended.records.folder(), &ended.interrupt);
    let dictionary = task.dictionary()?;
    let atoms = dictionary.atoms();
    folder.npy("dictionary.npy", &atoms)?;
    let facts = [("lambda", config.lambda.to_string()), ("dataset", config.dataset.to_string())];
    folder.safetensors("dictionary.safetensors", &[("dictionary", atoms)], &facts)?;

    let lasso = Lasso::new(&dictionary, config.penalty())?;
    let stop = Stop::gap(config.test_gap);
    let test = code(&lasso, task.solver(), &stop, ("test patches", &data.test), interrupt)?;
    let train = code(&lasso, task.solver(), &stop, ("training patches", &data.train), interrupt)?;
    let start = Instant::now();
    let noise = controls::noise(atoms.nrows(), config.atoms, task.params().seed);
    let principal = controls::principal(data.train.view(), config.atoms)?;
    let sets = [("atoms", atoms.to_owned()), ("principal components", principal), ("noise", noise)];
    let sets = judged(sets, config, interrupt);
    let metrics = folder.path().join("metrics.jsonl");
    let concluded = Concluded {
        course: LearningCurve::read(&metrics, &config.training, data.train.nrows(), ended.outcome.step)?,
        replaced: task.replaced(),
        error: test.relative_error(&data.test),
        stopped: !ended.is_complete(),
        fitting: start.elapsed(),
        config,
        data,
        train,
        test,
        sets,
        learning,
    };
    figures::draw(&folder, &concluded)?;
    if concluded.is_fitted() {
        folder.json("gabors.json", &gabors(&concluded))?;
    }
    folder.json(
        "test.json",
        &json!({
            "test": { "patches": concluded.test.codes.nrows(), "codes": concluded.test.summary() },
            "train": { "patches": concluded.train.codes.nrows(), "codes": concluded.train.summary() },
            "relative_squared_error": concluded.error,
            "unused_atoms": concluded.test.unused(), "dead_atoms_replaced": concluded.replaced,
            "stopped_early": concluded.stopped,
            "seconds": {
                "learning": learning.as_secs_f64(),
                "coding": (concluded.test.time + concluded.train.time).as_secs_f64(),
                "fitting": concluded.fitting.as_secs_f64(),
            },
        }),
    )?;
    let text = Summary(&concluded).to_string();
    summarise(&folder, &text)?;
    Ok(sections::report(&concluded, folder.path()))
}

/// Fits to the images of each set; none if somebody asks for the end.
fn judged(sets: [(&'static str, Array2<f32>); 3], config: &Config, interrupt: &Interrupt) -> [Set; 3] {
    let all = sets.iter().map(|(_, images)| images.ncols()).sum();
    let fits = interrupt.check().and_then(|()| {
        let parts = Parts::new("fitting Gabor functions", all, "images", interrupt);
        sets.iter()
            .map(|(_, images)| Judged::columns(images.view(), config.shape(), &parts))
            .collect::<Result<Vec<_>, _>>()
    });
    let mut fits = fits.unwrap_or_default().into_iter();
    sets.map(|(name, images)| Set { name, images, judged: fits.next().unwrap_or(Judged { fits: Vec::new() }) })
}

/// Every fit, and the figures of each set.
fn gabors(concluded: &Concluded<'_>) -> Value {
    let of = |set: &Set| {
        json!({
            "images": set.name, "r_squared_median": set.judged.median(), "r_squared_above_0.8": set.judged.share_of_good(),
            "orientations": set.judged.orientations(), "orientation_entropy": set.judged.orientation_entropy(),
            "fits": set.judged.fits,
        })
    };
    concluded.sets.iter().map(of).collect()
}
