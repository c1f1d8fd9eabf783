//! Classifiers of digits from few labels: what features that were learned without labels are worth.
//!
//! A dictionary, or convolutional filters, are learned from all training images without their labels. A linear map to the
//! classes is then trained on the features of a few labelled images: their sparse codes, or what a network of the LISTA
//! family makes of them, which begins as iterations of ISTA with the dictionary and may be trained along. The controls are
//! the pixels, random dictionaries, and the same networks from random ones. That features learned in this way are
//! good for classes is in LeCun's lecture on regularised latent-variable energy models; Kavukcuoglu, Ranzato and LeCun, *Fast
//! inference in sparse coding algorithms with applications to object recognition*, 2008.

mod conclude;
mod config;
mod data;
mod encoder;
mod pretrain;
mod task;

use config::Config;
use data::FewLabelled;
use task::ClassifierTask;

use latent_report as report;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::{Loaded, chosen, load};
use latent_study::failure::Failure;
use latent_study::training::{Configs, Evaluation, Preparation, Shorthand, Study};
use latent_train::Player;
use latent_train::progress::grouped;
use latent_train::session::Ended;
use latent_train::sources::Images;

/// The study.
pub struct FewLabels;

/// Test images of a batch.
const BATCH: usize = 250;

impl Study for FewLabels {
    const NAME: &'static str = "few_labels";
    const ABOUT: &'static str =
        "Train a classifier of digits from few labels, on features that were learned without any, and judge it";
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand {
            flag: "labels",
            key: "labels",
            value: "N",
            values: &[],
            help: "Labelled images, of all classes together",
        },
        Shorthand {
            flag: "features",
            key: "features",
            value: "NAME",
            values: &["pixels", "codes", "network", "convolutional"],
            help: "What the classes are told from",
        },
        Shorthand {
            flag: "atoms",
            key: "atoms",
            value: "NAME",
            values: &["learned", "random"],
            help: "Where the dictionary or the filters come from",
        },
    ];
    const FIGURES: &'static [&'static str] =
        &["accuracy, test", "cross-entropy, test", "objective, validation", "accuracy, validation"];
    type Config = Config;
    type Data = FewLabelled;
    type Task = ClassifierTask;
    type Source<'d> = Images<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/few_labels")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<FewLabelled>, Failure> {
        let loaded = load(flags)?;
        let splits = chosen(loaded.splits, None, config.validation_images)?;
        let splits = FewLabelled::new(splits, config.labels, config.test_images, flags.seed)?;
        Ok(Loaded { dataset: loaded.dataset, splits, note: loaded.note })
    }

    fn model(config: &Config, data: &FewLabelled, seed: u64) -> Result<ClassifierTask, Failure> {
        ClassifierTask::new(config, data, seed)
    }

    fn prepare<'a>(
        config: &'a Config,
        task: &'a ClassifierTask,
        data: &'a FewLabelled,
        seed: u64,
    ) -> Option<Preparation<'a>> {
        Some(Box::new(move |interrupt| task.learn(config, data, seed, interrupt)))
    }

    fn train<'d>(config: &Config, data: &'d FewLabelled, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.labelled, config.training.batch_size, seed)?;
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation<'d>(_: &Config, data: &'d FewLabelled, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        Ok(Some(match &data.validation {
            Some(images) => Evaluation::held_out(Images::in_order(images, BATCH)?),
            None => Evaluation::test(Images::in_order(&data.test, BATCH)?),
        }))
    }

    fn players(config: &Config, task: &ClassifierTask, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, task.trained())?])
    }

    fn describe(config: &Config, task: &ClassifierTask) -> Result<String, Failure> {
        Ok(format!(
            "features      {} of {}, {}\nlabels        {}, as many of each class\nparameters    {} trained",
            grouped(task.features() as u64),
            config.told(),
            if task.is_trained() { "trained with the classifier" } else { "as they are" },
            grouped(config.labels as u64),
            grouped(task.trained().parameter_count() as u64)
        ))
    }

    fn finish(
        config: &Config,
        task: &ClassifierTask,
        data: &FewLabelled,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<FewLabels>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config;

    #[test]
    fn mistakes_are_told_by_key() {
        let text = "labels = 0\nfeatures = 'pixels'\nfine_tune = true\nlayers = 0\nlambda = -1.0\nside = 1\npool = 0\n";
        let error = config::read::<Config>(text, &[]).unwrap_err().to_string();
        for told in ["labels", "fine_tune", "layers", "lambda", "side", "pool"] {
            assert!(error.contains(told), "{told} is not in: {error}");
        }
        let error = config::read::<Config>("features = 'pixel'", &[]).unwrap_err().to_string();
        assert!(error.contains("features") && error.contains("convolutional"), "{error}");
    }
}
