//! Both classifiers.

use super::{ClassifierName, Config, TextBatch};
use latent_layers::{Context, Embedding, Gru, Init, Layer, LayerError, Linear, Module, Visitor};
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use latent_train::classification;
use latent_train::progress::grouped;
use latent_train::{Name, Pass, Task, TaskError, Terms};
use ndarray::{Array2, Ix2};

/// Good or bad.
const CLASSES: usize = 2;

/// Tells good texts from bad ones: words as numbers give the logarithms of the odds of both, up to a constant.
///
/// It is trained by cross-entropy, in nats a text, and reports the accuracy beside it.
#[derive(Debug)]
pub struct Classifier {
    words: Words,
    head: Linear,
}

/// What is made of the words.
#[derive(Debug)]
enum Words {
    /// How often each occurs.
    Counts { vocabulary: usize },
    /// The state after the last one.
    State { vectors: Embedding, states: Gru },
}

impl Classifier {
    /// The classifier of the configuration for so many words, initialised from the stream `(seed, "initialisation", [])`.
    ///
    /// The weights of counts are zero at first: a word that was never learned counts for nothing. Vectors of words are
    /// normal.
    ///
    /// # Errors
    /// If a size is zero.
    pub fn new(config: &Config, vocabulary: usize, seed: u64) -> Result<Self, LayerError> {
        let stream = &mut Stream::new(seed, "initialisation", &[]);
        Ok(match config.classifier {
            ClassifierName::BagOfWords => Self {
                words: Words::Counts { vocabulary },
                head: Linear::with_init(vocabulary, CLASSES, Init::Zeros, stream),
            },
            ClassifierName::Gru => Self {
                words: Words::State {
                    vectors: Embedding::new(vocabulary, config.features, stream),
                    states: Gru::new(config.features, config.hidden, 1, stream)?,
                },
                head: Linear::new(config.hidden, CLASSES, stream),
            },
        })
    }

    /// The logits of texts, (samples, 2). What is said of a text does not depend on the others.
    ///
    /// # Errors
    /// If a number is not that of a word.
    pub fn logits(&self, texts: &[Vec<usize>], context: &mut Context) -> Result<Tensor, LayerError> {
        let features = match &self.words {
            Words::Counts { vocabulary } => {
                let mut counts = Array2::<f32>::zeros((texts.len(), *vocabulary));
                for (mut row, text) in counts.rows_mut().into_iter().zip(texts) {
                    text.iter().for_each(|&word| row[word] += 1.0);
                }
                Tensor::constant(counts)
            }
            Words::State { vectors, states } => {
                let steps = texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
                // What is beyond the end of a text is computed and never looked at.
                let padded =
                    Array2::from_shape_fn((texts.len(), steps), |(i, t)| texts[i].get(t).copied().unwrap_or(0));
                let (states, _) = states.run(&vectors.look_up(padded.view(), context)?, None, context)?;
                let hidden = states.shape()[2];
                let last: Vec<usize> =
                    texts.iter().enumerate().map(|(i, text)| i * steps + text.len().max(1) - 1).collect();
                states.reshape(&[texts.len() * steps, hidden]).index_select(0, &last)
            }
        };
        self.head.forward(&features, context)
    }

    /// For each text the probability that it is good.
    ///
    /// # Errors
    /// As [`logits`](Self::logits).
    pub fn probabilities(&self, texts: &[Vec<usize>]) -> Result<Vec<f64>, LayerError> {
        let logits = no_grad(|| self.logits(texts, &mut Context::evaluate()))?;
        let logits = logits.view_as::<Ix2>();
        Ok(logits.rows().into_iter().map(|row| 1.0 / (1.0 + f64::from(row[0] - row[1]).exp())).collect())
    }

    /// What it is made of, for `--dry-run`.
    pub fn describe(&self, config: &Config) -> String {
        let what = match &self.words {
            Words::Counts { vocabulary } => {
                format!("a linear softmax on counts of {} words", grouped(*vocabulary as u64))
            }
            Words::State { vectors, .. } => format!(
                "{} hidden gated recurrent units over vectors of {} numbers of {} words, and a linear softmax",
                config.hidden,
                config.features,
                grouped(vectors.weight.shape()[0] as u64)
            ),
        };
        format!("classifier    {what}\nparameters    {}", grouped(self.parameter_count() as u64))
    }
}

impl Module for Classifier {
    fn kind(&self) -> &'static str {
        "classifier"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        if let Words::State { vectors, states } = &self.words {
            visitor.module("vectors", vectors);
            visitor.module("states", states);
        }
        visitor.module("head", &self.head);
    }
}

impl Task for Classifier {
    type Batch = TextBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("classifier".into(), self)]
    }

    fn loss(&self, _: usize, batch: &TextBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let logits = self.logits(&batch.words, &mut pass.context)?;
        Ok(classification::terms(&logits, &batch.labels))
    }

    fn evaluate(&self, batch: &TextBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.loss(0, batch, pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn classifier(name: ClassifierName) -> Classifier {
        let config = Config { classifier: name, features: 5, hidden: 7, ..Config::default() };
        let model = Classifier::new(&config, 12, 3).unwrap();
        // Away from the zeros of the linear one.
        let mut stream = Stream::new(1, "test", &[]);
        model.head.weight.original.elements().iter_mut().for_each(|w| *w += stream.normal::<f32>());
        model
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_text_is_judged_alone_as_among_others(texts in prop::collection::vec(prop::collection::vec(0_usize..12, 1..9), 1..6)) {
            for name in [ClassifierName::BagOfWords, ClassifierName::Gru] {
                let model = classifier(name);
                let together = model.probabilities(&texts).unwrap();
                for (text, p) in texts.iter().zip(together) {
                    let alone = model.probabilities(std::slice::from_ref(text)).unwrap()[0];
                    prop_assert!((alone - p).abs() < 1e-5, "{name:?}: {alone} alone, {p} among others");
                }
            }
        }

        #[test]
        fn only_the_recurrent_one_cares_for_the_order(text in Just((0_usize..12).collect::<Vec<_>>()).prop_shuffle()) {
            let sorted: Vec<usize> = (0..12).collect();
            let told = |name| classifier(name).probabilities(&[text.clone(), sorted.clone()]).unwrap();
            let counts = told(ClassifierName::BagOfWords);
            prop_assert!((counts[0] - counts[1]).abs() < 1e-6);
            let states = told(ClassifierName::Gru);
            prop_assert!(text == sorted || states[0] != states[1]);
        }
    }

    #[test]
    fn counts_say_nothing_before_training() {
        let model = Classifier::new(&Config::default(), 12, 3).unwrap();
        assert_eq!(model.probabilities(&[vec![1, 2], vec![11]]).unwrap(), [0.5, 0.5]);
    }

    #[test]
    fn a_word_beyond_the_vocabulary_is_an_error_of_the_recurrent_one() {
        let error = classifier(ClassifierName::Gru).probabilities(&[vec![12]]).unwrap_err().to_string();
        assert!(error.contains("12"), "{error}");
    }
}
