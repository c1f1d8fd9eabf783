//! Digits.

use latent_datasets::Splits;
use latent_sparse::dictionary::Samples;
use latent_sparse::lista::SupportSelection;
use latent_sparse::train::{EncoderLoss, EncodersTask};
use latent_study::augmentation::Augmentation;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::{self, ImageSamples, Loaded};
use latent_study::failure::Failure;
use latent_study::mixing::Mixed;
use latent_study::sparse::encoders::{Config, Configured, Domain, Encoders, VALIDATED};
use latent_study::sparse::networks::Network;
use latent_study::trained::{Digits, Opened};
use latent_study::training::Configs;
use latent_study::training::Evaluation;
use latent_study::{DatasetChoice, DatasetName};
use latent_train::config::Training;
use latent_train::sources::Images;
use ndarray::Array2;

/// Images of digits, pixels in [0, 1].
#[derive(Clone, Debug)]
pub struct DigitImages;

impl Configured for DigitImages {
    const DATASETS: &'static [DatasetChoice] = data::DATASETS;
    type Settings = ();

    fn defaults() -> Config<Self> {
        Config {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            validation_images: None,
            patches: (),
            atoms: 256,
            lambda: 0.1,
            dictionary_batches: 200,
            networks: vec![Network::Lista, Network::Cp, Network::Slista],
            layers: 8,
            selection: SupportSelection { percent: 1.2, max_percent: 13.0 },
            loss: EncoderLoss::Codes,
            learning_rate: 1e-3,
            refinements: vec![0.2],
            compared_images: 500,
            training: Training { epochs: Some(12), log_every: 10, ..Training::default() },
        }
    }

    fn held_out(config: &Config<Self>) -> (&'static str, usize) {
        ("validation_images", config.validation_images.unwrap_or(0))
    }
}

impl Domain for DigitImages {
    const NAME: &'static str = "lista_mnist";
    const ABOUT: &'static str =
        "Learn a dictionary of digits, train encoders of the LISTA family for it, and compare them with ISTA and FISTA";
    type Data = Splits;
    type Source<'d> = Images<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/lista_mnist")
    }

    fn opened(_: &Config<Self>, task: EncodersTask, data: Splits) -> Opened {
        Opened::new(task, Digits::of(data))
    }

    fn load(config: &Config<Self>, flags: &Common) -> Result<Loaded, Failure> {
        let loaded = data::load(flags)?;
        Ok(Loaded { splits: data::chosen(loaded.splits, None, config.validation_images)?, ..loaded })
    }

    fn samples(data: &Splits) -> impl Samples<f32> + '_ {
        ImageSamples(&data.train)
    }

    fn train<'d>(config: &Config<Self>, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?;
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation(data: &Splits) -> Result<Evaluation<Images<'_>>, Failure> {
        let ((batches, size), (on, images)) = (VALIDATED, data::evaluated(data));
        Ok(Evaluation { on, source: Images::in_order(images, size)?.at_most(batches) })
    }

    fn test(data: &Splits, count: usize) -> Array2<f32> {
        data.test.rows(0..count.min(data.test.len()))
    }

    fn title(_: &Config<Self>, data: &Splits) -> String {
        data::title(data).to_owned()
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<Encoders<DigitImages>>()
}
