//! Text augmentation: which method helps a classifier that learns from few labelled sentences.
//!
//! [Reviews](latent_datasets::synthetic::reviews), whose labels are known by construction, are classified as good or bad, by
//! a linear softmax on counts of words or by gated recurrent units, from as few of them as the configuration says. The
//! training reviews are changed anew in each epoch by the chain `[[augment]]`, before that by `sentence_swap`. What
//! operators know of the language is made by the study: TF-IDF and an embedding of all reviews but the test ones, without
//! their labels; a thesaurus and a lexicon of the words of the generator, with gaps and mistakes (`knowledge`).
//!
//! A run is one method, one classifier, one seed. The seed determines data, knowledge and initial weights too, so that methods
//! with the same seed differ in the augmentation alone; the sweep `text_augmentation` compares them.
//!
//! Sources of the methods: Wei and Zou, *EDA*, EMNLP-IJCNLP 2019; Xie et al., *Unsupervised data augmentation for
//! consistency training*, NeurIPS 2020; Wang and Yang, *That's so annoying!!!*, EMNLP 2015.

mod classifier;
mod conclude;
mod config;
mod data;
mod knowledge;
mod texts;

use classifier::Classifier;
use config::{ClassifierName, Config, Knowledge};
use data::{Corpus, Vocabulary};
use texts::{TextBatch, Texts};

use latent_report as report;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::training::{Configs, Evaluation, Shorthand, Study};
use latent_train::Player;
use latent_train::session::Ended;

/// The study.
pub struct TextAugmentation;

/// Reviews that are evaluated at once.
const BATCH: usize = 250;

impl Study for TextAugmentation {
    const NAME: &'static str = "text_augmentation";
    const ABOUT: &'static str = "Train a classifier on few labelled sentences, augmented or not, and test it on many";
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand {
            flag: "classifier",
            key: "classifier",
            value: "NAME",
            values: &["bag_of_words", "gru"],
            help: "What classifies",
        },
        Shorthand {
            flag: "train-reviews",
            key: "train_reviews",
            value: "N",
            values: &[],
            help: "How many labelled reviews to learn from",
        },
    ];
    const FIGURES: &'static [&'static str] = &[
        "accuracy, test",
        "cross-entropy, test",
        "accuracy, plain",
        "accuracy, turned",
        "accuracy, new words",
        "accuracy, train",
        "objective, validation",
        "accuracy, validation",
    ];
    type Config = Config;
    type Data = Corpus;
    type Task = Classifier;
    type Source<'d> = Texts<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/text_augmentation")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<Corpus>, Failure> {
        Ok(Loaded::of(Corpus::generate(config, flags.seed)?))
    }

    fn model(config: &Config, data: &Corpus, seed: u64) -> Result<Classifier, Failure> {
        Ok(Classifier::new(config, data.vocabulary.len(), seed)?)
    }

    fn train<'d>(config: &Config, data: &'d Corpus, seed: u64) -> Result<Texts<'d>, Failure> {
        let texts = Texts::shuffled("training reviews", &data.train, data, config.training.batch_size, seed);
        texts.augmented(config, &data.resources, seed)
    }

    fn validation<'d>(_: &Config, data: &'d Corpus, _: u64) -> Result<Option<Evaluation<Texts<'d>>>, Failure> {
        let reviews = Texts::in_order("validation reviews", &data.validation, data, BATCH);
        Ok(Some(Evaluation::held_out(reviews)))
    }

    fn players(config: &Config, task: &Classifier, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, task)?])
    }

    fn describe(config: &Config, task: &Classifier) -> Result<String, Failure> {
        Ok(task.describe(config))
    }

    fn finish(config: &Config, task: &Classifier, data: &Corpus, ended: &Ended) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<TextAugmentation>()
}
