//! What a step or a validation comes to, term by term.

use latent_tensor::Tensor;

/// A loss and the named terms that it is made of.
///
/// ```
/// use latent_tensor::Tensor;
/// use latent_train::Terms;
///
/// let (reconstruction, kl) = (Tensor::scalar(90.0), Tensor::scalar(4.0));
/// let terms = Terms::new(&reconstruction + &kl * 0.5, 128).with("reconstruction", &reconstruction).with("kl", &kl);
/// assert_eq!(terms.value("kl"), Some(4.0));
/// assert_eq!(terms.values(), [("objective", 92.0), ("reconstruction", 90.0), ("kl", 4.0)]);
/// ```
#[derive(Clone, Debug)]
pub struct Terms {
    objective: Tensor,
    samples: usize,
    values: Vec<(&'static str, f64)>,
}

impl Terms {
    /// A loss, which is differentiated, and the number of samples that it and the terms are means over.
    ///
    /// # Panics
    /// If the loss is not one number.
    pub fn new(objective: Tensor, samples: usize) -> Self {
        let values = vec![("objective", f64::from(objective.item()))];
        Self { objective, samples, values }
    }

    /// An objective that was computed, and is not differentiated.
    ///
    /// ```
    /// use latent_train::Terms;
    ///
    /// assert_eq!(Terms::computed(1.0 / 3.0, 5).values(), [("objective", 1.0 / 3.0)]);
    /// ```
    pub fn computed(objective: f64, samples: usize) -> Self {
        Self { objective: Tensor::scalar(objective as f32), samples, values: vec![("objective", objective)] }
    }

    /// With one more term, for reports.
    ///
    /// # Panics
    /// If it is not one number.
    #[must_use]
    pub fn with(self, name: &'static str, term: &Tensor) -> Self {
        self.with_value(name, f64::from(term.item()))
    }

    /// With one more number, for reports.
    #[must_use]
    pub fn with_value(mut self, name: &'static str, value: f64) -> Self {
        self.values.push((name, value));
        self
    }

    /// The loss.
    pub fn objective(&self) -> &Tensor {
        &self.objective
    }

    /// The number of samples that these are means over.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// All values by name, `objective` first.
    pub fn values(&self) -> &[(&'static str, f64)] {
        &self.values
    }

    /// One of the values.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(found, _)| *found == name).map(|&(_, value)| value)
    }
}

/// The mean of terms over several batches, each weighted by its samples; names in the order of their first appearance.
#[derive(Clone, Debug, Default)]
pub struct MeanTerms {
    sums: Vec<(&'static str, f64, f64)>,
}

impl MeanTerms {
    /// Takes the terms of one more batch into account.
    pub fn add(&mut self, terms: &Terms) {
        self.add_values(terms.samples, &terms.values);
    }

    /// Takes the values of so many more samples into account.
    pub(crate) fn add_values(&mut self, samples: usize, values: &[(&'static str, f64)]) {
        let weight = samples as f64;
        for &(name, value) in values {
            match self.sums.iter_mut().find(|(found, ..)| *found == name) {
                Some((_, sum, samples)) => {
                    *sum += value * weight;
                    *samples += weight;
                }
                None => self.sums.push((name, value * weight, weight)),
            }
        }
    }

    /// The means.
    pub fn values(&self) -> Vec<(&'static str, f64)> {
        self.sums.iter().map(|&(name, sum, samples)| (name, sum / samples)).collect()
    }
}
