//! Which classes samples are of, and how evenly.

use crate::MetricError;
use crate::input::Input;

/// `e^H` of the frequencies of classes, with their entropy `H`: as many classes would be seen if all were equally
/// frequent (Hill 1973, order 1). Of nothing it is one.
///
/// ```
/// use latent_metrics::samples::effective_classes;
///
/// assert!((effective_classes(&[5, 5, 5, 0]) - 3.0).abs() < 1e-12);
/// ```
pub fn effective_classes(counts: &[usize]) -> f64 {
    let all: usize = counts.iter().sum();
    let plogp = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    let entropy: f64 = counts.iter().map(|&count| count as f64 / all as f64).map(plogp).sum();
    entropy.exp()
}

/// Which classes were seen among samples; see [`modes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    /// How many samples are of each class.
    pub counts: Vec<usize>,
    /// The number of classes with a sample.
    pub seen: usize,
    /// The number of classes that would be seen if all were equally frequent: [`effective_classes`].
    pub effective: f64,
}

impl Modes {
    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.counts.iter().sum()
    }

    /// `KL(p || q) = sum_c p_c ln(p_c / q_c)` of these frequencies from those of real samples, in nats; infinite if a
    /// class is seen here that is none there. Srivastava et al., *VEEGAN*, 2017, section 4.1.
    ///
    /// # Errors
    /// Another number of classes, or nothing among the real ones.
    pub fn divergence_from(&self, real: &Self) -> Result<f64, MetricError> {
        let input = Input("divergence of modes");
        input.same("classes", real.counts.len(), self.counts.len())?;
        input.at_least("real samples", real.samples(), 1)?;
        let (here, there) = (self.samples() as f64, real.samples() as f64);
        let pairs = self.counts.iter().zip(&real.counts).filter(|(own, _)| **own > 0);
        Ok(pairs.map(|(&own, &other)| (own as f64 / here, other as f64 / there)).map(|(p, q)| p * (p / q).ln()).sum())
    }
}

/// The classes that a classifier sees in samples: how many modes there are, and how evenly they are filled.
///
/// # Errors
/// No samples, or a class that is not below `classes`.
///
/// ```
/// use latent_metrics::samples::modes;
///
/// let found = modes(&[0, 0, 2, 2], 4)?;
/// assert_eq!((found.seen, &found.counts[..]), (2, &[2, 0, 2, 0][..]));
/// assert!((found.effective - 2.0).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn modes(labels: &[usize], classes: usize) -> Result<Modes, MetricError> {
    let input = Input("modes");
    input.at_least("samples", labels.len(), 1)?;
    input.classes(labels, classes)?;
    let mut counts = vec![0; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    let seen = counts.iter().filter(|&&count| count > 0).count();
    let effective = effective_classes(&counts);
    Ok(Modes { counts, seen, effective })
}
