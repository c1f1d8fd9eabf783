//! A dictionary that is learned before something else.

use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams, Samples};
use latent_sparse::lasso::Admm;
use latent_train::interrupt::Interrupt;
use latent_train::progress::{Progress, grouped};
use ndarray::Array2;

/// A dictionary learned online from so many batches, which are drawn from samples at random; with none of them, the first
/// atoms.
///
/// # Errors
/// If the parameters make no sense, or there are fewer samples than atoms;
/// [`Interrupted`](latent_train::interrupt::Interrupted) if somebody asks for the end.
pub fn learned_online(
    params: DictionaryParams<f32>,
    batches: usize,
    samples: &dyn Samples<f32>,
    interrupt: &Interrupt,
) -> Result<Dictionary<f32>, Failure> {
    let (atoms, count, seed) = (params.atoms, samples.count(), params.seed);
    if atoms > count {
        let count = grouped(count as u64);
        let message =
            format!("{atoms} atoms are to be learned, expected at most {count}, the number of training samples");
        return Err(Failure::new(message));
    }
    let mut x = Array2::zeros((params.batch_size.min(count), samples.features()));
    let mut learner = DictionaryLearner::new(params)?;
    learner.initialise(samples)?;
    // A bar of nothing is not shown.
    let progress = (batches > 0).then(|| Progress::new("learning the dictionary", batches as u64, "batches"));
    for batch in 0..batches {
        interrupt.check()?;
        let mut stream = Stream::new(seed, "batch of the dictionary", &[batch as u64]);
        let chosen: Vec<usize> = (0..x.nrows()).map(|_| stream.below(count)).collect();
        samples.read(&chosen, x.view_mut());
        learner.partial_fit(x.view(), &Admm::default())?;
        progress.iter().for_each(|progress| progress.advance(1));
    }
    progress.into_iter().for_each(Progress::finish);
    Ok(learner.dictionary().expect("a learner that has its first atoms"))
}
