//! Batches of texts.

use super::{Config, Corpus, Vocabulary};
use latent_augment::text::{Augmenter, Resources, SentenceSwap};
use latent_datasets::batches::epoch_order;
use latent_datasets::synthetic::reviews::Review;
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use latent_train::Source;
use sha2::{Digest, Sha256};

/// Batches of reviews as numbers of words, in an order that the seed and the epoch determine.
#[derive(Debug)]
pub struct Texts<'d> {
    name: &'static str,
    reviews: &'d [Review],
    vocabulary: &'d Vocabulary,
    resources: &'d Resources,
    size: usize,
    shuffle: Option<u64>,
    augmentation: Option<Augmentation>,
}

/// Some of the reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBatch {
    /// The words of each, by number.
    pub words: Vec<Vec<usize>>,
    /// Their labels: 1 for good ones.
    pub labels: Vec<usize>,
}

/// What becomes of a review: a function of the seed, the epoch and its number alone.
#[derive(Debug)]
struct Augmentation {
    augmenter: Augmenter,
    swap: Option<SentenceSwap>,
    seed: u64,
}

impl<'d> Texts<'d> {
    /// In the order of the set, to be evaluated; batches are of at least one.
    pub fn in_order(name: &'static str, reviews: &'d [Review], corpus: &'d Corpus, size: usize) -> Self {
        let Corpus { vocabulary, resources, .. } = corpus;
        Self { name, reviews, vocabulary, resources, size: size.max(1), shuffle: None, augmentation: None }
    }

    /// In another order each epoch, to be trained on.
    pub fn shuffled(name: &'static str, reviews: &'d [Review], corpus: &'d Corpus, size: usize, seed: u64) -> Self {
        Self { shuffle: Some(seed), ..Self::in_order(name, reviews, corpus, size) }
    }

    /// With reviews changed as the configuration says.
    ///
    /// Sentences are exchanged with another review of the same label, drawn from the stream
    /// `(seed, "partner", [epoch, sample])`; then the chain is applied.
    ///
    /// # Errors
    /// If an operator needs what is not there.
    pub fn augmented(self, config: &Config, resources: &Resources, seed: u64) -> Result<Self, Failure> {
        if config.augment.steps().is_empty() && config.sentence_swap.is_none() {
            return Ok(self);
        }
        let augmenter = Augmenter::new(config.augment.clone(), resources.clone());
        let augmenter = augmenter.map_err(|error| Failure::new(format!("augment: {error}")))?;
        Ok(Self { augmentation: Some(Augmentation { augmenter, swap: config.sentence_swap, seed }), ..self })
    }

    /// A review of this number as it is trained on in an epoch.
    pub fn text(&self, epoch: u64, sample: usize) -> String {
        let text = &self.reviews[sample].text;
        let Some(Augmentation { augmenter, swap, seed }) = &self.augmentation else { return text.clone() };
        let partner = swap.and_then(|swap| Some((swap, self.partner(*seed, epoch, sample)?)));
        let swapped = partner.map(|(swap, other)| {
            let swapped = swap.apply(text, &other.text, self.resources, *seed, epoch, sample as u64);
            swapped.expect("the parameters have been checked, and there is TF-IDF").0
        });
        augmenter.apply(swapped.as_ref().unwrap_or(text), *seed, epoch, sample as u64)
    }

    /// Another review of the same label, if there is one.
    fn partner(&self, seed: u64, epoch: u64, sample: usize) -> Option<&'d Review> {
        let others = || {
            let of_label = self.reviews.iter().enumerate();
            of_label.filter(|(number, other)| *number != sample && other.positive == self.reviews[sample].positive)
        };
        let count = others().count();
        let mut stream = Stream::new(seed, "partner", &[epoch, sample as u64]);
        (count > 0).then(|| others().nth(stream.below(count)).map(|(_, other)| other))?
    }
}

