//! Embeddings from the counts of words beside each other.

use super::Embedding;
use super::corpus::{Corpus, at_least_one, parameter};
use crate::text::{FitError, Tokenizer};
use latent_numeric::linalg::svd;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// An embedding by the factorisation of shifted positive pointwise mutual information.
///
/// A word `w` has each word `c` of at most `window` words before or after it in the same document as context. With
/// `#(w, c)` the number of such pairs, `#(w) = sum_c #(w, c)` and `D = sum_w #(w)`,
///
/// ```text
/// PMI(w, c)   = ln( #(w, c) D / (#(w) #(c)) )
/// SPPMI(w, c) = max(PMI(w, c) - ln k, 0)        0 where #(w, c) = 0
/// SPPMI      ~= U_d S_d V_d',   the d greatest singular values
/// W           = U_d S_d^(1/2),  a row for each word
/// ```
///
/// [`SkipGram`](super::SkipGram) with k negative samples factorises the same matrix, without the `max`.
///
/// Words are in lower case and the rows in the order of how often they occur, of equals in alphabetical order. The
/// matrix is dense: `max_words^2` numbers of 8 bytes, and time of the order of its cube. The sign of a column is
/// arbitrary; cosines do not depend on it.
///
/// # Source
/// O. Levy, Y. Goldberg, Neural word embedding as implicit matrix factorization, NeurIPS 2014, sections 3.2 to 4.
///
/// ```
/// use latent_augment::text::{Ppmi, Tokenizer};
///
/// let corpus = ["the cat eats fish", "the dog eats meat", "a cat drinks milk", "a dog drinks water"];
/// let embedding = Ppmi { window: 1, dimensions: 3, ..Ppmi::default() }.fit(corpus, &Tokenizer::unicode())?;
/// // Between the same words.
/// assert_eq!(embedding.nearest("cat", 1)[0].0, "dog");
/// # Ok::<(), latent_augment::text::FitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ppmi {
    /// Words on each side that are context, at least 1.
    pub window: usize,
    /// Dimensions d, at least 1 and at most the number of words.
    pub dimensions: usize,
    /// The shift k, the number of negative samples of skip-gram: a finite number of at least 1.
    pub shift: f64,
    /// Words that occur less often are left out, as if they were not in the text.
    pub min_count: usize,
    /// The most frequent words that are taken.
    pub max_words: usize,
}

impl Default for Ppmi {
    fn default() -> Self {
        Self { window: 2, dimensions: 50, shift: 1.0, min_count: 1, max_words: 3000 }
    }
}

impl Ppmi {
    /// The embedding of the words of a corpus.
    ///
    /// # Errors
    /// [`FitError`], if a parameter is out of its domain or the corpus has no words.
    pub fn fit<D: AsRef<str>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        tokenizer: &Tokenizer,
    ) -> Result<Embedding, FitError> {
        let (words, matrix) = self.matrix(documents, tokenizer)?;
        if self.dimensions > words.len() {
            let expected = format!("at most {}, the number of words", words.len());
            return Err(parameter("dimensions", self.dimensions, expected));
        }
        let factors = svd(matrix.view())?;
        let mut vectors = factors.u.slice_axis(Axis(1), (..self.dimensions).into()).to_owned();
        // Beyond the rank there is nothing but rounding.
        let noise = factors.s[0] * f64::EPSILON * words.len() as f64;
        for (mut column, &value) in vectors.columns_mut().into_iter().zip(&factors.s) {
            let scale = if value > noise { value.sqrt() } else { 0.0 };
            column.mapv_inplace(|x| x * scale);
        }
        Ok(Embedding::new(words, vectors.mapv(|x| x as f32)))
    }

    /// The words, and the matrix SPPMI, (words, words): symmetric, and what [`fit`](Self::fit) factorises.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), without regard to `dimensions` above the number of words.
    pub fn matrix<D: AsRef<str>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        tokenizer: &Tokenizer,
    ) -> Result<(Vec<String>, Array2<f64>), FitError> {
        self.check()?;
        let corpus = Corpus::new(documents, tokenizer, self.min_count, self.max_words)?;
        let size = corpus.words.len();
        let mut pairs = Array2::<f64>::zeros((size, size));
        for (word, context) in corpus.pairs(self.window) {
            pairs[[word, context]] += 1.0;
        }
        let of_word = pairs.sum_axis(Axis(1));
        let all = of_word.sum();
        let matrix = Array2::from_shape_fn(pairs.dim(), |(w, c)| match pairs[[w, c]] {
            0.0 => 0.0,
            count => ((count * all / (of_word[w] * of_word[c])).ln() - self.shift.ln()).max(0.0),
        });
        Ok((corpus.words, matrix))
    }

    /// Whether the parameters are in their domains, as far as that does not depend on the corpus.
    ///
    /// # Errors
    /// [`FitError::Parameter`] with the first that is not.
    pub fn check(&self) -> Result<(), FitError> {
        at_least_one(&[("window", self.window), ("dimensions", self.dimensions), ("max_words", self.max_words)])?;
        if !(self.shift >= 1.0 && self.shift.is_finite()) {
            return Err(parameter("shift", self.shift, "a finite number of at least 1"));
        }
        Ok(())
    }
}
