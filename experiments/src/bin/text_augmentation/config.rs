//! What a run depends on.

use latent_augment::text::{Chain, Ppmi, SentenceSwap};
use latent_optim::Adam;
use latent_study::training::StudyConfig;
use latent_train::Every;
use latent_train::config::{Check, Decay, Optimizer, Problems, Schedule, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `text_augmentation`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Labelled reviews to learn from.
    pub train_reviews: usize,
    /// Reviews without labels, of which TF-IDF, the embedding and the vocabulary are made beside the training ones.
    pub unlabelled_reviews: usize,
    /// Reviews that are evaluated while training: early stopping and the best checkpoint go by them.
    pub validation_reviews: usize,
    /// Reviews to test on.
    pub test_reviews: usize,
    /// What classifies.
    pub classifier: ClassifierName,
    /// Numbers of a word's vector, of the recurrent classifier.
    pub features: usize,
    /// Its hidden units.
    pub hidden: usize,
    /// What thesaurus and lexicon are worth.
    pub knowledge: Knowledge,
    /// How the embedding is made.
    pub embedding: Ppmi,
    /// Sentences exchanged with another training review of the same label, before the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence_swap: Option<SentenceSwap>,
    /// How training reviews are changed, anew in each epoch.
    pub augment: Chain,
    /// How long, and what happens how often.
    pub training: Training,
    /// How the weights are changed.
    pub optimizer: Optimizer,
}

/// What classifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassifierName {
    /// A linear softmax on counts of words.
    BagOfWords,
    /// Vectors of words, gated recurrent units, and a linear softmax on the state after the last word.
    Gru,
}

/// What thesaurus and lexicon are worth: they know the words of the generator, with gaps and mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knowledge {
    /// The probability that a word is in them, in [0, 1].
    pub coverage: f64,
    /// The probability that an entry is wrong, in [0, 1]: that a word is in the group of other ones, or has the other sign.
    pub wrong: f64,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self { coverage: 0.8, wrong: 0.1 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            train_reviews: 200,
            unlabelled_reviews: 4_000,
            validation_reviews: 1_000,
            test_reviews: 4_000,
            classifier: ClassifierName::BagOfWords,
            features: 32,
            hidden: 32,
            knowledge: Knowledge::default(),
            embedding: Ppmi { window: 5, dimensions: 32, ..Ppmi::default() },
            sentence_swap: None,
            augment: Chain::default(),
            training: Training {
                epochs: None,
                steps: Some(600),
                batch_size: 32,
                validate_every: Every::Steps(200),
                checkpoint_every: Every::Steps(300),
                log_every: 10,
                ..Training::default()
            },
            optimizer: Optimizer::new(Adam { learning_rate: 5e-3, ..Adam::default() })
                .schedule(Schedule { kind: Decay::Cosine, ..Schedule::default() }),
        }
    }
}

/// Memory is the bound: of a matrix of the words, of texts.
const MOST: usize = 1_000_000;

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        for (key, count, least) in [
            ("train_reviews", self.train_reviews, 1),
            ("unlabelled_reviews", self.unlabelled_reviews, 0),
            ("validation_reviews", self.validation_reviews, 1),
            ("test_reviews", self.test_reviews, 1),
            ("features", self.features, 1),
            ("hidden", self.hidden, 1),
        ] {
            let fits = (least..=MOST).contains(&count);
            problems.require(fits, key, format!("must be from {least} to {MOST}, got {count}"));
        }
        problems.table("knowledge", &self.knowledge);
        if let Err(error) = self.embedding.check() {
            problems.require(false, "embedding", error.to_string());
        }
        if let Some(Err(error)) = self.sentence_swap.map(|swap| swap.check()) {
            problems.require(false, "sentence_swap", error.fault.to_string());
        }
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
    }
}

impl Check for Knowledge {
    fn check(&self, problems: &mut Problems) {
        for (key, value) in [("coverage", self.coverage), ("wrong", self.wrong)] {
            problems.require((0.0..=1.0).contains(&value), key, format!("must be in [0, 1], got {value}"));
        }
    }
}

impl StudyConfig for Config {
    const RETIRED_KEYS: &'static [&'static str] = &["dataset"];

    fn training(&self) -> &Training {
        &self.training
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(("validation_reviews", self.validation_reviews))
    }
}
