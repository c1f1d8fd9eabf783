//! What almost every study needs, for `use latent_study::prelude::*`.

pub use crate::cli::Common;
pub use crate::data::Loaded;
pub use crate::failure::Failure;
pub use crate::trained::{Digits, Opened};
pub use crate::training::{self, Configs, Evaluation, Study, StudyConfig};
pub use crate::{DatasetChoice, DatasetName};
pub use latent_report::{self as report, Figure, Picture, Section, picture};
pub use latent_train::config::{Check, Optimizer, Problems, Training};
pub use latent_train::session::{Ended, Session};
pub use latent_train::sources::{ImageBatch, Images};
pub use latent_train::{Name, Pass, Player, Task, TaskError, Terms};
