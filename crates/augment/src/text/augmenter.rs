//! Chains at work.

use super::run::{check_resources, run};
use super::{Chain, Resources, TokenizedText};
use crate::error::{AugmentError, Fault, Place};
use crate::steps::Name;
use latent_numeric::parallel;

/// A chain with the resources that it needs.
///
/// What becomes of a text is a function of the seed, the epoch and the number of the sample alone.
///
/// ```
/// use latent_augment::text::{Augmenter, Chain, RandomSwap, Resources, Step};
///
/// let chain = Chain::new(vec![Step::always(RandomSwap { alpha: 0.2 })])?;
/// let augmenter = Augmenter::new(chain, Resources::default())?;
/// let (seed, epoch) = (7, 2);
/// let texts = ["One, two: three.", "The rest is silence."];
/// let batch = augmenter.apply_batch(&texts, seed, epoch, &[40, 41])?;
/// // Sample 41 alone is what it is in the batch, and punctuation is where it was.
/// assert_eq!(augmenter.apply(texts[1], seed, epoch, 41), batch[1]);
/// assert!(batch[0].ends_with('.') && batch[0].contains(", ") && batch[0].contains(": "));
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Augmenter {
    chain: Chain,
    resources: Resources,
}

impl Augmenter {
    /// A chain that works with these resources.
    ///
    /// # Errors
    /// If there is none that an operator needs; the error names the operator and its place.
    pub fn new(chain: Chain, resources: Resources) -> Result<Self, AugmentError> {
        check_resources(chain.steps(), &resources, &mut Vec::new())?;
        Ok(Self { chain, resources })
    }

    /// The chain.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The resources.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Augments a text. A text without words stays as it is.
    pub fn apply(&self, text: &str, seed: u64, epoch: u64, sample: u64) -> String {
        let mut tokenized = self.resources.tokenizer.tokenize(text);
        self.apply_tokenized(&mut tokenized, seed, epoch, sample);
        tokenized.to_string()
    }

    /// Augments a text that is cut into words already.
    pub fn apply_tokenized(&self, text: &mut TokenizedText, seed: u64, epoch: u64, sample: u64) {
        if text.words().is_empty() {
            return;
        }
        let mut name = Name::default();
        name.reset(seed, epoch, sample);
        run(self.chain.steps(), &mut name, text, &self.resources);
    }

    /// Augments texts that have the given numbers: each as it would be alone, in parallel.
    ///
    /// # Errors
    /// If there are more or fewer numbers than texts.
    pub fn apply_batch<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        seed: u64,
        epoch: u64,
        samples: &[u64],
    ) -> Result<Vec<String>, AugmentError> {
        if samples.len() != texts.len() {
            let fault = Fault::Mismatch {
                what: "numbers of samples",
                found: samples.len().to_string(),
                expected: format!("{}, one for each text", texts.len()),
            };
            return Err(AugmentError::new(Place::default(), fault));
        }
        let texts = texts.iter().map(AsRef::as_ref).zip(samples);
        Ok(parallel::map(texts, |_, (text, &sample): (&str, _)| self.apply(text, seed, epoch, sample)))
    }
}
