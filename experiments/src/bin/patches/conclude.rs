//! From the learned dictionary to what a run leaves.

use super::outcome::{Outcome, Set};
use super::{Config, Judged, PatchSplits, controls, figures, results, sections};
use latent_report as report;
use latent_sparse::lasso::{Lasso, Stop};
use latent_sparse::train::DictionaryTask;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_study::sparse::dictionaries::{Learned, code, save};
use latent_train::interrupt::Interrupt;
use latent_train::session::Ended;
use ndarray::Array2;
use std::time::Instant;

/// Writes arrays, figures and the results of what was learned, also where it was stopped.
pub fn conclude(
    config: &Config,
    task: &DictionaryTask,
    data: &PatchSplits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let (folder, interrupt) = (ended.records.folder(), &ended.interrupt);
    let dictionary = task.dictionary()?;
    let atoms = dictionary.atoms();
    save(&folder, &dictionary, config.lambda, &config.dataset)?;
    let lasso = Lasso::new(&dictionary, config.penalty())?;
    let training = (&config.training, data.train.nrows());
    let learned = Learned::of((task, &lasso), ("test patches", &data.test), config.test_gap, training, ended)?;
    let stop = Stop::gap(config.test_gap);
    let train = code(&lasso, task.solver(), &stop, ("training patches", &data.train), interrupt)?;
    let start = Instant::now();
    let noise = controls::noise(atoms.nrows(), config.atoms, task.params().seed);
    let principal = controls::principal(data.train.view(), config.atoms)?;
    let sets = [("atoms", atoms.to_owned()), ("principal components", principal), ("noise", noise)];
    let sets = judged(sets, config, interrupt);
    let outcome = Outcome { learned, train, sets, fitting: start.elapsed() };
    figures::draw(&folder, config, &outcome)?;
    if outcome.is_fitted() {
        folder.json("gabors.json", &outcome.sets.each_ref().map(Set::json))?;
    }
    let report = sections::report(config, data, &outcome, folder.path());
    Ok(results::results(config, data, &outcome).publish(&folder, report)?)
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
