//! What is said of generated images.

use super::{Classifier, Moments, frechet_distance};
use crate::failure::Failure;
use latent_datasets::{LabelledImages, Splits};
use latent_layers::LayerError;
use latent_models::train::SampleJudge;
use latent_numeric::linalg::LinalgError;
use latent_train::TaskError;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde::Serialize;
use thiserror::Error;

/// Why images could not be judged.
#[derive(Debug, Error)]
pub enum JudgeError {
    /// They have another size than those that the classifier knows.
    #[error("the classifier that judges images: {0}")]
    Layer(#[from] LayerError),
    /// They are not finite.
    #[error("the features of the images that are judged: {0}")]
    Features(#[from] LinalgError),
}

/// A classifier of real images, and the moments of its features of test images.
pub struct Judge {
    classifier: Classifier,
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
    /// The exponential of the entropy of the recognised classes: as many classes would be seen if all were equally
    /// frequent. Few are a sign of mode collapse.
    pub effective_classes: f64,
    /// The squared Fréchet distance between features of test images and of these.
    pub frechet_distance: f64,
}

impl Judge {
    /// Trained on the training images, and held against the test images.
    ///
    /// # Errors
    /// If there are no labels, or not two images of each split.
    pub fn train(data: &Splits, seed: u64) -> Result<Self, Failure> {
        let least = data.train.len().min(data.test.len());
        if least < 2 {
            return Err(Failure::new(format!("a split of {} has {least} images; judging needs two", data.test.name())));
        }
        let classifier = Classifier::train(&data.train, seed)?;
        let rows = |images: &LabelledImages| images.rows::<f32>(0..images.len().min(data.test.len()));
        let (features, logits) = classifier.look(rows(&data.test).view())?;
        let test = Moments::of(features.view());
        let labels: Vec<usize> = data.test.labels().into_iter().flatten().map(|&label| label.into()).collect();
        let accuracy = share(recognised(&logits).into_iter().zip(labels).map(|(found, label)| found == label));
        let (features, _) = classifier.look(rows(&data.train).view())?;
        let reference = frechet_distance(&test, &Moments::of(features.view()))?;
        Ok(Self { classifier, test, accuracy, reference })
    }

    /// Scores images in [0, 1], (samples, features), that were made for these classes.
    ///
    /// # Errors
    /// If the images have another size, or are not finite.
    ///
    /// # Panics
    /// If there are not two images.
    pub fn score(&self, images: ArrayView2<'_, f32>, classes: Option<&[usize]>) -> Result<Scores, JudgeError> {
        let (features, logits) = self.classifier.look(images)?;
        let frechet_distance = frechet_distance(&self.test, &Moments::of(features.view()))?;
        let found = recognised(&logits);
        let mut counts = vec![0_usize; logits.ncols()];
        found.iter().for_each(|&class| counts[class] += 1);
        let entropy: f64 = counts.iter().map(|&count| count as f64 / found.len() as f64).map(plogp).sum();
        let hits = |wanted: &[usize], class: Option<usize>| {
            let pairs = found.iter().zip(wanted).filter(|(_, wanted)| class.is_none_or(|class| class == **wanted));
            share(pairs.map(|(found, wanted)| found == wanted))
        };
        let by_class = |wanted: &[usize]| (0..logits.ncols()).map(|class| hits(wanted, Some(class))).collect();
        Ok(Scores {
            images: found.len(),
            accuracy: classes.map(|wanted| hits(wanted, None)),
            accuracy_by_class: classes.map(by_class).unwrap_or_default(),
            effective_classes: entropy.exp(),
            frechet_distance,
        })
    }
}

impl SampleJudge for Judge {
    fn figures(
        &self,
        images: ArrayView2<'_, f32>,
        classes: Option<&[usize]>,
    ) -> Result<Vec<(&'static str, f64)>, TaskError> {
        let scores = self.score(images, classes)?;
        let accuracy = scores.accuracy.map(|accuracy| ("class_accuracy", accuracy));
        let others = [("effective_classes", scores.effective_classes), ("frechet_distance", scores.frechet_distance)];
        Ok(accuracy.into_iter().chain(others).collect())
    }
}

fn plogp(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
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
