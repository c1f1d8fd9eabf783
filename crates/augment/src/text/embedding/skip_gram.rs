//! Embeddings that predict the words beside a word.

use super::Embedding;
use super::corpus::{Corpus, at_least_one, parameter};
use crate::text::weights::Weights;
use crate::text::{FitError, Tokenizer};
use latent_numeric::random::Stream;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// An embedding by skip-gram with negative sampling.
///
/// A word `w` has each word `c` of at most `window` words before or after it in the same document as context. For each
/// such pair `k` words `n_i` are drawn with probability in proportion to `#(n)^noise_power`, and a step of gradient
/// descent is taken on
///
/// ```text
/// - ln sigma(u_w . v_c) - sum_(i = 1..k) ln sigma(- u_w . v_(n_i))
/// ```
///
/// with a step size that falls linearly from `learning_rate` to 0 over all pairs of all epochs. The embedding is `u`.
/// Where there are dimensions enough and `noise_power` is 1, the optimum has `u_w . v_c = PMI(w, c) - ln k`: what
/// [`Ppmi`](super::Ppmi) factorises.
///
/// Steps are taken one after the other, so the same seed gives the same bits. Draws are from the streams
/// `(seed, "skip_gram", [epoch])`, the initial values from `(seed, "skip_gram.initial", [])`: `u` uniform within
/// `1 / (2 dimensions)` of 0, `v` 0. Words and rows are those of `Ppmi`.
///
/// # Source
/// T. Mikolov et al., Distributed representations of words and phrases and their compositionality, NeurIPS 2013,
/// section 2.2, without the subsampling of frequent words. O. Levy, Y. Goldberg, NeurIPS 2014, for the optimum.
///
/// ```
/// use latent_augment::text::{SkipGram, Tokenizer};
///
/// let corpus = ["the cat eats fish", "the dog eats meat", "a cat drinks milk", "a dog drinks water"];
/// let settings = SkipGram { dimensions: 4, window: 1, epochs: 300, learning_rate: 0.1, ..SkipGram::default() };
/// let embedding = settings.fit(corpus, &Tokenizer::unicode(), 7)?;
/// assert_eq!(embedding.nearest("cat", 1)[0].0, "dog");
/// # Ok::<(), latent_augment::text::FitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SkipGram {
    /// Words on each side that are context, at least 1.
    pub window: usize,
    /// Dimensions, at least 1.
    pub dimensions: usize,
    /// Negative samples k of each pair, at least 1.
    pub negatives: usize,
    /// The power of the counts from which they are drawn, a finite number of at least 0.
    pub noise_power: f64,
    /// How often each pair is seen, at least 1.
    pub epochs: usize,
    /// The first step size, a finite number above 0.
    pub learning_rate: f64,
    /// Words that occur less often are left out, as if they were not in the text.
    pub min_count: usize,
    /// The most frequent words that are taken.
    pub max_words: usize,
}

impl Default for SkipGram {
    fn default() -> Self {
        Self {
            window: 2,
            dimensions: 50,
            negatives: 5,
            noise_power: 0.75,
            epochs: 5,
            learning_rate: 0.025,
            min_count: 1,
            max_words: 100_000,
        }
    }
}

impl SkipGram {
    /// The embedding of the words of a corpus.
    ///
    /// # Errors
    /// [`FitError`], if a parameter is out of its domain, the corpus has no words, or the steps are so large that a
    /// number overflows.
    pub fn fit<D: AsRef<str>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        tokenizer: &Tokenizer,
        seed: u64,
    ) -> Result<Embedding, FitError> {
        let (embedding, _) = self.fit_both(documents, tokenizer, seed)?;
        Ok(embedding)
    }

    /// The embedding `u` and the vectors `v` of the words as contexts, (words, dimensions).
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_both<D: AsRef<str>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        tokenizer: &Tokenizer,
        seed: u64,
    ) -> Result<(Embedding, Array2<f32>), FitError> {
        self.check()?;
        let corpus = Corpus::new(documents, tokenizer, self.min_count, self.max_words)?;
        let counts: Vec<f64> = corpus.counts.iter().map(|&count| (count as f64).powf(self.noise_power)).collect();
        let noise = Weights::new(&counts);
        let dim = (corpus.words.len(), self.dimensions);
        let mut initial = Stream::new(seed, "skip_gram.initial", &[]);
        let bound = 0.5 / self.dimensions as f32;
        let mut u = Array2::from_shape_simple_fn(dim, || initial.uniform_in(-bound, bound));
        let mut v = Array2::<f32>::zeros(dim);
        let steps = (self.epochs * corpus.pairs(self.window).count()) as f64;
        let mut step = 0.0;
        let mut gradient = vec![0.0; self.dimensions];
        for epoch in 0..self.epochs {
            let mut stream = Stream::new(seed, "skip_gram", &[epoch as u64]);
            for (word, context) in corpus.pairs(self.window) {
                let size = self.learning_rate * (1.0 - step / steps);
                step += 1.0;
                let mut u = u.row_mut(word);
                let u = u.as_slice_mut().expect("rows of a new array are contiguous");
                gradient.fill(0.0);
                for sample in 0..=self.negatives {
                    let (other, is_context) = if sample == 0 { (context, 1.0) } else { (noise.draw(&mut stream), 0.0) };
                    let mut v = v.row_mut(other);
                    let v = v.as_slice_mut().expect("rows of a new array are contiguous");
                    let score: f32 = u.iter().zip(&*v).map(|(u, v)| u * v).sum();
                    let slope = (size * (is_context - sigmoid(f64::from(score)))) as f32;
                    for ((gradient, v), u) in gradient.iter_mut().zip(v).zip(&*u) {
                        *gradient += slope * *v;
                        *v += slope * u;
                    }
                }
                u.iter_mut().zip(&gradient).for_each(|(u, gradient)| *u += gradient);
            }
        }
        if u.iter().chain(&v).any(|x| !x.is_finite()) {
            return Err(parameter("learning_rate", self.learning_rate, "a smaller one: a number overflowed"));
        }
        Ok((Embedding::new(corpus.words, u), v))
    }

    fn check(&self) -> Result<(), FitError> {
        at_least_one(&[
            ("window", self.window),
            ("dimensions", self.dimensions),
            ("negatives", self.negatives),
            ("epochs", self.epochs),
            ("max_words", self.max_words),
        ])?;
        if !(self.noise_power >= 0.0 && self.noise_power.is_finite()) {
            return Err(parameter("noise_power", self.noise_power, "a finite number of at least 0"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return Err(parameter("learning_rate", self.learning_rate, "a finite number above 0"));
        }
        Ok(())
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
