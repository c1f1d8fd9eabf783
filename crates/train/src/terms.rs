//! What a step or a validation comes to, term by term.

use crate::Name;
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
/// let names: Vec<&str> = terms.values().iter().map(|(name, _)| name.as_ref()).collect();
/// assert_eq!(names, ["objective", "reconstruction", "kl"]);
/// ```
#[derive(Clone, Debug)]
pub struct Terms {
    objective: Tensor,
    samples: usize,
    values: Vec<(Name, f64)>,
}

impl Terms {
    /// The terms of a batch, so far only the `objective`: a loss that is differentiated, the mean over so many samples.
    ///
    /// # Panics
    /// If the loss is not one number.
    pub fn new(objective: Tensor, samples: usize) -> Self {
        let values = vec![("objective".into(), f64::from(objective.item()))];
        Self { objective, samples, values }
    }

    /// The terms of a batch whose `objective` is a number that is not differentiated.
    ///
    /// ```
    /// use latent_train::Terms;
    ///
    /// assert_eq!(Terms::computed(1.0 / 3.0, 5).value("objective"), Some(1.0 / 3.0));
    /// ```
    pub fn computed(objective: f64, samples: usize) -> Self {
        Self { objective: Tensor::scalar(objective as f32), samples, values: vec![("objective".into(), objective)] }
    }

    /// Adds a named term that is reported beside the objective, and not differentiated.
    ///
    /// # Panics
    /// If it is not one number.
    #[must_use]
    pub fn with(self, name: impl Into<Name>, term: &Tensor) -> Self {
        self.with_value(name, f64::from(term.item()))
    }

    /// Adds a named number that is reported beside the objective.
    #[must_use]
    pub fn with_value(mut self, name: impl Into<Name>, value: f64) -> Self {
        self.values.push((name.into(), value));
        self
    }

    /// Adds several named numbers that are reported beside the objective.
    #[must_use]
    pub fn with_values<N: Into<Name>>(mut self, values: impl IntoIterator<Item = (N, f64)>) -> Self {
        self.values.extend(values.into_iter().map(|(name, value)| (name.into(), value)));
        self
    }

    /// The loss, with its history for differentiation.
    pub fn objective(&self) -> &Tensor {
        &self.objective
    }

    /// The number of samples that the terms are means over.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// All values by name, `objective` first.
    pub fn values(&self) -> &[(Name, f64)] {
        &self.values
    }

    /// The value of the term of this name, if there is one.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(found, _)| *found == name).map(|&(_, value)| value)
    }
}

/// The mean of terms over several batches, each weighted by its samples; names in the order of their first appearance.
#[derive(Clone, Debug, Default)]
pub struct MeanTerms {
    sums: Vec<(Name, f64, f64)>,
}

impl MeanTerms {
    /// Adds the terms of one more batch.
    pub fn add(&mut self, terms: &Terms) {
        self.add_values(terms.samples, &terms.values);
    }

    /// Takes the values of so many more samples into account.
    pub(crate) fn add_values(&mut self, samples: usize, values: &[(Name, f64)]) {
        let weight = samples as f64;
        for (name, value) in values {
            match self.sums.iter_mut().find(|(found, ..)| found == name) {
                Some((_, sum, samples)) => {
                    *sum += value * weight;
                    *samples += weight;
                }
                None => self.sums.push((name.clone(), value * weight, weight)),
            }
        }
    }

    /// The mean of each term over all samples, by name.
    pub fn values(&self) -> Vec<(Name, f64)> {
        self.sums.iter().map(|(name, sum, samples)| (name.clone(), sum / samples)).collect()
    }
}
