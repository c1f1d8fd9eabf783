//! Words as vectors.

mod corpus;
mod ppmi;
mod read;
mod skip_gram;

pub use ppmi::Ppmi;
pub use skip_gram::SkipGram;

use super::tokenized::folded;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Vectors of words, one of the same length for each.
///
/// They are read from a text file of word2vec or GloVe, or made here of a corpus by [`Ppmi`] or [`SkipGram`]. A word is
/// looked up as it is, else in lower case.
///
/// ```
/// use latent_augment::text::Embedding;
///
/// let embedding = Embedding::read_glove("king 1 0.1\nqueen 0.9 0.3\ncabbage -0.5 2\n".as_bytes())?;
/// let (word, cosine) = embedding.nearest("King", 1)[0];
/// assert_eq!(word, "queen");
/// assert!((cosine - 0.976).abs() < 1e-3);
/// # Ok::<(), latent_augment::text::TableError>(())
/// ```
#[derive(Debug)]
pub struct Embedding {
    words: Vec<String>,
    index: HashMap<String, usize>,
    vectors: Array2<f32>,
    /// The vectors scaled to length 1; those of zeros stay.
    directions: Array2<f32>,
    /// What has been looked for already: words and how many neighbours.
    found: Mutex<HashMap<(usize, usize), Neighbours>>,
}

/// Words by their index with their cosines, the nearest first.
type Neighbours = Arc<[(usize, f32)]>;

impl Embedding {
    /// Words, each once, and their vectors in rows.
    fn new(words: Vec<String>, vectors: Array2<f32>) -> Self {
        let index = words.iter().enumerate().map(|(i, word)| (word.clone(), i)).collect();
        let mut directions = vectors.clone();
        for mut row in directions.outer_iter_mut() {
            // In f64, where no square of an f32 overflows or vanishes.
            let norm = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
            if norm > 0.0 {
                row.mapv_inplace(|x| (f64::from(x) / norm) as f32);
            }
        }
        Self { words, index, vectors, directions, found: Mutex::default() }
    }

    /// The words, in the order of the rows of [`vectors`](Self::vectors).
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The vectors, (words, dimensions).
    pub fn vectors(&self) -> ArrayView2<'_, f32> {
        self.vectors.view()
    }

    /// The vector of a word, if it has one.
    pub fn vector(&self, word: &str) -> Option<ArrayView1<'_, f32>> {
        self.place(word).map(|row| self.vectors.index_axis(Axis(0), row))
    }

    /// The cosine of the angle between the vectors of two words, in [-1, 1]; `None` if one of them has no direction.
    pub fn cosine(&self, a: &str, b: &str) -> Option<f32> {
        let (a, b) = (self.place(a)?, self.place(b)?);
        let has_direction = self.has_direction(a) && self.has_direction(b);
        has_direction.then(|| self.cosine_of(a, b))
    }

    /// The `count` other words whose vectors have the greatest cosines with that of a word, the nearest first; of
    /// equals the first in the table. There are none for a word that has no direction, and no word without direction is
    /// near one.
    pub fn nearest(&self, word: &str, count: usize) -> Vec<(&str, f32)> {
        let neighbours = self.place(word).map(|row| self.neighbours(row, count));
        neighbours.iter().flat_map(|near| near.iter().map(|&(row, cosine)| (&self.words[row][..], cosine))).collect()
    }

    fn place(&self, word: &str) -> Option<usize> {
        self.index.get(word).or_else(|| self.index.get(&folded(word))).copied()
    }

    fn has_direction(&self, row: usize) -> bool {
        self.directions.index_axis(Axis(0), row).iter().any(|&x| x != 0.0)
    }

    fn cosine_of(&self, a: usize, b: usize) -> f32 {
        let direction = |row| self.directions.index_axis(Axis(0), row);
        direction(a).dot(&direction(b)).clamp(-1.0, 1.0)
    }

    fn neighbours(&self, row: usize, count: usize) -> Neighbours {
        let found = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(neighbours) = found().get(&(row, count)) {
            return Arc::clone(neighbours);
        }
        let neighbours = self.search(row, count);
        found().insert((row, count), Arc::clone(&neighbours));
        neighbours
    }

    fn search(&self, row: usize, count: usize) -> Neighbours {
        if count == 0 || !self.has_direction(row) {
            return Arc::new([]);
        }
        let others = (0..self.words.len()).filter(|&other| other != row && self.has_direction(other));
        let mut cosines: Vec<(usize, f32)> = others.map(|other| (other, self.cosine_of(row, other))).collect();
        let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if count < cosines.len() {
            cosines.select_nth_unstable_by(count, order);
            cosines.truncate(count);
        }
        cosines.sort_unstable_by(order);
        cosines.into()
    }
}

impl Clone for Embedding {
    fn clone(&self) -> Self {
        Self::new(self.words.clone(), self.vectors.clone())
    }
}

impl PartialEq for Embedding {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words && self.vectors == other.vectors
    }
}
