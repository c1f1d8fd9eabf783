//! Natural patches.

use latent_sparse::dictionary::Samples;
use latent_sparse::lista::SupportSelection;
use latent_sparse::train::{EncoderLoss, EncodersTask};
use latent_study::augmentation::Augmentation;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::mixing::Mixed;
use latent_study::natural;
use latent_study::sparse::encoders::{Config, Configured, Domain, Encoders, VALIDATED};
use latent_study::sparse::networks::Network;
use latent_study::sparse::patches::{Cut, PatchSplits};
use latent_study::trained::{Opened, Photographs};
use latent_study::training::Configs;
use latent_study::training::Evaluation;
use latent_study::{DatasetChoice, DatasetName};
use latent_train::config::{Problems, Training};
use latent_train::sources::Rows;
use ndarray::{Array2, s};

/// Patches of photographs, whitened, of variance 1.
#[derive(Clone, Debug)]
pub struct NaturalPatches;

impl Configured for NaturalPatches {
    const DATASETS: &'static [DatasetChoice] = natural::DATASETS;
    type Settings = Cut;

    fn defaults() -> Config<Self> {
        Config {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            validation_images: None,
            patches: Cut::default(),
            atoms: 100,
            lambda: 0.5,
            dictionary_batches: 500,
            networks: vec![Network::Lista, Network::Cp, Network::Slista],
            layers: 7,
            selection: SupportSelection { percent: 1.2, max_percent: 13.0 },
            loss: EncoderLoss::Codes,
            learning_rate: 1e-3,
            refinements: vec![0.2],
            compared_images: 1000,
            training: Training { epochs: Some(50), log_every: 10, ..Training::default() },
        }
    }

    fn check(config: &Config<Self>, problems: &mut Problems) {
        config
            .mix
            .refuse(problems, "photographs are changed before patches are cut from them, and patches are not mixed");
        let message = "patches are held out with their photographs: set patches.validation_photographs";
        problems.require(config.validation_images.is_none(), "validation_images", message);
        problems.table("patches", &config.patches);
    }

    fn held_out(config: &Config<Self>) -> (&'static str, usize) {
        ("patches.validation_photographs", config.patches.validation_photographs.unwrap_or(0))
    }
}

impl Domain for NaturalPatches {
    const NAME: &'static str = "lista_patches";
    const ABOUT: &'static str = "Learn a dictionary of natural patches, train encoders of the LISTA family for it, and compare \
                                 them with ISTA and FISTA";
    type Data = PatchSplits;
    type Source<'d> = Rows<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/lista_patches")
    }

    fn opened(config: &Config<Self>, task: EncodersTask, data: PatchSplits) -> Opened {
        Opened::new(task, Photographs { cut: config.patches.clone(), data })
    }

    fn load(config: &Config<Self>, flags: &Common) -> Result<Loaded<PatchSplits>, Failure> {
        PatchSplits::load(&config.patches, &config.augment, flags)
    }

    fn samples(data: &PatchSplits) -> impl Samples<f32> + '_ {
        data.train.view()
    }

    fn train<'d>(config: &Config<Self>, data: &'d PatchSplits, seed: u64) -> Result<Rows<'d>, Failure> {
        Ok(Rows::shuffled("training patches", data.train.view(), config.training.batch_size, seed)?)
    }

    fn validation(data: &PatchSplits) -> Result<Evaluation<Rows<'_>>, Failure> {
        let (batches, size) = VALIDATED;
        data.evaluated(batches * size, size)
    }

    fn test(data: &PatchSplits, count: usize) -> Array2<f32> {
        data.test.slice(s![..data.test.nrows().min(count), ..]).to_owned()
    }

    fn title(config: &Config<Self>, _: &PatchSplits) -> String {
        let side = config.patches.side;
        let of = if config.dataset == DatasetName::SYNTHETIC { "patches of dead leaves" } else { "natural patches" };
        format!("{of}, {side} × {side} pixels")
    }

    fn note(config: &Config<Self>) -> Option<&'static str> {
        natural::warning(&config.dataset)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<Encoders<NaturalPatches>>()
}