impl Source for Texts<'_> {
    type Batch = TextBatch;

    fn batches(&self) -> usize {
        self.reviews.len().div_ceil(self.size)
    }

    fn batch(&self, epoch: u64, index: usize) -> TextBatch {
        let places = index * self.size..self.reviews.len().min((index + 1) * self.size);
        let samples: Vec<usize> = match self.shuffle {
            Some(seed) => epoch_order(self.reviews.len(), seed, epoch)[places].to_vec(),
            None => places.collect(),
        };
        let words = |_, &sample: &usize| self.vocabulary.encode(&self.text(epoch, sample), &self.resources.tokenizer);
        TextBatch {
            words: parallel::map(&samples, words),
            labels: samples.iter().map(|&sample| self.reviews[sample].positive.into()).collect(),
        }
    }

    /// Name, number, and a checksum of all texts and labels.
    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for review in self.reviews {
            digest.update(review.text.as_bytes());
            digest.update([b'\n', review.positive.into()]);
        }
        let checksum = digest.finalize()[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        format!("{}: {} texts, sha256 {checksum}", self.name, self.reviews.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_augment::text::Chain;
    use latent_numeric::parallel::with_threads;
    use std::collections::BTreeSet;

    fn corpus() -> Corpus {
        let config = Config { train_reviews: 40, unlabelled_reviews: 200, test_reviews: 10, ..Config::default() };
        Corpus::generate(&config, 5).unwrap()
    }

    fn config(chain: &str, swap: bool) -> Config {
        let sentence_swap = swap.then_some(SentenceSwap { rate: 1.0, threshold: 0.05, merge: 0.1 });
        Config { augment: Chain::from_toml(chain).unwrap(), sentence_swap, ..Config::default() }
    }

    const EDA: &str = "[[augment]]\nop = 'random_swap'\n[[augment]]\nop = 'embedding_replacement'\nrate = 0.5\n";

    #[test]
    fn draws_belong_to_seed_epoch_and_sample() {
        let corpus = corpus();
        let texts = |seed: u64, size: usize, epoch: u64, threads: usize| {
            with_threads(threads, || {
                let texts = Texts::in_order("few", &corpus.train, &corpus, size);
                let texts = texts.augmented(&config(EDA, true), &corpus.resources, seed).unwrap();
                (0..texts.batches()).flat_map(|k| texts.batch(epoch, k).words).collect::<Vec<_>>()
            })
            .unwrap()
        };
        assert_eq!(texts(5, 7, 2, 1), texts(5, 40, 2, 3));
        assert_ne!(texts(5, 7, 2, 1), texts(5, 7, 3, 1));
        assert_ne!(texts(5, 7, 2, 1), texts(6, 7, 2, 1));
    }

    #[test]
    fn an_epoch_has_each_review_once() {
        let corpus = corpus();
        let plain =
            Texts::shuffled("few", &corpus.train, &corpus, 9, 5).augmented(&config("", false), &corpus.resources, 5);
        let plain = plain.unwrap();
        let whole = Texts::in_order("few", &corpus.train, &corpus, 100).batch(0, 0);
        for epoch in 0..3 {
            let batches: Vec<TextBatch> = (0..plain.batches()).map(|k| plain.batch(epoch, k)).collect();
            let pairs = |batch: &TextBatch| batch.words.iter().cloned().zip(batch.labels.clone()).collect::<Vec<_>>();
            let mut found: Vec<_> = batches.iter().flat_map(pairs).collect();
            let mut expected = pairs(&whole);
            assert_ne!(found, expected);
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn sentences_come_from_reviews_of_the_same_label() {
        let corpus = corpus();
        let texts = Texts::in_order("few", &corpus.train, &corpus, 40);
        let texts = texts.augmented(&config("", true), &corpus.resources, 5).unwrap();
        let sentences = |text: &str| text.split_inclusive('.').map(|s| s.trim().to_owned()).collect::<Vec<_>>();
        let mut changed = 0;
        for (sample, review) in corpus.train.iter().enumerate() {
            let same = corpus.train.iter().filter(|other| other.positive == review.positive);
            let allowed: BTreeSet<String> = same.flat_map(|other| sentences(&other.text)).collect();
            for epoch in 0..5 {
                let text = texts.text(epoch, sample);
                changed += usize::from(text != review.text);
                assert!(sentences(&text).iter().all(|sentence| allowed.contains(sentence)), "{text}");
            }
        }
        assert!(changed > 20, "{changed} of 200 changed");
    }

    #[test]
    fn a_review_without_another_of_its_label_stays() {
        let corpus = corpus();
        let texts = Texts::in_order("one", &corpus.train[..1], &corpus, 4);
        let texts = texts.augmented(&config("", true), &corpus.resources, 5).unwrap();
        assert_eq!(texts.text(3, 0), corpus.train[0].text);
    }

    #[test]
    fn what_is_missing_is_told_with_its_place() {
        let corpus = corpus();
        let resources = Resources { embedding: None, ..corpus.resources.clone() };
        let texts = Texts::in_order("few", &corpus.train, &corpus, 9);
        let error = texts.augmented(&config(EDA, false), &resources, 5).unwrap_err().to_string();
        assert!(error.contains("augment: augment[1] (embedding_replacement)"), "{error}");
    }
}
