//! What is said of generated images.

use super::{Cache, Classifier};
use crate::failure::Failure;
use crate::parts::Parts;
use crate::training::Work;
use latent_datasets::{LabelledImages, Splits};
use latent_layers::LayerError;
use latent_metrics::MetricError;
use latent_metrics::samples::{Moments, effective_classes, frechet_distance};
use latent_models::train::SampleJudge;
use latent_train::interrupt::Interrupted;
use latent_train::{Evaluated, Name, TaskError};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde::Serialize;
use thiserror::Error;

/// Images that are looked at in a dry run.
const DRY: usize = 100;

/// Why images could not be judged.
#[derive(Debug, Error)]
pub enum JudgeError {
    /// They have another size than those that the classifier knows.
    #[error("the classifier that judges images: {0}")]
    Layer(#[from] LayerError),
    /// They are not finite.
    #[error("the features of the images that are judged: {0}")]
    Features(#[from] MetricError),
    /// Somebody asked for the end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// A classifier of real images, and the moments of its features of held-out and test images.
pub struct Judge {
    classifier: Classifier,
    validation: Option<Moments>,
    test: Moments,
    /// The share of the test images whose class is recognised.
    pub accuracy: f64,
    /// The Fréchet distance between features of as many training images as there are test images, and of these.
    pub reference: f64,
}

/// What is said of images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// How many they are.
    pub images: usize,
    /// The share that is recognised as of the class that it was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// That share, class by class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accuracy_by_class: Vec<f64>,
    /// Counts of images by the class that they were made for, one row each, and the class that they are recognised as.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<usize>>,
    /// The exponential of the entropy of the recognised classes: as many classes would be seen if all were equally
    /// frequent. Few are a sign of mode collapse.
    pub effective_classes: f64,
    /// The squared Fréchet distance between features of real images, held out or of the test, and of these.
    pub frechet_distance: f64,
}

impl Judge {
    /// The judge of this data set, from the cache if it is there, which then looks at the real images.
    ///
    /// # Errors
    /// If there are no labels, or not two images of each split; [`Interrupted`](latent_train::interrupt::Interrupted)
    /// if somebody asks for the end.
    pub fn of(data: &Splits, cache: &Cache, work: &Work) -> Result<Self, Failure> {
        let sets = || [Some(&data.train), data.validation.as_ref(), Some(&data.test)].into_iter().flatten();
        if let Some(few) = sets().find(|images| images.len() < 2) {
            return Err(Failure::new(format!("{} has {} images; judging needs two", few.name(), few.len())));
        }
        let classifier = cache.classifier(&data.whole_train(), work)?;
        // How long a look takes does not depend on the images.
        let most = if work.dry_run { DRY } else { usize::MAX };
        let rows = |images: &LabelledImages, most: usize| images.rows::<f32>(0..images.len().min(most));
        let test = rows(&data.test, most);
        let (train, held_out) =
            (rows(&data.train, test.nrows()), data.validation.as_ref().map(|held| rows(held, most)));
        let all = test.nrows() + train.nrows() + held_out.as_ref().map_or(0, Array2::nrows);
        let parts = Parts::new("judging real images", all, "images", &work.interrupt);
        let look = |rows: &Array2<f32>| classifier.look(rows.view(), |images| Ok::<_, Failure>(parts.made(images)?));
        let (features, logits) = look(&test)?;
        let test = Moments::of(features.view());
        let labels: Vec<usize> = data.test.labels().into_iter().flatten().map(|&label| label.into()).collect();
        let accuracy = share(recognised(&logits).into_iter().zip(labels).map(|(found, label)| found == label));
        let reference = frechet_distance(&test, &Moments::of(look(&train)?.0.view()))?;
        let validation = held_out.map(|rows| Ok::<_, Failure>(Moments::of(look(&rows)?.0.view()))).transpose()?;
        drop(parts);
        Ok(Self { classifier, validation, test, accuracy, reference })
    }

    /// What real images a model is held against while it is trained: held-out ones, if there are any.
    pub fn evaluated(&self) -> Evaluated {
        if self.validation.is_some() { Evaluated::HeldOut } else { Evaluated::Test }
    }

    /// Scores images in [0, 1], (samples, features), that were made for these classes, beside real images; `made` is
    /// told of so many at a time.
    ///
    /// # Errors
    /// If the images have another size, or are not finite; what `made` says.
    ///
    /// # Panics
    /// If there are not two images, or none are held out and these are asked for.
    pub fn score(
        &self,
        images: ArrayView2<'_, f32>,
        classes: Option<&[usize]>,
        beside: Evaluated,
        made: impl Fn(usize) -> Result<(), JudgeError>,
    ) -> Result<Scores, JudgeError> {
        let (features, logits) = self.classifier.look(images, made)?;
        let real = match beside {
            Evaluated::Test => &self.test,
            Evaluated::HeldOut => self.validation.as_ref().expect("images that are held out"),
        };
        let frechet_distance = frechet_distance(real, &Moments::of(features.view()))?;
        let found = recognised(&logits);
        let mut counts = vec![0_usize; logits.ncols()];
        found.iter().for_each(|&class| counts[class] += 1);
        let hits = |wanted: &[usize], class: Option<usize>| {
            let pairs = found.iter().zip(wanted).filter(|(_, wanted)| class.is_none_or(|class| class == **wanted));
            share(pairs.map(|(found, wanted)| found == wanted))
        };
        let by_class = |wanted: &[usize]| (0..logits.ncols()).map(|class| hits(wanted, Some(class))).collect();
        let confusion = |wanted: &[usize]| {
            let mut counts = vec![vec![0; logits.ncols()]; logits.ncols()];
            found.iter().zip(wanted).for_each(|(&found, &wanted)| counts[wanted][found] += 1);
            counts
        };
        Ok(Scores {
            images: found.len(),
            accuracy: classes.map(|wanted| hits(wanted, None)),
            accuracy_by_class: classes.map(by_class).unwrap_or_default(),
            confusion: classes.map(confusion).unwrap_or_default(),
            effective_classes: effective_classes(&counts),
            frechet_distance,
        })
    }
}

impl SampleJudge for Judge {
    fn figures(&self, images: ArrayView2<'_, f32>, classes: Option<&[usize]>) -> Result<Vec<(Name, f64)>, TaskError> {
        let scores = self.score(images, classes, self.evaluated(), |_| Ok(()))?;
        let accuracy = scores.accuracy.map(|accuracy| ("class_accuracy", accuracy));
        let others = [("effective_classes", scores.effective_classes), ("frechet_distance", scores.frechet_distance)];
        Ok(accuracy.into_iter().chain(others).map(|(name, value)| (name.into(), value)).collect())
    }
}

/// The likeliest class of each row.
fn recognised(logits: &Array2<f32>) -> Vec<usize> {
    let best = |row: ArrayView1<'_, f32>| {
        let (class, _) = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("classes");
        class
    };
    logits.axis_iter(Axis(0)).map(best).collect()
}

fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (hits, all) = of.fold((0_usize, 0_usize), |(hits, all), hit| (hits + usize::from(hit), all + 1));
    hits as f64 / all as f64
}
